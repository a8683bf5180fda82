//! Pods, endpoints and warnings of a release, from objects as a cluster has them.

use std::collections::BTreeMap;

use longshore_object::ObjectKey;
use longshore_release::Mask;
use serde_json::{Value, json};

use super::{Around, CronJobStatus, EventStatus, PodStatus, ServiceStatus};
use crate::status::LastJob;

fn key(group: &str, kind: &str, name: &str) -> ObjectKey {
    ObjectKey { group: group.into(), kind: kind.into(), namespace: Some("shop".into()), name: name.into() }
}

fn owned(name: &str, kind: &str, by: &str) -> Value {
    json!({"name": name, "ownerReferences": [{"kind": kind, "name": by, "controller": true}]})
}

fn event(object: &str, reason: &str, message: &str, count: u64, last: &str) -> Value {
    let (kind, name) = object.split_once('/').unwrap();
    json!({"involvedObject": {"kind": kind, "name": name}, "reason": reason, "message": message, "count": count,
        "lastTimestamp": last})
}

fn around() -> Around {
    let pod = json!({"metadata": owned("web-1-a", "ReplicaSet", "web-1"), "spec": {"nodeName": "n1"}, "status": {
        "phase": "Running", "conditions": [{"type": "Ready", "status": "False"}],
        "containerStatuses": [{"restartCount": 3, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
            "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137, "finishedAt": "2026-11-22T01:00:00Z"}}}]}});
    let other =
        json!({"metadata": owned("other-1-a", "ReplicaSet", "other-1"), "status": {"phase": "Running"}});
    let endpoint = |uid: &str, ready: Value| json!({"addresses": [uid], "targetRef": {"uid": uid}, "conditions": {"ready": ready}});
    let slice = |of: &str, endpoints: Vec<Value>| json!({"metadata": {"labels": {"kubernetes.io/service-name": of}}, "endpoints": endpoints});
    Around {
        pods: vec![pod, other],
        owners: BTreeMap::from([
            ("ReplicaSet/web-1".to_owned(), "Deployment/web".to_owned()),
            ("Job/tick-1".to_owned(), "CronJob/tick".to_owned()),
        ]),
        jobs: vec![
            json!({"metadata": {"name": "tick-1", "uid": "t1", "ownerReferences": [{"uid": "t", "controller": true}]},
                "status": {"conditions": [{"type": "Failed", "status": "True", "message": "Job has reached the specified backoff limit",
                    "lastTransitionTime": "2026-11-22T01:00:07Z"}]}}),
        ],
        slices: vec![
            slice(
                "web",
                vec![endpoint("a", json!(true)), endpoint("b", json!(false)), endpoint("c", Value::Null)],
            ),
            slice("web", vec![endpoint("a", json!(true))]),
            slice("empty", Vec::new()),
        ],
        events: vec![
            event("Pod/web-1-a", "BackOff", "restarting", 2, "2026-11-22T01:00:05Z"),
            event("Pod/web-1-a", "BackOff", "restarting", 1, "2026-11-22T01:00:09Z"),
            event("Pod/web-1-a", "Failed", "x", 1, "2026-11-22T01:00:01Z"),
            event("Pod/web-1-a", "Unhealthy", "y", 1, "2026-11-22T01:00:02Z"),
            event("Pod/web-1-a", "Old", "z", 1, "2026-11-22T00:00:00Z"),
            event("Job/tick-1", "BackoffLimitExceeded", "no", 1, "2026-11-22T01:00:07Z"),
            event("Pod/other-1-a", "BackOff", "not ours", 1, "2026-11-22T01:00:08Z"),
            event("Deployment/web", "Odd", "o", 1, "2026-11-22T01:00:03Z"),
        ],
    }
}

#[test]
fn pods_are_told_with_their_workload_and_why_they_ended() {
    let web = key("apps", "Deployment", "web");
    let expected = PodStatus {
        pod: "web-1-a".to_owned(),
        of: "Deployment/web".to_owned(),
        ready: false,
        state: "CrashLoopBackOff".to_owned(),
        restarts: 3,
        last_end: Some("OOMKilled (exit code 137)".to_owned()),
        node: Some("n1".to_owned()),
    };
    assert_eq!(around().pods(&[&web]), [expected]);
    assert_eq!(around().pods(&[]), []);
}

#[test]
fn endpoints_are_counted_once_each() {
    let status = |service: &str, ready, not_ready| {
        Some(ServiceStatus { service: service.to_owned(), ready, not_ready })
    };
    assert_eq!(around().service("web"), status("web", 2, 1));
    assert_eq!(around().service("empty"), status("empty", 0, 0));
    assert_eq!(around().service("nowhere"), None);
}

#[test]
fn warnings_are_told_once_the_newest_last_and_not_too_many() {
    let (web, tick) = (key("apps", "Deployment", "web"), key("batch", "CronJob", "tick"));
    let told: Vec<String> = around()
        .warnings(&[&web, &tick], &Mask::default())
        .into_iter()
        .map(|EventStatus { object, reason, count, .. }| format!("{object} {reason} {count}"))
        .collect();
    let expected = [
        "Pod/web-1-a Failed 1",
        "Pod/web-1-a Unhealthy 1",
        "Deployment/web Odd 1",
        "Job/tick-1 BackoffLimitExceeded 1",
        "Pod/web-1-a BackOff 3",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_cron_job_tells_when_it_runs_and_how_its_last_run_ended() {
    let tick = key("batch", "CronJob", "tick");
    let live = json!({"metadata": {"name": "tick", "uid": "t"}, "status": {"active": [{}]},
        "spec": {"schedule": "0 3 * * *", "timeZone": "Europe/Berlin", "suspend": true}});
    let expected = CronJobStatus {
        cron_job: "tick".to_owned(),
        schedule: "0 3 * * *".to_owned(),
        time_zone: Some("Europe/Berlin".to_owned()),
        suspended: true,
        active: 1,
        last_job: Some(LastJob {
            job: "tick-1".to_owned(),
            ended: "2026-11-22T01:00:07Z".to_owned(),
            succeeded: false,
            message: Some("Job has reached the specified backoff limit".to_owned()),
        }),
    };
    assert_eq!(around().cron_job(&tick, &live, &Mask::default()), expected);
    let other = json!({"metadata": {"name": "tock", "uid": "x"}, "spec": {"schedule": "@daily"}});
    let told = around().cron_job(&key("batch", "CronJob", "tock"), &other, &Mask::default());
    assert_eq!((told.last_job, told.suspended, told.active), (None, false, 0));
}
