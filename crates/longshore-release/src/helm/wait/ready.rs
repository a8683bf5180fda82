//! Whether an object is ready by Helm 3's rules: seven kinds of workloads, Services, claims, definitions, and Jobs if
//! they are asked about. Everything else is ready by being there.
//!
//! Rules: <https://github.com/helm/helm/blob/v4.3.1/pkg/kube/ready.go>.

use longshore_cluster::{Error as ClusterError, Selector};
use longshore_object::Gvk;
use serde_json::Value as Json;

use super::judge::selector;
use super::kstatus::{conditions, number, text};
use crate::helm::{Error, Operation, Resource};

/// Why it cannot be said.
#[derive(Debug)]
pub(super) enum Problem {
    /// The cluster does not say.
    Cluster(ClusterError),
    /// Something else, in Helm's words.
    Other(String),
}

impl From<ClusterError> for Problem {
    fn from(error: ClusterError) -> Self {
        Self::Cluster(error)
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Cluster(error) => error.into(),
            Problem::Other(text) => Self::new(text),
        }
    }
}

/// Whether an object is ready; with `jobs`, a Job must have ended.
pub(super) async fn is_ready(
    operation: &Operation,
    resource: &Resource,
    jobs: bool,
) -> Result<bool, Problem> {
    let kind = resource.gvk.kind.as_str();
    let is_asked = match (&*resource.gvk.api_version(), kind) {
        ("batch/v1", "Job") => jobs,
        ("v1", "Pod" | "PersistentVolumeClaim" | "Service" | "ReplicationController")
        | ("apps/v1", "Deployment" | "DaemonSet" | "StatefulSet" | "ReplicaSet")
        | ("apiextensions.k8s.io/v1" | "apiextensions.k8s.io/v1beta1", "CustomResourceDefinition") => true,
        (
            "apps/v1beta1" | "apps/v1beta2" | "extensions/v1beta1",
            "Deployment" | "DaemonSet" | "StatefulSet" | "ReplicaSet",
        ) => operation.is_old(),
        _ => false,
    };
    if !is_asked {
        return Ok(true);
    }
    let live = operation.cluster.get(&resource.gvk, resource.namespace(), &resource.name).await?;
    let Some(live) = live else {
        let (group, plural) = (&resource.gvk.group, &resource.plural);
        let shown = if group.is_empty() { plural.clone() } else { format!("{plural}.{group}") };
        return Err(Problem::Other(format!("{shown} {:?} not found", resource.name)));
    };
    match kind {
        "Pod" => Ok(pod(&live)),
        "Job" => job(&live),
        "Deployment" => deployment(operation, &live).await,
        "PersistentVolumeClaim" => Ok(text(&live, "/status/phase") == "Bound"),
        "Service" => Ok(service(&live)),
        "DaemonSet" => Ok(daemon_set(&live)),
        "CustomResourceDefinition" => Ok(definition(&live)),
        "StatefulSet" => Ok(stateful_set(&live)),
        _ => Ok(is_observed(&live) && pods(operation, resource).await?),
    }
}

/// Whether its controller has seen the newest change.
fn is_observed(live: &Json) -> bool {
    number(live, "/metadata/generation", 0) == number(live, "/status/observedGeneration", 0)
}

fn pod(live: &Json) -> bool {
    conditions(live).any(|condition| condition.kind == "Ready" && condition.status == "True")
}

fn job(live: &Json) -> Result<bool, Problem> {
    if number(live, "/status/failed", 0) > number(live, "/spec/backoffLimit", 6) {
        let (namespace, name) = (text(live, "/metadata/namespace"), text(live, "/metadata/name"));
        return Err(Problem::Other(format!("job is failed: {namespace}/{name}")));
    }
    let wanted = number(live, "/spec/completions", 0);
    Ok(number(live, "/status/succeeded", 0) >= wanted)
}

fn service(live: &Json) -> bool {
    let is_empty = |pointer: &str| live.pointer(pointer).and_then(Json::as_array).is_none_or(Vec::is_empty);
    match text(live, "/spec/type") {
        "ExternalName" => true,
        _ if text(live, "/spec/clusterIP").is_empty() => false,
        "LoadBalancer" => !is_empty("/spec/externalIPs") || !is_empty("/status/loadBalancer/ingress"),
        _ => true,
    }
}

