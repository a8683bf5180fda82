//! Against a real control plane: what only a real API server can show.
//!
//! `LONGSHORE_TEST_CLUSTER=NAME` makes the tests use a running cluster; without it they start one.

mod apply;
mod connect;
mod discovery;
mod faults;
mod objects;
mod relay;
mod verdicts;
mod wait;
mod watch;

use anyhow::Result;
use longshore_cluster::{Cluster, ClusterOptions};
use longshore_diag::Place;
use longshore_object::Object;
use longshore_testkit::{TestCluster, TestNamespace};
use serde_json::{Value as Json, json};

/// A namespace of one's own, and our way to it.
async fn namespace(name: &str) -> Result<(TestNamespace, Cluster)> {
    let namespace = TestCluster::get().await?.namespace(name).await?;
    let options = ClusterOptions { kubeconfig: Some(namespace.kubeconfig()), ..ClusterOptions::default() };
    let cluster = Cluster::connect(options).await?;
    assert_eq!(cluster.default_namespace(), namespace.name());
    Ok((namespace, cluster))
}

/// An object as if it had been written in `test.yaml`.
fn object(json: Json) -> Object {
    Object::from_json(json, Place::new("test.yaml", 1, 0)).expect("the test's object is one")
}

fn config_map(name: &str, data: &Json) -> Json {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data})
}

/// A Deployment whose pods play `play`; see the testkit's stages.
fn deployment(name: &str, replicas: u32, play: &str) -> Json {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}, "annotations": {"longshore.dev/kwok": play}},
                "spec": {"containers": [{"name": "main", "image": "example.com/app:1"}]},
            },
        },
    })
}

/// The definition of a kind with a `spec.size` of at most 3.
fn definition(group: &str, kind: &str) -> Json {
    let singular = kind.to_lowercase();
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{singular}s.{group}")},
        "spec": {
            "group": group, "scope": "Namespaced",
            "names": {"kind": kind, "plural": format!("{singular}s"), "singular": singular},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                "type": "object", "properties": {"spec": {"type": "object",
                    "properties": {"size": {"type": "integer", "maximum": 3}}}}}}}],
        },
    })
}
