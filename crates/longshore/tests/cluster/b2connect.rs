//! B2Connect on a real control plane, whose API server enforces the restricted standard and the network of names: BC1 to
//! BC3, BC7, BC9, BC16, BC21.

use longshore_testkit::tools::workspace_root;
use serde_json::Value;

use crate::Stage;
use crate::access_layer::copy;

/// A stage whose project is a copy of the platform. Its namespace is there before the platform, hence `--adopt`.
async fn stage(name: &str) -> Stage {
    let stage = Stage::new(name, "").await;
    copy(&workspace_root().join("platforms/b2connect"), &stage.project);
    stage
}

/// Replaces a text of a file of the project, which must be there.
fn change(stage: &Stage, file: &str, from: &str, to: &str) {
    let text = stage.project.read(file).unwrap();
    assert!(text.contains(from), "{file} has no {from:?}");
    stage.project.write(file, &text.replace(from, to)).unwrap();
}

/// Name and generation of every workload: a new generation is a new specification.
async fn generations(stage: &Stage) -> Vec<(String, i64)> {
    let client = stage.namespace.client().await.unwrap();
    let mut found = Vec::new();
    for plural in ["deployments", "statefulsets"] {
        let path = format!("/apis/apps/v1/namespaces/{}/{plural}", stage.namespace.name());
        let list: Value = client.request(http::Request::get(path).body(Vec::new()).unwrap()).await.unwrap();
        for item in list["items"].as_array().unwrap() {
            let name = item["metadata"]["name"].as_str().unwrap().to_owned();
            found.push((name, item["metadata"]["generation"].as_i64().unwrap()));
        }
    }
    found
}

async fn ready(stage: &Stage, kind: &str, name: &str) -> Value {
    stage.live("apis/apps/v1", kind, name).await.unwrap()["status"]["readyReplicas"].clone()
}

