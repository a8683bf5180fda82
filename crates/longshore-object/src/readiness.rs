//! Whether a live object has become what its manifest asks for: one pure verdict per kind.
//!
//! The rules start from kstatus (<https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md>),
//! which Helm 4 uses, and go further where kstatus waits blindly: a Job counts when it is complete, a
//! route when a gateway has accepted it, a failed pod says which container failed and of what.
//!
//! A failure is *certain* when waiting cannot help: an invalid image name, a key that a Secret does not
//! have, a refusal by quota or admission, a failed Job. All others ([`pod::Problem`]) become certain when
//! they outlast the [`Grace`] of their cause, which the waiting side measures on its own clock.

pub mod custom;
mod generic;
mod grace;
mod job;
mod network;
mod path;
pub mod pod;
mod storage;
#[cfg(test)]
mod tests;
mod unproved;
mod well_known;
mod workload;

use std::sync::Arc;

use serde_json::Value as Json;

pub use custom::CustomRule;
pub use grace::{Grace, GraceValue};
pub use path::{JsonPath, PathError};
pub use unproved::{Unproved, unproved};

use crate::kinds;
use crate::live::{number, text};

/// The verdict on one live object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// It is what its manifest asks for.
    Ready,
    /// It is on its way.
    Progressing {
        /// What it waits for, in a few words: `1 of 3 pods available`.
        reason: String,
    },
    /// It has failed, or is failing.
    Failed {
        /// What is wrong, with the API's own message where there is one.
        reason: String,
        /// Whether waiting cannot help. If not, it may yet recover within the grace of its cause.
        certain: bool,
    },
}

impl Readiness {
    pub(crate) fn progressing(reason: impl Into<String>) -> Self {
        Self::Progressing { reason: reason.into() }
    }

    pub(crate) fn failed(reason: impl Into<String>, certain: bool) -> Self {
        Self::Failed { reason: reason.into(), certain }
    }

    /// Whether it is [`Readiness::Ready`].
    pub fn is_ready(&self) -> bool {
        *self == Self::Ready
    }

    /// The reason, if it is not ready.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Ready => None,
            Self::Progressing { reason } | Self::Failed { reason, .. } => Some(reason),
        }
    }
}

/// What to wait for beyond the default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// A Service of type LoadBalancer is ready only with an address. Off by default: a cluster without
    /// a load balancer never gives one.
    pub load_balancer_address: bool,
    /// An Ingress is ready only with an address. Off by default, for the same reason.
    pub ingress_address: bool,
    /// Rules of the user's own; the first for a kind counts.
    pub custom: Arc<[CustomRule]>,
}

impl Rules {
    /// Whether waiting for such an object makes sense: [`is_awaited`], or a rule of the user's is for it.
    pub fn awaits(&self, object: &crate::Object) -> bool {
        let gvk = object.gvk();
        self.awaits_kind(&gvk.group, &gvk.kind) || object.annotation(custom::annotation::PATH).is_some()
    }

    /// Whether objects of this kind are waited for.
    pub fn awaits_kind(&self, group: &str, kind: &str) -> bool {
        is_awaited(group, kind) || self.custom.iter().any(|rule| rule.is_for(group, kind))
    }
}

/// The verdict under the default [`Rules`].
///
/// ```
/// use longshore_object::{Readiness, readiness};
/// let live = serde_json::json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migrate"},
///     "status": {"conditions": [{"type": "Failed", "status": "True", "message": "backoff limit reached"}]}});
/// assert!(matches!(readiness(&live), Readiness::Failed { certain: true, .. }));
/// ```
pub fn readiness(live: &Json) -> Readiness {
    readiness_by(live, &Rules::default())
}

/// The verdict on a live object. Rules of the user's own go first: of the object's annotations, then of
/// `rules`. Kinds without a rule of their own are judged by their conditions.
pub fn readiness_by(live: &Json, rules: &Rules) -> Readiness {
    if live.pointer("/metadata/deletionTimestamp").is_some_and(|t| !t.is_null()) {
        return Readiness::progressing("being deleted");
    }
    let (group, kind) = kind_of(live);
    if let Some(rule) = CustomRule::of_live(live) {
        return rule.verdict(live);
    }
    if let Some(rule) = rules.custom.iter().find(|rule| rule.is_for(group, kind)) {
        return rule.verdict(live);
    }
    of_kind(group, kind, live, rules).unwrap_or_else(|| generic::verdict(live))
}

