//! `time.Duration`: reading, rounding, and the methods that templates can call on one.
//!
//! How it prints is in `fmt/duration.rs`.

use std::fmt::Write;

use crate::object::{Method, MethodError};
use crate::types;
use crate::{Duration, Str, Value};

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// Why a text is no duration, in the words of `time.ParseDuration`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Not a number with a unit, or too large.
    #[error("time: invalid duration {}", quoted(.0))]
    Invalid(Str),
    /// A number without a unit.
    #[error("time: missing unit in duration {}", quoted(.0))]
    MissingUnit(Str),
    /// A unit that Go does not know, such as `d`.
    #[error("time: unknown unit {} in duration {}", quoted(.unit), quoted(.input))]
    UnknownUnit {
        /// The unit as written.
        unit: Str,
        /// The whole text.
        input: Str,
    },
}

/// `time`'s own quoting, which escapes bytes beyond ASCII one by one.
pub(crate) fn quoted(text: &[u8]) -> String {
    let mut out = String::from("\"");
    for (at, c) in crate::rune::iter(text) {
        let (_, size) = crate::rune::decode(&text[at..]);
        if !(' '..'\u{80}').contains(&c) {
            for byte in &text[at..at + size] {
                write!(out, "\\x{byte:02x}").expect("writing to a String does not fail");
            }
            continue;
        }
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

impl Duration {
    /// `time.ParseDuration`: signed decimals with units `ns us µs ms s m h`, and plain `0`.
    ///
    /// ```
    /// use longshore_go::Duration;
    /// assert_eq!(Duration::parse(b"-1.5h"), Ok(Duration(-5_400_000_000_000)));
    /// let error = Duration::parse(b"1d").unwrap_err();
    /// assert_eq!(error.to_string(), "time: unknown unit \"d\" in duration \"1d\"");
    /// ```
    pub fn parse(text: &[u8]) -> Result<Self, DurationError> {
        let invalid = || DurationError::Invalid(text.into());
        let negative = text.first() == Some(&b'-');
        let mut rest = match text {
            [b'-' | b'+', rest @ ..] | rest => rest,
        };
        if rest == b"0" {
            return Ok(Self(0));
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        let mut total: u64 = 0;
        while !rest.is_empty() {
            if !matches!(rest[0], b'.' | b'0'..=b'9') {
                return Err(invalid());
            }
            let digits = leading(rest, u8::is_ascii_digit);
            let whole = number(digits).ok_or_else(invalid)?;
            rest = &rest[digits.len()..];
            let mut fraction: &[u8] = b"";
            if let [b'.', after @ ..] = rest {
                fraction = leading(after, u8::is_ascii_digit);
                rest = &after[fraction.len()..];
            }
            if digits.is_empty() && fraction.is_empty() {
                return Err(invalid());
            }
            let name = leading(rest, |byte| *byte != b'.' && !byte.is_ascii_digit());
            if name.is_empty() {
                return Err(DurationError::MissingUnit(text.into()));
            }
            rest = &rest[name.len()..];
            let unit = unit(name)
                .ok_or_else(|| DurationError::UnknownUnit { unit: name.into(), input: text.into() })?;
            let part = whole
                .checked_mul(unit)
                .filter(|&part| part <= 1 << 63)
                .and_then(|part| part.checked_add(share(fraction, unit)))
                .filter(|&part| part <= 1 << 63);
            // Twice the largest part is nothing again: Go's sum wraps around, and so does this.
            total = part
                .map(|part| total.wrapping_add(part))
                .filter(|&total| total <= 1 << 63)
                .ok_or_else(invalid)?;
        }
        if negative {
            return Ok(Self((total as i64).wrapping_neg()));
        }
        i64::try_from(total).map(Self).map_err(|_| invalid())
    }

    /// `Duration.Round`: to the nearest multiple of `multiple`, halves away from zero; at or below zero
    /// it leaves the duration as it is. What would overflow becomes the largest or least.
    pub fn round(self, multiple: Self) -> Self {
        if multiple.0 <= 0 {
            return self;
        }
        let rest = self.0 % multiple.0;
        if self.0 < 0 {
            let rest = -rest;
            if (rest as u64) * 2 < multiple.0 as u64 {
                return Self(self.0 + rest);
            }
            let rounded = self.0.checked_sub(multiple.0 - rest);
            return Self(rounded.unwrap_or(i64::MIN));
        }
        if (rest as u64) * 2 < multiple.0 as u64 {
            return Self(self.0 - rest);
        }
        Self(self.0.checked_add(multiple.0 - rest).unwrap_or(i64::MAX))
    }

    /// `Duration.Truncate`: toward zero to a multiple of `multiple`.
    pub fn truncate(self, multiple: Self) -> Self {
        if multiple.0 <= 0 {
            return self;
        }
        Self(self.0 - self.0 % multiple.0)
    }

    /// `Duration.Abs`: the least duration becomes the largest.
    pub fn abs(self) -> Self {
        Self(self.0.checked_abs().unwrap_or(i64::MAX))
    }

    /// `Duration.Hours`.
    pub fn hours(self) -> f64 {
        self.in_units(HOUR)
    }

    /// `Duration.Minutes`.
    pub fn minutes(self) -> f64 {
        self.in_units(MINUTE)
    }

    /// `Duration.Seconds`.
    pub fn seconds(self) -> f64 {
        self.in_units(SECOND)
    }

    /// Whole units and the rest apart, as Go does, so that the last bit agrees.
    fn in_units(self, unit: i64) -> f64 {
        (self.0 / unit) as f64 + (self.0 % unit) as f64 / unit as f64
    }
}

fn leading(text: &[u8], keep: impl Fn(&u8) -> bool) -> &[u8] {
    let end = text.iter().position(|byte| !keep(byte));
    &text[..end.unwrap_or(text.len())]
}

/// Digits as a number up to 2^63.
fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0u64, |value, digit| {
        value.checked_mul(10)?.checked_add(u64::from(digit - b'0')).filter(|&value| value <= 1 << 63)
    })
}

/// What the digits after the point are worth in a unit; digits beyond 2^63 are dropped.
fn share(digits: &[u8], unit: u64) -> u64 {
    let (mut value, mut scale) = (0u64, 1.0f64);
    for digit in digits {
        let next = value.checked_mul(10).map(|value| value + u64::from(digit - b'0'));
        match next {
            Some(next) if value <= (i64::MAX as u64) / 10 && next <= 1 << 63 => value = next,
            _ => break,
        }
        scale *= 10.0;
    }
    (value as f64 * (unit as f64 / scale)) as u64
}

fn unit(name: &[u8]) -> Option<u64> {
    Some(match name {
        b"ns" => 1,
        b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => 1_000,
        b"ms" => 1_000_000,
        b"s" => SECOND as u64,
        b"m" => MINUTE as u64,
        b"h" => HOUR as u64,
        _ => return None,
    })
}

fn receiver(value: &Value) -> Result<Duration, MethodError> {
    match value {
        Value::Duration(duration) => Ok(*duration),
        other => Err(MethodError(format!("method of time.Duration called on {}", other.type_info().name))),
    }
}

/// The multiple that `Round` and `Truncate` take: a Duration, or an integer that became one.
fn multiple(args: &[Value]) -> Result<Duration, MethodError> {
    match args {
        [Value::Duration(duration)] => Ok(*duration),
        [Value::Int(int)] => Ok(Duration(int.value)),
        _ => Err(MethodError("expected one time.Duration".into())),
    }
}

macro_rules! method {
    ($name:literal, $params:expr, |$duration:ident, $args:ident| $result:expr) => {
        Method {
            name: $name,
            params: $params,
            variadic: false,
            call: |value, $args| {
                let $duration = receiver(value)?;
                Ok($result)
            },
        }
    };
}

/// The methods, sorted by name.
pub(crate) static METHODS: [Method; 10] = [
    method!("Abs", &[], |duration, _args| Value::Duration(duration.abs())),
    method!("Hours", &[], |duration, _args| duration.hours().into()),
    method!("Microseconds", &[], |duration, _args| Value::int64(duration.0 / 1_000)),
    method!("Milliseconds", &[], |duration, _args| Value::int64(duration.0 / 1_000_000)),
    method!("Minutes", &[], |duration, _args| duration.minutes().into()),
    method!("Nanoseconds", &[], |duration, _args| Value::int64(duration.0)),
    method!("Round", &[&types::DURATION], |duration, args| {
        Value::Duration(duration.round(multiple(args)?))
    }),
    method!("Seconds", &[], |duration, _args| duration.seconds().into()),
    method!("String", &[], |duration, _args| duration.to_string().into()),
    method!("Truncate", &[&types::DURATION], |duration, args| {
        Value::Duration(duration.truncate(multiple(args)?))
    }),
];
