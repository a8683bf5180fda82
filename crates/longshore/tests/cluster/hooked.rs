//! Hooks of the project file: commands and Jobs around the life of a release, in their order, with few variables, without
//! secrets in what they print, and part of the operation.

use serde_json::Value;

use crate::Stage;

const FILES: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {namespace: shop, vars: {word: hello}}}
    defaultEnvironment: dev
    secrets: {db: {env: HOOK_SECRET}}
    releases:
      db:
        manifests: db.yaml
        hooks:
          preDeploy:
            - {command: [./hook.sh, '${env.vars.word}', $HOME], env: {PASSWORD: '${secret.db}', PLAIN: p}}
            - {job: job.yaml, timeout: 1m}
          postDeploy: [{command: [./hook.sh, after]}]
          preRollback: [{command: [./hook.sh, back]}]
          preDestroy: [{command: [./hook.sh, gone]}]
          postDestroy: [{command: [./hook.sh, really]}]
      web: {manifests: web.yaml, needs: [db]}
    //- db.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: db}, data: {a: b}}
    //- web.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: web}}
    //- job.yaml
    apiVersion: batch/v1
    kind: Job
    metadata: {name: migrate}
    spec:
      template:
        spec: {restartPolicy: Never, containers: [{name: migrate, image: migrate}]}
    //- hook.sh
    #!/bin/sh
    echo \"$LONGSHORE_HOOK $LONGSHORE_RELEASE $LONGSHORE_ENVIRONMENT $1 $2 plain=$PLAIN outside=$OUTSIDE\" | tee -a ran
    echo \"the password is $PASSWORD\" >&2
    cat told >&2
    test -n \"$KUBECONFIG\" || exit 9
    test \"$LONGSHORE_NAMESPACE\" = \"$(cat wanted 2>/dev/null || echo \"$LONGSHORE_NAMESPACE\")\" || exit 8
    test \"$LONGSHORE_PLATFORM\" = shop || exit 7
    test ! -e fails || exit 3
    ";

async fn stage(name: &str) -> Stage {
    let mut stage = Stage::new(name, FILES).await;
    longshore_testkit::make_executable(&stage.project.file("hook.sh")).unwrap();
    stage.project.write("wanted", stage.namespace.name()).unwrap();
    // A secret that this hook may not have been given.
    stage.project.write("told", "elsewhere it is s3cr3t-of-hook\n").unwrap();
    stage.environment =
        vec![("HOOK_SECRET".to_owned(), "s3cr3t-of-hook".to_owned()), ("OUTSIDE".to_owned(), "o".to_owned())];
    stage
}

