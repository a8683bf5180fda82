//! Updates that lose requests: what a rolling update's settings say before it happens.
//!
//! Only Deployments that a Service of the same release sends requests to, and of which this plan replaces the pods, are
//! looked at; and only what is wrong whatever the program in them does is told. (Whether it finishes what it has
//! begun when it is told to stop cannot be seen here.)

use std::collections::BTreeMap;

use longshore_object::{Object, Tree};

use crate::plan::{ObjectAction, ObjectChange};
use crate::store::strings;

/// What would be lost, one sentence for each Deployment.
pub(super) fn warnings(objects: &[Object], changes: &[ObjectChange], namespace: &str) -> Vec<String> {
    let is_replaced = |object: &Object| {
        let key = object.key_in(namespace);
        changes.iter().any(|change| {
            change.object == key
                && change.action == ObjectAction::Update
                && change.fields.iter().any(|field| field.path.starts_with("spec.template"))
        })
    };
    let selectors: Vec<BTreeMap<String, String>> = objects
        .iter()
        .filter(|object| object.kind() == "Service" && object.gvk().group.is_empty())
        .filter_map(|service| service.get("/spec/selector"))
        .map(|selector| strings(&selector.to_json()))
        .filter(|selector| !selector.is_empty())
        .collect();
    objects
        .iter()
        .filter(|object| object.kind() == "Deployment" && object.gvk().group == "apps")
        .filter(|object| is_served(object, &selectors) && is_replaced(object))
        .filter_map(|object| {
            let losses = losses(object);
            let key = object.key_in(namespace);
            (!losses.is_empty()).then(|| format!("{key}: this update loses requests: {}", losses.join("; ")))
        })
        .collect()
}

fn is_served(deployment: &Object, selectors: &[BTreeMap<String, String>]) -> bool {
    let labels = deployment.get("/spec/template/metadata/labels").map(|labels| strings(&labels.to_json()));
    let labels = labels.unwrap_or_default();
    selectors.iter().any(|selector| selector.iter().all(|(key, value)| labels.get(key) == Some(value)))
}

/// What of a Deployment's settings loses requests.
fn losses(deployment: &Object) -> Vec<String> {
    let mut losses = Vec::new();
    let replicas = deployment.get("/spec/replicas").and_then(Tree::as_i64).unwrap_or(1);
    if deployment.str_at("/spec/strategy/type") == Some("Recreate") {
        losses.push("its strategy is Recreate, which stops all pods before it starts new ones".to_owned());
    } else {
        let count =
            |name: &str, up: bool| match deployment.get(&format!("/spec/strategy/rollingUpdate/{name}")) {
                None => share("25%", replicas, up),
                Some(value) => value.as_i64().or_else(|| share(value.as_str()?, replicas, up)),
            };
        // Where both come to nothing the server takes one away.
        let unavailable = match (count("maxUnavailable", false), count("maxSurge", true)) {
            (Some(0), Some(0)) => Some(1),
            (unavailable, _) => unavailable,
        };
        if let Some(unavailable) = unavailable.filter(|unavailable| replicas > 0 && *unavailable >= replicas)
        {
            losses.push(format!(
                "all of its {replicas} pods may be away at once (maxUnavailable comes to {unavailable})"
            ));
        }
    }
    let containers = deployment.get("/spec/template/spec/containers").map_or(&[][..], Tree::items);
    if !containers.is_empty()
        && containers.iter().all(|container| container.child("readinessProbe").is_none())
    {
        losses.push("it has no readiness probe, so that new pods get requests before they listen".to_owned());
    }
    let grace = deployment
        .get("/spec/template/spec/terminationGracePeriodSeconds")
        .and_then(Tree::as_i64)
        .unwrap_or(30);
    if grace == 0 {
        losses.push(
            "terminationGracePeriodSeconds is 0, so that old pods are killed with requests in hand"
                .to_owned(),
        );
    }
    for container in containers {
        let sleep = container.get("/lifecycle/preStop/sleep/seconds").and_then(Tree::as_i64);
        if let Some(sleep) = sleep.filter(|sleep| grace > 0 && *sleep >= grace) {
            losses.push(format!(
                "its preStop sleeps for {sleep} s and terminationGracePeriodSeconds is {grace}, so that old pods are killed with requests in hand"
            ));
            break;
        }
    }
    losses
}

/// A percentage of the replicas, rounded as the server does: up for a surge, down for what may be away.
fn share(percent: &str, replicas: i64, up: bool) -> Option<i64> {
    let percent: i64 = percent.strip_suffix('%')?.parse().ok()?;
    let hundredths = percent.checked_mul(replicas)?;
    Some(if up { (hundredths + 99) / 100 } else { hundredths / 100 })
}

#[cfg(test)]
mod tests {
    use longshore_diag::Place;
    use longshore_object::Object;
    use serde_json::{Value, json};

    use super::losses;

    fn check(change: &Value, expected: &[&str]) {
        let mut deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
            "replicas": 4, "strategy": {"rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}},
            "template": {"spec": {"containers": [{"name": "web", "readinessProbe": {"tcpSocket": {"port": 80}},
                "lifecycle": {"preStop": {"sleep": {"seconds": 10}}}}]}}}});
        for (pointer, value) in change.as_object().unwrap() {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            let parent = deployment.pointer_mut(parent).unwrap();
            match value {
                Value::Null => drop(parent.as_object_mut().unwrap().remove(key)),
                value => parent[key] = value.clone(),
            }
        }
        let told = losses(&Object::from_json(deployment, Place::file("a")).unwrap());
        assert_eq!(told.len(), expected.len(), "{change}: {told:?}");
        assert!(told.iter().zip(expected).all(|(told, part)| told.contains(part)), "{change}: {told:?}");
    }

    #[test]
    fn only_what_loses_requests_for_certain_is_told() {
        check(&json!({}), &[]);
        check(&json!({"/spec/strategy": null}), &[]);
        check(&json!({"/spec/replicas": null}), &[]);
        check(&json!({"/spec/strategy": {"type": "Recreate"}}), &["Recreate"]);
        check(&json!({"/spec/strategy/rollingUpdate/maxUnavailable": "100%"}), &["all of its 4 pods"]);
        check(&json!({"/spec/strategy/rollingUpdate/maxUnavailable": 4}), &["maxUnavailable comes to 4"]);
        check(&json!({"/spec/strategy/rollingUpdate/maxUnavailable": 3}), &[]);
        let none = json!({"/spec/replicas": 1, "/spec/strategy/rollingUpdate/maxSurge": 0});
        check(&none, &["all of its 1 pods"]);
        check(&json!({"/spec/replicas": 0, "/spec/strategy/rollingUpdate/maxUnavailable": 1}), &[]);
        let container = "/spec/template/spec/containers/0";
        check(&json!({format!("{container}/readinessProbe"): null}), &["no readiness probe"]);
        check(&json!({"/spec/template/spec/terminationGracePeriodSeconds": 0}), &["is 0"]);
        check(
            &json!({"/spec/template/spec/terminationGracePeriodSeconds": 10}),
            &["preStop sleeps for 10 s"],
        );
    }
}
