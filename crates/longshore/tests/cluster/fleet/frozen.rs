//! One frozen plan for several clusters.

use serde_json::{Value, json};

use super::{Two, data, position};

/// Made once, carried out later in the same order and without the project; stale where somebody was faster.
pub(super) async fn is_carried_out_later(two: &Two) {
    two.ends("plan -o out.plan", 0);
    let plan = two.project.read("out.plan").unwrap();
    let project = two.project.read("longshore.yaml").unwrap();
    std::fs::remove_file(two.project.file("longshore.yaml")).unwrap();

    let left = two.ends("deploy out.plan --dry-run -o json", 0);
    let left: Value = serde_json::from_str(&left.stdout).unwrap();
    assert_eq!(
        (&left["clusters"][0]["cluster"], &left["clusters"][1]["cluster"]),
        (&json!("eu"), &json!("us"))
    );
    for (arguments, code, words) in [
        ("deploy out.plan -e stage", 64, "the plan is for environment `prod`, not for `stage`"),
        ("deploy out.plan --cluster su", 1, "the plan is for no cluster `su`"),
        ("deploy out.plan --context any", 1, "the plan is for several clusters: one context is not enough"),
    ] {
        let refused = two.ends(arguments, code);
        assert!(refused.stderr.contains(words), "{refused}");
    }
    assert_eq!(data(&two.eu, "web").await, Value::Null, "nothing was written so far");

    let done = two.ends("deploy out.plan", 0);
    assert!(position(&done, "eu/db deployed revision") < position(&done, "us/web installing"), "{done}");
    assert_eq!(data(&two.eu, "web").await["replicas"], "1");
    assert_eq!(data(&two.us, "web").await, json!({"zone": "us-1", "replicas": "2", "level": "info"}));
    two.project.write("longshore.yaml", &project).unwrap();
    two.ends("plan --detailed-exitcode", 0);

    // All records name the file, whichever the cluster.
    let history = two.ends("history web -o json", 0);
    let history: Value = serde_json::from_str(&history.stdout).unwrap();
    let plans = [0, 1].map(|at| history["clusters"][at]["revisions"][0]["plan"].clone());
    assert!(plans[0].is_string() && plans[0] == plans[1], "{plans:?}");

    // What was planned before is stale, and on no cluster is anything done.
    two.edit(
        "longshore.yaml",
        "set: {zone: '${cluster.vars.zone}'}",
        "set: {zone: '${cluster.vars.zone}', level: warn}",
    );
    two.ends("plan -o later.plan", 0);
    two.edit("longshore.yaml", "level: warn", "level: debug");
    two.ends("deploy --cluster us", 0);
    let stale = two.ends("deploy later.plan", 1);
    assert!(stale.stderr.contains("on cluster `us`") && stale.stderr.contains("stale"), "{stale}");
    assert!(stale.stderr.contains("nothing was changed on any cluster"), "{stale}");
    assert_eq!(data(&two.eu, "web").await["level"], "info");
    // One of its clusters is still as it was.
    two.ends("deploy later.plan --cluster eu", 0);
    assert_eq!(data(&two.eu, "web").await["level"], "warn");

    let half = &plan[..plan.len() / 2];
    two.project.write("half.plan", half).unwrap();
    assert!(two.ends("deploy half.plan", 1).stderr.contains("this is no frozen plan"));
    two.ends("destroy --yes", 0);
}
