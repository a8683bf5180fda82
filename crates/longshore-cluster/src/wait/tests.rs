//! Waits against a scripted server, on a clock that jumps.

mod evidence;

use std::collections::BTreeMap;
use std::time::Duration;

use longshore_object::readiness::pod::Cause;
use longshore_object::{Gvk, ObjectKey};
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use super::{Progress, WaitError, WaitFailure, WaitOptions, WaitTarget, WaitVerdict};
use crate::testing::{Answer, End, Seen, cluster, status};

fn target(api_version: &str, kind: &str) -> WaitTarget {
    let gvk = Gvk::new(api_version, kind);
    let key = ObjectKey {
        group: gvk.group.clone(),
        kind: gvk.kind.clone(),
        namespace: Some("a".to_owned()),
        name: "web".to_owned(),
    };
    WaitTarget { place: Some(longshore_diag::Place::new("web.yaml", 3, 1)), ..WaitTarget::named(gvk, key) }
}

/// A Deployment of one pod, of which none is available.
fn deployment() -> Json {
    json!({"metadata": {"name": "web", "uid": "d", "generation": 1},
        "spec": {"replicas": 1, "template": {}}, "status": {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1}})
}

fn available(mut deployment: Json) -> Json {
    deployment["status"]["readyReplicas"] = json!(1);
    deployment["status"]["availableReplicas"] = json!(1);
    deployment
}

fn owned(name: &str, owner: &str) -> Json {
    json!({"metadata": {"name": name, "uid": name, "ownerReferences": [{"uid": owner, "controller": true}]}})
}

fn replica_set() -> Json {
    let mut set = owned("rs", "d");
    set["spec"] = json!({"template": {}});
    set
}

/// A pod whose container waits for `reason`.
fn waiting(reason: &str, restarts: u32) -> Json {
    let mut pod = owned("web-1", "rs");
    pod["status"] = json!({"containerStatuses": [{"name": "main", "restartCount": restarts,
        "state": {"waiting": {"reason": reason, "message": "no such tag"}},
        "lastState": {"terminated": {"exitCode": 3}}}]});
    pod
}

fn unschedulable() -> Json {
    let mut pod = owned("web-1", "rs");
    pod["status"] = json!({"conditions": [{"type": "PodScheduled", "status": "False",
        "reason": "Unschedulable", "message": "0/3 nodes are available"}]});
    pod
}

