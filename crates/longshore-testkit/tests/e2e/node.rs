//! What runs on the node: pods with probes, Services and names, logs and exec, volumes that keep what is in them.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Node, PersistentVolumeClaim, Pod, Service};
use kube::Api;
use kube::api::{DeleteParams, ListParams, LogParams, PostParams};
use longshore_testkit::image::BUSYBOX;
use longshore_testkit::{TestCluster, eventually, exec};
use serde_json::{Value, json};

use super::PATIENCE;

#[tokio::test]
#[ignore = "needs the real node: cargo xtask e2e"]
async fn the_node_is_a_real_one_and_ready() {
    let cluster = TestCluster::real().await.unwrap();
    let nodes: Api<Node> = Api::all(cluster.client().await.unwrap());
    let [node] = &nodes.list(&ListParams::default()).await.unwrap().items[..] else { panic!("one node") };
    let status = node.status.as_ref().unwrap();
    let info = status.node_info.as_ref().unwrap();
    assert_eq!(info.kubelet_version, cluster.version());
    assert!(info.container_runtime_version.starts_with("containerd://"), "{info:?}");
    let conditions = status.conditions.as_ref().unwrap();
    assert!(conditions.iter().any(|condition| condition.type_ == "Ready" && condition.status == "True"));
}

#[tokio::test]
#[ignore = "needs the real node: cargo xtask e2e"]
async fn pods_are_probed_found_by_name_read_and_entered() {
    let cluster = TestCluster::real().await.unwrap();
    let namespace = cluster.namespace("echo").await.unwrap();
    let client = namespace.client().await.unwrap();
    let deployments: Api<Deployment> = Api::default_namespaced(client.clone());
    let script = "mkdir /tmp/www && hostname >/tmp/www/index.html && echo serving && exec httpd -f -p 8080 -h /tmp/www";
    let made = parse(json!({
        "metadata": {"name": "echo"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "echo"}},
            "template": {
                "metadata": {"labels": {"app": "echo"}},
                "spec": {"terminationGracePeriodSeconds": 1, "containers": [{
                    "name": "web",
                    "image": BUSYBOX,
                    "command": ["sh", "-c", script],
                    "ports": [{"containerPort": 8080}],
                    "readinessProbe": {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1},
                }]},
            },
        },
    }));
    deployments.create(&PostParams::default(), &made).await.unwrap();
    let services: Api<Service> = Api::default_namespaced(client.clone());
    let service = parse(json!({
        "metadata": {"name": "echo"},
        "spec": {"selector": {"app": "echo"}, "ports": [{"port": 80, "targetPort": 8080}]},
    }));
    services.create(&PostParams::default(), &service).await.unwrap();
    let pods: Api<Pod> = Api::default_namespaced(client.clone());
    pods.create(&PostParams::default(), &idle("client", &json!([]), &json!([]))).await.unwrap();
    eventually("two ready pods", PATIENCE, async || {
        let status = deployments.get("echo").await?.status.unwrap_or_default();
        Ok((status.ready_replicas == Some(2)).then_some(()))
    })
    .await
    .unwrap();
    running(&pods, "client").await;

    // By the Service's name, until both have answered.
    let url = format!("http://echo.{}.svc.cluster.local", namespace.name());
    let mut answers = std::collections::BTreeSet::new();
    eventually("answers of both pods", PATIENCE, async || {
        let answer = exec(&pods, "client", &["wget", "-q", "-O", "-", &url]).await?;
        // kube-proxy and CoreDNS hear of the Service a moment after it is there.
        anyhow::ensure!(answer.code == Some(0), "{answer}");
        answers.insert(answer.stdout.trim().to_owned());
        Ok((answers.len() == 2).then_some(()))
    })
    .await
    .unwrap();
    let list = pods.list(&ListParams::default().labels("app=echo")).await.unwrap();
    let names: std::collections::BTreeSet<_> =
        list.items.iter().map(|pod| pod.metadata.name.clone().unwrap()).collect();
    assert_eq!(answers, names);

    // A name that is nobody's is told to be so, at once.
    let missing = exec(&pods, "client", &["nslookup", "missing.example.com"]).await.unwrap();
    assert_eq!(missing.code, Some(1), "{missing}");
    assert!(missing.stdout.contains("NXDOMAIN") || missing.stderr.contains("NXDOMAIN"), "{missing}");

    let log = pods.logs(names.first().unwrap(), &LogParams::default()).await.unwrap();
    assert_eq!(log, "serving\n");
    let failed = exec(&pods, "client", &["sh", "-c", "echo out; echo err >&2; exit 3"]).await.unwrap();
    assert_eq!((failed.code, &*failed.stdout, &*failed.stderr), (Some(3), "out\n", "err\n"));
}

#[tokio::test]
#[ignore = "needs the real node: cargo xtask e2e"]
async fn a_claim_is_bound_and_keeps_what_a_pod_wrote() {
    let cluster = TestCluster::real().await.unwrap();
    let namespace = cluster.namespace("volume").await.unwrap();
    let client = namespace.client().await.unwrap();
    let claims: Api<PersistentVolumeClaim> = Api::default_namespaced(client.clone());
    let claim = parse(json!({
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }));
    claims.create(&PostParams::default(), &claim).await.unwrap();
    let volumes = json!([{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]);
    let mounts = json!([{"name": "data", "mountPath": "/data"}]);
    let pods: Api<Pod> = Api::default_namespaced(client);
    pods.create(&PostParams::default(), &idle("first", &volumes, &mounts)).await.unwrap();
    running(&pods, "first").await;
    let written = exec(&pods, "first", &["sh", "-c", "echo kept >/data/file && sync"]).await.unwrap();
    assert_eq!(written.code, Some(0), "{written}");
    pods.delete("first", &DeleteParams::default()).await.unwrap();
    eventually("the end of the first pod", PATIENCE, async || {
        Ok(pods.get_opt("first").await?.is_none().then_some(()))
    })
    .await
    .unwrap();

    pods.create(&PostParams::default(), &idle("second", &volumes, &mounts)).await.unwrap();
    running(&pods, "second").await;
    assert_eq!(exec(&pods, "second", &["cat", "/data/file"]).await.unwrap().stdout, "kept\n");
    let bound = claims.get("data").await.unwrap().status.unwrap().phase;
    assert_eq!(bound.as_deref(), Some("Bound"));
}

/// A pod that does nothing until it is told to.
fn idle(name: &str, volumes: &Value, mounts: &Value) -> Pod {
    parse(json!({
        "metadata": {"name": name},
        "spec": {
            "terminationGracePeriodSeconds": 1,
            "containers": [{
                "name": "idle",
                "image": BUSYBOX,
                "command": ["sleep", "3600"],
                "volumeMounts": mounts,
            }],
            "volumes": volumes,
        },
    }))
}

async fn running(pods: &Api<Pod>, name: &str) {
    eventually(&format!("the pod {name}"), PATIENCE, async || {
        let phase = pods.get(name).await?.status.and_then(|status| status.phase);
        Ok((phase.as_deref() == Some("Running")).then_some(()))
    })
    .await
    .unwrap();
}

fn parse<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}
