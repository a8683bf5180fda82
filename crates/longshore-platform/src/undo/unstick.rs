//! Helping a StatefulSet back: its controller never replaces a pod that is broken, even if another revision is
//! wanted (<https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback>).
//!
//! On the way back the pods of the revision that failed are of no use to anybody, so those that are not ready are
//! deleted once the controller wants the old revision again. Pods of that old revision, and ready ones, are never
//! touched.

use std::convert::Infallible;
use std::pin::pin;

use futures::StreamExt as _;
use longshore_cluster::{Change, Cluster, DeleteOptions, Selector};
use longshore_object::{Gvk, owners};
use serde_json::Value as Json;

/// Deletes broken pods of the StatefulSets with these names as long as it is polled. It never ends.
pub(super) async fn unstick(cluster: &Cluster, namespace: &str, names: &[String]) -> Infallible {
    if !names.is_empty() {
        let sets = Gvk::new("apps/v1", "StatefulSet");
        let mut changes = pin!(cluster.watch(&sets, Some(namespace), &Selector::default()));
        while let Some(Ok(change)) = changes.next().await {
            let live = match change {
                Change::All(all) => all,
                Change::Put(one) => vec![one],
                Change::Gone(_) | Change::Trouble(_) => continue,
            };
            for set in live.iter().filter(|set| names.iter().any(|name| *name == text(set, "/metadata/name")))
            {
                delete_broken(cluster, namespace, set).await;
            }
        }
    }
    // Nothing to help with, or it may not be watched.
    std::future::pending().await
}

async fn delete_broken(cluster: &Cluster, namespace: &str, set: &Json) {
    let number = |pointer| set.pointer(pointer).and_then(Json::as_i64);
    if number("/status/observedGeneration") < number("/metadata/generation") {
        return;
    }
    let gvk = Gvk::new("v1", "Pod");
    // What cannot be listed or deleted now is tried again at the set's next change, and missed by the wait.
    let Ok(pods) = cluster.list(&gvk, Some(namespace), &Selector::default()).await else { return };
    for pod in pods.items.iter().filter(|pod| is_broken(pod, set)) {
        let uid = text(pod, "/metadata/uid").to_owned();
        let options = DeleteOptions { uid: Some(uid), ..DeleteOptions::default() };
        let name = text(pod, "/metadata/name");
        let _ = cluster.delete(&gvk, Some(namespace), name, &options).await;
    }
}

/// Whether a pod is of another revision than its set wants, not ready, and not on its way out.
fn is_broken(pod: &Json, set: &Json) -> bool {
    let wanted = text(set, "/status/updateRevision");
    let has = text(pod, "/metadata/labels/controller-revision-hash");
    let conditions = pod.pointer("/status/conditions").and_then(Json::as_array).into_iter().flatten();
    let ready = conditions
        .filter(|condition| text(condition, "/type") == "Ready")
        .any(|condition| text(condition, "/status") == "True");
    owners::is_controlled_by(pod, text(set, "/metadata/uid"))
        && pod.pointer("/metadata/deletionTimestamp").is_none()
        && !wanted.is_empty()
        && wanted != has
        && !ready
}

fn text<'a>(json: &'a Json, pointer: &str) -> &'a str {
    json.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::is_broken;

    #[test]
    fn only_pods_of_another_revision_that_are_not_ready_are_broken() {
        let set = json!({"metadata": {"uid": "s"}, "status": {"updateRevision": "old"}});
        let pod = |revision: &str, ready: &str, owner: &str| {
            json!({"metadata": {"labels": {"controller-revision-hash": revision},
                    "ownerReferences": [{"uid": owner, "controller": true}]},
                "status": {"conditions": [{"type": "Ready", "status": ready}]}})
        };
        assert!(is_broken(&pod("new", "False", "s"), &set));
        for spared in [pod("new", "True", "s"), pod("old", "False", "s"), pod("new", "False", "other")] {
            assert!(!is_broken(&spared, &set), "{spared}");
        }
    }
}
