//! Which objects an object names: the ConfigMaps and Secrets of its pods, its Service, its scale target.
//!
//! References are read from the manifest alone, so they say what must exist, not what does. The field
//! is kept as a JSON pointer, to lead a message ("Secret db-password is named here and exists
//! nowhere") to its line.

mod network;
mod pods;
mod secrets;
#[cfg(test)]
mod tests;

pub use pods::{keys_read, pod_spec, pod_template};

use crate::{Object, ObjectKey, Tree};

/// What the named object is to the one that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// A pod reads it: environment, volume, pull secret. Without it containers do not start.
    Mounts,
    /// A pod runs as it.
    RunsAs,
    /// A class that must exist: priority, storage, runtime, ingress, gateway.
    Class,
    /// Requests are sent there: the backend of a route, the Service of a webhook or of an API.
    Backend,
    /// It is attached there: a route to its Gateway, a StatefulSet to its governing Service, an ExternalSecret to its
    /// store.
    Attaches,
    /// It scales that.
    Scales,
    /// It grants that role.
    Grants,
    /// It grants to that subject.
    Subject,
    /// It is served with that certificate.
    Certificate,
    /// It binds that volume.
    Volume,
}

/// One object named by another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Who is named. The namespace is `None` where it is that of the naming object, or cluster scope.
    pub target: ObjectKey,
    /// What it is to the naming object.
    pub relation: Relation,
    /// Whether the naming object does without it (`optional: true`).
    pub optional: bool,
    /// JSON pointer of the naming field.
    pub field: String,
}

/// Collects references with the pointer of where it is.
pub(crate) struct Collector {
    found: Vec<Reference>,
}

impl Collector {
    /// Adds a reference, unless the name is missing or empty.
    fn add(&mut self, relation: Relation, group: &str, kind: &str, name: Option<&Tree>, field: String) {
        self.add_in(relation, group, kind, None, name, field, false);
    }

    #[expect(clippy::too_many_arguments, reason = "one row of a table")]
    fn add_in(
        &mut self,
        relation: Relation,
        group: &str,
        kind: &str,
        namespace: Option<&str>,
        name: Option<&Tree>,
        field: String,
        optional: bool,
    ) {
        let Some(name) = name.and_then(Tree::as_str).filter(|name| !name.is_empty()) else {
            return;
        };
        self.found.push(Reference {
            target: ObjectKey {
                group: group.to_owned(),
                kind: kind.to_owned(),
                namespace: namespace.filter(|n| !n.is_empty()).map(str::to_owned),
                name: name.to_owned(),
            },
            relation,
            optional,
            field,
        });
    }
}

/// All objects that `object` names, in the order of a fixed walk.
///
/// ```
/// use longshore_diag::Place;
/// use longshore_object::{Object, references::references};
/// let job = serde_json::json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"},
///     "spec": {"template": {"spec": {"containers": [
///         {"name": "c", "envFrom": [{"secretRef": {"name": "db"}}]}]}}}});
/// let job = Object::from_json(job, Place::file("job.yaml"))?;
/// assert_eq!(references(&job)[0].target.to_string(), "Secret/db");
/// # Ok::<(), longshore_diag::Diagnostic>(())
/// ```
pub fn references(object: &Object) -> Vec<Reference> {
    let mut out = Collector { found: Vec::new() };
    if let Some((spec, pointer)) = pod_spec(object) {
        pods::collect(spec, &pointer, &mut out);
    }
    let at = |pointer: &str| object.get(pointer);
    let gvk = object.gvk();
    match (gvk.group.as_str(), gvk.kind.as_str()) {
        ("apps", "StatefulSet") => out.add(
            Relation::Attaches,
            "",
            "Service",
            at("/spec/serviceName"),
            "/spec/serviceName".to_owned(),
        ),
        ("", "ServiceAccount") => {
            for (i, secret) in list(object, "/imagePullSecrets").iter().enumerate() {
                let field = format!("/imagePullSecrets/{i}/name");
                out.add(Relation::Mounts, "", "Secret", secret.child("name"), field);
            }
        }
        ("", "PersistentVolumeClaim") => {
            let class = "/spec/storageClassName";
            out.add(Relation::Class, "storage.k8s.io", "StorageClass", at(class), class.to_owned());
            let volume = "/spec/volumeName";
            out.add(Relation::Volume, "", "PersistentVolume", at(volume), volume.to_owned());
        }
        ("autoscaling", "HorizontalPodAutoscaler") | ("keda.sh", "ScaledObject") => {
            scale_target(object, "/spec/scaleTargetRef", &mut out);
        }
        ("autoscaling.k8s.io", "VerticalPodAutoscaler") => {
            scale_target(object, "/spec/targetRef", &mut out);
        }
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => bindings(object, &mut out),
        (secrets::EXTERNAL, _) => secrets::stores(object, &mut out),
        (secrets::VAULT, _) => secrets::vault(object, &mut out),
        _ => network::collect(object, &mut out),
    }
    out.found
}

/// The items of the list at a JSON pointer.
pub(crate) fn list<'a>(object: &'a Object, pointer: &str) -> &'a [Tree] {
    object.get(pointer).map_or(&[], Tree::items)
}

/// The string member called `key`.
pub(crate) fn member<'a>(tree: &'a Tree, key: &str) -> Option<&'a str> {
    tree.child(key)?.as_str()
}

fn scale_target(object: &Object, pointer: &str, out: &mut Collector) {
    let Some(target) = object.get(pointer) else { return };
    // KEDA leaves both out and means a Deployment.
    let api_version = member(target, "apiVersion").unwrap_or("apps/v1");
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let kind = member(target, "kind").unwrap_or("Deployment");
    out.add(Relation::Scales, group, kind, target.child("name"), format!("{pointer}/name"));
}

fn bindings(object: &Object, out: &mut Collector) {
    const RBAC: &str = "rbac.authorization.k8s.io";
    let kind = object.str_at("/roleRef/kind").unwrap_or("Role");
    let name = object.get("/roleRef/name");
    out.add(Relation::Grants, RBAC, kind, name, "/roleRef/name".to_owned());
    for (i, subject) in list(object, "/subjects").iter().enumerate() {
        if member(subject, "kind") == Some("ServiceAccount") {
            let namespace = member(subject, "namespace");
            let field = format!("/subjects/{i}/name");
            let name = subject.child("name");
            out.add_in(Relation::Subject, "", "ServiceAccount", namespace, name, field, false);
        }
    }
}
