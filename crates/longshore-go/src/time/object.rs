//! A time as templates see it: `now.Year`, `now.Add`, `now.Format`.

use std::any::Any;
use std::rc::Rc;

use super::civil::{DAYS, MONTHS, seconds_of};
use super::{Location, Time};
use crate::{Duration, Kind, Method, MethodError, Object, TypeInfo, Uint, UintKind, Value, types};

/// `time.Time`
pub static TYPE: TypeInfo = TypeInfo { name: "time.Time", kind: Kind::Struct, elem: None, methods: &METHODS };

static MONTH: TypeInfo = TypeInfo { name: "time.Month", kind: Kind::Int, elem: None, methods: &NAME };
static WEEKDAY: TypeInfo = TypeInfo { name: "time.Weekday", kind: Kind::Int, elem: None, methods: &NAME };

/// What a month or weekday is called.
static NAME: [Method; 1] = [Method {
    name: "String",
    params: &[],
    variadic: false,
    call: |value, _| match value {
        Value::Object(object) => Ok(Value::from(object.to_go_string().unwrap_or_default())),
        _ => Ok(Value::from("")),
    },
}];

impl Time {
    /// The time as a `time.Time` with its methods.
    pub fn into_value(self) -> Value {
        Value::Object(Rc::new(self))
    }

    /// The time that a value holds, if it is one.
    pub fn of(value: &Value) -> Option<&Self> {
        match value {
            Value::Object(object) => object.as_any()?.downcast_ref(),
            _ => None,
        }
    }
}

impl Object for Time {
    fn type_info(&self) -> &'static TypeInfo {
        &TYPE
    }

    fn field(&self, _: &str) -> Option<Value> {
        None
    }

    fn field_names(&self) -> &'static [&'static str] {
        &[]
    }

    fn printed_fields(&self) -> Vec<(&'static str, Value)> {
        let wall = Uint { kind: UintKind::Uint64, value: u64::from(self.nanoseconds) };
        let ext = Value::int64(self.seconds - super::ZERO_UNIX);
        vec![("wall", Value::Uint(wall)), ("ext", ext), ("loc", Value::Object(Rc::new(NoLocation)))]
    }

    fn to_go_string(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn go_syntax(&self) -> Option<String> {
        Some(self.go_string())
    }

    fn to_json(&self) -> Option<Value> {
        Some(Value::str(self.format(b"2006-01-02T15:04:05.999999999Z07:00")))
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

/// The pointer to no location, which stands for UTC. Go prints an address for any other.
#[derive(Debug)]
struct NoLocation;

static LOCATION: TypeInfo = TypeInfo::plain("*time.Location", Kind::Ptr);

impl Object for NoLocation {
    fn type_info(&self) -> &'static TypeInfo {
        &LOCATION
    }

    fn field(&self, _: &str) -> Option<Value> {
        None
    }

    fn field_names(&self) -> &'static [&'static str] {
        &[]
    }

    fn is_nil(&self) -> bool {
        true
    }
}

/// A value of a named integer type with a name for each of its values: a month or a weekday.
#[derive(Debug)]
struct Named {
    ty: &'static TypeInfo,
    names: &'static [&'static str],
    /// The number of the first name.
    first: i64,
    number: i64,
}

impl Named {
    fn month(number: i64) -> Value {
        Value::Object(Rc::new(Self { ty: &MONTH, names: &MONTHS, first: 1, number }))
    }

    fn weekday(number: i64) -> Value {
        Value::Object(Rc::new(Self { ty: &WEEKDAY, names: &DAYS, first: 0, number }))
    }
}

impl Object for Named {
    fn type_info(&self) -> &'static TypeInfo {
        self.ty
    }

    fn field(&self, _: &str) -> Option<Value> {
        None
    }

    fn field_names(&self) -> &'static [&'static str] {
        &[]
    }

    fn to_go_string(&self) -> Option<String> {
        let place = usize::try_from(self.number - self.first).ok();
        Some(match place.and_then(|place| self.names.get(place)) {
            Some(name) => (*name).to_owned(),
            None => format!("%!{}({})", self.ty.name.trim_start_matches("time."), self.number),
        })
    }

    fn to_json(&self) -> Option<Value> {
        Some(Value::int(self.number))
    }

    fn to_int(&self) -> Option<i64> {
        Some(self.number)
    }

    fn of_int(&self, number: i64) -> Option<Value> {
        Some(Value::Object(Rc::new(Self { number, ..*self })))
    }

    fn truth(&self) -> bool {
        self.number != 0
    }
}

fn own(value: &Value) -> Result<&Time, MethodError> {
    Time::of(value).ok_or_else(|| MethodError("the receiver is no time.Time".to_owned()))
}

fn other(args: &[Value]) -> Result<&Time, MethodError> {
    own(args.first().unwrap_or(&Value::Nil))
}

fn int(args: &[Value], index: usize) -> i64 {
    match args.get(index) {
        Some(Value::Int(int)) => int.value,
        _ => 0,
    }
}

fn duration(args: &[Value]) -> Duration {
    match args.first() {
        Some(Value::Duration(duration)) => *duration,
        _ => Duration(int(args, 0)),
    }
}

/// Seconds and nanoseconds as one number that orders times.
fn key(time: &Time) -> (i64, u32) {
    (time.seconds, time.nanoseconds)
}

