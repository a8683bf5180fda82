//! The Access Layer's `dev` environment with real servers and stand-ins, reached as its users reach it: through both
//! ingress hosts (AL6), while images are changed and changed back (AL12, BC4), and cared for by its operators (AL11, AL14).
//! `cargo xtask e2e` builds the stand-in, a static program, and says where it lies.

mod operated;

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::{DeleteParams, ListParams};
use longshore_testkit::image::access_layer;
use longshore_testkit::{Outcome, Program, Started, eventually};
use serde_json::Value;

use crate::Stage;
use crate::platforms::{self, PATIENCE, stand_in};

const API: &str = "api.254carbon.local";
const STREAM: &str = "stream.254carbon.local";

/// Five services and six servers.
const PODS: usize = 11;

/// AL3, AL6, AL11, AL12, AL14, BC4.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real node: cargo xtask e2e"]
async fn al6_al11_al12_al14_bc4_the_access_layer_loses_no_request_and_no_row() {
    let _one = platforms::one_at_a_time().await;
    let _together = crate::together().await;
    let stage = platforms::stage("access-layer", "access-layer", access_layer).await;
    // How soon Traefik hears of a pod that goes is the machine's affair: with forty things to do, 5 s were too short.
    let services = "k8s/dev/services.yaml";
    let (short, long) = ("sleep:\n                seconds: 5\n", "sleep:\n                seconds: 25\n");
    let text = stage.project.read(services).unwrap();
    assert!(text.contains(short), "{text}");
    stage.project.write(services, &text.replace(short, long)).unwrap();
    stage.ok("deploy -e dev --timeout 5m");
    let node = stage.cluster.node_address().unwrap();

    // Both hosts answer, and are told for /etc/hosts, once Traefik has written its address.
    eventually("the gateway behind its host", PATIENCE, async || {
        let (status, answer) = stage.ask("GET", API, "/orders", "")?;
        Ok((status == 200 && answer.contains(r#""service":"gateway""#)).then_some(()))
    })
    .await
    .unwrap();
    eventually("the lines for /etc/hosts", PATIENCE, async || {
        let shown = stage.longshore("status -e dev").stdout;
        Ok([API, STREAM].iter().all(|host| shown.contains(&format!("{node}  {host}"))).then_some(()))
    })
    .await
    .unwrap();
    assert_eq!(stage.ask("GET", STREAM, "/orders", "").unwrap().0, 404, "that host has streams only");

    use_another_provider(&stage).await;
    // Streams are open and requests come while the gateway's image is changed, undone, and undone to a revision.
    let streams = [("ws", "/ws/"), ("http", "/sse/")].map(|(scheme, path)| {
        let url = format!("{scheme}://{node}{path}");
        client(&["listen", "--url", &url, "--host", STREAM, "--streams", "3", "--seconds", "60"])
    });
    let url = format!("http://{node}/orders");
    let mut load = client(&["load", "--url", &url, "--host", API, "--rate", "50", "--seconds", "600"]);
    for (command, version) in [
        ("set image services gateway=ghcr.io/254carbon/gateway:v1.0.1 -e dev", "v1.0.1"),
        ("rollback services -e dev", "v1.0.0"),
        ("rollback services --to 2 -e dev", "v1.0.1"),
    ] {
        stage.ok(command);
        eventually(version, PATIENCE, async || {
            let (_, answer) = stage.ask("GET", API, "/orders", "")?;
            Ok(answer.contains(&format!(r#""version":"{version}""#)).then_some(()))
        })
        .await
        .unwrap();
    }
    let pods: Api<Pod> = Api::default_namespaced(stage.namespace.client().await.unwrap());
    eventually("the end of the last old pod", PATIENCE, async || {
        Ok((ids(&pods).await?.len() == PODS).then_some(()))
    })
    .await
    .unwrap();
    // The load goes on until the streams have had their minute.
    let streams = streams.map(|stream| json(&stream.finish().unwrap()));
    load.terminate().unwrap();
    let report = json(&load.finish().unwrap());
    assert_eq!(report["failed"], 0, "{report:#}");
    for version in ["v1.0.0", "v1.0.1"] {
        assert!(report["byVersion"][version].as_u64().is_some_and(|count| count > 0), "{report:#}");
    }
    for reports in &streams {
        let reports = reports.as_array().unwrap();
        assert_eq!(reports.len(), 3);
        for report in reports {
            let (ended, wrong) = (&report["ended"], &report["outOfOrder"]);
            assert_eq!((ended, wrong), (&Value::Null, &Value::from(0)), "{report:#}");
            // One each second, unless the machine is very busy.
            assert!(report["events"].as_u64().is_some_and(|events| events > 20), "{report:#}");
        }
    }
    data_outlives_every_pod(&stage, &pods).await;
    operated::is_saved_and_restored(&stage).await;
    operated::answers_its_operators(&stage).await;
}

/// Gives the ingresses to Traefik's own provider. That of the class `nginx` goes on sending requests to pods that are
/// being ended (traefik/traefik#13287), so that no preStop delay helps; the fix is in no version that can be had here.
async fn use_another_provider(stage: &Stage) {
    stage.ok("destroy -e dev --only ingress --yes");
    let answers = async |wanted: (u16, u16)| {
        eventually("both hosts after a change of their provider", PATIENCE, async || {
            let orders = stage.ask("GET", API, "/orders", "")?.0;
            // Where streams are, a request that wants none is refused.
            let stream = stage.ask("GET", STREAM, "/ws/", "")?.0;
            Ok(((orders, stream) == wanted).then_some(()))
        })
        .await
        .unwrap();
    };
    answers((404, 404)).await;
    let file = "k8s/dev/ingress.yaml";
    let text = stage.project.read(file).unwrap();
    stage.project.write(file, &text.replace("ingressClassName: nginx", "ingressClassName: traefik")).unwrap();
    stage.ok("deploy -e dev --only ingress");
    answers((200, 400)).await;
}

/// AL3: what is in the database and in the cache is there after each pod was replaced.
async fn data_outlives_every_pod(stage: &Stage, pods: &Api<Pod>) {
    for store in ["postgres", "redis"] {
        eventually(store, PATIENCE, async || {
            let (status, answer) = stage.ask("PUT", API, &format!("/data/{store}/kept"), "as it was")?;
            anyhow::ensure!(status == 204, "{answer}");
            Ok(Some(()))
        })
        .await
        .unwrap();
    }
    let before = ids(pods).await.unwrap();
    pods.delete_collection(&DeleteParams::default(), &ListParams::default()).await.unwrap();
    eventually("the end of every pod", PATIENCE, async || {
        Ok(ids(pods).await?.is_disjoint(&before).then_some(()))
    })
    .await
    .unwrap();
    for store in ["postgres", "redis"] {
        eventually(store, PATIENCE, async || {
            let (status, answer) = stage.ask("GET", API, &format!("/data/{store}/kept"), "")?;
            // Until all have started others answer; the first answer of the store is the value.
            assert!(!answer.contains("no such key"), "{store} has lost it: {answer}");
            Ok((status == 200 && answer == "as it was").then_some(()))
        })
        .await
        .unwrap();
    }
}

async fn ids(pods: &Api<Pod>) -> anyhow::Result<BTreeSet<String>> {
    let list = pods.list(&ListParams::default()).await?;
    Ok(list.items.into_iter().filter_map(|pod| pod.metadata.uid).collect())
}

/// The stand-in as a client.
fn client(arguments: &[&str]) -> Started {
    Program::new(stand_in()).unwrap().args(arguments).start().unwrap()
}

fn json(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {outcome}"))
}
