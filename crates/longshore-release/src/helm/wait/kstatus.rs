//! kstatus: what a live object's fields say of how far it is.
//!
//! Rules and words: `pkg/kstatus/status` of <https://github.com/fluxcd/cli-utils/tree/v1.2.2>, which Helm 4 waits by.
//! They end up in the messages of failed waits.

mod workloads;

pub(super) use workloads::{ended_job, is_unschedulable};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

/// How long a pod may be without a node before that is a failure.
pub(super) const SCHEDULE_WINDOW: SignedDuration = SignedDuration::from_secs(15);

/// How far an object is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Status {
    /// Nothing was seen of it.
    #[default]
    Unknown,
    InProgress,
    Failed,
    Current,
    Terminating,
    NotFound,
}

impl Status {
    /// Its name in messages.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "Unknown",
            Self::InProgress => "InProgress",
            Self::Failed => "Failed",
            Self::Current => "Current",
            Self::Terminating => "Terminating",
            Self::NotFound => "NotFound",
        }
    }
}

/// How far an object is, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) status: Status,
    pub(super) message: String,
}

impl Verdict {
    pub(super) fn current(message: impl Into<String>) -> Self {
        Self { status: Status::Current, message: message.into() }
    }

    pub(super) fn in_progress(message: impl Into<String>) -> Self {
        Self { status: Status::InProgress, message: message.into() }
    }

    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self { status: Status::Failed, message: message.into() }
    }

    pub(super) fn not_found() -> Self {
        Self { status: Status::NotFound, message: String::from("Resource not found") }
    }
}

/// A condition of an object's status.
#[derive(Debug, Clone, Copy)]
pub(super) struct Condition<'o> {
    pub(super) kind: &'o str,
    pub(super) status: &'o str,
    pub(super) reason: &'o str,
    pub(super) message: &'o str,
}

/// The conditions of an object's status.
pub(super) fn conditions(object: &Json) -> impl Iterator<Item = Condition<'_>> {
    let all = object.pointer("/status/conditions").and_then(Json::as_array);
    all.into_iter().flatten().map(|condition| {
        let text = |key: &str| condition.get(key).and_then(Json::as_str).unwrap_or_default();
        Condition {
            kind: text("type"),
            status: text("status"),
            reason: text("reason"),
            message: text("message"),
        }
    })
}

/// The whole number at a pointer, or `otherwise`.
pub(super) fn number(object: &Json, pointer: &str, otherwise: i64) -> i64 {
    object.pointer(pointer).and_then(Json::as_i64).unwrap_or(otherwise)
}

/// The text at a pointer; empty if there is none.
pub(super) fn text<'o>(object: &'o Json, pointer: &str) -> &'o str {
    object.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}

/// The verdict on an object at a time.
pub(super) fn verdict(object: &Json, now: Timestamp) -> Verdict {
    if let Some(verdict) = general(object) {
        return verdict;
    }
    let api_version = text(object, "/apiVersion");
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    match (group, text(object, "/kind")) {
        ("", "Service") => service(object),
        ("", "Pod") => workloads::pod(object, now),
        ("", "Secret" | "ConfigMap") | ("batch", "CronJob") => Verdict::current("Resource is always ready"),
        ("", "PersistentVolumeClaim") => claim(object),
        ("apps", "StatefulSet") => workloads::stateful_set(object),
        ("apps" | "extensions", "DaemonSet") => workloads::daemon_set(object),
        ("apps" | "extensions", "Deployment") => workloads::deployment(object),
        ("apps" | "extensions", "ReplicaSet") => workloads::replica_set(object),
        ("policy", "PodDisruptionBudget") => Verdict::current("AllowedDisruptions has been computed."),
        ("batch", "Job") => workloads::job(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(object),
        _ => ready(object).unwrap_or_else(|| Verdict::current("Resource is current")),
    }
}

/// What holds for every kind.
fn general(object: &Json) -> Option<Verdict> {
    if !text(object, "/metadata/deletionTimestamp").is_empty() {
        return Some(Verdict {
            status: Status::Terminating,
            message: String::from("Resource scheduled for deletion"),
        });
    }
    let generation = object.pointer("/metadata/generation").and_then(Json::as_i64);
    let observed = object.pointer("/status/observedGeneration").and_then(Json::as_i64);
    if let (Some(generation), Some(observed)) = (generation, observed)
        && generation != observed
    {
        let kind = text(object, "/kind");
        return Some(Verdict::in_progress(format!(
            "{kind} generation is {generation}, but latest observed generation is {observed}"
        )));
    }
    conditions(object).find_map(|condition| match (condition.kind, condition.status) {
        ("Reconciling", "True") => Some(Verdict::in_progress(condition.message)),
        ("Stalled", "True") => Some(Verdict::failed(condition.message)),
        _ => None,
    })
}

/// What a condition `Ready` says; `None` if there is none.
fn ready(object: &Json) -> Option<Verdict> {
    conditions(object).filter(|condition| condition.kind == "Ready").find_map(|condition| {
        match condition.status {
            "True" => Some(Verdict::current("Resource is Ready")),
            "False" | "Unknown" => Some(Verdict::in_progress(condition.message)),
            _ => None,
        }
    })
}

fn service(object: &Json) -> Verdict {
    if text(object, "/spec/type") == "LoadBalancer" && text(object, "/spec/clusterIP").is_empty() {
        return Verdict::in_progress("ClusterIP not set. Service type: LoadBalancer");
    }
    Verdict::current("Service is ready")
}

fn claim(object: &Json) -> Verdict {
    match object.pointer("/status/phase").and_then(Json::as_str).unwrap_or("unknown") {
        "Bound" => Verdict::current("PVC is Bound"),
        phase => Verdict::in_progress(format!("PVC is not Bound. phase: {phase}")),
    }
}

fn definition(object: &Json) -> Verdict {
    for condition in conditions(object) {
        match (condition.kind, condition.status) {
            ("NamesAccepted", "False") => return Verdict::failed(condition.message),
            ("Established", "False") if condition.reason != "Installing" => {
                return Verdict::failed(condition.message);
            }
            ("Established", "True") => return Verdict::current("CRD is established"),
            _ => {}
        }
    }
    Verdict::in_progress("Install in progress")
}

#[cfg(test)]
mod tests;
