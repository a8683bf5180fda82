//! Server-side apply and its refusals.

use std::time::Duration;

use anyhow::Result;
use longshore_cluster::{ApplyOptions, DeleteOptions, FieldValidation, Outcome, Patch, Refusal};
use longshore_object::Gvk;
use longshore_testkit::eventually;
use serde_json::json;

use crate::{config_map, deployment, namespace, object};

#[tokio::test]
async fn an_object_is_created_then_unchanged_then_configured() -> Result<()> {
    let (namespace, cluster) = namespace("apply").await?;
    let options = ApplyOptions::new("helm");
    let one = object(config_map("one", &json!({"a": "1"})));
    let before = cluster.requests();
    let applied = cluster.apply(&one, &options).await?;
    assert_eq!((applied.outcome, cluster.requests() - before), (Outcome::Created, 2));
    assert_eq!(applied.key.namespace.as_deref(), Some(namespace.name()));
    assert_eq!(applied.live["metadata"]["managedFields"][0]["manager"], "helm");
    assert_eq!(cluster.apply(&one, &options).await?.outcome, Outcome::Unchanged);
    let two = object(config_map("one", &json!({"a": "2"})));
    let dry = ApplyOptions { dry_run: true, ..options.clone() };
    assert_eq!(cluster.apply(&one, &dry).await?.outcome, Outcome::Unchanged);
    let tried = cluster.apply(&two, &dry).await?;
    assert_eq!((tried.outcome, &tried.live["data"]["a"]), (Outcome::Configured, &json!("2")));
    let live = cluster.get_live(&one, None).await?.expect("it was created");
    assert_eq!(live["data"]["a"], "1", "nothing was written");
    assert_eq!(cluster.apply(&two, &options).await?.outcome, Outcome::Configured);
    Ok(())
}

#[tokio::test]
async fn a_field_of_another_owner_is_left_alone_and_named() -> Result<()> {
    let (namespace, cluster) = namespace("conflict").await?;
    let ours = ApplyOptions::new("helm");
    cluster.apply(&object(deployment("web", 1, "ready")), &ours).await?;
    let gvk = Gvk::new("apps/v1", "Deployment");
    let image =
        json!({"spec": {"template": {"spec": {"containers": [{"name": "main", "image": "hotfix:2"}]}}}});
    let patch = Patch::Strategic(image);
    cluster.patch(&gvk, Some(namespace.name()), "web", None, &patch).await?;
    let scale = Patch::Merge(json!({"spec": {"replicas": 3}}));
    cluster.patch(&gvk, Some(namespace.name()), "web", Some("scale"), &scale).await?;

    let error = cluster.apply(&object(deployment("web", 1, "ready")), &ours).await;
    let error = error.expect_err("two fields belong to somebody else");
    let mut fields: Vec<_> =
        error.conflicts().iter().map(|c| (c.field.as_str(), c.subresource.as_deref())).collect();
    fields.sort_unstable();
    let image = r#"spec.template.spec.containers[name="main"].image"#;
    assert_eq!(fields, [("spec.replicas", Some("scale")), (image, None)], "{error:?}");
    assert!(error.conflicts().iter().all(|c| c.operation == "Update"), "{error:?}");
    let forced = ApplyOptions { force: true, ..ours };
    let applied = cluster.apply(&object(deployment("web", 1, "ready")), &forced).await?;
    assert_eq!(applied.live["spec"]["replicas"], 1);
    Ok(())
}

#[tokio::test]
async fn invalid_fields_are_named_one_by_one() -> Result<()> {
    let (_namespace, cluster) = namespace("invalid").await?;
    let options = ApplyOptions::new("helm");
    let mut json = deployment("web", 1, "ready");
    json["spec"]["template"]["metadata"]["labels"] = json!({"app": "other"});
    json["spec"]["template"]["spec"]["containers"][0]["name"] = json!("Not A Name");
    let error = cluster.apply(&object(json), &options).await.expect_err("two things are wrong");
    let Some(Refusal::Invalid { fields }) = error.refusal() else { panic!("{error:?}") };
    let names: Vec<_> = fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(names, ["spec.template.metadata.labels", "spec.template.spec.containers[0].name"]);

    cluster.apply(&object(deployment("web", 1, "ready")), &options).await?;
    let mut json = deployment("web", 1, "ready");
    json["spec"]["selector"]["matchLabels"]["more"] = json!("yes");
    json["spec"]["template"]["metadata"]["labels"]["more"] = json!("yes");
    let error = cluster.apply(&object(json), &options).await.expect_err("selectors never change");
    let Some(Refusal::Invalid { fields }) = error.refusal() else { panic!("{error:?}") };
    assert!(fields[0].is_immutable(), "{fields:?}");
    Ok(())
}