/// BC1, BC3, BC7: development, from nothing to nothing but data.
#[tokio::test(flavor = "multi_thread")]
async fn bc3_development_is_deployed_changed_and_rolled_back() {
    let stage = stage("b2c-dev").await;
    stage.ok("deploy --yes --adopt -e dev");
    for (name, nodes) in
        [("postgres", 1), ("postgres-replica", 1), ("redis", 1), ("rabbitmq", 3), ("elasticsearch", 1)]
    {
        assert_eq!(ready(&stage, "statefulsets", name).await, nodes, "BC1: {name}");
    }
    for name in ["api-gateway", "identity", "catalog", "orders", "storefront", "admin-portal"] {
        assert_eq!(ready(&stage, "deployments", name).await, 1, "BC2: {name}");
    }
    let again = stage.ok("deploy --yes -e dev");
    assert!(again.stdout.contains("nothing has changed"), "{again}");

    // BC7: a flag is switched in the cluster, and no workload has a new specification.
    let before = generations(&stage).await;
    change(&stage, "helm/values-dev.yaml", "checkoutV2: true", "checkoutV2: false");
    stage.ok("deploy --yes -e dev");
    let flags = stage.live("api/v1", "configmaps", "b2connect-features").await.unwrap();
    assert!(flags["data"]["features.json"].as_str().unwrap().contains(r#""checkoutV2": false"#), "{flags}");
    assert_eq!(generations(&stage).await, before);

    // A new version starts the services anew and no server, and the way back brings the old one.
    change(
        &stage,
        "helm/values-dev.yaml",
        "  replicas: 1\n  # Metrics",
        "  replicas: 1\n  tag: v1.0.1\n  # Metrics",
    );
    stage.ok("deploy --yes -e dev");
    let image = async || {
        let gateway = stage.live("apis/apps/v1", "deployments", "api-gateway").await.unwrap();
        gateway["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap().to_owned()
    };
    assert_eq!(image().await, "ghcr.io/b2connect/api-gateway:v1.0.1");
    let servers = |all: Vec<(String, i64)>| -> Vec<_> { all.into_iter().skip(6).collect() };
    assert_eq!(servers(generations(&stage).await), servers(before));
    stage.ok("rollback -e dev");
    assert_eq!(image().await, "ghcr.io/b2connect/api-gateway:v1.0.0");

    let secret = stage.live("api/v1", "secrets", "db-secrets").await.unwrap()["data"].clone();
    let destroyed = stage.json("destroy --yes -e dev");
    let kept = destroyed["kept"].as_array().unwrap().len();
    let left = stage.everything().await;
    assert!(
        left.iter().all(|o| o.starts_with("persistentvolumeclaims/") || o == "secrets/db-secrets"),
        "{left:?}"
    );
    assert_eq!(left.len(), 8, "{left:?}");
    assert_eq!(kept, left.len() + 1, "the namespace is kept as well: {destroyed}");

    // What was kept is taken up again, passwords too.
    stage.ok("deploy --yes -e dev");
    assert_eq!(stage.live("api/v1", "secrets", "db-secrets").await.unwrap()["data"], secret);
}

/// BC3, BC9, BC16: staging, with autoscalers, policies, priorities and a shipper of logs in a namespace of its own.
#[tokio::test(flavor = "multi_thread")]
async fn bc16_staging_is_let_in_by_the_restricted_standard() {
    let stage = stage("b2c-stage").await;
    // This cluster has one storage class, and no Prometheus Operator.
    for file in ["postgresql", "redis", "elasticsearch"] {
        change(&stage, &format!("helm/charts/{file}/values.yaml"), "fast-ssd", "standard");
    }
    let refused = stage.longshore("deploy --yes --adopt -e staging --only namespaces --only data");
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(refused.stderr.contains("no kind `ServiceMonitor`"), "{refused}");
    assert!(refused.stderr.contains("nothing was changed"), "{refused}");
    assert!(stage.everything().await.is_empty());
    change(&stage, "helm/values.yaml", "enabled: true  # needs the CRDs", "enabled: false  # needs the CRDs");

    // What lies in the namespace of the logs waits for the release that makes it.
    stage.ok("deploy --yes --adopt -e staging");
    let namespace = stage.namespace.name();
    let shipper = format!("{namespace}-logging");
    let client = stage.namespace.client().await.unwrap();
    let get = async |path: String| -> Value {
        client.request(http::Request::get(path).body(Vec::new()).unwrap()).await.unwrap()
    };
    let labels = get(format!("/api/v1/namespaces/{namespace}")).await["metadata"]["labels"].clone();
    assert_eq!(labels["pod-security.kubernetes.io/enforce"], "restricted");
    let fluent = get(format!("/apis/apps/v1/namespaces/{shipper}/daemonsets/fluent-bit")).await;
    assert_eq!(fluent["status"]["numberReady"], fluent["status"]["desiredNumberScheduled"]);
    let gateway = stage.live("apis/apps/v1", "deployments", "api-gateway").await.unwrap();
    assert_eq!(gateway["spec"]["template"]["spec"]["priorityClassName"], format!("{namespace}-edge"));
    let scaler =
        stage.live("apis/autoscaling/v2", "horizontalpodautoscalers", "api-gateway-hpa").await.unwrap();
    assert_eq!(scaler["spec"]["maxReplicas"], 4);
    let again = stage.ok("deploy --yes -e staging");
    assert!(again.stdout.contains("nothing has changed"), "{again}");

    stage.ok("destroy --yes -e staging");
    let left = stage.everything().await;
    assert!(
        left.iter().all(|o| o.starts_with("persistentvolumeclaims/") || o == "secrets/db-secrets"),
        "{left:?}"
    );
    let path = format!("/api/v1/namespaces/{shipper}");
    let _: Value = client.request(http::Request::delete(path).body(Vec::new()).unwrap()).await.unwrap();
}
