//! Go's `time.Time`: a moment with a zone, printed and read by layouts such as `2006-01-02`.
//!
//! There is no clock here: moments come from outside, and so do the rules of zones other than UTC and
//! fixed offsets ([`ZoneRules`]).

mod civil;
mod format;
mod layout;
mod object;
mod parse;
mod rfc3339;
mod zone;

pub use civil::Civil;
pub use object::TYPE;
pub use parse::{TimeParseError, parse};
pub use zone::{Location, ZoneRules};

use crate::Duration;

/// Seconds from the year 1 to the year 1970, both by the proleptic Gregorian calendar: Go's zero time is
/// that long before Unix's.
const ZERO_UNIX: i64 = -62_135_596_800;

/// A moment to the nanosecond, with the zone that it is shown in.
///
/// ```
/// use longshore_go::time::{Location, Time};
/// let time = Time::unix(1_136_214_245, 0).in_location(Location::fixed("", -7 * 3600));
/// assert_eq!(time.format(b"Mon, 02 Jan 2006 15:04:05 -0700"), b"Mon, 02 Jan 2006 08:04:05 -0700");
/// ```
#[derive(Clone, Debug)]
pub struct Time {
    /// Seconds since 1970 in UTC.
    pub seconds: i64,
    /// Nanoseconds within the second, below 1,000,000,000.
    pub nanoseconds: u32,
    /// The zone.
    pub location: Location,
    /// The reading of a clock that only goes forward, if the moment was read from one.
    monotonic: Option<Duration>,
}

impl Time {
    /// A moment in UTC by Unix time.
    pub fn unix(seconds: i64, nanoseconds: u32) -> Self {
        Self { seconds, nanoseconds, location: Location::Utc, monotonic: None }
    }

    /// Go's zero time, the first moment of the year 1.
    pub fn zero() -> Self {
        Self::unix(ZERO_UNIX, 0)
    }

    /// Whether it is the zero time (`Time.IsZero`).
    pub fn is_zero(&self) -> bool {
        self.seconds == ZERO_UNIX && self.nanoseconds == 0
    }

    /// The same moment in another zone (`Time.In`).
    pub fn in_location(mut self, location: Location) -> Self {
        self.location = location;
        self.monotonic = None;
        self
    }

    /// The same moment with a reading of the monotonic clock, which for Go's `time.Now` is the time since
    /// the process began: printing the time shows it.
    pub fn with_monotonic(mut self, reading: Duration) -> Self {
        self.monotonic = Some(reading);
        self
    }

    /// The moment that long after (`Time.Add`).
    pub fn after(mut self, duration: Duration) -> Self {
        const SECOND: i64 = 1_000_000_000;
        let nanoseconds = i64::from(self.nanoseconds) + duration.0.rem_euclid(SECOND);
        let carry = nanoseconds / SECOND;
        self.seconds = self.seconds.wrapping_add(duration.0.div_euclid(SECOND)).wrapping_add(carry);
        self.nanoseconds = (nanoseconds % SECOND) as u32;
        self.monotonic =
            self.monotonic.and_then(|reading| Some(Duration(reading.0.checked_add(duration.0)?)));
        self
    }

    /// How long after `other` it is, at most the largest duration (`Time.Sub`).
    pub fn since(&self, other: &Self) -> Duration {
        if let (Some(own), Some(other)) = (self.monotonic, other.monotonic) {
            return Duration(own.0.saturating_sub(other.0));
        }
        let seconds = i128::from(self.seconds) - i128::from(other.seconds);
        let exact = seconds * 1_000_000_000 + i128::from(self.nanoseconds) - i128::from(other.nanoseconds);
        Duration(exact.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
    }

    /// Date and time of day in its zone.
    pub fn civil(&self) -> Civil {
        let offset = self.location.offset_at(self.seconds);
        Civil::of(self.seconds.wrapping_add(i64::from(offset)))
    }
}
