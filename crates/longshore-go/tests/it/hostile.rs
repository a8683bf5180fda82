//! Inputs of megabytes are judged quickly, whatever they are made of.

use longshore_go::semver::{Constraint, Version};
use longshore_go::time::{Location, Time, parse};

/// Runs it on repetitions of each text, a megabyte long: a second in a release build. What takes the square of the
/// length shows by a test that does not end.
fn on_megabytes(texts: &[&str], call: impl Fn(&[u8])) {
    for text in texts {
        call(text.repeat((1 << 20) / text.len()).as_bytes());
    }
}

#[test]
fn versions_and_constraints() {
    on_megabytes(
        &["1", "1.", "1-", "a", "-", "0", "1.2.3-a.", "||", ">=1 ", "1 - 2 ", "\u{e9}", "x"],
        |text| {
            assert!(Version::parse(text).is_err());
            assert!(Version::parse_strict(text).is_err());
            assert!(Constraint::parse(text).is_err());
        },
    );
}

#[test]
fn layouts_times_and_durations() {
    let time = Time::unix(1_700_000_000, 123_456_789).in_location(Location::fixed("CET", 3600));
    on_megabytes(
        &["2006", "_", "Jan", ".0", ".9", "0", "-07", "Z07:00:00", "MST", "2006-01-02 ", "\u{e9}"],
        |text| {
            assert!(!time.format(text).is_empty());
            assert!(parse(text, b"2023-01-02", &Location::Utc).is_err());
            assert!(parse(b"2006-01-02T15:04:05.000Z07:00", text, &Location::Utc).is_err());
            let shown = time.format(text);
            // Whether or not it can be read back.
            let _ = parse(text, &shown, &Location::Utc);
        },
    );
    on_megabytes(&["1", "1h", ".", "0.1s", "-", "9223372036854775807ns", "\u{e9}"], |text| {
        let _ = longshore_go::Duration::parse(text);
    });
}
