//! Who is working on a release: the holder written into its pending record (design decision 5).
//!
//! A pending record is the intent, and it names a holder who renews a time on it. An observer trusts no
//! clock but its own: a holder is dead when its renew time stayed *unchanged* for a full term that the
//! observer measured itself. A command that was interrupted takes its name out, and can be followed at once.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::Context;

/// Who works on it; absent once the work was interrupted in good order.
pub(crate) const HOLDER: &str = "longshore.dev/holder";
/// When the holder last said so.
pub(crate) const RENEWED: &str = "longshore.dev/renew-time";
/// A mark of a record that Longshore wrote: with it and without a holder, the work was interrupted.
pub(crate) const TERM: &str = "longshore.dev/term-seconds";

/// How long a holder may be silent, unless it says otherwise ([`Context::term`]). It renews three times in a term, so
/// that two renewals may get lost.
pub const HOLD_TERM: Duration = Duration::from_secs(15);

/// The longest term that is believed: who writes a longer one is taken for dead after this.
const LONGEST_TERM: Duration = Duration::from_mins(5);

/// The holder's name, if somebody holds the record.
pub fn holder(annotations: &BTreeMap<String, String>) -> Option<&str> {
    annotations.get(HOLDER).map(String::as_str).filter(|name| !name.is_empty())
}

/// Writes our name, the time and our term.
pub(crate) fn take(annotations: &mut BTreeMap<String, String>, context: &Context) {
    write(annotations, &context.holder, context.clock.now(), context.term);
}

fn write(annotations: &mut BTreeMap<String, String>, name: &str, now: Timestamp, term: Duration) {
    annotations.insert(HOLDER.to_owned(), name.to_owned());
    annotations.insert(RENEWED.to_owned(), now.to_string());
    annotations.insert(TERM.to_owned(), term.as_secs().max(1).to_string());
}

/// The term that the holder promised to renew in.
pub(crate) fn term(annotations: &BTreeMap<String, String>) -> Duration {
    let told = annotations.get(TERM).and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
    told.filter(|term| !term.is_zero()).unwrap_or(HOLD_TERM).min(LONGEST_TERM)
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
    use std::time::Duration;

    use jiff::Timestamp;

    use super::{HOLD_TERM, Hold, LONGEST_TERM, let_go, read, term, write};

    #[test]
    fn a_hold_is_seen_and_its_end_too() {
        let mut annotations = BTreeMap::new();
        assert_eq!(read(&annotations), Hold::Foreign);
        write(&mut annotations, "ann@laptop", Timestamp::UNIX_EPOCH, HOLD_TERM);
        assert_eq!(
            read(&annotations),
            Hold::Held { by: "ann@laptop".into(), renewed: "1970-01-01T00:00:00Z".into() }
        );
        let_go(&mut annotations);
        assert_eq!(read(&annotations), Hold::Abandoned);
    }
    #[test]
    fn a_term_is_believed_within_reason() {
        let mut annotations = BTreeMap::new();
        assert_eq!(term(&annotations), HOLD_TERM);
        write(&mut annotations, "ann", Timestamp::UNIX_EPOCH, Duration::from_millis(1));
        assert_eq!(term(&annotations), Duration::from_secs(1));
        for (told, expected) in [("0", HOLD_TERM), ("x", HOLD_TERM), ("999999", LONGEST_TERM)] {
            annotations.insert(super::TERM.to_owned(), told.to_owned());
            assert_eq!(term(&annotations), expected, "{told}");
        }
    }
}
