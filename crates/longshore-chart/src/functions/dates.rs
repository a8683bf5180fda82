//! Dates: printing, reading and moving moments.
//!
//! The time is asked of [`Services::now`]; where there is no clock, what needs one fails. A zone that
//! [`Services::zone`] does not know is UTC, as one is that Go cannot load.

use longshore_go::time::{self, Location, Time};
use longshore_go::{Duration, IntKind, Value, strconv};
use longshore_template::{FuncDef, FuncError, Return};

use super::args::{ANY, STRING, string, text};
use super::{Function, Scope, Services};

const TIME: &longshore_go::TypeInfo = &time::TYPE;
const HTML: &[u8] = b"2006-01-02";

pub(super) static FUNCTIONS: &[Function] = &[
    Function::scoped(FuncDef::new("now", &[]).returning(TIME), |scope, _| {
        Ok(now(scope)?.into_value().into())
    }),
    Function::scoped(FuncDef::new("date", &[STRING, ANY]).returning(STRING), |scope, args| {
        format(scope, text(args, 0), &args[1], scope.services.local())
    }),
    Function::scoped(FuncDef::new("htmlDate", &[ANY]).returning(STRING), |scope, args| {
        format(scope, HTML, &args[0], scope.services.local())
    }),
    Function::scoped(FuncDef::new("dateInZone", &[STRING, ANY, STRING]).returning(STRING), in_zone),
    Function::scoped(FuncDef::new("date_in_zone", &[STRING, ANY, STRING]).returning(STRING), in_zone),
    Function::scoped(FuncDef::new("htmlDateInZone", &[ANY, STRING]).returning(STRING), |scope, args| {
        let location = zone(scope.services, &string(args, 1).to_str_lossy());
        format(scope, HTML, &args[0], location)
    }),
    modify("dateModify", |args| Ok(modified(args).unwrap_or_else(|_| args[1].clone()))),
    modify("date_modify", |args| Ok(modified(args).unwrap_or_else(|_| args[1].clone()))),
    modify("mustDateModify", modified),
    modify("must_date_modify", modified),
    Function::scoped(FuncDef::new("toDate", &[STRING, STRING]).returning(TIME), |scope, args| {
        // What cannot be read is the zero time.
        Ok(read(scope, args).unwrap_or_else(|_| Time::zero()).into_value().into())
    }),
    Function::scoped(FuncDef::new("mustToDate", &[STRING, STRING]).returning(TIME), |scope, args| {
        Ok(read(scope, args)?.into_value().into())
    }),
    Function::pure(FuncDef::new("unixEpoch", &[TIME]).returning(STRING), |args| {
        Ok(time_of(&args[0]).seconds.to_string().into())
    }),
    Function::scoped(FuncDef::new("ago", &[ANY]).returning(STRING), ago),
    Function::pure(FuncDef::new("duration", &[ANY]).returning(STRING), |args| {
        let seconds = match &args[0] {
            Value::Str(text) => strconv::parse_int(text, 10, 64).unwrap_or_else(|error| error.value),
            Value::Int(int) if int.kind == IntKind::Int64 => int.value,
            _ => 0,
        };
        Ok(Duration(seconds.wrapping_mul(1_000_000_000)).to_string().into())
    }),
    Function::scoped(FuncDef::new("durationRound", &[ANY]).returning(STRING), duration_round),
];

const fn modify(name: &'static str, body: fn(&mut [Value]) -> super::Outcome) -> Function {
    Function::pure(FuncDef::new(name, &[STRING, TIME]).returning(TIME), body)
}

fn now(scope: &Scope<'_>) -> Result<Time, FuncError> {
    scope.services.now().ok_or_else(|| "the time is not known here".into())
}

/// A parameter of type `time.Time`.
fn time_of(value: &Value) -> Time {
    Time::of(value).cloned().unwrap_or_else(Time::zero)
}

/// `time.LoadLocation`, and UTC for what it does not know.
fn zone(services: &dyn Services, name: &str) -> Location {
    match name {
        "" | "UTC" => Location::Utc,
        "Local" => services.local(),
        name => services.zone(name).unwrap_or(Location::Utc),
    }
}

/// A time, or an integer of one of three types as seconds since 1970; anything else is now.
fn moment(scope: &Scope<'_>, value: &Value) -> Result<Time, FuncError> {
    match value {
        Value::Int(int) if matches!(int.kind, IntKind::Int | IntKind::Int32 | IntKind::Int64) => {
            Ok(Time::unix(int.value, 0))
        }
        value => Time::of(value).cloned().map_or_else(|| now(scope), Ok),
    }
}

fn format(scope: &Scope<'_>, layout: &[u8], value: &Value, location: Location) -> Result<Return, FuncError> {
    let shown = moment(scope, value)?.in_location(location).format(layout);
    Ok(Value::str(shown).into())
}

fn in_zone(scope: &mut Scope<'_>, args: &mut [Value]) -> Result<Return, FuncError> {
    let location = zone(scope.services, &string(args, 2).to_str_lossy());
    format(scope, text(args, 0), &args[1], location)
}

fn modified(args: &mut [Value]) -> super::Outcome {
    let duration = Duration::parse(text(args, 0)).map_err(|error| FuncError::new(error.to_string()))?;
    Ok(time_of(&args[1]).after(duration).into_value())
}

fn read(scope: &Scope<'_>, args: &[Value]) -> Result<Time, FuncError> {
    time::parse(text(args, 0), text(args, 1), &scope.services.local())
        .map_err(|error| FuncError::new(error.to_string()))
}

/// How long ago, to the second.
fn ago(scope: &mut Scope<'_>, args: &mut [Value]) -> Result<Return, FuncError> {
    let then = match &args[0] {
        // Not for an int32, unlike elsewhere.
        Value::Int(int) if int.kind == IntKind::Int32 => now(scope)?,
        value => moment(scope, value)?,
    };
    let passed = now(scope)?.since(&then).round(Duration(1_000_000_000));
    Ok(Value::from(passed.to_string()).into())
}

/// A duration in its largest unit alone, cut off: `2h10m5s` is `2h`.
fn duration_round(scope: &mut Scope<'_>, args: &mut [Value]) -> Result<Return, FuncError> {
    const HOUR: u64 = 3_600_000_000_000;
    const UNITS: [(u64, &str); 6] = [
        (HOUR * 24 * 365, "y"),
        (HOUR * 24 * 30, "mo"),
        (HOUR * 24, "d"),
        (HOUR, "h"),
        (HOUR / 60, "m"),
        (HOUR / 3600, "s"),
    ];
    let duration = match &args[0] {
        Value::Str(text) => Duration::parse(text).map_or(0, |duration| duration.0),
        Value::Int(int) if int.kind == IntKind::Int64 => int.value,
        value => match Time::of(value) {
            Some(then) => now(scope)?.since(then).0,
            None => 0,
        },
    };
    let size = duration.unsigned_abs();
    let shown = UNITS.iter().find(|(unit, _)| size > *unit);
    let shown = shown.map_or("0s".to_owned(), |(unit, name)| format!("{}{name}", size / unit));
    Ok(Value::from(shown).into())
}
