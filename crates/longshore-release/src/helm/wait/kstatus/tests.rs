//! Verdicts in kstatus's words.

#![expect(clippy::needless_pass_by_value, reason = "objects are written where they are checked")]

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::{Status, verdict};

const NOW: &str = "2026-11-21T22:00:00Z";

#[track_caller]
fn check(object: Json, status: Status, message: &str) {
    let now: Timestamp = NOW.parse().unwrap();
    let verdict = verdict(&object, now);
    assert_eq!((verdict.status, &*verdict.message), (status, message));
}

fn object(api_version: &str, kind: &str, spec: Json, status: Json) -> Json {
    json!({"apiVersion": api_version, "kind": kind,
        "metadata": {"name": "a", "generation": 2, "creationTimestamp": "2026-11-21T21:59:50Z"},
        "spec": spec, "status": status})
}

#[test]
fn what_holds_for_every_kind_comes_first() {
    let mut going = object("v1", "ConfigMap", json!({}), json!({}));
    going["metadata"]["deletionTimestamp"] = json!(NOW);
    check(going, Status::Terminating, "Resource scheduled for deletion");
    let behind = object("example.com/v1", "Thing", json!({}), json!({"observedGeneration": 1}));
    check(behind, Status::InProgress, "Thing generation is 2, but latest observed generation is 1");
    let said = |kind: &str, status: &str| json!({"conditions": [{"type": kind, "status": status, "message": "why"}]});
    let thing = |status: Json| object("example.com/v1", "Thing", json!({}), status);
    check(thing(said("Stalled", "True")), Status::Failed, "why");
    check(thing(said("Reconciling", "True")), Status::InProgress, "why");
    check(thing(said("Ready", "False")), Status::InProgress, "why");
    check(thing(said("Ready", "True")), Status::Current, "Resource is Ready");
    check(thing(json!({})), Status::Current, "Resource is current");
    check(object("v1", "Secret", json!({}), json!({})), Status::Current, "Resource is always ready");
}

#[test]
fn deployments() {
    let check = |status: Json, expected: Status, message: &str| {
        let spec = json!({"replicas": 3, "progressDeadlineSeconds": 600});
        check(object("apps/v1", "Deployment", spec, status), expected, message);
    };
    check(json!({}), Status::InProgress, "Replicas: 0/3");
    check(json!({"replicas": 3, "updatedReplicas": 1}), Status::InProgress, "Updated: 1/3");
    check(json!({"replicas": 4, "updatedReplicas": 3}), Status::InProgress, "Pending termination: 1");
    let mut status = json!({"replicas": 3, "updatedReplicas": 3, "availableReplicas": 2});
    check(status.clone(), Status::InProgress, "Available: 2/3");
    status["availableReplicas"] = json!(3);
    check(status.clone(), Status::InProgress, "Ready: 0/3");
    status["readyReplicas"] = json!(3);
    check(status.clone(), Status::InProgress, "ReplicaSet not Available");
    let progressing = json!({"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"});
    status["conditions"] = json!([progressing]);
    check(status.clone(), Status::InProgress, "Deployment not Available");
    status["conditions"] = json!([progressing, {"type": "Available", "status": "True"}]);
    check(status.clone(), Status::Current, "Deployment is available. Replicas: 3");
    status["conditions"] = json!([{"type": "Progressing", "reason": "ProgressDeadlineExceeded"}]);
    check(status, Status::Failed, "Progress deadline exceeded");
}

