//! What can go wrong, in Go's words, with the parts kept apart for those who print it their own way.

use std::fmt;

use longshore_go::{Str, rune, strconv};

/// A source that does not parse.
///
/// Displays as Go's text: `template: chart/templates/x.yaml:3: unexpected "}" in operand`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("template: {name}:{line}: {message}")]
pub struct ParseError {
    /// The name under which the source was parsed.
    pub name: String,
    /// Line of the token last read, from 1.
    pub line: u32,
    /// What was wrong.
    pub message: String,
}

/// An execution that failed.
///
/// Displays as Go's text, `template: FILE:LINE:COLUMN: executing "NAME" at <NODE>: PROBLEM`. The
/// problem of a failed call is itself a chain: `error calling include: template: …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecError {
    /// Where it happened; `None` when nothing was executing yet.
    pub place: Option<Box<ExecPlace>>,
    /// The template that was executing, or that should have.
    pub template: Str,
    /// What went wrong there.
    pub problem: Problem,
}

/// The node at which an execution failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecPlace {
    /// The name of the source that holds the node: the file.
    pub file: Str,
    /// Line, from 1.
    pub line: u32,
    /// Column in bytes, from 0, as Go counts it.
    pub column: u32,
    /// The node as Go prints it: `.Values.foo.bar`, `include "x" .`.
    pub node: String,
}

/// What went wrong at a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The template language itself objects: nil pointer, unknown field, wrong argument.
    Template(String),
    /// A function or method returned an error.
    Call {
        /// The function's name.
        function: String,
        /// What it returned.
        error: FuncError,
    },
    /// A budget ran out. Go has no such error, except for the depth of templates.
    Budget(String),
}

/// The error that a template function returns.
///
/// Either a text of the function's own, or one wrapped around an error from inside (a template that
/// the function executed), so that whoever prints the chain can walk it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FuncError {
    /// The function's own text.
    #[error("{0}")]
    Message(String),
    /// An execution inside the function failed: `{before}{source}`, as `fmt.Errorf("before%w", source)`.
    #[error("{before}{source}")]
    Exec {
        /// What the function put before the inner error's text; often nothing.
        before: String,
        /// The inner error.
        source: Box<ExecError>,
    },
    /// A parse inside the function failed.
    #[error("{before}{source}")]
    Parse {
        /// What the function put before the inner error's text; often nothing.
        before: String,
        /// The inner error.
        source: Box<ParseError>,
    },
}

impl FuncError {
    /// An error with a text of the function's own.
    pub fn new(message: impl Into<String>) -> Self {
        Self::Message(message.into())
    }
}

impl From<String> for FuncError {
    fn from(message: String) -> Self {
        Self::Message(message)
    }
}

impl From<&str> for FuncError {
    fn from(message: &str) -> Self {
        Self::Message(message.to_owned())
    }
}

impl From<ExecError> for FuncError {
    fn from(source: ExecError) -> Self {
        Self::Exec { before: String::new(), source: Box::new(source) }
    }
}

impl From<ParseError> for FuncError {
    fn from(source: ParseError) -> Self {
        Self::Parse { before: String::new(), source: Box::new(source) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(message) | Self::Budget(message) => f.write_str(message),
            Self::Call { function, error } => write!(f, "error calling {function}: {error}"),
        }
    }
}

impl fmt::Display for ExecError {
    /// Go's text. A chain can be as long as templates nest, so this loops where it could recurse.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut error = self;
        loop {
            error.write_place(f)?;
            let Problem::Call { function, error: FuncError::Exec { before, source } } = &error.problem else {
                return write!(f, "{}", error.problem);
            };
            write!(f, "error calling {function}: {before}")?;
            error = source;
        }
    }
}

impl ExecError {
    fn write_place(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(place) = &self.place else {
            return f.write_str("template: ");
        };
        let name = strconv::quote(&self.template);
        write!(
            f,
            "template: {}:{}:{}: executing {} at <{}>: ",
            place.file,
            place.line,
            place.column,
            rune::to_text(&name),
            place.node,
        )
    }

    /// Takes the inner error out, for it to be dropped without recursion.
    fn take_source(&mut self) -> Option<Box<Self>> {
        let Problem::Call { error, .. } = &mut self.problem else {
            return None;
        };
        match std::mem::replace(error, FuncError::Message(String::new())) {
            FuncError::Exec { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl Drop for ExecError {
    /// As for printing: a long chain must not overflow the stack.
    fn drop(&mut self) {
        let mut next = self.take_source();
        while let Some(mut error) = next {
            next = error.take_source();
        }
    }
}

impl std::error::Error for ExecError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            Problem::Call { error, .. } => Some(error),
            Problem::Template(_) | Problem::Budget(_) => None,
        }
    }
}

impl ExecError {
    /// The innermost error of the chain: where the trouble began.
    pub fn innermost(&self) -> &Self {
        let mut error = self;
        while let Problem::Call { error: FuncError::Exec { source, .. }, .. } = &error.problem {
            error = source;
        }
        error
    }
}
