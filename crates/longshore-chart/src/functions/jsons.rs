//! JSON in and out: sprig's functions, and Helm's in place of some of them.
//!
//! Helm's `fromJson` and `fromJsonArray` do not fail: the error becomes the value under the key
//! `Error`, or the only item. `toJson` gives nothing for what JSON cannot express; the others fail.

use longshore_go::json::{self, EscapeHtml, JsonError};
use longshore_go::{List, Map, Value, types};
use longshore_template::{FuncDef, FuncError};

use super::args::{ANY, LIST, MAP, STRING, text};
use super::{Function, Outcome};

pub(super) static FUNCTIONS: &[Function] = &[
    out("toJson", |args| Ok(compact(args).unwrap_or_else(|_| "".into()))),
    out("mustToJson", compact),
    out("toRawJson", raw),
    out("mustToRawJson", raw),
    out("toPrettyJson", |args| Ok(pretty(args).unwrap_or_else(|_| "".into()))),
    out("mustToPrettyJson", pretty),
    Function::pure(FuncDef::new("fromJson", &[STRING]).returning(MAP), |args| Ok(from_json(text(args, 0)))),
    Function::pure(FuncDef::new("fromJsonArray", &[STRING]).returning(LIST), |args| {
        Ok(from_json_array(text(args, 0)))
    }),
    Function::pure(FuncDef::new("mustFromJson", &[STRING]), |args| {
        json::parse(text(args, 0)).map_err(|error| FuncError::new(error.to_string()))
    }),
];

const fn out(name: &'static str, body: fn(&mut [Value]) -> Outcome) -> Function {
    Function::pure(FuncDef::new(name, &[ANY]).returning(STRING), body)
}

fn compact(args: &mut [Value]) -> Outcome {
    write(&args[0], EscapeHtml::Yes)
}

fn raw(args: &mut [Value]) -> Outcome {
    write(&args[0], EscapeHtml::No)
}

fn write(value: &Value, escape: EscapeHtml) -> Outcome {
    let mut text = Vec::new();
    match json::append(&mut text, value, escape) {
        Ok(()) => Ok(Value::str(text)),
        Err(error) => Err(FuncError::new(error.to_string())),
    }
}

fn pretty(args: &mut [Value]) -> Outcome {
    let mut text = Vec::new();
    match json::append_indented(&mut text, &args[0], "  ") {
        Ok(()) => Ok(Value::str(text)),
        Err(error) => Err(FuncError::new(error.to_string())),
    }
}

fn from_json(text: &[u8]) -> Value {
    match json::parse(text) {
        Ok(Value::Map(map)) => map.into(),
        // Reading null into a map makes the map nil.
        Ok(Value::Nil) => Map::nil(&types::MAP_ANY).into(),
        Ok(other) => error_map(wrong_type(&other, "map[string]interface {}")),
        Err(error) => error_map(said(text, &error, "map[string]interface {}")),
    }
}

fn from_json_array(text: &[u8]) -> Value {
    match json::parse(text) {
        Ok(Value::List(list)) => list.into(),
        Ok(Value::Nil) => List::nil(&types::SLICE_ANY).into(),
        Ok(other) => Value::list(vec![wrong_type(&other, "[]interface {}").into()]),
        Err(error) => Value::list(vec![said(text, &error, "[]interface {}").into()]),
    }
}

/// The error's text; a bare number of any size is first of all no map.
fn said(text: &[u8], error: &JsonError, wanted: &str) -> String {
    let start = text.iter().find(|byte| !byte.is_ascii_whitespace());
    match (error, start) {
        (JsonError::Number(_), Some(b'-' | b'0'..=b'9')) => wrong_type(&Value::Float(0.0), wanted),
        _ => error.to_string(),
    }
}

/// `json: cannot unmarshal array into Go value of type …`
fn wrong_type(value: &Value, wanted: &str) -> String {
    let found = match value {
        Value::Bool(_) => "bool",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "number",
    };
    format!("json: cannot unmarshal {found} into Go value of type {wanted}")
}

/// What Helm returns where a text is no map.
pub(super) fn error_map(message: String) -> Value {
    [("Error", Value::from(message))].into_iter().collect::<Map>().into()
}
