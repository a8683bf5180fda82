//! `${VARIABLE}` in a Compose file: from `.env` beside it, else from what stands behind `:-`.
//!
//! The environment of this process is not asked: a project file is the same for all. What is named like a secret is not
//! replaced by its value, but by the project's secret of that name.

use std::collections::BTreeMap;

use longshore_diag::{Diagnostic, Place};
use longshore_object::secrecy::{is_reference, is_sensitive};
use longshore_yaml::{Kind, Node, Style};

use super::secrets::Secrets;
use crate::files::{Reader, join};
use crate::left::Left;
use crate::tree::place;

/// Where a text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// `KEY=value` in the environment of a service.
    Item,
    /// A value there, and whether its variable is named like a secret.
    Value(bool),
    Elsewhere,
}

/// What variables are.
pub(super) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Those of `.env` in a folder, if it is there.
    pub(super) fn read(reader: &Reader<'_>, folder: &str) -> Result<Self, Diagnostic> {
        let text = reader.text(&join(folder, ".env"))?.unwrap_or_default();
        let mut all = Self(BTreeMap::new());
        for (key, value) in lines(&text) {
            let value = all.known(&value, 0);
            all.0.insert(key, value);
        }
        Ok(all)
    }

    /// Variables that are known, in a line of `.env`; others are nothing.
    fn known(&self, text: &str, depth: usize) -> String {
        let mut secrets = Secrets::default();
        let none = Place::file(".env");
        self.text(text, (&none, Stands::Elsewhere), &mut secrets, &mut Vec::new(), depth)
            .unwrap_or_else(|_| text.to_owned())
    }

    /// The value of one, if `.env` has it.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Replaces variables in all texts of a tree.
    ///
    /// # Errors
    /// A `${` that is not closed.
    pub(super) fn fill(
        &self,
        file: &str,
        node: &mut Node,
        secrets: &mut Secrets,
        left: &mut Vec<Left>,
    ) -> Result<(), Diagnostic> {
        self.fill_at(file, node, Stands::Elsewhere, secrets, left)
    }

    fn fill_at(
        &self,
        file: &str,
        node: &mut Node,
        stands: Stands,
        secrets: &mut Secrets,
        left: &mut Vec<Left>,
    ) -> Result<(), Diagnostic> {
        if node.kind == Kind::Scalar && node.value.as_str().contains('$') {
            let stands = match (stands, node.value.as_str().split_once('=')) {
                (Stands::Item, Some((key, _))) => Stands::Value(is_secret(key)),
                _ => stands,
            };
            let filled = self.text(node.value.as_str(), (&place(file, node), stands), secrets, left, 0)?;
            // What was no text without its quotes is what it is written as: `${PORT}` may be a number.
            if node.style == Style::Plain {
                let text = format!("v: {filled}\n");
                let tag = longshore_yaml::parse(
                    text.as_bytes(),
                    longshore_yaml::Dialect::V3,
                    &longshore_yaml::Limits::default(),
                )
                .ok()
                .and_then(|read| {
                    read.first().and_then(|document| document.at(&["v"]).map(|node| node.tag.clone()))
                });
                node.tag = tag
                    .filter(|tag| ["!!int", "!!float", "!!bool"].contains(&&**tag))
                    .unwrap_or("!!str".into());
            }
            node.value = filled.into();
        }
        // Pass-through variables (`- NAME`) are known only where they stand: see `environment`.
        if node.kind != Kind::Mapping {
            let stands = if stands == Stands::Item { stands } else { Stands::Elsewhere };
            let mut items = node.content.iter_mut();
            return items.try_for_each(|item| self.fill_at(file, item, stands, secrets, left));
        }
        for pair in node.content.chunks_exact_mut(2) {
            let [key, value] = pair else { continue };
            let below = match (stands, key.value.as_str()) {
                (Stands::Item, key) => Stands::Value(is_secret(key)),
                (_, "environment") => Stands::Item,
                _ => Stands::Elsewhere,
            };
            self.fill_at(file, key, Stands::Elsewhere, secrets, left)?;
            self.fill_at(file, value, below, secrets, left)?;
        }
        Ok(())
    }

    fn text(
        &self,
        text: &str,
        at: (&Place, Stands),
        secrets: &mut Secrets,
        left: &mut Vec<Left>,
        depth: usize,
    ) -> Result<String, Diagnostic> {
        if depth > 10 {
            return Ok(text.to_owned());
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find('$') {
            out.push_str(&rest[..start]);
            rest = &rest[start + 1..];
            if let Some(behind) = rest.strip_prefix('$') {
                out.push('$');
                rest = behind;
                continue;
            }
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let Some(inner) = rest.strip_prefix('{') else {
                let length = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
                if length == 0 || rest.starts_with(|c: char| c.is_ascii_digit()) {
                    out.push('$');
                    continue;
                }
                out.push_str(&self.value(&rest[..length], "", at, secrets, left, depth)?);
                rest = &rest[length..];
                continue;
            };
            // A marker of ours that stands there already.
            if inner.starts_with("secret.") {
                out.push_str("${");
                rest = inner;
                continue;
            }
            let Some(end) = closing(inner) else {
                let message = format!("`${{` is not closed in `{text}`");
                return Err(Diagnostic::error("import/interpolation", message)
                    .at(at.0.clone())
                    .hint("close it with `}`, or write `$$` for a `$`"));
            };
            let name = inner[..end].find(|c: char| !is_word(c)).unwrap_or(end);
            out.push_str(&self.value(&inner[..name], &inner[name..end], at, secrets, left, depth)?);
            rest = &inner[end + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }

    fn value(
        &self,
        name: &str,
        rest: &str,
        at: (&Place, Stands),
        secrets: &mut Secrets,
        left: &mut Vec<Left>,
        depth: usize,
    ) -> Result<String, Diagnostic> {
        let found = self.get(name);
        if is_secret(name) && depth == 0 {
            return Ok(secrets.variable(name));
        }
        let (kind, argument) = match rest.strip_prefix(':') {
            Some(rest) => (rest.chars().next(), rest.get(1..).unwrap_or_default()),
            None => (rest.chars().next(), rest.get(1..).unwrap_or_default()),
        };
        let is_set = found.is_some_and(|value| !value.is_empty() || !rest.starts_with(':'));
        match (kind, is_set) {
            (Some('+'), true) | (Some('-'), false) => self.text(argument, at, secrets, left, depth + 1),
            (Some('+'), false) => Ok(String::new()),
            (_, true) => Ok(found.unwrap_or_default().to_owned()),
            // What Compose would not start without, and a password that nobody has written down, is asked for when it is
            // deployed. Elsewhere only what is public can stand.
            (Some('?'), _) if at.1 != Stands::Elsewhere => Ok(secrets.variable(name)),
            (None, _) if at.1 == Stands::Value(true) => Ok(secrets.variable(name)),
            _ => {
                let advice = "no value is known: it is empty; write it where it belongs, or into `.env` beside the Compose file and run this again";
                left.push(Left::new(at.0.clone(), format!("variable `{name}`"), advice));
                Ok(String::new())
            }
        }
    }
}

fn is_secret(name: &str) -> bool {
    is_sensitive(name) && !is_reference(name)
}

/// Where the `}` is that ends what began before.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (place, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(place),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Names and values of a file of variables.
pub(super) fn lines(text: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for line in text.lines() {
        let line = line.trim().strip_prefix("export ").unwrap_or(line.trim());
        let Some((key, value)) = line.split_once('=').filter(|(key, _)| !key.starts_with('#')) else {
            continue;
        };
        let value = value.trim();
        let quoted = |quote: char| {
            let inner = value.strip_prefix(quote)?;
            Some(&inner[..inner.find(quote)?])
        };
        let value = quoted('"')
            .or_else(|| quoted('\''))
            .unwrap_or_else(|| value.split(" #").next().unwrap_or_default().trim_end());
        all.push((key.trim().to_owned(), value.to_owned()));
    }
    all
}

#[cfg(test)]
mod tests {
    use longshore_diag::Place;

    use super::{Secrets, Stands, Variables, lines};

    /// What a text becomes, and what is left to do.
    fn filled(text: &str) -> (String, usize) {
        let known = [("A", "1"), ("EMPTY", ""), ("DB_PASSWORD", "hidden")];
        let variables = Variables(known.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
        let (mut secrets, mut left) = (Secrets::default(), Vec::new());
        let at = Place::file("x");
        let text = variables.text(text, (&at, Stands::Elsewhere), &mut secrets, &mut left, 0).unwrap();
        (text, left.len())
    }

    #[test]
    fn variables_are_replaced() {
        let cases = [
            ("$A-${A}", "1-1"),
            ("${B:-x${A}}", "x1"),
            ("${EMPTY:-y}|${EMPTY-y}", "y|"),
            ("${A:+set}${B:+set}", "set"),
            ("$$A ${A:?say}", "$A 1"),
            ("a$ $1", "a$ $1"),
        ];
        for (text, expected) in cases {
            assert_eq!(filled(text), (expected.to_owned(), 0), "{text}");
        }
        assert_eq!(filled("${B}${C:?must}"), (String::new(), 2));
    }

    #[test]
    fn secrets_are_named_and_not_shown() {
        assert_eq!(filled("u:${DB_PASSWORD:-x}@h").0, "u:${secret.db-password}@h");
    }

    /// What becomes of the texts of an environment, mapping and list.
    #[test]
    fn what_has_no_value_is_asked_for() {
        for (text, expected, number) in [
            ("{environment: {POSTGRES_PASSWORD: '${PW}'}}", "${secret.pw}", 0),
            ("{environment: {POSTGRES_PASSWORD: '${PW:?set it}'}}", "${secret.pw}", 0),
            ("{environment: ['POSTGRES_PASSWORD=${PW}']}", "POSTGRES_PASSWORD=${secret.pw}", 0),
            ("{environment: ['HOST=${NAME:?set it}']}", "HOST=${secret.name}", 0),
            ("{environment: {HOST: 'a-${NAME?}'}}", "a-${secret.name}", 0),
            // Nobody says that these must be there.
            ("{environment: {HOST: '${NAME}'}}", "", 1),
            ("{environment: {POSTGRES_PASSWORD: '${PW:-}'}}", "", 0),
            ("{image: '${TAG:?set it}'}", "", 1),
            ("{build: {args: {POSTGRES_PASSWORD: '${PW}'}}}", "", 1),
        ] {
            let mut root = crate::tree::mapping("x", "it", text).unwrap();
            let variables = Variables(std::collections::BTreeMap::new());
            let (mut secrets, mut left) = (Secrets::default(), Vec::new());
            variables.fill("x", &mut root, &mut secrets, &mut left).unwrap();
            let mut node = &root;
            while let Some(last) = node.content.last() {
                node = last;
            }
            assert_eq!((node.value.as_str(), left.len()), (expected, number), "{text}");
        }
    }

    #[test]
    fn files_of_variables() {
        let read = lines("# no\nexport A=1 # one\nB='x # y'\nC=\"z\"\n\nD\nE=a=b\n");
        let read: Vec<(&str, &str)> = read.iter().map(|(key, value)| (&**key, &**value)).collect();
        assert_eq!(read, [("A", "1"), ("B", "x # y"), ("C", "z"), ("E", "a=b")]);
    }
}
