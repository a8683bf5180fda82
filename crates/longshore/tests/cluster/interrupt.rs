//! A deploy that is interrupted, or killed, and the one that follows.

use crate::Stage;

/// A Deployment that never becomes ready holds the deploy up, so that it can be interrupted.
const SLOW: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: slow
    environments: {dev: {namespace: slow}}
    defaultEnvironment: dev
    releases:
      web: {manifests: web.yaml}
    //- web.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}, annotations: {longshore.dev/kwok: never-ready}}
        spec: {containers: [{name: web, image: 'example.com/web:v1'}]}
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: only-in-the-interrupted-one}}
    ";

fn make_ready(stage: &Stage) {
    let text = stage.project.read("web.yaml").unwrap();
    let (deployment, _) = text.split_once("---").unwrap();
    stage.project.write("web.yaml", &deployment.replace("never-ready", "ready")).unwrap();
}

/// Ctrl-C in the middle: the exit code is the shells' 130, and the next deploy completes, at once.
#[tokio::test(flavor = "multi_thread")]
async fn after_ctrl_c_the_next_deploy_completes() {
    let stage = Stage::new("ctrlc", SLOW).await;
    let mut deploy = stage.start("deploy");
    deploy.wait_for("waiting for 1 object to").unwrap();
    deploy.interrupt().unwrap();
    let outcome = deploy.finish().unwrap();
    assert_eq!(outcome.code, Some(130), "{outcome}");
    assert!(outcome.stderr.contains("interrupted while working on web"), "{outcome}");
    assert_eq!(stage.json("history")[0]["status"], "pending-install");

    make_ready(&stage);
    let next = stage.ok("deploy --yes");
    assert!(next.stderr.contains("revision 1 was left pending-install"), "{next}");
    let history = stage.json("history");
    assert_eq!((&history[0]["status"], &history[1]["status"]), (&"failed".into(), &"deployed".into()));
    // What only the interrupted revision had made is cleared away.
    assert!(stage.live("api/v1", "configmaps", "only-in-the-interrupted-one").await.is_none());
    assert_eq!(stage.longshore("status").code, Some(0));
}

/// A killed holder is dead after a term; a living one is named and left alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_deploy_is_followed_and_a_living_one_is_not_disturbed() {
    let stage = Stage::new("killed", SLOW).await;
    let mut deploy = stage.start("deploy");
    deploy.wait_for("waiting for 1 object to").unwrap();
    let busy = stage.longshore("deploy");
    assert_eq!(busy.code, Some(1), "{busy}");
    assert!(busy.stderr.contains("is working on release `web`") && busy.stderr.contains("tester@"), "{busy}");
    deploy.kill().unwrap();
    deploy.finish().unwrap();
    make_ready(&stage);
    stage.ok("deploy --yes");
    assert_eq!(stage.json("history")[1]["status"], "deployed");
}
