//! `eq`, `ne`, `lt`, `le`, `gt`, `ge`: comparison by Go's basic kinds.

use std::rc::Rc;

use longshore_go::{Kind, Value, fmt};

/// `basicKind`: numbers by family, with their value.
enum Basic<'a> {
    Bool(bool),
    Int(i64),
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
    if first.is_nil() || other.is_nil() {
        return Ok(first.is_nil() && other.is_nil());
    }
    if first.kind() != other.kind() {
        // Go's text names the second type where its value should be, and the other way round.
        return Err(format!(
            "non-comparable types {}: {}, {}: {}",
            shown(b"%s", first),
            first.type_info().name,
            other.type_info().name,
            shown(b"%v", other)
        ));
    }
    match (first, other) {
        (Value::Object(a), Value::Object(b)) => {
            if a.type_info() != b.type_info() {
                return Ok(false);
            }
            if Rc::ptr_eq(a, b) {
                return Ok(true);
            }
            if a.type_info().kind == Kind::Ptr {
                return Ok(false);
            }
            for name in a.field_names() {
                let (a, b) = (a.field(name), b.field(name));
                let equal = eq(&[a.unwrap_or_default(), b.unwrap_or_default()])?;
                if !equal {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        _ => Err(format!("non-comparable type {}: {}", shown(b"%s", other), other.type_info().name)),
    }
}

fn shown(verb: &[u8], value: &Value) -> String {
    String::from_utf8_lossy(&fmt::sprintf(verb, std::slice::from_ref(value))).into_owned()
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
        (Basic::None, _) | (_, Basic::None) | (Basic::Bool(_), Basic::Bool(_)) => Err(BAD_TYPE.to_owned()),
        _ => Err(incompatible(a, b)),
    }
}

/// Whether the first is less than or equal to the second.
pub(super) fn le(args: &[Value]) -> Result<bool, String> {
    Ok(lt(&args[0], &args[1])? || eq(args)?)
}
