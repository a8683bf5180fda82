//! What Go printed, replayed: every line of the files in `compat/go`.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected fails")]

#[path = "areas/all.rs"]
mod areas;
mod corpus;
mod coverage;
mod hostile;

/// Replays the file of an area; all that differ are listed in the panic.
fn replay(area: &str, at_least: usize) {
    let path = format!("{}/../../compat/go/{area}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {path}: {error}"));
    let check = areas::named(area).unwrap();
    let mut count = 0;
    let mut differences = Vec::new();
    for line in text.lines() {
        let (ours, theirs) = check(&serde_json::from_str(line).unwrap());
        count += 1;
        if ours != theirs {
            differences.push(format!(
                "{line}\n  ours {:?}\n  Go's {:?}",
                String::from_utf8_lossy(&ours),
                String::from_utf8_lossy(&theirs)
            ));
        }
    }
    assert!(count >= at_least, "{area} has only {count} cases");
    let shown = &differences[..differences.len().min(20)];
    assert!(differences.is_empty(), "{} of {count} cases differ:\n{}", differences.len(), shown.join("\n"));
}

#[test]
fn prints_as_go_does() {
    replay("fmt", 200);
}

#[test]
fn converts_as_go_does() {
    replay("strconv", 200);
}

#[test]
fn judges_versions_as_masterminds_does() {
    replay("semver", 100);
}

#[test]
fn matches_as_go_does() {
    replay("regexp", 200);
}

#[test]
fn tells_time_as_go_does() {
    replay("time", 200);
}

#[test]
fn takes_paths_and_addresses_apart_as_go_does() {
    replay("path", 200);
}
