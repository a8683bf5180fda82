//! `eq`, `ne`, `lt`, `le`, `gt`, `ge`: comparison by Go's basic kinds.

use std::rc::Rc;

use longshore_go::{Complex, Kind, Value, fmt, rune};

/// `basicKind`: numbers by family, with their value.
enum Basic<'a> {
    Bool(bool),
    Int(i64),
    Complex(Complex),
    Float(f64),
    String(&'a [u8]),
    Uint(u64),
    None,
}

const BAD_TYPE: &str = "invalid type for comparison";

fn basic(value: &Value) -> Basic<'_> {
    match value {
        Value::Bool(b) => Basic::Bool(*b),
        Value::Int(int) => Basic::Int(int.value),
        Value::Duration(duration) => Basic::Int(duration.0),
        Value::Uint(uint) => Basic::Uint(uint.value),
        Value::Float(float) => Basic::Float(*float),
        Value::Complex(complex) => Basic::Complex(*complex),
        Value::Object(object) => object.to_int().map_or(Basic::None, Basic::Int),
        Value::Str(text) => Basic::String(text),
        _ => Basic::None,
    }
}

fn incompatible(a: &Value, b: &Value) -> String {
    format!("incompatible types for comparison: {} and {}", a.type_info().name, b.type_info().name)
}

fn unsigned(int: i64) -> Option<u64> {
    u64::try_from(int).ok()
}

/// Whether the first argument equals any of the others.
pub(super) fn eq(args: &[Value]) -> Result<bool, String> {
    let (first, others) = match args {
        [first, others @ ..] if !others.is_empty() => (first, others),
        _ => return Err("missing argument for comparison".to_owned()),
    };
    for other in others {
        let equal = match (basic(first), basic(other)) {
            (Basic::Bool(a), Basic::Bool(b)) => a == b,
            (Basic::Int(a), Basic::Int(b)) => a == b,
            (Basic::Uint(a), Basic::Uint(b)) => a == b,
            (Basic::Float(a), Basic::Float(b)) => a == b,
            (Basic::Complex(a), Basic::Complex(b)) => a == b,
            (Basic::String(a), Basic::String(b)) => a == b,
            (Basic::Int(a), Basic::Uint(b)) | (Basic::Uint(b), Basic::Int(a)) => unsigned(a) == Some(b),
            (Basic::None, Basic::None) => eq_others(first, other)?,
            _ if first.is_nil() || other.is_nil() => false,
            _ => return Err(incompatible(first, other)),
        };
        if equal {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Equality of what is no basic value.
fn eq_others(first: &Value, other: &Value) -> Result<bool, String> {
    let kinds = (first.kind(), other.kind());
    if kinds.0 != kinds.1 && kinds.0 != Kind::Invalid && kinds.1 != Kind::Invalid {
        // Go's text names the second type where its value should be, and the other way round.
        return Err(format!(
            "non-comparable types {}: {}, {}: {}",
            shown(b"%s", first),
            first.type_info().name,
            other.type_info().name,
            shown(b"%v", other)
        ));
    }
    let (first_nil, other_nil) = (is_nil(first), is_nil(other));
    if first_nil || other_nil {
        return Ok(first_nil && other_nil);
    }
    if !comparable(other) {
        return Err(format!("non-comparable type {}: {}", shown(b"%s", other), other.type_info().name));
    }
    same(first, other)
}

/// Nil, or a nil of its type.
fn is_nil(value: &Value) -> bool {
    match value {
        Value::Missing | Value::Nil => true,
        Value::Map(map) => map.is_nil(),
        Value::List(list) => list.is_nil(),
        Value::Func(func) => func.is_nil(),
        Value::Object(object) => object.is_nil(),
        _ => false,
    }
}

/// `reflect.Type.Comparable`: whether Go's `==` is there for the type of the value.
fn comparable(value: &Value) -> bool {
    match value {
        Value::List(_) | Value::Bytes(_) | Value::Map(_) | Value::Func(_) => false,
        Value::Object(object) if object.type_info().kind == Kind::Struct => {
            let mut fields = object.printed_fields().into_iter();
            fields.all(|(name, field)| object.interface_field(name).is_some() || comparable(&field))
        }
        _ => true,
    }
}

/// `==` of two interfaces: types and values must be the same. What has no equality is Go's panic.
fn same(a: &Value, b: &Value) -> Result<bool, String> {
    if a.type_info() != b.type_info() || a.is_nil() != b.is_nil() {
        return Ok(false);
    }
    match (a, b) {
        (Value::Object(a), Value::Object(b)) if a.type_info().kind == Kind::Struct => {
            if !a.field_names().is_empty() || a.printed_fields().is_empty() {
                for (name, field) in a.printed_fields() {
                    let other = b.printed_fields().into_iter().find(|(other, _)| *other == name);
                    if !same(&field, &other.map(|(_, field)| field).unwrap_or_default())? {
                        return Ok(false);
                    }
                }
            }
            Ok(Rc::ptr_eq(a, b) || a.to_go_string() == b.to_go_string())
        }
        (Value::Object(a), Value::Object(b)) => match a.to_int() {
            Some(number) => Ok(b.to_int() == Some(number)),
            None => Ok(Rc::ptr_eq(a, b) || a.is_nil() && b.is_nil()),
        },
        _ if !comparable(a) => {
            Err(format!("runtime error: comparing uncomparable type {}", a.type_info().name))
        }
        _ => Ok(longshore_go::deep_equal(a, b)),
    }
}

fn shown(verb: &[u8], value: &Value) -> String {
    rune::to_text(&fmt::sprintf(verb, std::slice::from_ref(value)))
}

/// Whether `a` is less than `b`.
pub(super) fn lt(a: &Value, b: &Value) -> Result<bool, String> {
    match (basic(a), basic(b)) {
        (Basic::Int(a), Basic::Int(b)) => Ok(a < b),
        (Basic::Uint(a), Basic::Uint(b)) => Ok(a < b),
        (Basic::Float(a), Basic::Float(b)) => Ok(a < b),
        (Basic::String(a), Basic::String(b)) => Ok(a < b),
        (Basic::Int(a), Basic::Uint(b)) => Ok(unsigned(a).is_none_or(|a| a < b)),
        (Basic::Uint(a), Basic::Int(b)) => Ok(unsigned(b).is_some_and(|b| a < b)),
        (Basic::None, _)
        | (_, Basic::None)
        | (Basic::Bool(_), Basic::Bool(_))
        | (Basic::Complex(_), Basic::Complex(_)) => Err(BAD_TYPE.to_owned()),
        _ => Err(incompatible(a, b)),
    }
}

/// Whether the first is less than or equal to the second.
pub(super) fn le(args: &[Value]) -> Result<bool, String> {
    Ok(lt(&args[0], &args[1])? || eq(args)?)
}
