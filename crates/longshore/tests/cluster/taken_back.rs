//! A deploy that fails is taken back (`--rollback-on-failure`): everything is as it was, and what was done is said.

use serde_json::Value;

use crate::Stage;

const QUICK: &str = "--timeout 60s --grace restarts=1 --grace pull=1s --grace other=1s --grace probe=2s";

const HEAD: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {}}
    defaultEnvironment: dev
    releases:
      data: {manifests: data.yaml}
      web: {needs: data, manifests: web.yaml}
    ";

/// The database: a StatefulSet with a claim and a ConfigMap.
fn data(level: &str, tag: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: settings}}, data: {{level: {level}}}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: db}}
spec:
  serviceName: db
  selector: {{matchLabels: {{app: db}}}}
  template: {{metadata: {{labels: {{app: db}}}}, spec: {{containers: [{{name: main, image: \"example.com/db:{tag}\"}}]}}}}
  volumeClaimTemplates: [{{metadata: {{name: data}}, spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Gi}}}}}}}}]
"
    )
}

fn web(tag: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web}}, spec: {{selector: {{matchLabels: {{app: web}}}}, template: {{metadata: {{labels: {{app: web}}}}, spec: {{containers: [{{name: main, image: \"example.com/web:{tag}\"}}]}}}}}}}}\n"
    )
}

fn files(level: &str, db: &str, tag: &str) -> String {
    let indented = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
    format!(
        "{HEAD}//- data.yaml\n{}    //- web.yaml\n{}    ",
        indented(&data(level, db)),
        indented(&web(tag))
    )
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

const IMAGE: &str = "/spec/template/spec/containers/0/image";

/// Of a first deploy nothing stays: no object, no record, no claim that was not there before.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_deploy_that_fails_leaves_nothing() {
    let stage = Stage::new("tbfirst", &files("info", "v1", "kwok-image-pull")).await;
    let mut before = stage.everything().await;
    let mut deploy = stage.start(&format!("deploy --rollback-on-failure {QUICK} --grace pull=5s"));
    deploy.wait_for("data deployed revision 1").unwrap();
    // Somebody makes a claim meanwhile.
    let storage =
        serde_json::json!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}});
    let claim = serde_json::json!({"metadata": {"name": "theirs"}, "spec": storage});
    stage.make("api/v1/namespaces/{ns}/persistentvolumeclaims", &claim).await;
    before.push("persistentvolumeclaims/theirs".to_owned());
    let outcome = deploy.finish().unwrap();
    assert_eq!(outcome.code, Some(1), "{outcome}");
    for words in [
        "cannot pull its image",
        "taken back: web was new, and is removed",
        "data was new, and is removed, with its new volume claims data-db-0",
    ] {
        assert!(outcome.stderr.contains(words), "{words}\n{outcome}");
    }
    assert_eq!(stage.everything().await, before);
    assert_eq!(stage.json("history"), serde_json::json!([]));
}

/// Releases that had succeeded before another one failed go back too, by the project file's word; what was there before stays.
#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_that_fails_goes_back_to_what_was_deployed() {
    let stage = Stage::new("tbupgrade", &files("info", "v1", "v1")).await;
    stage.ok("deploy");
    let before = stage.everything().await;
    let head = stage.project.read("longshore.yaml").unwrap();
    let head = head.replace("wait: {", "wait: {rollbackOnFailure: true, ");
    stage.project.write("longshore.yaml", &head).unwrap();
    stage.project.write("data.yaml", &(data("debug", "v1") + "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: new}}\n---\n{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: more}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}\n")).unwrap();
    stage.project.write("web.yaml", &web("kwok-crash-loop")).unwrap();
    let outcome = stage.longshore(&format!("deploy {QUICK}"));
    assert_eq!(outcome.code, Some(1), "{outcome}");
    for words in [
        "keeps crashing",
        "taken back: web is back at revision 1 (as revision 3); data is back at revision 1 (as revision 3), with its new volume claims more",
    ] {
        assert!(outcome.stderr.contains(words), "{words}\n{outcome}");
    }
    let web = stage.live("apis/apps/v1", "deployments", "web").await.unwrap();
    assert_eq!(text(&web, IMAGE), "example.com/web:v1");
    let settings = stage.live("api/v1", "configmaps", "settings").await.unwrap();
    assert_eq!(text(&settings, "/data/level"), "info");
    let objects = |all: Vec<String>| {
        let kept = |name: &String| {
            !["secrets/sh.helm", "pods/", "replicasets/"].iter().any(|start| name.starts_with(start))
        };
        all.into_iter().filter(kept).collect::<Vec<_>>()
    };
    assert_eq!(objects(stage.everything().await), objects(before));
    let history = stage.json("history web");
    let told: Vec<&str> = history.as_array().unwrap().iter().map(|r| text(r, "/status")).collect();
    assert_eq!(told, ["superseded", "failed", "deployed"]);
    // An image that is set is a deploy like any other.
    let outcome = stage.longshore(&format!("set image web main=example.com/web:kwok-image-pull {QUICK}"));
    assert!(outcome.stderr.contains("taken back: web is back at revision 3"), "{outcome}");
    // A flag goes before the file.
    let outcome = stage.longshore(&format!("deploy --rollback-on-failure=false {QUICK}"));
    assert!(!outcome.stderr.contains("taken back"), "{outcome}");
    assert_eq!(
        text(&stage.live("apis/apps/v1", "deployments", "web").await.unwrap(), IMAGE),
        "example.com/web:kwok-crash-loop"
    );
}

/// A StatefulSet does not replace a broken pod by itself, whatever revision is wanted.
#[tokio::test(flavor = "multi_thread")]
async fn a_stateful_set_with_a_broken_pod_goes_back_too() {
    let stage = Stage::new("tbset", &files("info", "v1", "v1")).await;
    stage.ok("deploy");
    stage.project.write("data.yaml", &data("info", "kwok-image-pull")).unwrap();
    let outcome = stage.longshore(&format!("deploy --rollback-on-failure {QUICK}"));
    assert_eq!(outcome.code, Some(1), "{outcome}");
    assert!(outcome.stderr.contains("taken back: data is back at revision 1"), "{outcome}");
    let set = stage.live("apis/apps/v1", "statefulsets", "db").await.unwrap();
    assert_eq!(text(&set, IMAGE), "example.com/db:v1");
    assert_eq!(set["status"]["readyReplicas"], 1, "{set}");
    let pod = stage.live("api/v1", "pods", "db-0").await.unwrap();
    assert_eq!(text(&pod, "/spec/containers/0/image"), "example.com/db:v1");
}

/// A way back that fails says what is left: here a quota that came in between refuses the old pods.
#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_that_fails_says_what_is_left() {
    let stage = Stage::new("tbleft", &files("info", "v1", "v1")).await;
    // A new pod takes the place of the old one at once, and by then no other may come. From the start: a server refuses
    // to change this while its own default for the other strategy stands there.
    let recreated = |tag: &str| {
        web(tag).replace(
            "spec: {selector: {matchLabels: {app: web}}",
            "spec: {strategy: {type: Recreate}, selector: {matchLabels: {app: web}}",
        )
    };
    for tag in ["v0", "v1"] {
        stage.project.write("web.yaml", &recreated(tag)).unwrap();
        stage.ok("deploy");
    }
    stage.project.write("web.yaml", &recreated("kwok-never-ready")).unwrap();
    let deploy = stage.start("deploy --rollback-on-failure --timeout 60s --grace probe=6s --grace other=2s");
    longshore_testkit::eventually("the new pod", std::time::Duration::from_secs(30), async || {
        let client = stage.namespace.client().await?;
        let path = format!("/api/v1/namespaces/{}/pods?labelSelector=app%3Dweb", stage.namespace.name());
        let list: Value = client.request(http::Request::get(path).body(Vec::new())?).await?;
        let new = |pod: &Value| text(pod, "/spec/containers/0/image").ends_with("kwok-never-ready");
        Ok(list["items"].as_array().is_some_and(|pods| pods.iter().any(new)).then_some(()))
    })
    .await
    .unwrap();
    let quota = serde_json::json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}});
    stage.make("api/v1/namespaces/{ns}/resourcequotas", &quota).await;
    let outcome = deploy.finish().unwrap();
    assert_eq!(outcome.code, Some(1), "{outcome}");
    for words in [
        "runs and does not become ready",
        "not taken back: web: the way back to revision 2 failed: Deployment/web: ResourceQuota/none is full",
        "not taken back: web: every object is as in revision 2, and not all are ready",
        "`longshore rollback` goes on with it",
    ] {
        assert!(outcome.stderr.contains(words), "{words}\n{outcome}");
    }
}
