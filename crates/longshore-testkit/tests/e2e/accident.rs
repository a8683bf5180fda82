//! What is left of a cluster with a real node after its parts were killed: nothing, once it is down.

use std::fs;

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::PostParams;
use longshore_testkit::cluster::{self, Lifetime, Nodes, Place, Record};
use longshore_testkit::image::BUSYBOX;
use longshore_testkit::{Program, eventually};
use serde_json::json;

use super::PATIENCE;

#[tokio::test]
#[ignore = "needs the real node: cargo xtask e2e"]
async fn nothing_is_left_after_parts_were_killed() {
    let name = format!("killed-{}", std::process::id());
    let (quiet, nodes) = (|_: &str| {}, Nodes::Real(Vec::new()));
    let first = cluster::up_with(&name, Lifetime::UntilSwept, &nodes, &quiet).await.unwrap();
    let (place, record) = (first.place().clone(), first.record().clone());
    assert!(cluster::up_with(&name, Lifetime::UntilSwept, &nodes, &quiet).await.unwrap().was_found());
    // Somebody who wants played nodes under that name is told, and nothing is touched.
    let refused = cluster::up(&name, Lifetime::UntilSwept, &quiet).await.unwrap_err().to_string();
    assert!(refused.contains("runs with a real node"), "{refused}");

    let pods: Api<Pod> = Api::default_namespaced(cluster::client(&place.kubeconfig()).await.unwrap());
    let pod = serde_json::from_value(json!({
        "metadata": {"name": "left"},
        "spec": {"containers": [{"name": "left", "image": BUSYBOX, "command": ["sleep", "3600"]}]},
    }))
    .unwrap();
    pods.create(&PostParams::default(), &pod).await.unwrap();
    eventually("the pod", PATIENCE, async || {
        let phase = pods.get("left").await?.status.and_then(|status| status.phase);
        Ok((phase.as_deref() == Some("Running")).then_some(()))
    })
    .await
    .unwrap();
    // So that the traces are such as the assertions below would see.
    assert!(traces(&place, &record).len() > 5, "{:?}", traces(&place, &record));

    // With both gone nobody is left who could end the pod and its shim in an orderly way.
    for component in ["containerd", "kubelet"] {
        kill(&record, component);
    }
    assert!(cluster::down(&name, &quiet).await.unwrap());
    nothing_is_left(&place, &record).await;

    // The holder itself: all is gone with it, and the next start begins anew.
    let second = cluster::up_with(&name, Lifetime::UntilSwept, &nodes, &quiet).await.unwrap();
    let killed = second.record().clone();
    kill(&killed, "namespaces");
    eventually("the end of everything in the namespaces", PATIENCE, async || {
        Ok(killed.components.iter().all(|component| !component.process.is_alive()).then_some(()))
    })
    .await
    .unwrap();
    let third = cluster::up_with(&name, Lifetime::UntilSwept, &nodes, &quiet).await.unwrap();
    assert!(!third.was_found());
    let record = third.record().clone();
    assert!(cluster::down(&name, &quiet).await.unwrap());
    nothing_is_left(&place, &record).await;
}

#[tokio::test]
#[ignore = "needs the real node: cargo xtask e2e"]
async fn a_cluster_of_its_own_ends_with_its_holder() {
    let name = format!("held-{}", std::process::id());
    let nodes = Nodes::Real(Vec::new());
    let running = cluster::up_with(&name, Lifetime::Process, &nodes, &|_| {}).await.unwrap();
    let (place, record) = (running.place().clone(), running.record().clone());
    drop(running);
    nothing_is_left(&place, &record).await;
}

fn kill(record: &Record, component: &str) {
    let component = record.components.iter().find(|one| one.name == component).unwrap();
    let killing = Program::new("sh").unwrap().args(["-c", &format!("kill -9 {}", component.process.pid)]);
    assert_eq!(killing.run().unwrap().code, Some(0));
}

/// The kernel takes a namespace's devices away when it has time to.
async fn nothing_is_left(place: &Place, record: &Record) {
    let left = eventually("nothing to be left", PATIENCE, async || match traces(place, record) {
        traces if traces.is_empty() => Ok(Some(())),
        traces => anyhow::bail!("{traces:?}"),
    });
    left.await.unwrap();
}

/// Everything on this machine that belongs to a cluster.
fn traces(place: &Place, record: &Record) -> Vec<String> {
    let folder = place.folder().display().to_string();
    let mut found = Vec::new();
    if place.folder().exists() {
        found.push(folder.clone());
    }
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Ok(command) = fs::read(entry.path().join("cmdline")) else { continue };
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        if command.contains(&format!("{folder}/")) {
            found.push(command);
        }
    }
    let alive = record.components.iter().filter(|component| component.process.is_alive());
    found.extend(alive.map(|component| component.name.clone()));
    // Mounts are in the cluster's own namespace; one here would be a mistake by itself.
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
    found.extend(mounts.lines().filter(|line| line.contains(&folder)).map(str::to_owned));
    for hierarchy in fs::read_dir("/sys/fs/cgroup").unwrap().flatten() {
        let group = hierarchy.path().join(format!("longshore-{}", place.name()));
        if group.exists() {
            found.push(group.display().to_string());
        }
    }
    let address = record.node.as_ref().unwrap().network.unwrap().here().to_string();
    let addresses = Program::new("ip").unwrap().args(["-o", "-4", "address"]).run().unwrap().stdout;
    found.extend(addresses.lines().filter(|line| line.contains(&format!(" {address}/"))).map(str::to_owned));
    found
}
