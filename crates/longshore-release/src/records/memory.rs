//! Records that end with the process, for tests and for trying things out.
//!
//! Rules: <https://github.com/helm/helm/blob/v4.3.1/pkg/storage/driver/memory.go>.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::RecordsError;
use crate::record::{Release, Status};

/// Where a release without a namespace lies.
const DEFAULT_NAMESPACE: &str = "default";

/// Revisions by namespace, release and number.
type Held = BTreeMap<String, BTreeMap<String, BTreeMap<u32, Release>>>;

/// The driver; clones share the records.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Mutex<Held>>);

impl Memory {
    /// One with these records.
    ///
    /// # Errors
    /// [`RecordsError::Exists`] if two are the same revision.
    pub fn with(releases: impl IntoIterator<Item = Release>) -> Result<Self, RecordsError> {
        let memory = Self::default();
        releases.into_iter().try_for_each(|release| memory.create(&release))?;
        Ok(memory)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn list(&self, namespace: &str) -> Vec<Release> {
        let held = self.held();
        let chosen = held.iter().filter(|(one, _)| namespace.is_empty() || *one == namespace);
        chosen.flat_map(|(_, releases)| releases.values().flat_map(BTreeMap::values)).cloned().collect()
    }

    pub(super) fn query(
        &self,
        namespace: &str,
        name: &str,
        status: Option<Status>,
    ) -> Result<Vec<Release>, RecordsError> {
        let mut found = self.list(namespace);
        found.retain(|release| {
            release.name == name && status.is_none_or(|status| release.info.status == status)
        });
        if found.is_empty() { Err(RecordsError::NotFound) } else { Ok(found) }
    }

    pub(super) fn get(&self, namespace: &str, name: &str, revision: u32) -> Result<Release, RecordsError> {
        check(name)?;
        let held = self.held();
        let found = held.get(namespace).and_then(|releases| releases.get(name)?.get(&revision));
        found.cloned().ok_or(RecordsError::NotFound)
    }

    pub(super) fn create(&self, release: &Release) -> Result<(), RecordsError> {
        let mut held = self.held();
        let revisions =
            held.entry(namespace_of(release)).or_default().entry(release.name.clone()).or_default();
        if revisions.contains_key(&release.revision) {
            return Err(RecordsError::Exists);
        }
        revisions.insert(release.revision, release.clone());
        Ok(())
    }

    pub(super) fn update(&self, release: &Release) -> Result<(), RecordsError> {
        let mut held = self.held();
        let revisions =
            held.get_mut(&namespace_of(release)).and_then(|releases| releases.get_mut(&release.name));
        let found = revisions.and_then(|revisions| revisions.get_mut(&release.revision));
        *found.ok_or(RecordsError::NotFound)? = release.clone();
        Ok(())
    }

    pub(super) fn delete(&self, namespace: &str, name: &str, revision: u32) -> Result<Release, RecordsError> {
        check(name)?;
        let mut held = self.held();
        let revisions = held.get_mut(namespace).and_then(|releases| releases.get_mut(name));
        revisions.and_then(|revisions| revisions.remove(&revision)).ok_or(RecordsError::NotFound)
    }
}

/// The key of a record is taken apart at `.v`, which a name may have in it.
fn check(name: &str) -> Result<(), RecordsError> {
    if name.contains(".v") { Err(RecordsError::InvalidKey) } else { Ok(()) }
}

fn namespace_of(release: &Release) -> String {
    match release.namespace.as_str() {
        "" => DEFAULT_NAMESPACE.to_owned(),
        namespace => namespace.to_owned(),
    }
}
