//! Frozen plans: what `plan -o FILE` writes, `deploy FILE` carries out and nothing else; sealed where they must be; stale
//! only when a field that they write, or its owner, has changed (design decision 4).

use longshore_secrets::Identity;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::Stage;

const SHOP: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {namespace: shop}, sealed: {extends: dev, recipients: [RECIPIENT]}}
    defaultEnvironment: dev
    releases:
      base: {manifests: base.yaml}
      web: {chart: chart, needs: base, set: {level: info}}
    //- base.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: base}, data: {a: b}}
    //- chart/Chart.yaml
    {apiVersion: v2, name: web, version: 1.0.0}
    //- chart/templates/NOTES.txt
    level {{ .Values.level }}
    //- chart/templates/web.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: web, annotations: {team: shop}}
    data: {level: {{ .Values.level | quote }}, drawn: {{ randAlphaNum 12 | quote }}}
    ";

async fn data(stage: &Stage, name: &str) -> Value {
    stage.live("api/v1", "configmaps", name).await.map_or(Value::Null, |object| object["data"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_what_was_frozen_is_deployed() {
    let stage = Stage::new("frozen", &SHOP.replace("RECIPIENT", "")).await;
    let planned = stage.ok("plan -o out.plan -o json");
    assert!(serde_json::from_str::<Value>(&planned.stdout).is_ok(), "{planned}");
    let file: Value = serde_json::from_str(&stage.project.read("out.plan").unwrap()).unwrap();
    assert_eq!(file["wait"]["grace"]["settle"], "0s", "how it waits, as the project file has it");
    let manifest = file["waves"][1][0]["content"]["objects"][0]["object"].clone();
    assert!(stage.everything().await.is_empty(), "planning writes nothing");

    // Neither the project nor its charts are looked at again.
    std::fs::remove_dir_all(stage.project.file("chart")).unwrap();
    std::fs::remove_file(stage.project.file("longshore.yaml")).unwrap();
    let shown = stage.ok("deploy out.plan --dry-run");
    assert!(shown.stdout.contains("+ ConfigMap/web"), "{shown}");
    let done = stage.ok("deploy out.plan");
    assert!(done.stdout.contains("level info"), "{done}");
    assert_eq!(data(&stage, "web").await, manifest["data"], "the random draw too");
    assert_eq!(data(&stage, "base").await, json!({"a": "b"}));
    // Once more, as after an interruption: all is done.
    let again = stage.ok("deploy out.plan");
    assert!(again.stdout.contains("nothing has changed"), "{again}");
}

/// What counts as ready is in the plan, too: by its project's rule this object has failed.
#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_plan_waits_as_its_project_does() {
    let files = "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        environments: {dev: {}}
        defaultEnvironment: dev
        releases: {web: {manifests: web.yaml}}
        wait:
          readiness: [{kind: ConfigMap, path: .data.phase, ready: Up, failed: [Down]}]
        //- web.yaml
        {apiVersion: v1, kind: ConfigMap, metadata: {name: state}, data: {phase: Down}}
        ";
    let stage = Stage::new("frozenwait", files).await;
    stage.ok("plan -o out.plan");
    std::fs::remove_file(stage.project.file("longshore.yaml")).unwrap();
    let outcome = stage.longshore("deploy out.plan");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    assert!(outcome.stderr.contains("ConfigMap/state: .data.phase is Down"), "{outcome}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_stale_only_by_what_it_writes() {
    let stage = Stage::new("stale", &SHOP.replace("RECIPIENT", "")).await;
    stage.ok("deploy --only base");
    stage
        .project
        .write("base.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: base}, data: {a: c}}")
        .unwrap();
    stage.ok("plan --only base -o out.plan");
    let base = "api/v1/namespaces/{ns}/configmaps/base";
    // Other fields of the same object do not matter.
    stage
        .patch(base, "operator", &json!({"metadata": {"annotations": {"seen": "yes"}}, "data": {"z": "1"}}))
        .await;
    assert_eq!(stage.longshore("deploy out.plan --dry-run").code, Some(0));
    // The value of one that it writes does.
    stage.patch(base, "kubectl-edit", &json!({"data": {"a": "by hand"}})).await;
    let stale = stage.longshore("deploy out.plan");
    assert_eq!(stale.code, Some(1), "{stale}");
    for part in ["the plan is stale", "ConfigMap/base data.a", "kubectl-edit", "make a new plan"] {
        assert!(stale.stderr.contains(part), "{part}: {stale}");
    }
    assert_eq!(data(&stage, "base").await["a"], "by hand");
    // And so does its owner, even with the old value.
    stage.ok("deploy --only base --overwrite");
    stage
        .project
        .write("base.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: base}, data: {a: d}}")
        .unwrap();
    stage.ok("plan --only base -o out.plan");
    stage.patch(base, "kubectl-edit", &json!({"data": {"a": "x"}})).await;
    stage.patch(base, "kubectl-edit", &json!({"data": {"a": "c"}})).await;
    let stale = stage.longshore("deploy out.plan");
    assert!(stale.stderr.contains("is owned by kubectl-edit"), "{stale}");
    // An object that is gone, too.
    stage.ok("deploy --only base --overwrite");
    stage
        .project
        .write("base.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: base}, data: {a: e}}")
        .unwrap();
    stage.ok("plan --only base -o out.plan");
    stage.ok("destroy --yes --only base");
    let stale = stage.longshore("deploy out.plan");
    assert!(stale.stderr.contains("ConfigMap/base was there, and is gone"), "{stale}");
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_sealed_to_the_environments_recipients() {
    let (ours, other) = (Identity::generate(), Identity::generate());
    let stage = Stage::new("sealed", &SHOP.replace("RECIPIENT", &ours.recipient().to_string())).await;
    let secret =
        "{apiVersion: v1, kind: Secret, metadata: {name: base}, stringData: {password: hunter2-hunter2}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: base}, data: {url: 'amqp://u:hunter2-hunter2@mq'}}";
    stage.project.write("base.yaml", secret).unwrap();
    let refused = stage.longshore("plan -o out.plan");
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(refused.stderr.contains("names nobody to seal them to"), "{refused}");
    assert!(refused.stderr.contains("longshore.yaml:4"), "{refused}");
    assert!(!stage.project.file("out.plan").exists());

    stage.ok("plan -e sealed -o out.plan");
    let text = stage.project.read("out.plan").unwrap();
    for secret in ["hunter2-hunter2", "aHVudGVyMi1odW50ZXIy", "hunter2"] {
        assert!(!text.contains(secret), "{secret} is in the plan");
    }
    let file: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(file["waves"][0][0]["objects"][1]["data"]["url"], "amqp://u:(hidden)@mq");
    assert_eq!(file["waves"][0][0]["recipients"], json!([ours.recipient().to_string()]));
    assert!(file["waves"][1][0]["content"].is_object(), "a release without secrets is not sealed");

    let key = |name: &str, identity: &Identity| {
        stage.project.write(name, &format!("# key\n{}\n", identity.secret().expose_secret())).unwrap();
    };
    key("ours.key", &ours);
    key("other.key", &other);
    let sealed = stage.longshore("deploy out.plan");
    assert_eq!(sealed.code, Some(1));
    assert!(sealed.stderr.contains("is sealed") && sealed.stderr.contains("--identity"), "{sealed}");
    let wrong = stage.longshore("deploy out.plan --identity other.key");
    assert!(wrong.stderr.contains("sealed to other recipients"), "{wrong}");
    assert!(stage.everything().await.is_empty());
    let done = stage.ok("deploy out.plan --identity ours.key");
    assert!(!format!("{done}").contains("hunter2"), "{done}");
    let live = stage.live("api/v1", "secrets", "base").await.unwrap();
    assert_eq!(live["data"]["password"], "aHVudGVyMi1odW50ZXIy");
    let by_variable =
        stage.program("deploy out.plan").env("LONGSHORE_IDENTITY", ours.secret().expose_secret());
    assert_eq!(by_variable.run().unwrap().code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_are_for_one_cluster_one_environment_and_whole() {
    let stage = Stage::new("forone", &SHOP.replace("RECIPIENT", "")).await;
    stage.ok("plan -o out.plan");
    let other = stage.longshore("deploy out.plan -e sealed");
    assert_eq!(other.code, Some(64), "{other}");
    assert!(other.stderr.contains("for environment `dev`, not for `sealed`"), "{other}");
    let text = stage.project.read("out.plan").unwrap();
    let mut file: Value = serde_json::from_str(&text).unwrap();
    file["cluster"]["id"] = json!("another");
    stage.project.write("other.plan", &file.to_string()).unwrap();
    let refused = stage.longshore("deploy other.plan");
    assert!(refused.stderr.contains("the plan was made for cluster"), "{refused}");
    for (name, text, part) in [
        ("cut.plan", &text[..text.len() / 2], "this is no frozen plan"),
        ("list.plan", "{\"kind\": \"List\"}", "this is no frozen plan"),
        ("new.plan", "{\"kind\": \"Plan\", \"apiVersion\": \"longshore.dev/v9\"}", "longshore.dev/v9"),
        (
            "less.plan",
            "{\"kind\": \"Plan\", \"apiVersion\": \"longshore.dev/v1alpha1\"}",
            "the plan is damaged",
        ),
    ] {
        stage.project.write(name, text).unwrap();
        let refused = stage.longshore(&format!("deploy {name}"));
        assert_eq!(refused.code, Some(1), "{refused}");
        assert!(refused.stderr.contains(part), "{name}: {refused}");
    }
    assert_eq!(stage.longshore("deploy missing.plan").code, Some(1));
    assert!(stage.everything().await.is_empty());
}
