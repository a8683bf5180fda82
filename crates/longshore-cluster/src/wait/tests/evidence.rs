//! What is looked up once something has failed: the right run's log, the cluster's DNS, accounts, nodes, finalizers.

use longshore_object::readiness::pod::Cause;
use serde_json::{Value as Json, json};

use super::{World, deployment, failing, owned};
use crate::testing::{Answer, Seen};
use crate::wait::{WaitFailure, WaitOptions};

/// A pod whose container has ended for the fifth time, and has not been started again.
fn ended() -> Json {
    let mut pod = owned("web-1", "rs");
    pod["spec"] = json!({"nodeName": "n1"});
    pod["status"] = json!({"phase": "Running", "containerStatuses": [{"name": "main", "restartCount": 4,
        "state": {"terminated": {"exitCode": 3, "reason": "Error"}}, "lastState": {"terminated": {"exitCode": 3}}}]});
    pod
}

/// What is told of a pod with these logs of its present and its previous run.
async fn told(
    pod: Json,
    present: &'static str,
    previous: &'static str,
    more: impl Fn(&Seen) -> Option<Json> + Send + 'static,
) -> WaitFailure {
    let world = World::of(deployment(), vec![pod.clone()]);
    let (took, failure) = failing(WaitOptions::default(), move |seen| {
        let path = seen.line.split('?').next().unwrap_or_default();
        if path.ends_with("/log") {
            let text = if seen.line.contains("previous=true") { previous } else { present };
            return Answer::Lines(vec![text.to_owned()], crate::testing::End::Clean);
        }
        if let Some(found) = more(seen) {
            return Answer::Json(200, found);
        }
        if path.ends_with("/pods/web-1") { Answer::Json(200, pod.clone()) } else { world.answer(seen) }
    })
    .await;
    assert_eq!(took, 0);
    assert_eq!(failure.root().unwrap().pod.as_ref().unwrap().cause, Cause::CrashLoop);
    failure
}

/// BC18: a crash is told as soon as it has happened often enough, by the log of the run that has just ended; that of
/// the run before may be gone, and what the node says of that is no line of the container's.
#[tokio::test(start_paused = true)]
async fn a_container_that_has_ended_speaks_by_its_present_log() {
    const GONE: &str = "unable to retrieve container logs for containerd://4fd0";
    let sentence = "Deployment/web: container main keeps crashing (4 restarts) with exit code 3: its last line is: no database";
    let failure = told(ended(), "starting\nno database\n", GONE, |_| None).await;
    assert_eq!(failure.to_string(), sentence);
    // It runs again by the time that its log is read: what it failed of is in the run before.
    let mut running = ended();
    running["status"]["containerStatuses"][0]["state"] = json!({"running": {}});
    let again = move |seen: &Seen| seen.line.ends_with("/pods/web-1").then(|| running.clone());
    let failure = told(ended(), "starting\n", "no database\n", again.clone()).await;
    assert_eq!(failure.to_string(), sentence);
    let failure = told(ended(), "starting\n", GONE, again).await;
    assert!(failure.to_string().ends_with("its last line is: starting"), "{failure}");
    let failure = told(ended(), GONE, GONE, |_| None).await;
    assert!(failure.to_string().ends_with("it says nothing, its exit code is 3"), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_not_found_is_not_to_blame_while_no_dns_answers() {
    let list = |items: Json| Some(json!({"metadata": {"resourceVersion": "1"}, "items": items}));
    let around = move |ready: bool| {
        move |seen: &Seen| {
            let path = seen.line.split('?').next().unwrap_or_default();
            match path.rsplit_once("kube-system/")?.1 {
                "services" => {
                    list(json!([{"metadata": {"name": "kube-dns"}, "spec": {"selector": {"a": "b"}}}]))
                }
                "endpointslices" => list(json!([{"endpoints": [{"conditions": {"ready": ready}}]}])),
                "pods" => list(json!([])),
                "deployments" => list(
                    json!([{"metadata": {"name": "coredns"}, "spec": {"replicas": 0, "template": {"metadata": {"labels": {"a": "b"}}}}}]),
                ),
                _ => None,
            }
        }
    };
    let line = "dial tcp: lookup redis: no such host\n";
    let failure = told(ended(), line, "", around(false)).await;
    assert_eq!(
        failure.to_string(),
        "Deployment/web: container main keeps crashing (4 restarts) with exit code 3: the cluster's DNS does not answer: Service kube-system/kube-dns has no ready endpoint, Deployment/coredns is scaled to 0"
    );
    assert_eq!(
        failure.root().unwrap().chain[2..],
        [
            "the name `redis` does not resolve",
            "Service kube-system/kube-dns has no ready endpoint",
            "Deployment/coredns is scaled to 0"
        ]
    );
    let failure = told(ended(), line, "", around(true)).await;
    assert!(failure.to_string().ends_with(": the name `redis` does not resolve"), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_account_gets_the_smallest_role() {
    let line = r#"pods is forbidden: User "system:serviceaccount:a:app" cannot list resource "pods" in API group "" in the namespace "a""#;
    let there = |seen: &Seen| {
        seen.line.ends_with("/serviceaccounts/app").then(|| json!({"metadata": {"name": "app"}}))
    };
    let failure = told(ended(), line, "", there).await;
    let root = failure.root().unwrap();
    assert!(root.reason.ends_with(": ServiceAccount/app may not list pods in namespace `a`"), "{failure}");
    let hint = root.hint.as_deref().unwrap();
    assert!(hint.starts_with("`kubectl create role app-pods -n a --verb=list --resource=pods`"), "{hint}");
}

#[tokio::test(start_paused = true)]
async fn a_program_for_another_machine_is_told_with_the_node_s_architecture() {
    let node = |seen: &Seen| {
        seen.line.ends_with("/nodes/n1").then(|| json!({"status": {"nodeInfo": {"architecture": "arm64"}}}))
    };
    let failure = told(ended(), "exec /app: exec format error\n", "", node).await;
    assert!(
        failure.to_string().ends_with(": its program is not made for the node's architecture, arm64"),
        "{failure}"
    );
    let mut pod = ended();
    pod["status"]["containerStatuses"][0]["state"]["terminated"]["message"] =
        json!("failed to start: exec: \"/app\": exec format error");
    let failure = told(pod, "", "", |_| None).await;
    assert!(
        failure.to_string().ends_with(": its program is not made for the node's architecture"),
        "{failure}"
    );
}

/// BC18: what is being deleted and held cannot become ready; whose finalizer it is, is told.
#[tokio::test(start_paused = true)]
async fn an_object_that_is_held_while_it_goes_fails_after_a_while() {
    let mut going = deployment();
    going["kind"] = json!("Deployment");
    going["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    going["metadata"]["finalizers"] = json!(["example.com/hold"]);
    let world = World::of(going.clone(), Vec::new());
    let (took, failure) = failing(WaitOptions::default(), move |seen| {
        if seen.line.ends_with("/deployments/web") {
            return Answer::Json(200, going.clone());
        }
        world.answer(seen)
    })
    .await;
    assert_eq!(took, 60);
    let root = failure.root().unwrap();
    assert!(root.reason.starts_with("being deleted for "), "{failure}");
    assert!(
        root.reason
            .ends_with(" days, held by finalizer example.com/hold (likely the controller of example.com)"),
        "{failure}"
    );
    assert!(root.hint.as_deref().unwrap().contains("whether that controller still runs"), "{root:?}");
}
