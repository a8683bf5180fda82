//! One row per rule: kind, status, verdict.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::pod::{Cause, problems};
use super::{Grace, Readiness, Rules, readiness, readiness_by};

fn verdict(kind: &str, body: &Json) -> String {
    let (api_version, kind) = kind.split_once(' ').unwrap();
    let mut live = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}});
    for (key, value) in body.as_object().unwrap() {
        live[key] = value.clone();
    }
    match readiness(&live) {
        Readiness::Ready => "ready".to_owned(),
        Readiness::Progressing { reason } => format!("progressing: {reason}"),
        Readiness::Failed { reason, certain: true } => format!("failed: {reason}"),
        Readiness::Failed { reason, certain: false } => format!("failing: {reason}"),
    }
}

#[test]
fn workloads() {
    let seen = json!({"generation": 2});
    for (kind, body, expected) in [
        ("apps/v1 Deployment", json!({"metadata": seen}), "progressing: not seen by its controller yet"),
        (
            "apps/v1 Deployment",
            json!({"metadata": seen, "status": {"observedGeneration": 1}}),
            "progressing: the newest change is not seen by its controller yet",
        ),
        (
            "apps/v1 Deployment",
            json!({"spec": {"replicas": 3}, "status": {"updatedReplicas": 1}}),
            "progressing: 1 of 3 pods updated",
        ),
        (
            "apps/v1 Deployment",
            json!({"spec": {"replicas": 1}, "status": {"replicas": 2, "updatedReplicas": 1}}),
            "progressing: 1 old pod still to go",
        ),
        (
            "apps/v1 Deployment",
            json!({"status": {"replicas": 1, "updatedReplicas": 1}}),
            "progressing: 0 of 1 pods available",
        ),
        (
            "apps/v1 Deployment",
            json!({"status": {"replicas": 1, "updatedReplicas": 1, "availableReplicas": 1, "readyReplicas": 1}}),
            "ready",
        ),
        ("apps/v1 Deployment", json!({"spec": {"replicas": 0}}), "ready"),
        ("apps/v1 Deployment", json!({"spec": {"paused": true, "replicas": 3}}), "ready"),
        (
            "apps/v1 Deployment",
            json!({"status": {"conditions": [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "timed out"}]}}),
            "failed: no progress within the deadline: timed out",
        ),
        (
            "apps/v1 Deployment",
            json!({"status": {"conditions": [{"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "pods \"x\" is forbidden: exceeded quota: q"}]}}),
            "failed: pods cannot be created: pods \"x\" is forbidden: exceeded quota: q",
        ),
        (
            "apps/v1 ReplicaSet",
            json!({"status": {"conditions": [{"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate"}]}}),
            "failing: pods cannot be created: FailedCreate",
        ),
        (
            "apps/v1 ReplicaSet",
            json!({"spec": {"replicas": 1}, "status": {"replicas": 2, "fullyLabeledReplicas": 2, "readyReplicas": 2, "availableReplicas": 2}}),
            "progressing: 1 pod too many still to go",
        ),
        (
            "apps/v1 StatefulSet",
            json!({"spec": {"replicas": 2}, "status": {"replicas": 1}}),
            "progressing: 1 of 2 pods created",
        ),
        (
            "apps/v1 StatefulSet",
            json!({"status": {"replicas": 1, "readyReplicas": 1, "updatedReplicas": 0, "currentRevision": "a", "updateRevision": "b"}}),
            "progressing: 0 of 1 pods updated",
        ),
        (
            "apps/v1 StatefulSet",
            json!({"status": {"replicas": 1, "readyReplicas": 1, "currentRevision": "b", "updateRevision": "b"}}),
            "ready",
        ),
        (
            "apps/v1 StatefulSet",
            json!({"spec": {"replicas": 3, "updateStrategy": {"rollingUpdate": {"partition": 2}}},
            "status": {"replicas": 3, "readyReplicas": 3, "updatedReplicas": 1, "currentRevision": "a", "updateRevision": "b"}}),
            "ready",
        ),
        (
            "apps/v1 StatefulSet",
            json!({"spec": {"updateStrategy": {"type": "OnDelete"}}}),
            "progressing: 0 of 1 pods created",
        ),
        (
            "apps/v1 DaemonSet",
            json!({"status": {"desiredNumberScheduled": 2, "currentNumberScheduled": 2, "updatedNumberScheduled": 1}}),
            "progressing: 1 of 2 pods updated",
        ),
        ("apps/v1 DaemonSet", json!({"status": {"desiredNumberScheduled": 0}}), "ready"),
    ] {
        assert_eq!(verdict(kind, &body), expected, "{kind} {body}");
    }
}

