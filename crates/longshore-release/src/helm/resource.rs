//! An object of a manifest, as the cluster serves its kind.

use longshore_cluster::{Cluster, Error as ClusterError};
use longshore_go::strconv::quoted;
use longshore_object::{Gvk, ObjectKey};
use serde_json::Value as Json;

/// An object that Helm sends, waits for or deletes.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Its kind.
    pub gvk: Gvk,
    /// The kind's name in URLs.
    pub plural: String,
    /// Whether its kind lives in namespaces.
    pub namespaced: bool,
    /// Its namespace; of a cluster-wide object what its manifest says, mostly nothing.
    pub namespace: String,
    /// Its name; empty if the server makes one up.
    pub name: String,
    /// The object itself, `metadata.namespace` set where its kind lives in namespaces.
    pub object: Json,
}

impl Resource {
    /// The namespace that requests for it name.
    pub fn namespace(&self) -> Option<&str> {
        self.namespaced.then_some(self.namespace.as_str())
    }

    /// How Helm names it: `ConfigMap "a" in namespace "b"`.
    pub fn shown(&self) -> String {
        format!("{} {} in namespace {}", self.gvk.kind, quoted(&self.name), quoted(&self.namespace))
    }

    /// How Helm names it with its version: `b/a apps/v1, Kind=Deployment`.
    pub fn shown_with_version(&self) -> String {
        let Gvk { group, version, kind } = &self.gvk;
        format!("{}/{} {group}/{version}, Kind={kind}", self.namespace, self.name)
    }

    /// Its identity.
    pub fn key(&self) -> ObjectKey {
        ObjectKey {
            group: self.gvk.group.clone(),
            kind: self.gvk.kind.clone(),
            namespace: self.namespace().map(str::to_owned),
            name: self.name.clone(),
        }
    }

    /// Whether both are one object; which version of their kind they are written in does not count.
    pub fn is_same(&self, other: &Self) -> bool {
        self.key() == other.key()
    }

    /// The text at a JSON pointer of the object; empty if there is none.
    pub fn text(&self, pointer: &str) -> &str {
        self.object.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
    }

    /// The live object; `None` if there is none.
    pub async fn live(&self, cluster: &Cluster) -> Result<Option<Json>, ClusterError> {
        cluster.get(&self.gvk, self.namespace(), &self.name).await
    }
}
