//! What a plan warns of before the first write: permissions, quotas, API versions that end, admission.

use longshore_testkit::cluster::Validity;
use longshore_testkit::{Outcome, TestCluster};
use serde_json::json;

use crate::Stage;
use crate::refused::{CONFIG, one};

/// A user who may do only what `rules` say, in the stage's namespace.
async fn limited(stage: &Stage, arguments: &str, rules: serde_json::Value) -> Outcome {
    let user = format!("{}-ann", stage.namespace.name());
    let role = json!({"metadata": {"name": "limited"}, "rules": rules});
    stage.make("apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles", &role).await;
    let binding = json!({
        "metadata": {"name": "limited"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "limited"},
        "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": user}],
    });
    stage.make("apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings", &binding).await;
    let kubeconfig = stage.project.file("limited-kubeconfig");
    let cluster = TestCluster::get().await.unwrap();
    cluster.write_kubeconfig_as(&kubeconfig, &user, None, Validity::Long).unwrap();
    stage.program(arguments).env("KUBECONFIG", &kubeconfig).run().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_permissions_are_told_before_the_first_write() {
    let old = "{apiVersion: v1, kind: ConfigMap, metadata: {name: old}}";
    let stage = Stage::new("permissions", &one(&format!("{CONFIG}\n        ---\n        {old}"))).await;
    stage.ok("deploy");
    let before = stage.everything().await;
    stage.project.write("web.yaml", &CONFIG.replace("a: b", "a: c")).unwrap();
    // May apply, and write records; may not delete what goes.
    let rules = json!([
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "create", "patch"]},
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list", "create"]},
    ]);
    let refused = limited(&stage, "deploy --yes", rules).await;
    assert_eq!(refused.code, Some(1), "{refused}");
    let namespace = stage.namespace.name();
    for part in [
        "2 things that this deploy does are not allowed".to_owned(),
        format!("delete configmaps in namespace {namespace}"),
        format!("update secrets in namespace {namespace}"),
        "nothing was changed".to_owned(),
    ] {
        assert!(refused.stderr.contains(&part), "{part}: {refused}");
    }
    assert_eq!(stage.everything().await, before);
    let live = stage.live("api/v1", "configmaps", "settings").await.unwrap();
    assert_eq!(live["data"]["a"], "b");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_with_just_enough_is_not_stopped() {
    let stage = Stage::new("enough", &one(CONFIG)).await;
    let rules = json!([
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "create", "patch"]},
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list", "create", "update"]},
    ]);
    let done = limited(&stage, "deploy", rules).await;
    assert_eq!(done.code, Some(0), "{done}");
}

#[tokio::test(flavor = "multi_thread")]
async fn quotas_that_will_not_do_are_told() {
    let manifest = "apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 3
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: x, resources: {requests: {cpu: 500m}}}]}";
    let stage = Stage::new("quota", &one(manifest)).await;
    let quota = json!({"metadata": {"name": "small"}, "spec": {"hard": {"pods": "2", "requests.cpu": "4"}}});
    stage.make("api/v1/namespaces/{ns}/resourcequotas", &quota).await;
    let counted = async || {
        let quota = stage.live("api/v1", "resourcequotas", "small").await.unwrap();
        Ok((!quota["status"]["used"]["pods"].is_null()).then_some(()))
    };
    longshore_testkit::eventually("the quota is counted", std::time::Duration::from_secs(30), counted)
        .await
        .unwrap();
    let plan = stage.ok("plan");
    let told = "quota `small` allows 2 pods, 0 are used, and this deploy needs 3 more";
    assert!(plan.stdout.contains(told), "{plan}");
    assert!(!plan.stdout.contains("requests.cpu"), "{plan}");
    assert_eq!(stage.json("plan")["warnings"], json!([told]));
    assert!(stage.ok("plan -o markdown").stdout.contains("> [!WARNING]"));
    // A quota on objects themselves is the server's to refuse, and its refusal is a problem of the plan.
    let none = json!({"metadata": {"name": "none"}, "spec": {"hard": {"count/configmaps": "0"}}});
    stage.make("api/v1/namespaces/{ns}/resourcequotas", &none).await;
    stage.project.write("web.yaml", CONFIG).unwrap();
    let refused = async || {
        let plan = stage.longshore("plan");
        Ok((plan.code == Some(1) && plan.stderr.contains("none")).then_some(()))
    };
    longshore_testkit::eventually("the refusal", std::time::Duration::from_secs(30), refused).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn api_versions_that_end_and_admission_are_told() {
    let old = "{apiVersion: v1, kind: Endpoints, metadata: {name: outside}}";
    let stage = Stage::new("ending", &one(old)).await;
    let plan = stage.ok("plan");
    let told =
        "Endpoints/outside: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";
    assert_eq!(plan.stdout.matches(told).count(), 1, "{plan}");
    let gone = "{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: {name: x}, spec: {}}";
    stage.project.write("web.yaml", gone).unwrap();
    let plan = stage.longshore("plan");
    assert_eq!(plan.code, Some(1), "{plan}");
    assert!(plan.stderr.contains("the cluster has `PodDisruptionBudget` in policy/v1"), "{plan}");
    assert!(plan.stdout.contains("unavailable in v1.25+; use policy/v1 PodDisruptionBudget"), "{plan}");

    let policy = json!({"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}});
    stage.patch("api/v1/namespaces/{ns}", "kubectl-label", &policy).await;
    let pod =
        "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: web, image: x}]}}";
    stage.project.write("web.yaml", pod).unwrap();
    let refused = async || {
        let plan = stage.longshore("plan");
        let is_told = plan.stderr.contains("refused by Pod Security") && plan.stderr.contains("web.yaml:1");
        Ok((plan.code == Some(1) && is_told).then_some(()))
    };
    longshore_testkit::eventually("the refusal", std::time::Duration::from_secs(30), refused).await.unwrap();
    assert!(stage.everything().await.is_empty());
}
