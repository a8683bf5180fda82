//! Hooks, definitions, and what becomes of a deploy that fails.

use crate::Stage;

fn chart(hook_play: &str, workload_play: &str) -> String {
    format!(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: hooked
        environments: {{dev: {{namespace: hooked}}}}
        defaultEnvironment: dev
        releases: {{app: {{chart: chart}}}}
        //- chart/Chart.yaml
        apiVersion: v2
        name: app
        version: 1.0.0
        //- chart/templates/hooks.yaml
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: migrate
          annotations: {{helm.sh/hook: 'pre-install,pre-upgrade', helm.sh/hook-weight: '5'}}
        spec:
          backoffLimit: 0
          template:
            metadata: {{annotations: {{longshore.dev/kwok: {hook_play}}}}}
            spec: {{restartPolicy: Never, containers: [{{name: migrate, image: 'example.com/migrate:v1'}}]}}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: first
          annotations: {{helm.sh/hook: pre-install, helm.sh/hook-weight: '-5', helm.sh/hook-delete-policy: hook-succeeded}}
        ---
        apiVersion: v1
        kind: Pod
        metadata:
          name: check
          annotations: {{helm.sh/hook: test}}
        spec: {{restartPolicy: Never, containers: [{{name: check, image: 'example.com/check:v1'}}]}}
        //- chart/templates/app.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata: {{name: app}}
        spec:
          selector: {{matchLabels: {{app: app}}}}
          template:
            metadata: {{labels: {{app: app}}, annotations: {{longshore.dev/kwok: {workload_play}}}}}
            spec: {{containers: [{{name: app, image: 'example.com/app:v1'}}]}}
        "
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_run_in_order_and_are_no_part_of_the_release() {
    let stage = Stage::new("hooks", &chart("ready", "ready")).await;
    let deployed = stage.ok("deploy");
    let first = deployed.stderr.find("pre-install hook ConfigMap/first succeeded").unwrap();
    let migrate = deployed.stderr.find("pre-install hook Job/migrate succeeded").unwrap();
    let app = deployed.stderr.find("Deployment/app created").unwrap();
    assert!(first < migrate && migrate < app, "{deployed}");
    assert!(stage.live("api/v1", "configmaps", "first").await.is_none(), "deleted once it succeeded");
    assert!(stage.live("apis/batch/v1", "jobs", "migrate").await.is_some(), "kept until the next run");
    assert!(stage.live("api/v1", "pods", "check").await.is_none(), "tests run only when asked for");
    assert!(stage.ok("deploy").stdout.contains("nothing has changed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_hook_stops_the_deploy_before_its_objects() {
    let stage = Stage::new("hookfail", &chart("fail", "ready")).await;
    let failed = stage.longshore("deploy");
    assert_eq!(failed.code, Some(1), "{failed}");
    assert!(failed.stderr.contains("in pre-install hook Job/migrate"), "{failed}");
    assert!(stage.live("apis/apps/v1", "deployments", "app").await.is_none());
    assert_eq!(stage.json("history")[0]["status"], "failed");
}

/// Decision 8: waiting fails at the first certain failure, with its cause.
#[tokio::test(flavor = "multi_thread")]
async fn a_workload_that_cannot_start_is_explained_and_the_next_deploy_heals_it() {
    let stage = Stage::new("explain", &chart("ready", "invalid-image")).await;
    let failed = stage.longshore("deploy");
    assert_eq!(failed.code, Some(1), "{failed}");
    assert!(
        failed.stderr.contains("InvalidImageName") && failed.stderr.contains("Deployment/app"),
        "{failed}"
    );
    let status = stage.longshore("status");
    assert_eq!(status.code, Some(1));
    assert!(status.stdout.contains("failed"), "{status}");
    let template = stage.project.read("chart/templates/app.yaml").unwrap();
    stage.project.write("chart/templates/app.yaml", &template.replace("invalid-image", "ready")).unwrap();
    stage.ok("deploy");
    assert_eq!(stage.json("history")[1]["status"], "deployed");
}

/// A definition in crds/ and an instance of it in the same chart: the one before the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_definition_comes_before_its_instances() {
    let kind = format!("Gadget{}", std::process::id());
    let plural = kind.to_lowercase() + "s";
    let group = "test.longshore.dev";
    let stage = Stage::new(
        "crds",
        &format!(
            "
            //- longshore.yaml
            apiVersion: longshore.dev/v1alpha1
            kind: Project
            name: defined
            environments: {{dev: {{namespace: defined}}}}
            defaultEnvironment: dev
            releases: {{app: {{manifests: all.yaml}}}}
            //- all.yaml
            apiVersion: {group}/v1
            kind: {kind}
            metadata: {{name: one}}
            spec: {{size: 3}}
            ---
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {{name: {plural}.{group}}}
            spec:
              group: {group}
              scope: Namespaced
              names: {{kind: {kind}, plural: {plural}}}
              versions:
                - name: v1
                  served: true
                  storage: true
                  schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}
            "
        ),
    )
    .await;
    let plan = stage.ok("plan");
    assert!(
        plan.stdout.contains(&format!("{kind}/one (not tried: waits for CustomResourceDefinition/")),
        "{plan}"
    );
    stage.ok("deploy");
    assert!(stage.live(&format!("apis/{group}/v1"), &plural, "one").await.is_some());
    let kept = stage.ok("destroy --yes");
    assert!(kept.stdout.contains(&format!("CustomResourceDefinition/{plural}.{group}")), "{kept}");
    let gone = stage.ok("destroy --yes --delete-data");
    assert!(gone.stderr.contains(&format!("CustomResourceDefinition/{plural}.{group} deleted")), "{gone}");
}

/// A release that makes a namespace and puts something into it: planned as waiting for it, then applied after it.
#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_of_the_release_comes_before_what_is_in_it() {
    let other = format!("made-{}", std::process::id());
    let stage = Stage::new(
        "makes",
        &format!(
            "
            //- longshore.yaml
            apiVersion: longshore.dev/v1alpha1
            kind: Project
            name: makes
            environments: {{dev: {{namespace: makes}}}}
            defaultEnvironment: dev
            releases: {{app: {{manifests: all.yaml}}}}
            //- all.yaml
            {{apiVersion: v1, kind: ConfigMap, metadata: {{name: inside, namespace: {other}}}}}
            ---
            {{apiVersion: v1, kind: Namespace, metadata: {{name: {other}}}}}
            "
        ),
    )
    .await;
    let plan = stage.ok("plan");
    assert!(
        plan.stdout.contains(&format!("ConfigMap/inside (not tried: waits for Namespace/{other})")),
        "{plan}"
    );
    stage.ok("deploy");
    assert!(stage.ok("deploy").stdout.contains("nothing has changed"));
    // A namespace takes all that is in it along: it is data.
    let kept = stage.ok("destroy --yes");
    assert!(kept.stdout.contains(&format!("Namespace/{other}")), "{kept}");
    let gone = stage.ok("destroy --yes --delete-data");
    assert!(gone.stderr.contains(&format!("Namespace/{other} deleted")), "{gone}");
}
