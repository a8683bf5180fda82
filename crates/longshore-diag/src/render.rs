//! How diagnostics look on a terminal.

use std::fmt;

use crate::excerpt::Excerpt;
use crate::visible;
use crate::{Diagnostic, Link, Place, Severity};

/// Columns, if nobody says how many there are.
const WIDTH: usize = 120;
/// Steps of the way that are shown at either end of a long one.
const STEPS: usize = 4;

/// Whether to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// No escape codes: pipes, CI, `NO_COLOR`.
    Plain,
    /// ANSI colours.
    Colour,
}

/// The text of a file by the name that places have for it, if it is at hand.
pub type Sources<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// Shows a diagnostic over several lines, with source lines where the texts are at hand.
///
/// Whatever the texts hold, no control character but line ends and tabs gets out.
///
/// ```
/// use longshore_diag::{Diagnostic, Place, Render, Style};
/// let error = Diagnostic::error("yaml/syntax", "expected a value").at(Place::new("a.yaml", 2, 4));
/// let read = |file: &str| (file == "a.yaml").then(|| "a: 1\nb: [\n".to_owned());
/// let shown = Render::new(&error, Style::Plain).sources(&read).to_string();
/// assert_eq!(shown, "\
/// error[yaml/syntax]: expected a value
///   --> a.yaml:2:4
///    |
///  2 | b: [
///    |    ^
/// ");
/// ```
pub struct Render<'a> {
    diagnostic: &'a Diagnostic,
    style: Style,
    sources: Option<&'a Sources<'a>>,
    width: usize,
}

impl<'a> Render<'a> {
    /// Shows `diagnostic` in the given style.
    pub fn new(diagnostic: &'a Diagnostic, style: Style) -> Self {
        Self { diagnostic, style, sources: None, width: WIDTH }
    }

    /// Gives the text of files by the name that places have for them, so that lines can be shown.
    pub fn sources(mut self, text_of: &'a Sources<'a>) -> Self {
        self.sources = Some(text_of);
        self
    }

    /// Says how many columns the terminal has. Source lines are cut to it; messages are not, so that they
    /// can be copied.
    pub fn width(mut self, columns: usize) -> Self {
        self.width = columns;
        self
    }

    fn paint(&self, code: &str, text: impl fmt::Display) -> String {
        match self.style {
            Style::Plain => text.to_string(),
            Style::Colour => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }

    fn head(&self) -> String {
        let (colour, word) = match self.diagnostic.severity {
            Severity::Error => ("31;1", "error"),
            Severity::Warning => ("33;1", "warning"),
            Severity::Note => ("36;1", "note"),
        };
        self.paint(colour, format_args!("{word}[{}]", self.diagnostic.code))
    }

    fn excerpt(&self, place: &Place) -> Option<(String, Excerpt)> {
        let number = place.line.to_string();
        let room = self.width.saturating_sub(number.len() + 4);
        let source = (place.line > 0).then(|| self.sources?(&place.file)).flatten()?;
        Some((number, Excerpt::of(place, &source, room)?))
    }

    fn place(&self, f: &mut fmt::Formatter<'_>, place: &Place, colour: &str, mark: char) -> fmt::Result {
        let shown = place.to_string();
        writeln!(f, "  {} {}", self.paint("34", "-->"), visible::name(&shown))?;
        let Some((number, excerpt)) = self.excerpt(place) else { return Ok(()) };
        let gutter = " ".repeat(number.len() + 1);
        let bar = self.paint("34", "|");
        writeln!(f, " {gutter}{bar}")?;
        writeln!(f, " {} {bar} {}", self.paint("34", &number), excerpt.text)?;
        if let Some((before, below)) = excerpt.mark {
            let marks = self.paint(colour, mark.to_string().repeat(below));
            writeln!(f, " {gutter}{bar} {}{marks}", " ".repeat(before))?;
        }
        Ok(())
    }

    /// A step of the way, with its line if that can be shown.
    fn link(&self, f: &mut fmt::Formatter<'_>, link: &Link) -> fmt::Result {
        let doing = visible::message(&link.doing);
        match &link.place {
            Some(place) if self.excerpt(place).is_some() => {
                writeln!(f, "  {doing}")?;
                self.place(f, place, "34", '-')
            }
            Some(place) => writeln!(f, "  {doing} ({})", visible::name(&place.to_string())),
            None => writeln!(f, "  {doing}"),
        }
    }

    fn chain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chain = &self.diagnostic.chain;
        let hidden = chain.len().saturating_sub(2 * STEPS);
        for (index, link) in chain.iter().enumerate() {
            // One step more or less is not worth a line that says so.
            if hidden > 1 && (STEPS..STEPS + hidden).contains(&index) {
                if index == STEPS {
                    writeln!(f, "  … and {hidden} steps more")?;
                }
            } else {
                self.link(f, link)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Render<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let diagnostic = self.diagnostic;
        writeln!(f, "{}: {}", self.head(), visible::message(&diagnostic.message))?;
        if let Some(place) = &diagnostic.place {
            self.place(f, place, "31;1", '^')?;
        }
        self.chain(f)?;
        for note in &diagnostic.notes {
            writeln!(f, "  {}", visible::message(note))?;
        }
        if let Some(hint) = &diagnostic.hint {
            writeln!(f, "{}: {}", self.paint("36", "hint"), visible::message(hint))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Render<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Render").field("diagnostic", self.diagnostic).field("width", &self.width).finish()
    }
}

/// How many there are of each severity, for the end of a report: `2 errors, 1 warning`; empty if there is
/// none.
///
/// ```
/// use longshore_diag::{Diagnostic, count};
/// let found = ["a", "b"].map(|what| Diagnostic::error("x/y", what));
/// assert_eq!(count(&found), "2 errors");
/// ```
pub fn count<'d>(diagnostics: impl IntoIterator<Item = &'d Diagnostic>) -> String {
    let mut counts = [0usize; 3];
    for diagnostic in diagnostics {
        counts[diagnostic.severity as usize] += 1;
    }
    let words = ["error", "warning", "note"];
    let parts = counts.iter().zip(words).filter(|(count, _)| **count > 0);
    let parts: Vec<_> = parts.map(|(count, word)| counted(*count, word)).collect();
    parts.join(", ")
}

/// How many of something: `1 object`, `2 objects`. The word has to make its plural with an `s`.
///
/// ```
/// use longshore_diag::counted;
/// assert_eq!([counted(1, "object"), counted(0, "object")], ["1 object", "0 objects"]);
/// ```
pub fn counted(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}
