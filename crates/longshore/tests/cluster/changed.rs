//! `longshore helm install`, `upgrade` and `rollback`: what they say and leave where it is not real Helm's way that is
//! compared (`interop/turns.rs`) but the way there: failure, interruption, the two ways of applying.

use longshore_testkit::Outcome;
use serde_json::Value;

use crate::Stage;

const CHART: &str = "
    //- chart/Chart.yaml
    apiVersion: v2
    name: web
    version: 1.0.0
    //- chart/values.yaml
    tag: v1
    port: 80
    more: false
    //- chart/templates/NOTES.txt
    {{ .Release.Revision }} runs {{ .Values.tag }}
    //- chart/templates/web.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: web}
    data: {tag: {{ .Values.tag }}}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}, ports: [{port: {{ .Values.port }}}]}
    {{- if .Values.more }}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: more}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: web, annotations: {longshore.dev/never: ready}}
    spec: {nodeName: nowhere, containers: [{name: web, image: example.com/web}]}
    {{- end }}
    ";

fn helm(stage: &Stage, arguments: &str) -> Outcome {
    stage.longshore(&format!("helm {arguments}"))
}

#[track_caller]
fn done(stage: &Stage, arguments: &str) -> String {
    let outcome = helm(stage, arguments);
    assert_eq!(outcome.code, Some(0), "{arguments}\n{outcome}");
    outcome.stdout
}

/// Who owns the fields of an object, and how.
async fn owners(stage: &Stage, kind: &str, name: &str) -> Vec<String> {
    let live = stage.live("api/v1", kind, name).await.unwrap();
    let entries = live["metadata"]["managedFields"].as_array().cloned().unwrap_or_default();
    let own = entries.iter().filter(|entry| entry["subresource"].is_null());
    own.map(|entry| {
        format!("{} {}", entry["manager"].as_str().unwrap(), entry["operation"].as_str().unwrap())
    })
    .collect()
}

fn history(stage: &Stage) -> Vec<(String, String)> {
    let history: Value = serde_json::from_str(&done(stage, "history r -o json")).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = history.as_array().unwrap().iter();
    all.map(|revision| (text(&revision["status"]), text(&revision["description"]))).collect()
}

/// What was patched is applied from the first upgrade on that says so, and nothing is left of the old owner.
#[tokio::test(flavor = "multi_thread")]
async fn owners_change_with_the_way_of_applying() {
    let stage = Stage::new("ways", CHART).await;
    done(&stage, "install r chart --server-side=false");
    assert_eq!(owners(&stage, "configmaps", "web").await, ["helm Update"]);
    done(&stage, "upgrade r chart --set tag=v2");
    assert_eq!(owners(&stage, "configmaps", "web").await, ["helm Update"]);
    done(&stage, "upgrade r chart --set tag=v3 --server-side=true");
    assert_eq!(owners(&stage, "configmaps", "web").await, ["helm Apply"]);
    // The way of the revision that is gone back to.
    done(&stage, "rollback r 1");
    let live = stage.live("api/v1", "configmaps", "web").await.unwrap();
    assert_eq!(live["data"]["tag"], "v1");
    let records: Value = serde_json::from_str(&done(&stage, "history r -o json")).unwrap();
    assert_eq!(records[3]["rollback_revision"], 1, "{records}");
}

/// An upgrade that fails is taken back, what was new goes, and each step is in the history.
#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_taken_back() {
    let stage = Stage::new("takenback", CHART).await;
    let shown = done(&stage, "install r chart");
    assert!(shown.contains("REVISION: 1") && shown.ends_with("NOTES:\n1 runs v1\n"), "{shown}");
    let failed = helm(
        &stage,
        "upgrade r chart --set more=true,tag=v2 --rollback-on-failure --cleanup-on-fail --timeout 2s",
    );
    assert_eq!(failed.code, Some(1), "{failed}");
    let reason = "Error: UPGRADE FAILED: release r failed, and has been rolled back due to rollback-on-failure being set: ";
    assert!(failed.stderr.contains(reason), "{failed}");
    assert!(stage.live("api/v1", "configmaps", "more").await.is_none());
    let live = stage.live("api/v1", "configmaps", "web").await.unwrap();
    assert_eq!(live["data"]["tag"], "v1");
    let history = history(&stage);
    let statuses: Vec<&str> = history.iter().map(|(status, _)| status.as_str()).collect();
    assert_eq!(statuses, ["superseded", "failed", "deployed"]);
    assert_eq!(history[2].1, "Rollback to 1");
}

/// An install that is interrupted says so and is recorded as failed; the name can be used again with `--replace`.
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_install_is_recorded_as_failed() {
    let stage = Stage::new("cancelled", CHART).await;
    let mut started = stage.start("helm install r chart --set more=true --wait --debug");
    started.wait_for("waiting for resources").unwrap();
    started.interrupt().unwrap();
    let outcome = started.finish().unwrap();
    assert_eq!(outcome.code, Some(1), "{outcome}");
    assert!(outcome.stdout.contains("Release r has been cancelled.\n"), "{outcome}");
    assert!(outcome.stderr.ends_with("Error: INSTALLATION FAILED: context canceled\n"), "{outcome}");
    assert_eq!(history(&stage), [("failed".to_owned(), "Release \"r\" failed: context canceled".to_owned())]);
    done(&stage, "install r chart --replace");
    assert_eq!(history(&stage)[1].0, "deployed");
}

/// At level 3.22 the same words as Helm 3 says, and its old switch for Pods.
#[tokio::test(flavor = "multi_thread")]
async fn the_old_level_has_old_words() {
    let stage = Stage::new("oldwords", CHART).await;
    let shown = done(&stage, "install r chart --helm-compat 3.22");
    assert!(!shown.contains("DESCRIPTION:"), "{shown}");
    let again = helm(&stage, "install r chart --helm-compat 3.22");
    assert_eq!(again.stderr, "Error: INSTALLATION FAILED: cannot re-use a name that is still in use\n");
    let upgraded = helm(&stage, "upgrade r chart --recreate-pods --helm-compat 3.22");
    assert_eq!(upgraded.code, Some(0), "{upgraded}");
    assert!(upgraded.stderr.starts_with("Flag --recreate-pods has been deprecated, "), "{upgraded}");
    let unknown = helm(&stage, "upgrade r chart --server-side=false --helm-compat 3.22");
    assert_eq!(unknown.stderr, "Error: unknown flag: --server-side\n");
}
