//! `longshore helm uninstall` and `longshore helm test`: what they say, what they leave, and what the records say then.

use longshore_testkit::Outcome;
use serde_json::{Value, json};

use crate::Stage;

const CHART: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {namespace: shop}}
    defaultEnvironment: dev
    releases: {web: {chart: chart}}
    //- chart/Chart.yaml
    apiVersion: v2
    name: web
    version: 1.0.0
    ";

async fn deployed(name: &str, templates: &str) -> Stage {
    let stage = Stage::new(name, &format!("{CHART}//- chart/templates/all.yaml{templates}")).await;
    stage.ok("deploy");
    stage
}

/// Runs Helm's command line.
fn helm(stage: &Stage, arguments: &str) -> Outcome {
    stage.longshore(&format!("helm {arguments}"))
}

#[track_caller]
fn said(outcome: &Outcome, code: i32, stdout: &str, stderr: &str) {
    assert_eq!((outcome.code, &*outcome.stdout, &*outcome.stderr), (Some(code), stdout, stderr));
}

async fn patch(stage: &Stage, path: &str, patch: &Value) {
    let client = stage.namespace.client().await.unwrap();
    let request = http::Request::patch(format!("/{path}"))
        .header("content-type", "application/merge-patch+json")
        .body(patch.to_string().into_bytes())
        .unwrap();
    client.request::<Value>(request).await.unwrap();
}

/// Objects that a chart keeps, and objects of others, stay and are named; the release is gone all the same.
#[tokio::test(flavor = "multi_thread")]
async fn what_stays_is_named() {
    let stage = deployed(
        "stays",
        "
    {apiVersion: v1, kind: ConfigMap, metadata: {name: own}}
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: kept, annotations: {helm.sh/resource-policy: keep}}}
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: taken}}
    ",
    )
    .await;
    let namespace = stage.namespace.name();
    let path = format!("api/v1/namespaces/{namespace}/configmaps/taken");
    patch(&stage, &path, &json!({"metadata": {"annotations": {"meta.helm.sh/release-name": "api"}}})).await;

    let kept = "These resources were kept due to the resource policy:\n[ConfigMap] kept\n";
    let dry = helm(&stage, "uninstall web --dry-run");
    let stderr = format!(
        "level=WARN msg=\"dry-run: resources would be skipped because they are not owned by this release\" release=web count=1\n\
         level=WARN msg=\"dry-run: would skip resource\" kind=ConfigMap name=taken namespace={namespace}\n"
    );
    said(&dry, 0, &format!("{kept}\nrelease \"web\" uninstalled\n"), &stderr);
    assert!(stage.live("api/v1", "configmaps", "own").await.is_some());

    let done = helm(&stage, "uninstall web --wait");
    let stdout = format!(
        "{kept}\n1 resource(s) were not deleted because they are not owned by this release:\n[ConfigMap] taken\n\n\
         release \"web\" uninstalled\n"
    );
    let stderr = format!(
        "level=WARN msg=\"skipping delete of resource not owned by this release\" kind=ConfigMap name=taken \
         namespace={namespace} release=web\n"
    );
    said(&done, 0, &stdout, &stderr);
    assert_eq!(stage.everything().await, ["configmaps/kept", "configmaps/taken"]);

    let again = helm(&stage, "uninstall web");
    said(&again, 1, "", "Error: uninstall: Release not loaded: web: release: not found\n");
    said(&helm(&stage, "uninstall web --ignore-not-found"), 0, "release \"web\" uninstalled\n", "");
}

/// Helm 3 deletes what has the name, whose ever it is.
#[tokio::test(flavor = "multi_thread")]
async fn at_3_22_nobody_is_asked_whose_an_object_is() {
    let stage = deployed(
        "old",
        "
    {apiVersion: v1, kind: ConfigMap, metadata: {name: taken}}",
    )
    .await;
    let path = format!("api/v1/namespaces/{}/configmaps/taken", stage.namespace.name());
    patch(&stage, &path, &json!({"metadata": {"labels": {"app.kubernetes.io/managed-by": "Ann"}}})).await;
    let done = helm(&stage, "--helm-compat 3.22 uninstall web --wait");
    said(&done, 0, "release \"web\" uninstalled\n", "");
    assert!(stage.everything().await.is_empty());
}

