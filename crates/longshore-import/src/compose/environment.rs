//! The environment of a service: what may be seen, and what goes to a Secret.

use longshore_diag::Diagnostic;
use longshore_object::secrecy::{is_reference, is_sensitive};
use longshore_yaml::Node;

use super::Context;
use super::secrets::{Secrets, named};
use super::variables::{Variables, lines};
use crate::files::join;
use crate::left::Left;
use crate::tree::{place, scalar};

/// Variables of a container.
#[derive(Default)]
pub(super) struct Environment {
    /// From `environment`, in its order.
    pub(super) open: Vec<(String, String)>,
    /// From `env_file`, in its order.
    pub(super) files: Vec<(String, String)>,
    /// Those of a Secret: texts with `${secret.NAME}` in them.
    pub(super) secret: Vec<(String, String)>,
}

impl Environment {
    /// Reads `env_file` and `environment` of a service.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn read(
        context: &Context<'_>,
        service: &str,
        node: &Node,
        secrets: &mut Secrets,
        left: &mut Vec<Left>,
    ) -> Result<Self, Diagnostic> {
        let mut found = Self::default();
        let variables = Variables::read(context.reader, context.folder)?;
        if let Some(entries) = node.get("env_file") {
            let entries: Vec<&Node> =
                if entries.is_sequence() { entries.items().iter().collect() } else { vec![entries] };
            for entry in entries {
                let Some(path) = scalar(entry).or_else(|| entry.get("path").and_then(scalar)) else {
                    continue;
                };
                let is_optional = entry.get("required").and_then(scalar) == Some("false");
                let Some(text) = context.reader.text(&join(context.folder, path))? else {
                    if !is_optional {
                        let advice =
                            "the file is not there: add its variables to the service's ConfigMap and Secret";
                        left.push(Left::new(
                            place(context.file, entry),
                            format!("`env_file` {path} of service `{service}`"),
                            advice,
                        ));
                    }
                    continue;
                };
                for (key, value) in lines(&text) {
                    found.put(context, service, &key, &value, true, secrets);
                }
            }
        }
        let Some(given) = node.get("environment") else { return Ok(found) };
        let mut pairs: Vec<(String, Option<String>, &Node)> = Vec::new();
        if given.is_mapping() {
            pairs.extend(
                given
                    .entries()
                    .map(|(key, value)| (key.value.to_string(), scalar(value).map(str::to_owned), key)),
            );
        } else {
            pairs.extend(given.items().iter().filter_map(|item| {
                let text = scalar(item)?;
                Some(match text.split_once('=') {
                    Some((key, value)) => (key.to_owned(), Some(value.to_owned()), item),
                    None => (text.to_owned(), None, item),
                })
            }));
        }
        for (key, value, at) in pairs {
            let value = match value {
                Some(value) => value,
                // A name alone is passed on from whoever starts it.
                None if is_secret(&key) => secrets.variable(&key),
                None => {
                    if let Some(value) = variables.get(&key) {
                        value.to_owned()
                    } else {
                        let advice = "passed on from the shell, where it may not be set: left out; add it to `env` if it is needed";
                        left.push(Left::new(
                            place(context.file, at),
                            format!("variable `{key}` of service `{service}`"),
                            advice,
                        ));
                        continue;
                    }
                }
            };
            if is_secret(&key) && !value.is_empty() && named(&value).is_empty() {
                let advice = "the password stands in the open: now it is a secret of the project (`secrets` says which variable of the process it is read from)";
                left.push(Left::new(
                    place(context.file, at),
                    format!("variable `{key}` of service `{service}`"),
                    advice,
                ));
            }
            found.put(context, service, &key, &value, false, secrets);
        }
        Ok(found)
    }

    /// Adds a variable; a later one of the name takes the place of one before.
    fn put(
        &mut self,
        context: &Context<'_>,
        service: &str,
        key: &str,
        value: &str,
        is_file: bool,
        secrets: &mut Secrets,
    ) {
        for all in [&mut self.open, &mut self.files, &mut self.secret] {
            all.retain(|(name, _)| name != key);
        }
        let value = context.hosts(value);
        if value.is_empty() {
            // An empty password is none.
        } else if !named(&value).is_empty() {
            self.secret.push((key.to_owned(), escaped(&value)));
            return;
        } else if is_secret(key) {
            self.secret.push((key.to_owned(), secrets.literal(service, key, &value)));
            return;
        } else if let Some((before, password, behind)) = credentials(&value) {
            let stands = secrets.literal(service, &format!("{key}_PASSWORD"), password);
            self.secret.push((key.to_owned(), format!("{}{stands}{}", escaped(before), escaped(behind))));
            return;
        }
        let all = if is_file { &mut self.files } else { &mut self.open };
        all.push((key.to_owned(), value));
    }
}

/// Calls `found` with the name and text of each password that stands in `environment`.
pub(super) fn passwords(node: &Node, mut found: impl FnMut(&str, &str)) {
    let Some(given) = node.get("environment") else { return };
    let pairs = given.entries().filter_map(|(key, value)| Some((key.value.as_str(), scalar(value)?)));
    let items = given.items().iter().filter_map(|item| scalar(item)?.split_once('='));
    for (key, text) in pairs.chain(items) {
        if is_secret(key) && !text.is_empty() && named(text).is_empty() {
            found(key, text);
        }
    }
}

/// Whether a variable of that name is a secret, and not only where one is.
fn is_secret(key: &str) -> bool {
    is_sensitive(key) && !is_reference(key)
}

/// A text in which no `${` is a variable of the project file but those of secrets.
fn escaped(text: &str) -> String {
    text.replace("${", "$${").replace("$${secret.", "${secret.")
}

/// An address with a password in it, taken apart around it.
fn credentials(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find("://")? + 3;
    let authority = &text[start..start + text[start..].find(['/', '?', ' ']).unwrap_or(text.len() - start)];
    let at = start + authority.rfind('@')?;
    let colon = start + text[start..at].find(':')? + 1;
    (colon < at).then(|| (&text[..colon], &text[colon..at], &text[at..]))
}

impl Context<'_> {
    /// A text in which services are called as they are on the cluster.
    pub(super) fn hosts(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (old, new) in self.names.iter().filter(|(old, new)| old != new) {
            let mut out = String::new();
            let mut rest = text.as_str();
            while let Some(start) = rest.find(old.as_str()) {
                let (before, behind) = (&rest[..start], &rest[start + old.len()..]);
                let begins =
                    before.is_empty() && out.is_empty() || before.ends_with(['@', '/', ',', '=', ' ']);
                let ends = behind.is_empty() || behind.starts_with([':', '/', ',', ' ']);
                out.push_str(before);
                out.push_str(if begins && ends { new } else { old });
                rest = behind;
            }
            out.push_str(rest);
            text = out;
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::credentials;

    #[test]
    fn passwords_in_addresses_are_found() {
        assert_eq!(credentials("postgres://u:p@db:5432/x"), Some(("postgres://u:", "p", "@db:5432/x")));
        assert_eq!(credentials("redis://:secret@r"), Some(("redis://:", "secret", "@r")));
        for none in ["http://web:80/a", "redis://:@r", "a:b@c", "http://h/x:y@z"] {
            assert_eq!(credentials(none), None, "{none}");
        }
    }
}
