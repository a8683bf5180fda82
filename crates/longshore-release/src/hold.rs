//! Who is working on a release: the holder written into its pending record (design decision 5).
//!
//! A pending record is the intent, and it names a holder who renews a time on it. An observer trusts no
//! clock but its own: a holder is dead when its renew time stayed *unchanged* for a full term that the
//! observer measured itself. A command that was interrupted takes its name out, and can be followed at once.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

/// Who works on it; absent once the work was interrupted in good order.
pub(crate) const HOLDER: &str = "longshore.dev/holder";
/// When the holder last said so.
pub(crate) const RENEWED: &str = "longshore.dev/renew-time";
/// A mark of a record that Longshore wrote: with it and without a holder, the work was interrupted.
pub(crate) const TERM: &str = "longshore.dev/term-seconds";

/// How long a holder may be silent.
pub const HOLD_TERM: Duration = Duration::from_secs(15);
/// How often a holder renews: a third of the term, so that two renewals may get lost.
pub const RENEW_EVERY: Duration = Duration::from_secs(5);

/// The holder's name, if somebody holds the record.
pub fn holder(annotations: &BTreeMap<String, String>) -> Option<&str> {
    annotations.get(HOLDER).map(String::as_str).filter(|name| !name.is_empty())
}

/// Writes the holder's name and the time.
pub(crate) fn take(annotations: &mut BTreeMap<String, String>, name: &str, now: Timestamp) {
    annotations.insert(HOLDER.to_owned(), name.to_owned());
    annotations.insert(RENEWED.to_owned(), now.to_string());
    annotations.insert(TERM.to_owned(), HOLD_TERM.as_secs().to_string());
}

/// Takes the holder's name out; that the record was held stays visible.
pub(crate) fn let_go(annotations: &mut BTreeMap<String, String>) {
    annotations.remove(HOLDER);
    annotations.remove(RENEWED);
}

/// What can be said of a pending record at first sight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Somebody of ours holds it and may be alive: watch the renew time for a term.
    Held {
        /// Who.
        by: String,
        /// The renew time to compare with.
        renewed: String,
    },
    /// Interrupted in good order: nobody works on it.
    Abandoned,
    /// Written by real Helm, which names no holder.
    Foreign,
}

/// Reads the hold of a pending record.
pub(crate) fn read(annotations: &BTreeMap<String, String>) -> Hold {
    match holder(annotations) {
        Some(by) => {
            Hold::Held { by: by.to_owned(), renewed: annotations.get(RENEWED).cloned().unwrap_or_default() }
        }
        None if annotations.contains_key(TERM) => Hold::Abandoned,
        None => Hold::Foreign,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;

    use super::{Hold, let_go, read, take};

    #[test]
    fn a_hold_is_seen_and_its_end_too() {
        let mut annotations = BTreeMap::new();
        assert_eq!(read(&annotations), Hold::Foreign);
        take(&mut annotations, "ann@laptop", Timestamp::UNIX_EPOCH);
        assert_eq!(
            read(&annotations),
            Hold::Held { by: "ann@laptop".into(), renewed: "1970-01-01T00:00:00Z".into() }
        );
        let_go(&mut annotations);
        assert_eq!(read(&annotations), Hold::Abandoned);
    }
}
