//! Objects that a real cluster begins with.

use anyhow::{Context, Result};
use kube::Client;
use serde_json::{Value, json};

use super::settings::PROXY;

/// Creates objects, each at the path of its collection.
pub(super) async fn create(client: &Client, objects: impl IntoIterator<Item = (&str, Value)>) -> Result<()> {
    for (path, object) in objects {
        let body = serde_json::to_vec(&object).context("an object is always representable")?;
        let request = http::Request::post(path)
            .header("content-type", "application/json")
            .body(body)
            .context("a plain request")?;
        client
            .request::<Value>(request)
            .await
            .with_context(|| format!("cannot make the {} {}", object["kind"], object["metadata"]["name"]))?;
    }
    Ok(())
}

pub(super) const ROLES: &str = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
pub(super) const BINDINGS: &str = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";

/// A cluster role of that name.
pub(super) fn role(name: &str, rules: &Value) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name},
        "rules": rules,
    })
}

/// A rule: who has it may do `verbs` to `resources` of one group.
pub(super) fn rule(group: &str, resources: &[&str], verbs: &[&str]) -> Value {
    json!({"apiGroups": [group], "resources": resources, "verbs": verbs})
}

/// Gives a cluster role to a service account.
pub(super) fn binding(name: &str, role: &str, namespace: &str, account: &str) -> Value {
    bound(name, role, &json!({"kind": "ServiceAccount", "namespace": namespace, "name": account}))
}

/// Gives kube-proxy its rights: the role is built in, but bound to nobody.
pub(super) fn proxy_binding() -> Value {
    let user = format!("system:{PROXY}");
    let subject = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user});
    bound("longshore-kube-proxy", "system:node-proxier", &subject)
}

fn bound(name: &str, role: &str, subject: &Value) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [subject],
    })
}

/// A service account.
pub(super) fn account(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}})
}

/// A Deployment of one pod with this container.
pub(super) fn deployment(name: &str, container: &Value, volumes: &Value) -> Value {
    let labels = json!({"app.kubernetes.io/name": name});
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            // Ports of the node are taken by the old pod until it ends.
            "strategy": {"type": "Recreate"},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "serviceAccountName": name,
                    "priorityClassName": "system-cluster-critical",
                    // Its own names are for others: it asks nobody.
                    "dnsPolicy": "Default",
                    "terminationGracePeriodSeconds": 5,
                    "containers": [container],
                    "volumes": volumes,
                },
            },
        },
    })
}

/// A Service for the pods of a [`deployment`] of the same name.
pub(super) fn service(name: &str, ports: &Value) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/name": name}},
        "spec": {"selector": {"app.kubernetes.io/name": name}, "ports": ports},
    })
}
