//! What can go wrong with a chart, in Helm's words.
//!
//! The text of an [`Error`] is, byte for byte, what Helm prints after `Error: `; scripts and people
//! match on it. What Helm does not say (the place as file and line) is kept beside the text.

use std::collections::BTreeMap;
use std::fmt;

use crate::Log;
use longshore_diag::{Diagnostic, Link, Place};

/// The stage at which a chart was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The files are no chart.
    Load,
    /// Chart.yaml is not valid.
    Metadata,
    /// Values cannot be read or merged.
    Values,
    /// Dependencies cannot be worked out.
    Dependency,
    /// The values do not meet the schema.
    Schema,
    /// A template does not parse.
    Parse,
    /// A template fails.
    Execute,
    /// What was rendered is not YAML.
    Manifest,
    /// What a post-renderer gets or gives is not what it should be, or it fails.
    PostRender,
    /// The chart does not run on that Kubernetes.
    Capabilities,
}

impl ErrorKind {
    fn code(self) -> &'static str {
        match self {
            Self::Load => "chart/load",
            Self::Metadata => "chart/metadata",
            Self::Values => "chart/values",
            Self::Dependency => "chart/dependency",
            Self::Schema => "chart/schema",
            Self::Parse => "template/parse",
            Self::Execute => "template/execute",
            Self::Manifest => "chart/manifest",
            Self::PostRender => "chart/post-render",
            Self::Capabilities => "chart/capabilities",
        }
    }
}

/// An error about a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Content>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Content {
    kind: ErrorKind,
    text: String,
    place: Option<Place>,
    trace: Option<Trace>,
    warnings: Vec<Log>,
    files: BTreeMap<String, String>,
}

/// The same told link by link, where Helm's text runs all together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trace {
    /// What went wrong, without the way there.
    pub(crate) message: String,
    /// The way there, innermost first.
    pub(crate) chain: Vec<Link>,
}

impl Error {
    /// An error with Helm's text.
    pub fn new(kind: ErrorKind, text: impl Into<String>) -> Self {
        Self(Box::new(Content {
            kind,
            text: text.into(),
            place: None,
            trace: None,
            warnings: Vec::new(),
            files: BTreeMap::new(),
        }))
    }

    /// Says where it is.
    pub(crate) fn at(mut self, place: Place) -> Self {
        self.0.place.get_or_insert(place);
        self
    }

    /// Tells the way there link by link.
    pub(crate) fn traced(mut self, trace: Trace) -> Self {
        self.0.trace = Some(trace);
        self
    }

    /// Says what Helm would have logged before it.
    pub(crate) fn warned(mut self, warnings: Vec<Log>) -> Self {
        self.0.warnings = warnings;
        self
    }

    /// What Helm would have logged before it, in its words.
    pub fn warnings(&self) -> &[Log] {
        &self.0.warnings
    }

    /// Says what was rendered before it.
    pub(crate) fn having(mut self, files: BTreeMap<String, String>) -> Self {
        self.0.files = files;
        self
    }

    /// What the templates rendered to, by path, where one of them is no YAML: Helm prints it with `--debug`.
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.0.files
    }

    /// The same error behind `prefix`, as Go's `fmt.Errorf("prefix: %w")`.
    pub(crate) fn within(mut self, prefix: impl fmt::Display) -> Self {
        self.0.text = format!("{prefix}: {}", self.0.text);
        self
    }

    /// The stage.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The file of the chart, and the line in it, where that is known.
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// The error as a diagnostic: an error of a template has its way there as a chain, where Helm's text has
    /// everything in one.
    pub fn diagnostic(&self) -> Diagnostic {
        let code = self.0.kind.code();
        let mut diagnostic = match &self.0.trace {
            None => Diagnostic::error(code, self.0.text.clone()),
            Some(trace) => {
                let mut diagnostic = Diagnostic::error(code, trace.message.clone());
                diagnostic.chain.clone_from(&trace.chain);
                diagnostic
            }
        };
        diagnostic.place.clone_from(&self.0.place);
        diagnostic
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl std::error::Error for Error {}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        error.diagnostic()
    }
}
