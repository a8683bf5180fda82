//! Reading recorded values, which carry their Go types; the other side is
//! `tools/oracle-go/internal/value`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use longshore_go::{
    Complex, Duration, Func, Int, IntKind, Kind, List, Map, Str, TypeInfo, Uint, UintKind, Value, strconv,
    types,
};
use serde_json::Value as Json;

use objects::{Struct, month_or_weekday};

#[path = "objects.rs"]
mod objects;

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
    let items = || json.as_array().unwrap().iter().map(value).collect::<Vec<_>>();
    let text = json.as_str().unwrap_or_default();
    let float = |text: &str| strconv::parse_float(text.as_bytes()).unwrap();
    match name {
        "string" => Value::str(unhex(text)),
        "[]byte" => Value::Bytes(unhex(text).into()),
        "float64" => Value::Float(float(text)),
        "complex128" => {
            let part = |index: usize| float(json[index].as_str().unwrap());
            Value::Complex(Complex { re: part(0), im: part(1) })
        }
        "time.Duration" => Value::Duration(Duration(text.parse().unwrap())),
        "time.Month" | "time.Weekday" => month_or_weekday(name, text.parse().unwrap()),
        "*errors.errorString" => Value::error(String::from_utf8(bytes(json)).unwrap()),
        _ => match type_named(name) {
            ty if ty.kind == Kind::Func && json.is_null() => Value::Func(Rc::new(Func::nil(ty))),
            ty if ty.kind == Kind::Func => {
                Value::Func(Rc::new(Func::new(ty, &[], false, |_| Ok(Value::Nil))))
            }
            ty if ty.kind == Kind::Slice && json.is_null() => Value::List(List::nil(ty)),
            ty if ty.kind == Kind::Slice => Value::List(List::typed(ty, items())),
            ty if ty.kind == Kind::Map && json.is_null() => Value::Map(Map::nil(ty)),
            ty if ty.kind == Kind::Map => {
                let entries = json.as_object().unwrap().iter();
                let entries = entries.map(|(key, item)| (Str::from(key.as_str()), value(item)));
                Value::Map(Map::typed(ty, entries.collect()))
            }
            ty if matches!(ty.kind, Kind::Struct | Kind::Ptr) => {
                Struct::value(ty, if json.is_null() { None } else { Some(items()) })
            }
            ty => integer(ty.kind, text),
        },
    }
}

fn integer(kind: Kind, text: &str) -> Value {
    let int = |kind| Value::Int(Int { kind, value: text.parse().unwrap() });
    let uint = |kind| Value::Uint(Uint { kind, value: text.parse().unwrap() });
    match kind {
        Kind::Int => int(IntKind::Int),
        Kind::Int8 => int(IntKind::Int8),
        Kind::Int16 => int(IntKind::Int16),
        Kind::Int32 => int(IntKind::Int32),
        Kind::Int64 => int(IntKind::Int64),
        Kind::Uint => uint(UintKind::Uint),
        Kind::Uint8 => uint(UintKind::Uint8),
        Kind::Uint16 => uint(UintKind::Uint16),
        Kind::Uint32 => uint(UintKind::Uint32),
        Kind::Uint64 => uint(UintKind::Uint64),
        other => panic!("no integer: {}", other.name()),
    }
}

thread_local! {
    static TYPES: RefCell<BTreeMap<String, &'static TypeInfo>> = const { RefCell::new(BTreeMap::new()) };
}

/// The type that `%T` prints so; made once and kept.
fn type_named(name: &str) -> &'static TypeInfo {
    if let Some(known) = TYPES.with_borrow(|known| known.get(name).copied()) {
        return known;
    }
    let kept = |kind| TypeInfo::plain(String::leak(name.to_owned()), kind);
    let of = |kind, elem| TypeInfo { elem: Some(elem), ..kept(kind) };
    let made: &'static TypeInfo = match name {
        "interface {}" => &types::ANY,
        "bool" => &types::BOOL,
        "string" => &types::STRING,
        "int" => &types::INT,
        "int8" => &types::INT8,
        "int16" => &types::INT16,
        "int32" => &types::INT32,
        "int64" => &types::INT64,
        "uint" => &types::UINT,
        "uint8" => &types::UINT8,
        "uint16" => &types::UINT16,
        "uint32" => &types::UINT32,
        "uint64" => &types::UINT64,
        "float64" => &types::FLOAT64,
        "complex128" => &types::COMPLEX128,
        "time.Duration" => &types::DURATION,
        "error" => &types::ERROR,
        _ => Box::leak(Box::new(if let Some(elem) = name.strip_prefix("[]") {
            of(Kind::Slice, type_named(elem))
        } else if let Some(elem) = name.strip_prefix("map[string]") {
            of(Kind::Map, type_named(elem))
        } else if name.starts_with("func(") {
            kept(Kind::Func)
        } else if name.starts_with('*') {
            kept(Kind::Ptr)
        } else {
            kept(Kind::Struct)
        })),
    };
    TYPES.with_borrow_mut(|known| known.insert(name.to_owned(), made));
    made
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
