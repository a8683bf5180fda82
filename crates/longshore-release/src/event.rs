//! What happens during an operation, told as it happens.

use longshore_diag::Diagnostic;
use longshore_object::ObjectKey;

/// Something that happened to a release.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The operation begins: `installing`, `upgrading to revision 4`.
    Started(String),
    /// An object was applied or deleted.
    Object {
        /// Which.
        key: ObjectKey,
        /// What happened to it.
        done: Done,
    },
    /// A hook begins (`None`) or has ended.
    Hook {
        /// Name of the hook's object.
        key: ObjectKey,
        /// `pre-install`, `post-upgrade`.
        event: String,
        /// Whether it succeeded.
        succeeded: Option<bool>,
    },
    /// A line that a program prints which is run for the release.
    Said(String),
    /// The wait begins, for so many objects.
    Waiting(usize),
    /// How far an object is: `2 of 3 replicas ready`.
    Progress {
        /// Which.
        key: ObjectKey,
        /// How far.
        message: String,
        /// Whether it is there.
        ready: bool,
    },
    /// Worth knowing.
    Warning(Diagnostic),
    /// The operation ended well.
    Finished(String),
}

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Done {
    /// It is new.
    Created,
    /// It was changed.
    Configured,
    /// It was as it should be.
    Unchanged,
    /// It is gone.
    Deleted,
    /// It stays, though the release goes.
    Kept,
}

impl Done {
    /// The word that `kubectl` uses for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Configured => "configured",
            Self::Unchanged => "unchanged",
            Self::Deleted => "deleted",
            Self::Kept => "kept",
        }
    }
}

/// Who wants to be told.
pub trait Observer: Send + Sync {
    /// Something happened to `release`. Must not block.
    fn observe(&self, release: &str, event: &Event);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Observer for Silent {
    fn observe(&self, _release: &str, _event: &Event) {}
}
