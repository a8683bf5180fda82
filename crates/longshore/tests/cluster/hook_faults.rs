//! Hooks of the project file that are broken on purpose: they hang, fail, are interrupted or killed with Longshore; and
//! the command that follows.

use std::fs::File;
use std::io::Read;

use longshore_testkit::Started;

use crate::Stage;

/// Each hook says when it runs, fails where a file says so, and hangs where one does: then with a child that holds a pipe.
const FILES: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: faults
    environments: {dev: {namespace: faults}}
    defaultEnvironment: dev
    releases:
      db:
        manifests: db.yaml
        hooks:
          preDeploy: [{command: [sh, hook.sh]}]
          postDeploy: [{command: [sh, hook.sh]}]
          preRollback: [{command: [sh, hook.sh]}]
          postRollback: [{command: [sh, hook.sh]}]
          preDestroy: [{command: [sh, hook.sh]}]
          postDestroy: [{command: [sh, hook.sh]}]
    //- db.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: db}, data: {version: '1'}}
    //- hook.sh
    echo \"$LONGSHORE_HOOK\" >>ran
    if test -e \"fails-$LONGSHORE_HOOK\"; then exit 3; fi
    if test -e \"hangs-$LONGSHORE_HOOK\"; then
      exec 3>pipe
      (sleep 120; echo survived >&3) &
      echo in the hook
      wait
    fi
    ";

async fn stage(name: &str) -> Stage {
    let mut stage = Stage::new(name, FILES).await;
    stage.environment.push(("LONGSHORE_HOLD_SECONDS".to_owned(), "10".to_owned()));
    stage
}

fn change(stage: &Stage, version: u32) {
    let text = format!(
        "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: db}}, data: {{version: '{version}'}}}}"
    );
    stage.project.write("db.yaml", &text).unwrap();
}

/// Which hooks were run since the last time.
fn ran(stage: &Stage) -> Vec<String> {
    let ran = stage.project.read("ran").unwrap_or_default();
    stage.project.write("ran", "").unwrap();
    ran.lines().map(str::to_owned).collect()
}

fn statuses(stage: &Stage) -> Vec<String> {
    let history = stage.json("history");
    let all = history.as_array().unwrap().iter();
    all.map(|revision| revision["status"].as_str().unwrap().to_owned()).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Interrupted,
    Killed,
}

/// Ends a command in a hook that hangs. Of the hook nothing is left then.
fn ended_in(stage: &Stage, arguments: &str, hook: &str, end: End) {
    let pipe = stage.project.file("pipe");
    if !pipe.exists() {
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    }
    // Open for both, so that neither side waits for the other to open.
    let held = File::options().read(true).write(true).open(&pipe).unwrap();
    let mut reader = File::open(&pipe).unwrap();
    let mark = format!("hangs-{hook}");
    stage.project.write(&mark, "").unwrap();
    let mut command: Started = stage.start(arguments);
    command.wait_for("in the hook").unwrap();
    match end {
        End::Interrupted => command.interrupt().unwrap(),
        End::Killed => command.kill().unwrap(),
    }
    let outcome = command.finish().unwrap();
    if end == End::Interrupted {
        assert_eq!(outcome.code, Some(130), "{outcome}");
        assert!(outcome.stderr.contains("interrupted while working on db"), "{outcome}");
    }
    drop(held);
    let mut heard = String::new();
    reader.read_to_string(&mut heard).unwrap();
    assert_eq!(heard, "", "{hook} {end:?}");
    std::fs::remove_file(stage.project.file(&mark)).unwrap();
}

async fn version(stage: &Stage) -> Option<String> {
    let live = stage.live("api/v1", "configmaps", "db").await?;
    Some(live["data"]["version"].as_str()?.to_owned())
}

