//! Pods, and what makes them.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::{SCHEDULE_WINDOW, Verdict, conditions, number, text};

/// How the controller of Deployments writes that there is no deadline.
const NO_DEADLINE: i64 = i32::MAX as i64;

pub(super) fn stateful_set(object: &Json) -> Verdict {
    if text(object, "/spec/updateStrategy/type") == "OnDelete" {
        return Verdict::current("StatefulSet is using the ondelete update strategy");
    }
    let wanted = number(object, "/spec/replicas", 1);
    let status = |field: &str| number(object, &format!("/status/{field}"), 0);
    let (replicas, ready) = (status("replicas"), status("readyReplicas"));
    if wanted > replicas {
        return Verdict::in_progress(format!("Replicas: {replicas}/{wanted}"));
    }
    if wanted > ready {
        return Verdict::in_progress(format!("Ready: {ready}/{wanted}"));
    }
    if replicas > wanted {
        return Verdict::in_progress(format!("Pending termination: {}", replicas - wanted));
    }
    let (updated, current) = (status("updatedReplicas"), status("currentReplicas"));
    let partition = number(object, "/spec/updateStrategy/rollingUpdate/partition", -1);
    if partition != -1 {
        let wanted = wanted - partition;
        if updated < wanted {
            return Verdict::in_progress(format!("updated: {updated}/{wanted}"));
        }
        return Verdict::current(format!("Partition rollout complete. updated: {updated}"));
    }
    if wanted > current {
        return Verdict::in_progress(format!("current: {current}/{wanted}"));
    }
    if text(object, "/status/currentRevision") != text(object, "/status/updateRevision") {
        return Verdict::in_progress("Waiting for updated revision to match current");
    }
    Verdict::current(format!("All replicas scheduled as expected. Replicas: {replicas}"))
}

pub(super) fn deployment(object: &Json) -> Verdict {
    // Without a deadline the controller never says whether it gets on.
    let mut progresses = number(object, "/spec/progressDeadlineSeconds", NO_DEADLINE) == NO_DEADLINE;
    let mut is_available = false;
    for condition in conditions(object) {
        match condition.kind {
            "Progressing" if condition.reason == "ProgressDeadlineExceeded" => {
                return Verdict::failed("Progress deadline exceeded");
            }
            "Progressing" => {
                progresses |= condition.status == "True" && condition.reason == "NewReplicaSetAvailable";
            }
            "Available" => is_available |= condition.status == "True",
            _ => {}
        }
    }
    let wanted = number(object, "/spec/replicas", 1);
    let status = |field: &str| number(object, &format!("/status/{field}"), 0);
    let (replicas, updated) = (status("replicas"), status("updatedReplicas"));
    let (ready, available) = (status("readyReplicas"), status("availableReplicas"));
    if wanted > replicas {
        return Verdict::in_progress(format!("Replicas: {replicas}/{wanted}"));
    }
    if wanted > updated {
        return Verdict::in_progress(format!("Updated: {updated}/{wanted}"));
    }
    if replicas > wanted {
        return Verdict::in_progress(format!("Pending termination: {}", replicas - wanted));
    }
    if updated > available {
        return Verdict::in_progress(format!("Available: {available}/{updated}"));
    }
    if wanted > ready {
        return Verdict::in_progress(format!("Ready: {ready}/{wanted}"));
    }
    if !progresses {
        return Verdict::in_progress("ReplicaSet not Available");
    }
    if !is_available {
        return Verdict::in_progress("Deployment not Available");
    }
    Verdict::current(format!("Deployment is available. Replicas: {replicas}"))
}

pub(super) fn replica_set(object: &Json) -> Verdict {
    if conditions(object).any(|condition| condition.kind == "ReplicaFailure" && condition.status == "True") {
        return Verdict::in_progress("Replica Failure condition. Check Pods");
    }
    let wanted = number(object, "/spec/replicas", 1);
    let status = |field: &str| number(object, &format!("/status/{field}"), 0);
    let replicas = status("replicas");
    for (what, field) in
        [("Labelled", "fullyLabeledReplicas"), ("Available", "availableReplicas"), ("Ready", "readyReplicas")]
    {
        let is = status(field);
        if wanted > is {
            return Verdict::in_progress(format!("{what}: {is}/{wanted}"));
        }
    }
    if replicas > wanted {
        return Verdict::in_progress(format!("Pending termination: {}", replicas - wanted));
    }
    Verdict::current(format!("ReplicaSet is available. Replicas: {replicas}"))
}

