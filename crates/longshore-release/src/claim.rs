//! Whose release is it? Records carry the platform and its environment as labels (design decision 1): what another
//! platform, another environment or nobody of ours has deployed is not taken over and not removed.

use std::collections::BTreeMap;
use std::fmt;

use crate::Context;
use crate::prepare::{ENVIRONMENT_LABEL, PLATFORM_LABEL};

/// Somebody else who has deployed a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Another platform.
    Platform(String),
    /// Another environment of this platform.
    Environment {
        /// Its name.
        name: String,
        /// The platform.
        platform: String,
    },
    /// The record has no label of ours: Helm wrote it, or something like it.
    Unlabelled,
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Platform(platform) => write!(f, "platform `{platform}`"),
            Self::Environment { name, platform } => {
                write!(f, "environment `{name}` of this platform (`{platform}`)")
            }
            Self::Unlabelled => f.write_str("somebody who does not use Longshore"),
        }
    }
}

impl Context {
    /// Who else has deployed a release whose newest record has these labels; `None` if it is ours. A record of the platform
    /// that names no environment is nobody else's. Without a platform of our own everything is ours.
    pub fn claim_on(&self, labels: &BTreeMap<String, String>) -> Option<Claim> {
        let platform = self.labels.get(PLATFORM_LABEL)?;
        match labels.get(PLATFORM_LABEL) {
            None => return Some(Claim::Unlabelled),
            Some(theirs) if theirs != platform => return Some(Claim::Platform(theirs.clone())),
            Some(_) => {}
        }
        let theirs = labels.get(ENVIRONMENT_LABEL)?;
        let ours = self.environment()?;
        let is_ours = theirs == ours || self.former_environments.contains(theirs);
        (!is_ours).then(|| Claim::Environment { name: theirs.clone(), platform: platform.clone() })
    }

    /// The environment that is worked for.
    pub fn environment(&self) -> Option<&str> {
        self.labels.get(ENVIRONMENT_LABEL).map(String::as_str)
    }
}