/// What the server has, by resource, as lists; watches stay open and tell nothing.
#[derive(Default)]
struct World(BTreeMap<&'static str, Vec<Json>>);

impl World {
    fn of(deployment: Json, pods: Vec<Json>) -> Self {
        Self(BTreeMap::from([
            ("deployments", vec![deployment]),
            ("replicasets", vec![replica_set()]),
            ("pods", pods),
        ]))
    }

    fn answer(&self, seen: &Seen) -> Answer {
        if seen.line.contains("watch=true") {
            return Answer::Lines(Vec::new(), End::Never);
        }
        let path = seen.line.split('?').next().unwrap_or_default();
        let resource = path.rsplit('/').next().unwrap_or_default();
        if resource == "log" {
            return Answer::Json(200, json!("panic: no database"));
        }
        // Events are asked for by watch (refusals) and by uid (evidence).
        let items = match resource {
            "events" if !seen.line.contains("involvedObject.uid") => Vec::new(),
            resource => self.0.get(resource).cloned().unwrap_or_default(),
        };
        Answer::Json(200, json!({"metadata": {"resourceVersion": "1"}, "items": items}))
    }
}

/// Waits for the Deployment, which must fail; how long it took, and why.
async fn failing(
    options: WaitOptions,
    answer: impl FnMut(&Seen) -> Answer + Send + 'static,
) -> (u64, WaitFailure) {
    let (cluster, _) = cluster(answer);
    let start = Instant::now();
    match cluster.wait(vec![target("apps/v1", "Deployment")], &options, |_| {}).await {
        Err(WaitError::Failed(failure)) => (start.elapsed().as_secs(), *failure),
        other => panic!("it must fail: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn each_cause_has_its_grace() {
    for (pod, cause, seconds) in [
        (waiting("InvalidImageName", 0), Cause::ImageName, 0),
        (waiting("ImagePullBackOff", 0), Cause::ImagePull, 60),
        (waiting("CreateContainerConfigError", 0), Cause::Config, 60),
        (waiting("CrashLoopBackOff", 4), Cause::CrashLoop, 0),
        (unschedulable(), Cause::Unschedulable, 30),
    ] {
        let world = World::of(deployment(), vec![pod]);
        let (took, failure) = failing(WaitOptions::default(), move |seen| world.answer(seen)).await;
        let found = failure.root().and_then(|root| root.pod.as_ref()).map(|pod| pod.cause);
        assert_eq!((found, took), (Some(cause), seconds));
        assert_eq!(failure.verdict, WaitVerdict::Failed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_is_told_with_log_and_events_and_where_it_was_written() {
    let mut world = World::of(deployment(), vec![waiting("CrashLoopBackOff", 4)]);
    let event = |n: u32, kind: &str| {
        json!({"reason": "BackOff", "message": format!("restarting {n}"), "type": kind, "count": n,
            "lastTimestamp": format!("2026-01-01T00:00:0{n}Z")})
    };
    world.0.insert("events", vec![event(2, "Warning"), event(1, "Warning"), event(3, "Normal")]);
    let (_, failure) = failing(WaitOptions::default(), move |seen| world.answer(seen)).await;
    let told = failure.diagnostic();
    let message = "Deployment/web: container main keeps crashing (4 restarts) with exit code 3: its last line is: \"panic: no database\"";
    assert_eq!((told.code, told.message.as_str()), ("wait/failed", message));
    assert_eq!(told.place.as_ref().map(ToString::to_string).as_deref(), Some("web.yaml:3:1"));
    let notes = [
        "Deployment/web ← Pod/web-1 ← container main ← its last line is: \"panic: no database\"",
        "event: BackOff: restarting 1",
        "event: BackOff (2 times): restarting 2",
        "log: \"panic: no database\"",
    ];
    assert_eq!(told.notes, notes);
    assert_eq!(told.hint.as_deref(), Some("read on with `kubectl logs -n a web-1 --previous`"));
}

#[tokio::test(start_paused = true)]
async fn crashes_below_the_limit_are_borne_until_the_deadline() {
    let world = World::of(deployment(), vec![waiting("CrashLoopBackOff", 3)]);
    let options = WaitOptions { timeout: Duration::from_mins(2), ..WaitOptions::default() };
    let (took, failure) = failing(options, move |seen| world.answer(seen)).await;
    assert_eq!(took, 120);
    assert_eq!(failure.verdict, WaitVerdict::Deadline { after: Duration::from_mins(2) });
    assert!(failure.to_string().starts_with("0 of 1 ready after 120 s: Deployment/web: container main"));
}

#[tokio::test(start_paused = true)]
async fn a_node_on_its_way_is_waited_for() {
    let mut world = World::of(deployment(), vec![unschedulable()]);
    world.0.insert("events", vec![json!({"reason": "TriggeredScaleUp", "type": "Normal"})]);
    let (took, failure) = failing(WaitOptions::default(), move |seen| world.answer(seen)).await;
    assert_eq!(took, 300);
    assert!(matches!(failure.verdict, WaitVerdict::Deadline { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_problem_that_heals_starts_its_grace_anew() {
    let line = |object: &Json| format!("{}\n", json!({"type": "MODIFIED", "object": object}));
    let (bad, good) = (line(&waiting("ErrImagePull", 0)), line(&owned("web-1", "rs")));
    // The pod is bad at first, good at once, and bad again when the silent watch is opened anew.
    let mut watches = 0;
    let world = World::of(deployment(), vec![waiting("ErrImagePull", 0)]);
    let (took, _) = failing(WaitOptions::default(), move |seen| {
        if seen.line.contains("/pods?") && seen.line.contains("watch=true") {
            watches += 1;
            let told = if watches == 1 { good.clone() } else { bad.clone() };
            return Answer::Lines(vec![told], End::Never);
        }
        world.answer(seen)
    })
    .await;
    assert_eq!(took, 75 + 60);
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_the_last_object_is_ready_and_tells_the_way() {
    let mut watches = 0;
    let world = World::of(deployment(), Vec::new());
    let (cluster, _) = cluster(move |seen| {
        if seen.line.contains("/deployments?") && seen.line.contains("watch=true") {
            watches += 1;
            let ready = json!({"type": "MODIFIED", "object": available(deployment())});
            return match watches {
                1 => Answer::Lines(Vec::new(), End::Broken),
                _ => Answer::Lines(vec![format!("{ready}\n")], End::Never),
            };
        }
        world.answer(seen)
    });
    let mut told = Vec::new();
    let secret = target("v1", "Secret");
    let targets = vec![target("apps/v1", "Deployment"), secret.clone()];
    let options = WaitOptions::default();
    let waited = cluster.wait(targets.clone(), &options, |progress| told.push(progress)).await;
    assert_eq!(waited.unwrap().objects, 2);
    let web = targets[0].key.clone();
    assert_eq!(
        told,
        [
            Progress::Ready { key: secret.key, ready: 1, total: 2, ruled: true },
            Progress::Waiting { key: web.clone(), reason: "0 of 1 pods available".to_owned() },
            Progress::Ready { key: web, ready: 2, total: 2, ruled: true },
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn who_may_not_watch_asks_again_and_again() {
    let forbidden = |verb: &str| {
        let message = format!("x is forbidden: User \"jane\" cannot {verb} resource \"x\" in API group \"\"");
        status(403, "Forbidden", &message)
    };
    let start = Instant::now();
    let (cluster, log) = cluster(move |seen| match seen.line.split_once('?') {
        Some(_) => forbidden("list"),
        None if start.elapsed() < Duration::from_secs(5) => Answer::Json(200, with_kind(deployment())),
        None => Answer::Json(200, with_kind(available(deployment()))),
    });
    let targets = vec![target("apps/v1", "Deployment")];
    cluster.wait(targets, &WaitOptions::default(), |_| {}).await.unwrap();
    assert_eq!(start.elapsed().as_secs(), 6);
    let lines = log.lines();
    let gets = lines.iter().filter(|line| line.ends_with("/deployments/web")).count();
    assert_eq!(gets, 4);
}

fn with_kind(mut live: Json) -> Json {
    live["apiVersion"] = json!("apps/v1");
    live["kind"] = json!("Deployment");
    live
}

#[tokio::test(start_paused = true)]
async fn pods_that_may_not_be_read_are_a_remark() {
    let world = World::of(deployment(), Vec::new());
    let options = WaitOptions { timeout: Duration::from_secs(9), ..WaitOptions::default() };
    let (_, failure) = failing(options, move |seen| {
        if seen.line.contains("/pods?") {
            let message = r#"pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "a""#;
            return status(403, "Forbidden", message);
        }
        world.answer(seen)
    })
    .await;
    let remark = "pods may not be read: list Pod in a: user `jane` may not list pods in namespace `a`";
    assert_eq!(failure.remarks, [remark]);
    assert_eq!(failure.to_string(), "0 of 1 ready after 9 s: Deployment/web: 0 of 1 pods available");
}

#[tokio::test(start_paused = true)]
async fn an_object_that_is_not_there_is_missed_after_a_while() {
    let world = World::default();
    let (took, failure) = failing(WaitOptions::default(), move |seen| world.answer(seen)).await;
    assert_eq!(took, 60);
    assert_eq!(failure.to_string(), "Deployment/web: it does not exist");
}

#[tokio::test(start_paused = true)]
async fn a_finished_job_may_be_cleared_away() {
    let job = json!({"metadata": {"name": "web", "uid": "j", "resourceVersion": "2"},
        "spec": {"ttlSecondsAfterFinished": 0},
        "status": {"conditions": [{"type": "Complete", "status": "True"}]}});
    let line = |kind: &str, object: &Json| format!("{}\n", json!({"type": kind, "object": object}));
    // The server deletes it with its pods, and tells so first.
    let mut going = job.clone();
    going["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    going["metadata"]["finalizers"] = json!(["foregroundDeletion"]);
    let mut running = job.clone();
    running["status"] = json!({"active": 1});
    let (cluster, _) = cluster(move |seen| match seen.line.contains("watch=true") {
        true if seen.line.contains("/jobs?") => Answer::Lines(
            vec![line("MODIFIED", &job), line("MODIFIED", &going), line("DELETED", &going)],
            End::Never,
        ),
        true => Answer::Lines(Vec::new(), End::Never),
        false if seen.line.contains("/jobs?") => {
            Answer::Json(200, json!({"metadata": {"resourceVersion": "1"}, "items": [running.clone()]}))
        }
        false => Answer::Json(200, json!({"metadata": {"resourceVersion": "1"}, "items": []})),
    });
    cluster.wait(vec![target("batch/v1", "Job")], &WaitOptions::default(), |_| {}).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_away_is_told_and_named_at_the_deadline() {
    let (cluster, _) = cluster(|_| Answer::Fail(std::io::ErrorKind::ConnectionRefused));
    let options = WaitOptions { timeout: Duration::from_secs(20), ..WaitOptions::default() };
    let mut told = Vec::new();
    let waited = cluster.wait(vec![target("apps/v1", "Deployment")], &options, |p| told.push(p)).await;
    let message = "no cluster answers at https://test.example: connection refused";
    assert_eq!(told, [Progress::Trouble { message: message.to_owned() }], "once, not at every attempt");
    let Err(WaitError::Failed(failure)) = waited else { panic!("{waited:?}") };
    assert_eq!(failure.remarks, [message]);
    assert_eq!(failure.to_string(), "0 of 1 ready after 20 s: Deployment/web: the server was not reached");
}

#[tokio::test(start_paused = true)]
async fn nothing_that_gets_on_ends_the_wait_before_its_time_unless_an_image_is_pulled() {
    let options = || WaitOptions {
        timeout: Duration::from_mins(20),
        idle: Some(Duration::from_secs(100)),
        ..WaitOptions::default()
    };
    let world = World::of(deployment(), Vec::new());
    let (took, failure) = failing(options(), move |seen| world.answer(seen)).await;
    assert_eq!((took, failure.verdict), (100, WaitVerdict::Idle { after: Duration::from_secs(100) }));
    assert_eq!(failure.diagnostic().code, "wait/idle");

    let mut creating = waiting("ContainerCreating", 0);
    creating["status"]["phase"] = json!("Pending");
    let mut world = World::of(deployment(), vec![creating]);
    let event = |at: u32, reason: &str| json!({"reason": reason, "lastTimestamp": format!("2026-01-01T00:00:0{at}Z")});
    world.0.insert("events", vec![event(2, "Pulling"), event(1, "Scheduled")]);
    let (took, failure) = failing(options(), move |seen| world.answer(seen)).await;
    assert_eq!((took, failure.verdict), (1200, WaitVerdict::Deadline { after: Duration::from_mins(20) }));
}

/// A pod that runs and is not ready: its own probes' time comes on top of the grace.
#[tokio::test(start_paused = true)]
async fn a_container_that_does_not_become_ready_is_borne_as_long_as_its_probes_allow() {
    let mut pod = owned("web-1", "rs");
    pod["spec"] = json!({"containers": [{"name": "main", "readinessProbe": {"httpGet": {"port": 80, "path": "/up"}},
        "startupProbe": {"failureThreshold": 10, "periodSeconds": 3}}]});
    pod["status"] = json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "False"}],
        "containerStatuses": [{"name": "main", "ready": false, "state": {"running": {}}}]});
    let mut world = World::of(deployment(), vec![pod]);
    world.0.insert(
        "events",
        vec![json!({"type": "Warning", "reason": "Unhealthy",
        "message": "Readiness probe failed: HTTP probe failed with statuscode: 503"})],
    );
    let (took, failure) = failing(WaitOptions::default(), move |seen| world.answer(seen)).await;
    assert_eq!((took, failure.verdict), (120 + 30, WaitVerdict::Failed));
    assert_eq!(
        failure.to_string(),
        "Deployment/web: container main runs and does not become ready: Readiness probe failed: HTTP probe failed with statuscode: 503"
    );
}
