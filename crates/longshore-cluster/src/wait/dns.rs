//! Whether the cluster's own DNS answers, and why not. Asked for only where a container could not look a name up.

use longshore_object::Gvk;
use longshore_object::readiness::pod::problems;
use serde_json::Value as Json;

use super::cause::text;
use crate::cluster::Cluster;
use crate::objects::Selector;

/// Where it runs.
const NAMESPACE: &str = "kube-system";
/// What its Service is called nearly everywhere, of CoreDNS and of kube-dns before it. Where it is not, this is the value
/// of its label `k8s-app`.
const NAME: &str = "kube-dns";

/// Why nothing answers behind the Service of the cluster's DNS, link by link; nothing if something does, or if that
/// cannot be seen.
pub(super) async fn look_at_dns(cluster: &Cluster) -> Vec<String> {
    let list = async |api_version: &str, kind: &str, selector: &Selector| {
        let found = cluster.list(&Gvk::new(api_version, kind), Some(NAMESPACE), selector).await;
        found.ok().map(|list| list.items)
    };
    let all = Selector::default();
    let services = list("v1", "Service", &all).await.unwrap_or_default();
    let named = |service: &&Json| text(service, "/metadata/name") == NAME;
    let labelled = |service: &&Json| text(service, "/metadata/labels/k8s-app") == NAME;
    let Some(service) = services.iter().find(named).or_else(|| services.iter().find(labelled)) else {
        return Vec::new();
    };
    let name = text(service, "/metadata/name");
    let of_service = Selector::labels(format!("kubernetes.io/service-name={name}"));
    let Some(slices) = list("discovery.k8s.io/v1", "EndpointSlice", &of_service).await else {
        return Vec::new();
    };
    if answers(&slices) {
        return Vec::new();
    }
    let mut links = vec![format!("Service {NAMESPACE}/{name} has no ready endpoint")];
    let chosen = service.pointer("/spec/selector").and_then(Json::as_object);
    let Some(chosen) = chosen.filter(|chosen| !chosen.is_empty()) else { return links };
    if let Some(mut pods) = list("v1", "Pod", &all).await {
        pods.retain(|pod| has(pod.pointer("/metadata/labels"), chosen));
        let mut deployments = Vec::new();
        if pods.is_empty() {
            deployments = list("apps/v1", "Deployment", &all).await.unwrap_or_default();
            deployments.retain(|one| has(one.pointer("/spec/template/metadata/labels"), chosen));
        }
        links.extend(behind(&pods, &deployments));
    }
    links
}

/// Whether labels are among those that a selector chooses.
fn has(labels: Option<&Json>, chosen: &serde_json::Map<String, Json>) -> bool {
    chosen.iter().all(|(key, value)| labels.and_then(|labels| labels.get(key)) == Some(value))
}

/// Whether an endpoint takes requests. What is not said counts as ready.
fn answers(slices: &[Json]) -> bool {
    let endpoints =
        |slice: &Json| slice.get("endpoints").and_then(Json::as_array).cloned().unwrap_or_default();
    slices
        .iter()
        .flat_map(endpoints)
        .any(|endpoint| endpoint.pointer("/conditions/ready").and_then(Json::as_bool).unwrap_or(true))
}

