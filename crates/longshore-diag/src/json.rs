//! Diagnostics for machines: one line of JSON each.
//!
//! The form is stable: keys are added, never renamed or given another meaning.
//!
//! | key | what | when |
//! |---|---|---|
//! | `severity` | `error`, `warning` or `note` | always |
//! | `code` | the kind of mistake, `area/what` | always |
//! | `message` | what is wrong; may have several lines | always |
//! | `place` | `file`; `line`, `column` (from 1, in characters) and `length` where known | if it is anywhere |
//! | `chain` | the way there, innermost first: each has `doing` and perhaps `place` | if there is one |
//! | `notes` | further facts | if there are any |
//! | `hint` | the next thing to do | if one is known |

use crate::Diagnostic;

impl Diagnostic {
    /// The diagnostic as one line of JSON, without the line end.
    ///
    /// ```
    /// use longshore_diag::{Diagnostic, Place};
    /// let error = Diagnostic::error("project/unknown-key", "unknown key `need`")
    ///     .at(Place::new("longshore.yaml", 7, 5).spanning(4));
    /// assert_eq!(error.to_json(), r#"{"severity":"error","code":"project/unknown-key","message":"unknown key `need`","place":{"file":"longshore.yaml","line":7,"column":5,"length":4}}"#);
    /// ```
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string(self).expect("texts and numbers are JSON");
        // JSON lets these through as they are; a terminal that shows the line would obey them.
        if !text.chars().any(is_late_control) {
            return text;
        }
        let escape = |c: char| {
            if is_late_control(c) { format!("\\u{:04x}", c as u32) } else { c.to_string() }
        };
        text.chars().map(escape).collect()
    }
}

fn is_late_control(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
