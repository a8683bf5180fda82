//! B2Connect's `dev` on the real node: PostgreSQL with Patroni, Redis and RabbitMQ are real servers, Elasticsearch, the
//! services and the front ends are the stand-in. BC1, BC2, BC7, BC16, BC21.

mod database;
mod writer;

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams};
use longshore_testkit::eventually;
use longshore_testkit::image::b2connect;
use serde_json::{Value, json};

use crate::Stage;
use crate::platforms::{self, PATIENCE, ids};

const GATEWAY: &str = "api-gateway:80";
const BROKERS: usize = 3;

/// BC1, BC2, BC7; BC16: under the restricted standard.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real node: cargo xtask e2e"]
async fn bc1_bc2_bc7_b2connect_loses_no_row_no_node_and_no_value() {
    let _one = platforms::one_at_a_time().await;
    let _alone = crate::alone().await;
    let stage = platforms::stage("b2connect", "b2connect", b2connect).await;
    // The namespace is there before the platform; its release sets the restricted standard.
    stage.ok("deploy -e dev --adopt --yes --timeout 9m");
    everything_is_ready(&stage).await;
    services_are_connected(&stage).await;
    let flagged = switch_a_flag(&stage).await;

    database::outlives_its_primary(&stage).await;
    the_broker_takes_a_node_back(&stage).await;
    the_cache_keeps_its_value(&stage).await;

    the_flag_is_seen(&stage, flagged).await;
    everything_is_ready(&stage).await;
    services_are_connected(&stage).await;
    stage.ok("helm test services");
}

/// BC1, BC2.
async fn everything_is_ready(stage: &Stage) {
    let wanted = [
        ("api-gateway", 1),
        ("identity", 1),
        ("catalog", 1),
        ("orders", 1),
        ("storefront", 1),
        ("admin-portal", 1),
        ("postgres", 1),
        ("postgres-replica", 1),
        ("redis", 1),
        ("rabbitmq", 3),
        ("elasticsearch", 1),
    ];
    eventually("every pod of B2Connect ready", PATIENCE, async || {
        let found = stage.readiness().await;
        let ready = wanted.iter().all(|(name, of)| found.contains(&((*name).to_owned(), *of, *of)));
        anyhow::ensure!(ready && found.len() == wanted.len(), "{found:?}");
        Ok(Some(()))
    })
    .await
    .unwrap();
}

/// BC2: each service is in the servers that it is told of, as the user of the platform, by its own connection strings.
async fn services_are_connected(stage: &Stage) {
    for (service, server, expected) in [
        (GATEWAY, "redis", "Redis "),
        ("identity:80", "postgres", ", user b2connect, database b2connect"),
        ("catalog:80", "rabbitmq", ", user b2connect, virtual host /"),
        ("orders:80", "postgres", ", user b2connect, database b2connect"),
        ("orders:80", "rabbitmq", ", user b2connect, virtual host /"),
    ] {
        let told = eventually(service, PATIENCE, async || stage.connection(service, server).await.map(Some));
        let told = told.await.unwrap();
        assert!(told.contains(expected), "{service}, {server}: {told}");
    }
    for front_end in ["storefront:80", "admin-portal:80"] {
        stage.through("GET", front_end, "/", "").await.unwrap();
    }
}

/// BC1: three nodes know one another; one that is killed is taken back.
async fn the_broker_takes_a_node_back(stage: &Stage) {
    let nodes = nodes_of_the_broker(stage).await;
    assert!(nodes.iter().all(|node| node.starts_with("rabbit@rabbitmq-")), "{nodes:?}");
    let pods = stage.pods().await;
    let before = ids(&pods, "app=rabbitmq").await.unwrap();
    let killed = pods.get("rabbitmq-1").await.unwrap().metadata.uid.unwrap();
    pods.delete("rabbitmq-1", &DeleteParams::default().grace_period(0)).await.unwrap();
    eventually("another pod in place of the killed one", PATIENCE, async || {
        let now = ids(&pods, "app=rabbitmq").await?;
        Ok((!now.contains(&killed) && now.len() == BROKERS).then_some(()))
    })
    .await
    .unwrap();
    assert_eq!(nodes_of_the_broker(stage).await, nodes);
    assert_eq!(before.intersection(&ids(&pods, "app=rabbitmq").await.unwrap()).count(), BROKERS - 1);
}

