//! Times of records as Go shows them.

use longshore_chart::Services as _;
use longshore_go::time::{Time, parse};
use longshore_platform::World;
use longshore_release::record;

const RFC3339: &[u8] = b"2006-01-02T15:04:05Z07:00";

/// A time of a record. One that is not there, or is none, is Go's zero time.
pub(super) fn read(time: &record::Time) -> Time {
    if time.is_zero() {
        return Time::zero();
    }
    let read = parse(RFC3339, time.as_str().as_bytes(), &World::default().local());
    read.unwrap_or_else(|_| Time::zero())
}

/// The time in a layout.
pub(super) fn format(time: &Time, layout: &str) -> String {
    String::from_utf8_lossy(&time.format(layout.as_bytes())).into_owned()
}

/// As `time.ANSIC` has it: `Mon Jan  2 15:04:05 2006`.
pub(super) fn ansic(time: &Time) -> String {
    format(time, "Mon Jan _2 15:04:05 2006")
}

/// As `time.RFC3339` has it.
pub(super) fn rfc3339(time: &Time) -> String {
    format(time, "2006-01-02T15:04:05Z07:00")
}

/// As Go writes a time into JSON.
pub(super) fn json(time: &Time) -> String {
    format(time, "2006-01-02T15:04:05.999999999Z07:00")
}

/// As a time's `String` has it.
pub(super) fn long(time: &Time) -> String {
    format(time, "2006-01-02 15:04:05.999999999 -0700 MST")
}