/// Whether anything says when such an object is ready. If not, [`readiness_by`] calls it ready because it
/// exists, and whoever waited for it should be told so.
pub fn is_ruled(live: &Json, rules: &Rules) -> bool {
    let (group, kind) = kind_of(live);
    CustomRule::of_live(live).is_some()
        || rules.custom.iter().any(|rule| rule.is_for(group, kind))
        || !is_awaited(group, kind)
        || of_kind(group, kind, live, rules).is_some()
        || kinds::scope(group, kind).is_some()
        || generic::says_something(live)
}

fn kind_of(live: &Json) -> (&str, &str) {
    let api_version = text(live, "/apiVersion");
    (api_version.split_once('/').map_or("", |(group, _)| group), text(live, "/kind"))
}

/// The verdict of the rule for the kind, if there is one.
fn of_kind(group: &str, kind: &str, live: &Json, rules: &Rules) -> Option<Readiness> {
    Some(match (group, kind) {
        ("", "Pod") => pod::verdict(live),
        ("", "PersistentVolumeClaim") => storage::claim(live),
        ("", "Service") => network::service(live, rules),
        ("", "Namespace") => storage::namespace(live),
        ("", "ReplicationController") | ("apps" | "extensions", "ReplicaSet") => workload::replica_set(live),
        ("apps" | "extensions", "Deployment") => workload::deployment(live),
        ("apps" | "extensions", "DaemonSet") => workload::daemon_set(live),
        ("apps", "StatefulSet") => workload::stateful_set(live),
        ("batch", "Job") => job::verdict(live),
        ("networking.k8s.io" | "extensions", "Ingress") => network::ingress(live, rules),
        ("gateway.networking.k8s.io", "Gateway") => network::gateway(live),
        ("gateway.networking.k8s.io", kind) if kind.ends_with("Route") => network::route(live),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => generic::definition(live),
        ("apiregistration.k8s.io", "APIService") => generic::api_service(live),
        // An autoscaler without metrics yet still holds the replicas it has.
        ("autoscaling", "HorizontalPodAutoscaler") => Readiness::Ready,
        _ => return well_known::verdict(group, kind, live),
    })
}

/// Whether waiting for an object of this kind by itself makes sense. Most kinds without a status are ready
/// by existing, and whoever applied them knows that they exist.
///
/// A PersistentVolumeClaim binds only when a pod needs it, if its class says `WaitForFirstConsumer`; so a
/// claim that is not bound holds nothing up, and the pods that use it tell what is wrong with it.
pub fn is_awaited(group: &str, kind: &str) -> bool {
    !matches!(
        (group, kind),
        (
            "",
            "ConfigMap"
                | "Secret"
                | "ServiceAccount"
                | "LimitRange"
                | "ResourceQuota"
                | "Endpoints"
                | "PersistentVolumeClaim"
        ) | ("rbac.authorization.k8s.io" | "admissionregistration.k8s.io" | "storage.k8s.io", _)
            | ("networking.k8s.io", "NetworkPolicy" | "IngressClass")
            | ("autoscaling", "HorizontalPodAutoscaler")
            | ("scheduling.k8s.io", "PriorityClass")
            | ("discovery.k8s.io", "EndpointSlice")
            | ("coordination.k8s.io", "Lease")
            | ("node.k8s.io", "RuntimeClass")
            | ("batch", "CronJob")
            | ("secrets-store.csi.x-k8s.io", "SecretProviderClass")
    )
}

/// Whether the controller has seen the newest spec; the wait's words if not.
pub(crate) fn unobserved(live: &Json) -> Option<Readiness> {
    let generation = number(live, "/metadata/generation")?;
    let observed = number(live, "/status/observedGeneration");
    match observed {
        Some(observed) if observed >= generation => None,
        Some(_) => Some(Readiness::progressing("the newest change is not seen by its controller yet")),
        None => None,
    }
}
