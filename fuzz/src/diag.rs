//! The target of `longshore-diag`: any text, any place.

use longshore_diag::{Diagnostic, Place, Render, Style, nearest};

use super::replay::Check;

/// All of them, by name.
pub const TARGETS: &[(&str, Check)] = &[("diag_render", render)];

/// A diagnostic about a text that lies at hand; two bytes say where.
pub fn render(input: &[u8]) {
    let [line, column, rest @ ..] = input else { return };
    let text = String::from_utf8_lossy(rest);
    let read = |_: &str| Some(text.clone().into_owned());
    let error = Diagnostic::error("fuzz/any", text.clone())
        .at(Place::new("some\u{1b}[31m file", u32::from(*line), u32::from(*column)).spanning(rest.len()))
        .within(text.clone(), Some(Place::new("other", 1, u32::from(*column))))
        .note(text.clone())
        .hint(text.clone());
    for width in [1, 20, 80] {
        let shown = Render::new(&error, Style::Plain).sources(&read).width(width).to_string();
        assert!(!shown.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{shown:?}");
    }
    assert!(!error.to_json().contains(char::is_control));
    let _ = (error.to_string(), nearest(&text, ["values", "releases"]));
}