/// `Time.AddDate`: days beyond the month's end carry over.
fn add_date(time: &Time, args: &[Value]) -> Time {
    let civil = time.civil();
    let of_day = (civil.hour * 60 + civil.minute) * 60 + civil.second;
    let year = civil.year.wrapping_add(int(args, 0));
    let month = civil.month.saturating_add(int(args, 1));
    let day = civil.day.saturating_add(int(args, 2));
    let bounded = |value: i64| value.clamp(-1 << 40, 1 << 40);
    let shown = seconds_of(bounded(year), bounded(month), bounded(day), of_day);
    Time::unix(time.location.moment(shown), time.nanoseconds).in_location(time.location.clone())
}

/// RFC 3339, which has neither years beyond 9999 nor offsets of a day.
fn strict(time: &Time, method: &str) -> Result<Vec<u8>, MethodError> {
    let text = time.format(b"2006-01-02T15:04:05.999999999Z07:00");
    let what = match (text.get(4), text.last_chunk::<6>()) {
        (Some(b'-'), _) if text.ends_with(b"Z") => return Ok(text),
        (Some(b'-'), Some([b'+' | b'-', tens, ones, ..])) if [*tens, *ones] < *b"24" => return Ok(text),
        (Some(b'-'), _) => "timezone hour outside of range [0,23]",
        _ => "year outside of range [0,9999]",
    };
    Err(MethodError(format!("Time.{method}: {what}")))
}

/// Nanoseconds since the zero time, for rounding.
fn since_zero(time: &Time) -> i128 {
    i128::from(time.seconds - super::ZERO_UNIX) * 1_000_000_000 + i128::from(time.nanoseconds)
}

/// To a multiple since the zero time, down or to the nearest with halves up.
fn rounded(time: &Time, multiple: Duration, nearest: bool) -> Time {
    let time = time.clone().in_location(time.location.clone());
    if multiple.0 <= 0 {
        return time;
    }
    let rest = since_zero(&time).rem_euclid(i128::from(multiple.0)) as i64;
    if nearest && rest >= multiple.0 - rest {
        return time.after(Duration(multiple.0 - rest));
    }
    time.after(Duration(-rest))
}

macro_rules! method {
    ($name:literal, $params:expr, |$value:ident, $args:ident| $result:expr) => {
        Method {
            name: $name,
            params: $params,
            variadic: false,
            call: |value, $args| {
                let $value = own(value)?;
                Ok($result)
            },
        }
    };
}

static METHODS: [Method; 30] = [
    method!("Add", &[&types::DURATION], |time, args| time.clone().after(duration(args)).into_value()),
    method!("AddDate", &[&types::INT, &types::INT, &types::INT], |time, args| {
        add_date(time, args).into_value()
    }),
    method!("After", &[&TYPE], |time, args| (key(time) > key(other(args)?)).into()),
    method!("Before", &[&TYPE], |time, args| (key(time) < key(other(args)?)).into()),
    method!("Compare", &[&TYPE], |time, args| Value::int(key(time).cmp(&key(other(args)?)) as i64)),
    method!("Day", &[], |time, _args| Value::int(time.civil().day)),
    method!("Equal", &[&TYPE], |time, args| (key(time) == key(other(args)?)).into()),
    method!("Format", &[&types::STRING], |time, args| {
        let layout = args.first().and_then(Value::as_str).cloned().unwrap_or_default();
        Value::str(time.format(&layout))
    }),
    method!("GoString", &[], |time, _args| time.go_string().into()),
    method!("Hour", &[], |time, _args| Value::int(time.civil().hour)),
    method!("IsDST", &[], |time, _args| time.location.is_summer(time.seconds).into()),
    method!("IsZero", &[], |time, _args| time.is_zero().into()),
    method!("MarshalJSON", &[], |time, _args| {
        Value::Bytes([b"\"", &strict(time, "MarshalJSON")?[..], b"\""].concat().into())
    }),
    method!("MarshalText", &[], |time, _args| Value::Bytes(strict(time, "MarshalText")?.into())),
    method!("Minute", &[], |time, _args| Value::int(time.civil().minute)),
    method!("Month", &[], |time, _args| Named::month(time.civil().month)),
    method!("Nanosecond", &[], |time, _args| Value::int(i64::from(time.nanoseconds))),
    method!("Round", &[&types::DURATION], |time, args| rounded(time, duration(args), true).into_value()),
    method!("Second", &[], |time, _args| Value::int(time.civil().second)),
    method!("String", &[], |time, _args| time.to_string().into()),
    method!("Sub", &[&TYPE], |time, args| Value::Duration(time.since(other(args)?))),
    method!("Truncate", &[&types::DURATION], |time, args| rounded(time, duration(args), false).into_value()),
    method!("UTC", &[], |time, _args| time.clone().in_location(Location::Utc).into_value()),
    method!("Unix", &[], |time, _args| Value::int64(time.seconds)),
    method!("UnixMicro", &[], |time, _args| {
        Value::int64(time.seconds.wrapping_mul(1_000_000).wrapping_add(i64::from(time.nanoseconds / 1_000)))
    }),
    method!("UnixMilli", &[], |time, _args| {
        Value::int64(time.seconds.wrapping_mul(1_000).wrapping_add(i64::from(time.nanoseconds / 1_000_000)))
    }),
    method!("UnixNano", &[], |time, _args| {
        Value::int64(time.seconds.wrapping_mul(1_000_000_000).wrapping_add(i64::from(time.nanoseconds)))
    }),
    method!("Weekday", &[], |time, _args| Named::weekday(time.civil().weekday)),
    method!("Year", &[], |time, _args| Value::int(time.civil().year)),
    method!("YearDay", &[], |time, _args| Value::int(time.civil().year_day)),
];
