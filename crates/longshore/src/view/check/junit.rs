//! JUnit's XML, which CI systems show as tests: a test for each finding, and one that passes if none is left.

use std::fmt::Write;

use longshore_diag::{Severity, counted};
use longshore_platform::Checked;

use super::sarif::words;

/// The findings as a suite of tests; warnings fail if they are to.
pub(crate) fn junit(checked: &Checked, strict: bool) -> String {
    let is_failure =
        |severity: Severity| severity == Severity::Error || strict && severity == Severity::Warning;
    let failures = checked.findings.iter().filter(|finding| is_failure(finding.severity)).count();
    let tests = checked.findings.len() + usize::from(checked.findings.is_empty());
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        xml,
        "<testsuites tests=\"{tests}\" failures=\"{failures}\">\n  <testsuite name=\"longshore check\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">"
    );
    if checked.findings.is_empty() {
        let _ = writeln!(
            xml,
            "    <testcase classname=\"longshore check\" name=\"{}\"/>",
            counted(checked.objects, "object")
        );
    }
    for finding in &checked.findings {
        let place = finding.place.as_ref().map_or_else(String::new, |place| format!(" ({place})"));
        let name = escaped(&format!("{}{place}", finding.message));
        let _ = writeln!(xml, "    <testcase classname=\"{}\" name=\"{name}\">", escaped(finding.code));
        let body = escaped(&words(finding));
        let _ = if is_failure(finding.severity) {
            writeln!(
                xml,
                "      <failure message=\"{}\">{body}{}</failure>",
                escaped(&finding.message),
                escaped(&place)
            )
        } else {
            writeln!(xml, "      <system-out>{body}{}</system-out>", escaped(&place))
        };
        xml.push_str("    </testcase>\n");
    }
    xml.push_str("  </testsuite>\n</testsuites>\n");
    xml
}

/// Text for elements and attributes; XML has no way to write control characters.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push('\t'),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_gets_out_of_its_element() {
        assert_eq!(escaped("<a b=\"c\">&\u{1b}\n"), "&lt;a b=&quot;c&quot;&gt;&amp;\u{fffd}&#10;");
    }
}
