//! `repositories.yaml`: the repositories that a user knows by name.

use std::fmt;

use longshore_yaml::sigs;
use serde_json::json;

use super::index::NO_TIME;
use crate::compat::Level;
use crate::metadata::{Fields, Struct, kind_name};
use crate::values::from_json;

/// A repository with a name.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RepositoryEntry {
    /// The name.
    pub name: String,
    /// Its address.
    pub url: String,
    /// The user's name there.
    pub username: String,
    /// The user's password there.
    pub password: String,
    /// File with the client's certificate.
    pub cert_file: String,
    /// File with the key of it.
    pub key_file: String,
    /// File with the authority of the server.
    pub ca_file: String,
    /// Take any certificate of the server.
    pub insecure_skip_tls_verify: bool,
    /// Give the password to every host.
    pub pass_credentials_all: bool,
}

impl fmt::Debug for RepositoryEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without what is secret.
        f.debug_struct("RepositoryEntry")
            .field("name", &self.name)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// The repositories of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryFile {
    api_version: String,
    generated: String,
    /// The repositories, in the order they were added.
    pub repositories: Vec<RepositoryEntry>,
}

impl Default for RepositoryFile {
    fn default() -> Self {
        Self { api_version: String::new(), generated: NO_TIME.to_owned(), repositories: Vec::new() }
    }
}

impl RepositoryFile {
    /// Reads the file.
    ///
    /// # Errors
    /// In Helm's words.
    pub fn read(bytes: &[u8], level: Level) -> Result<Self, String> {
        let decoding = |text: String| format!("error unmarshaling JSON: while decoding JSON: {text}");
        let value = sigs::to_json_value(bytes).map_err(|error| error.to_string())?;
        let mut file = Self::default();
        if value.is_nil() {
            return Ok(file);
        }
        let Some(map) = value.as_map() else {
            let kind = kind_name(&value);
            return Err(decoding(format!("json: cannot unmarshal {kind} into Go value of type repo.File")));
        };
        let package = level.rules().packages.chart;
        let mut error = None;
        let mut fields = Fields::new(Struct { name: "File", package, path: String::new() }, map, &mut error);
        fields.string("apiVersion", &mut file.api_version);
        fields.string("generated", &mut file.generated);
        for item in fields
            .array("repositories", "[]*repo.Entry")
            .into_iter()
            .flat_map(|items| items.iter().cloned().collect::<Vec<_>>())
        {
            let Some(map) = item.as_map() else {
                if !item.is_nil() {
                    fields.refuse(&item, "repositories", "repo.Entry");
                }
                continue;
            };
            let of = Struct { name: "Entry", package, path: String::from("repositories.") };
            let mut fields = fields.below(of, map);
            let mut entry = RepositoryEntry::default();
            fields.string("caFile", &mut entry.ca_file);
            fields.string("certFile", &mut entry.cert_file);
            fields.bool("insecure_skip_tls_verify", &mut entry.insecure_skip_tls_verify);
            fields.string("keyFile", &mut entry.key_file);
            fields.string("name", &mut entry.name);
            fields.bool("pass_credentials_all", &mut entry.pass_credentials_all);
            fields.string("password", &mut entry.password);
            fields.string("url", &mut entry.url);
            fields.string("username", &mut entry.username);
            file.repositories.push(entry);
        }
        error.map_or(Ok(file), |text| Err(decoding(text)))
    }

    /// The repository of a name.
    pub fn get(&self, name: &str) -> Option<&RepositoryEntry> {
        self.repositories.iter().find(|entry| entry.name == name)
    }

    /// Adds a repository, or puts it in the place of the one with its name.
    pub fn update(&mut self, entry: RepositoryEntry) {
        match self.repositories.iter_mut().find(|known| known.name == entry.name) {
            Some(known) => *known = entry,
            None => self.repositories.push(entry),
        }
    }

    /// Takes the repositories of a name away; whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.repositories.len();
        self.repositories.retain(|entry| entry.name != name);
        self.repositories.len() < before
    }

    /// The file's content.
    ///
    /// # Errors
    /// A text cannot be written in YAML.
    pub fn to_yaml(&self) -> Result<Vec<u8>, String> {
        let entry = |entry: &RepositoryEntry| {
            json!({
                "name": entry.name,
                "url": entry.url,
                "username": entry.username,
                "password": entry.password,
                "certFile": entry.cert_file,
                "keyFile": entry.key_file,
                "caFile": entry.ca_file,
                "insecure_skip_tls_verify": entry.insecure_skip_tls_verify,
                "pass_credentials_all": entry.pass_credentials_all,
            })
        };
        let file = json!({
            "apiVersion": self.api_version,
            "generated": self.generated,
            "repositories": self.repositories.iter().map(entry).collect::<Vec<_>>(),
        });
        sigs::marshal(&from_json(&file)).map_err(|error| error.to_string())
    }
}
