//! Where a revision comes from: who, from which commit, in which pipeline run, with which plan; and what is different
//! between two of them.

use longshore_testkit::Program;
use serde_json::Value;

use crate::Stage;

const SHOP: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {namespace: shop}}
    defaultEnvironment: dev
    releases: {web: {chart: chart, set: {level: info, password: hunter2-hunter2}}}
    //- chart/Chart.yaml
    {apiVersion: v2, name: web, version: 1.0.0}
    //- chart/templates/web.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: web}
    data: {level: {{ .Values.level | quote }}}
    ---
    apiVersion: v1
    kind: Secret
    metadata: {name: web}
    stringData: {password: {{ .Values.password | quote }}}
    {{- if eq .Values.level \"warn\" }}
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: more}}
    {{- end }}
    ";

fn git(stage: &Stage, arguments: &[&str]) -> String {
    let author = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    let program = Program::new("git").unwrap().folder(stage.project.path());
    let outcome = program.args(author).args(arguments).run().unwrap();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    outcome.stdout.trim().to_owned()
}

fn set(stage: &Stage, from: &str, to: &str) {
    let file = stage.project.read("longshore.yaml").unwrap();
    stage.project.write("longshore.yaml", &file.replace(from, to)).unwrap();
}

fn sha256(stage: &Stage, file: &str) -> String {
    let outcome = Program::new("sha256sum").unwrap().args([file]).folder(stage.project.path()).run().unwrap();
    format!("sha256:{}", outcome.stdout.split_whitespace().next().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn records_say_who_when_from_what_and_by_which_plan() {
    let stage = Stage::new("recorded", SHOP).await;
    git(&stage, &["init", "--quiet", "--initial-branch", "main"]);
    git(&stage, &["add", "--all"]);
    git(&stage, &["commit", "--quiet", "--message", "one"]);
    let commit = git(&stage, &["rev-parse", "HEAD"]);
    stage.project.write("first.json", &stage.ok("plan -o json").stdout).unwrap();
    stage.ok("deploy");
    set(&stage, "level: info", "level: warn");
    let second = stage.program("deploy").env("GITHUB_RUN_ID", "run-4711").env("USER", "ann").run().unwrap();
    assert_eq!(second.code, Some(0), "{second}");
    set(&stage, "level: warn", "level: error");
    let third = stage.program("deploy --yes").env("GITHUB_SHA", "0123456789abcdef").run().unwrap();
    assert_eq!(third.code, Some(0), "{third}");

    let history = stage.json("history web");
    let of = |index: usize, field: &str| history[index][field].as_str().unwrap_or_default().to_owned();
    assert_eq!(of(0, "commit"), commit);
    assert_eq!(of(0, "plan"), sha256(&stage, "first.json"), "what sha256sum says of `plan -o json`");
    assert!(of(0, "by").starts_with("tester@"));
    assert_eq!(of(1, "commit"), format!("{commit} (with changes)"));
    assert_eq!((of(1, "pipelineRun"), of(1, "by").starts_with("ann@")), ("run-4711".to_owned(), true));
    assert_eq!(of(2, "commit"), "0123456789abcdef");
    assert_ne!(of(1, "plan"), of(2, "plan"));
    let shown = stage.ok("history web").stdout;
    for part in ["COMMIT", "RUN", "PLAN", "run-4711", &commit[..12], &of(0, "plan")[7..19]] {
        assert!(shown.contains(part), "{part}: {shown}");
    }

    let diff = stage.ok("history web --diff 1 2").stdout;
    for part in
        ["~ value level: info → warn", "~ ConfigMap/web", "data.level: info → warn", "+ ConfigMap/more"]
    {
        assert!(diff.contains(part), "{part}: {diff}");
    }
    let markdown = stage.ok("history web --diff 2 3 -o markdown").stdout;
    for part in ["```diff", "- ConfigMap/more", "-   data.level: warn", "+   data.level: error"] {
        assert!(markdown.contains(part), "{part}: {markdown}");
    }
    assert!(stage.ok("history web --diff 3 3").stdout.contains("no differences"));
    let missing = stage.longshore("history web --diff 1 9");
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("its revisions are 1, 2, 3"), "{missing}");
}

/// A frozen plan brings its maker and its commit along, and the record names the file's digest.
#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_plan_says_where_it_came_from() {
    let stage = Stage::new("fromplan", SHOP).await;
    set(&stage, "chart: chart, set: {level: info, password: hunter2-hunter2}", "manifests: web.yaml");
    stage.project.write("web.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: web}}").unwrap();
    let planned =
        stage.program("plan -o out.plan").env("USER", "planner").env("GITHUB_SHA", "feedbeef").run().unwrap();
    assert_eq!(planned.code, Some(0), "{planned}");
    assert!(planned.stderr.contains(&sha256(&stage, "out.plan")), "{planned}");
    stage.ok("deploy out.plan");
    let history = stage.json("history web");
    let text = |field: &str| history[0][field].as_str().unwrap_or_default().to_owned();
    assert_eq!(text("plan"), sha256(&stage, "out.plan"));
    assert_eq!(text("commit"), "feedbeef");
    assert!(text("plannedBy").starts_with("planner@") && text("by").starts_with("tester@"), "{history}");
    let record = stage.live("api/v1", "secrets", "sh.helm.release.v1.web.v1").await.unwrap();
    let annotations: &Value = &record["metadata"]["annotations"];
    assert_eq!(annotations["longshore.dev/plan"], sha256(&stage, "out.plan").as_str());
}
