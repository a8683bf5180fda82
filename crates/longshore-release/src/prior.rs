//! What is known of a release before an operation: its records, and the objects that they name.

use std::collections::BTreeMap;

use longshore_object::{Object, ObjectKey, parse_manifests};

use crate::record::{Release, Status};
use crate::store::Stored;

/// A release's past.
#[derive(Debug, Clone, Default)]
pub struct Prior {
    /// All revisions, oldest first.
    pub history: Vec<Stored>,
}

impl Prior {
    /// The newest revision, whatever became of it.
    pub fn last(&self) -> Option<&Release> {
        self.history.last().map(|stored| &stored.release)
    }

    /// The revision that counts as deployed: the newest with that status.
    pub fn deployed(&self) -> Option<&Stored> {
        self.history.iter().rev().find(|stored| stored.release.info.status == Status::Deployed)
    }

    /// Whether the release exists: an uninstalled one with kept history does not.
    pub fn exists(&self) -> bool {
        self.last().is_some_and(|last| last.info.status != Status::Uninstalled)
    }

    /// The number of the next revision.
    pub fn next_revision(&self) -> u32 {
        self.last().map_or(1, |last| last.revision + 1)
    }

    /// Every object that the deployed revision, or a later one that did not complete, may have left in
    /// the cluster: what the next revision must delete if it does not name it itself.
    pub fn objects(&self, namespace: &str) -> BTreeMap<ObjectKey, Object> {
        self.open().flat_map(objects).map(|object| (object.key_in(namespace), object)).collect()
    }

    /// The revisions that may have left something in the cluster: the deployed one, and later ones that did not complete.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Release> {
        let from = self.deployed().map_or(0, |stored| stored.release.revision);
        self.history.iter().map(|stored| &stored.release).filter(move |release| {
            release.revision >= from
                && !matches!(release.info.status, Status::Superseded | Status::Uninstalled)
        })
    }
}

/// The objects of a record's manifest. A manifest that cannot be read any more counts as empty: it is
/// what the cluster once took, and refusing it would make the release impossible to remove.
pub fn objects(release: &Release) -> Vec<Object> {
    parse_manifests(&release.manifest, &release.key()).unwrap_or_default()
}