/// The nodes that run, once they are three, as each of the three sees it.
async fn nodes_of_the_broker(stage: &Stage) -> BTreeSet<String> {
    let mut seen = Vec::new();
    for broker in 0..BROKERS {
        let pod = format!("data/rabbitmq-{broker}");
        let nodes = eventually("three nodes of RabbitMQ", PATIENCE, async || {
            let command = ["rabbitmqctl", "-q", "cluster_status", "--formatter", "json"];
            let outcome = exec(stage, &pod, &command);
            anyhow::ensure!(outcome.code == Some(0), "{outcome}");
            let status: Value = serde_json::from_str(&outcome.stdout)?;
            let running = status["running_nodes"].as_array().cloned().unwrap_or_default();
            let running: BTreeSet<String> =
                running.iter().filter_map(|node| node.as_str().map(str::to_owned)).collect();
            anyhow::ensure!(running.len() == BROKERS, "{running:?}");
            Ok(Some(running))
        });
        seen.push(nodes.await.unwrap());
    }
    assert!(seen.iter().all(|nodes| *nodes == seen[0]), "{seen:?}");
    seen.remove(0)
}

/// BC1: what was written through the gateway is there when another pod has taken the killed one's place.
async fn the_cache_keeps_its_value(stage: &Stage) {
    stage.through("PUT", GATEWAY, "/data/redis/kept", "as it was").await.unwrap();
    let pods = stage.pods().await;
    let before = ids(&pods, "app=redis").await.unwrap();
    pods.delete("redis-0", &DeleteParams::default()).await.unwrap();
    eventually("another pod of Redis", PATIENCE, async || {
        let now = ids(&pods, "app=redis").await?;
        Ok((now.len() == 1 && now.is_disjoint(&before)).then_some(()))
    })
    .await
    .unwrap();
    eventually("the cache's value", PATIENCE, async || {
        let path = "/data/redis/kept";
        match stage.through("GET", GATEWAY, path, "").await {
            // It answers before it is what it was: that would be a loss.
            Ok(value) => Ok((value == "as it was").then_some(())),
            Err(error) => {
                let text = format!("{error:#}");
                assert!(!text.contains("no such key"), "Redis has lost it: {text}");
                Err(error)
            }
        }
    })
    .await
    .unwrap();
}

/// BC7: changes a flag where people would, and tells which pods were there.
async fn switch_a_flag(stage: &Stage) -> BTreeSet<String> {
    let pods = ids(&stage.pods().await, "app=orders").await.unwrap();
    assert!(flags(stage).unwrap().contains(r#""maintenanceMode": false"#));
    let maps: Api<ConfigMap> = Api::default_namespaced(stage.namespace.client().await.unwrap());
    let map = maps.get("b2connect-features").await.unwrap();
    let text = &map.data.unwrap()["features.json"];
    let changed = text.replace(r#""maintenanceMode": false"#, r#""maintenanceMode": true"#);
    assert_ne!(*text, changed);
    let patch = json!({"data": {"features.json": changed}});
    maps.patch("b2connect-features", &PatchParams::default(), &Patch::Merge(&patch)).await.unwrap();
    pods
}

/// BC7: the same process sees the flag in its file.
async fn the_flag_is_seen(stage: &Stage, pods: BTreeSet<String>) {
    eventually("the flag in the service's file", PATIENCE, async || {
        Ok(flags(stage)?.contains(r#""maintenanceMode": true"#).then_some(()))
    })
    .await
    .unwrap();
    let all = stage.pods().await;
    assert_eq!(ids(&all, "app=orders").await.unwrap(), pods, "a flag starts no pod anew");
    let list = all.list(&kube::api::ListParams::default().labels("app=orders")).await.unwrap();
    let restarts: i32 = list
        .items
        .iter()
        .flat_map(|pod| pod.status.iter().flat_map(|status| status.container_statuses.iter().flatten()))
        .map(|container| container.restart_count)
        .sum();
    assert_eq!(restarts, 0);
}

/// The file of flags, as the service reads it.
fn flags(stage: &Stage) -> anyhow::Result<String> {
    let outcome = exec(stage, "services/orders", &["cat", "/app/features/features.json"]);
    anyhow::ensure!(outcome.code == Some(0), "{outcome}");
    Ok(outcome.stdout)
}

/// `longshore exec` of a command in an object's pod.
fn exec(stage: &Stage, object: &str, command: &[&str]) -> longshore_testkit::Outcome {
    let mut words = vec!["exec", object, "-e", "dev", "-n", stage.namespace.name(), "--"];
    words.extend(command);
    stage.run(&words)
}
