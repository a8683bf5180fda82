//! Hooks on two clusters: each is run for its own, and one that fails stops only its cluster.

use std::fs::File;
use std::io::Read;

use longshore_testkit::Program;
use serde_json::Value;

use super::{HOLD, Two, data};

const HOOK: &str = "
echo \"$LONGSHORE_HOOK $LONGSHORE_CLUSTER $LONGSHORE_NAMESPACE $KUBECONFIG\" >>ran
test ! -e \"fails-$LONGSHORE_CLUSTER\" || exit 3
if test -e hangs; then
  exec 3>pipe
  (sleep 120; echo survived >&3) &
  echo \"in the hook on $LONGSHORE_CLUSTER\"
  wait
fi
";

fn ran(two: &Two) -> Vec<String> {
    let ran = two.project.read("ran").unwrap_or_default();
    two.project.write("ran", "").unwrap();
    let mut ran: Vec<String> = ran.lines().map(str::to_owned).collect();
    ran.sort();
    ran
}

/// What each cluster's hook tells.
fn told(two: &Two, hook: &str) -> Vec<String> {
    let on = |name: &str, namespace: &longshore_testkit::TestNamespace| {
        format!("{hook} {name} {} {}", namespace.name(), namespace.kubeconfig().display())
    };
    vec![on("eu", &two.eu), on("us", &two.us)]
}

pub(super) async fn runs_them_on_each(two: &Two) {
    let hooks = "set: {zone: '${cluster.vars.zone}'}, hooks: {preDeploy: [{command: [sh, hook.sh]}], postDestroy: [{command: [sh, hook.sh]}]}";
    two.edit("longshore.yaml", "set: {zone: '${cluster.vars.zone}'}", hooks);
    two.project.write("hook.sh", HOOK).unwrap();
    two.project.write("fails-us", "").unwrap();
    let failed = two.ends("deploy", 1);
    for part in ["`sh` failed (exit status: 3)", "in a preDeploy hook of release `web`", "on cluster `us`"] {
        assert!(failed.stderr.contains(part), "no {part:?} in\n{failed}");
    }
    assert_eq!(ran(two), told(two, "preDeploy"));
    assert_eq!(data(&two.eu, "web").await["zone"], "eu-1", "the other cluster is as planned");
    assert_eq!(data(&two.us, "web").await, Value::Null);
    std::fs::remove_file(two.project.file("fails-us")).unwrap();
    two.ends("deploy", 0);
    assert_eq!(ran(two), told(two, "preDeploy")[1..], "only where something is left to do");
    assert_eq!(data(&two.us, "web").await["zone"], "us-1");
    interrupted(two).await;
    two.ends("destroy --yes", 0);
    assert_eq!(ran(two), told(two, "postDestroy"));
}

/// Ctrl-C while one hangs on each cluster: nothing of them is left, and the next deploy completes.
async fn interrupted(two: &Two) {
    two.edit("longshore.yaml", "zone: '${cluster.vars.zone}'", "zone: '${cluster.vars.zone}-b'");
    assert!(std::process::Command::new("mkfifo").arg(two.project.file("pipe")).status().unwrap().success());
    // Open for both, so that neither side waits for the other to open.
    let held = File::options().read(true).write(true).open(two.project.file("pipe")).unwrap();
    let mut reader = File::open(two.project.file("pipe")).unwrap();
    two.project.write("hangs", "").unwrap();
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
    let program = program.args(["deploy"]).env("LONGSHORE_HOLD_SECONDS", HOLD).folder(two.project.path());
    let mut deploying = program.start().unwrap();
    deploying.wait_for("in the hook on eu").unwrap();
    deploying.wait_for("in the hook on us").unwrap();
    deploying.interrupt().unwrap();
    let stopped = deploying.finish().unwrap();
    assert_eq!(stopped.code, Some(130), "{stopped}");
    drop(held);
    let mut heard = String::new();
    reader.read_to_string(&mut heard).unwrap();
    assert_eq!(heard, "");
    std::fs::remove_file(two.project.file("hangs")).unwrap();
    ran(two);
    two.ends("deploy", 0);
    assert_eq!(ran(two), told(two, "preDeploy"));
    assert_eq!(data(&two.us, "web").await["zone"], "us-1-b");
}
