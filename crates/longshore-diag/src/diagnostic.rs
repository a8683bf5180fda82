//! One thing that is wrong, or worth knowing.

use std::fmt;
use std::ops::{Deref, DerefMut};

use serde::Serialize;

use crate::Place;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The command stops.
    Error,
    /// The command goes on; the reader should look.
    Warning,
    /// Worth knowing.
    Note,
}

/// One step of the way that led to the place: an include, a release, a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// What was being done: ``in template `app.labels` ``, `in release services`.
    pub doing: String,
    /// Where, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// What is wrong, where, how the reader got there, and what to do next.
///
/// It is one pointer wide, so that a `Result<T, Diagnostic>` costs nothing where all goes well. The
/// fields are those of [`Report`], which it derefs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Diagnostic(Box<Report>);

/// The content of a [`Diagnostic`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How bad it is.
    pub severity: Severity,
    /// A stable name for the kind of mistake: `area/what`, lower case.
    pub code: &'static str,
    /// One sentence without a full stop: what was expected and what was found. Never a secret.
    pub message: String,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The way there, innermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<Link>,
    /// Further facts, a line each: events, log lines, candidates.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The next thing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Diagnostic {
    /// An error with its code and message.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Report {
            severity: Severity::Error,
            code,
            message: message.into(),
            place: None,
            chain: Vec::new(),
            notes: Vec::new(),
            hint: None,
        }))
    }

    /// A warning with its code and message.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        let mut warning = Self::error(code, message);
        warning.severity = Severity::Warning;
        warning
    }

    /// Something worth knowing, with its code.
    pub fn remark(code: &'static str, message: impl Into<String>) -> Self {
        let mut remark = Self::error(code, message);
        remark.severity = Severity::Note;
        remark
    }

    /// Says where it is.
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Says where it is, unless a nearer place is known already.
    pub fn or_at(mut self, place: Place) -> Self {
        self.place.get_or_insert(place);
        self
    }

    /// Adds the next outer step of the way there.
    pub fn within(mut self, doing: impl Into<String>, place: Option<Place>) -> Self {
        self.chain.push(Link { doing: doing.into(), place });
        self
    }

    /// Adds a line of fact.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says what to do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl Deref for Diagnostic {
    type Target = Report;
    fn deref(&self) -> &Report {
        &self.0
    }
}

impl DerefMut for Diagnostic {
    fn deref_mut(&mut self) -> &mut Report {
        &mut self.0
    }
}

impl fmt::Display for Diagnostic {
    /// One line: place, message, hint. The full form is [`crate::Render`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}
