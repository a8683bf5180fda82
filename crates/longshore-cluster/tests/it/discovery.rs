//! What a real server serves, and kinds that appear while we are there.

use anyhow::Result;
use longshore_cluster::{ApplyOptions, DeleteOptions, Error};
use longshore_object::Gvk;
use serde_json::json;

use crate::{namespace, object};

#[tokio::test]
async fn kinds_have_their_plural_scope_and_verbs() -> Result<()> {
    let (_namespace, cluster) = namespace("discovery").await?;
    let before = cluster.requests();
    let discovery = cluster.discovery().await?;
    assert_eq!(cluster.requests() - before, 2, "one aggregated answer per root");
    let deployment = discovery.resource(&Gvk::new("apps/v1", "Deployment")).expect("it is served");
    assert_eq!(deployment.plural, "deployments");
    assert!(deployment.namespaced && deployment.verbs.iter().any(|verb| verb == "patch"));
    let node = discovery.preferred("", "Node").expect("it is served");
    assert!(!node.namespaced && node.gvk.version == "v1");
    assert!(discovery.unavailable().is_empty());
    let versions = discovery.api_versions();
    assert_eq!(versions[0], "v1", "the core group comes first");
    for wanted in
        ["apps/v1", "v1/Pod", "apps/v1/Deployment", "apps/v1/Scale", "policy/v1/PodDisruptionBudget"]
    {
        assert_eq!(versions.iter().filter(|has| *has == wanted).count(), 1, "{wanted}");
    }
    Ok(())
}

/// The table of builtin kinds, which spares the discovery, must say what a server says.
#[tokio::test]
async fn the_builtin_table_agrees_with_the_server() -> Result<()> {
    let (_namespace, cluster) = namespace("builtin").await?;
    let discovery = cluster.discovery().await?;
    let mut compared = 0;
    for resource in discovery.resources() {
        let Gvk { group, kind, .. } = &resource.gvk;
        let Some(info) = longshore_object::kinds::builtin(group, kind) else { continue };
        let namespaced = info.scope == longshore_object::kinds::Scope::Namespaced;
        assert_eq!((info.plural, namespaced), (&*resource.plural, resource.namespaced), "{kind}");
        compared += 1;
    }
    assert!(compared > 50, "{compared}");
    Ok(())
}

#[tokio::test]
async fn a_kind_that_nobody_has_is_named_with_the_nearest() -> Result<()> {
    let (_namespace, cluster) = namespace("unknown").await?;
    let mut json = crate::deployment("web", 1, "ready");
    json["kind"] = json!("Deploymnet");
    let error = cluster.apply(&object(json), &ApplyOptions::new("test")).await;
    let told = error.expect_err("there is no such kind").diagnostic();
    assert_eq!(told.message, "apply: the cluster has no kind `Deploymnet` in `apps/v1`");
    assert_eq!(told.hint.as_deref(), Some("did you mean `Deployment`?"));
    assert_eq!(told.place.as_ref().map(|place| place.file.as_str()), Some("test.yaml"));

    let old =
        object(json!({"apiVersion": "extensions/v1beta1", "kind": "Ingress", "metadata": {"name": "web"}}));
    let error = cluster.apply(&old, &ApplyOptions::new("test")).await.expect_err("it was removed");
    let told = error.diagnostic();
    assert_eq!(told.hint.as_deref(), Some("the cluster has `Ingress` in networking.k8s.io/v1"));
    Ok(())
}

#[tokio::test]
async fn a_kind_whose_definition_was_just_applied_can_be_used() -> Result<()> {
    let (namespace, cluster) = namespace("definition").await?;
    // Definitions belong to the whole cluster: the name carries the namespace's.
    let group = format!("{}.longshore.dev", namespace.name());
    let definition = object(crate::definition(&group, "Widget"));
    let widget = |size: u32| {
        object(json!({"apiVersion": format!("{group}/v1"), "kind": "Widget",
            "metadata": {"name": "one"}, "spec": {"size": size}}))
    };
    let options = ApplyOptions::new("test");
    cluster.discovery().await?;
    let unknown = cluster.apply(&widget(1), &options).await;
    assert!(matches!(unknown, Err(Error::UnknownKind(_))), "{unknown:?}");

    cluster.apply(&definition, &options).await?;
    let applied = cluster.apply(&widget(1), &options).await?;
    assert_eq!(applied.key.namespace.as_deref(), Some(namespace.name()));
    let error = cluster.apply(&widget(9), &options).await.expect_err("9 is more than 3");
    assert_eq!(error.diagnostic().code, "cluster/invalid", "{error:?}");
    let kind = Gvk::new("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    cluster.delete(&kind, None, &format!("widgets.{group}"), &DeleteOptions::default()).await?;
    Ok(())
}
