//! Data of the recorded cases: tagged JSON to Go's values.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use longshore_go::time::{self, Location};
use longshore_go::types;
use longshore_go::{Complex, Duration, Int, IntKind, List, Map, Uint, UintKind, Value};

use super::boxes::{BoxObject, Note};
use super::case::bytes;
use super::objects::{Point, Temp, VALUES};
use super::values;

const DATASETS: &str = include_str!("../../../../../compat/template/data.json");

thread_local! {
    /// Templates do not write to datasets, so each is made once.
    static MADE: RefCell<BTreeMap<String, Value>> = const { RefCell::new(BTreeMap::new()) };
}

/// The dataset of that name in `compat/template/data.json`.
pub(crate) fn dataset(name: &str) -> Value {
    if let Some(value) = MADE.with_borrow(|made| made.get(name).cloned()) {
        return value;
    }
    let all: serde_json::Value = serde_json::from_str(DATASETS).expect("data.json is JSON");
    let value = value(&all[name]);
    MADE.with_borrow_mut(|made| made.insert(name.to_owned(), value.clone()));
    value
}

/// `{"$int": 5}` is an int, a plain number a float64, and so on.
pub(crate) fn value(json: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => Value::Nil,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => Value::Float(n.as_f64().expect("JSON numbers are floats")),
        Json::String(s) => Value::from(s.as_str()),
        Json::Array(items) => Value::list(items.iter().map(value).collect()),
        Json::Object(entries) => match entries.iter().next() {
            Some((tag, inner)) if entries.len() == 1 && tag.starts_with('$') => tagged(tag, inner),
            _ => Value::Map(map(json)),
        },
    }
}

fn map(json: &serde_json::Value) -> Map {
    let entries = json.as_object().expect("a JSON object").iter();
    entries.map(|(key, inner)| (key.as_str(), value(inner))).collect()
}

fn number(json: &serde_json::Value) -> i64 {
    match json.as_str() {
        Some(text) => text.parse().expect("a number"),
        None => json.as_i64().expect("a number"),
    }
}

fn int(kind: IntKind, value: i64) -> Value {
    Value::Int(Int { kind, value })
}

fn uint(kind: UintKind, value: u64) -> Value {
    Value::Uint(Uint { kind, value })
}

fn tagged(tag: &str, json: &serde_json::Value) -> Value {
    let items = || json.as_array().expect("a JSON array").iter();
    let text = |json: &serde_json::Value| json.as_str().expect("a string").to_owned();
    match tag {
        "$int" => int(IntKind::Int, number(json)),
        "$int8" => int(IntKind::Int8, number(json)),
        "$int16" => int(IntKind::Int16, number(json)),
        "$int32" => int(IntKind::Int32, number(json)),
        "$int64" => int(IntKind::Int64, number(json)),
        "$uint" => uint(UintKind::Uint, number(json) as u64),
        "$uint8" => uint(UintKind::Uint8, number(json) as u64),
        "$uint16" => uint(UintKind::Uint16, number(json) as u64),
        "$uint32" => uint(UintKind::Uint32, number(json) as u64),
        "$uint64" => uint(UintKind::Uint64, text(json).parse().expect("a number")),
        "$duration" => Value::Duration(Duration(number(json))),
        "$bytes" => Value::Bytes(text(json).into()),
        "$strings" => Value::List(List::strings(items().map(text))),
        "$ints" => Value::List(List::typed(
            &types::SLICE_INT,
            items().map(|item| int(IntKind::Int, number(item))).collect(),
        )),
        "$stringmap" => Value::Map(map(json).retyped(&types::MAP_STRING)),
        "$values" => Value::Map(map(json).retyped(&VALUES)),
        "$point" | "$pointer" => {
            Point::value(tag == "$pointer", number(&json["X"]), &text(&json["Name"]), value(&json["Any"]))
        }
        "$box" | "$boxpointer" => BoxObject::value(
            tag == "$boxpointer",
            &text(&json["Label"]),
            value(&json["Any"]),
            &json["Err"],
            value(&json["Ptr"]),
        ),
        "$complex" => {
            let part = |i: usize| json[i].as_f64().expect("a number");
            Value::Complex(Complex { re: part(0), im: part(1) })
        }
        "$func" => values::function(&text(json)),
        "$error" => Value::error(text(json)),
        "$note" => Note::value(Some(text(json))),
        "$time" => {
            let layout = b"2006-01-02T15:04:05.999999999Z07:00";
            let time = time::parse(layout, text(json).as_bytes(), &Location::Utc);
            time.expect("a time").into_value()
        }
        "$hex" => Value::str(bytes(&text(json))),
        "$nil" => match text(json).as_str() {
            "map" => Value::Map(Map::nil(&types::MAP_ANY)),
            "strmap" => Value::Map(Map::nil(&types::MAP_STRING)),
            "list" => Value::List(List::nil(&types::SLICE_ANY)),
            "strings" => Value::List(List::nil(&types::SLICE_STRING)),
            "point" => Point::nil(),
            "note" => Note::value(None),
            other => panic!("unknown nil {other}"),
        },
        "$slack" => match tagged(&text(&json["as"]), &json["items"]) {
            Value::List(list) => {
                let len = json["len"].as_u64().expect("a number") as usize;
                Value::List(list.slice(0, len, list.len()).expect("the length is within"))
            }
            other => panic!("not a list: {other:?}"),
        },
        "$any" => Value::list(items().map(value).collect()),
        "$times" => {
            let count = json["n"].as_u64().expect("a number");
            let item = value(&json["item"]);
            Value::list((0..count).map(|_| another(&item)).collect())
        }
        "$temp" => Value::Object(Rc::new(Temp(json.as_f64().expect("a number")))),
        other => panic!("unknown tag {other}"),
    }
}

/// The same again: maps and lists of its own, strings shared, as they are in Go.
fn another(value: &Value) -> Value {
    match value {
        Value::Map(map) => {
            let entries = map.entries();
            let again = entries.iter().map(|(key, inner)| (key.clone(), another(inner)));
            Value::Map(Map::typed(map.type_info(), again.collect()))
        }
        Value::List(list) => Value::List(List::typed(list.type_info(), list.iter().map(another).collect())),
        other => other.clone(),
    }
}