#[tokio::test]
async fn fields_and_types_against_the_schema_are_named_at_once() -> Result<()> {
    let (_namespace, cluster) = namespace("schema").await?;
    let before = cluster.requests();
    let mut json = deployment("web", 1, "ready");
    json["spec"]["template"]["spec"]["containers"][0]["imagee"] = json!("x");
    json["spec"]["replicas"] = json!("three");
    let error =
        cluster.apply(&object(json), &ApplyOptions::new("helm")).await.expect_err("two typing errors");
    assert_eq!(cluster.requests() - before, 2, "the server is not asked again");
    let Some(Refusal::Invalid { fields }) = error.refusal() else { panic!("{error:?}") };
    let mut found: Vec<_> = fields.iter().map(|f| (f.field.as_str(), f.message.as_str())).collect();
    found.sort_unstable();
    let image = r#"spec.template.spec.containers[name="main"].imagee"#;
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].0 == "spec.replicas" && found[0].1.contains("expected numeric"), "{found:?}");
    assert_eq!(found[1], (image, "unknown field"));
    Ok(())
}

#[tokio::test]
async fn a_custom_resources_unknown_fields_are_refused_whatever_is_said() -> Result<()> {
    let (namespace, cluster) = namespace("strict").await?;
    let group = format!("{}.longshore.dev", namespace.name());
    let definition = object(crate::definition(&group, "Gauge"));
    let gauge = object(json!({"apiVersion": format!("{group}/v1"), "kind": "Gauge",
        "metadata": {"name": "one"}, "spec": {"size": 1, "sise": 2}}));
    let strict = ApplyOptions::new("test");
    cluster.apply(&definition, &strict).await?;
    for field_validation in [FieldValidation::Strict, FieldValidation::Warn, FieldValidation::Ignore] {
        let options = ApplyOptions { field_validation, ..strict.clone() };
        let error = cluster.apply(&gauge, &options).await.expect_err("a typing error");
        let Some(Refusal::Invalid { fields }) = error.refusal() else { panic!("{error:?}") };
        assert_eq!(fields[0].field, "spec.sise", "{fields:?}");
    }
    let kind = Gvk::new("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    cluster.delete(&kind, None, &format!("gauges.{group}"), &DeleteOptions::default()).await?;
    Ok(())
}

#[tokio::test]
async fn a_missing_namespace_is_told_as_such() -> Result<()> {
    let (_namespace, cluster) = namespace("missing").await?;
    let options = ApplyOptions { namespace: Some("not-there".to_owned()), ..ApplyOptions::new("helm") };
    let error = cluster.apply(&object(config_map("one", &json!({}))), &options).await;
    let told = error.expect_err("there is no such namespace").diagnostic();
    assert_eq!(told.code, "cluster/namespace-missing");
    assert_eq!(told.message, "apply ConfigMap/one in not-there: namespace `not-there` does not exist");
    Ok(())
}

#[tokio::test]
async fn a_quota_is_told_with_its_name() -> Result<()> {
    let (_namespace, cluster) = namespace("quota").await?;
    let options = ApplyOptions::new("helm");
    let quota = json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few"},
        "spec": {"hard": {"count/configmaps": "1"}}});
    cluster.apply(&object(quota), &options).await?;
    // The namespace has one already: kube-root-ca.crt. Until the quota is counted everything is refused, which is waited
    // out; before its server knows of it, nothing is.
    let refused = eventually("the quota", Duration::from_mins(2), async || {
        let name = format!("n{}", cluster.requests());
        Ok(cluster.apply(&object(config_map(&name, &json!({}))), &options).await.err())
    });
    let error = refused.await?;
    assert!(matches!(error.refusal(), Some(Refusal::Quota { quota, .. }) if quota == "few"), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn pod_security_warns_and_refuses() -> Result<()> {
    let (namespace, cluster) = namespace("security").await?;
    let labels = json!({"metadata": {"labels": {
        "pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/warn": "restricted"}}});
    let patch = Patch::Merge(labels);
    cluster.patch(&Gvk::new("v1", "Namespace"), None, namespace.name(), None, &patch).await?;
    let options = ApplyOptions::new("helm");
    let applied = cluster.apply(&object(deployment("web", 0, "ready")), &options).await?;
    assert!(applied.warnings.iter().any(|w| w.contains("violate PodSecurity")), "{:?}", applied.warnings);
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bare"},
        "spec": {"containers": [{"name": "main", "image": "x"}]}});
    let error = cluster.apply(&object(pod), &options).await.expect_err("it is not restricted");
    assert!(matches!(error.refusal(), Some(Refusal::Denied { by: Some(by), .. }) if by == "Pod Security"));
    Ok(())
}
