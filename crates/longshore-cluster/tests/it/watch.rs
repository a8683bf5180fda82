//! Watching, through an API server that goes away and comes back.

use std::time::Duration;

use anyhow::{Context as _, Result};
use futures::StreamExt as _;
use longshore_cluster::{Change, DeleteOptions, Selector};
use longshore_object::Gvk;
use serde_json::json;
use tokio::time::timeout;

use crate::{config_map, namespace};

#[tokio::test]
async fn changes_are_told_in_their_order() -> Result<()> {
    let (namespace, cluster) = namespace("watch").await?;
    let gvk = Gvk::new("v1", "ConfigMap");
    let selector = Selector { labels: None, fields: Some("metadata.name=one".to_owned()) };
    let mut changes = std::pin::pin!(cluster.watch(&gvk, Some(namespace.name()), &selector));
    let mut next = async || -> Result<Change> {
        let change = timeout(Duration::from_secs(10), changes.next()).await?;
        Ok(change.context("a watch does not end")??)
    };
    assert_eq!(next().await?, Change::All(Vec::new()));
    let mut json = cluster.create(&config_map("one", &json!({"a": "1"}))).await?;
    cluster.create(&config_map("other", &json!({}))).await?;
    let Change::Put(live) = next().await? else { panic!("it was created") };
    assert_eq!((&live["kind"], &live["data"]["a"]), (&json!("ConfigMap"), &json!("1")));
    json["data"]["a"] = json!("2");
    cluster.replace(&json).await?;
    assert!(matches!(next().await?, Change::Put(live) if live["data"]["a"] == "2"));
    cluster.delete(&gvk, Some(namespace.name()), "one", &DeleteOptions::default()).await?;
    assert!(matches!(next().await?, Change::Gone(live) if live["metadata"]["name"] == "one"));
    Ok(())
}
