//! What Helm logs while it works on a chart: a text, and from 4.x on what is said beside it.

use std::fmt;

use crate::compat::Rules;
use crate::functions::GaveUp;

/// A line of Helm's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// `INFO` or `WARN`.
    pub severity: &'static str,
    /// What happened. Up to 3.x it begins with the line of Helm's source that logs it, and says everything.
    pub text: String,
    /// Names and values that 4.x tells beside the text.
    pub fields: Vec<(&'static str, String)>,
}

impl fmt::Display for Log {
    /// Without the severity.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        for (name, value) in &self.fields {
            write!(f, " {name}={value}")?;
        }
        Ok(())
    }
}

impl Log {
    /// A text alone.
    pub(crate) fn info(text: impl Into<String>) -> Self {
        Self { severity: "INFO", text: text.into(), fields: Vec::new() }
    }

    /// A warning with what is said beside it.
    pub(crate) fn warn(text: impl Into<String>, fields: &[(&'static str, &str)]) -> Self {
        Self { severity: "WARN", ..Self::info(text).beside(fields) }
    }

    /// The same with more beside it.
    pub(crate) fn beside(mut self, fields: &[(&'static str, &str)]) -> Self {
        self.fields.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
        self
    }

    /// A template that gave up, and went on.
    pub(crate) fn gave_up(reason: GaveUp<'_>, rules: &Rules) -> Self {
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
            return Self { severity, ..Self::info(format!("engine.go:{line}: [INFO] {old}: {message}")) };
        }
        Self { severity, ..Self::info(text).beside(&[("message", message)]) }
    }
}
