//! Why an operation on a release did not succeed.

use longshore_cluster::Error as ClusterError;
use longshore_diag::Diagnostic;

use crate::mask::Mask;
use crate::record::CodecError;

/// What can go wrong with a release.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// The cluster refused, or could not be reached.
    #[error(transparent)]
    Cluster(#[from] Box<ClusterError>),
    /// A record could not be read or written.
    #[error("record `{key}`: {source}")]
    Record {
        /// Name of its Secret.
        key: String,
        /// What was wrong with it.
        source: CodecError,
    },
    /// Somebody else was faster: the record that was to be written exists already.
    #[error("revision {revision} of release `{name}` was written by somebody else just now")]
    Raced {
        /// The release.
        name: String,
        /// The revision.
        revision: u32,
    },
    /// We no longer hold the release.
    #[error("release `{name}` was taken over by {by} while we were working on it")]
    Lost {
        /// The release.
        name: String,
        /// Who has it now.
        by: String,
    },
    /// The record could not be renewed for too long.
    #[error(
        "the cluster did not answer for {seconds} s while we were working on release `{name}`, and nothing more is written"
    )]
    Silent {
        /// The release.
        name: String,
        /// For how long it was asked.
        seconds: u64,
    },
    /// Everything that is explained by a place, a chain and a hint.
    #[error("{0}")]
    Explained(Diagnostic),
}

impl ReleaseError {
    /// The error without the secrets that `mask` knows: a server's refusal may quote the value that it refuses.
    #[must_use]
    pub fn masked(self, mask: &Mask) -> Self {
        match self {
            Self::Cluster(_) | Self::Explained(_) if !mask.is_empty() => {
                Self::Explained(mask.diagnostic(self.into_diagnostic()))
            }
            other => other,
        }
    }

    /// Whether the cluster refused it for lack of a permission.
    pub fn is_forbidden(&self) -> bool {
        matches!(self, Self::Cluster(error) if error.is_forbidden())
    }

    /// The error with place, chain and hint.
    pub fn into_diagnostic(self) -> Diagnostic {
        match self {
            Self::Cluster(error) => error.diagnostic(),
            Self::Explained(diagnostic) => diagnostic,
            Self::Raced { .. } | Self::Lost { .. } => Diagnostic::error("release/busy", self.to_string())
                .hint("see who with `longshore history`, then run the command again"),
            Self::Silent { .. } => Diagnostic::error("release/silent", self.to_string())
                .hint("run the command again when it answers: it goes on from here"),
            Self::Record { .. } => Diagnostic::error("release/record", self.to_string())
                .hint("the record may be of a newer version, or damaged; `helm history` names the others"),
        }
    }
}

impl From<ClusterError> for ReleaseError {
    fn from(error: ClusterError) -> Self {
        Self::Cluster(Box::new(error))
    }
}

impl From<Diagnostic> for ReleaseError {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Explained(diagnostic)
    }
}