pub(super) fn daemon_set(object: &Json) -> Verdict {
    let is_set = |pointer: &str| object.pointer(pointer).and_then(Json::as_i64).is_some();
    let kind = text(object, "/kind");
    for (pointer, named) in [
        ("/metadata/generation", "metadata.generation"),
        ("/status/observedGeneration", "status.observedGeneration"),
    ] {
        if !is_set(pointer) {
            return Verdict::in_progress(format!("{kind} {named} not found"));
        }
    }
    let wanted = number(object, "/status/desiredNumberScheduled", -1);
    if wanted == -1 {
        return Verdict::in_progress("Missing .status.desiredNumberScheduled");
    }
    for (what, field) in [
        ("Current", "currentNumberScheduled"),
        ("Updated", "updatedNumberScheduled"),
        ("Available", "numberAvailable"),
        ("Ready", "numberReady"),
    ] {
        let is = number(object, &format!("/status/{field}"), 0);
        if wanted > is {
            return Verdict::in_progress(format!("{what}: {is}/{wanted}"));
        }
    }
    Verdict::current(format!("All replicas scheduled as expected. Replicas: {wanted}"))
}

/// A Pod that is to run. One that has ended is done, well or not.
pub(super) fn pod(object: &Json, now: Timestamp) -> Verdict {
    match text(object, "/status/phase") {
        "Succeeded" => Verdict::current("Pod has completed successfully"),
        "Failed" => Verdict::current("Pod has completed, but not successfully"),
        "Running" => {
            if conditions(object).any(|condition| condition.kind == "Ready" && condition.status == "True") {
                return Verdict::current("Pod is Ready");
            }
            let crashing = crash_looping(object);
            if crashing.is_empty() {
                return Verdict::in_progress("Pod is running but is not Ready");
            }
            Verdict::failed(format!("Containers in CrashLoop state: {}", crashing.join(",")))
        }
        "Pending" => {
            if !is_unschedulable(object) {
                return Verdict::in_progress("Pod is in the Pending phase");
            }
            let created = text(object, "/metadata/creationTimestamp").parse::<Timestamp>();
            // Without a time it is as old as can be.
            if created.is_ok_and(|created| now - SCHEDULE_WINDOW < created) {
                return Verdict::in_progress("Pod has not been scheduled");
            }
            Verdict::failed("Pod could not be scheduled")
        }
        "" => Verdict::in_progress("Pod phase not available"),
        // No verdict, and nothing to say of it.
        _ => Verdict::default(),
    }
}

/// Whether the scheduler finds no node for a Pod.
pub(in super::super) fn is_unschedulable(pod: &Json) -> bool {
    conditions(pod).any(|condition| {
        condition.kind == "PodScheduled" && condition.status == "False" && condition.reason == "Unschedulable"
    })
}

fn crash_looping(pod: &Json) -> Vec<&str> {
    let statuses = pod.pointer("/status/containerStatuses").and_then(Json::as_array);
    statuses
        .into_iter()
        .flatten()
        .filter(|status| text(status, "/state/waiting/reason") == "CrashLoopBackOff")
        .map(|status| text(status, "/name"))
        .collect()
}

/// A Job that need not be waited for to its end: it is there when it has started.
pub(super) fn job(object: &Json) -> Verdict {
    if let Some(verdict) = ended_job(object) {
        return verdict;
    }
    if text(object, "/status/startTime").is_empty() {
        return Verdict::in_progress("Job not started");
    }
    let status = |field: &str| number(object, &format!("/status/{field}"), 0);
    Verdict::current(format!(
        "Job in progress. success:{}, active: {}, failed: {}",
        status("succeeded"),
        status("active"),
        status("failed")
    ))
}

/// What is said of a Job that has ended.
pub(in super::super) fn ended_job(object: &Json) -> Option<Verdict> {
    let parallelism = number(object, "/spec/parallelism", 1);
    let wanted = number(object, "/spec/completions", parallelism);
    let status = |field: &str| number(object, &format!("/status/{field}"), 0);
    conditions(object).filter(|condition| condition.status == "True").find_map(|condition| {
        match condition.kind {
            "Complete" => {
                Some(Verdict::current(format!("Job Completed. succeeded: {}/{wanted}", status("succeeded"))))
            }
            "Failed" => Some(Verdict::failed(format!("Job Failed. failed: {}/{wanted}", status("failed")))),
            _ => None,
        }
    })
}