/// What is wrong behind the Service: with a pod, or with who makes them.
fn behind(pods: &[Json], deployments: &[Json]) -> Option<String> {
    let problem = |pod: &Json| {
        let problem = problems(pod).into_iter().next()?;
        Some(format!("Pod/{}: {}", text(pod, "/metadata/name"), problem.describe()))
    };
    if let Some(told) = pods.iter().find_map(problem) {
        return Some(told);
    }
    if let Some(pod) = pods.first() {
        return Some(format!("Pod/{} is not ready", text(pod, "/metadata/name")));
    }
    let deployment = deployments.first()?;
    let name = text(deployment, "/metadata/name");
    Some(match deployment.pointer("/spec/replicas").and_then(Json::as_i64) {
        Some(0) => format!("Deployment/{name} is scaled to 0"),
        _ => format!("Deployment/{name} has no pods"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::look_at_dns;
    use crate::testing::{Answer, cluster, status};

    /// What is told of a kube-system that has these endpoints, pods and replicas.
    async fn told(ready: Option<bool>, pods: Option<Vec<Json>>, replicas: u32) -> Vec<String> {
        let (cluster, _) = cluster(move |seen| {
            let list =
                |items: Vec<Json>| Answer::Json(200, json!({"kind": "List", "metadata": {}, "items": items}));
            let kinds = |version: &str, names: &[(&str, &str)]| {
                let kinds: Vec<Json> = names
                    .iter()
                    .map(|(name, kind)| json!({"name": name, "kind": kind, "namespaced": true, "verbs": ["list"]}))
                    .collect();
                Answer::Json(
                    200,
                    json!({"kind": "APIResourceList", "groupVersion": version, "resources": kinds}),
                )
            };
            let labels = json!({"app": "dns"});
            let service = json!({"metadata": {"name": "rke2-coredns", "labels": {"k8s-app": "kube-dns"}}, "spec": {"selector": labels}});
            match seen.line.split(['?', '/']).rfind(|part| !part.contains('=')).unwrap_or_default() {
                "services" => list(vec![json!({"metadata": {"name": "metrics"}}), service]),
                "endpointslices" => {
                    let endpoints = ready.map(|ready| json!({"conditions": {"ready": ready}}));
                    list(vec![json!({"endpoints": endpoints.into_iter().collect::<Vec<_>>()})])
                }
                "pods" => match &pods {
                    Some(pods) => list(pods.clone()),
                    None => status(403, "Forbidden", "no"),
                },
                "deployments" => list(vec![
                    json!({"metadata": {"name": "metrics"}, "spec": {"replicas": 0}}),
                    json!({"metadata": {"name": "coredns"},
                            "spec": {"replicas": replicas, "template": {"metadata": {"labels": labels}}}}),
                ]),
                "v1" if seen.line.contains("apps") => kinds("apps/v1", &[("deployments", "Deployment")]),
                "v1" if seen.line.contains("discovery") => {
                    kinds("discovery.k8s.io/v1", &[("endpointslices", "EndpointSlice")])
                }
                "v1" => kinds("v1", &[("services", "Service"), ("pods", "Pod")]),
                other => panic!("{other} of {}", seen.line),
            }
        });
        look_at_dns(&cluster).await
    }

    #[tokio::test]
    async fn dns_is_down_when_no_endpoint_is_ready() {
        let none = "Service kube-system/rke2-coredns has no ready endpoint";
        let crashing = json!({"metadata": {"name": "coredns-1", "labels": {"app": "dns", "x": "y"}}, "status": {"phase": "Running", "containerStatuses": [
            {"name": "coredns", "restartCount": 5, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
             "lastState": {"terminated": {"exitCode": 1}}}]}});
        let starting = json!({"metadata": {"name": "coredns-2", "labels": {"app": "dns"}}, "status": {"phase": "Running"}});
        let other = json!({"metadata": {"name": "metrics-1", "labels": {"app": "metrics"}}, "status": {"phase": "Failed"}});
        assert_eq!(told(None, Some(vec![other]), 0).await, [none, "Deployment/coredns is scaled to 0"]);
        assert!(told(Some(true), Some(Vec::new()), 0).await.is_empty());
        assert_eq!(told(None, Some(Vec::new()), 0).await, [none, "Deployment/coredns is scaled to 0"]);
        assert_eq!(told(None, Some(Vec::new()), 2).await, [none, "Deployment/coredns has no pods"]);
        assert_eq!(
            told(Some(false), Some(vec![starting.clone()]), 2).await,
            [none, "Pod/coredns-2 is not ready"]
        );
        assert_eq!(
            told(Some(false), Some(vec![starting, crashing]), 2).await,
            [none, "Pod/coredns-1: container coredns keeps crashing (5 restarts): exit code 1"]
        );
        assert_eq!(told(None, None, 2).await, [none], "the pods may not be read");
    }
}
