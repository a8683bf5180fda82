//! Workloads: pods wanted, made, replaced, available.

use serde_json::Value as Json;

use super::{Readiness, unobserved};
use crate::live::{Condition, condition, count, number, text};

/// A refusal by quota or admission, which repeating does not change.
fn is_refusal(message: &str) -> bool {
    ["exceeded quota", "violates PodSecurity", "denied the request", "is forbidden", "is invalid"]
        .iter()
        .any(|words| message.contains(words))
}

/// `ReplicaFailure`: the controller cannot make pods.
fn replica_failure(live: &Json) -> Option<Readiness> {
    let failure = condition(live, "ReplicaFailure").filter(Condition::is_true)?;
    let words = failure.words();
    Some(Readiness::failed(format!("pods cannot be created: {words}"), is_refusal(words)))
}

/// Pods that are to go, and are still there.
fn too_many(extra: i64) -> String {
    format!("{} too many still to go", pods(extra, "pod"))
}

/// How many there are.
fn pods(count: i64, name: &str) -> String {
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}

fn is_on_delete(live: &Json) -> bool {
    text(live, "/spec/updateStrategy/type") == "OnDelete"
}

pub(super) fn deployment(live: &Json) -> Readiness {
    if let Some(waiting) = unseen(live).or_else(|| replica_failure(live)) {
        return waiting;
    }
    if live.pointer("/spec/paused").and_then(Json::as_bool) == Some(true) {
        return Readiness::Ready;
    }
    if let Some(stuck) = condition(live, "Progressing").filter(|c| c.reason == "ProgressDeadlineExceeded") {
        return Readiness::failed(format!("no progress within the deadline: {}", stuck.words()), true);
    }
    let wanted = number(live, "/spec/replicas").unwrap_or(1);
    let total = count(live, "/status/replicas");
    let updated = count(live, "/status/updatedReplicas");
    let ready = count(live, "/status/readyReplicas");
    let available = count(live, "/status/availableReplicas");
    if updated < wanted {
        return Readiness::progressing(format!("{updated} of {wanted} pods updated"));
    }
    if total > updated {
        return Readiness::progressing(format!("{} still to go", pods(total - updated, "old pod")));
    }
    if available < wanted {
        return Readiness::progressing(format!("{available} of {wanted} pods available"));
    }
    if ready < wanted {
        return Readiness::progressing(format!("{ready} of {wanted} pods ready"));
    }
    if condition(live, "Available").is_some_and(|c| !c.is_true()) {
        return Readiness::progressing("not available yet");
    }
    Readiness::Ready
}

/// As [`unobserved`], and a status that nobody has written yet counts as unseen.
fn unseen(live: &Json) -> Option<Readiness> {
    if number(live, "/metadata/generation").is_some() && number(live, "/status/observedGeneration").is_none()
    {
        return Some(Readiness::progressing("not seen by its controller yet"));
    }
    unobserved(live)
}

pub(super) fn stateful_set(live: &Json) -> Readiness {
    if let Some(waiting) = unseen(live) {
        return waiting;
    }
    let wanted = number(live, "/spec/replicas").unwrap_or(1);
    let total = count(live, "/status/replicas");
    let ready = count(live, "/status/readyReplicas");
    let updated = count(live, "/status/updatedReplicas");
    if total < wanted {
        return Readiness::progressing(format!("{total} of {wanted} pods created"));
    }
    if ready < wanted {
        return Readiness::progressing(format!("{ready} of {wanted} pods ready"));
    }
    if total > wanted {
        return Readiness::progressing(too_many(total - wanted));
    }
    // Its pods are there; that some are of an older revision is what was asked for.
    if is_on_delete(live) {
        return Readiness::Ready;
    }
    let partition = count(live, "/spec/updateStrategy/rollingUpdate/partition");
    if partition > 0 {
        let due = (wanted - partition).max(0);
        if updated < due {
            return Readiness::progressing(format!("{updated} of {due} pods updated"));
        }
        return Readiness::Ready;
    }
    let (current, target) = (text(live, "/status/currentRevision"), text(live, "/status/updateRevision"));
    if current != target {
        return Readiness::progressing(format!("{updated} of {wanted} pods updated"));
    }
    Readiness::Ready
}

pub(super) fn daemon_set(live: &Json) -> Readiness {
    if let Some(waiting) = unseen(live) {
        return waiting;
    }
    let wanted = count(live, "/status/desiredNumberScheduled");
    for (field, word) in [
        ("/status/currentNumberScheduled", "scheduled"),
        ("/status/updatedNumberScheduled", "updated"),
        ("/status/numberAvailable", "available"),
        ("/status/numberReady", "ready"),
    ] {
        let there = count(live, field);
        if there < wanted && !(word == "updated" && is_on_delete(live)) {
            return Readiness::progressing(format!("{there} of {wanted} pods {word}"));
        }
    }
    Readiness::Ready
}

pub(super) fn replica_set(live: &Json) -> Readiness {
    if let Some(waiting) = unseen(live).or_else(|| replica_failure(live)) {
        return waiting;
    }
    let wanted = number(live, "/spec/replicas").unwrap_or(1);
    for (field, word) in [
        ("/status/replicas", "created"),
        ("/status/fullyLabeledReplicas", "labelled as its template says"),
        ("/status/readyReplicas", "ready"),
        ("/status/availableReplicas", "available"),
    ] {
        let there = count(live, field);
        if there < wanted {
            return Readiness::progressing(format!("{there} of {wanted} pods {word}"));
        }
    }
    let extra = count(live, "/status/replicas") - wanted;
    if extra > 0 {
        return Readiness::progressing(too_many(extra));
    }
    Readiness::Ready
}
