//! The verdict does not depend on the order in which things of one moment are heard.

use std::time::Duration;

use jiff::Timestamp;
use longshore_object::readiness::{Grace, Rules};
use longshore_object::{Gvk, ObjectKey};
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use super::{Tracker, WaitVerdict};
use crate::wait::deployed::Deployed;
use crate::wait::feeds::Source;
use crate::wait::{WaitFailure, WaitTarget};
use crate::watch::Change;

fn target(kind: &str, name: &str) -> WaitTarget {
    let gvk = Gvk::new("apps/v1", kind);
    let key = ObjectKey {
        group: gvk.group.clone(),
        kind: gvk.kind.clone(),
        namespace: Some("a".to_owned()),
        name: name.to_owned(),
    };
    WaitTarget::named(gvk, key)
}

fn owned(name: &str, owner: &str, more: &Json) -> Json {
    let mut live = json!({"metadata": {"name": name, "uid": name,
        "ownerReferences": [{"uid": owner, "kind": "X", "name": owner, "controller": true}]}});
    for (key, value) in more.as_object().unwrap() {
        live[key] = value.clone();
    }
    live
}

/// Everything that is heard of two workloads, one of which is refused its pods and the other crashes.
fn heard() -> Vec<(Source, Change)> {
    let deployments = || Source::Targets(Gvk::new("apps/v1", "Deployment"), Some("a".to_owned()));
    let sets = || Source::Targets(Gvk::new("apps/v1", "StatefulSet"), Some("a".to_owned()));
    let (pods, replica_sets, warnings) = (
        || Source::Pods("a".to_owned()),
        || Source::ReplicaSets("a".to_owned()),
        || Source::Warnings("a".to_owned()),
    );
    let crash = json!({"status": {"containerStatuses": [{"name": "main", "restartCount": 5,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {"exitCode": 1}}}]}});
    let event = |message: &str| {
        json!({"metadata": {"uid": message}, "reason": "FailedCreate", "type": "Warning", "message": message,
            "involvedObject": {"uid": "s"}, "lastTimestamp": "2026-01-01T00:00:05Z"})
    };
    vec![
        (
            deployments(),
            Change::Put(json!({"apiVersion": "apps/v1", "kind": "Deployment",
                "metadata": {"name": "web", "uid": "d", "generation": 1}, "spec": {"replicas": 1, "template": {}},
                "status": {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1}})),
        ),
        (
            sets(),
            Change::Put(json!({"apiVersion": "apps/v1", "kind": "StatefulSet",
                "metadata": {"name": "db", "uid": "s", "generation": 1}, "spec": {"replicas": 2},
                "status": {"observedGeneration": 1, "replicas": 0}})),
        ),
        (replica_sets(), Change::Put(owned("rs", "d", &json!({"spec": {"template": {}}})))),
        (pods(), Change::Put(owned("web-1", "rs", &crash))),
        (warnings(), Change::Put(event("exceeded quota: one"))),
        (warnings(), Change::Put(event("exceeded quota: two"))),
    ]
}

fn verdict(order: &[usize]) -> WaitFailure {
    let targets = vec![target("Deployment", "web"), target("StatefulSet", "db")];
    let mut tracker = Tracker::new(targets, Grace::default(), Rules::default(), Timestamp::UNIX_EPOCH);
    let all = heard();
    for at in order {
        let (source, change) = all[*at].clone();
        tracker.observe(&source, change);
    }
    tracker.judge(Instant::now() + Duration::from_secs(1));
    assert!(tracker.has_failed());
    tracker.failure(WaitVerdict::Failed, &Deployed::default())
}

/// All 720 orders.
#[tokio::test(start_paused = true)]
async fn the_order_of_what_is_heard_at_one_moment_does_not_matter() {
    let expected = verdict(&[0, 1, 2, 3, 4, 5]);
    assert_eq!(expected.culprits.len(), 2);
    let mut order: Vec<usize> = (0..heard().len()).collect();
    let mut tried = 0;
    // Heap's algorithm.
    let mut counters = vec![0; order.len()];
    let mut at = 0;
    while at < order.len() {
        if counters[at] < at {
            order.swap(if at % 2 == 0 { 0 } else { counters[at] }, at);
            assert_eq!(verdict(&order), expected, "{order:?}");
            tried += 1;
            counters[at] += 1;
            at = 0;
        } else {
            counters[at] = 0;
            at += 1;
        }
    }
    assert_eq!(tried, 719);
}

/// A Deployment whose only container has no readiness probe, as its controller tells it.
fn bare(ready: u32, written: &str) -> (Source, Change) {
    let source = Source::Targets(Gvk::new("apps/v1", "Deployment"), Some("a".to_owned()));
    let live = json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "uid": "d", "generation": 1, "creationTimestamp": written},
        "spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "main"}]}}},
        "status": {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1,
            "readyReplicas": ready, "availableReplicas": ready}});
    (source, Change::Put(live))
}

/// Whether everything is ready when, so many seconds after the start, the Deployment has been told as it is then.
fn ready_after(written: &str, grace: Grace, told: &[(u64, Option<u32>)]) -> Vec<bool> {
    let began: Timestamp = "2026-01-01T01:00:00Z".parse().unwrap();
    let mut tracker = Tracker::new(vec![target("Deployment", "web")], grace, Rules::default(), began);
    let start = Instant::now();
    let judged = told.iter().map(|(seconds, ready)| {
        if let Some(ready) = ready {
            let (source, change) = bare(*ready, written);
            tracker.observe(&source, change);
        }
        tracker.judge(start + Duration::from_secs(*seconds));
        tracker.all_ready()
    });
    judged.collect()
}

#[tokio::test(start_paused = true)]
async fn a_container_without_a_probe_has_to_go_on_running() {
    let (old, new) = ("2026-01-01T00:00:00Z", "2026-01-01T00:59:59Z");
    let grace = Grace::default();
    // Each time that it falls back it has to go on for longer: 10 s the second time, 15 s the third.
    let crashing = [(0, Some(0)), (1, Some(1)), (2, Some(0)), (3, Some(1)), (12, None), (13, None)];
    assert_eq!(ready_after(new, grace, &crashing), [false, false, false, false, false, true]);
    assert_eq!(ready_after(old, grace, &crashing), [false, false, false, false, false, true]);
    let again =
        [(0, Some(1)), (1, Some(0)), (2, Some(1)), (3, Some(0)), (4, Some(1)), (18, None), (19, None)];
    assert_eq!(ready_after(new, grace, &again), [false, false, false, false, false, false, true]);
    assert_eq!(ready_after(new, grace, &[(0, Some(1)), (4, None), (5, None)]), [false, false, true]);
    assert_eq!(ready_after(old, grace, &[(0, Some(1))]), [true], "it has run all the time");
    let at_its_word = Grace { settle: Duration::ZERO, ..grace };
    assert_eq!(ready_after(new, at_its_word, &[(0, Some(0)), (1, Some(1))]), [false, true]);
}
