//! Replays the cases of `compat/template`, which Go recorded.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::support::case;

/// Runs all cases of a file; gives how many there were.
fn replay(file: &str) -> usize {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../compat/template").join(file);
    let text = fs::read_to_string(&path).expect("the case file is there");
    let (version, cases) = case::read(&text);
    assert!(version.contains("go1.26"), "{file}: recorded with {version}");
    let mut report = String::new();
    for case in &cases {
        if let Some(ours) = case.difference() {
            let _ = writeln!(report, "{}\n  Go  {:?}\n  we  {ours:?}", case.name, case.expected());
        }
    }
    assert!(report.is_empty(), "{file}:\n{report}");
    cases.len()
}

#[test]
fn actions() {
    assert!(replay("actions.jsonl") >= 100);
}

#[test]
fn execution_errors() {
    assert!(replay("exec-errors.jsonl") >= 60);
}

#[test]
fn parse_errors() {
    assert!(replay("parse-errors.jsonl") >= 60);
}

#[test]
fn generated() {
    assert!(replay("generated.jsonl") >= 100);
}

#[test]
fn benchmarks() {
    assert!(replay("bench.jsonl") >= 8);
}

#[test]
fn table() {
    assert!(replay("table.jsonl") >= 200);
}
