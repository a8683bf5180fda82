//! Whose pods are whose.

use longshore_object::parse_manifests;
use serde_json::{Value as Json, json};

use super::{Scope, Target};

const MANIFESTS: &str = "
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}}
---
{apiVersion: batch/v1, kind: CronJob, metadata: {name: sweep}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: migrate-2}}
---
{apiVersion: v1, kind: Pod, metadata: {name: lone}}
---
{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: far, namespace: elsewhere}}
---
{apiVersion: v1, kind: Service, metadata: {name: front}, spec: {selector: {app: web}}}
";

fn scope() -> Scope {
    let shop = parse_manifests(MANIFESTS, "all.yaml").unwrap();
    Scope::of("shop", vec![("shop".into(), shop), ("later".into(), Vec::new())])
}

#[expect(clippy::needless_pass_by_value, reason = "`json!` makes values")]
fn pod(name: &str, kind: &str, owner: &str, labels: Json) -> Json {
    json!({"metadata": {"name": name, "labels": labels,
        "ownerReferences": [{"kind": kind, "name": owner, "controller": true}]}})
}

fn owner(scope: &Scope, pod: &Json) -> String {
    scope.owner(pod).map(|owner| format!("{} {owner}", owner.release)).unwrap_or_default()
}

#[test]
fn a_pod_belongs_to_what_its_controller_was_made_by() {
    let scope = scope();
    let none = || json!({});
    for (pod, expected) in [
        (pod("web-5d-x", "ReplicaSet", "web-5d", json!({"pod-template-hash": "5d"})), "shop Deployment/web"),
        // The ReplicaSet of another Deployment whose name begins in the same way.
        (pod("web-a-5d-x", "ReplicaSet", "web-a-5d", json!({"pod-template-hash": "5d"})), ""),
        (pod("web-5d-x", "ReplicaSet", "web-5d", none()), ""),
        (pod("db-0", "StatefulSet", "db", none()), "shop StatefulSet/db"),
        (pod("far-x", "DaemonSet", "far", none()), ""),
        (pod("sweep-29001-x", "Job", "sweep-29001", none()), "shop CronJob/sweep"),
        (pod("sweep-x-y", "Job", "sweep-x", none()), ""),
        (pod("migrate-2-x", "Job", "migrate-2", none()), "shop Job/migrate-2"),
        (pod("made-x", "Custom", "made", json!({"app.kubernetes.io/instance": "shop"})), "shop Pod/made-x"),
        (pod("made-x", "Custom", "made", json!({"app.kubernetes.io/instance": "later"})), ""),
        (json!({"metadata": {"name": "lone"}}), "shop Pod/lone"),
        (json!({"metadata": {"name": "other"}}), ""),
    ] {
        assert_eq!(owner(&scope, &pod), expected, "{pod}");
    }
}

#[test]
fn only_what_was_named() {
    let web = pod("web-5d-x", "ReplicaSet", "web-5d", json!({"pod-template-hash": "5d", "app": "web"}));
    let db = pod("db-0", "StatefulSet", "db", json!({}));
    for (target, of_web, of_db) in [
        ("shop", true, true),
        ("shop/web", true, false),
        ("shop/deploy/web", true, false),
        ("shop/deployments/web", true, false),
        ("shop/sts/db", false, true),
        ("shop/db-0", false, true),
        ("shop/pod/db-0", false, true),
        ("shop/front", true, false),
        ("shop/svc/front", true, false),
        ("later", false, false),
    ] {
        let scope = scope().narrowed(&target.parse().unwrap()).unwrap();
        let found = (scope.owner(&web).is_some(), scope.owner(&db).is_some());
        assert_eq!(found, (of_web, of_db), "{target}");
    }
    let error = |target: &str| scope().narrowed(&target.parse().unwrap()).unwrap_err();
    assert_eq!(error("shop/deploy/wob").message, "release `shop` has no Deployment `wob`");
    assert_eq!(error("shop/frog/web").message, "`frog` is no kind of object that release `shop` has");
    assert!(error("shop/frog/web").hint.clone().unwrap().contains("deployment/web, job/migrate-2"));
}

#[test]
fn a_target_has_at_most_three_parts() {
    for text in ["", "/", "a/", "a//b", "a/b/c/d"] {
        assert!(text.parse::<Target>().is_err(), "{text}");
    }
}
