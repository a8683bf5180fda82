//! How a diagnostic looks on a terminal.

use std::fmt;

use crate::{Diagnostic, Place, Severity};

/// Whether to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// No escape codes: pipes, CI, `NO_COLOR`.
    Plain,
    /// ANSI colours.
    Colour,
}

/// Shows a diagnostic over several lines, with the source line if the text is given.
///
/// ```
/// use longshore_diag::{Diagnostic, Place, Render, Style};
/// let error = Diagnostic::error("yaml/syntax", "expected a value").at(Place::new("a.yaml", 2, 4));
/// let shown = Render::new(&error, Style::Plain).source("a: 1\nb: [\n").to_string();
/// assert_eq!(shown, "error: expected a value\n  --> a.yaml:2:4\n   |\n 2 | b: [\n   |    ^\n");
/// ```
#[derive(Debug)]
pub struct Render<'a> {
    diagnostic: &'a Diagnostic,
    style: Style,
    source: Option<&'a str>,
}

impl<'a> Render<'a> {
    /// Shows `diagnostic` in the given style.
    pub fn new(diagnostic: &'a Diagnostic, style: Style) -> Self {
        Self { diagnostic, style, source: None }
    }

    /// Gives the text of the file that the place is in, so that its line can be shown.
    pub fn source(mut self, text: &'a str) -> Self {
        self.source = Some(text);
        self
    }

    fn paint(&self, code: &str, text: impl fmt::Display) -> String {
        match self.style {
            Style::Plain => text.to_string(),
            Style::Colour => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }

    fn excerpt(&self, f: &mut fmt::Formatter<'_>, place: &Place) -> fmt::Result {
        let Some(line) = self
            .source
            .filter(|_| place.line > 0)
            .and_then(|source| source.lines().nth(place.line as usize - 1))
        else {
            return Ok(());
        };
        let number = place.line.to_string();
        let gutter = " ".repeat(number.len() + 1);
        let bar = self.paint("34", "|");
        writeln!(f, " {gutter}{bar}")?;
        writeln!(f, " {} {bar} {line}", self.paint("34", &number))?;
        if place.column > 0 {
            let before: String = line
                .chars()
                .take(place.column as usize - 1)
                .map(|c| if c == '\t' { '\t' } else { ' ' })
                .collect();
            writeln!(f, " {gutter}{bar} {before}{}", self.paint("31;1", "^"))?;
        }
        Ok(())
    }
}

impl fmt::Display for Render<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let diagnostic = self.diagnostic;
        let label = match diagnostic.severity {
            Severity::Error => self.paint("31;1", "error"),
            Severity::Warning => self.paint("33;1", "warning"),
            Severity::Note => self.paint("36;1", "note"),
        };
        writeln!(f, "{label}: {}", diagnostic.message)?;
        let arrow = self.paint("34", "-->");
        if let Some(place) = &diagnostic.place {
            writeln!(f, "  {arrow} {place}")?;
            self.excerpt(f, place)?;
        }
        for link in &diagnostic.chain {
            match &link.place {
                Some(place) => writeln!(f, "  {} ({place})", link.doing)?,
                None => writeln!(f, "  {}", link.doing)?,
            }
        }
        for note in &diagnostic.notes {
            writeln!(f, "  {note}")?;
        }
        if let Some(hint) = &diagnostic.hint {
            writeln!(f, "{}: {hint}", self.paint("36", "hint"))?;
        }
        Ok(())
    }
}
