//! The order in which Helm installs and uninstalls kinds.
//!
//! Helm's tables name kinds without their groups, and so does every comparison here
//! (<https://github.com/helm/helm/blob/v4.3.1/pkg/release/v1/util/kind_sorter.go>). Rendering needs
//! exactly this order, because `helm template` prints in it; our own order of a deploy is in
//! [`crate::order`].

use std::cmp::Ordering;

/// Kinds in the order of installation.
pub const INSTALL_ORDER: [&str; 38] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// Kinds in the order of removal: the mirror of [`INSTALL_ORDER`], except that a Service goes before the
/// workloads behind it.
pub const UNINSTALL_ORDER: [&str; 38] = [
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
    "APIService",
    "Ingress",
    "IngressClass",
    "Service",
    "CronJob",
    "Job",
    "StatefulSet",
    "HorizontalPodAutoscaler",
    "Deployment",
    "ReplicaSet",
    "ReplicationController",
    "Pod",
    "DaemonSet",
    "RoleBindingList",
    "RoleBinding",
    "RoleList",
    "Role",
    "ClusterRoleBindingList",
    "ClusterRoleBinding",
    "ClusterRoleList",
    "ClusterRole",
    "CustomResourceDefinition",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "StorageClass",
    "ConfigMap",
    "SecretList",
    "Secret",
    "ServiceAccount",
    "PodDisruptionBudget",
    "PodSecurityPolicy",
    "LimitRange",
    "ResourceQuota",
    "NetworkPolicy",
    "Namespace",
    "PriorityClass",
];

/// The position of a kind in an order, unknown kinds after all others.
fn rank(order: &[&str], kind: &str) -> usize {
    order.iter().position(|known| *known == kind).unwrap_or(order.len())
}

/// The position of `kind` in [`INSTALL_ORDER`], or its length for kinds that are not in it.
pub fn install_rank(kind: &str) -> usize {
    rank(&INSTALL_ORDER, kind)
}

/// The position of `kind` in [`UNINSTALL_ORDER`], or its length for kinds that are not in it.
pub fn uninstall_rank(kind: &str) -> usize {
    rank(&UNINSTALL_ORDER, kind)
}

/// Compares two kinds as Helm's stable sort does: by rank, unknown kinds last and among themselves by
/// name. `rank` is [`install_rank`] or [`uninstall_rank`].
///
/// ```
/// use longshore_object::kinds::{compare_by_kind, install_rank};
/// let mut kinds = vec!["Widget", "Ingress", "Gadget", "Service"];
/// kinds.sort_by(|a, b| compare_by_kind(a, b, install_rank));
/// assert_eq!(kinds, ["Service", "Ingress", "Gadget", "Widget"]);
/// ```
pub fn compare_by_kind(a: &str, b: &str, rank: fn(&str) -> usize) -> Ordering {
    let (ra, rb) = (rank(a), rank(b));
    ra.cmp(&rb).then_with(|| if ra == INSTALL_ORDER.len() { a.cmp(b) } else { Ordering::Equal })
}

#[cfg(test)]
mod tests {
    use super::{INSTALL_ORDER, UNINSTALL_ORDER};

    #[test]
    fn removal_mirrors_installation_but_for_services() {
        let mut mirrored = INSTALL_ORDER.to_vec();
        mirrored.reverse();
        mirrored.retain(|kind| *kind != "Service");
        let mut removal = UNINSTALL_ORDER.to_vec();
        removal.retain(|kind| *kind != "Service");
        assert_eq!(mirrored, removal);
    }
}
