//! A time in a record, kept in the words in which it was written.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An RFC 3339 time, or nothing.
///
/// The text is kept as it was read, zone and all digits, so that rewriting the status of a record that
/// real Helm made changes nothing else in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(String);

impl Time {
    /// Whether no time was recorded.
    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// The instant, if there is one and it can be read.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.0.parse().ok()
    }

    /// The text as it stands in the record.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Timestamp> for Time {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.to_string())
    }
}
