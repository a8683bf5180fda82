//! Which of a workload's ReplicaSets, pods and conditions are of what its spec says now. Pure.
//!
//! A controller takes a moment to act on a change, and for that moment everything that it reports is
//! about the version before. The generation that it has observed is not enough: a Deployment that is
//! resized and changed at once counts as observed before its new ReplicaSet is there.

use serde_json::Value as Json;

use super::cause::text;

/// Whether the controller has seen the object's spec; kinds that do not tell count as seen.
pub(super) fn is_observed(live: &Json) -> bool {
    let number = |pointer| live.pointer(pointer).and_then(Json::as_i64);
    match (number("/metadata/generation"), number("/status/observedGeneration")) {
        (Some(generation), Some(observed)) => observed >= generation,
        _ => true,
    }
}

/// The ReplicaSet with a Deployment's own pod template: the controller's rule, see
/// [`FindNewReplicaSet`](https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/deployment/util/deployment_util.go).
pub(super) fn newest_replica_set<'a>(deployment: &Json, replica_sets: &'a [Json]) -> Option<&'a Json> {
    let uid = text(deployment, "/metadata/uid");
    let template = deployment.pointer("/spec/template")?;
    replica_sets
        .iter()
        .filter(|set| longshore_object::owners::is_controlled_by(set, uid))
        .filter(|set| set.pointer("/spec/template").is_some_and(|of_set| same_template(template, of_set)))
        // The oldest of several, should there be several.
        .min_by(|a, b| text(a, "/metadata/creationTimestamp").cmp(text(b, "/metadata/creationTimestamp")))
}

/// Whether two pod templates are the same but for the hash that marks the ReplicaSet's.
fn same_template(wanted: &Json, of_set: &Json) -> bool {
    let mut of_set = of_set.clone();
    if let Some(Json::Object(labels)) = of_set.pointer_mut("/metadata/labels") {
        labels.remove("pod-template-hash");
    }
    *wanted == of_set
}

/// Whether a pod is of the revision that a StatefulSet or DaemonSet is rolling out.
pub(super) fn is_of_newest_revision(live: &Json, pod: &Json) -> bool {
    let (wanted, has) = match text(live, "/kind") {
        "StatefulSet" => {
            (text(live, "/status/updateRevision"), text(pod, "/metadata/labels/controller-revision-hash"))
        }
        "DaemonSet" => (
            text(live, "/metadata/annotations/deprecated.daemonset.template.generation"),
            text(pod, "/metadata/labels/pod-template-generation"),
        ),
        _ => return true,
    };
    wanted.is_empty() || has.is_empty() || wanted == has
}

/// Whether a Deployment's conditions tell of a failure from before its last change.
///
/// They stay as they are until the controller has something else to say, which may be after it has
/// observed the change. A failure that outlasts a change looks just the same, so this is no proof of
/// anything: only a reason not to be certain.
pub(super) fn fails_of_old(live: &Json) -> bool {
    let since = changed_at(live);
    let conditions = live.pointer("/status/conditions").and_then(Json::as_array);
    let failing = conditions.into_iter().flatten().filter(|condition| {
        matches!(
            (text(condition, "/type"), text(condition, "/status")),
            ("Progressing", "False") | ("ReplicaFailure", "True")
        )
    });
    let mut times = failing.map(|condition| second(text(condition, "/lastTransitionTime"))).peekable();
    text(live, "/kind") == "Deployment" && times.peek().is_some() && times.all(|time| time < since)
}

/// When the object's spec was last written, on the server's clock, to the second (RFC 3339, which
/// compares as text).
pub(super) fn changed_at(live: &Json) -> &str {
    let entries = live.pointer("/metadata/managedFields").and_then(Json::as_array);
    let writes = entries.into_iter().flatten().filter(|entry| {
        text(entry, "/subresource").is_empty() && entry.pointer("/fieldsV1/f:spec").is_some()
    });
    let newest = writes.map(|entry| text(entry, "/time")).max().unwrap_or_default();
    second(newest.max(text(live, "/metadata/creationTimestamp")))
}

/// A timestamp without its fraction, which some have and some have not.
pub(super) fn second(time: &str) -> &str {
    time.get(..19).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{fails_of_old, is_observed, newest_replica_set};

    fn replica_set(name: &str, image: &str) -> Json {
        json!({
            "metadata": {"name": name, "ownerReferences": [{"uid": "d", "controller": true}]},
            "spec": {"template": {"metadata": {"labels": {"app": "web", "pod-template-hash": name}},
                "spec": {"image": image}}},
        })
    }

    fn deployment(image: &str) -> Json {
        json!({"kind": "Deployment", "metadata": {"uid": "d",
                "annotations": {"deployment.kubernetes.io/revision": "1"}},
            "spec": {"template": {"metadata": {"labels": {"app": "web"}}, "spec": {"image": image}}}})
    }

    #[test]
    fn a_replica_set_is_known_by_its_template_and_not_by_a_number() {
        let sets = [replica_set("one", "a"), replica_set("two", "b")];
        let name = |image| newest_replica_set(&deployment(image), &sets).map(|set| &set["metadata"]["name"]);
        assert_eq!(name("a"), Some(&json!("one")));
        assert_eq!(name("b"), Some(&json!("two")));
        assert_eq!(name("c"), None, "the controller has not made it yet");
    }

    #[test]
    fn a_failure_from_before_the_change_is_not_certain() {
        let live = |failed: &str, written: &str| {
            json!({"kind": "Deployment",
                "metadata": {"creationTimestamp": "2026-01-01T00:00:00Z", "managedFields": [
                    {"time": written, "fieldsV1": {"f:spec": {}}},
                    {"time": "2026-09-09T00:00:00Z", "fieldsV1": {"f:metadata": {}}},
                    {"time": "2026-09-09T00:00:00Z", "subresource": "status", "fieldsV1": {"f:spec": {}}}]},
                "status": {"conditions": [
                    {"type": "Available", "status": "False", "lastTransitionTime": "2026-01-01T00:00:00Z"},
                    {"type": "Progressing", "status": "False", "lastTransitionTime": failed}]}})
        };
        assert!(fails_of_old(&live("2026-01-01T00:10:00Z", "2026-01-01T00:20:00Z")));
        assert!(!fails_of_old(&live("2026-01-01T00:20:00Z", "2026-01-01T00:20:00Z")));
        assert!(!fails_of_old(&json!({"kind": "Deployment"})), "nothing fails");
    }

    #[test]
    fn what_a_controller_has_not_seen_is_not_observed() {
        let live = |observed: i64| json!({"metadata": {"generation": 2}, "status": {"observedGeneration": observed}});
        assert!(!is_observed(&live(1)));
        assert!(is_observed(&live(2)) && is_observed(&json!({})));
    }
}
