//! Reading arguments, which the executor has checked against the signature, and the names of types
//! that the tables of signatures are written in.

use longshore_go::{Int, Kind, List, Map, Str, TypeInfo, Uint, UintKind, Value, types};
use longshore_template::FuncError;

/// `interface {}`
pub(super) const ANY: &TypeInfo = &types::ANY;
/// `bool`
pub(super) const BOOL: &TypeInfo = &types::BOOL;
/// `int`
pub(super) const INT: &TypeInfo = &types::INT;
/// `int64`
pub(super) const INT64: &TypeInfo = &types::INT64;
/// `float64`
pub(super) const FLOAT: &TypeInfo = &types::FLOAT64;
/// `string`
pub(super) const STRING: &TypeInfo = &types::STRING;
/// `map[string]interface {}`
pub(super) const MAP: &TypeInfo = &types::MAP_ANY;
/// `[]interface {}`
pub(super) const LIST: &TypeInfo = &types::SLICE_ANY;

/// The most bytes that one function may make: a chart is text, and `repeat 1e9` is an accident.
pub(super) const MAX_BYTES: usize = 16 << 20;

/// The most items that one function may make.
pub(super) const MAX_ITEMS: usize = 1 << 20;

/// What Go says when `reflect.TypeOf(nil).Kind()` is asked for.
pub(super) const NIL_DEREFERENCE: &str = "runtime error: invalid memory address or nil pointer dereference";

/// A parameter of type `string`.
pub(super) fn text(args: &[Value], index: usize) -> &[u8] {
    match args.get(index) {
        Some(Value::Str(text)) => text,
        _ => b"",
    }
}

/// A parameter of type `string`, shared.
pub(super) fn string(args: &[Value], index: usize) -> Str {
    match args.get(index) {
        Some(Value::Str(text)) => text.clone(),
        _ => Str::default(),
    }
}

/// A parameter of type `int`.
pub(super) fn int(args: &[Value], index: usize) -> i64 {
    match args.get(index) {
        Some(Value::Int(Int { value, .. })) => *value,
        _ => 0,
    }
}

/// A parameter of type `map[string]interface {}`; `None` for a nil map.
pub(super) fn map(args: &[Value], index: usize) -> Option<&Map> {
    args.get(index).and_then(Value::as_map)
}

/// Takes a parameter out.
pub(super) fn take(args: &mut [Value], index: usize) -> Value {
    args.get_mut(index).map(std::mem::take).unwrap_or_default()
}

/// Go's text for a conversion that does not hold, as in `x.(string)`.
pub(super) fn conversion(value: &Value, wanted: &str) -> FuncError {
    let found = if value.is_nil() { "nil" } else { value.type_info().name };
    FuncError::new(format!("interface conversion: interface {{}} is {found}, not {wanted}"))
}

/// The items of a slice of any type, as reflection sees them.
///
/// `doing` begins the error for what is no slice: `Cannot push on type` is followed by the kind.
pub(super) fn items(value: Value, doing: &str) -> Result<Vec<Value>, FuncError> {
    match value {
        Value::List(list) => Ok(list.into_vec()),
        Value::Bytes(bytes) => Ok(bytes
            .iter()
            .map(|&byte| Value::Uint(Uint { kind: UintKind::Uint8, value: u64::from(byte) }))
            .collect()),
        Value::Nil | Value::Missing => Err(NIL_DEREFERENCE.into()),
        other => Err(FuncError::new(format!("{doing} {}", other.kind().name()))),
    }
}

/// Whether reflection calls it a slice.
pub(super) fn is_slice(value: &Value) -> bool {
    value.kind() == Kind::Slice
}

/// A `[]interface {}` that is nil: what Go returns for the rest of an empty list.
pub(super) fn nil_list() -> Value {
    Value::List(List::nil(&types::SLICE_ANY))
}

/// Refuses to make more than [`MAX_BYTES`].
pub(super) fn check_size(bytes: Option<usize>) -> Result<(), FuncError> {
    match bytes {
        Some(bytes) if bytes <= MAX_BYTES => Ok(()),
        _ => Err(FuncError::new(format!("the result would exceed {} MiB", MAX_BYTES >> 20))),
    }
}

/// Refuses to make more than [`MAX_ITEMS`].
pub(super) fn check_items(items: u64) -> Result<(), FuncError> {
    if items <= MAX_ITEMS as u64 {
        return Ok(());
    }
    Err(FuncError::new(format!("the result would exceed {MAX_ITEMS} items")))
}

/// Refuses to walk over a value that, its shared parts counted each time, is larger than any document.
pub(super) fn check_value(value: &Value) -> Result<(), FuncError> {
    if longshore_go::is_within(value, 4 * MAX_ITEMS) { Ok(()) } else { Err("the value is too large".into()) }
}
