//! What is put into an empty cluster: nodes and a storage class.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::{Node, PersistentVolume};
use k8s_openapi::api::storage::v1::StorageClass;
use kube::api::{ListParams, PostParams};
use kube::{Api, Client};
use serde_json::json;

use super::access::client;
use super::record::Place;

/// How many nodes a cluster has: enough for spreading and for DaemonSets that are not everywhere at once.
const NODES: u8 = 3;

/// Where the controller manager's host-path provisioner puts volumes. It cannot be told otherwise.
const VOLUMES: &str = "/tmp/hostpath_pv/";

/// Makes the nodes and the storage class.
pub(super) async fn fill(place: &Place) -> Result<()> {
    let client = client(&place.kubeconfig()).await?;
    storage_class(&client).await?;
    let nodes: Api<Node> = Api::all(client.clone());
    for number in 0..NODES {
        let node = node(number).context("the node's text is not a node")?;
        nodes.create(&PostParams::default(), &node).await.context("cannot make a node")?;
    }
    Ok(())
}

/// Makes the storage class that claims get which name none.
pub(super) async fn storage_class(client: &Client) -> Result<()> {
    let class: StorageClass = serde_json::from_value(json!({
        "metadata": {
            "name": "standard",
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        },
        "provisioner": "kubernetes.io/host-path",
    }))
    .context("the storage class's text is not one")?;
    Api::all(client.clone())
        .create(&PostParams::default(), &class)
        .await
        .context("cannot make the storage class")?;
    Ok(())
}

fn node(number: u8) -> serde_json::Result<Node> {
    let name = format!("node-{number}");
    let resources = json!({
        "cpu": "64",
        "memory": "256Gi",
        "ephemeral-storage": "1Ti",
        "pods": "1000",
    });
    serde_json::from_value(json!({
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake"},
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "topology.kubernetes.io/region": "test",
                "topology.kubernetes.io/zone": format!("test-{number}"),
            },
        },
        // Four thousand addresses each.
        "spec": {"podCIDR": format!("10.244.{}.0/20", 16 * number)},
        "status": {
            "addresses": [
                {"type": "InternalIP", "address": format!("192.0.2.{}", 10 + number)},
                {"type": "Hostname", "address": name},
            ],
            "capacity": resources,
            "allocatable": resources,
            "nodeInfo": {
                "architecture": "amd64",
                "operatingSystem": "linux",
                "kubeletVersion": crate::tools::Tool::named("kube-apiserver").map_or("", |tool| tool.version),
                "kubeProxyVersion": "",
                "containerRuntimeVersion": "kwok://v0.8.0",
                "kernelVersion": "",
                "osImage": "simulated",
                "bootID": "",
                "machineID": "",
                "systemUUID": "",
            },
        },
    }))
}

/// The folders of this machine that the cluster's volumes are, as far as it still tells.
pub(super) async fn volume_folders(place: &Place) -> Vec<PathBuf> {
    let listing = async {
        let volumes: Api<PersistentVolume> = Api::all(client(&place.kubeconfig()).await?);
        anyhow::Ok(volumes.list(&ListParams::default()).await?.items)
    };
    let Ok(Ok(volumes)) = tokio::time::timeout(Duration::from_secs(5), listing).await else {
        return Vec::new();
    };
    volumes
        .into_iter()
        .filter_map(|volume| volume.spec?.host_path)
        .filter(|source| source.path.starts_with(VOLUMES) && !source.path.contains(".."))
        .map(|source| PathBuf::from(source.path))
        .collect()
}
