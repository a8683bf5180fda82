//! Typed reading of a mapping: every mistake is reported at its line, unknown keys with the nearest known one.

use std::collections::BTreeMap;

use longshore_diag::{Diagnostic, Place};
use longshore_yaml::{Kind, Node};

use super::{Placed, suggest};

/// A mapping of the project file that is being read, and what it is called in messages.
pub(super) struct Fields<'a> {
    file: &'a str,
    what: String,
    entries: Vec<(&'a Node, &'a Node)>,
    place: Place,
}

impl<'a> Fields<'a> {
    /// The entries of `node`, which must be a mapping whose keys are all in `known`.
    pub(super) fn read(
        file: &'a str,
        what: impl Into<String>,
        node: &'a Node,
        known: &[&str],
    ) -> Result<Self, Diagnostic> {
        let fields = Self::any(file, what, node)?;
        for (key, _) in &fields.entries {
            let name = key.value.as_str();
            if !known.contains(&name) {
                let error = Diagnostic::error(
                    "project/unknown-key",
                    format!("unknown key `{name}` in {}", fields.what),
                )
                .at(place(file, key));
                return Err(suggest(error, name, known));
            }
        }
        Ok(fields)
    }

    /// The entries of `node`, which must be a mapping; its keys are names that the user chose.
    pub(super) fn any(file: &'a str, what: impl Into<String>, node: &'a Node) -> Result<Self, Diagnostic> {
        let what = what.into();
        if node.kind != Kind::Mapping {
            return Err(expected(&what, "a mapping", node, file));
        }
        Ok(Self { file, what, entries: node.entries().collect(), place: place(file, node) })
    }

    /// Where the mapping begins.
    pub(super) fn place(&self) -> Place {
        self.place.clone()
    }

    /// Every key with its place and value, in the file's order.
    pub(super) fn entries(&self) -> impl Iterator<Item = (String, Place, &'a Node)> + '_ {
        self.entries.iter().map(|(key, value)| (key.value.to_string(), place(self.file, key), *value))
    }

    /// The value of `key`; a null counts as not there.
    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        let (_, value) = self.entries.iter().find(|(name, _)| name.value == key)?;
        (!is_null(value)).then_some(*value)
    }

    /// Where `key` is written, if it has a value.
    pub(super) fn place_of(&self, key: &str) -> Option<Place> {
        self.get(key)?;
        self.entries.iter().find(|(name, _)| name.value == key).map(|(name, _)| place(self.file, name))
    }

    /// A string, if the key is there.
    pub(super) fn string(&self, key: &str) -> Result<Option<Placed<String>>, Diagnostic> {
        self.get(key).map(|node| string(self.file, &self.path(key), node)).transpose()
    }

    /// A string that must be there.
    pub(super) fn required_string(&self, key: &str) -> Result<Placed<String>, Diagnostic> {
        self.string(key)?.ok_or_else(|| {
            Diagnostic::error("project/missing-key", format!("{} has no `{key}`", self.what)).at(self.place())
        })
    }

    /// A bool, if the key is there.
    pub(super) fn boolean(&self, key: &str) -> Result<Option<bool>, Diagnostic> {
        self.get(key)
            .map(|node| match (node.kind, node.value.as_str()) {
                (Kind::Scalar, "true") => Ok(true),
                (Kind::Scalar, "false") => Ok(false),
                _ => Err(expected(&self.path(key), "true or false", node, self.file)),
            })
            .transpose()
    }

    /// A list of strings; one string alone counts as a list of one.
    pub(super) fn strings(&self, key: &str) -> Result<Vec<Placed<String>>, Diagnostic> {
        let Some(node) = self.get(key) else { return Ok(Vec::new()) };
        let path = self.path(key);
        match node.kind {
            Kind::Sequence => node.content.iter().map(|item| string(self.file, &path, item)).collect(),
            _ => Ok(vec![string(self.file, &path, node)?]),
        }
    }

    /// The items of a list, if the key is there.
    pub(super) fn list(&self, key: &str) -> Result<Vec<&'a Node>, Diagnostic> {
        match self.get(key) {
            None => Ok(Vec::new()),
            Some(node) if node.kind == Kind::Sequence => Ok(node.content.iter().collect()),
            Some(node) => Err(expected(&self.path(key), "a list", node, self.file)),
        }
    }

    /// A mapping of strings to strings; numbers and bools count as what is written.
    pub(super) fn string_map(&self, key: &str) -> Result<BTreeMap<String, String>, Diagnostic> {
        let Some(node) = self.get(key) else { return Ok(BTreeMap::new()) };
        let inner = Self::any(self.file, self.path(key), node)?;
        inner
            .entries()
            .map(|(name, _, value)| {
                let text = scalar(self.file, &inner.path(&name), value)?;
                Ok((name, text.value))
            })
            .collect()
    }

    /// How the value of `key` is called in messages.
    pub(super) fn path(&self, key: &str) -> String {
        format!("`{key}` of {}", self.what)
    }
}

/// A string; a plain number or bool is refused, because quoting it changes what it means elsewhere.
fn string(file: &str, what: &str, node: &Node) -> Result<Placed<String>, Diagnostic> {
    let text = scalar(file, what, node)?;
    if node.as_str().is_some() {
        Ok(text)
    } else {
        Err(expected(what, "a string", node, file).hint("put it in quotes"))
    }
}

/// Any scalar but null, as it is written.
fn scalar(file: &str, what: &str, node: &Node) -> Result<Placed<String>, Diagnostic> {
    if node.kind != Kind::Scalar || is_null(node) {
        return Err(expected(what, "a string", node, file));
    }
    Ok(Placed { value: node.value.to_string(), place: place(file, node) })
}

/// Where a node begins.
pub(super) fn place(file: &str, node: &Node) -> Place {
    Place::new(file, node.line, node.column)
}

/// `X must be Y, not Z`.
pub(super) fn expected(what: &str, wanted: &str, node: &Node, file: &str) -> Diagnostic {
    let found = match node.kind {
        Kind::Mapping => "a mapping".to_owned(),
        Kind::Sequence => "a list".to_owned(),
        Kind::Alias => format!("the alias `*{}` (a project file has none)", node.value),
        _ if is_null(node) => "nothing".to_owned(),
        _ => format!("`{}`", node.value),
    };
    Diagnostic::error("project/wrong-type", format!("{what} must be {wanted}, not {found}"))
        .at(place(file, node))
}

fn is_null(node: &Node) -> bool {
    node.is_null()
}
