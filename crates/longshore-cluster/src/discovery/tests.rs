//! Servers that do not aggregate, API groups that do not answer, kinds that come late.

use longshore_object::Gvk;
use serde_json::{Value as Json, json};

use super::{Resource, escape};
use crate::Error;
use crate::testing::{Answer, cluster, status};

/// A server as before 1.27, whose metrics server is down.
fn old_server(path: &str) -> Answer {
    let resource = |name: &str, kind: &str, namespaced: bool| json!({"name": name, "kind": kind, "namespaced": namespaced, "verbs": ["get", "list"]});
    let json = match path {
        "/api" => json!({"kind": "APIVersions", "versions": ["v1"]}),
        "/api/v1" => json!({"resources": [resource("pods", "Pod", true),
            {"name": "pods/eviction", "kind": "Eviction", "group": "policy", "version": "v1", "verbs": ["create"]},
            resource("nodes", "Node", false)]}),
        "/apis" => json!({"kind": "APIGroupList", "groups": [
            {"name": "apps", "versions": [{"groupVersion": "apps/v1beta1"}, {"groupVersion": "apps/v1"}],
                "preferredVersion": {"groupVersion": "apps/v1"}},
            {"name": "metrics.k8s.io", "versions": [{"groupVersion": "metrics.k8s.io/v1beta1"}]}]}),
        "/apis/apps/v1" | "/apis/apps/v1beta1" => {
            json!({"resources": [resource("deployments", "Deployment", true)]})
        }
        _ => {
            return status(503, "ServiceUnavailable", "the server is currently unable to handle the request");
        }
    };
    Answer::Json(200, json)
}

#[tokio::test(start_paused = true)]
async fn servers_that_do_not_aggregate_are_asked_group_by_group() {
    let (cluster, _) = cluster(|seen| old_server(seen.line.trim_start_matches("GET ")));
    let discovery = cluster.discovery().await.unwrap();
    assert_eq!(
        discovery.api_versions(),
        [
            "v1",
            "apps/v1",
            "apps/v1beta1",
            "metrics.k8s.io/v1beta1",
            "v1/Pod",
            "v1/Eviction",
            "v1/Node",
            "apps/v1/Deployment",
            "apps/v1beta1/Deployment",
        ]
    );
    assert_eq!(discovery.unavailable(), ["metrics.k8s.io/v1beta1"]);
    assert_eq!(discovery.preferred("apps", "Deployment").unwrap().gvk.version, "v1");
    assert!(discovery.resource(&Gvk::new("v1", "Eviction")).is_none(), "a subresource");
    let error = cluster.resource(&Gvk::new("metrics.k8s.io/v1beta1", "PodMetrics")).await.unwrap_err();
    let told = error.diagnostic();
    let note = "the servers of these API groups do not answer: metrics.k8s.io/v1beta1";
    assert_eq!(told.notes, [note]);
}

fn aggregated(groups: &Json) -> Answer {
    Answer::Json(200, json!({"kind": "APIGroupDiscoveryList", "items": groups}))
}

#[tokio::test(start_paused = true)]
async fn aggregated_answers_tell_stale_groups_and_shared_kinds() {
    let (cluster, log) = cluster(|seen| {
        let resource = |name: &str, verbs: &[&str], kind: Json| {
            json!({"resource": name, "scope": "Namespaced", "verbs": verbs, "responseKind": kind,
                "subresources": [{"subresource": "scale",
                    "responseKind": {"group": "autoscaling", "version": "v1", "kind": "Scale"}}]})
        };
        let empty = json!({"group": "", "version": "", "kind": "Thing"});
        let full = json!({"group": "x.io", "version": "v1", "kind": "Thing"});
        if seen.line.ends_with("/api") {
            return aggregated(&json!([]));
        }
        aggregated(&json!([{"metadata": {"name": "x.io"}, "versions": [
            {"version": "v1", "freshness": "Current", "resources": [
                resource("thingreviews", &["create"], empty), resource("things", &["get"], full)]},
            {"version": "v0", "freshness": "Stale"}]}]))
    });
    let discovery = cluster.discovery().await.unwrap();
    assert_eq!(discovery.api_versions(), ["x.io/v1", "x.io/v0", "x.io/v1/Thing", "x.io/v1/Scale"]);
    assert_eq!(discovery.resource(&Gvk::new("x.io/v1", "Thing")).unwrap().plural, "things");
    assert_eq!(discovery.unavailable(), ["x.io/v0"]);
    cluster.discovery().await.unwrap();
    assert_eq!(log.lines().len(), 2, "asked once");
    cluster.refresh_discovery().await.unwrap();
    assert_eq!(log.lines().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_kind_is_looked_for_once_more_however_many_ask() {
    let (cluster, log) = cluster(|_| aggregated(&json!([])));
    cluster.discovery().await.unwrap();
    let gvk = Gvk::new("x.io/v1", "Thing");
    let asked = futures::future::join_all((0..50).map(|_| cluster.resource(&gvk))).await;
    assert!(asked.iter().all(|result| matches!(result, Err(Error::UnknownKind(_)))));
    // The first snapshot, the one that the first task asked for, and one that began after all had asked.
    assert_eq!(log.lines().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn builtin_kinds_need_no_discovery() {
    let (cluster, log) = cluster(|_| aggregated(&json!([])));
    let node = cluster.resource(&Gvk::new("v1", "Node")).await.unwrap();
    assert_eq!((node.plural.as_str(), node.namespaced), ("nodes", false));
    assert!(log.lines().is_empty());
}

#[test]
fn paths_cannot_be_led_astray_by_names() {
    let pods = Resource::builtin(&Gvk::new("v1", "Pod")).unwrap();
    assert_eq!(pods.object(Some("a"), "b"), "/api/v1/namespaces/a/pods/b");
    assert_eq!(pods.object(Some("a/../.."), ".."), "/api/v1/namespaces/a%2F..%2F../pods/%2E%2E");
    assert_eq!(pods.collection(None), "/api/v1/pods");
    let deployments = Resource::builtin(&Gvk::new("apps/v1", "Deployment")).unwrap();
    assert_eq!(deployments.collection(Some("a")), "/apis/apps/v1/namespaces/a/deployments");
    assert_eq!(escape("a=b,c in (d)&é"), "a%3Db%2Cc%20in%20%28d%29%26%C3%A9");
}
