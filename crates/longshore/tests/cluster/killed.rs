//! Killed at every recorded step of an install, an upgrade and a rollback: the next command ends in the right state.
//!
//! The steps are `longshore_release::FaultPoint::ALL`. Each operation has a table of those that it comes to; that it
//! comes to no others, and to all of them, is tested too, so no point can be forgotten.

use std::collections::BTreeSet;

use longshore_release::FaultPoint;
use serde_json::Value;

use crate::Stage;
use crate::killed_removing::removal_points;

/// A chart with everything that an operation can come to: a definition, hooks, a Job that cannot be changed in place,
/// an object that only one of the revisions has.
const PROJECT: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: killed
    environments: {dev: {namespace: killed}}
    defaultEnvironment: dev
    releases: {web: {chart: chart}}
    //- chart/Chart.yaml
    apiVersion: v2
    name: web
    version: 1.0.0
    //- chart/crds/definition.yaml
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: GROUP}
    spec:
      group: SUFFIX
      scope: Namespaced
      names: {kind: Widget, plural: widgets}
      versions:
        - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
    //- chart/templates/hook.yaml
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: migrate
      annotations: {helm.sh/hook: 'pre-install,pre-upgrade,pre-rollback'}
    spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: 'example.com/migrate:v1'}]}}}
    //- chart/templates/all.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, image: 'example.com/web:v1', envFrom: [{configMapRef: {name: settings}}]}]}
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {version: v1}}
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: only-v1}}
    ---
    apiVersion: batch/v1
    kind: Job
    metadata: {name: once}
    spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: 'example.com/once:v1'}]}}}
    ---
    {apiVersion: SUFFIX/v1, kind: Widget, metadata: {name: one}, spec: {version: v1}}
    ";

/// A namespace and a project whose definition is of a group of its own: definitions are shared by all tests.
async fn stage(name: &str) -> Stage {
    let mut stage = Stage::new(name, PROJECT).await;
    let suffix = format!("{}.example.com", stage.namespace.name());
    for file in ["chart/crds/definition.yaml", "chart/templates/all.yaml"] {
        let text = stage.project.read(file).unwrap();
        let text = text.replace("GROUP", &format!("widgets.{suffix}")).replace("SUFFIX", &suffix);
        stage.project.write(file, &text).unwrap();
    }
    stage.environment.push(("LONGSHORE_HOLD_SECONDS".to_owned(), "2".to_owned()));
    stage
}

/// The next version of the chart: everything in it changes, and `only-v1` goes.
fn second_version(stage: &Stage) {
    let text = stage.project.read("chart/templates/all.yaml").unwrap();
    let text = text.replace("{apiVersion: v1, kind: ConfigMap, metadata: {name: only-v1}}\n---\n", "");
    stage
        .project
        .write("chart/templates/all.yaml", &text.replace(":v1", ":v2").replace("version: v1", "version: v2"))
        .unwrap();
    let text = stage.project.read("chart/crds/definition.yaml").unwrap();
    let text = text.replace("plural: widgets}", "plural: widgets, shortNames: [wi]}");
    stage.project.write("chart/crds/definition.yaml", &text).unwrap();
}

/// Takes the definition away, which no release does.
async fn clean(stage: &Stage) {
    let client = stage.namespace.client().await.unwrap();
    let name = format!("widgets.{}.example.com", stage.namespace.name());
    let path = format!("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}");
    client.request::<Value>(http::Request::delete(path).body(Vec::new()).unwrap()).await.unwrap();
}

/// Runs a command until it comes to `point`, and kills it there.
pub(crate) fn kill_at(stage: &Stage, arguments: &str, point: FaultPoint) {
    let program = stage.program(arguments).env("LONGSHORE_FAULT", point.name());
    let mut started = program.start().unwrap();
    started.wait_for(&format!("stopped at {point}")).unwrap();
    started.kill().unwrap();
    started.finish().unwrap();
}

/// What the objects say of their version, and which there are.
async fn is(stage: &Stage, version: &str, at: FaultPoint) {
    let pods = "/spec/template/spec/containers/0/image";
    let suffix = format!("apis/{}.example.com/v1", stage.namespace.name());
    for (group, plural, name, pointer, value) in [
        ("api/v1", "configmaps", "settings", "/data/version", version.to_owned()),
        ("apis/apps/v1", "deployments", "web", pods, format!("example.com/web:{version}")),
        ("apis/batch/v1", "jobs", "once", pods, format!("example.com/once:{version}")),
        (&suffix, "widgets", "one", "/spec/version", version.to_owned()),
    ] {
        let live = stage.live(group, plural, name).await.unwrap();
        assert_eq!(live.pointer(pointer).and_then(Value::as_str), Some(value.as_str()), "{at}: {live:#}");
    }
    let extra = stage.live("api/v1", "configmaps", "only-v1").await;
    assert_eq!(extra.is_some(), version == "v1", "{at}");
}

/// One revision is deployed, the last; none is pending.
pub(crate) fn is_settled(stage: &Stage, at: FaultPoint) {
    let history = stage.json("history");
    let statuses: Vec<&str> =
        history.as_array().unwrap().iter().map(|revision| revision["status"].as_str().unwrap()).collect();
    let (last, earlier) = statuses.split_last().unwrap();
    assert_eq!(*last, "deployed", "{at}: {statuses:?}");
    assert!(earlier.iter().all(|status| matches!(*status, "superseded" | "failed")), "{at}: {statuses:?}");
}