#[test]
fn stateful_sets() {
    let spec = json!({"replicas": 2});
    let check = |status: Json, expected: Status, message: &str| {
        check(object("apps/v1", "StatefulSet", spec.clone(), status), expected, message);
    };
    check(json!({"replicas": 1}), Status::InProgress, "Replicas: 1/2");
    check(json!({"replicas": 2, "readyReplicas": 1}), Status::InProgress, "Ready: 1/2");
    let full = json!({"replicas": 2, "readyReplicas": 2, "currentReplicas": 2});
    check(full.clone(), Status::Current, "All replicas scheduled as expected. Replicas: 2");
    let mut changing = full;
    changing["updateRevision"] = json!("b");
    check(changing, Status::InProgress, "Waiting for updated revision to match current");
    let partition = json!({"replicas": 2, "updateStrategy": {"rollingUpdate": {"partition": 1}}});
    let status = json!({"replicas": 2, "readyReplicas": 2, "updatedReplicas": 1});
    let expected = "Partition rollout complete. updated: 1";
    self::check(object("apps/v1", "StatefulSet", partition, status), Status::Current, expected);
}

#[test]
fn daemon_sets_must_have_been_seen() {
    let check = |status: Json, expected: Status, message: &str| {
        check(object("apps/v1", "DaemonSet", json!({}), status), expected, message);
    };
    check(json!({}), Status::InProgress, "DaemonSet status.observedGeneration not found");
    check(json!({"observedGeneration": 2}), Status::InProgress, "Missing .status.desiredNumberScheduled");
    let status = json!({"observedGeneration": 2, "desiredNumberScheduled": 1, "currentNumberScheduled": 1});
    check(status, Status::InProgress, "Updated: 0/1");
}

#[test]
fn pods() {
    let check = |status: Json, expected: Status, message: &str| {
        check(object("v1", "Pod", json!({}), status), expected, message);
    };
    check(json!({}), Status::InProgress, "Pod phase not available");
    check(json!({"phase": "Succeeded"}), Status::Current, "Pod has completed successfully");
    check(json!({"phase": "Failed"}), Status::Current, "Pod has completed, but not successfully");
    check(json!({"phase": "Running"}), Status::InProgress, "Pod is running but is not Ready");
    let looping = json!({"phase": "Running", "containerStatuses": [
        {"name": "a", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}, {"name": "b", "state": {}}
    ]});
    check(looping, Status::Failed, "Containers in CrashLoop state: a");
    let homeless = json!({"phase": "Pending", "conditions": [
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    ]});
    check(homeless.clone(), Status::InProgress, "Pod has not been scheduled");
    let mut old = object("v1", "Pod", json!({}), homeless);
    old["metadata"]["creationTimestamp"] = json!("2026-11-21T21:59:45Z");
    self::check(old, Status::Failed, "Pod could not be scheduled");
}

#[test]
fn jobs_are_there_when_they_have_started() {
    let check = |status: Json, expected: Status, message: &str| {
        let mut job = object("batch/v1", "Job", json!({"completions": 2}), status);
        job["metadata"]["generation"] = json!(null);
        check(job, expected, message);
    };
    check(json!({}), Status::InProgress, "Job not started");
    let running = json!({"startTime": NOW, "active": 1});
    check(running, Status::Current, "Job in progress. success:0, active: 1, failed: 0");
    let ended = |kind: &str, field: &str| json!({field: 2, "conditions": [{"type": kind, "status": "True"}]});
    check(ended("Complete", "succeeded"), Status::Current, "Job Completed. succeeded: 2/2");
    check(ended("Failed", "failed"), Status::Failed, "Job Failed. failed: 2/2");
}

#[test]
fn claims_services_and_definitions() {
    let claim = |status: Json| object("v1", "PersistentVolumeClaim", json!({}), status);
    check(claim(json!({})), Status::InProgress, "PVC is not Bound. phase: unknown");
    check(claim(json!({"phase": "Bound"})), Status::Current, "PVC is Bound");
    let balanced = object("v1", "Service", json!({"type": "LoadBalancer"}), json!({}));
    check(balanced, Status::InProgress, "ClusterIP not set. Service type: LoadBalancer");
    let definition = |status: Json| {
        object(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            json!({}),
            json!({"conditions": [status]}),
        )
    };
    let established =
        |reason: &str| json!({"type": "Established", "status": "False", "reason": reason, "message": "m"});
    check(definition(established("Installing")), Status::InProgress, "Install in progress");
    check(definition(established("NotAccepted")), Status::Failed, "m");
}
