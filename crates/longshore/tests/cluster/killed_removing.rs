//! Killed at every recorded step of a removal: another one leaves nothing behind, and a deploy brings everything back.

use std::collections::BTreeSet;

use longshore_release::FaultPoint;

use crate::Stage;
use crate::killed::{is_settled, kill_at, passed};

/// Hooks before and after, objects that need one another, a volume claim that stays.
const PROJECT: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: removed
    environments: {dev: {namespace: removed}}
    defaultEnvironment: dev
    releases: {web: {chart: chart}}
    //- chart/Chart.yaml
    apiVersion: v2
    name: web
    version: 1.0.0
    //- chart/templates/hook.yaml
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: farewell
      annotations: {helm.sh/hook: 'pre-delete,post-delete', helm.sh/hook-delete-policy: 'before-hook-creation,hook-succeeded'}
    spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: 'example.com/farewell:v1'}]}}}
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
    {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]}}
    ---
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
    ";

/// The points that a removal comes to.
pub(crate) fn removal_points() -> BTreeSet<FaultPoint> {
    BTreeSet::from([
        FaultPoint::Planned,
        FaultPoint::Settled,
        FaultPoint::PendingWritten,
        FaultPoint::HookCreated,
        FaultPoint::HookEnded,
        FaultPoint::HooksRecorded,
        FaultPoint::ObjectDeleted,
        FaultPoint::Ended,
        FaultPoint::RecordDeleted,
    ])
}

async fn stage(name: &str) -> Stage {
    let mut stage = Stage::new(name, PROJECT).await;
    stage.environment.push(("LONGSHORE_HOLD_SECONDS".to_owned(), "2".to_owned()));
    // Nothing binds claims here, and nobody waits for them to be.
    stage.ok("deploy --yes");
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_is_gone_on_with_wherever_it_was_killed() {
    let whole = stage("kill-removal").await;
    assert_eq!(passed(&whole, "destroy --yes"), removal_points());
    assert_eq!(whole.everything().await, ["persistentvolumeclaims/data"]);
    for point in removal_points() {
        let stage = stage("kill-removal").await;
        kill_at(&stage, "destroy --yes", point);
        stage.ok("destroy --yes");
        assert_eq!(stage.everything().await, ["persistentvolumeclaims/data"], "{point}");
        let again = stage.ok("destroy --yes --delete-data");
        assert_eq!(stage.everything().await, Vec::<String>::new(), "{point}: {again}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_brings_back_what_a_killed_removal_took() {
    for point in removal_points() {
        let stage = stage("kill-return").await;
        let before = stage.everything().await;
        kill_at(&stage, "destroy --yes", point);
        stage.ok("deploy --yes");
        is_settled(&stage, point);
        let is_ours = |name: &&String| !name.contains("/web-") && !name.starts_with("secrets/");
        let names = |all: &[String]| all.iter().filter(is_ours).cloned().collect::<Vec<_>>();
        let mut after = names(&stage.everything().await);
        // A hook that was cut off is still there; the next removal clears it away.
        after.retain(|name| name != "jobs/farewell" && !name.starts_with("pods/farewell"));
        assert_eq!(after, names(&before), "{point}");
        assert_eq!(stage.longshore("status --drift --detailed-exitcode").code, Some(0), "{point}");
        stage.ok("destroy --yes --delete-data");
        assert_eq!(stage.everything().await, Vec::<String>::new(), "{point}");
    }
}