#[test]
fn jobs_claims_and_definitions() {
    let condition = |kind: &str, status: &str, message: &str| json!({"status": {"conditions": [{"type": kind, "status": status, "reason": "R", "message": message}]}});
    for (kind, body, expected) in [
        ("batch/v1 Job", json!({"status": {"active": 1}}), "progressing: 0 of 1 completions"),
        (
            "batch/v1 Job",
            json!({"spec": {"completions": 3}, "status": {"succeeded": 1, "failed": 2}}),
            "progressing: 1 of 3 completions, 2 failed attempts",
        ),
        ("batch/v1 Job", condition("Complete", "True", ""), "ready"),
        ("batch/v1 Job", condition("Failed", "True", "m"), "failed: the Job failed: R: m"),
        ("batch/v1 Job", json!({"spec": {"suspend": true}}), "ready"),
        (
            "v1 PersistentVolumeClaim",
            json!({"status": {"phase": "Pending"}}),
            "progressing: no volume bound yet (it may wait for its first pod)",
        ),
        (
            "v1 PersistentVolumeClaim",
            json!({"status": {"phase": "Lost"}}),
            "failed: the volume of the claim is lost",
        ),
        ("v1 Namespace", json!({"status": {"phase": "Active"}}), "ready"),
        (
            "v1 Namespace",
            json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}),
            "progressing: being deleted",
        ),
        ("apiextensions.k8s.io/v1 CustomResourceDefinition", json!({}), "progressing: not established yet"),
        ("apiextensions.k8s.io/v1 CustomResourceDefinition", condition("Established", "True", ""), "ready"),
        (
            "apiextensions.k8s.io/v1 CustomResourceDefinition",
            condition("NamesAccepted", "False", "taken"),
            "failed: names not accepted: taken",
        ),
        (
            "apiregistration.k8s.io/v1 APIService",
            condition("Available", "False", "no endpoints"),
            "progressing: not available: no endpoints",
        ),
        ("example.com/v1 Widget", json!({}), "ready"),
        (
            "example.com/v1 Widget",
            condition("Ready", "False", "thinking"),
            "progressing: not ready: thinking",
        ),
        ("example.com/v1 Widget", condition("Stalled", "True", "bad spec"), "failed: stalled: bad spec"),
        (
            "example.com/v1 Widget",
            condition("Reconciling", "True", "step 1"),
            "progressing: reconciling: step 1",
        ),
        (
            "policy/v1 PodDisruptionBudget",
            json!({"metadata": {"generation": 2}, "status": {"observedGeneration": 1}}),
            "progressing: the newest change is not seen by its controller yet",
        ),
        ("v1 ConfigMap", json!({}), "ready"),
    ] {
        assert_eq!(verdict(kind, &body), expected, "{kind} {body}");
    }
}

#[test]
fn routes_and_addresses() {
    let route = |status: &str| {
        json!({"spec": {"parentRefs": [{"name": "gw"}]}, "status": {"parents": [{"parentRef": {"name": "gw"},
            "conditions": [{"type": "Accepted", "status": status, "message": "no such listener"}]}]}})
    };
    let kind = "gateway.networking.k8s.io/v1 HTTPRoute";
    assert_eq!(verdict(kind, &route("True")), "ready");
    assert_eq!(verdict(kind, &route("False")), "failing: not accepted by gw: no such listener");
    assert_eq!(
        verdict(kind, &json!({"spec": {"parentRefs": [{"name": "gw"}]}})),
        "progressing: no gateway controller has taken it yet"
    );
    let gateway = json!({"status": {"conditions": [{"type": "Accepted", "status": "Unknown", "reason": "Pending", "message": "Waiting for controller"}]}});
    assert_eq!(
        verdict("gateway.networking.k8s.io/v1 Gateway", &gateway),
        "progressing: not accepted yet: Waiting for controller"
    );
    let service = json!({"apiVersion": "v1", "kind": "Service", "spec": {"type": "LoadBalancer", "clusterIP": "10.0.0.1"}});
    assert_eq!(readiness(&service), Readiness::Ready);
    let strict = Rules { load_balancer_address: true, ..Rules::default() };
    assert_eq!(readiness_by(&service, &strict).reason(), Some("no load balancer address yet"));
}

