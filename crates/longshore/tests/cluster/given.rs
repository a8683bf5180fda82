//! Variables of the command line in plans, frozen plans and records.

use serde_json::{Value, json};

use crate::Stage;

const SHOP: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: given
    environments: {dev: {vars: {level: info}}}
    defaultEnvironment: dev
    releases:
      web: {chart: chart, set: {level: '${env.vars.level}', log: '${env.vars.password}'}}
    //- chart/Chart.yaml
    {apiVersion: v2, name: web, version: 1.0.0}
    //- chart/templates/web.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {level: {{ .Values.level | quote }}}}
    ";

async fn level(stage: &Stage) -> Value {
    stage
        .live("api/v1", "configmaps", "web")
        .await
        .map_or(Value::Null, |object| object["data"]["level"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_is_told_by_plans_and_records() {
    let stage = Stage::new("given", SHOP).await;
    let given = "--var level=debug --var password=open-sesame";
    let shown = stage.ok(&format!("plan {given}"));
    assert!(shown.stdout.contains("\nwith --var level=debug --var password=(hidden)\n"), "{shown}");
    let markdown = stage.ok(&format!("plan {given} -o markdown"));
    assert!(markdown.stdout.contains("\nWith `--var level=debug --var password=(hidden)`.\n"), "{markdown}");
    let plan = stage.json(&format!("plan {given}"));
    assert_eq!(plan["vars"], json!({"level": "debug", "password": "(hidden)"}));
    stage.ok(&format!("deploy {given}"));
    assert_eq!(level(&stage).await, "debug");
    let history = stage.json("history --var password=x");
    assert_eq!(history[0]["vars"], json!({"level": "debug", "password": "(hidden)"}), "{history}");

    // A frozen plan carries them, and is carried out without the project.
    stage.ok("plan -o out.plan --var level=warn --var password=y");
    std::fs::remove_file(stage.project.file("longshore.yaml")).unwrap();
    let shown = stage.ok("deploy out.plan --dry-run");
    assert!(shown.stdout.contains("\nwith --var level=warn --var password=(hidden)\n"), "{shown}");
    stage.ok("deploy out.plan");
    assert_eq!(level(&stage).await, "warn");
    let secret = stage.live("api/v1", "secrets", "sh.helm.release.v1.web.v2").await.unwrap();
    let noted = secret["metadata"]["annotations"]["longshore.dev/vars"].as_str().unwrap();
    assert_eq!(noted, "{\"level\":\"warn\",\"password\":\"(hidden)\"}");
}
