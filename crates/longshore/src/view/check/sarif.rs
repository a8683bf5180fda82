//! [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), which code hosts show beside the
//! lines of a change.

use std::collections::BTreeMap;
use std::fmt::Write;

use longshore_check::RULES;
use longshore_diag::{Diagnostic, Place, Severity};
use longshore_platform::Checked;
use serde_json::{Value, json};

/// The findings as a log of one run.
pub(crate) fn sarif(checked: &Checked) -> anyhow::Result<String> {
    // Every rule that has found something, and its number.
    let codes: BTreeMap<&str, &Diagnostic> =
        checked.findings.iter().map(|finding| (finding.code, finding)).collect();
    let rules: Vec<Value> = codes
        .keys()
        .map(|code| {
            let known = RULES.iter().find(|rule| rule.code == *code);
            let about = known.map_or("A mistake in how a release is made", |rule| rule.about);
            json!({"id": code, "shortDescription": {"text": about}})
        })
        .collect();
    let results: Vec<Value> = checked
        .findings
        .iter()
        .map(|finding| {
            let mut result = json!({
                "ruleId": finding.code,
                "ruleIndex": codes.keys().position(|code| *code == finding.code),
                "level": level(finding.severity),
                "message": {"text": words(finding)},
            });
            if let Some(place) = &finding.place {
                result["locations"] = json!([{"physicalLocation": location(place)}]);
            }
            result
        })
        .collect();
    let driver = json!({"name": "longshore", "version": env!("CARGO_PKG_VERSION"), "rules": rules});
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&log)?))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// All that is said of a finding, without its place.
pub(super) fn words(finding: &Diagnostic) -> String {
    let mut words = finding.message.clone();
    for more in finding.notes.iter().chain(&finding.hint) {
        words.push('\n');
        words.push_str(more);
    }
    words
}

fn location(place: &Place) -> Value {
    let mut location = json!({"artifactLocation": {"uri": uri(&place.file)}});
    if place.line > 0 {
        location["region"] = json!({"startLine": place.line});
        if place.column > 0 {
            location["region"]["startColumn"] = json!(place.column);
        }
    }
    location
}

/// A path as a relative reference: what has a meaning in addresses is written by its number.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.strip_prefix("./").unwrap_or(path).bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("./charts/my web/a#1.yaml"), "charts/my%20web/a%231.yaml");
        assert_eq!(uri("c:ü.yaml"), "c%3A%C3%BC.yaml");
    }
}
