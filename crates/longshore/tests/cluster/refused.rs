//! What the cluster refuses, and clusters that cannot be reached: a clear message, exit code 1, and nothing changed.

use longshore_testkit::{Outcome, TestCluster};

use crate::Stage;

/// A project of one release whose manifest is given.
pub(crate) fn one(manifest: &str) -> String {
    format!(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        environments: {{dev: {{namespace: shop}}}}
        defaultEnvironment: dev
        releases: {{web: {{manifests: web.yaml}}}}
        //- web.yaml
        {manifest}
        "
    )
}

/// A manifest of one object.
pub(crate) const CONFIG: &str = "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: b}}";

#[track_caller]
fn says(outcome: &Outcome, parts: &[&str]) {
    assert_eq!(outcome.code, Some(1), "{outcome}");
    assert!(outcome.stdout.is_empty(), "{outcome}");
    for part in parts {
        assert!(outcome.stderr.contains(part), "no {part:?} in\n{outcome}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_the_server_refuses_stops_the_deploy_before_the_first_write() {
    let bad = "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: -1
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: x}]}";
    let stage = Stage::new("refused", &one(bad)).await;
    says(&stage.longshore("deploy"), &["web.yaml:7", "spec.replicas", "nothing was changed"]);
    assert!(stage.everything().await.is_empty());
    let unknown = one("{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, dataa: {}}");
    let stage = Stage::new("unknown", &unknown).await;
    says(&stage.longshore("deploy"), &["dataa", "web.yaml:1"]);
    assert!(stage.everything().await.is_empty());
}

/// What a later release would write over is told before the first one is deployed.
#[tokio::test(flavor = "multi_thread")]
async fn an_object_of_two_releases_is_refused_before_the_first_write() {
    let both = one(CONFIG).replace(
        "{web: {manifests: web.yaml}}",
        "{web: {manifests: web.yaml}, other: {manifests: web.yaml, needs: [web]}}",
    );
    let stage = Stage::new("shared", &both).await;
    let expected = ["ConfigMap/settings in", "is also an object of release `web`", "in release `other`"];
    says(&stage.longshore("plan"), &expected);
    says(&stage.longshore("deploy --adopt"), &expected);
    assert!(stage.everything().await.is_empty());
    assert_eq!(stage.longshore("deploy --only web").code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_kind_is_told_with_its_line() {
    let stage =
        Stage::new("kind", &one("{apiVersion: apps/v1, kind: Deploymnet, metadata: {name: web}}")).await;
    says(&stage.longshore("deploy"), &["Deploymnet", "Deployment", "web.yaml:1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_and_an_object_that_belong_to_somebody_else_are_left_alone() {
    let stage = Stage::new("taken", &one(CONFIG)).await;
    stage.ok("deploy");
    let file = stage.project.read("longshore.yaml").unwrap();
    stage.project.write("longshore.yaml", &file.replace("name: shop", "name: other")).unwrap();
    says(&stage.longshore("deploy"), &["the name `web` is taken", "platform `shop`", "--adopt"]);
    stage.project.write("longshore.yaml", &file.replace("{web:", "{site:")).unwrap();
    says(
        &stage.longshore("deploy"),
        &["ConfigMap/settings", "belongs to release `web`", "web.yaml:1", "--adopt"],
    );
    assert_eq!(stage.json("history"), serde_json::json!([]), "no record was written");
    stage.ok("deploy --adopt");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_namespace_is_created_only_with_leave() {
    let stage = Stage::new("space", &one(CONFIG)).await;
    let missing = format!("{}-missing", stage.namespace.name());
    // Not through the stage, which names its own namespace.
    let program = |arguments: &str| {
        longshore_testkit::Program::new(env!("CARGO_BIN_EXE_longshore"))
            .unwrap()
            .args(arguments.split_whitespace())
            .args(["-n", missing.as_str()])
            .env("KUBECONFIG", stage.namespace.kubeconfig())
            .folder(stage.project.path())
            .run()
            .unwrap()
    };
    says(&program("deploy"), &["does not exist", "longshore.yaml:", "createNamespace: true"]);
    let outcome = program("deploy --create-namespace");
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let removed = program("destroy --yes --delete-data");
    assert!(removed.stdout.contains("deleted namespace"), "{removed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn clusters_that_cannot_be_reached_or_do_not_know_us() {
    let stage = Stage::new("reach", &one(CONFIG)).await;
    let with = |path: &std::path::Path| stage.program("deploy").env("KUBECONFIG", path).run().unwrap();
    says(&with(std::path::Path::new("/nowhere/kubeconfig")), &["/nowhere/kubeconfig"]);

    let kubeconfig = std::fs::read_to_string(stage.namespace.kubeconfig()).unwrap();
    let cluster = TestCluster::get().await.unwrap();
    let closed = stage.project.file("closed");
    std::fs::write(&closed, kubeconfig.replace(cluster.server(), "https://127.0.0.1:9")).unwrap();
    says(&with(&closed), &["https://127.0.0.1:9", "connection refused"]);

    let expired = stage.project.file("expired");
    cluster
        .write_kubeconfig_as(&expired, "ann", None, longshore_testkit::cluster::Validity::Expired)
        .unwrap();
    says(&with(&expired), &["expired"]);

    let nobody = stage.project.file("nobody");
    cluster.write_kubeconfig_as(&nobody, "ann", None, longshore_testkit::cluster::Validity::Long).unwrap();
    says(&with(&nobody), &["ann", "not"]);

    let context = stage.longshore("deploy --context no-such-context");
    says(&context, &["no-such-context"]);
    assert!(stage.everything().await.is_empty());
}
