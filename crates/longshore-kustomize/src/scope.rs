//! Which types are known to be outside of namespaces.
//!
//! Kustomize knows the types of Kubernetes 1.21.2 and those of a schema that a kustomization names; what it does not know
//! counts as living in a namespace. The table is a fact of that version (<https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/openapi/openapi.go>).

use std::cell::Cell;
use std::collections::BTreeMap;

/// What is known of the scope of types: those of Kubernetes 1.21.2 and those that a schema adds.
///
/// ```
/// use longshore_kustomize::Scopes;
/// let mut scopes = Scopes::default();
/// assert!(scopes.is_cluster_scoped("v1", "Namespace"));
/// assert!(!scopes.is_cluster_scoped("example.com/v1", "Fleet"));
/// scopes.add("example.com/v1", "Fleet", false);
/// assert!(scopes.is_cluster_scoped("example.com/v1", "Fleet"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Scopes {
    added: BTreeMap<(String, String), bool>,
    /// Whether anybody asked about a type that is not builtin.
    was_asked: Cell<bool>,
}

impl Scopes {
    /// Notes that a schema has a path for the type, with or without a namespace in it. One with a namespace is enough;
    /// of a builtin type it changes nothing.
    pub fn add(&mut self, api_version: &str, kind: &str, is_namespaced: bool) {
        *self.added.entry((api_version.to_owned(), kind.to_owned())).or_default() |= is_namespaced;
    }

    /// Whether anybody asked about a type that is not builtin, which upstream remembers.
    pub fn was_asked_about_others(&self) -> bool {
        self.was_asked.get()
    }

    /// Whether the type is known, and known to be outside of namespaces.
    pub fn is_cluster_scoped(&self, api_version: &str, kind: &str) -> bool {
        if let Ok(at) = BUILTIN.binary_search_by_key(&api_version, |row| row.0) {
            let (_, cluster, namespaced) = BUILTIN[at];
            if cluster.contains(&kind) {
                return true;
            }
            if namespaced.contains(&kind) {
                return false;
            }
        }
        self.was_asked.set(true);
        !self.added.is_empty()
            && self
                .added
                .get(&(api_version.to_owned(), kind.to_owned()))
                .is_some_and(|in_namespace| !in_namespace)
    }
}

/// API version, kinds outside of namespaces, kinds in namespaces; sorted by the first.
type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

static BUILTIN: &[Row] = &[
    (
        "admissionregistration.k8s.io/v1",
        &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
        &[],
    ),
    (
        "admissionregistration.k8s.io/v1beta1",
        &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
        &[],
    ),
    ("apiextensions.k8s.io/v1", &["CustomResourceDefinition"], &[]),
    ("apiextensions.k8s.io/v1beta1", &["CustomResourceDefinition"], &[]),
    ("apiregistration.k8s.io/v1", &["APIService"], &[]),
    ("apiregistration.k8s.io/v1beta1", &["APIService"], &[]),
    ("apps/v1", &[], &["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]),
    ("autoscaling/v1", &[], &["HorizontalPodAutoscaler", "Scale"]),
    ("autoscaling/v2beta1", &[], &["HorizontalPodAutoscaler"]),
    ("autoscaling/v2beta2", &[], &["HorizontalPodAutoscaler"]),
    ("batch/v1", &[], &["CronJob", "Job"]),
    ("batch/v1beta1", &[], &["CronJob"]),
    ("certificates.k8s.io/v1", &["CertificateSigningRequest"], &[]),
    ("certificates.k8s.io/v1beta1", &["CertificateSigningRequest"], &[]),
    ("coordination.k8s.io/v1", &[], &["Lease"]),
    ("coordination.k8s.io/v1beta1", &[], &["Lease"]),
    ("discovery.k8s.io/v1", &[], &["EndpointSlice"]),
    ("discovery.k8s.io/v1beta1", &[], &["EndpointSlice"]),
    ("events.k8s.io/v1", &[], &["Event"]),
    ("events.k8s.io/v1beta1", &[], &["Event"]),
    ("extensions/v1beta1", &[], &["Ingress"]),
    ("flowcontrol.apiserver.k8s.io/v1beta1", &["FlowSchema", "PriorityLevelConfiguration"], &[]),
    ("networking.k8s.io/v1", &["IngressClass"], &["Ingress", "NetworkPolicy"]),
    ("networking.k8s.io/v1beta1", &["IngressClass"], &["Ingress"]),
    ("node.k8s.io/v1", &["RuntimeClass"], &[]),
    ("node.k8s.io/v1beta1", &["RuntimeClass"], &[]),
    ("policy/v1", &[], &["PodDisruptionBudget"]),
    ("policy/v1beta1", &["PodSecurityPolicy"], &["PodDisruptionBudget"]),
    ("rbac.authorization.k8s.io/v1", &["ClusterRole", "ClusterRoleBinding"], &["Role", "RoleBinding"]),
    ("rbac.authorization.k8s.io/v1beta1", &["ClusterRole", "ClusterRoleBinding"], &["Role", "RoleBinding"]),
    ("scheduling.k8s.io/v1", &["PriorityClass"], &[]),
    ("scheduling.k8s.io/v1beta1", &["PriorityClass"], &[]),
    ("storage.k8s.io/v1", &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"], &[]),
    (
        "storage.k8s.io/v1beta1",
        &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"],
        &["CSIStorageCapacity"],
    ),
    (
        "v1",
        &["ComponentStatus", "Namespace", "Node", "NodeProxyOptions", "PersistentVolume"],
        &[
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "PersistentVolumeClaim",
            "Pod",
            "PodAttachOptions",
            "PodExecOptions",
            "PodPortForwardOptions",
            "PodProxyOptions",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
            "ServiceProxyOptions",
        ],
    ),
];
