//! What real Helm leaves behind when it is killed, or writes without server-side apply, and how Longshore goes on.

use std::time::Duration;

use longshore_testkit::{Between, Deal, Program, Request, eventually};
use serde_json::Value;

use crate::Pair;

/// Runs real Helm until it writes the Deployment, and kills it there: its answer never comes.
async fn kill_helm(pair: &Pair, arguments: &str) {
    let is_it = |request: &Request| request.is_write() && request.path().ends_with("/deployments/web");
    let rule = move |request: &Request| if is_it(request) { Deal::Stall } else { Deal::Pass };
    let between = Between::before(&pair.namespace.kubeconfig(), rule).await.unwrap();
    let mut helm = Program::new(&pair.helm)
        .unwrap()
        .args(arguments.split_whitespace())
        .args(["-n", pair.namespace.name()])
        .env("KUBECONFIG", between.kubeconfig())
        .folder(pair.project.path())
        .start()
        .unwrap();
    eventually("Helm's write", Duration::from_mins(1), async || {
        Ok(between.asked().iter().any(is_it).then_some(()))
    })
    .await
    .unwrap();
    helm.kill().unwrap();
    helm.finish().unwrap();
}

fn statuses(pair: &Pair) -> Vec<String> {
    let history: Value = serde_json::from_str(&pair.longshore("history -o json")).unwrap();
    history
        .as_array()
        .unwrap()
        .iter()
        .map(|revision| revision["status"].as_str().unwrap().to_owned())
        .collect()
}

/// What Helm left `pending-install`, `pending-upgrade` and `pending-rollback` blocks Helm itself for ever; Longshore names
/// it, and takes it over when asked.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_helm_left_is_taken_over() {
    let Some(pair) = Pair::new("pending").await else { return };
    kill_helm(&pair, "install web chart --set tag=v1").await;
    assert_eq!(statuses(&pair), ["pending-install"]);
    pair.longshore("deploy --adopt");
    assert_eq!(statuses(&pair), ["failed", "deployed"]);

    pair.tag("tag: v1", "tag: v2");
    pair.longshore("deploy");
    for (arguments, left) in
        [("upgrade web chart --set tag=v3", "pending-upgrade"), ("rollback web 2", "pending-rollback")]
    {
        kill_helm(&pair, arguments).await;
        assert_eq!(statuses(&pair).last().unwrap(), left);
        let blocked = pair.said(&pair.helm, "upgrade web chart --set tag=v3");
        assert!(blocked.stderr.contains("another operation"), "{blocked}");
        let refused = pair.said(std::path::Path::new(env!("CARGO_BIN_EXE_longshore")), "deploy");
        assert_eq!(refused.code, Some(1), "{refused}");
        assert!(refused.stderr.contains("begun by Helm") && refused.stderr.contains("--adopt"), "{refused}");
        pair.longshore("deploy --adopt");
        assert_eq!(statuses(&pair).last().unwrap(), "deployed");
        let pods = pair.helm("get manifest web");
        assert!(pods.contains("example.com/web:v2"), "{pods}");
    }
    // Helm goes on from there.
    pair.helm("upgrade web chart --set tag=v4 --wait");
    assert!(pair.helm("status web").contains("STATUS: deployed"));
}

/// What Helm 3, or Helm 4 with `--server-side=false`, wrote is converted: fields that a manifest drops go, nobody is fought.
#[tokio::test(flavor = "multi_thread")]
async fn what_helm_wrote_on_the_clients_side_is_converted() {
    let Some(pair) = Pair::new("converted").await else { return };
    let settings = |data: &str| {
        let text =
            format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings}}\ndata: {{{data}}}\n");
        pair.project.write("chart/templates/settings.yaml", &text).unwrap();
    };
    settings("kept: old, dropped: x");
    pair.helm("install web chart --set tag=v1 --server-side=false");
    settings("kept: new");
    let plan = pair.longshore("plan --adopt");
    assert!(plan.contains("without server-side apply are taken over"), "{plan}");
    pair.longshore("deploy --adopt --yes");
    let client = pair.namespace.client().await.unwrap();
    let path = format!("/api/v1/namespaces/{}/configmaps/settings", pair.namespace.name());
    let live: Value = client.request(http::Request::get(path).body(Vec::new()).unwrap()).await.unwrap();
    assert_eq!(live["data"], serde_json::json!({"kept": "new"}), "{live:#}");
    let managers = live["metadata"]["managedFields"].as_array().unwrap();
    let written: Vec<_> = managers.iter().map(|entry| (&entry["manager"], &entry["operation"])).collect();
    assert_eq!(written, [(&"helm".into(), &"Apply".into())]);
    assert!(pair.longshore("deploy").contains("nothing has changed"));
    pair.helm("upgrade web chart --set tag=v2 --wait");
}
