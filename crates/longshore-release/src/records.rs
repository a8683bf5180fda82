//! Helm's storage of releases: one type over Helm's drivers.
//!
//! [`Store`](crate::Store) is what Longshore's own commands write through: it fences each write and keeps annotations.
//! Helm does neither, and what it says when something is not there or cannot be read is part of what scripts know. So
//! the drop-in has this: the drivers, and above them the rules of
//! <https://github.com/helm/helm/blob/v4.3.1/pkg/storage/storage.go>.

mod memory;
mod objects;
mod sql;

use std::fmt;
use std::sync::Arc;

use longshore_cluster::Cluster;

use crate::Clock;
use crate::record::{CodecError, Release, Status};
pub use memory::Memory;
use objects::{Kind, Objects};
pub use sql::Sql;

/// The records of one namespace, or of all.
#[derive(Clone)]
pub struct Records {
    driver: Driver,
    /// Empty for all.
    namespace: String,
    clock: Arc<dyn Clock>,
    /// How many revisions of a release are kept; 0 for all.
    keeps: usize,
}

#[derive(Debug, Clone)]
enum Driver {
    Objects(Objects),
    Memory(Memory),
    Sql(Sql),
}

/// What went wrong, in Helm's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordsError {
    /// There is no such release, or no such revision.
    #[error("release: not found")]
    NotFound,
    /// The revision is there already.
    #[error("release: already exists")]
    Exists,
    /// A name or revision that no record can have.
    #[error("release: invalid key")]
    InvalidKey,
    /// No revision of the release is deployed.
    #[error("{} has no deployed releases", longshore_go::strconv::quoted(.0))]
    NoDeployed(String),
    /// The cluster or the database refused, or a record cannot be read.
    #[error("{0}")]
    Other(String),
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records")
            .field("driver", &self.driver)
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

impl Records {
    /// Records in Secrets, as they are unless something else is said. An empty namespace means all of them.
    pub fn secrets(cluster: Cluster, namespace: &str, clock: Arc<dyn Clock>) -> Self {
        Self::of(Driver::Objects(Objects::new(cluster, Kind::Secret)), namespace, clock)
    }

    /// Records in ConfigMaps.
    pub fn config_maps(cluster: Cluster, namespace: &str, clock: Arc<dyn Clock>) -> Self {
        Self::of(Driver::Objects(Objects::new(cluster, Kind::ConfigMap)), namespace, clock)
    }

    /// Records that end with the process.
    pub fn memory(memory: Memory, namespace: &str, clock: Arc<dyn Clock>) -> Self {
        Self::of(Driver::Memory(memory), namespace, clock)
    }

    /// Records in a PostgreSQL database.
    pub fn sql(sql: Sql, namespace: &str, clock: Arc<dyn Clock>) -> Self {
        Self::of(Driver::Sql(sql), namespace, clock)
    }

    fn of(driver: Driver, namespace: &str, clock: Arc<dyn Clock>) -> Self {
        Self { driver, namespace: namespace.to_owned(), clock, keeps: 0 }
    }

    /// The same records, of which [`Records::create`] keeps only so many for each release; 0 keeps all.
    #[must_use]
    pub fn keeping(self, revisions: usize) -> Self {
        Self { keeps: revisions, ..self }
    }

    /// All revisions of all releases; those that cannot be read are left out.
    ///
    /// # Errors
    /// The driver cannot list them.
    pub async fn list(&self) -> Result<Vec<Release>, RecordsError> {
        match &self.driver {
            Driver::Objects(objects) => objects.list(&self.namespace).await,
            Driver::Memory(memory) => Ok(memory.list(&self.namespace)),
            Driver::Sql(sql) => sql.list(&self.namespace).await,
        }
    }

    /// The newest revision of each release, without reading those before it where the driver can tell.
    ///
    /// # Errors
    /// As [`Records::list`].
    pub async fn newest(&self) -> Result<Vec<Release>, RecordsError> {
        if let Driver::Objects(objects) = &self.driver
            && let Some(found) = objects.newest(&self.namespace).await?
        {
            return Ok(found);
        }
        Ok(newest(self.list().await?))
    }

    /// The revisions of a release, in the driver's order; those that cannot be read are left out.
    ///
    /// # Errors
    /// [`RecordsError::NotFound`] if there is none.
    pub async fn history(&self, name: &str) -> Result<Vec<Release>, RecordsError> {
        self.query(name, None).await
    }

    /// The last revision of a release.
    ///
    /// # Errors
    /// As [`Records::history`], and if none of them can be read.
    pub async fn last(&self, name: &str) -> Result<Release, RecordsError> {
        let history = self.history(name).await?;
        history.into_iter().max_by_key(|release| release.revision).ok_or_else(|| {
            RecordsError::Other(format!("no revision for release {}", longshore_go::strconv::quoted(name)))
        })
    }

    /// The deployed revision of a release; of several the last one.
    ///
    /// # Errors
    /// [`RecordsError::NoDeployed`] if there is none.
    pub async fn deployed(&self, name: &str) -> Result<Release, RecordsError> {
        let all = self.deployed_all(name).await?;
        all.into_iter()
            .max_by_key(|release| release.revision)
            .ok_or_else(|| RecordsError::NoDeployed(name.to_owned()))
    }