fn definition(live: &Json) -> bool {
    conditions(live).any(|condition| {
        matches!((condition.kind, condition.status), ("Established", "True") | ("NamesAccepted", "False"))
    })
}

async fn deployment(operation: &Operation, live: &Json) -> Result<bool, Problem> {
    if live.pointer("/spec/paused").and_then(Json::as_bool).unwrap_or_default() {
        return Ok(true);
    }
    let Some(newest) = newest_replica_set(operation, live).await? else { return Ok(false) };
    if !is_observed(&newest) || !is_observed(live) {
        return Ok(false);
    }
    let wanted = number(live, "/spec/replicas", 1);
    Ok(number(&newest, "/status/readyReplicas", 0) >= wanted - max_unavailable(live, wanted))
}

/// The Deployment's ReplicaSet that has its present template; the oldest, should there be several.
async fn newest_replica_set(operation: &Operation, deployment: &Json) -> Result<Option<Json>, Problem> {
    let selector = selector(deployment).unwrap_or_default();
    let namespace = text(deployment, "/metadata/namespace");
    let gvk = Gvk::new("apps/v1", "ReplicaSet");
    let sets = operation.cluster.list(&gvk, Some(namespace), &Selector::labels(selector)).await?;
    let uid = text(deployment, "/metadata/uid");
    let is_own = |set: &Json| {
        let owners = set.pointer("/metadata/ownerReferences").and_then(Json::as_array);
        owners
            .into_iter()
            .flatten()
            .any(|owner| owner["controller"].as_bool().unwrap_or_default() && text(owner, "/uid") == uid)
    };
    let wanted = template(deployment);
    let mut sets: Vec<Json> =
        sets.items.into_iter().filter(|set| is_own(set) && template(set) == wanted).collect();
    sets.sort_by(|a, b| {
        let age = |set: &Json| {
            (text(set, "/metadata/creationTimestamp").to_owned(), text(set, "/metadata/name").to_owned())
        };
        age(a).cmp(&age(b))
    });
    Ok(sets.into_iter().next())
}

/// The template of its Pods, without the mark that tells ReplicaSets apart.
fn template(object: &Json) -> Json {
    let mut template = object.pointer("/spec/template").cloned().unwrap_or_default();
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Json::as_object_mut) {
        labels.remove("pod-template-hash");
    }
    template
}

/// How many Pods a Deployment may be short of.
fn max_unavailable(deployment: &Json, wanted: i64) -> i64 {
    if text(deployment, "/spec/strategy/type") != "RollingUpdate" || wanted == 0 {
        return 0;
    }
    let part = |field: &str, up: bool| {
        deployment
            .pointer(&format!("/spec/strategy/rollingUpdate/{field}"))
            .map_or(Some(0), |value| share(value, wanted, up))
    };
    // What cannot be read the server would not have taken.
    let (Some(surge), Some(unavailable)) = (part("maxSurge", true), part("maxUnavailable", false)) else {
        return 0;
    };
    let unavailable = if surge == 0 && unavailable == 0 { 1 } else { unavailable };
    unavailable.min(wanted)
}

/// A number, or a share of a whole in percent, rounded up or down.
fn share(value: &Json, whole: i64, up: bool) -> Option<i64> {
    if let Some(number) = value.as_i64() {
        return Some(number);
    }
    let percent: i64 = value.as_str()?.strip_suffix('%')?.parse().ok()?;
    let hundredfold = percent.checked_mul(whole)?;
    Some(if up { hundredfold.checked_add(99)? / 100 } else { hundredfold / 100 })
}

fn daemon_set(live: &Json) -> bool {
    if !is_observed(live) {
        return false;
    }
    if text(live, "/spec/updateStrategy/type") != "RollingUpdate" {
        return true;
    }
    let wanted = number(live, "/status/desiredNumberScheduled", 0);
    if number(live, "/status/updatedNumberScheduled", 0) != wanted {
        return false;
    }
    let unavailable = live.pointer("/spec/updateStrategy/rollingUpdate/maxUnavailable");
    let unavailable = unavailable.and_then(|value| share(value, wanted, true)).unwrap_or(wanted);
    number(live, "/status/numberReady", 0) >= wanted - unavailable
}

