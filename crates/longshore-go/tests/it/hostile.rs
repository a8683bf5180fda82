//! Inputs of megabytes are judged quickly, whatever they are made of.

use std::time::{Duration, Instant};

use longshore_go::semver::{Constraint, Version};
use longshore_go::time::{Location, Time, parse};

/// Runs it on repetitions of each text, a megabyte long. A second is the aim in a release build; tests are
/// compiled without optimisation and share cores.
fn quickly(texts: &[&str], call: impl Fn(&[u8])) {
    for text in texts {
        let long = text.repeat((1 << 20) / text.len());
        let start = Instant::now();
        call(long.as_bytes());
        let took = start.elapsed();
        assert!(took < Duration::from_secs(30), "{took:?} for {text:?} again and again");
    }
}

#[test]
fn versions_and_constraints() {
    quickly(&["1", "1.", "1-", "a", "-", "0", "1.2.3-a.", "||", ">=1 ", "1 - 2 ", "\u{e9}", "x"], |text| {
        assert!(Version::parse(text).is_err());
        assert!(Version::parse_strict(text).is_err());
        assert!(Constraint::parse(text).is_err());
    });
}

#[test]
fn layouts_times_and_durations() {
    let time = Time::unix(1_700_000_000, 123_456_789).in_location(Location::fixed("CET", 3600));
    quickly(
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
    quickly(&["1", "1h", ".", "0.1s", "-", "9223372036854775807ns", "\u{e9}"], |text| {
        let _ = longshore_go::Duration::parse(text);
    });
}
