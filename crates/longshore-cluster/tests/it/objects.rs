//! Get, list, create, replace, patch, delete.

use std::time::Duration;

use anyhow::Result;
use longshore_cluster::{DeleteOptions, Error, Patch, Selector};
use longshore_object::Gvk;
use serde_json::json;

use crate::{config_map, namespace};

fn config_maps() -> Gvk {
    Gvk::new("v1", "ConfigMap")
}

#[tokio::test]
async fn resource_versions_hold_off_late_writers() -> Result<()> {
    let (namespace, cluster) = namespace("replace").await?;
    let created = cluster.create(&config_map("lock", &json!({"holder": "a"}))).await?;
    let again = cluster.create(&config_map("lock", &json!({"holder": "b"}))).await;
    assert!(again.as_ref().is_err_and(Error::is_already_exists), "{again:?}");
    let mut ours = created.clone();
    ours["data"]["holder"] = json!("b");
    let replaced = cluster.replace(&ours).await?;
    assert_ne!(replaced["metadata"]["resourceVersion"], created["metadata"]["resourceVersion"]);
    let before = cluster.requests();
    let late = cluster.replace(&ours).await;
    assert!(late.as_ref().is_err_and(Error::is_stale), "{late:?}");
    assert_eq!(cluster.requests() - before, 1, "a conflict is an answer");
    let fenced = DeleteOptions { uid: Some("other".to_owned()), ..DeleteOptions::default() };
    let refused = cluster.delete(&config_maps(), Some(namespace.name()), "lock", &fenced).await;
    assert!(refused.as_ref().is_err_and(Error::is_stale), "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn lists_are_complete_over_several_pages_and_carry_kinds() -> Result<()> {
    let (namespace, cluster) = namespace("list").await?;
    let writes = (0..510).map(|n| {
        let mut json = config_map(&format!("n{n}"), &json!({}));
        json["metadata"]["labels"] = json!({"half": (n % 2).to_string()});
        let cluster = cluster.clone();
        async move { cluster.create(&json).await }
    });
    futures::future::try_join_all(writes).await?;
    let all = cluster.list(&config_maps(), Some(namespace.name()), &Selector::labels("half")).await?;
    assert_eq!(all.items.len(), 510);
    assert!(all.items.iter().all(|item| item["kind"] == "ConfigMap" && item["apiVersion"] == "v1"));
    assert!(!all.resource_version.is_empty());
    let half = cluster.list(&config_maps(), Some(namespace.name()), &Selector::labels("half in (1)")).await?;
    assert_eq!(half.items.len(), 255);
    let everywhere = cluster.list(&config_maps(), None, &Selector::labels("half=0")).await?;
    assert!(everywhere.items.len() >= 255);
    Ok(())
}

#[tokio::test]
async fn what_is_not_there_is_none_and_not_an_error() -> Result<()> {
    let (namespace, cluster) = namespace("none").await?;
    let name = namespace.name();
    assert_eq!(cluster.get(&config_maps(), Some(name), "none").await?, None);
    assert_eq!(cluster.get(&config_maps(), Some("not-there"), "none").await?, None);
    assert!(!cluster.delete(&config_maps(), Some(name), "none", &DeleteOptions::default()).await?);
    let odd = cluster.get(&config_maps(), Some(name), "../../nodes").await;
    assert!(odd.as_ref().is_ok_and(Option::is_none), "{odd:?}");
    let old = cluster.get(&Gvk::new("v7", "ConfigMap"), Some(name), "none").await;
    assert!(matches!(old, Err(Error::UnknownKind(_))), "{old:?}");
    let old = cluster.list(&Gvk::new("v7", "ConfigMap"), Some(name), &Selector::default()).await;
    assert!(matches!(old, Err(Error::UnknownKind(_))), "{old:?}");
    Ok(())
}

#[tokio::test]
async fn a_namespace_is_made_once() -> Result<()> {
    let (namespace, cluster) = namespace("ensure").await?;
    assert!(!cluster.ensure_namespace(namespace.name()).await?);
    let other = format!("{}-more", namespace.name());
    assert!(cluster.ensure_namespace(&other).await?);
    let kind = Gvk::new("v1", "Namespace");
    assert!(cluster.delete(&kind, None, &other, &DeleteOptions::default()).await?);
    cluster.wait_gone(&kind, None, &other, None, Duration::from_mins(1)).await?;
    assert_eq!(cluster.get(&kind, None, &other).await?, None);
    Ok(())
}

#[tokio::test]
async fn a_finalizer_that_holds_an_object_is_named() -> Result<()> {
    let (namespace, cluster) = namespace("finalizer").await?;
    let mut json = config_map("held", &json!({}));
    json["metadata"]["finalizers"] = json!(["longshore.dev/hold"]);
    cluster.create(&json).await?;
    let name = Some(namespace.name());
    cluster.delete(&config_maps(), name, "held", &DeleteOptions::default()).await?;
    let waited = cluster.wait_gone(&config_maps(), name, "held", None, Duration::from_millis(500)).await;
    let told = waited.expect_err("it is held").diagnostic();
    assert!(
        told.notes[0].starts_with("being deleted for ")
            && told.notes[0].ends_with(
                " s, held by finalizer longshore.dev/hold (likely the controller of longshore.dev)"
            ),
        "{told:?}"
    );
    assert!(
        told.hint.as_deref().unwrap_or_default().contains("whoever set it must take it away"),
        "{told:?}"
    );

    let gvk = config_maps();
    let waiting = cluster.wait_gone(&gvk, name, "held", None, Duration::from_secs(20));
    let release = async {
        let none = Patch::Merge(json!({"metadata": {"finalizers": null}}));
        cluster.patch(&config_maps(), name, "held", None, &none).await
    };
    futures::try_join!(waiting, release)?;
    Ok(())
}