    /// The deployed revisions of a release: more than one only if commands got into each other's way.
    ///
    /// # Errors
    /// [`RecordsError::NoDeployed`] if there is none.
    pub async fn deployed_all(&self, name: &str) -> Result<Vec<Release>, RecordsError> {
        match self.query(name, Some(Status::Deployed)).await {
            // Helm looks for these words in whatever went wrong.
            Err(error) if error.to_string().contains("not found") => {
                Err(RecordsError::NoDeployed(name.to_owned()))
            }
            found => found,
        }
    }

    async fn query(&self, name: &str, status: Option<Status>) -> Result<Vec<Release>, RecordsError> {
        match &self.driver {
            Driver::Objects(objects) => objects.query(&self.namespace, name, status).await,
            Driver::Memory(memory) => memory.query(&self.namespace, name, status),
            Driver::Sql(sql) => sql.query(&self.namespace, name, status).await,
        }
    }

    /// One revision of a release, with no labels but the user's.
    ///
    /// # Errors
    /// [`RecordsError::NotFound`] if there is none.
    pub async fn get(&self, name: &str, revision: u32) -> Result<Release, RecordsError> {
        match &self.driver {
            Driver::Objects(objects) => objects.get(&self.namespace, name, revision).await,
            Driver::Memory(memory) => memory.get(&self.namespace, name, revision),
            Driver::Sql(sql) => sql.get(&self.namespace, name, revision).await,
        }
    }

    /// Writes a new revision, and deletes old ones of which there are too many.
    ///
    /// # Errors
    /// [`RecordsError::Exists`] if it is there already.
    pub async fn create(&self, release: &Release) -> Result<(), RecordsError> {
        if self.keeps > 0 {
            match self.prune(&release.name, self.keeps - 1).await {
                Ok(()) | Err(RecordsError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        match &self.driver {
            Driver::Objects(objects) => objects.create(&self.namespace, release, self.clock.now()).await,
            Driver::Memory(memory) => memory.create(release),
            Driver::Sql(sql) => sql.create(release, self.clock.now()).await,
        }
    }

    /// Writes a changed revision. With Secrets and ConfigMaps whatever else was done to the object is undone, as Helm
    /// does it.
    ///
    /// # Errors
    /// It is not there, or the driver refuses.
    pub async fn update(&self, release: &Release) -> Result<(), RecordsError> {
        match &self.driver {
            Driver::Objects(objects) => objects.update(&self.namespace, release, self.clock.now()).await,
            Driver::Memory(memory) => memory.update(release),
            Driver::Sql(sql) => sql.update(release, self.clock.now()).await,
        }
    }

    /// Deletes a revision, and gives it back.
    ///
    /// # Errors
    /// [`RecordsError::NotFound`] if it is not there.
    pub async fn delete(&self, name: &str, revision: u32) -> Result<Release, RecordsError> {
        match &self.driver {
            Driver::Objects(objects) => objects.delete(&self.namespace, name, revision).await,
            Driver::Memory(memory) => memory.delete(&self.namespace, name, revision),
            Driver::Sql(sql) => sql.delete(&self.namespace, name, revision).await,
        }
    }

    /// Deletes the oldest revisions until so many are left; the deployed one stays.
    async fn prune(&self, name: &str, left: usize) -> Result<(), RecordsError> {
        let mut history = self.history(name).await?;
        if history.len() <= left {
            return Ok(());
        }
        history.sort_by_key(|release| release.revision);
        let deployed = match self.deployed(name).await {
            Ok(release) => Some(release.revision),
            Err(RecordsError::NoDeployed(_)) => None,
            Err(error) => return Err(error),
        };
        let surplus = history.len() - left;
        let old = history.iter().map(|release| release.revision).filter(|one| Some(*one) != deployed);
        let mut failed = Vec::new();
        for revision in old.take(surplus) {
            if let Err(error) = self.delete(name, revision).await {
                failed.push(error);
            }
        }
        match failed.len() {
            0 => Ok(()),
            1 => Err(failed.remove(0)),
            count => Err(RecordsError::Other(format!(
                "encountered {count} deletion errors. First is: {}",
                failed[0]
            ))),
        }
    }
}

/// Of each release the newest revision.
fn newest(all: Vec<Release>) -> Vec<Release> {
    let mut newest = std::collections::BTreeMap::<(String, String), Release>::new();
    for release in all {
        let key = (release.namespace.clone(), release.name.clone());
        if newest.get(&key).is_none_or(|other| other.revision <= release.revision) {
            newest.insert(key, release);
        }
    }
    newest.into_values().collect()
}

/// Why a record cannot be read, in Go's words.
fn in_go_words(error: &CodecError) -> String {
    match error {
        CodecError::Base64(base64::DecodeError::InvalidByte(at, _)) => {
            format!("illegal base64 data at input byte {at}")
        }
        CodecError::Json(error) if error.is_eof() => String::from("unexpected end of JSON input"),
        CodecError::Gzip(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            String::from("unexpected EOF")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
