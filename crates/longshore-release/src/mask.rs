//! Secret values kept out of what is shown: plans, warnings, errors, the description of a record.
//!
//! What a Secret holds often stands elsewhere too: in the values that a chart was given, in a URL in a
//! ConfigMap, in the words of an API server that refuses a field. A [`Mask`] knows the values and covers
//! them wherever they turn up.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use longshore_diag::Diagnostic;
use longshore_object::secrecy::{PLAIN, is_manner, is_reference, is_sensitive, names_object};
use longshore_object::{Object, parse_manifests};
use serde_json::{Map, Value};

use crate::diff::HIDDEN;
use crate::event::{Event, Observer};
use crate::record::{Hook, Release};

/// Shorter values are covered only where they are all there is: `test` is a part of too many words.
const MIN_PART: usize = 8;

/// A line of a longer value (a key, a certificate) that is covered by itself has at least so many characters.
const MIN_LINE: usize = 24;

/// Values that must not be shown.
#[derive(Clone, Default)]
pub struct Mask {
    /// Covered where they are all there is.
    whole: BTreeSet<String>,
    /// Covered wherever they are, the longest first.
    parts: Vec<String>,
}

impl std::fmt::Debug for Mask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mask({} values)", self.whole.len())
    }
}

impl Mask {
    /// The secrets of objects, hooks and values.
    pub(crate) fn of<'a>(
        objects: impl IntoIterator<Item = &'a Object>,
        hooks: &[Hook],
        config: &Map<String, Value>,
    ) -> Self {
        let mut mask = Self::default();
        for object in objects {
            mask.learn_object(object);
        }
        for hook in hooks.iter().filter(|hook| hook.kind == "Secret") {
            for object in parse_manifests(&hook.manifest, &hook.path).unwrap_or_default() {
                mask.learn_object(&object);
            }
        }
        mask.learn_values(config, Within::Nothing);
        mask.settle();
        mask
    }

    /// The secrets of releases as they were recorded, with the objects of each.
    pub fn of_releases<'a>(releases: impl IntoIterator<Item = (&'a Release, &'a [Object])>) -> Self {
        let mut mask = Self::default();
        for (release, objects) in releases {
            mask.join(&Self::of(objects, &release.hooks, &release.config));
        }
        mask
    }

    /// Whether it knows nothing to cover.
    pub fn is_empty(&self) -> bool {
        self.whole.is_empty()
    }

    /// Knows what another one knows too.
    pub fn join(&mut self, other: &Self) {
        self.whole.extend(other.whole.iter().cloned());
        self.parts.extend(other.parts.iter().cloned());
        self.settle();
    }

    fn learn_object(&mut self, object: &Object) {
        if object.kind() != "Secret" || !object.gvk().group.is_empty() {
            return;
        }
        for (field, is_encoded) in [("/data", true), ("/stringData", false)] {
            for (key, value) in object.get(field).and_then(|tree| tree.as_map()).into_iter().flatten() {
                let Some(text) = value.as_str() else { continue };
                let is_plain = PLAIN.contains(&key.to_ascii_lowercase().as_str());
                if is_encoded {
                    let joined: String = text.split_whitespace().collect();
                    if let Ok(plain) = STANDARD.decode(&joined).map(String::from_utf8)
                        && let Ok(plain) = plain
                    {
                        self.learn(&plain, is_plain);
                    }
                    self.learn_part(&joined, is_plain);
                } else {
                    self.learn(text, is_plain);
                }
            }
        }
    }

    /// A value, the base64 of it, and its longer lines.
    fn learn(&mut self, text: &str, is_plain: bool) {
        if text.trim().is_empty() {
            return;
        }
        self.learn_part(text, is_plain);
        self.learn_part(text.trim(), is_plain);
        self.learn_part(&STANDARD.encode(text), is_plain);
        let is_line = |line: &&str| line.len() >= MIN_LINE && !line.starts_with("-----");
        for line in text.lines().map(str::trim).filter(is_line) {
            self.learn_part(line, is_plain);
        }
    }

    fn learn_part(&mut self, text: &str, is_plain: bool) {
        if is_plain || text.is_empty() {
            return;
        }
        self.whole.insert(text.to_owned());
        if text.chars().count() >= MIN_PART {
            self.parts.push(text.to_owned());
        }
    }

    fn learn_values(&mut self, values: &Map<String, Value>, within: Within) {
        for (key, value) in values {
            let here = within.of(key);
            let is_secret = here != Within::Nothing;
            let is_plain = |text: &str| {
                is_reference(key) || names_object(key, text) || (within == Within::Auth && is_manner(key))
            };
            match value {
                Value::Object(map) => {
                    self.learn_values(map, if is_reference(key) { Within::Nothing } else { here });
                }
                Value::Array(items) => {
                    for item in items {
                        match item {
                            Value::Object(map) => self.learn_values(map, here),
                            Value::String(text) if is_secret => self.learn(text, is_plain(text)),
                            _ => {}
                        }
                    }
                }
                Value::String(text) if is_secret => self.learn(text, is_plain(text)),
                _ => {}
            }
        }
    }

    fn settle(&mut self) {
        self.parts.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        self.parts.dedup();
    }

    /// The text without secrets.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.whole.contains(text) {
            return Cow::Borrowed(HIDDEN);
        }
        let mut shown = Cow::Borrowed(text);
        for part in &self.parts {
            if shown.contains(part.as_str()) {
                shown = Cow::Owned(shown.replace(part.as_str(), HIDDEN));
            }
        }
        shown
    }

    /// Covers the secrets in a value.
    pub fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Cow::Owned(shown) = self.text(text) {
                    *text = shown;
                } else if self.whole.contains(text.as_str()) {
                    HIDDEN.clone_into(text);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(map) => map.values_mut().for_each(|value| self.value(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Covers the secrets in a diagnostic.
    #[must_use]
    pub fn diagnostic(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        if self.is_empty() {
            return diagnostic;
        }
        let hide = |text: &mut String| {
            let shown = self.text(text).into_owned();
            *text = shown;
        };
        hide(&mut diagnostic.message);
        diagnostic.notes.iter_mut().for_each(hide);
        diagnostic.hint.iter_mut().for_each(hide);
        diagnostic.chain.iter_mut().for_each(|link| hide(&mut link.doing));
        diagnostic
    }
}

/// What values stand below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    /// Nothing that makes secrets of them.
    Nothing,
    /// `auth`, where some keys say how somebody is let in.
    Auth,
    /// A key that is named like a secret.
    Secret,
}

impl Within {
    /// What stands below a key here.
    fn of(self, key: &str) -> Self {
        if self != Self::Secret && key.eq_ignore_ascii_case("auth") {
            Self::Auth
        } else if self == Self::Nothing && !is_sensitive(key) {
            Self::Nothing
        } else {
            Self::Secret
        }
    }
}

/// Tells another observer what happens, without secrets.
pub(crate) struct Masked {
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) mask: Mask,
}

