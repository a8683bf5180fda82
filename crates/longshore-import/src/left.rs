//! What could not be translated: the list that is printed and kept beside the project file.

use longshore_diag::Place;

/// Something that was not translated, or only in part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    /// Where it is written.
    pub place: Place,
    /// What it is: `` `build` of service `web` ``.
    pub what: String,
    /// What became of it, and what to do.
    pub advice: String,
}

impl Left {
    /// `what`, which is written at `place`.
    pub fn new(place: Place, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { place, what: what.into(), advice: advice.into() }
    }
}

/// The list as a file to work through; nothing if nothing is left.
pub fn todo(source: &str, left: &[Left]) -> Option<String> {
    if left.is_empty() {
        return None;
    }
    let mut text = format!(
        "# What `longshore init` could not translate from {source}\n\nStrike out what is done, and delete this file when all is.\n\n"
    );
    text.extend(
        left.iter().map(|entry| format!("- [ ] {}: {}: {}\n", entry.place, entry.what, entry.advice)),
    );
    Some(text)
}