/// A hook that fails ends the command before anything is deleted; its object goes or stays by its policy.
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_hook_keeps_the_release() {
    let hook = |name: &str, weight: i32, play: &str, policy: &str| {
        format!(
            "
    ---
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: {name}
      annotations:
        helm.sh/hook: pre-delete
        helm.sh/hook-weight: '{weight}'
        helm.sh/hook-delete-policy: {policy}
    spec:
      backoffLimit: 0
      template:
        metadata: {{annotations: {{longshore.dev/kwok: {play}}}}}
        spec: {{restartPolicy: Never, containers: [{{name: a, image: 'example.com/a:1'}}]}}"
        )
    };
    let templates = format!(
        "
    {{apiVersion: v1, kind: ConfigMap, metadata: {{name: own}}}}{}{}{}",
        hook("third", 3, "ready", "hook-succeeded"),
        hook("second", 2, "fail", "hook-failed"),
        hook("first", 1, "ready", "hook-succeeded")
    );
    let stage = deployed("failing", &templates).await;
    let namespace = stage.namespace.name();
    let failed = helm(&stage, "uninstall web");
    let stderr = format!(
        "Error: resource Job/{namespace}/second not ready. status: Failed, message: Job Failed. failed: 1/1\n"
    );
    said(&failed, 1, "", &stderr);
    assert!(stage.live("api/v1", "configmaps", "own").await.is_some());
    for gone in ["first", "second", "third"] {
        let job = stage.live("apis/batch/v1", "jobs", gone).await;
        assert!(job.is_none_or(|job| !job["metadata"]["deletionTimestamp"].is_null()), "{gone} is there");
    }
    said(&helm(&stage, "uninstall web --no-hooks"), 0, "release \"web\" uninstalled\n", "");
}

/// What is not gone in time is named, and the records are gone then.
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_go_in_time_is_named() {
    let stage = deployed(
        "stuck",
        "
    {apiVersion: v1, kind: ConfigMap, metadata: {name: held, finalizers: [example.com/held]}}",
    )
    .await;
    let namespace = stage.namespace.name();
    let failed = helm(&stage, "uninstall web --wait --timeout 1s");
    let stderr = format!(
        "Error: uninstallation completed with 1 error(s): resource ConfigMap/{namespace}/held still exists. \
         status: Terminating, message: Resource scheduled for deletion\ncontext deadline exceeded\n"
    );
    said(&failed, 1, "", &stderr);
    assert_eq!(stage.everything().await, ["configmaps/held"]);
    let path = format!("api/v1/namespaces/{namespace}/configmaps/held");
    patch(&stage, &path, &json!({"metadata": {"finalizers": null}})).await;
}

/// Tests run by weight, those that are asked for; how they went is in the record.
#[tokio::test(flavor = "multi_thread")]
async fn tests_run_and_are_remembered() {
    let pod = |name: &str, play: &str| {
        format!(
            "
    ---
    apiVersion: v1
    kind: Pod
    metadata: {{name: {name}, annotations: {{helm.sh/hook: test, longshore.dev/kwok: {play}}}}}
    spec: {{restartPolicy: Never, containers: [{{name: a, image: 'example.com/a:1'}}]}}"
        )
    };
    let templates = format!(
        "
    {{apiVersion: v1, kind: ConfigMap, metadata: {{name: own}}}}{}{}",
        pod("good", "ready"),
        pod("bad", "fail")
    );
    let stage = deployed("tested", &templates).await;
    let good = helm(&stage, "test web --filter name=good");
    assert_eq!((good.code, &*good.stderr), (Some(0), ""), "{good}");
    assert!(good.stdout.contains("TEST SUITE:     good\n"), "{good}");
    assert!(good.stdout.ends_with("Phase:          Succeeded\n"), "{good}");
    let bad = helm(&stage, "test web --filter !name=good");
    let stderr = format!(
        "Error: resource Pod/{}/bad not ready. status: Failed, message: pod bad failed\n",
        stage.namespace.name()
    );
    assert_eq!((bad.code, &*bad.stderr), (Some(1), &*stderr), "{bad}");
    // The other one's run is still known, and told first.
    let phases: Vec<&str> = bad.stdout.lines().filter(|line| line.starts_with("Phase:")).collect();
    assert_eq!(phases, ["Phase:          Succeeded", "Phase:          Failed"]);
}
