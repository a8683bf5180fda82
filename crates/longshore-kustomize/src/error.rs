//! What can go wrong, in Kustomize's words.

use std::fmt;

use longshore_yaml::Kind;

/// What an error is besides its text, where Kustomize does something else because of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Class {
    #[default]
    Other,
    /// A node of this kind stood where another was expected.
    NodeKind(Kind),
    /// A server answered, and not with the file.
    Http,
    /// It took too long.
    Timeout,
}

/// An error with the text that Kustomize prints behind `Error: `.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    text: String,
    class: Class,
}

impl Error {
    /// An error with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Box::new(Inner { text: text.into(), class: Class::Other }))
    }

    /// A server's refusal of a file; it is not tried as anything else then.
    pub fn http(text: impl Into<String>) -> Self {
        Self(Box::new(Inner { text: text.into(), class: Class::Http }))
    }

    /// Something that took too long.
    pub fn timeout(text: impl Into<String>) -> Self {
        Self(Box::new(Inner { text: text.into(), class: Class::Timeout }))
    }

    /// The same error, of a node of this kind where another was expected.
    pub fn of_node_kind(mut self, kind: Kind) -> Self {
        self.0.class = Class::NodeKind(kind);
        self
    }

    /// The same error behind `prefix: `.
    pub fn wrapped(mut self, prefix: impl fmt::Display) -> Self {
        self.0.text = format!("{prefix}: {}", self.0.text);
        self
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The kind of a node that stood where another was expected.
    pub fn node_kind(&self) -> Option<Kind> {
        match self.0.class {
            Class::NodeKind(kind) => Some(kind),
            _ => None,
        }
    }

    /// Whether a server refused a file.
    pub fn is_http(&self) -> bool {
        self.0.class == Class::Http
    }

    /// Whether something took too long.
    pub fn is_timeout(&self) -> bool {
        self.0.class == Class::Timeout
    }

    /// Whether a file was no YAML; Kustomize looks at the text.
    pub fn is_malformed_yaml(&self) -> bool {
        self.0.text.contains("MalformedYAMLError")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl std::error::Error for Error {}

impl From<longshore_yaml::Error> for Error {
    fn from(error: longshore_yaml::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// Puts what was being done in front of an error's text.
pub trait Context<T> {
    /// The same result, an error of which stands behind `prefix: `.
    ///
    /// # Errors
    /// The same error.
    fn context(self, prefix: impl FnOnce() -> String) -> Result<T, Error>;
}

impl<T, E: Into<Error>> Context<T> for Result<T, E> {
    fn context(self, prefix: impl FnOnce() -> String) -> Result<T, Error> {
        self.map_err(|error| error.into().wrapped(prefix()))
    }
}
