//! Dates and times, in the four layouts that go-yaml tries with Go's `time.Parse`.

use std::fmt;

use longshore_go::fmt as go;
use longshore_go::time::{self, Location, Time};

use crate::encode::RFC_3339;

/// As go-yaml has them. In the second one, `t` is text.
const LAYOUTS: [&[u8]; 4] = [
    b"2006-1-2T15:4:5.999999999Z07:00",
    b"2006-1-2t15:4:5.999999999Z07:00",
    b"2006-1-2 15:4:5.999999999",
    b"2006-1-2",
];

/// A moment as written, with its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timestamp {
    seconds: i64,
    nanoseconds: u32,
    /// Seconds east of UTC; none if it is in UTC.
    offset: Option<i32>,
}

impl Timestamp {
    /// Reads `text`, which must be all date or all date and time.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() < 5 || bytes[4] != b'-' || !bytes[..4].iter().all(u8::is_ascii_digit) {
            return None;
        }
        let time = LAYOUTS.iter().find_map(|layout| time::parse(layout, bytes, &Location::Utc).ok())?;
        let offset = match time.location {
            Location::Utc => None,
            ref other => Some(other.at(time.seconds).1),
        };
        Some(Self { seconds: time.seconds, nanoseconds: time.nanoseconds, offset })
    }

    /// As `%#v` prints Go's `time.Time`.
    pub(crate) fn go_syntax(self) -> String {
        let printed = go::sprintf(b"%#v", &[self.time().into_value()]);
        String::from_utf8_lossy(&printed).into_owned()
    }

    fn time(self) -> Time {
        let utc = Time::unix(self.seconds, self.nanoseconds);
        match self.offset {
            None => utc,
            Some(offset) => utc.in_location(Location::fixed("", offset)),
        }
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 with as many digits of the second as are needed, as Go's `time.Time` is put into JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.time().format(RFC_3339)))
    }
}
