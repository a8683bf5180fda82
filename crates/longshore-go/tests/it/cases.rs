//! Reading recorded cases: one JSON object a line, values with their Go types.

use std::path::PathBuf;

use longshore_go::{Duration, Int, IntKind, List, Map, Str, Uint, UintKind, Value, strconv, types};
use serde_json::Value as Json;

/// Where the cases are: `compat/go`, or a folder of others that the environment names
/// (see `compat/go/README.md`).
fn folder() -> PathBuf {
    std::env::var_os("LONGSHORE_GO_CASES")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../compat/go"), PathBuf::from)
}

/// Runs `check` on every case of a file; all that differ are listed in the panic.
///
/// `check` gives what we print and what Go printed.
pub(crate) fn replay(file: &str, at_least: usize, check: impl Fn(&Json) -> (Vec<u8>, Vec<u8>)) {
    let path = folder().join(file);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    let mut count = 0;
    let mut differences = Vec::new();
    for line in text.lines() {
        let case: Json = serde_json::from_str(line).expect("every line is a JSON object");
        let (ours, theirs) = check(&case);
        count += 1;
        if ours != theirs {
            differences.push(format!(
                "{line}\n  ours {:?}\n  Go's {:?}",
                String::from_utf8_lossy(&ours),
                String::from_utf8_lossy(&theirs)
            ));
        }
    }
    assert!(count >= at_least, "{file} has only {count} cases");
    let shown = &differences[..differences.len().min(20)];
    assert!(differences.is_empty(), "{} of {count} cases differ:\n{}", differences.len(), shown.join("\n"));
}

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
