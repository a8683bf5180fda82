//! Records in Secrets or ConfigMaps.
//!
//! The rules, and what is said of failures, are those of
//! <https://github.com/helm/helm/blob/v4.3.1/pkg/storage/driver/secrets.go> and `cfgmaps.go` beside it, which differ in
//! how much they say.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use longshore_cluster::{Cluster, DeleteOptions, Error, List, Selector, WriteOptions};
use longshore_go::strconv::quoted;
use longshore_object::Gvk;
use serde_json::{Value as Json, json};

use super::{RecordsError, in_go_words};
use crate::record::{self, CodecError, Release, Status};
use crate::store::{SYSTEM_LABELS, strings};

/// Whom the fields of a record belong to. Helm names nobody, so that it is how its client calls itself.
const WRITER: &str = "Helm";

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Secret,
    ConfigMap,
}

/// The driver.
#[derive(Debug, Clone)]
pub(super) struct Objects {
    cluster: Cluster,
    kind: Kind,
}

impl Objects {
    pub(super) fn new(cluster: Cluster, kind: Kind) -> Self {
        Self { cluster, kind }
    }

    pub(super) async fn list(&self, namespace: &str) -> Result<Vec<Release>, RecordsError> {
        let found = self.find(namespace, "owner=helm", "list: failed to list").await?;
        Ok(found.items.iter().filter_map(|item| self.read(item).ok()).collect())
    }

    /// The newest revisions by what the labels say; none if they do not say what the records do.
    pub(super) async fn newest(&self, namespace: &str) -> Result<Option<Vec<Release>>, RecordsError> {
        let selector = Selector::labels("owner=helm");
        let place = Some(namespace).filter(|namespace| !namespace.is_empty());
        let heads = self.cluster.list_metadata(&self.gvk(), place, &selector).await;
        let heads =
            heads.map_err(|error| self.failed(&error, namespace, "owner=helm", "list: failed to list"))?;
        let Some(newest) = newest(&heads.items) else { return Ok(None) };
        let is_replaced = |head: &&Head| head.status == Status::Superseded.as_str();
        let mut found = Vec::new();
        if newest.values().any(|head| !is_replaced(&head)) {
            let selector = "owner=helm,status!=superseded";
            let list = self.find(namespace, selector, "list: failed to list").await?;
            let is_newest = |item: &&Json| {
                let head = Head::of(item);
                head.is_some_and(|head| newest.get(&head.release()).is_some_and(|one| *one == head))
            };
            found.extend(list.items.iter().filter(is_newest).map(|item| self.read(item)));
        }
        for head in newest.values().filter(is_replaced) {
            let item = self.cluster.get(&self.gvk(), Some(&head.namespace), &head.key).await;
            match item.map_err(|error| {
                RecordsError::Other(error.as_client_go(&self.path(&head.namespace, &head.key)))
            })? {
                Some(item) => found.push(self.read(&item)),
                None => return Ok(None),
            }
        }
        // Somebody wrote in between, or a record is not what its labels say: all are read then.
        if found.len() != newest.len() {
            return Ok(None);
        }
        let Ok(found) = found.into_iter().collect::<Result<Vec<Release>, _>>() else { return Ok(None) };
        let says_so = |release: &Release| {
            let head = newest.get(&(release.namespace.clone(), release.name.clone()));
            head.is_some_and(|head| {
                head.revision == release.revision && head.status == release.info.status.as_str()
            })
        };
        Ok(found.iter().all(says_so).then_some(found))
    }

    pub(super) async fn query(
        &self,
        namespace: &str,
        name: &str,
        status: Option<Status>,
    ) -> Result<Vec<Release>, RecordsError> {
        let status = status.map(|status| format!(",status={status}")).unwrap_or_default();
        let selector = format!("name={name},owner=helm{status}");
        let found = self.find(namespace, &selector, "query: failed to query with labels").await?;
        if found.items.is_empty() {
            return Err(RecordsError::NotFound);
        }
        Ok(found.items.iter().filter_map(|item| self.read(item).ok()).collect())
    }

    pub(super) async fn get(
        &self,
        namespace: &str,
        name: &str,
        revision: u32,
    ) -> Result<Release, RecordsError> {
        let key = record::key(name, revision);
        let found = self.cluster.get(&self.gvk(), Some(namespace), &key).await.map_err(|error| {
            self.told(
                &format!("get: failed to get {}", quoted(&key)),
                error.as_client_go(&self.path(namespace, &key)),
            )
        })?;
        let item = found.ok_or(RecordsError::NotFound)?;
        let mut release = self.read(&item).map_err(|error| {
            self.told(&format!("get: failed to decode data {}", quoted(&key)), in_go_words(&error))
        })?;
        release.labels.retain(|label, _| !SYSTEM_LABELS.contains(&label.as_str()));
        Ok(release)
    }

