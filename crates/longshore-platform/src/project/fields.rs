//! Typed reading of a mapping: every mistake is reported at its line, unknown keys with the nearest known one.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use longshore_diag::{Diagnostic, Place};
use longshore_yaml::{Kind, Node};

use super::{Placed, familiar, suggest};

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
                return Err(match familiar::key(&fields.what, name) {
                    Some(hint) => error.hint(hint),
                    None => suggest(error, name, known),
                });
            }
        }
        Ok(fields)
    }

    /// The entries of `node`, which must be a mapping; its keys are names that the user chose.
    pub(super) fn any(file: &'a str, what: impl Into<String>, node: &'a Node) -> Result<Self, Diagnostic> {
        let what = what.into();
        if node.kind != Kind::Mapping {
            let error = expected(&what, "a mapping", node, file);
            return Err(match familiar::shape(&what) {
                Some(hint) => error.hint(hint),
                None => error,
            });
        }
        for (key, _) in node.entries() {
            if key.tag == "!!merge" {
                let message =
                    format!("`<<` in {what} has nothing to merge, as a project file has no aliases");
                return Err(Diagnostic::error("project/wrong-type", message)
                    .at(place(file, key))
                    .hint("an environment takes what another has by `extends`"));
            }
            if key.kind != Kind::Scalar || is_null(key) {
                return Err(expected(&format!("a key of {what}"), "a string", key, file));
            }
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

    /// The value of `key`; a null counts as not there. For mappings and lists: of those nothing may be left.
    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        self.given(key).filter(|value| !is_null(value))
    }

    /// The value of `key`, also a null. For everything else: a key that nothing stands behind is a mistake.
    pub(super) fn given(&self, key: &str) -> Option<&'a Node> {
        self.entries.iter().find(|(name, _)| name.value == key).map(|(_, value)| *value)
    }

    /// Where `key` is written, if it has a value.
    pub(super) fn place_of(&self, key: &str) -> Option<Place> {
        self.get(key)?;
        self.key(key)
    }

    /// Where `key` is written, whatever stands behind it.
    pub(super) fn key(&self, key: &str) -> Option<Place> {
        self.entries.iter().find(|(name, _)| name.value == key).map(|(name, _)| place(self.file, name))
    }

    /// A string that is not empty, if the key is there.
    pub(super) fn string(&self, key: &str) -> Result<Option<Placed<String>>, Diagnostic> {
        self.given(key).map(|node| filled(self.file, &self.path(key), node)).transpose()
    }

    /// A string that may be empty, if the key is there.
    pub(super) fn text(&self, key: &str) -> Result<Option<Placed<String>>, Diagnostic> {
        self.given(key).map(|node| string(self.file, &self.path(key), node)).transpose()
    }

    /// A string that must be there.
    pub(super) fn required_string(&self, key: &str) -> Result<Placed<String>, Diagnostic> {
        self.string(key)?.ok_or_else(|| self.missing(key))
    }

    /// That a key is not there, and must be.
    pub(super) fn missing(&self, key: &str) -> Diagnostic {
        Diagnostic::error("project/missing-key", format!("{} has no `{key}`", self.what)).at(self.place())
    }

    /// A bool, if the key is there.
    pub(super) fn boolean(&self, key: &str) -> Result<Option<bool>, Diagnostic> {
        let wrong = |node| expected(&self.path(key), "true or false", node, self.file);
        self.given(key).map(|node| boolean(node).ok_or_else(|| wrong(node))).transpose()
    }

    /// A whole number of a range, if the key is there.
    pub(super) fn whole(&self, key: &str, range: RangeInclusive<u32>) -> Result<Option<u32>, Diagnostic> {
        let Some(node) = self.given(key) else { return Ok(None) };
        // As it is written by people: no sign, no zeros before it, no other base.
        let number =
            node.value.parse::<u32>().ok().filter(|number| number.to_string() == node.value.as_str());
        match number.filter(|number| range.contains(number) && node.as_str().is_none()) {
            Some(number) if node.kind == Kind::Scalar => Ok(Some(number)),
            _ => {
                let wanted = match *range.end() {
                    u32::MAX => format!("a whole number from {}", range.start()),
                    end => format!("a whole number from {} to {end}", range.start()),
                };
                Err(expected(&self.path(key), &wanted, node, self.file))
            }
        }
    }

    /// A list of strings that are not empty; one string alone counts as a list of one.
    pub(super) fn strings(&self, key: &str) -> Result<Vec<Placed<String>>, Diagnostic> {
        let Some(node) = self.get(key) else { return Ok(Vec::new()) };
        let path = self.path(key);
        match node.kind {
            Kind::Sequence => node.content.iter().map(|item| filled(self.file, &path, item)).collect(),
            _ => Ok(vec![filled(self.file, &path, node)?]),
        }
    }

    /// A program and its arguments, of which any may be empty but the first; `hint` says how to write them.
    pub(super) fn command(&self, key: &str, hint: &str) -> Result<Option<Vec<Placed<String>>>, Diagnostic> {
        let Some(node) = self.given(key) else { return Ok(None) };
        let path = self.path(key);
        match node.content.split_first() {
            Some((program, arguments)) if node.kind == Kind::Sequence => {
                let mut words = vec![filled(self.file, &path, program)?];
                for argument in arguments {
                    words.push(string(self.file, &path, argument)?);
                }
                Ok(Some(words))
            }
            _ => Err(expected(&path, "a list of a program and its arguments", node, self.file).hint(hint)),
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

/// A string with something in it.
fn filled(file: &str, what: &str, node: &Node) -> Result<Placed<String>, Diagnostic> {
    let text = string(file, what, node)?;
    if text.value.is_empty() { Err(expected(what, "a string", node, file)) } else { Ok(text) }
}

/// True or false, written so and without quotes.
pub(super) fn boolean(node: &Node) -> Option<bool> {
    match node.value.as_str() {
        _ if node.kind != Kind::Scalar || node.as_str().is_some() => None,
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Any scalar but null, as it is written.
pub(super) fn scalar(file: &str, what: &str, node: &Node) -> Result<Placed<String>, Diagnostic> {
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
        _ => match node.as_str() {
            Some("") => "an empty string".to_owned(),
            // What YAML reads as something else without its quotes is shown with them.
            Some(text) if looks_otherwise(text) => format!("`\"{text}\"`"),
            _ => format!("`{}`", node.value),
        },
    };
    Diagnostic::error("project/wrong-type", format!("{what} must be {wanted}, not {found}"))
        .at(place(file, node))
}

fn looks_otherwise(text: &str) -> bool {
    matches!(text, "true" | "false" | "null") || text.parse::<f64>().is_ok()
}

fn is_null(node: &Node) -> bool {
    node.is_null()
}