#[test]
fn pods_say_which_container_and_why() {
    let waiting = |reason: &str, message: &str, restarts: i64| {
        json!({"status": {"phase": "Pending", "containerStatuses": [{"name": "web", "restartCount": restarts,
            "state": {"waiting": {"reason": reason, "message": message}},
            "lastState": {"terminated": {"exitCode": 3, "reason": "Error"}}}]}})
    };
    for (body, expected) in [
        (
            waiting("InvalidImageName", "bad", 0),
            "failed: container web cannot use the image: InvalidImageName: bad",
        ),
        (
            waiting("CreateContainerConfigError", "couldn't find key pw in Secret n/db", 0),
            "failed: container web lacks a key of its configuration: CreateContainerConfigError: couldn't find key pw in Secret n/db",
        ),
        (
            waiting("CreateContainerConfigError", "secret \"db\" not found", 0),
            "failing: container web cannot be configured: CreateContainerConfigError: secret \"db\" not found",
        ),
        (
            waiting("ImagePullBackOff", "", 0),
            "failing: container web cannot pull its image: ImagePullBackOff",
        ),
        (
            waiting("CrashLoopBackOff", "back-off", 1),
            "failing: container web keeps crashing (1 restart): exit code 3",
        ),
        (
            waiting("CrashLoopBackOff", "back-off", 4),
            "failed: container web keeps crashing (4 restarts): exit code 3",
        ),
        (waiting("ContainerCreating", "", 0), "progressing: not scheduled yet"),
        (
            json!({"status": {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes"}]}}),
            "failing: the pod fits no node: 0/1 nodes",
        ),
        (
            json!({"status": {"phase": "Failed", "reason": "Evicted", "message": "low on disk"}}),
            "failed: the pod ended: Evicted: low on disk",
        ),
        (json!({"status": {"phase": "Succeeded"}}), "ready"),
        (
            json!({"status": {"phase": "Running", "containerStatuses": [{"name": "web", "ready": false}]}}),
            "progressing: running, not ready yet: web",
        ),
        (
            json!({"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}}),
            "ready",
        ),
    ] {
        assert_eq!(verdict("v1 Pod", &body), expected, "{body}");
    }
}

#[test]
fn a_crash_counts_before_the_kubelet_says_that_it_pauses() {
    let pod = |phase: &str, restarts: i64, code: i64| {
        json!({"status": {"phase": phase, "containerStatuses": [
            {"name": "web", "restartCount": restarts, "state": {"terminated": {"exitCode": code, "reason": "Error"}}}]}})
    };
    for (body, expected) in [
        (pod("Running", 4, 3), "failed: container web keeps crashing (4 restarts): exit code 3"),
        (pod("Running", 1, 3), "failing: container web keeps crashing (1 restart): exit code 3"),
        (pod("Running", 0, 3), "progressing: running, not ready yet"),
        (pod("Running", 4, 0), "progressing: running, not ready yet"),
        (pod("Failed", 1, 3), "failed: container web ended (1 restart): exit code 3"),
    ] {
        assert_eq!(verdict("v1 Pod", &body), expected, "{body}");
    }
}

#[test]
fn a_cause_becomes_certain_after_its_grace() {
    let pod = json!({"status": {"phase": "Pending", "containerStatuses": [
        {"name": "a", "restartCount": 2, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
         "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}},
        {"name": "b", "state": {"waiting": {"reason": "ErrImagePull", "message": "not found"}}},
    ]}});
    let found = problems(&pod);
    assert_eq!(found.iter().map(|p| p.cause).collect::<Vec<_>>(), [Cause::ImagePull, Cause::OutOfMemory]);
    let grace = Grace::default();
    assert!(!found[0].is_certain(&grace, Duration::from_secs(59)));
    assert!(found[0].is_certain(&grace, Duration::from_mins(1)));
    assert!(!found[1].is_certain(&grace, Duration::from_mins(10)));
    assert_eq!(found[1].message, "exit code 137, OOMKilled");
}
