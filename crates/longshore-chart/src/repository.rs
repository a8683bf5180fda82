//! Chart repositories: the index of what one has, and the file of those that a user knows.
//!
//! Pure as the rest of the crate: bytes in, bytes out. Getting them is for others.

mod entries;
mod index;
mod ordered;
mod read;
#[cfg(test)]
mod tests;

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

pub use entries::{RepositoryEntry, RepositoryFile};
pub use index::{ChartVersion, Index, IndexError, Pick, Skipped};

use crate::metadata::Dependency;
use ordered::Ordered;

/// The digest that a lock has of what was asked for and what was settled on.
///
/// It is of JSON as Go's `encoding/json` writes it
/// (<https://github.com/helm/helm/blob/v4.3.1/internal/resolver/resolver.go>).
/// `asked` is nothing if Chart.yaml does not speak of dependencies at all.
pub fn lock_digest(asked: Option<&[Dependency]>, locked: &[Dependency]) -> String {
    sha256(&Ordered::List(vec![list(asked), list(Some(locked))]))
}

/// The digest that Helm 2 made, of what was asked for alone.
pub fn lock_digest_v2(asked: Option<&[Dependency]>) -> String {
    sha256(&Ordered::Object(vec![(String::from("dependencies"), list(asked))]))
}

fn list(all: Option<&[Dependency]>) -> Ordered {
    match all {
        Some(all) => Ordered::List(all.iter().map(ordered::dependency).collect()),
        None => Ordered::Plain(Json::Null),
    }
}

fn sha256(json: &Ordered) -> String {
    format!("sha256:{}", hex(&json.compact()))
}

/// The SHA-256 of bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