impl Observer for Masked {
    fn observe(&self, release: &str, event: &Event) {
        let event = match event {
            Event::Warning(warning) => Event::Warning(self.mask.diagnostic(warning.clone())),
            Event::Said(line) => Event::Said(self.mask.text(line).into_owned()),
            Event::Progress { key, message, ready } => Event::Progress {
                key: key.clone(),
                message: self.mask.text(message).into_owned(),
                ready: *ready,
            },
            other => other.clone(),
        };
        self.observer.observe(release, &event);
    }
}

#[cfg(test)]
mod tests {
    use longshore_diag::{Diagnostic, Place};
    use longshore_object::Object;
    use serde_json::{Map, Value, json};

    use super::Mask;

    fn mask() -> Mask {
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"},
            "data": {"password": "aHVudGVyMi1odW50ZXIy", "pin": "MTIzNA==", "username": "cG9zdGdyZXM="},
            "stringData": {"url": "amqp://u:s3cr3t-pass@mq"}});
        let secret = Object::from_json(secret, Place::file("a")).unwrap();
        let config = json!({"db": {"password": "from-values-1"}, "auth": {"existingSecret": "the-secret-name"},
            "imagePullSecrets": [{"name": "registry-key"}], "size": 3});
        Mask::of([&secret], &[], config.as_object().unwrap())
    }

    #[test]
    fn secrets_are_covered_wherever_they_stand() {
        let mask = mask();
        let check = |text: &str, expected: &str| assert_eq!(mask.text(text), expected);
        check("hunter2-hunter2", "(hidden)");
        check("x=hunter2-hunter2;", "x=(hidden);");
        check("data aHVudGVyMi1odW50ZXIy", "data (hidden)");
        check("url amqp://u:s3cr3t-pass@mq", "url (hidden)");
        check("1234", "(hidden)");
        check("port 12345", "port 12345");
        check("postgres:16", "postgres:16");
        check("from-values-1", "(hidden)");
        check("the-secret-name", "the-secret-name");
        check("registry-key", "registry-key");
    }

    #[test]
    fn values_and_diagnostics_are_covered_in_depth() {
        let mask = mask();
        let mut value = json!({"a": ["hunter2-hunter2", {"b": "1234"}], "c": 1234});
        mask.value(&mut value);
        assert_eq!(value, json!({"a": ["(hidden)", {"b": "(hidden)"}], "c": 1234}));
        let told = Diagnostic::error("a/b", "bad hunter2-hunter2")
            .note("hunter2-hunter2")
            .hint("no hunter2-hunter2");
        let told = mask.diagnostic(told.within("with hunter2-hunter2", None));
        assert!(!told.to_json().contains("hunter2"), "{told}");
    }

    /// NC2: what a deploy says of certificates is readable, and passwords stay covered.
    #[test]
    fn names_of_objects_and_manners_are_shown() {
        let config = json!({
            "mesh": {"tlsSecret": "nowconnect-mesh-tls", "certsSecret": "nowconnect-certs", "secretName": "nowconnect-x"},
            "auth": {"mode": "jwt-and-more", "audience": "nowconnect-hub", "password": "from-values-2",
                "clientSecret": "from-values-3", "keys": {"audience": "audience-of-keys"}},
            "tlsSecret": {"crt": "from-values-4"}, "token": {"mode": "from-values-5"},
            "ingress": {"tlsSecret": "Not-A-Name-6"}, "auths": "from-values-7",
        });
        let mask = Mask::of([], &[], config.as_object().unwrap());
        for shown in
            ["nowconnect-mesh-tls", "nowconnect-certs", "nowconnect-x", "jwt-and-more", "nowconnect-hub"]
        {
            assert_eq!(mask.text(shown), shown);
        }
        for covered in [
            "from-values-2",
            "from-values-3",
            "from-values-4",
            "from-values-5",
            "Not-A-Name-6",
            "audience-of-keys",
        ] {
            assert_eq!(mask.text(covered), "(hidden)", "{covered}");
        }
        assert_eq!(mask.text("from-values-7"), "from-values-7", "`auths` is no word for a secret");
    }

    #[test]
    fn nothing_is_covered_where_nothing_is_known() {
        let mask = Mask::of([], &[], &Map::<String, Value>::new());
        assert!(mask.is_empty());
        assert_eq!(mask.text("anything at all"), "anything at all");
    }
}
