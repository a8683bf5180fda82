//! What `longshore check` has found: for people, as JSON, as SARIF for code hosts, as JUnit for CI systems.

mod junit;
mod sarif;

use std::collections::BTreeSet;
use std::fmt::Write;

use longshore_diag::{Diagnostic, Severity, count, counted};
use longshore_platform::Checked;
use serde_json::{Value, json};

use crate::printer::{Paint, Printer};

pub(crate) use junit::junit;
pub(crate) use sarif::sarif;

/// Each finding as diagnostics look, and a line that says how many there are.
pub(crate) fn text(checked: &Checked, printer: &Printer) -> String {
    let mut text = String::new();
    // A file in which a password stands in plain text is not quoted.
    let is_plain = |finding: &&Diagnostic| finding.code == "secrets/plain";
    let places = checked.findings.iter().filter(is_plain).filter_map(|finding| finding.place.as_ref());
    let secret: BTreeSet<&str> = places.map(|place| &*place.file).collect();
    for finding in &checked.findings {
        text.push_str(&printer.shown_as_result(finding, &|file| !secret.contains(file)));
        text.push('\n');
    }
    let (told, paint) = match count(&checked.findings) {
        none if none.is_empty() => ("nothing found".to_owned(), Paint::Good),
        some if checked.count(Severity::Error) > 0 => (some, Paint::Bad),
        some => (some, Paint::Changed),
    };
    let minors: Vec<String> = checked.minors.iter().map(|minor| format!("1.{minor}")).collect();
    text.push_str(&printer.paint(paint, &told));
    if checked.releases > 0 {
        let Checked { objects, releases, .. } = checked;
        let (objects, releases) = (counted(*objects, "object"), counted(*releases, "release"));
        let _ = write!(text, " in {objects} of {releases} (Kubernetes {})", minors.join(", "));
    }
    text.push('\n');
    text
}

/// The findings, and how many there are.
pub(crate) fn json(checked: &Checked, is_good: bool) -> Value {
    json!({
        "ok": is_good,
        "findings": checked.findings,
        "errors": checked.count(Severity::Error),
        "warnings": checked.count(Severity::Warning),
        "releases": checked.releases,
        "objects": checked.objects,
        "kubeVersions": checked.minors.iter().map(|minor| format!("1.{minor}")).collect::<Vec<_>>(),
    })
}
