//! Will the namespace's quota hold? What a plan adds, against what quotas leave.
//!
//! The API server checks a quota object by object, as each is made. Of pods it knows nothing before their
//! Deployment has been taken: then they are refused one by one, while the deploy waits. A plan adds it up
//! before ([resource quotas](https://kubernetes.io/docs/concepts/policy/resource-quotas/)).

use std::collections::{BTreeMap, BTreeSet};

use longshore_cluster::{Cluster, Error as ClusterError, Selector};
use longshore_object::{Gvk, kinds};
use serde_json::Value;

use crate::quantity::{milli, shown};

/// How much of what quotas count something takes, in thousandths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demand {
    amounts: BTreeMap<String, i128>,
    /// Compute resources that some container says nothing of: a quota on them refuses its pod.
    silent: BTreeSet<String>,
}

/// The compute resources that a quota may want every container to name.
const COMPUTE: [(&str, &str); 4] = [
    ("requests.cpu", "/resources/requests/cpu"),
    ("requests.memory", "/resources/requests/memory"),
    ("limits.cpu", "/resources/limits/cpu"),
    ("limits.memory", "/resources/limits/memory"),
];

impl Demand {
    /// What an object takes, its pods included.
    pub(crate) fn of(object: &Value) -> Self {
        let mut demand = Self::default();
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let gvk = Gvk::new(text("/apiVersion"), text("/kind"));
        let Some(info) = kinds::builtin(&gvk.group, &gvk.kind) else { return demand };
        let counted = match info.group {
            "" => format!("count/{}", info.plural),
            group => format!("count/{}.{group}", info.plural),
        };
        demand.add(&counted, 1000);
        match (info.group, info.kind) {
            ("", "Pod") => demand.pods(object.get("spec"), 1),
            (
                "",
                "ConfigMap"
                | "Secret"
                | "PersistentVolumeClaim"
                | "ReplicationController"
                | "Service"
                | "ResourceQuota",
            ) => {
                demand.add(info.plural, 1000);
                demand.of_core(info.kind, object);
            }
            ("apps", "Deployment" | "StatefulSet" | "ReplicaSet") => {
                let replicas = object.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or(1);
                demand.pods(object.pointer("/spec/template/spec"), replicas);
            }
            ("batch", "Job") => {
                let parallel = object.pointer("/spec/parallelism").and_then(Value::as_i64).unwrap_or(1);
                demand.pods(object.pointer("/spec/template/spec"), parallel);
            }
            _ => {}
        }
        demand
    }

    /// The record of a release, which is a Secret.
    pub(crate) fn of_record() -> Self {
        let mut demand = Self::default();
        demand.add("secrets", 1000);
        demand.add("count/secrets", 1000);
        demand
    }

    fn of_core(&mut self, kind: &str, object: &Value) {
        let storage = object.pointer("/spec/resources/requests/storage").and_then(milli);
        match (kind, storage) {
            ("PersistentVolumeClaim", Some(storage)) => self.add("requests.storage", storage),
            ("Service", _) => match object.pointer("/spec/type").and_then(Value::as_str) {
                Some("LoadBalancer") => {
                    self.add("services.loadbalancers", 1000);
                    self.add("services.nodeports", self.node_ports(object));
                }
                Some("NodePort") => self.add("services.nodeports", self.node_ports(object)),
                _ => {}
            },
            _ => {}
        }
    }

    fn node_ports(&self, service: &Value) -> i128 {
        let ports = service.pointer("/spec/ports").and_then(Value::as_array);
        ports.map_or(0, |ports| ports.len() as i128 * 1000)
    }

