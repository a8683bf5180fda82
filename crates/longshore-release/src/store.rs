//! Where records live: Secrets in the release's namespace, as Helm's default driver keeps them.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use longshore_cluster::{Cluster, DeleteOptions, Selector};
use longshore_diag::Diagnostic;
use longshore_object::Gvk;
use serde_json::{Map, Value, json};

use crate::ReleaseError;
use crate::record::{self, CodecError, Release};

/// Labels that Helm sets itself and that are no labels of the user's.
pub(crate) const SYSTEM_LABELS: [&str; 6] = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];

/// A Secret holds at most 1 MiB of data, base64 of the record included. Above this a record drops its
/// chart's templates and files (design decision 1), which no rollback needs.
const MAX_SECRET_BYTES: usize = 1 << 20;

/// A record as it is in the cluster.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The record.
    pub release: Release,
    /// The Secret's annotations: who, commit, holder.
    pub annotations: BTreeMap<String, String>,
    /// What a write must be based on.
    pub(crate) resource_version: String,
    created_at: String,
}

#[cfg(test)]
impl Stored {
    /// A record as if it had been read.
    pub(crate) fn of(release: Release) -> Self {
        Self {
            release,
            annotations: BTreeMap::new(),
            resource_version: String::new(),
            created_at: String::new(),
        }
    }
}

/// The records of one namespace.
#[derive(Debug, Clone)]
pub struct Store {
    cluster: Cluster,
    namespace: String,
}

impl Store {
    /// The records in `namespace`.
    pub fn new(cluster: Cluster, namespace: impl Into<String>) -> Self {
        Self { cluster, namespace: namespace.into() }
    }

    /// The revisions of one release, oldest first. None if the namespace does not exist.
    pub async fn history(&self, name: &str) -> Result<Vec<Stored>, ReleaseError> {
        let mut stored = self.list(&format!("owner=helm,name={name}")).await?;
        stored.sort_by_key(|stored| stored.release.revision);
        Ok(stored)
    }

    /// The revisions of one release, oldest first, of which `known` were read before. Only if they are not the same any
    /// more, records are read.
    pub(crate) async fn history_again(
        &self,
        name: &str,
        known: &[Stored],
    ) -> Result<Vec<Stored>, ReleaseError> {
        let selector = Selector::labels(format!("owner=helm,name={name}"));
        let now = self.cluster.list_metadata(&secret(), Some(&self.namespace), &selector).await?;
        let version = |key: &str| {
            let known = known.iter().find(|stored| stored.release.key() == key)?;
            Some(known.resource_version.as_str())
        };
        let is_known = |item: &Value| {
            let metadata = &item["metadata"];
            metadata["name"].as_str().and_then(version) == metadata["resourceVersion"].as_str()
        };
        if now.items.len() == known.len() && now.items.iter().all(is_known) {
            return Ok(known.to_vec());
        }
        self.history(name).await
    }

    /// The revisions of every release that matches `selector` (`longshore.dev/platform=shop`), by name
    /// and revision.
    pub async fn select(&self, selector: &str) -> Result<Vec<Stored>, ReleaseError> {
        let mut stored = self.list(&format!("owner=helm,{selector}")).await?;
        stored.sort_by(|a, b| {
            (&a.release.name, a.release.revision).cmp(&(&b.release.name, b.release.revision))
        });
        Ok(stored)
    }

    async fn list(&self, selector: &str) -> Result<Vec<Stored>, ReleaseError> {
        let secrets =
            self.cluster.list(&secret(), Some(&self.namespace), &Selector::labels(selector)).await?;
        secrets.items.iter().map(read).collect()
    }

