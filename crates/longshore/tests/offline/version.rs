//! `longshore version` says what this is, to people and to machines.

use longshore_testkit::Project;

use crate::longshore;

#[test]
fn the_version_is_told_to_people_and_machines() {
    let project = Project::new("").unwrap();
    let outcome = longshore(&project, "version");
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(outcome.stdout, format!("longshore {version}\ncharts as of Helm v4.3.1, v3.22.0\n"));
    let outcome = longshore(&project, "version -o json");
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(json, serde_json::json!({"version": version, "helm": ["v4.3.1", "v3.22.0"]}));
}
