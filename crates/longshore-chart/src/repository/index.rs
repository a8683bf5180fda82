//! The index of a repository: which charts it has, in which versions, and where they are.
//!
//! Rules: <https://github.com/helm/helm/blob/v4.3.1/pkg/repo/v1/index.go>. Where Helm walks a Go map in random order, we
//! go by name.

use std::collections::BTreeMap;

use longshore_go::semver::{Constraint, Version};
use longshore_yaml::sigs;
use serde_json::{Value as Json, json};

use super::ordered::{self, Ordered};
use super::read;
use crate::compat::Level;
use crate::metadata::Metadata;
use crate::values::from_json;

/// A time that nobody set, as Go writes it.
pub(super) const NO_TIME: &str = "0001-01-01T00:00:00Z";

/// A version of a chart in a repository.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChartVersion {
    /// What its Chart.yaml says.
    pub metadata: Metadata,
    /// Where it is, relative to the repository or absolute; `None` if the index has no such key.
    pub urls: Option<Vec<String>>,
    /// When it was added, RFC 3339.
    pub created: String,
    /// Whether it is gone.
    pub removed: bool,
    /// The SHA-256 of the archive, perhaps behind `sha256:`; empty if it is not known.
    pub digest: String,
    /// Fields of Helm 2 that are kept: `checksum`, `engine`, `tillerVersion`, `url`.
    pub(super) legacy: [String; 4],
}

pub(super) const LEGACY: [&str; 4] = ["checksum", "engine", "tillerVersion", "url"];

impl ChartVersion {
    /// Where it is; empty if nowhere.
    pub fn urls(&self) -> &[String] {
        self.urls.as_deref().unwrap_or_default()
    }
}

/// An entry that is no chart and was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The name that it stands under.
    pub name: String,
    /// Its version, and what is wrong with it; `None` for an empty entry.
    pub problem: Option<(String, String)>,
}

/// Why bytes are no index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// There are none.
    #[error("empty index.yaml file")]
    Empty,
    /// They are not what an index is made of.
    #[error("{0}")]
    Malformed(String),
    /// They do not say which version of the format they have.
    #[error("no API version specified")]
    NoApiVersion,
}

/// The index of a repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    /// The version of the format: `v1`.
    pub api_version: String,
    /// When it was made, RFC 3339.
    pub generated: String,
    /// The versions of each chart, newest first.
    pub entries: BTreeMap<String, Vec<ChartVersion>>,
    /// Annotations of the whole.
    pub annotations: Option<BTreeMap<String, String>>,
    pub(super) server_info: Option<Json>,
    pub(super) public_keys: Vec<String>,
}

/// A version that was chosen.
#[derive(Debug, Clone, Copy)]
pub struct Pick<'a> {
    /// The version.
    pub version: &'a ChartVersion,
    /// Whether exactly another version was asked for, and this one is the nearest.
    pub is_substitute: bool,
}

impl Index {
    /// An index without charts.
    pub fn new(generated: &str) -> Self {
        Self {
            api_version: String::from("v1"),
            generated: generated.to_owned(),
            entries: BTreeMap::new(),
            annotations: None,
            server_info: None,
            public_keys: Vec::new(),
        }
    }

    /// Reads an index, JSON or YAML. Entries that are no charts are left out and told.
    ///
    /// # Errors
    /// In Helm's words.
    ///
    /// ```
    /// use longshore_chart::{Level, repository::Index};
    /// let text = "apiVersion: v1\nentries: {web: [{name: web, version: 1.0.0, urls: [web-1.0.0.tgz]}]}\n";
    /// let (index, skipped) = Index::read(text.as_bytes(), Level::default())?;
    /// assert_eq!(index.pick("web", "^1").unwrap().version.urls(), ["web-1.0.0.tgz"]);
    /// assert!(skipped.is_empty());
    /// # Ok::<(), longshore_chart::repository::IndexError>(())
    /// ```
    pub fn read(bytes: &[u8], level: Level) -> Result<(Self, Vec<Skipped>), IndexError> {
        read::index(bytes, level)
    }

    /// Sorts the versions of each chart, newest first; what is no version comes last.
    pub fn sort(&mut self) {
        for versions in self.entries.values_mut() {
            versions.sort_by_cached_key(|one| {
                std::cmp::Reverse(Version::parse(one.metadata.version.as_bytes()).ok())
            });
        }
    }

