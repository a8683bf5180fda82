//! Reads `compat/template/TABLE.md`: what it says is covered is recorded, and says what the table says.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::support::case::{self, Case};

const FILES: [&str; 4] = ["table.jsonl", "actions.jsonl", "exec-errors.jsonl", "parse-errors.jsonl"];

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../compat/template")
}

fn cases() -> BTreeMap<String, Case> {
    let read = |file| fs::read_to_string(folder().join(file)).expect("the case file is there");
    // The earlier file counts where two cases have one name.
    let all = FILES.iter().rev().flat_map(|file| case::read(&read(file)).1);
    all.map(|case| (case.name.clone(), case)).collect()
}

/// Whether the text has all that stands between the `…` of the pattern, in order.
fn has(text: &str, pattern: &str) -> bool {
    let mut rest = text;
    pattern.split('…').all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

#[test]
fn every_row_names_a_case_that_shows_it() {
    let (cases, table) = (cases(), fs::read_to_string(folder().join("TABLE.md")).expect("the table"));
    let (mut section, mut rows, mut messages) = ("", 0, 0);
    for line in table.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            section = title;
        }
        let Some(row) = line.strip_prefix("| `").and_then(|row| row.strip_suffix(" |")) else { continue };
        let (what, shown) = row.split_once("` | ").unwrap_or_else(|| panic!("no row: {line}"));
        rows += 1;
        if shown.starts_with("never") {
            assert!(shown.len() > 20, "no reason: {line}");
            continue;
        }
        let case = cases.get(shown.trim_matches('`')).unwrap_or_else(|| panic!("no such case: {line}"));
        if section.starts_with("Errors") {
            messages += 1;
            assert!(has(&case.error, what), "{line}: the case says {:?}", case.error);
        } else {
            assert!(case.error.is_empty(), "{line}: the case fails: {}", case.error);
        }
    }
    assert!(rows >= 150 && messages >= 90, "only {rows} rows, {messages} messages");
}
