//! `index`, `slice` and `len`.

use longshore_go::{Str, Uint, UintKind, Value, types};

use super::pointer::{is_nil_pointer, pointed_name};
use crate::types::zero;

/// The complaints of Go's `reflect`, which a template sees because the caller recovers the panic.
const SLICE_RANGE: &str = "reflect: slice index out of range";
const STRING_RANGE: &str = "reflect: string index out of range";
const ZERO_TYPE: &str = "reflect: call of reflect.Value.Type on zero Value";

/// `indexArg`: an index no greater than `cap`.
fn position(index: &Value, cap: usize) -> Result<usize, String> {
    let at = match index {
        Value::Int(int) => int.value,
        Value::Duration(duration) => duration.0,
        Value::Uint(uint) => uint.value as i64,
        Value::Missing | Value::Nil => return Err("cannot index slice/array with nil".to_owned()),
        Value::Object(object) if object.to_int().is_some() => object.to_int().unwrap_or_default(),
        other => {
            let name = other.type_info().name;
            return Err(format!("cannot index slice/array with type {name}"));
        }
    };
    match usize::try_from(at) {
        Ok(at) if at <= cap => Ok(at),
        _ => Err(format!("index out of range: {at}")),
    }
}

fn byte(value: u8) -> Value {
    Value::Uint(Uint { kind: UintKind::Uint8, value: u64::from(value) })
}

/// `index x 1 "a"` is `x[1]["a"]`.
pub(super) fn index(args: &[Value]) -> Result<Value, String> {
    let mut item = args[0].clone();
    if item.is_nil() {
        return Err("index of untyped nil".to_owned());
    }
    for index in &args[1..] {
        item = match &item {
            Value::Missing | Value::Nil => return Err("index of nil pointer".to_owned()),
            Value::Str(text) => {
                let at = position(index, text.len())?;
                byte(*text.get(at).ok_or(STRING_RANGE)?)
            }
            Value::Bytes(bytes) => {
                let at = position(index, bytes.len())?;
                byte(*bytes.get(at).ok_or(SLICE_RANGE)?)
            }
            Value::List(list) => {
                let at = position(index, list.len())?;
                list.get(at).ok_or(SLICE_RANGE)?.clone()
            }
            Value::Map(map) => {
                let key = match index {
                    Value::Str(key) => key,
                    Value::Missing | Value::Nil => {
                        return Err("value is nil; should be of type string".to_owned());
                    }
                    other => {
                        let name = other.type_info().name;
                        return Err(format!("value has type {name}; should be string"));
                    }
                };
                map.get(key).unwrap_or_else(|| zero(map.type_info().elem.unwrap_or(&types::ANY)))
            }
            other if is_nil_pointer(other) => return Err("index of nil pointer".to_owned()),
            other => return Err(format!("can't index item of type {}", pointed_name(other))),
        };
    }
    Ok(item)
}

/// `slice x 1 2` is `x[1:2]`.
pub(super) fn slice(args: &[Value]) -> Result<Value, String> {
    let (item, indexes) = (&args[0], &args[1..]);
    if item.is_nil() {
        return Err("slice of untyped nil".to_owned());
    }
    if is_nil_pointer(item) {
        return Err("slice of nil pointer".to_owned());
    }
    if indexes.len() > 3 {
        return Err(format!("too many slice indexes: {}", indexes.len()));
    }
    let (len, capacity) = match item {
        Value::Str(_) if indexes.len() == 3 => {
            return Err("cannot 3-index slice a string".to_owned());
        }
        Value::Str(text) => (text.len(), text.len()),
        Value::Bytes(bytes) => (bytes.len(), bytes.len()),
        Value::List(list) => (list.len(), list.capacity()),
        other => return Err(format!("can't slice item of type {}", pointed_name(other))),
    };
    let mut bounds = [0, len, capacity];
    for (bound, index) in bounds.iter_mut().zip(indexes) {
        *bound = position(index, capacity)?;
    }
    let [from, to, cap] = bounds;
    if from > to {
        return Err(format!("invalid slice index: {from} > {to}"));
    }
    if indexes.len() == 3 && to > cap {
        return Err(format!("invalid slice index: {to} > {cap}"));
    }
    Ok(match item {
        Value::Str(text) => Value::Str(Str::from(&text[from..to])),
        Value::Bytes(bytes) => Value::Bytes(bytes[from..to].into()),
        Value::List(list) => Value::List(list.slice(from, to, cap).expect("the bounds are in order")),
        other => other.clone(),
    })
}

/// The number of bytes, items or entries.
pub(super) fn len(item: &Value) -> Result<Value, String> {
    let len = match item {
        Value::Missing => return Err(ZERO_TYPE.to_owned()),
        Value::Nil => return Err("len of nil pointer".to_owned()),
        Value::Str(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        other if is_nil_pointer(other) => return Err("len of nil pointer".to_owned()),
        other => return Err(format!("len of type {}", pointed_name(other))),
    };
    Ok(Value::int(len as i64))
}
