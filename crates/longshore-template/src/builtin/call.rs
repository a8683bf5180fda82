//! `call`: functions that are values.

use longshore_go::{Duration, Int, IntKind, Kind, TypeInfo, Uint, UintKind, Value, types};

use crate::types::{assignable, can_be_nil, convert, zero};

/// Calls a function value; `callee` is how it reads in the template.
pub(super) fn call(function: &Value, args: &[Value], callee: &str) -> Result<Value, String> {
    let func = match function {
        Value::Missing | Value::Nil => return Err("call of nil".to_owned()),
        Value::Func(func) => func,
        other => return Err(format!("non-function {callee} of type {}", other.type_info().name)),
    };
    good(callee, func.type_info())?;
    let params = func.params();
    let (got, want) = (args.len(), params.len());
    if func.is_variadic() {
        let least = want - 1;
        if got < least {
            return Err(format!("wrong number of args for {callee}: got {got} want at least {least}"));
        }
    } else if got != want {
        return Err(format!("wrong number of args for {callee}: got {got} want {want}"));
    }
    let mut prepared = Vec::with_capacity(got);
    for (i, arg) in args.iter().enumerate() {
        let param = params[i.min(want - 1)];
        prepared.push(prepare(arg, param).map_err(|error| format!("arg {i}: {error}"))?);
    }
    func.call(&prepared).map_err(|error| error.to_string())
}

/// `goodFunc`: one result, or two of which the second is an error.
fn good(callee: &str, ty: &TypeInfo) -> Result<(), String> {
    match results(ty).as_slice() {
        [_] | [_, "error"] => Ok(()),
        [_, second] => Err(format!(
            "invalid function signature for {callee}: second return value should be error; is {second}"
        )),
        other => Err(format!("function {callee} has {} return values; should be 1 or 2", other.len())),
    }
}

/// The types of a function's results, as its own type names them: a sequence has none.
fn results(ty: &TypeInfo) -> Vec<&'static str> {
    let Some(signature) = ty.name.strip_prefix("func(") else {
        return Vec::new();
    };
    let mut depth = 1;
    let end = signature.find(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    let after = end.map_or("", |end| signature[end + 1..].trim_start());
    match after.strip_prefix('(').and_then(|list| list.strip_suffix(')')) {
        Some(list) => list.split(", ").collect(),
        None if after.is_empty() => Vec::new(),
        None => vec![after],
    }
}

/// `prepareArg`: the value as one of the parameter's type; integers are converted.
fn prepare(value: &Value, param: &'static TypeInfo) -> Result<Value, String> {
    if value.is_nil() {
        if !can_be_nil(param) {
            return Err(format!("value is nil; should be of type {}", param.name));
        }
        return Ok(match param.kind {
            Kind::Interface => Value::Nil,
            _ => zero(param),
        });
    }
    let from = value.type_info();
    if assignable(from, param) {
        return Ok(convert(value.clone(), from, param));
    }
    integer(value, param).ok_or_else(|| format!("value has type {}; should be {}", from.name, param.name))
}

/// An integer as one of another integer type, cut off as Go's conversion does.
fn integer(value: &Value, param: &'static TypeInfo) -> Option<Value> {
    let bits = match value {
        Value::Int(int) => int.value,
        Value::Uint(uint) => uint.value as i64,
        Value::Duration(duration) => duration.0,
        Value::Object(object) => object.to_int()?,
        _ => return None,
    };
    let int = |kind, value| Value::Int(Int { kind, value });
    let uint = |kind, value| Value::Uint(Uint { kind, value });
    Some(match param.kind {
        Kind::Int => int(IntKind::Int, bits),
        Kind::Int8 => int(IntKind::Int8, i64::from(bits as i8)),
        Kind::Int16 => int(IntKind::Int16, i64::from(bits as i16)),
        Kind::Int32 => int(IntKind::Int32, i64::from(bits as i32)),
        Kind::Int64 if *param == types::DURATION => Value::Duration(Duration(bits)),
        Kind::Int64 => int(IntKind::Int64, bits),
        Kind::Uint => uint(UintKind::Uint, bits as u64),
        Kind::Uint8 => uint(UintKind::Uint8, u64::from(bits as u8)),
        Kind::Uint16 => uint(UintKind::Uint16, u64::from(bits as u16)),
        Kind::Uint32 => uint(UintKind::Uint32, u64::from(bits as u32)),
        Kind::Uint64 => uint(UintKind::Uint64, bits as u64),
        _ => return None,
    })
}
