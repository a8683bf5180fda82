//! Go's rules on which value may be passed for which type.

use std::rc::Rc;

use longshore_go::{Func, Kind, List, Map, TypeInfo, Value, types};

use crate::builtin::pointed_to;
use crate::code::REFLECT_VALUE;

/// Whether nil is a value of the type (`canBeNil`).
pub(crate) fn can_be_nil(ty: &'static TypeInfo) -> bool {
    matches!(ty.kind, Kind::Func | Kind::Interface | Kind::Map | Kind::Ptr | Kind::Slice)
        || std::ptr::eq(ty, &raw const REFLECT_VALUE)
}

/// `reflect.Type.AssignableTo`, as far as these types go.
pub(crate) fn assignable(from: &'static TypeInfo, to: &'static TypeInfo) -> bool {
    if from == to {
        return true;
    }
    match to.kind {
        Kind::Interface if *to == types::ERROR => from.method("Error").is_some(),
        Kind::Interface => to.methods.iter().all(|method| from.method(method.name).is_some()),
        // The same below the name is enough when one of them has no name of its own.
        Kind::Slice | Kind::Map => {
            from.kind == to.kind && from.elem == to.elem && (unnamed(from) || unnamed(to))
        }
        _ => false,
    }
}

/// Whether a slice or map type is written out, like `map[string]int`, and not named.
fn unnamed(ty: &TypeInfo) -> bool {
    ty.name.starts_with('[') || ty.name.starts_with("map[")
}

/// `validateType`: the value as one of the type, or Go's complaint.
pub(crate) fn validate(value: Value, ty: &'static TypeInfo) -> Result<Value, String> {
    if std::ptr::eq(ty, &raw const REFLECT_VALUE) {
        return Ok(value);
    }
    match value {
        Value::Missing if can_be_nil(ty) => Ok(Value::Nil),
        Value::Missing => Err(format!("invalid value; expected {}", ty.name)),
        Value::Nil if *ty == types::ANY => Ok(Value::Nil),
        value => {
            let from = value.type_info();
            if matches!(value, Value::Nil) || !assignable(from, ty) {
                if from.kind == Kind::Ptr && from.elem.is_some_and(|elem| assignable(elem, ty)) {
                    return match &value {
                        Value::Object(object) if object.is_nil() => {
                            Err(format!("dereference of nil pointer of type {}", ty.name))
                        }
                        _ => Ok(pointed_to(value)),
                    };
                }
                return Err(format!("wrong type for value; expected {}; got {}", ty.name, from.name));
            }
            Ok(convert(value, from, ty))
        }
    }
}

/// The value under the parameter's type, which a call converts it to.
pub(crate) fn convert(value: Value, from: &'static TypeInfo, ty: &'static TypeInfo) -> Value {
    if ty.kind == Kind::Interface || from == ty {
        return value;
    }
    match value {
        Value::Map(map) => Value::Map(map.retyped(ty)),
        Value::List(list) if list.is_nil() => Value::List(List::nil(ty)),
        Value::List(list) => Value::List(List::typed(ty, list.into_vec())),
        other => other,
    }
}

/// The zero value of a type, as far as a template can see one.
pub(crate) fn zero(ty: &'static TypeInfo) -> Value {
    match ty.kind {
        Kind::Bool => Value::Bool(false),
        Kind::String => Value::from(""),
        Kind::Float32 | Kind::Float64 => Value::Float(0.0),
        Kind::Int if *ty == types::INT => Value::int(0),
        Kind::Int64 if *ty == types::INT64 => Value::int64(0),
        Kind::Slice => Value::List(List::nil(ty)),
        Kind::Map => Value::Map(Map::nil(ty)),
        Kind::Func => Value::Func(Rc::new(Func::nil(ty))),
        _ => Value::Nil,
    }
}