fn stateful_set(live: &Json) -> bool {
    if !is_observed(live) {
        return false;
    }
    if text(live, "/spec/updateStrategy/type") != "RollingUpdate" {
        return true;
    }
    let wanted = number(live, "/spec/replicas", 1);
    let partition = number(live, "/spec/updateStrategy/rollingUpdate/partition", 0);
    let revisions = ["/status/currentRevision", "/status/updateRevision"].map(|pointer| text(live, pointer));
    number(live, "/status/updatedReplicas", 0) >= wanted - partition
        && number(live, "/status/readyReplicas", 0) == wanted
        && (partition != 0 || revisions[0] == revisions[1])
}

/// Whether all Pods that the object's manifest selects are ready.
async fn pods(operation: &Operation, resource: &Resource) -> Result<bool, Problem> {
    let selector = match resource.gvk.kind.as_str() {
        "ReplicationController" => {
            let labels = resource.object.pointer("/spec/selector").and_then(Json::as_object);
            let terms = labels.into_iter().flatten();
            let terms = terms.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()));
            terms.collect::<Vec<_>>().join(",")
        }
        _ => selector(&resource.object).unwrap_or_default(),
    };
    let gvk = Gvk::new("v1", "Pod");
    let found = operation.cluster.list(&gvk, resource.namespace(), &Selector::labels(selector)).await;
    let found =
        found.map_err(|error| Problem::Other(format!("failed to list pods: {}", error.as_client_go(""))))?;
    Ok(found.items.iter().all(pod))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{daemon_set, definition, job, max_unavailable, service, stateful_set};

    #[test]
    fn what_a_deployment_may_be_short_of() {
        let deployment = |rolling: Json| json!({"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": rolling}}});
        let quarter = json!({"maxSurge": "25%", "maxUnavailable": "25%"});
        assert_eq!(max_unavailable(&deployment(quarter.clone()), 3), 0);
        assert_eq!(max_unavailable(&deployment(quarter), 4), 1);
        assert_eq!(max_unavailable(&deployment(json!({"maxSurge": 0, "maxUnavailable": "1%"})), 2), 1);
        assert_eq!(max_unavailable(&deployment(json!({"maxSurge": 0, "maxUnavailable": 9})), 2), 2);
        assert_eq!(max_unavailable(&json!({"spec": {"strategy": {"type": "Recreate"}}}), 4), 0);
    }

    #[test]
    fn a_job_fails_above_its_limit() {
        let live = |failed: i64, succeeded: i64| {
            json!({"metadata": {"namespace": "n", "name": "j"}, "spec": {"backoffLimit": 1, "completions": 2},
                "status": {"failed": failed, "succeeded": succeeded}})
        };
        assert!(!job(&live(1, 1)).unwrap());
        assert!(job(&live(1, 2)).unwrap());
        assert!(matches!(job(&live(2, 0)), Err(super::Problem::Other(text)) if text == "job is failed: n/j"));
    }

    #[test]
    fn a_service_is_ready_with_its_address() {
        assert!(service(&json!({"spec": {"type": "ExternalName"}})));
        assert!(!service(&json!({"spec": {"type": "ClusterIP"}})));
        let balanced = |status: Json| json!({"spec": {"type": "LoadBalancer", "clusterIP": "10.0.0.1"}, "status": status});
        assert!(!service(&balanced(json!({}))));
        assert!(service(&balanced(json!({"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}))));
    }

    #[test]
    fn sets_are_ready_with_their_pods() {
        let set = |partition: i64, current: &str| {
            json!({"metadata": {"generation": 1},
                "spec": {"replicas": 3, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": partition}}},
                "status": {"observedGeneration": 1, "updatedReplicas": 1, "readyReplicas": 3,
                    "currentRevision": current, "updateRevision": "b"}})
        };
        assert!(stateful_set(&set(2, "a")));
        assert!(!stateful_set(&set(0, "b")));
        let daemons = |ready: i64| {
            json!({"metadata": {"generation": 1},
                "spec": {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}}},
                "status": {"observedGeneration": 1, "desiredNumberScheduled": 3, "updatedNumberScheduled": 3, "numberReady": ready}})
        };
        assert!(daemon_set(&daemons(2)));
        assert!(!daemon_set(&daemons(1)));
    }

    #[test]
    fn a_definition_is_ready_also_if_its_names_are_taken() {
        let with =
            |kind: &str, status: &str| json!({"status": {"conditions": [{"type": kind, "status": status}]}});
        assert!(definition(&with("Established", "True")));
        assert!(definition(&with("NamesAccepted", "False")));
        assert!(!definition(&with("NamesAccepted", "True")));
    }
}
