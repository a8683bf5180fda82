//! Workloads that count as ready because they run, and for no other reason.

use std::time::Duration;

use serde_json::Value as Json;

use crate::live::{number, text};

/// A container whose being ready proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unproved {
    /// The first container without a readiness probe.
    pub container: String,
    /// How long its pods have run at least when the workload counts as ready: its `minReadySeconds`.
    pub proved: Duration,
}

/// Whether a workload, or a pod that runs, may be ready for the moment before it crashes.
///
/// The kubelet calls a container without a readiness probe ready from the moment it
/// [starts](https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#types-of-probe), so that one that ends at
/// once, again and again, is ready now and then.
///
/// ```
/// use longshore_object::readiness::unproved;
/// let web = serde_json::json!({"kind": "Deployment", "spec": {"template": {"spec": {"containers": [{"name": "web"}]}}}});
/// assert_eq!(unproved(&web).unwrap().container, "web");
/// ```
pub fn unproved(live: &Json) -> Option<Unproved> {
    let containers = match text(live, "/kind") {
        "Deployment" | "StatefulSet" | "ReplicaSet" | "ReplicationController" => {
            if number(live, "/spec/replicas") == Some(0) {
                return None;
            }
            "/spec/template/spec/containers"
        }
        "DaemonSet" => "/spec/template/spec/containers",
        "Pod" if text(live, "/status/phase") == "Running" => "/spec/containers",
        _ => return None,
    };
    let mut containers = live.pointer(containers)?.as_array()?.iter();
    let container = containers.find(|container| container.get("readinessProbe").is_none())?;
    let proved = number(live, "/spec/minReadySeconds").and_then(|seconds| u64::try_from(seconds).ok());
    Some(Unproved {
        container: text(container, "/name").to_owned(),
        proved: Duration::from_secs(proved.unwrap_or_default()),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value as Json, json};

    use super::unproved;

    fn workload(kind: &str, more: &Json) -> Json {
        let probed = json!({"name": "probed", "readinessProbe": {"tcpSocket": {"port": 1}}});
        let mut spec = json!({"template": {"spec": {"containers": [probed, {"name": "bare"}]}}});
        for (key, value) in more.as_object().unwrap() {
            spec[key] = value.clone();
        }
        json!({"kind": kind, "spec": spec})
    }

    #[test]
    fn a_container_without_a_probe_is_found_behind_one_that_has_one() {
        for kind in ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"] {
            assert_eq!(unproved(&workload(kind, &json!({}))).unwrap().container, "bare", "{kind}");
        }
        let seconds = unproved(&workload("Deployment", &json!({"minReadySeconds": 7}))).unwrap().proved;
        assert_eq!(seconds, Duration::from_secs(7));
        let pod = |phase: &str| json!({"kind": "Pod", "spec": {"containers": [{"name": "a"}]}, "status": {"phase": phase}});
        assert!(unproved(&pod("Running")).is_some());
        assert_eq!(unproved(&pod("Succeeded")), None);
    }

    #[test]
    fn where_a_probe_decides_or_nothing_runs_there_is_nothing_to_prove() {
        assert_eq!(unproved(&workload("Deployment", &json!({"replicas": 0}))), None);
        assert_eq!(unproved(&workload("Job", &json!({}))), None);
        let mut all = workload("Deployment", &json!({}));
        all["spec"]["template"]["spec"]["containers"][1]["readinessProbe"] = json!({"exec": {}});
        assert_eq!(unproved(&all), None);
    }
}
