//! What a removal or a hook spares: what has changed since it was looked at, what others have, what holds data.

use serde_json::{Value, json};

use crate::Stage;

const SHOP: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {namespace: shop}}
    defaultEnvironment: dev
    releases:
      web: {manifests: web.yaml}
    //- web.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {a: b}}
    ";

fn append(stage: &Stage, file: &str, text: &str) {
    let before = stage.project.read(file).unwrap();
    stage.project.write(file, &format!("{before}{text}\n")).unwrap();
}

async fn claim(stage: &Stage, name: &str) -> Option<Value> {
    stage.live("api/v1", "persistentvolumeclaims", name).await
}

/// While somebody reads what would be removed, another one deploys: what is new is not left without a record, and what
/// nobody has agreed to is not deleted.
#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_was_deployed_since_is_not_removed() {
    let stage = Stage::new("spared", SHOP).await;
    stage.ok("deploy");
    let mut destroying = stage.on_terminal("longshore destroy -n {ns}");
    destroying.wait_for("remove all this").unwrap();
    append(&stage, "web.yaml", "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: new}, data: {a: b}}");
    stage.ok("deploy");
    destroying.type_keys("y\n").unwrap();
    let refused = destroying.finish().unwrap();
    assert_eq!(refused.code, Some(1), "{refused}");
    for part in
        ["release `web` has changed since its removal was planned", "ConfigMap/new", "run the command again"]
    {
        assert!(refused.stdout.contains(part), "no {part:?} in {refused}");
    }
    for name in ["web", "new"] {
        assert!(stage.live("api/v1", "configmaps", name).await.is_some(), "{name}");
    }
    assert_eq!(stage.json("history")[1]["status"], "deployed");
    // What was only deployed again goes as it was agreed to.
    let mut destroying = stage.on_terminal("longshore destroy -n {ns}");
    destroying.wait_for("remove all this").unwrap();
    let text = stage.project.read("web.yaml").unwrap();
    stage.project.write("web.yaml", &text.replace("a: b", "a: c")).unwrap();
    stage.ok("deploy");
    destroying.type_keys("y\n").unwrap();
    let done = destroying.finish().unwrap();
    assert_eq!(done.code, Some(0), "{done}");
    assert!(stage.everything().await.is_empty(), "{:?}", stage.everything().await);
}

const SET: &str = "
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 0
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: db}]}}
  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}}]";

/// `--delete-data` is about the release's own data: a StatefulSet that another release has taken over keeps its claims,
/// and a claim that carries another release's marks is that one's.
#[tokio::test(flavor = "multi_thread")]
async fn data_of_other_releases_outlives_delete_data() {
    let stage = Stage::new("spared-data", SHOP).await;
    append(&stage, "web.yaml", SET);
    stage.ok("deploy");
    let made = |name: &str, marks: Value| {
        json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name,
                "labels": {"app.kubernetes.io/managed-by": "Helm"}, "annotations": marks},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}})
    };
    let marks = |release: &str| json!({"meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": stage.namespace.name()});
    for (name, marks) in
        [("data-db-0", json!({})), ("data-db-1", marks("other")), ("data-db-2", marks("web"))]
    {
        stage.make("api/v1/namespaces/{ns}/persistentvolumeclaims", &made(name, marks)).await;
    }
    let plan = stage.json("destroy --delete-data --dry-run");
    assert_eq!(
        plan["deleted"],
        json!([
            "StatefulSet/db",
            "ConfigMap/web",
            "PersistentVolumeClaim/data-db-0",
            "PersistentVolumeClaim/data-db-2"
        ])
    );
    // The set is another release's by now, and with it what it has claimed.
    let taken = json!({"metadata": {"annotations": marks("other")}});
    stage.patch("apis/apps/v1/namespaces/{ns}/statefulsets/db", "somebody", &taken).await;
    stage.ok("destroy --delete-data --yes");
    for (name, is_there) in [("data-db-0", true), ("data-db-1", true), ("data-db-2", false)] {
        assert_eq!(claim(&stage, name).await.is_some(), is_there, "{name}");
    }
    assert!(stage.live("apis/apps/v1", "statefulsets", "db").await.is_some());
}

const BACKUP: &str = "
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: backups}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: backup}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: backup, image: backup}]}}}";

/// A Job of the project file may bring the claim that it writes to: that is neither made anew with each deploy nor gone
/// with `destroy`. What belongs to another release it does not touch.
#[tokio::test(flavor = "multi_thread")]
async fn a_hook_keeps_data_and_what_others_have() {
    let stage = Stage::new("spared-hook", SHOP).await;
    stage.project.write("job.yaml", BACKUP).unwrap();
    let text = stage.project.read("longshore.yaml").unwrap();
    let hooked =
        text.replace("manifests: web.yaml", "manifests: web.yaml, hooks: {preDeploy: [{job: job.yaml}]}");
    stage.project.write("longshore.yaml", &hooked).unwrap();
    let uid = async |kind: &str| match kind {
        "Job" => {
            stage.live("apis/batch/v1", "jobs", "backup").await.map(|live| live["metadata"]["uid"].clone())
        }
        _ => claim(&stage, "backups").await.map(|live| live["metadata"]["uid"].clone()),
    };
    stage.ok("deploy");
    let before = (uid("Job").await, uid("Claim").await);
    let change = |to: &str| {
        let text = stage.project.read("web.yaml").unwrap();
        stage.project.write("web.yaml", &text.replace("a: b", to)).unwrap();
    };
    change("a: c");
    stage.ok("deploy");
    let after = (uid("Job").await, uid("Claim").await);
    assert!(before.0.is_some() && after.0.is_some() && before.0 != after.0, "the Job is made anew");
    assert!(before.1.is_some() && before.1 == after.1, "the data is the same");

    stage
        .patch(
            "apis/batch/v1/namespaces/{ns}/jobs/backup",
            "somebody",
            &json!({"metadata": {"annotations":
        {"meta.helm.sh/release-name": "other", "meta.helm.sh/release-namespace": stage.namespace.name()}}}),
        )
        .await;
    let text = stage.project.read("web.yaml").unwrap();
    stage.project.write("web.yaml", &text.replace("a: c", "a: d")).unwrap();
    let refused = stage.longshore("deploy");
    assert_eq!(refused.code, Some(1), "{refused}");
    for part in ["exists and belongs to release `other`", "in preDeploy hook Job/backup", "another name"] {
        assert!(refused.stderr.contains(part), "no {part:?} in {refused}");
    }
    assert_eq!(uid("Job").await, after.0);

    let gone = stage.ok("destroy --yes");
    assert!(gone.stderr.contains("PersistentVolumeClaim/backups"), "{gone}");
    assert_eq!((uid("Job").await, uid("Claim").await), after, "neither is the release's to delete");
}
