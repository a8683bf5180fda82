//! BC18: what is being deleted and stays is told with whose finalizer keeps it, in a `destroy`, a deploy and a wait; a
//! namespace with what is left in it, and with the API that does not answer. Nothing is ever taken away by hand.

use std::time::Duration;

use longshore_testkit::{TestCluster, eventually};
use serde_json::{Value, json};

use crate::Stage;

const PATIENCE: Duration = Duration::from_mins(1);

const HELD: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {}}
    defaultEnvironment: dev
    releases: {web: {manifests: web.yaml}}
    //- web.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: b}}
    ---
    {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {ports: [{port: 80}]}}
    ";

const WHOSE: &str = "held by finalizer example.com/hold (likely the controller of example.com)";

async fn request(stage: &Stage, request: http::request::Builder, body: Value) -> Value {
    let client = stage.namespace.client().await.unwrap();
    client.request(request.body(body.to_string().into_bytes()).unwrap()).await.unwrap()
}

async fn hold(stage: &Stage, path: &str) {
    stage.patch(path, "test", &json!({"metadata": {"finalizers": ["example.com/hold"]}})).await;
}

async fn let_go(stage: &Stage, path: &str) {
    let none = json!({"metadata": {"$deleteFromPrimitiveList/finalizers": ["example.com/hold"]}});
    stage.patch(path, "test", &none).await;
}

/// BC18.
#[tokio::test(flavor = "multi_thread")]
async fn whose_finalizer_keeps_an_object_is_told_while_it_is_waited_for() {
    let stage = Stage::new("held", HELD).await;
    stage.ok("deploy");
    let path = "api/v1/namespaces/{ns}/configmaps/settings";
    hold(&stage, path).await;
    let refused = stage.longshore("destroy --yes --timeout 9s");
    assert_eq!(refused.code, Some(1), "{refused}");
    // While it is waited for, and at the end.
    assert!(
        refused.stderr.contains("warning[cluster/held]: ConfigMap/settings: being deleted for "),
        "{refused}"
    );
    assert!(refused.stderr.contains("error[cluster/deadline]: delete ConfigMap/settings"), "{refused}");
    assert_eq!(refused.stderr.matches(WHOSE).count(), 2, "{refused}");
    assert!(refused.stderr.contains("whoever set it must take it away"), "{refused}");
    let live = stage.live("api/v1", "configmaps", "settings").await.unwrap();
    assert_eq!(live["metadata"]["finalizers"][0], "example.com/hold", "nothing was taken away: {live}");

    let_go(&stage, path).await;
    stage.ok("destroy --yes");
    assert!(stage.everything().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_goes_while_it_is_waited_for_never_becomes_ready() {
    let stage = Stage::new("heldwait", HELD).await;
    stage.ok("deploy");
    let path = "api/v1/namespaces/{ns}/services/web";
    hold(&stage, path).await;
    let name = stage.namespace.name().to_owned();
    request(&stage, http::Request::delete(format!("/api/v1/namespaces/{name}/services/web")), json!({}))
        .await;
    let status = stage.longshore("status");
    assert_eq!(status.code, Some(1), "{status}");
    assert!(status.stdout.contains(WHOSE), "{status}");

    stage
        .project
        .write("web.yaml", &stage.project.read("web.yaml").unwrap().replace("a: b", "a: c"))
        .unwrap();
    let outcome = stage.longshore("deploy --timeout 60s --grace other=2s");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    let told = outcome.stderr.lines().find(|line| line.starts_with("error[wait/failed]")).unwrap_or_default();
    assert!(told.contains("Service/web: being deleted for ") && told.ends_with(WHOSE), "{outcome}");
    assert!(outcome.stderr.contains("whether that controller still runs"), "{outcome}");
    let_go(&stage, path).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_deployed_into_a_namespace_that_goes() {
    let stage = Stage::new("going", HELD).await;
    stage.ok("deploy");
    let path = "api/v1/namespaces/{ns}/configmaps/settings";
    hold(&stage, path).await;
    let name = stage.namespace.name().to_owned();
    delete_namespace(&stage, "NamespaceFinalizersRemaining").await;
    let refused = stage.longshore("deploy");
    assert_eq!(refused.code, Some(1), "{refused}");
    let first = refused.stderr.lines().next().unwrap_or_default();
    let start = format!("error[platform/namespace-terminating]: namespace `{name}` is being deleted for ");
    assert!(first.starts_with(&start), "{refused}");
    let left = format!(", and still there: configmaps. has 1 resource instances, {WHOSE}");
    assert!(first.ends_with(&left), "{refused}");
    assert!(refused.stderr.contains("run the command again when it is gone"), "{refused}");
    let_go(&stage, path).await;
}

/// The API of a server that is away keeps every namespace of its cluster from going: a cluster of its own.
#[tokio::test(flavor = "multi_thread")]
async fn the_api_that_keeps_a_namespace_from_going_is_named() {
    let cluster = TestCluster::start("blind").await.unwrap();
    let stage = Stage::on(&cluster, "blind", HELD).await;
    stage.ok("deploy");
    let service = json!({"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
        "metadata": {"name": "v1beta1.broken.example.com"}, "spec": {"group": "broken.example.com", "version": "v1beta1",
            "groupPriorityMinimum": 100, "versionPriority": 100, "insecureSkipTLSVerify": true,
            "service": {"name": "nowhere", "namespace": "default", "port": 443}}});
    stage.make("apis/apiregistration.k8s.io/v1/apiservices", &service).await;
    delete_namespace(&stage, "NamespaceDeletionDiscoveryFailure").await;
    let refused = stage.longshore("deploy");
    let first = refused.stderr.lines().next().unwrap_or_default();
    let why = "and cannot be emptied while an API does not answer: APIService/v1beta1.broken.example.com (service/nowhere in \"default\" is not present)";
    assert!(first.ends_with(why), "{refused}");
    assert!(refused.stderr.contains("delete the APIService if it is gone for good"), "{refused}");
}

/// Deletes the stage's namespace, and waits until it says that it cannot go.
async fn delete_namespace(stage: &Stage, condition: &str) {
    let path = format!("/api/v1/namespaces/{}", stage.namespace.name());
    request(stage, http::Request::delete(&path), json!({})).await;
    eventually("the namespace says what keeps it", PATIENCE, async || {
        let client = stage.namespace.client().await?;
        let live: Value = client.request(http::Request::get(&path).body(Vec::new())?).await?;
        let conditions = live["status"]["conditions"].as_array().into_iter().flatten();
        let mut told = conditions.filter(|told| told["type"] == condition && told["status"] == "True");
        Ok(told.next().map(|_| ()))
    })
    .await
    .unwrap();
}