fn ran(stage: &Stage) -> Vec<String> {
    stage.project.read("ran").unwrap_or_default().lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_are_run_around_what_changes() {
    let stage = stage("hooked").await;
    let plan = stage.json("plan");
    assert_eq!(
        plan["releases"][0]["hooks"],
        serde_json::json!([
            "preDeploy command ./hook.sh hello $HOME",
            "preDeploy Job/migrate",
            "postDeploy command ./hook.sh after"
        ])
    );
    assert!(ran(&stage).is_empty());
    let outcome = stage.ok("deploy");
    let said = &outcome.stderr;
    let at = |part: &str| said.find(part).unwrap_or_else(|| panic!("no {part:?} in\n{outcome}"));
    assert!(
        at("| preDeploy db dev hello $HOME plain=p outside=") < at("preDeploy hook Job/migrate succeeded")
    );
    assert!(at("preDeploy hook Job/migrate succeeded") < at("ConfigMap/db created"));
    assert!(at("ConfigMap/db created") < at("| postDeploy db dev after"));
    assert!(at("| postDeploy db dev after") < at("ConfigMap/web created"), "what needs it waits");
    assert!(said.contains("| the password is <hidden>"), "{outcome}");
    assert_eq!(said.matches("| elsewhere it is <hidden>").count(), 2, "{outcome}");
    assert!(!said.contains("s3cr3t-of-hook"), "{outcome}");
    assert_eq!(
        ran(&stage),
        ["preDeploy db dev hello $HOME plain=p outside=", "postDeploy db dev after  plain= outside="]
    );
    let job = || stage.live("apis/batch/v1", "jobs", "migrate");
    let first = job().await.unwrap()["metadata"]["uid"].clone();
    // Nothing changes: nothing is run.
    stage.ok("deploy");
    assert_eq!(ran(&stage).len(), 2);
    let change = |to: &str| {
        let text = format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: db}}, data: {{a: {to}}}}}");
        stage.project.write("db.yaml", &text).unwrap();
    };
    change("c");
    stage.ok("deploy --no-hooks");
    assert_eq!(ran(&stage).len(), 2);
    change("d");
    stage.ok("deploy");
    assert_eq!(ran(&stage).len(), 4);
    assert_ne!(job().await.unwrap()["metadata"]["uid"], first, "the Job is made anew");
    let back = stage.json("rollback db --dry-run");
    assert_eq!(back["releases"][0]["hooks"], serde_json::json!(["preRollback command ./hook.sh back"]));
    assert!(stage.ok("rollback db").stderr.contains("| preRollback db dev back"));
    let gone = stage.ok("destroy --yes");
    let at = |part: &str| gone.stderr.find(part).unwrap_or_else(|| panic!("no {part:?} in\n{gone}"));
    assert!(at("| preDestroy db dev gone") < at("ConfigMap/db deleted"));
    assert!(at("ConfigMap/db deleted") < at("| postDestroy db dev really"));
    assert!(stage.everything().await.is_empty(), "{:?}", stage.everything().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_fails_fails_the_release_and_what_needs_it() {
    let stage = stage("hook-fails").await;
    stage.project.write("fails", "").unwrap();
    let outcome = stage.longshore("deploy");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    for part in [
        "error[hooks/failed]: `./hook.sh` failed (exit status: 3)",
        "--> longshore.yaml:12:",
        "in a preDeploy hook of release `db`",
        "the password is <hidden>",
        "not begun: web",
    ] {
        assert!(outcome.stderr.contains(part), "no {part:?} in\n{outcome}");
    }
    assert!(!outcome.stderr.contains("s3cr3t-of-hook"), "{outcome}");
    assert!(stage.live("api/v1", "configmaps", "db").await.is_none(), "nothing of the release was written");
    let history = stage.json("history");
    let failed: Vec<&Value> =
        history["revisions"].as_array().or(history.as_array()).unwrap().iter().collect();
    assert_eq!(failed[0]["status"], "failed", "{history}");
    // The next deploy does it all again.
    std::fs::remove_file(stage.project.file("fails")).unwrap();
    stage.ok("deploy");
    // After a deploy: it is taken back, if that is asked for.
    let text = stage.project.read("longshore.yaml").unwrap();
    stage
        .project
        .write("longshore.yaml", &text.replace("[./hook.sh, after]", "[sh, -c, 'seq 1 9; exit 4']"))
        .unwrap();
    stage
        .project
        .write("db.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: db}, data: {a: new}}")
        .unwrap();
    let outcome = stage.longshore("deploy --rollback-on-failure");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    assert!(outcome.stderr.contains("`sh` failed (exit status: 4)"), "{outcome}");
    let repeated: Vec<&str> = outcome.stderr.lines().filter_map(|line| line.strip_prefix("  ")).collect();
    assert!(repeated.contains(&"5") && repeated.contains(&"9"), "{outcome}");
    assert!(!repeated.contains(&"4"), "its last lines alone\n{outcome}");
    assert_eq!(stage.live("api/v1", "configmaps", "db").await.unwrap()["data"]["a"], "b");
    stage.ok("destroy --yes --no-hooks");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_run_is_told_before_anything_is_written() {
    let stage = stage("hook-missing").await;
    let text = stage.project.read("longshore.yaml").unwrap();
    let cases = [
        ("[./hook.sh, after]", "[./nothing.sh]", "the program `./nothing.sh` is not there"),
        ("job: job.yaml", "job: none.yaml", "none.yaml"),
        ("job: job.yaml", "job: db.yaml", "db.yaml holds no Job and no Pod"),
    ];
    for (from, to, expected) in cases {
        stage.project.write("longshore.yaml", &text.replace(from, to)).unwrap();
        let outcome = stage.longshore("deploy");
        assert_eq!(outcome.code, Some(1), "{outcome}");
        assert!(outcome.stderr.contains(expected), "{expected}: {outcome}");
        assert!(outcome.stderr.contains("nothing was changed"), "{outcome}");
        assert!(stage.everything().await.is_empty());
        assert!(ran(&stage).is_empty());
    }
    // One that takes too long is ended.
    let slow = text.replace("{command: [./hook.sh, after]}", "{command: [sleep, '600'], timeout: 100ms}");
    stage.project.write("longshore.yaml", &slow).unwrap();
    let outcome = stage.longshore("deploy");
    assert!(outcome.stderr.contains("error[hooks/timeout]: `sleep` was not done after 100 ms"), "{outcome}");
    let frozen = stage.longshore("plan -o out.plan");
    assert_eq!(frozen.code, Some(1), "{frozen}");
    assert!(frozen.stderr.contains("error[plan/hooks]"), "{frozen}");
    assert_eq!(stage.longshore("plan --no-hooks -o out.plan").code, Some(0));
}
