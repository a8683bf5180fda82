//! What Helm logs while it lints.

use crate::compat::Rules;
use crate::functions::GaveUp;

/// A line of Helm's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// `INFO` or `WARN`.
    pub severity: &'static str,
    /// What happened. Up to 3.x it begins with the line of Helm's source that logs it.
    pub text: String,
    /// The words of a template, where 4.x tells them apart.
    pub message: Option<String>,
}

impl Log {
    /// A warning about a chart or values.
    pub(super) fn warning(text: &str) -> Self {
        Self { severity: "INFO", text: text.to_owned(), message: None }
    }

    /// A template that gave up, and went on.
    pub(super) fn gave_up(reason: GaveUp<'_>, rules: &Rules) -> Self {
        let (line, old, severity, text, message) = match reason {
            GaveUp::Missing(message) => {
                (206, "Missing required value", "WARN", "missing required value", message)
            }
            GaveUp::Empty(message) => {
                (214, "Missing required value", "WARN", "missing required values", message)
            }
            GaveUp::Failed(message) => (227, "Fail", "INFO", "funcMap fail", message),
        };
        if rules.logs_lines {
            let text = format!("engine.go:{line}: [INFO] {old}: {message}");
            return Self { severity, text, message: None };
        }
        Self { severity, text: text.to_owned(), message: Some(message.to_owned()) }
    }
}
