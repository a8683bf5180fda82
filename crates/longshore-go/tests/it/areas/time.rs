//! Times and durations against recorded output of Go's time.

use longshore_go::time::{Location, Time, parse};
use longshore_go::{Duration, Value, fmt, strconv};

use serde_json::Value as Json;

use super::value::bytes;

/// What we say to a case, and what Go said.
pub(crate) fn check(case: &Json) -> (Vec<u8>, Vec<u8>) {
    let (layout, text) = (bytes(&case["layout"]), bytes(&case["text"]));
    let number = |key: &str| case[key].as_i64().unwrap_or(0);
    let name = case["zone"].as_str().unwrap_or_default();
    let location = match (name, number("offset")) {
        ("UTC", 0) => Location::Utc,
        (name, offset) => Location::fixed(name, i32::try_from(offset).unwrap()),
    };
    let ours = match case["call"].as_str().unwrap() {
        "Format" => {
            let nanoseconds = u32::try_from(number("nano")).unwrap();
            let time = Time::unix(number("unix"), nanoseconds).in_location(location);
            [&time.format(&layout)[..], b"|", time.to_string().as_bytes()].concat()
        }
        "Parse" => match parse(&layout, &text, &location) {
            Ok(time) => format!("{} {time}", time.seconds).into_bytes(),
            Err(error) => error.to_string().into_bytes(),
        },
        "Method" => {
            let nanoseconds = u32::try_from(number("nano")).unwrap();
            method(Time::unix(number("unix"), nanoseconds).in_location(location), case)
        }
        "ParseDuration" => match Duration::parse(&text) {
            Ok(duration) => format!("{duration} {}", duration.0).into_bytes(),
            Err(error) => error.to_string().into_bytes(),
        },
        _ => {
            let duration = Duration(number("unix"));
            let multiple = Duration(strconv::atoi(&text).unwrap());
            let (rounded, cut) = (duration.round(multiple), duration.truncate(multiple));
            let float = |value| strconv::format_float(value, b'g', None);
            let floats = [duration.hours(), duration.minutes(), duration.seconds()].map(float);
            let shown = format!("{duration} {rounded} {cut} {} {}", duration.abs(), floats.join(" "));
            shown.into_bytes()
        }
    };
    (ours, bytes(&case["want"]))
}

/// Calls the method that the case names, and prints type and value of what it gives.
fn method(time: Time, case: &Json) -> Vec<u8> {
    let time = time.into_value();
    let name = case["text"].as_str().unwrap();
    let method = time.type_info().method(name).unwrap();
    let argument = |(index, parameter): (usize, &&longshore_go::TypeInfo)| {
        let number = case["args"][index].as_i64().unwrap_or(0);
        match parameter.name {
            "time.Time" => Time::unix(number, 0).into_value(),
            "time.Duration" => Value::Duration(Duration(number)),
            "string" => Value::str(bytes(&case["layout"])),
            _ => Value::int(number),
        }
    };
    let args: Vec<Value> = method.params.iter().enumerate().map(argument).collect();
    match (method.call)(&time, &args) {
        Ok(value) => fmt::sprintf(b"%T %v", &[value.clone(), value]),
        Err(error) => format!("error: {error}").into_bytes(),
    }
}