    /// The version of a chart that is meant: that very one, else the first that meets the constraint.
    ///
    /// # Errors
    /// There is none, in Helm's words.
    pub fn pick(&self, name: &str, version: &str) -> Result<Pick<'_>, String> {
        let Some(versions) = self.entries.get(name) else {
            return Err(String::from("no chart name found"));
        };
        if versions.is_empty() {
            return Err(String::from("no chart version found"));
        }
        let wanted = if version.is_empty() { "*" } else { version };
        let constraint = Constraint::parse(wanted.as_bytes()).map_err(|error| error.to_string())?;
        if let Some(exact) =
            versions.iter().find(|one| !version.is_empty() && one.metadata.version == version)
        {
            return Ok(Pick { version: exact, is_substitute: false });
        }
        let meets = |one: &&ChartVersion| {
            Version::parse(one.metadata.version.as_bytes()).is_ok_and(|version| constraint.check(&version))
        };
        match versions.iter().find(meets) {
            Some(found) => {
                let is_substitute = !version.is_empty() && !is_range(version);
                Ok(Pick { version: found, is_substitute })
            }
            None => Err(format!("no chart version found for {name}-{version}")),
        }
    }

    /// Adds a version of a chart.
    ///
    /// # Errors
    /// It is none, in Helm's words.
    pub fn add(&mut self, mut version: ChartVersion) -> Result<(), String> {
        if version.metadata.api_version.is_empty() {
            "v1".clone_into(&mut version.metadata.api_version);
        }
        version.metadata.validate()?;
        self.entries.entry(version.metadata.name.clone()).or_default().push(version);
        Ok(())
    }

    /// Takes over what another index has and this one has not.
    pub fn merge(&mut self, other: Self) {
        for version in other.entries.into_values().flatten() {
            let metadata = &version.metadata;
            if self.pick(&metadata.name, &metadata.version).is_err() {
                self.entries.entry(metadata.name.clone()).or_default().push(version);
            }
        }
    }

    /// The index as `index.yaml`.
    ///
    /// # Errors
    /// A text cannot be written in YAML.
    pub fn to_yaml(&self) -> Result<Vec<u8>, String> {
        let json = self.ordered().compact();
        let json: Json = serde_json::from_slice(&json).map_err(|error| error.to_string())?;
        sigs::marshal(&from_json(&json)).map_err(|error| error.to_string())
    }

    /// The index as indented JSON.
    pub fn to_json(&self) -> Vec<u8> {
        self.ordered().indented()
    }

    fn ordered(&self) -> Ordered {
        let plain = |json: Json| Ordered::Plain(json);
        let mut fields = Vec::new();
        let mut put = |key: &str, value: Ordered| fields.push((key.to_owned(), value));
        if let Some(info) = &self.server_info {
            put("serverInfo", plain(info.clone()));
        }
        put("apiVersion", plain(json!(self.api_version)));
        put("generated", plain(json!(self.generated)));
        let versions = |all: &Vec<ChartVersion>| Ordered::List(all.iter().map(version).collect());
        let entries = self.entries.iter().map(|(name, all)| (name.clone(), versions(all)));
        put("entries", Ordered::Object(entries.collect()));
        if !self.public_keys.is_empty() {
            put("publicKeys", plain(json!(self.public_keys)));
        }
        if let Some(annotations) = self.annotations.as_ref().filter(|all| !all.is_empty()) {
            put("annotations", plain(json!(annotations)));
        }
        Ordered::Object(fields)
    }
}

fn version(version: &ChartVersion) -> Ordered {
    let mut fields = ordered::metadata(&version.metadata);
    let mut put = |key: &str, value: Json| fields.push((key.to_owned(), Ordered::Plain(value)));
    put("urls", json!(version.urls));
    put("created", json!(version.created));
    if version.removed {
        put("removed", Json::Bool(true));
    }
    if !version.digest.is_empty() {
        put("digest", json!(version.digest));
    }
    for (key, text) in LEGACY.iter().zip(&version.legacy).filter(|(_, text)| !text.is_empty()) {
        put(key, json!(text));
    }
    Ordered::Object(fields)
}

/// Whether a constraint asks for more than one version.
fn is_range(version: &str) -> bool {
    if version.contains(['^', '~', '<', '>', '=', '!', '*'])
        || version.contains(" - ")
        || version.contains("||")
    {
        return true;
    }
    let core = version.split(['-', '+']).next().unwrap_or(version);
    core.contains(['x', 'X'])
}
