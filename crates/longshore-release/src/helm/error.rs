//! What went wrong, in Helm's words.
//!
//! Helm's errors are texts around texts; scripts look for pieces of them. Of what lies at the bottom only those reasons
//! are kept that some step decides by.

use std::fmt;

use longshore_cluster::Error as ClusterError;

use crate::RecordsError;

/// A result of one of Helm's steps.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    text: String,
    reason: Reason,
}

/// What lies at the bottom.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Reason {
    #[default]
    Other,
    NotFound,
    AlreadyExists,
    Conflict,
    Forbidden,
}

impl Error {
    /// With a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), reason: Reason::Other }
    }

    /// That time is up.
    pub fn deadline() -> Self {
        Self::new("context deadline exceeded")
    }

    /// The same behind what was being done: `around: text`.
    pub fn within(self, around: impl fmt::Display) -> Self {
        Self { text: format!("{around}: {}", self.text), reason: self.reason }
    }

    /// Several as one, `between` them; one alone stays itself.
    pub fn join(mut errors: Vec<Self>, between: &str) -> Option<Self> {
        match errors.len() {
            0 => None,
            1 => errors.pop(),
            _ => {
                let texts: Vec<String> = errors.into_iter().map(|error| error.text).collect();
                Some(Self::new(texts.join(between)))
            }
        }
    }

    /// Whether something was not there.
    pub fn is_not_found(&self) -> bool {
        self.reason == Reason::NotFound
    }

    /// Whether something was there already.
    pub fn is_already_exists(&self) -> bool {
        self.reason == Reason::AlreadyExists
    }

    /// Whether something was changed meanwhile, or has fields of others.
    pub fn is_conflict(&self) -> bool {
        self.reason == Reason::Conflict
    }

    /// Whether the user may not.
    pub fn is_forbidden(&self) -> bool {
        self.reason == Reason::Forbidden
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {}

impl From<&ClusterError> for Error {
    fn from(error: &ClusterError) -> Self {
        let reason = match error {
            error if error.is_not_found() => Reason::NotFound,
            error if error.is_already_exists() => Reason::AlreadyExists,
            error if error.is_forbidden() => Reason::Forbidden,
            ClusterError::Refused(refused) if refused.status.code == 409 => Reason::Conflict,
            _ => Reason::Other,
        };
        Self { text: error.as_client_go(""), reason }
    }
}

impl From<ClusterError> for Error {
    fn from(error: ClusterError) -> Self {
        Self::from(&error)
    }
}

impl From<RecordsError> for Error {
    fn from(error: RecordsError) -> Self {
        let reason = match &error {
            RecordsError::NotFound => Reason::NotFound,
            RecordsError::Exists => Reason::AlreadyExists,
            _ => Reason::Other,
        };
        Self { text: error.to_string(), reason }
    }
}

#[cfg(test)]
mod tests {
    use super::Error;
    use crate::RecordsError;

    #[test]
    fn what_is_around_an_error_does_not_hide_its_reason() {
        let error = Error::from(RecordsError::NotFound).within("uninstall: Release not loaded: web");
        assert_eq!(error.to_string(), "uninstall: Release not loaded: web: release: not found");
        assert!(error.is_not_found());
    }

    #[test]
    fn several_become_one() {
        assert_eq!(Error::join(Vec::new(), "; "), None);
        let both = Error::join(vec![Error::new("a"), Error::new("b")], "; ");
        assert_eq!(both.map(|error| error.to_string()).as_deref(), Some("a; b"));
    }
}