    fn pods(&mut self, spec: Option<&Value>, count: i64) {
        let (Some(spec), true) = (spec, count > 0) else { return };
        let count = i128::from(count);
        self.add("pods", count * 1000);
        self.add("count/pods", count * 1000);
        let containers = |field: &str| spec.get(field).and_then(Value::as_array).cloned().unwrap_or_default();
        let (all, first) = (containers("containers"), containers("initContainers"));
        for (name, pointer) in COMPUTE {
            let each =
                |list: &[Value]| list.iter().map(|c| c.pointer(pointer).and_then(milli)).collect::<Vec<_>>();
            let (sum, initial) = (each(&all), each(&first));
            if sum.iter().chain(&initial).any(Option::is_none) {
                self.silent.insert(name.to_owned());
            }
            // Before the containers the initial ones run, one by one: the larger of both counts.
            let sum = sum.into_iter().flatten().fold(0, i128::saturating_add);
            let most = initial.into_iter().flatten().max().unwrap_or(0).max(sum);
            self.add(name, most.saturating_mul(count));
        }
    }

    fn add(&mut self, name: &str, amount: i128) {
        if amount != 0 {
            let sum = self.amounts.entry(name.to_owned()).or_default();
            *sum = sum.saturating_add(amount);
        }
    }

    /// Adds what something else takes.
    pub fn plus(&mut self, other: &Self) {
        for (name, amount) in &other.amounts {
            self.add(name, *amount);
        }
        self.silent.extend(other.silent.iter().cloned());
    }

    /// Takes off what is there already.
    pub(crate) fn minus(&mut self, other: &Self) {
        for (name, amount) in &other.amounts {
            self.add(name, -amount);
        }
    }
}

/// What the quotas of a namespace will refuse of `demand`: a sentence each. A quota that is for some pods
/// only (by scope) is not looked at; quotas that may not be read are taken to be none.
///
/// # Errors
/// The cluster cannot be asked.
pub async fn quota_warnings(
    cluster: &Cluster,
    namespace: &str,
    demand: &Demand,
) -> Result<Vec<String>, ClusterError> {
    let list = |kind: &'static str| async move {
        match cluster.list(&Gvk::new("v1", kind), Some(namespace), &Selector::default()).await {
            Ok(list) => Ok(list.items),
            Err(error) if error.is_forbidden() || error.is_not_found() => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    };
    let quotas = list("ResourceQuota").await?;
    if quotas.is_empty() {
        return Ok(Vec::new());
    }
    let ranges = if demand.silent.is_empty() { Vec::new() } else { list("LimitRange").await? };
    Ok(quotas.iter().flat_map(|quota| refused_by(quota, &ranges, demand)).collect())
}

/// What one quota will refuse.
fn refused_by(quota: &Value, ranges: &[Value], demand: &Demand) -> Vec<String> {
    let spec = &quota["spec"];
    if spec["scopes"].as_array().is_some_and(|scopes| !scopes.is_empty()) || !spec["scopeSelector"].is_null()
    {
        return Vec::new();
    }
    let name = quota["metadata"]["name"].as_str().unwrap_or_default();
    let mut found = Vec::new();
    for (resource, hard) in quota["status"]["hard"].as_object().into_iter().flatten() {
        // `cpu` and `memory` are old names of the requests.
        let counted = match resource.as_str() {
            "cpu" => "requests.cpu",
            "memory" => "requests.memory",
            other => other,
        };
        if demand.silent.contains(counted) && !has_default(ranges, counted) {
            found.push(format!(
                "quota `{name}` counts {counted}: it refuses pods of which a container names no {}",
                counted.replace("requests.", "request of ").replace("limits.", "limit of ")
            ));
        }
        let more = demand.amounts.get(counted).copied().unwrap_or_default();
        let used = quota["status"]["used"].get(resource).and_then(milli).unwrap_or_default();
        let Some(hard) = milli(hard).filter(|hard| more > 0 && used.saturating_add(more) > *hard) else {
            continue;
        };
        let amount = |milli| shown(milli, counted);
        found.push(format!(
            "quota `{name}` allows {} {counted}, {} are used, and this deploy needs {} more",
            amount(hard),
            amount(used),
            amount(more)
        ));
    }
    found
}