/// The points that an operation comes to.
fn reached(points: &[FaultPoint]) -> BTreeSet<FaultPoint> {
    let always = [
        FaultPoint::Planned,
        FaultPoint::Settled,
        FaultPoint::PendingWritten,
        FaultPoint::HookCreated,
        FaultPoint::HookEnded,
        FaultPoint::HooksRecorded,
        FaultPoint::ObjectApplied,
        FaultPoint::AllApplied,
        FaultPoint::Ready,
        FaultPoint::Ended,
    ];
    always.into_iter().chain(points.iter().copied()).collect()
}

/// Runs a command that is stopped nowhere, and gives back where it could have been stopped.
pub(crate) fn passed(stage: &Stage, arguments: &str) -> BTreeSet<FaultPoint> {
    let outcome = stage.program(arguments).env("LONGSHORE_FAULT", "none").run().unwrap();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let told = outcome.stderr.lines().filter_map(|line| line.strip_prefix("passed "));
    told.map(|name| FaultPoint::named(name).unwrap()).collect()
}

const DEPLOY: &str = "deploy --yes --recreate Job/once";
const ROLLBACK: &str = "rollback web --yes --recreate Job/once";

#[tokio::test(flavor = "multi_thread")]
async fn an_install_is_gone_on_with_wherever_it_was_killed() {
    let points = reached(&[FaultPoint::DefinitionApplied]);
    let whole = stage("kill-install").await;
    assert_eq!(passed(&whole, DEPLOY), points);
    for point in points {
        let stage = stage("kill-install").await;
        kill_at(&stage, DEPLOY, point);
        stage.ok(DEPLOY);
        is(&stage, "v1", point).await;
        is_settled(&stage, point);
        assert_eq!(stage.longshore("plan --detailed-exitcode").code, Some(0), "{point}");
        clean(&stage).await;
    }
    clean(&whole).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_is_gone_on_with_wherever_it_was_killed() {
    let points = reached(&[
        FaultPoint::DefinitionApplied,
        FaultPoint::RecreatedDeleted,
        FaultPoint::ObjectDeleted,
        FaultPoint::Superseded,
    ]);
    let whole = stage("kill-upgrade").await;
    whole.ok(DEPLOY);
    second_version(&whole);
    assert_eq!(passed(&whole, DEPLOY), points);
    for point in points {
        let stage = stage("kill-upgrade").await;
        stage.ok(DEPLOY);
        second_version(&stage);
        kill_at(&stage, DEPLOY, point);
        stage.ok(DEPLOY);
        is(&stage, "v2", point).await;
        is_settled(&stage, point);
        assert_eq!(stage.longshore("plan --detailed-exitcode").code, Some(0), "{point}");
        clean(&stage).await;
    }
    clean(&whole).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_is_gone_on_with_wherever_it_was_killed() {
    let points = reached(&[FaultPoint::RecreatedDeleted, FaultPoint::Superseded]);
    let whole = stage("kill-rollback").await;
    whole.ok(DEPLOY);
    second_version(&whole);
    whole.ok(DEPLOY);
    assert_eq!(passed(&whole, ROLLBACK), points);
    for point in points {
        let stage = stage("kill-rollback").await;
        stage.ok(DEPLOY);
        second_version(&stage);
        stage.ok(DEPLOY);
        kill_at(&stage, ROLLBACK, point);
        // After its last write it was complete: another rollback would be another one.
        if point != FaultPoint::Ended {
            stage.ok(ROLLBACK);
        }
        is(&stage, "v1", point).await;
        is_settled(&stage, point);
        clean(&stage).await;
    }
    clean(&whole).await;
}

/// The points that only a longer history comes to.
#[tokio::test(flavor = "multi_thread")]
async fn settling_and_pruning_may_be_cut_short_too() {
    let stage = stage("kill-others").await;
    kill_at(&stage, DEPLOY, FaultPoint::PendingWritten);
    kill_at(&stage, DEPLOY, FaultPoint::Settled);
    kill_at(&stage, DEPLOY, FaultPoint::AllApplied);
    stage.ok(DEPLOY);
    is_settled(&stage, FaultPoint::Settled);
    is(&stage, "v1", FaultPoint::Settled).await;
    let text = stage.project.read("chart/templates/all.yaml").unwrap();
    for number in 0..9 {
        let changed = text.replace("version: v1", &format!("version: 'v1', number: '{number}'"));
        stage.project.write("chart/templates/all.yaml", &changed).unwrap();
        if number == 8 { kill_at(&stage, DEPLOY, FaultPoint::Pruned) } else { drop(stage.ok(DEPLOY)) }
    }
    is_settled(&stage, FaultPoint::Pruned);
    assert_eq!(stage.json("history").as_array().unwrap().len(), 10);
    assert!(stage.ok(DEPLOY).stdout.contains("nothing has changed"));
    clean(&stage).await;
}

/// Every point of the list is in one of the tables above.
#[test]
fn no_point_is_forgotten() {
    let mut all = reached(&[
        FaultPoint::DefinitionApplied,
        FaultPoint::RecreatedDeleted,
        FaultPoint::ObjectDeleted,
        FaultPoint::Superseded,
    ]);
    all.insert(FaultPoint::Pruned);
    all.extend(removal_points());
    assert_eq!(all, BTreeSet::from(FaultPoint::ALL));
}
