//! `reflect.DeepEqual`, deep copies, and how large a value is.
//!
//! Values share maps, so that a few of them can stand for a tree of any size, or hold themselves. What
//! walks over all of a value counts its steps.

use crate::{List, Map, Value};

/// Nesting at which two values count as different. Go remembers what it compares, and so ends on a map
/// that holds itself; no document is nested as deep as this.
const MAX_DEPTH: usize = 2_000;

/// The most values that are walked over.
const MAX_STEPS: usize = 8_000_000;

/// Whether the value, counted as a tree, has at most so many values in it, and is nested no deeper than
/// any document is. Each four bytes of a string count as a value of their own.
///
/// ```
/// use longshore_go::{Map, Value, is_within};
/// let map = Map::new();
/// assert!(is_within(&Value::Map(map.clone()), 1));
/// map.insert("itself", Value::Map(map.clone()));
/// assert!(!is_within(&Value::Map(map), 1_000_000));
/// ```
pub fn is_within(value: &Value, limit: usize) -> bool {
    let mut left = limit;
    count(value, &mut left, 0)
}

fn count(value: &Value, left: &mut usize, depth: usize) -> bool {
    if *left == 0 || depth > MAX_DEPTH {
        return false;
    }
    *left -= 1;
    match value {
        Value::List(list) => list.iter().all(|item| count(item, left, depth + 1)),
        Value::Map(map) => map.entries().values().all(|item| count(item, left, depth + 1)),
        Value::Str(text) => {
            let counted = text.len() / 4;
            let fits = counted <= *left;
            *left = left.saturating_sub(counted);
            fits
        }
        _ => true,
    }
}

/// `reflect.DeepEqual`: the same type, and the same contents all the way down.
///
/// An `int` never equals an `int64`, a nil slice never an empty one, NaN nothing.
///
/// ```
/// use longshore_go::{Value, deep_equal};
/// assert!(!deep_equal(&Value::int(1), &Value::int64(1)));
/// assert!(deep_equal(&Value::list(vec![Value::Nil]), &Value::list(vec![Value::Nil])));
/// ```
pub fn deep_equal(a: &Value, b: &Value) -> bool {
    equal(a, b, &mut { MAX_STEPS }, 0)
}

fn equal(a: &Value, b: &Value, left: &mut usize, depth: usize) -> bool {
    if *left == 0 || depth > MAX_DEPTH {
        return false;
    }
    *left -= 1;
    match (a, b) {
        (Value::Nil | Value::Missing, Value::Nil | Value::Missing) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Uint(a), Value::Uint(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Complex(a), Value::Complex(b)) => a == b,
        // Go's rule: functions are equal only if both are nil.
        (Value::Func(a), Value::Func(b)) => a.is_nil() && b.is_nil() && a.type_info() == b.type_info(),
        (Value::Duration(a), Value::Duration(b)) => a == b,
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::List(a), Value::List(b)) => lists_equal(a, b, left, depth),
        (Value::Map(a), Value::Map(b)) => maps_equal(a, b, left, depth),
        (Value::Object(a), Value::Object(b)) => {
            std::rc::Rc::ptr_eq(a, b)
                || a.type_info() == b.type_info()
                    && a.to_go_string() == b.to_go_string()
                    && a.field_names().iter().all(|name| {
                        let field = |object: &dyn crate::Object| object.field(name).unwrap_or_default();
                        equal(&field(a.as_ref()), &field(b.as_ref()), left, depth + 1)
                    })
        }
        _ => false,
    }
}

fn lists_equal(a: &List, b: &List, left: &mut usize, depth: usize) -> bool {
    a.type_info() == b.type_info()
        && a.is_nil() == b.is_nil()
        && a.len() == b.len()
        && (a.same(b) || a.iter().zip(b.iter()).all(|(a, b)| equal(a, b, left, depth + 1)))
}

fn maps_equal(a: &Map, b: &Map, left: &mut usize, depth: usize) -> bool {
    if a.type_info() != b.type_info() || a.is_nil() != b.is_nil() || a.len() != b.len() {
        return false;
    }
    let (a_entries, b_entries) = (a.entries(), b.entries());
    a.same(b)
        || a_entries
            .iter()
            .zip(b_entries.iter())
            .all(|((a_key, a), (b_key, b))| a_key == b_key && equal(a, b, left, depth + 1))
}

/// A copy that shares no map with the original: writes to one are not seen in the other.
///
/// `None` if the value, counted as a tree, is larger than any document, or holds itself.
pub fn deep_copy(value: &Value) -> Option<Value> {
    if is_within(value, MAX_STEPS) { Some(copy(value)) } else { None }
}

fn copy(value: &Value) -> Value {
    match value {
        Value::Map(map) if map.is_nil() => value.clone(),
        Value::Map(map) => {
            let entries = map.entries();
            let copied = entries.iter().map(|(key, item)| (key.clone(), copy(item)));
            Value::Map(Map::typed(map.type_info(), copied.collect()))
        }
        // Lists are never written to: only what can hold a map needs a new one.
        Value::List(list) if list.iter().any(|item| matches!(item, Value::Map(_) | Value::List(_))) => {
            Value::List(List::typed(list.type_info(), list.iter().map(copy).collect()))
        }
        Value::Object(object) => object.deep_copied().unwrap_or_else(|| value.clone()),
        other => other.clone(),
    }
}
