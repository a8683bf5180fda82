//! Records survive the way through a Secret, and Helm's odd forms are read.

use serde_json::json;

use super::{HookPhase, Release, Status, decode, encode};

fn release() -> Release {
    serde_json::from_value(json!({
        "name": "web",
        "info": {"status": "deployed", "last_deployed": "2026-01-02T03:04:05.123456789+01:00"},
        "chart": {"metadata": {"name": "web", "version": "1.2.3", "appVersion": "9"}},
        "config": {"a": 1},
        "manifest": "---\n",
        "hooks": [{"name": "h", "events": ["test"], "last_run": {"phase": ""}}],
        "version": 3,
        "namespace": "default",
        "apply_method": "ssa"
    }))
    .unwrap()
}

#[test]
fn a_record_survives_the_secret() {
    let release = release();
    assert_eq!(decode(&encode(&release).unwrap()).unwrap(), release);
    assert_eq!(release.key(), "sh.helm.release.v1.web.v3");
    assert_eq!(release.chart_name_version(), "web-1.2.3");
}

#[test]
fn times_keep_their_zone_and_digits() {
    let text = serde_json::to_string(&release()).unwrap();
    assert!(text.contains("2026-01-02T03:04:05.123456789+01:00"), "{text}");
}

#[test]
fn nulls_and_empty_times_of_helm_3_are_read() {
    let record: Release = serde_json::from_value(json!({
        "name": "old", "version": 1, "config": null, "hooks": null,
        "info": {"deleted": "", "first_deployed": null, "status": "something-new"}
    }))
    .unwrap();
    assert!(record.info.deleted.is_zero());
    assert_eq!(record.info.status, Status::Unknown);
    assert!(record.hooks.is_empty());
}

#[test]
fn an_unpacked_record_is_read_and_garbage_is_refused() {
    use base64::Engine;
    let plain = base64::engine::general_purpose::STANDARD.encode(r#"{"name":"x","version":1}"#);
    assert_eq!(decode(&plain).unwrap().name, "x");
    assert!(decode("%%%").is_err());
    assert!(decode("H4sIAAAA").is_err());
}

#[test]
fn a_hook_that_never_ran_has_an_empty_phase() {
    let release = release();
    assert_eq!(release.hooks[0].last_run.phase, HookPhase::None);
    assert_eq!(serde_json::to_value(&release).unwrap()["hooks"][0]["last_run"]["phase"], "");
}