/// Whether a LimitRange gives containers that are silent a value.
fn has_default(ranges: &[Value], counted: &str) -> bool {
    let (field, resource) = match counted.split_once('.') {
        Some(("requests", resource)) => ("defaultRequest", resource),
        Some((_, resource)) => ("default", resource),
        None => return false,
    };
    let limits = ranges.iter().filter_map(|range| range["spec"]["limits"].as_array()).flatten();
    limits.filter(|limit| limit["type"] == "Container").any(|limit| {
        // A default limit is the default request too.
        !limit[field][resource].is_null() || !limit["default"][resource].is_null()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Demand, refused_by};

    fn deployment(replicas: i64, requests: &Value) -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": replicas, "template": {"spec": {
            "containers": [{"name": "a", "resources": {"requests": requests}}]}}}})
    }

    fn quota(hard: &Value, used: &Value) -> Value {
        json!({"metadata": {"name": "q"}, "spec": {"hard": hard}, "status": {"hard": hard, "used": used}})
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_numbers() {
        let mut demand = Demand::of(&deployment(4, &json!({"cpu": "500m"})));
        demand.minus(&Demand::of(&deployment(1, &json!({"cpu": "500m"}))));
        let check = |hard: Value, used: Value, expected: &[&str]| {
            assert_eq!(refused_by(&quota(&hard, &used), &[], &demand), expected);
        };
        check(json!({"pods": "4"}), json!({"pods": "1"}), &[]);
        check(
            json!({"pods": "3"}),
            json!({"pods": "1"}),
            &["quota `q` allows 3 pods, 1 are used, and this deploy needs 3 more"],
        );
        check(
            json!({"cpu": "1"}),
            json!({"cpu": "500m"}),
            &["quota `q` allows 1 requests.cpu, 500m are used, and this deploy needs 1500m more"],
        );
        check(json!({"count/deployments.apps": "1"}), json!({"count/deployments.apps": "1"}), &[]);
    }

    #[test]
    fn containers_that_say_nothing_are_refused_unless_a_default_speaks_for_them() {
        let demand = Demand::of(&deployment(1, &json!({"cpu": 1})));
        let quota = quota(&json!({"requests.memory": "1Gi"}), &json!({}));
        let found = refused_by(&quota, &[], &demand);
        assert_eq!(
            found,
            [
                "quota `q` counts requests.memory: it refuses pods of which a container names no request of memory"
            ]
        );
        let range = json!({"spec": {"limits": [{"type": "Container", "default": {"memory": "64Mi"}}]}});
        assert!(refused_by(&quota, &[range], &demand).is_empty());
    }

    #[test]
    fn amounts_beyond_all_measure_are_no_trouble() {
        let huge = json!({"resources": {"requests": {"memory": "99999999999999999E"}}});
        let demand =
            Demand::of(&json!({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [huge, huge]}}));
        assert_eq!(demand.amounts["requests.memory"], i128::MAX);
    }

    #[test]
    fn other_objects_are_counted_too() {
        let claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "spec": {"resources": {"requests": {"storage": "2Gi"}}}});
        let mut demand = Demand::of(&claim);
        demand.plus(&Demand::of_record());
        let service = json!({"apiVersion": "v1", "kind": "Service", "spec": {"type": "LoadBalancer", "ports": [{}, {}]}});
        demand.plus(&Demand::of(&service));
        let hard = json!({"requests.storage": "1Gi", "secrets": "0", "services.nodeports": 1, "services.loadbalancers": 1});
        let found = refused_by(&quota(&hard, &json!({})), &[], &demand);
        assert_eq!(found.len(), 3, "{found:?}");
        let scoped = json!({"spec": {"scopes": ["BestEffort"]}, "status": {"hard": {"secrets": "0"}}});
        assert!(refused_by(&scoped, &[], &demand).is_empty());
    }
}
