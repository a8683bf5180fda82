//! Where a revision is in its life.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Helm's release statuses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The current revision.
    Deployed,
    /// Uninstalled, with its history kept.
    Uninstalled,
    /// Replaced by a later revision.
    Superseded,
    /// Did not complete.
    Failed,
    /// Being uninstalled.
    Uninstalling,
    /// A first install has begun.
    PendingInstall,
    /// An upgrade has begun.
    PendingUpgrade,
    /// A rollback has begun.
    PendingRollback,
    /// Not known; what an unreadable status becomes.
    #[default]
    #[serde(other)]
    Unknown,
}

impl Status {
    /// The word in records, labels and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Deployed => "deployed",
            Self::Uninstalled => "uninstalled",
            Self::Superseded => "superseded",
            Self::Failed => "failed",
            Self::Uninstalling => "uninstalling",
            Self::PendingInstall => "pending-install",
            Self::PendingUpgrade => "pending-upgrade",
            Self::PendingRollback => "pending-rollback",
        }
    }

    /// Whether the revision was deployed completely, now or once.
    pub fn has_ended_well(self) -> bool {
        matches!(self, Self::Deployed | Self::Superseded)
    }

    /// Whether an operation has begun and not ended.
    pub fn is_pending(self) -> bool {
        matches!(self, Self::PendingInstall | Self::PendingUpgrade | Self::PendingRollback)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
