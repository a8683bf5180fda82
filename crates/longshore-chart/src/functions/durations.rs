//! Helm 4.3's functions for durations. The value comes first: `durationRoundTo "90s" "1m"`.
//!
//! Numbers are seconds. `mustToDuration` fails on what is no duration; the others take it for zero.

use longshore_go::{Duration, Value, fmt, strconv, strings, types};
use longshore_template::{FuncDef, FuncError};

use super::Function;
use super::args::{ANY, FLOAT, INT64};

const DURATION: &longshore_go::TypeInfo = &types::DURATION;

/// The largest number of whole seconds; the least is its negative.
const MAX_SECONDS: i64 = i64::MAX / 1_000_000_000;

macro_rules! measured {
    ($name:literal, $result:expr, |$duration:ident| $body:expr) => {
        Function::pure(FuncDef::new($name, &[ANY]).returning($result), |args| {
            let $duration = duration(&args[0]).unwrap_or(Duration(0));
            Ok($body)
        })
    };
}

pub(super) static FUNCTIONS: &[Function] = &[
    Function::pure(FuncDef::new("mustToDuration", &[ANY]).returning(DURATION), |args| {
        duration(&args[0]).map(Value::Duration)
    }),
    measured!("durationSeconds", FLOAT, |duration| duration.seconds().into()),
    measured!("durationMinutes", FLOAT, |duration| duration.minutes().into()),
    measured!("durationHours", FLOAT, |duration| duration.hours().into()),
    measured!("durationDays", FLOAT, |duration| (duration.hours() / 24.0).into()),
    measured!("durationWeeks", FLOAT, |duration| (duration.hours() / 24.0 / 7.0).into()),
    measured!("durationMilliseconds", INT64, |duration| Value::int64(duration.0 / 1_000_000)),
    measured!("durationMicroseconds", INT64, |duration| Value::int64(duration.0 / 1_000)),
    measured!("durationNanoseconds", INT64, |duration| Value::int64(duration.0)),
    Function::pure(FuncDef::new("durationRoundTo", &[ANY, ANY]).returning(DURATION), |args| {
        Ok(to_multiple(args, Duration::round))
    }),
    Function::pure(FuncDef::new("durationTruncateTo", &[ANY, ANY]).returning(DURATION), |args| {
        Ok(to_multiple(args, Duration::truncate))
    }),
];

/// A bad value is zero; a bad multiple leaves the value as it is.
fn to_multiple(args: &[Value], change: fn(Duration, Duration) -> Duration) -> Value {
    let value = duration(&args[0]).unwrap_or(Duration(0));
    Value::Duration(duration(&args[1]).map_or(value, |multiple| change(value, multiple)))
}

/// Any value as a duration, as all of these functions read it.
fn duration(value: &Value) -> Result<Duration, FuncError> {
    let overflow = |shown: String| Err(FuncError::new(format!("duration seconds overflow: {shown}")));
    match value {
        Value::Duration(duration) => Ok(*duration),
        Value::Str(text) => {
            let trimmed = strings::trim_space(text);
            if trimmed.is_empty() {
                return Err("empty duration".into());
            }
            if let Ok(duration) = Duration::parse(trimmed) {
                return Ok(duration);
            }
            if let Ok(seconds) = strconv::parse_float(trimmed) {
                return of_seconds(seconds);
            }
            let quoted = strconv::quote(text);
            let quoted = String::from_utf8_lossy(&quoted);
            Err(FuncError::new(format!("could not parse duration {quoted}")))
        }
        Value::Nil | Value::Missing => Err("invalid duration".into()),
        Value::Int(int) if int.value.abs_diff(0) > MAX_SECONDS as u64 => overflow(int.value.to_string()),
        Value::Int(int) => Ok(Duration(int.value * 1_000_000_000)),
        Value::Uint(uint) if uint.value > MAX_SECONDS as u64 => overflow(uint.value.to_string()),
        Value::Uint(uint) => Ok(Duration(uint.value as i64 * 1_000_000_000)),
        Value::Float(seconds) => of_seconds(*seconds),
        other => Err(FuncError::new(format!("unsupported duration type {}", other.type_info().name))),
    }
}

fn of_seconds(seconds: f64) -> Result<Duration, FuncError> {
    let shown = || String::from_utf8_lossy(&fmt::sprint(&[seconds.into()])).into_owned();
    if !seconds.is_finite() {
        return Err(FuncError::new(format!("invalid duration seconds: {}", shown())));
    }
    if seconds.abs() > i64::MAX as f64 / 1e9 {
        return Err(FuncError::new(format!("duration seconds overflow: {}", shown())));
    }
    let nanoseconds = seconds * 1e9;
    if nanoseconds.abs() > i64::MAX as f64 {
        let shown = String::from_utf8_lossy(&fmt::sprint(&[nanoseconds.into()])).into_owned();
        return Err(FuncError::new(format!("duration nanoseconds overflow: {shown}")));
    }
    // At the very end of the range Go's conversion on amd64 wraps, and so does this one.
    Ok(Duration(longshore_go::cast::truncate(nanoseconds)))
}
