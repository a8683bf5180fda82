//! Reading recorded values, which carry their Go types.

use longshore_go::{Duration, Int, IntKind, List, Map, Str, Uint, UintKind, Value, strconv, types};
use serde_json::Value as Json;

/// The bytes of a recorded string.
pub(crate) fn bytes(json: &Json) -> Vec<u8> {
    match json {
        Json::String(text) => text.clone().into_bytes(),
        Json::Object(typed) if typed["t"] == "string" => unhex(typed["v"].as_str().unwrap()),
        Json::Null => Vec::new(),
        other => panic!("no string: {other}"),
    }
}

/// A recorded value with its Go type.
pub(crate) fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(b) => Value::Bool(*b),
        Json::String(text) => Value::str(text.as_str()),
        Json::Object(typed) => of_type(typed["t"].as_str().unwrap(), &typed["v"]),
        other => panic!("no recorded value: {other}"),
    }
}

fn of_type(name: &str, json: &Json) -> Value {
    let items = || json.as_array().unwrap().iter().map(value).collect();
    let entries = || {
        let entries = json.as_object().unwrap().iter();
        entries.map(|(key, item)| (Str::from(key.as_str()), value(item))).collect()
    };
    let text = json.as_str().unwrap_or_default();
    let int = |kind| {
        let value = text.parse().unwrap();
        Value::Int(Int { kind, value })
    };
    let uint = |kind| {
        let value = text.parse().unwrap();
        Value::Uint(Uint { kind, value })
    };
    match name {
        "string" => Value::str(unhex(text)),
        "[]byte" => Value::Bytes(unhex(text).into()),
        "float64" => Value::Float(strconv::parse_float(text.as_bytes()).unwrap()),
        "time.Duration" => Value::Duration(Duration(text.parse().unwrap())),
        "int" => int(IntKind::Int),
        "int8" => int(IntKind::Int8),
        "int16" => int(IntKind::Int16),
        "int32" => int(IntKind::Int32),
        "int64" => int(IntKind::Int64),
        "uint" => uint(UintKind::Uint),
        "uint8" => uint(UintKind::Uint8),
        "uint16" => uint(UintKind::Uint16),
        "uint32" => uint(UintKind::Uint32),
        "uint64" => uint(UintKind::Uint64),
        "[]interface {}" => List::typed(&types::SLICE_ANY, items()).into(),
        "[]string" => List::typed(&types::SLICE_STRING, items()).into(),
        "[]int" => List::typed(&types::SLICE_INT, items()).into(),
        "[]map[string]interface {}" => List::typed(&types::SLICE_MAP, items()).into(),
        "map[string]interface {}" => Map::typed(&types::MAP_ANY, entries()).into(),
        "map[string]string" => Map::typed(&types::MAP_STRING, entries()).into(),
        other => panic!("no recorded type: {other}"),
    }
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