    /// Writes a new revision.
    ///
    /// # Errors
    /// [`ReleaseError::Raced`] if that revision exists already.
    pub async fn create(
        &self,
        release: Release,
        annotations: BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<Stored, ReleaseError> {
        let created_at = now.as_second().to_string();
        let stored = Stored { release, annotations, resource_version: String::new(), created_at };
        match self.cluster.create(&write(&stored, &[])?).await {
            Ok(secret) => read(&secret),
            Err(error) if error.is_already_exists() => {
                Err(ReleaseError::Raced { name: stored.release.name, revision: stored.release.revision })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Writes a changed record back.
    ///
    /// # Errors
    /// [`ReleaseError::Lost`] if somebody wrote it since it was read.
    pub async fn update(&self, stored: &Stored, now: Timestamp) -> Result<Stored, ReleaseError> {
        let body = write(stored, &[("modifiedAt", now.as_second().to_string())])?;
        match self.cluster.replace(&body).await {
            Ok(secret) => read(&secret),
            Err(error) if error.is_stale() => Err(self.lost(stored).await),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes a revision; that it is gone already is no error.
    pub async fn delete(&self, release: &Release) -> Result<(), ReleaseError> {
        let options = DeleteOptions::default();
        self.cluster.delete(&secret(), Some(&self.namespace), &release.key(), &options).await?;
        Ok(())
    }

    /// One revision as it is now.
    pub async fn get(&self, name: &str, revision: u32) -> Result<Option<Stored>, ReleaseError> {
        let found = self.cluster.get(&secret(), Some(&self.namespace), &record::key(name, revision)).await?;
        found.as_ref().map(read).transpose()
    }

    async fn lost(&self, stored: &Stored) -> ReleaseError {
        let name = stored.release.name.clone();
        match self.get(&name, stored.release.revision).await {
            Ok(Some(now)) => {
                let by = crate::hold::holder(&now.annotations).unwrap_or("another command").to_owned();
                ReleaseError::Lost { name, by }
            }
            Ok(None) => ReleaseError::Lost { name, by: "somebody who removed it".to_owned() },
            Err(error) => error,
        }
    }
}

pub(crate) fn secret() -> Gvk {
    Gvk::new("v1", "Secret")
}

fn write(stored: &Stored, more_labels: &[(&str, String)]) -> Result<Value, ReleaseError> {
    let release = &stored.release;
    let mut labels: Map<String, Value> =
        release.labels.iter().map(|(key, value)| (key.clone(), Value::String(value.clone()))).collect();
    let system = [
        ("name", release.name.clone()),
        ("owner", "helm".to_owned()),
        ("status", release.info.status.to_string()),
        ("version", release.revision.to_string()),
        ("createdAt", stored.created_at.clone()),
    ];
    for (key, value) in system.iter().chain(more_labels).filter(|(_, value)| !value.is_empty()) {
        labels.insert((*key).to_owned(), Value::String(value.clone()));
    }
    let mut metadata = json!({
        "name": release.key(),
        "namespace": release.namespace,
        "labels": labels,
        "annotations": stored.annotations,
    });
    if !stored.resource_version.is_empty() {
        metadata["resourceVersion"] = Value::String(stored.resource_version.clone());
    }
    Ok(json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "helm.sh/release.v1",
        "metadata": metadata,
        "data": {"release": STANDARD.encode(fit(release)?)},
    }))
}

/// The encoded record, without its chart's templates and files if it would not fit otherwise.
fn fit(release: &Release) -> Result<String, ReleaseError> {
    let wrong = |source| ReleaseError::Record { key: release.key(), source };
    let text = record::encode(release).map_err(wrong)?;
    if text.len() <= MAX_SECRET_BYTES {
        return Ok(text);
    }
    let mut slim = release.clone();
    for field in ["templates", "files"] {
        if let Some(field) = slim.chart.get_mut(field) {
            *field = Value::Array(Vec::new());
        }
    }
    let text = record::encode(&slim).map_err(wrong)?;
    if text.len() <= MAX_SECRET_BYTES {
        return Ok(text);
    }
    let message = format!(
        "the record of release `{}` has {} KiB without its chart's files, and a Secret holds {} KiB",
        release.name,
        text.len() >> 10,
        MAX_SECRET_BYTES >> 10
    );
    Err(Diagnostic::error("release/too-large", message)
        .hint("split the release in two, or take large values and objects out of it")
        .into())
}

fn read(secret: &Value) -> Result<Stored, ReleaseError> {
    let metadata = &secret["metadata"];
    let key = metadata["name"].as_str().unwrap_or_default().to_owned();
    let wrong = |source| ReleaseError::Record { key: key.clone(), source };
    let data = secret["data"]["release"].as_str().unwrap_or_default();
    let text = STANDARD.decode(data).map_err(|error| wrong(CodecError::Base64(error)))?;
    let mut release = record::decode(&String::from_utf8_lossy(&text)).map_err(wrong)?;
    let mut labels = strings(&metadata["labels"]);
    let created_at = labels.get("createdAt").cloned().unwrap_or_default();
    labels.retain(|key, _| !SYSTEM_LABELS.contains(&key.as_str()));
    release.labels = labels;
    if release.namespace.is_empty() {
        metadata["namespace"].as_str().unwrap_or_default().clone_into(&mut release.namespace);
    }
    Ok(Stored {
        release,
        annotations: strings(&metadata["annotations"]),
        resource_version: metadata["resourceVersion"].as_str().unwrap_or_default().to_owned(),
        created_at,
    })
}

pub(crate) fn strings(map: &Value) -> BTreeMap<String, String> {
    map.as_object()
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}