/// What was cut off in a hook is done again from its first hook on, also where nothing else was left to do.
async fn deploys_again(name: &str, end: End) {
    let stage = stage(name).await;
    ended_in(&stage, "deploy", "preDeploy", end);
    assert_eq!(version(&stage).await, None, "nothing of the release was written");
    stage.ok("deploy");
    assert_eq!(ran(&stage), ["preDeploy", "preDeploy", "postDeploy"]);
    change(&stage, 2);
    ended_in(&stage, "deploy", "postDeploy", end);
    assert_eq!(version(&stage).await.as_deref(), Some("2"));
    assert_eq!(ran(&stage), ["preDeploy", "postDeploy"]);
    stage.ok("deploy");
    assert_eq!(ran(&stage), ["preDeploy", "postDeploy"], "what was cut off is not taken for done");
    assert_eq!(statuses(&stage).last().unwrap(), "deployed");
    stage.ok("deploy");
    assert!(ran(&stage).is_empty(), "nothing has changed");
    for hook in ["preRollback", "postRollback"] {
        ended_in(&stage, "rollback db", hook, end);
        ran(&stage);
        stage.ok("rollback db");
        assert_eq!(ran(&stage), ["preRollback", "postRollback"], "{hook}");
        assert_eq!(statuses(&stage).last().unwrap(), "deployed");
    }
    for hook in ["preDestroy", "postDestroy"] {
        ended_in(&stage, "destroy --yes", hook, end);
        assert_eq!(version(&stage).await.is_some(), hook == "preDestroy");
        ran(&stage);
        stage.ok("destroy --yes");
        assert_eq!(ran(&stage), ["preDestroy", "postDestroy"], "{hook}");
        assert!(stage.everything().await.is_empty(), "{:?}", stage.everything().await);
        stage.ok("deploy");
        ran(&stage);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_interrupted_in_a_hook_is_done_again() {
    deploys_again("hook-ctrlc", End::Interrupted).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_killed_in_a_hook_is_done_again() {
    deploys_again("hook-killed", End::Killed).await;
}

/// A hook that fails fails its operation; the next one does it all again.
#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_fails_is_no_end_of_it() {
    let stage = stage("hook-failing").await;
    stage.ok("deploy");
    change(&stage, 2);
    stage.ok("deploy");
    ran(&stage);
    let mut number = 2;
    for (hook, command) in [
        ("preDeploy", "deploy"),
        ("postDeploy", "deploy"),
        ("preRollback", "rollback db"),
        ("postRollback", "rollback db"),
        ("preDestroy", "destroy --yes"),
        ("postDestroy", "destroy --yes"),
    ] {
        if command == "deploy" {
            number += 1;
            change(&stage, number);
        }
        let before = version(&stage).await;
        stage.project.write(&format!("fails-{hook}"), "").unwrap();
        let outcome = stage.longshore(command);
        assert_eq!(outcome.code, Some(1), "{hook}: {outcome}");
        for part in [
            "`sh` failed (exit status: 3)",
            &format!("in a {hook} hook of release `db`"),
            "--> longshore.yaml:",
        ] {
            assert!(outcome.stderr.contains(part), "{hook}: no {part:?} in\n{outcome}");
        }
        if hook.starts_with("pre") {
            assert_eq!(version(&stage).await, before, "{hook}: nothing was done");
        }
        std::fs::remove_file(stage.project.file(&format!("fails-{hook}"))).unwrap();
        ran(&stage);
        stage.ok(command);
        let all = ran(&stage);
        assert_eq!(all.len(), 2, "{hook}: {all:?}");
        if command == "destroy --yes" {
            assert!(stage.everything().await.is_empty(), "{:?}", stage.everything().await);
            stage.ok("deploy");
        } else {
            assert_eq!(statuses(&stage).last().unwrap(), "deployed");
        }
    }
}

/// A command that takes too long is killed, and a Job is given up; both say so, with what they said last.
#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_hangs_is_ended_by_its_limit() {
    let stage = stage("hook-hangs").await;
    let text = stage.project.read("longshore.yaml").unwrap();
    let hook = "postDeploy: [{command: [sh, hook.sh]";
    assert!(text.contains(hook));
    // Long enough that it has said something even here.
    let slow = "postDeploy: [{timeout: 20s, command: [sh, -c, 'echo so far; sleep 600']";
    stage.project.write("longshore.yaml", &text.replace(hook, slow)).unwrap();
    let outcome = stage.longshore("deploy");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    for part in [
        "error[hooks/timeout]: `sh` was not done after 20 s",
        "so far",
        "`timeout` of the hook gives it longer",
    ] {
        assert!(outcome.stderr.contains(part), "no {part:?} in\n{outcome}");
    }
    assert_eq!(version(&stage).await.as_deref(), Some("1"), "what was written stays");
    let job = "{apiVersion: batch/v1, kind: Job, metadata: {name: slow}, spec: {template: {metadata: {annotations: {longshore.dev/kwok: never-ready}}, spec: {restartPolicy: Never, containers: [{name: c, image: c}]}}}}";
    stage.project.write("job.yaml", job).unwrap();
    let slow = "postDeploy: [{timeout: 10s, job: job.yaml";
    stage.project.write("longshore.yaml", &text.replace(hook, slow)).unwrap();
    let outcome = stage.longshore("deploy");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    for part in ["Job/slow", "in a postDeploy hook of release `db`"] {
        assert!(outcome.stderr.contains(part), "no {part:?} in\n{outcome}");
    }
    // Killed while it waits for the Job: the next deploy makes it anew.
    let text = text.replace(hook, "postDeploy: [{job: job.yaml");
    stage.project.write("longshore.yaml", &text).unwrap();
    let mut deploy = stage.start("deploy");
    deploy.wait_for("Job/slow").unwrap();
    let created = async || Ok(stage.live("apis/batch/v1", "jobs", "slow").await);
    longshore_testkit::eventually("the Job", std::time::Duration::from_mins(1), created).await.unwrap();
    deploy.kill().unwrap();
    deploy.finish().unwrap();
    stage.project.write("job.yaml", &job.replace("never-ready", "ready")).unwrap();
    stage.ok("deploy");
    assert_eq!(statuses(&stage).last().unwrap(), "deployed");
    let job = stage.live("apis/batch/v1", "jobs", "slow").await.unwrap();
    assert_eq!(job["status"]["succeeded"], 1, "{job:#}");
    stage.ok("destroy --yes");
    assert!(stage.everything().await.is_empty(), "{:?}", stage.everything().await);
}
