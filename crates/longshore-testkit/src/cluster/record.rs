//! What is known of a cluster from outside: its folder in the cache, and in it the record of what runs.
//!
//! The record is the truth about a cluster for every process that did not start it: `down` and `up` after a crash work
//! from it alone. It is written before a component begins, so nothing ever runs that is not on record.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::real::Network;
use crate::cache;
use crate::process::ProcessIdentity;

/// What is written down about a cluster.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// The cluster's name.
    pub name: String,
    /// The version of Kubernetes.
    pub kubernetes: String,
    /// The address of the API server.
    pub server: String,
    /// The process that the cluster has no purpose without, if there is one.
    pub owner: Option<ProcessIdentity>,
    /// Whether it was ready once; a record without it tells of a start that was cut short.
    pub ready: bool,
    /// Whether it has a real node.
    #[serde(default)]
    pub real: bool,
    /// What is known of its node, if it has a real one that was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeRecord>,
    /// What runs, in the order in which it was started.
    pub components: Vec<ComponentRecord>,
}

/// A real node.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NodeRecord {
    /// The process that is number one in the namespaces in which the cluster runs.
    pub first: ProcessIdentity,
    /// How it is reached; none until it is connected.
    pub network: Option<Network>,
    /// What it has besides, by name.
    #[serde(default)]
    pub add_ons: Vec<String>,
}

/// One running program of a cluster.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ComponentRecord {
    /// The name of the program.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its process.
    pub process: ProcessIdentity,
}

impl Record {
    /// Whether every component runs.
    pub fn is_alive(&self) -> bool {
        self.ready && self.components.iter().all(|component| component.process.is_alive())
    }
}

/// The folder of one cluster and the places in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    name: String,
    folder: PathBuf,
}

impl Place {
    /// The place of the cluster of that name, whether or not it exists.
    pub fn of(name: &str) -> Result<Self> {
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > 40 || name.starts_with('-') || !name.chars().all(fine) {
            bail!("{name:?} cannot name a cluster: use up to 40 small letters, digits and dashes");
        }
        Ok(Self { name: name.to_owned(), folder: clusters()?.join(name) })
    }

    /// The places of all clusters that have a record, by name.
    pub fn all() -> Result<Vec<Self>> {
        let folder = clusters()?;
        let mut places = Vec::new();
        if folder.is_dir() {
            for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
                let entry = entry.with_context(|| format!("cannot list {}", folder.display()))?;
                let Ok(place) = Self::of(&entry.file_name().to_string_lossy()) else { continue };
                if place.file("cluster.json").is_file() {
                    places.push(place);
                }
            }
        }
        places.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(places)
    }

    /// The cluster's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The cluster's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file or folder in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The administrator's kubeconfig.
    pub fn kubeconfig(&self) -> PathBuf {
        self.file("kubeconfig")
    }

    /// Where a component writes what it has to say.
    pub fn log(&self, component: &str) -> PathBuf {
        self.file(&format!("logs/{component}.log"))
    }

    /// The lock that whoever starts or ends the cluster holds. It lies beside the folder, which comes and goes.
    pub(super) fn lock(&self) -> PathBuf {
        self.folder.with_extension("lock")
    }

    /// The record, if there is one.
    pub fn read(&self) -> Result<Option<Record>> {
        let path = self.file("cluster.json");
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .with_context(|| format!("{} is damaged", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    pub(super) fn write(&self, record: &Record) -> Result<()> {
        let text = serde_json::to_vec_pretty(record).context("a record is always representable")?;
        cache::write_atomically(&self.file("cluster.json"), &text)
    }

    /// Takes everything of the cluster away; its programs must have ended before.
    pub(super) fn remove(&self) -> Result<()> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", self.folder.display()))
            }
            _ => Ok(()),
        }
    }
}

fn clusters() -> Result<PathBuf> {
    Ok(cache::root()?.join("clusters"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_the_folder() {
        for name in ["", "..", "a/b", "A", "-x", "lock.er", &"x".repeat(41)] {
            assert!(Place::of(name).is_err(), "{name}");
        }
        assert_eq!(Place::of("ci-12").unwrap().name(), "ci-12");
    }
}
