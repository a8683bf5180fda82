//! A deploy to several clusters that fails on one of them.

use std::time::Duration;

use longshore_testkit::{Program, TestCluster, TestNamespace, eventually};
use serde_json::{Value, json};

use super::{HOLD, Two, data, object};
use crate::faults::Server;

/// What fails on one cluster goes back there; the others stay as planned.
pub(super) async fn goes_back_on_one(two: &Two) {
    two.ends("deploy", 0);
    two.edit(
        "longshore.yaml",
        "set: {zone: '${cluster.vars.zone}'}",
        "set: {zone: '${cluster.vars.zone}', level: warn}",
    );
    two.edit("mail.yaml", "nodeSelector: {}", "nodeSelector: {disk: golden}");
    let failed = two.ends("deploy --rollback-on-failure", 1);
    assert!(failed.stderr.contains("on cluster `us`"), "{failed}");
    let mail = object(&two.us, "apis/apps/v1", "deployments", "mail").await;
    assert_eq!(mail["spec"]["template"]["spec"]["nodeSelector"], Value::Null, "{failed}");
    assert_eq!(data(&two.us, "web").await["level"], "info");
    assert_eq!(data(&two.eu, "web").await["level"], "warn");
    two.edit("mail.yaml", "nodeSelector: {disk: golden}", "nodeSelector: {}");
    two.ends("deploy", 0);
    assert_eq!(data(&two.us, "web").await["level"], "warn");
}

/// A cluster that is gone in the middle of a deploy: the others are as planned, and the next deploy completes.
pub(super) async fn dies_midway(two: &Two, us: &TestCluster) {
    two.edit("longshore.yaml", "unschedulable: 1s", "unschedulable: 10m");
    two.edit("mail.yaml", "nodeSelector: {}", "nodeSelector: {disk: golden}");
    let mut server = Server::of(us.server());
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
    let program = program.args(["deploy"]).env("LONGSHORE_HOLD_SECONDS", HOLD);
    let mut deploying = program.folder(two.project.path()).start().unwrap();
    deploying.wait_for("us/mail waiting for").unwrap();
    server.kill();
    let failed = deploying.finish().unwrap();
    assert_eq!(failed.code, Some(1), "{failed}");
    let words = "while we were working on release `mail`, and nothing more is written\n  on cluster `us`";
    assert!(failed.stderr.contains(words), "{failed}");
    assert_eq!(data(&two.eu, "web").await["zone"], "eu-1");
    server.start();
    eventually("an answer", Duration::from_secs(30), async || {
        Ok((two.run("plan").code == Some(0)).then_some(()))
    })
    .await
    .unwrap();
    two.edit("mail.yaml", "nodeSelector: {disk: golden}", "nodeSelector: {}");
    two.ends("deploy", 0);
    assert_eq!(data(&two.us, "web").await["zone"], "us-1");
}

/// A removal that fails on one cluster leaves on the others what is needed there.
pub(super) async fn stays_where_it_is_needed(two: &Two) {
    two.ends("deploy", 0);
    let held = json!({"metadata": {"finalizers": ["example.com/held"]}});
    patch(&two.us, "web", &held).await;
    let failed = two.ends("destroy --yes --timeout 1s", 1);
    assert!(failed.stderr.contains("example.com/held"), "{failed}");
    let words = "release `db` stays: `web` on cluster `us` needs it, and was not removed\n  on cluster `eu`";
    assert!(failed.stderr.contains(words), "{failed}");
    assert_eq!(data(&two.eu, "db").await["a"], "b");
    assert_eq!(data(&two.eu, "web").await, Value::Null, "nobody needs it");
    patch(&two.us, "web", &json!({"metadata": {"finalizers": null}})).await;
    two.ends("destroy --yes", 0);
    assert_eq!(data(&two.eu, "db").await, Value::Null);
}

async fn patch(namespace: &TestNamespace, name: &str, body: &Value) {
    let path = format!("/api/v1/namespaces/{}/configmaps/{name}", namespace.name());
    let request = http::Request::patch(path).header("content-type", "application/merge-patch+json");
    let request = request.body(body.to_string().into_bytes()).unwrap();
    namespace.client().await.unwrap().request::<Value>(request).await.unwrap();
}
