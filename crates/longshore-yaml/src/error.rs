//! What can go wrong, in Go's words and with our own, always right, positions.

use std::fmt;

/// A place in the input, counted as go-yaml counts: lines and columns from 0, columns in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    /// Lines before this place.
    pub(crate) line: u32,
    /// Characters before this place in its line.
    pub(crate) column: u32,
    /// Characters before this place, a byte order mark not counted.
    pub(crate) index: u32,
}

impl Mark {
    /// The place so many characters to the right.
    pub(crate) fn right(self, width: u8) -> Self {
        let width = u32::from(width);
        Self { line: self.line, column: self.column + width, index: self.index + width }
    }
}

/// Which layer refused the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The bytes are not text that YAML allows.
    Reader,
    /// The text does not split into tokens.
    Scanner,
    /// The tokens are not a document.
    Parser,
    /// The document cannot be turned into values: unknown anchors, wrong tags, duplicate keys.
    Decode,
    /// A [`crate::Limits`] was exceeded.
    Limit,
    /// A value cannot be written as YAML or JSON.
    Encode,
}

/// An error of reading or writing YAML.
///
/// Its text is the one Go's library gives (`yaml: line 3: did not find expected key`), because Helm
/// and Kustomize print it and people search for it. Go's line in that text is now and then one off
/// (it counts some marks from 0); [`Error::line`] is the true one, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Inner>);

/// Behind a box, so that a result without error travels in registers.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    text: String,
    place: Option<(u32, u32)>,
    /// The line that go-yaml's parser still remembers when the error has been overlooked; 0 if it remembers none.
    remembered: u32,
}

impl Error {
    /// An error without a place.
    pub(crate) fn new(kind: ErrorKind, text: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, text: text.into(), place: None, remembered: 0 }))
    }

    /// The same error at `mark`.
    pub(crate) fn at(mut self, mark: Mark) -> Self {
        self.0.place = Some((mark.line + 1, mark.column + 1));
        self
    }

    /// The same error at a line and column counted from 1.
    pub(crate) fn at_line(mut self, line: u32, column: u32) -> Self {
        self.0.place = Some((line, column));
        self
    }

    /// The same error behind `prefix`, as Go's `fmt.Errorf("prefix: %w")`.
    pub(crate) fn wrapped(mut self, prefix: &str) -> Self {
        self.0.text.insert_str(0, prefix);
        self
    }

    /// The same error as one of exceeded limits.
    pub(crate) fn limit(mut self) -> Self {
        self.0.kind = ErrorKind::Limit;
        self
    }

    /// The same error, with the line that is remembered of it.
    pub(crate) fn remembered(mut self, line: u32) -> Self {
        self.0.remembered = line;
        self
    }

    /// The same error after `overlooked`: the reader's complaints have no line of their own, and get that of whatever was
    /// wrong before.
    pub(crate) fn after(mut self, overlooked: &Self) -> Self {
        if self.0.kind == ErrorKind::Reader
            && overlooked.0.remembered > 0
            && let Some(problem) = self.0.text.strip_prefix("yaml: ")
        {
            self.0.text = format!("yaml: line {}: {problem}", overlooked.0.remembered);
        }
        self
    }

    /// Which layer refused the input.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The line of the offending text, from 1, where it is known.
    pub fn line(&self) -> Option<u32> {
        self.0.place.map(|(line, _)| line)
    }

    /// The column of the offending text, from 1 and in characters, where it is known.
    pub fn column(&self) -> Option<u32> {
        self.0.place.map(|(_, column)| column)
    }

    /// What to do about it, where the line in `source` shows what people do most: indent with tabs, write a template's
    /// action into what is no template, or begin keys of one mapping in different columns.
    pub fn advice(&self, source: &str) -> Option<&'static str> {
        let line = source.lines().nth(self.line()?.checked_sub(1)? as usize)?;
        let indent = &line[..line.len() - line.trim_start().len()];
        if indent.contains('\t') {
            return Some("indent with spaces: YAML takes no tabs");
        }
        if line.contains("{{") {
            return Some(
                "only templates of charts have `{{ … }}` filled in; elsewhere a text that begins so stands in quotes",
            );
        }
        let is_about_columns =
            ["mapping values are not allowed", "did not find expected key", "did not find expected '-'"]
                .iter()
                .any(|words| self.0.text.contains(words));
        is_about_columns.then_some(
            "keys of one mapping begin in the same column, and a text with `: ` in it stands in quotes",
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use crate::{Dialect, Limits, parse};

    #[test]
    fn what_people_do_most_is_recognised() {
        for (text, expected) in [
            ("a:\n\tb: 1\n", Some("tabs")),
            ("a: 1\n  b: 2\n", Some("same column")),
            ("a: {b: 1}\n  c: 2\n", Some("same column")),
            ("a: say: it\n", Some("in quotes")),
            ("a: {{ .Values.b }}: c\n", Some("templates")),
            ("a: {b: 1\n", None),
        ] {
            let error = parse(text.as_bytes(), Dialect::V2, &Limits::default()).unwrap_err();
            let advice = error.advice(text);
            assert_eq!(advice.is_some(), expected.is_some(), "{text:?}: {error}: {advice:?}");
            assert!(expected.is_none_or(|part| advice.unwrap().contains(part)), "{text:?}: {advice:?}");
        }
    }
}
