//! Times and durations: the same as in `tools/oracle-go/internal/time/bench.go`.

use std::hint::black_box;

use longshore_go::Duration;
use longshore_go::time::{Location, Time, parse};

use super::Case;

const RFC3339: &[u8] = b"2006-01-02T15:04:05.999999999Z07:00";
const WORDS: &[u8] = b"Monday, 02 January 2006 at 3:04 PM MST";

pub(crate) const CASES: &[Case] = &[
    ("time-format-rfc3339", || format(RFC3339)),
    ("time-format-words", || format(WORDS)),
    ("time-parse-rfc3339", || reading(RFC3339, b"2024-02-29T01:00:00.123456789+01:00")),
    ("time-parse-words", || reading(WORDS, b"Thursday, 29 February 2024 at 1:00 AM CET")),
    ("time-parse-duration", || Box::new(|| drop(black_box(Duration::parse(black_box(b"2h45m30.5s")))))),
    ("time-print-duration", || {
        Box::new(|| drop(black_box(black_box(Duration(9_930_500_000_000)).to_string())))
    }),
];

fn format(layout: &'static [u8]) -> Box<dyn FnMut()> {
    let time = Time::unix(1_709_164_800, 123_456_789).in_location(Location::fixed("CET", 3600));
    Box::new(move || drop(black_box(time.format(black_box(layout)))))
}

fn reading(layout: &'static [u8], text: &'static [u8]) -> Box<dyn FnMut()> {
    Box::new(move || {
        parse(black_box(layout), black_box(text), &Location::Utc).expect("the text is of the layout");
    })
}