    pub(super) async fn create(
        &self,
        namespace: &str,
        release: &Release,
        now: Timestamp,
    ) -> Result<(), RecordsError> {
        let body = self.write(namespace, release, "createdAt", now, "create")?;
        match self.cluster.create_as(&body, Some(namespace), &WriteOptions::new(WRITER)).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_already_exists() => Err(RecordsError::Exists),
            Err(error) => {
                let said = error.as_client_go(&self.path(namespace, ""));
                Err(self.told("create: failed to create", said))
            }
        }
    }

    pub(super) async fn update(
        &self,
        namespace: &str,
        release: &Release,
        now: Timestamp,
    ) -> Result<(), RecordsError> {
        let body = self.write(namespace, release, "modifiedAt", now, "update")?;
        let written = self.cluster.replace_as(&body, Some(namespace), &WriteOptions::new(WRITER)).await;
        written.map(drop).map_err(|error| {
            let said = error.as_client_go(&self.path(namespace, &release.key()));
            self.told("update: failed to update", said)
        })
    }

    pub(super) async fn delete(
        &self,
        namespace: &str,
        name: &str,
        revision: u32,
    ) -> Result<Release, RecordsError> {
        let release = self.get(namespace, name, revision).await?;
        let key = record::key(name, revision);
        let deleted =
            self.cluster.delete(&self.gvk(), Some(namespace), &key, &DeleteOptions::default()).await;
        deleted.map_err(|error| RecordsError::Other(error.as_client_go(&self.path(namespace, &key))))?;
        Ok(release)
    }

    async fn find(&self, namespace: &str, selector: &str, doing: &str) -> Result<List, RecordsError> {
        let place = Some(namespace).filter(|namespace| !namespace.is_empty());
        let found = self.cluster.list(&self.gvk(), place, &Selector::labels(selector)).await;
        found.map_err(|error| self.failed(&error, namespace, selector, doing))
    }

    fn failed(&self, error: &Error, namespace: &str, selector: &str, doing: &str) -> RecordsError {
        let query = selector.replace('=', "%3D").replace(',', "%2C").replace('!', "%21");
        self.told(doing, error.as_client_go(&format!("{}?labelSelector={query}", self.path(namespace, ""))))
    }

    /// Of Secrets Helm says what it was doing, of ConfigMaps it does not.
    fn told(&self, doing: &str, why: String) -> RecordsError {
        RecordsError::Other(match self.kind {
            Kind::Secret => format!("{doing}: {why}"),
            Kind::ConfigMap => why,
        })
    }

    fn gvk(&self) -> Gvk {
        match self.kind {
            Kind::Secret => Gvk::new("v1", "Secret"),
            Kind::ConfigMap => Gvk::new("v1", "ConfigMap"),
        }
    }

    /// The path that Go's errors name.
    fn path(&self, namespace: &str, name: &str) -> String {
        let plural = if self.kind == Kind::Secret { "secrets" } else { "configmaps" };
        let place = if namespace.is_empty() { String::new() } else { format!("/namespaces/{namespace}") };
        let name = if name.is_empty() { String::new() } else { format!("/{name}") };
        format!("/api/v1{place}/{plural}{name}")
    }

    /// A record with all labels of its object.
    fn read(&self, item: &Json) -> Result<Release, CodecError> {
        let data = item["data"]["release"].as_str().unwrap_or_default();
        let mut release = match self.kind {
            Kind::Secret => record::decode(&String::from_utf8_lossy(&STANDARD.decode(data)?))?,
            Kind::ConfigMap => record::decode(data)?,
        };
        release.labels = strings(&item["metadata"]["labels"]);
        Ok(release)
    }

    fn write(
        &self,
        namespace: &str,
        release: &Release,
        stamp: &str,
        now: Timestamp,
        doing: &str,
    ) -> Result<Json, RecordsError> {
        let data = record::encode(release).map_err(|error| {
            let doing = format!("{doing}: failed to encode release {}", quoted(&release.name));
            self.told(&doing, error.to_string())
        })?;
        let mut labels: BTreeMap<String, String> =
            BTreeMap::from([(stamp.to_owned(), now.as_second().to_string())]);
        labels.extend(release.labels.clone());
        for (key, value) in [
            ("name", release.name.clone()),
            ("owner", "helm".to_owned()),
            ("status", release.info.status.to_string()),
            ("version", release.revision.to_string()),
        ] {
            labels.insert(key.to_owned(), value);
        }
        let metadata = json!({"name": release.key(), "namespace": namespace, "labels": labels});
        Ok(match self.kind {
            Kind::Secret => json!({
                "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
                "metadata": metadata, "data": {"release": STANDARD.encode(data)},
            }),
            Kind::ConfigMap => json!({
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"release": data},
            }),
        })
    }
}

/// What the labels of a record say.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Head {
    namespace: String,
    name: String,
    revision: u32,
    status: String,
    key: String,
}

impl Head {
    fn of(item: &Json) -> Option<Self> {
        let metadata = &item["metadata"];
        let text = |value: &Json| value.as_str().map(str::to_owned);
        let label = |label: &str| text(&metadata["labels"][label]);
        Some(Self {
            namespace: text(&metadata["namespace"])?,
            name: label("name")?,
            revision: label("version")?.parse().ok()?,
            status: label("status")?,
            key: text(&metadata["name"])?,
        })
    }

    fn release(&self) -> (String, String) {
        (self.namespace.clone(), self.name.clone())
    }
}

/// Of each release the newest record; none if one lacks its labels.
fn newest(items: &[Json]) -> Option<BTreeMap<(String, String), Head>> {
    let mut newest = BTreeMap::<(String, String), Head>::new();
    for item in items {
        let head = Head::of(item)?;
        if newest.get(&head.release()).is_none_or(|other| other.revision <= head.revision) {
            newest.insert(head.release(), head);
        }
    }
    Some(newest)
}
