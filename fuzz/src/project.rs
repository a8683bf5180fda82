//! Targets of what needs the Kubernetes client: project files, and the records in a cluster.

use longshore_platform::project;
use longshore_release::record;

use super::replay::Check;

/// All of them, by name.
pub const TARGETS: &[(&str, Check)] = &[("project_file", file), ("release_record", record_text)];

/// `longshore.yaml`: read, or refused with a place that is in it.
pub fn file(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Err(error) = project::parse(text, "longshore.yaml") {
        let place = error.place.as_ref().expect("every mistake has a place");
        assert!(place.line as usize <= text.split('\n').count(), "{error}");
    }
}

/// A release's record, as a Secret holds it.
pub fn record_text(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Ok(release) = record::decode(text) {
        let again = record::encode(&release).expect("what was read can be written");
        record::decode(&again).expect("what was written can be read");
    }
}
