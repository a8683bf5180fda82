//! Names of secrets, and where each of them comes from.

use std::collections::BTreeMap;

use crate::draft::SecretFrom;
use crate::names::name_of;

/// The project's secrets so far.
#[derive(Default)]
pub(super) struct Secrets {
    sources: BTreeMap<String, SecretFrom>,
    /// Which secret a text that stands in the file is. The texts themselves go nowhere.
    literals: BTreeMap<String, String>,
}

impl Secrets {
    /// What stands for the secret in a variable of the process: `${secret.db-password}`.
    pub(super) fn variable(&mut self, variable: &str) -> String {
        let name = name_of(variable, "secret");
        self.sources.entry(name.clone()).or_insert_with(|| SecretFrom::Variable(variable.to_owned()));
        format!("${{secret.{name}}}")
    }

    /// What stands for a text that the file has in the open, under `key` of `service`. Equal texts are one secret, so that
    /// a database and those who ask it go on having one password.
    pub(super) fn literal(&mut self, service: &str, key: &str, text: &str) -> String {
        if let Some(name) = self.literals.get(text) {
            return format!("${{secret.{name}}}");
        }
        let mut variable = key.to_owned();
        if self.sources.contains_key(&name_of(&variable, "secret")) {
            variable = format!("{}_{key}", service.to_ascii_uppercase().replace('-', "_"));
        }
        let stands = self.variable(&variable);
        self.literals.insert(text.to_owned(), name_of(&variable, "secret"));
        stands
    }

    /// What stands for a secret that is read from a file.
    pub(super) fn file(&mut self, name: &str, path: String) -> String {
        let name = name_of(name, "secret");
        self.sources.insert(name.clone(), SecretFrom::File(path));
        format!("${{secret.{name}}}")
    }

    /// Names and where they come from.
    pub(super) fn into_sources(self) -> Vec<(String, SecretFrom)> {
        self.sources.into_iter().collect()
    }
}

/// The variable of a text that is one secret and nothing else, or that has several in it: their names in order.
pub(super) fn named(text: &str) -> Vec<&str> {
    let starts = text.match_indices("${secret.").map(|(place, start)| &text[place + start.len()..]);
    starts.filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}
