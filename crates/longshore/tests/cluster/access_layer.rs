//! The Access Layer, the whole way through: AL1 to AL10, AL12 on a real control plane.

use std::path::{Path, PathBuf};

use longshore_testkit::Project;
use serde_json::Value;

use crate::Stage;

fn platform() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../platforms/access-layer")
}

/// A stage whose project is the platform itself.
async fn stage(name: &str) -> (Stage, String) {
    let stage = Stage::new(name, "").await;
    let file = platform().join("longshore.yaml").display().to_string();
    (stage, file)
}

async fn live_is_ready(stage: &Stage) {
    // AL2: names and replica counts of the document's table.
    for (service, replicas) in
        [("gateway", 3), ("streaming", 2), ("auth", 2), ("entitlements", 2), ("metrics", 1)]
    {
        let deployment =
            stage.live("apis/apps/v1", "deployments", &format!("{service}-deployment")).await.unwrap();
        assert_eq!(deployment["status"]["readyReplicas"], replicas, "{service}");
        assert_eq!(deployment["spec"]["template"]["spec"]["containers"][0]["name"], service);
        assert!(stage.live("api/v1", "services", &format!("{service}-service")).await.is_some());
    }
    // AL3, AL4: infrastructure and monitoring by their names, AL5: the settings.
    for service in
        ["redis-service", "postgres-service", "kafka-service", "prometheus-service", "grafana-service"]
    {
        assert!(stage.live("api/v1", "services", service).await.is_some(), "{service}");
    }
    let config = stage.live("api/v1", "configmaps", "access-config").await.unwrap();
    assert_eq!(config["data"].as_object().unwrap().len(), 11);
    assert!(!config.to_string().contains("access:access@"));
}

/// AL1 to AL6, AL12 with plain manifests, the default method.
#[tokio::test(flavor = "multi_thread")]
async fn staging_by_plain_manifests() {
    let (stage, file) = stage("al-plain").await;
    let before = stage.everything().await;
    let deployed = stage.ok(&format!("deploy -e staging -f {file}"));
    live_is_ready(&stage).await;
    let order: Vec<usize> = ["infrastructure", "services", "monitoring"]
        .iter()
        .map(|release| deployed.stderr.find(&format!("{release} deployed revision 1")).unwrap())
        .collect();
    assert!(order.is_sorted(), "{deployed}");
    let again = stage.ok(&format!("deploy -e staging -f {file}"));
    assert!(again.stdout.contains("nothing has changed"), "{again}");
    let status = stage.ok(&format!("status -e staging -f {file}"));
    assert!(
        status.stdout.contains("api.254carbon.local") && status.stdout.contains("stream.254carbon.local")
    );

    let destroyed = stage.json(&format!("destroy --yes -e staging -f {file}"));
    let mut kept: Vec<&str> =
        destroyed["kept"].as_array().unwrap().iter().map(|k| k.as_str().unwrap()).collect();
    kept.sort_unstable();
    let left: Vec<String> = stage.everything().await;
    assert_eq!(kept.len(), 4, "{kept:?}");
    assert!(left.iter().all(|object| object.starts_with("persistentvolumeclaims/")), "{left:?}");
    stage.ok(&format!("destroy --yes --delete-data -e staging -f {file}"));
    assert_eq!(stage.everything().await, before);
}

/// AL10: the same by Helm chart; an image change rolls only the gateway; rollback restores it; passwords stay.
#[tokio::test(flavor = "multi_thread")]
async fn staging_by_helm_changed_and_rolled_back() {
    let (stage, _) = stage("al-helm").await;
    copy(&platform(), &stage.project);
    stage.ok("deploy -e staging --method helm");
    live_is_ready(&stage).await;
    let secret = |stage: &Value| stage["data"].clone();
    let password = secret(&stage.live("api/v1", "secrets", "postgres-secret").await.unwrap());
    let generations = generations(&stage).await;
    let again = stage.ok("deploy -e staging --method helm");
    assert!(again.stdout.contains("nothing has changed"), "{again}");

    let values = "helm/254carbon-access-layer/values-staging.yaml";
    let text = stage.project.read(values).unwrap();
    assert!(!text.contains("\ngateway:"), "the test adds the key");
    stage.project.write(values, &format!("{text}\ngateway:\n  image:\n    tag: v1.0.1\n")).unwrap();
    stage.ok("deploy -e staging --method helm");
    let changed: Vec<String> = self::generations(&stage)
        .await
        .into_iter()
        .zip(&generations)
        .filter(|(now, before)| now != *before)
        .map(|(now, _)| now.0)
        .collect();
    assert_eq!(changed, ["gateway-deployment"]);

    stage.ok("rollback -e staging");
    let gateway = stage.live("apis/apps/v1", "deployments", "gateway-deployment").await.unwrap();
    let image = gateway["spec"]["template"]["spec"]["containers"][0]["image"].as_str().unwrap();
    assert!(image.ends_with(":v1.0.0"), "{image}");
    assert_eq!(secret(&stage.live("api/v1", "secrets", "postgres-secret").await.unwrap()), password);
    stage.ok("destroy --yes --delete-data -e staging");
    assert!(stage.everything().await.is_empty());
}

/// Name and generation of every Deployment: a new generation is a new specification.
async fn generations(stage: &Stage) -> Vec<(String, i64)> {
    let client = stage.namespace.client().await.unwrap();
    let path = format!("/apis/apps/v1/namespaces/{}/deployments", stage.namespace.name());
    let list: Value = client.request(http::Request::get(path).body(Vec::new()).unwrap()).await.unwrap();
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            let name = item["metadata"]["name"].as_str().unwrap().to_owned();
            (name, item["metadata"]["generation"].as_i64().unwrap())
        })
        .collect()
}

/// Copies a folder of text files into a project.
pub(crate) fn copy(from: &Path, project: &Project) {
    let mut open = vec![from.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let below = path.strip_prefix(from).unwrap().display().to_string();
                project.write(&below, &std::fs::read_to_string(&path).unwrap()).unwrap();
            }
        }
    }
}
