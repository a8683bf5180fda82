//! Lists: taking apart, putting together, searching.
//!
//! They work by reflection on a slice of any type and give back `[]interface {}`. Each has a twin with
//! `must` in its name, which returns the error where the other panics; in a template both end the same
//! way.

use longshore_go::{List, Value, cast, deep_equal, types};
use longshore_template::{FuncDef, FuncError};

use super::args::{ANY, BOOL, INT, LIST, NIL_DEREFERENCE, check_items, int, is_slice, items, nil_list, take};
use super::defaults::is_empty;
use super::{Function, Outcome};

type Pure = fn(&mut [Value]) -> Outcome;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::pure(FuncDef::variadic("list", &[ANY]).returning(LIST), list),
    Function::pure(FuncDef::variadic("tuple", &[ANY]).returning(LIST), list),
    two("append", LIST, push),
    two("mustAppend", LIST, push),
    two("push", LIST, push),
    two("mustPush", LIST, push),
    two("prepend", LIST, prepend),
    two("mustPrepend", LIST, prepend),
    one("first", ANY, first),
    one("mustFirst", ANY, first),
    one("last", ANY, last),
    one("mustLast", ANY, last),
    one("rest", LIST, rest),
    one("mustRest", LIST, rest),
    one("initial", LIST, initial),
    one("mustInitial", LIST, initial),
    one("reverse", LIST, reverse),
    one("mustReverse", LIST, reverse),
    one("compact", LIST, compact),
    one("mustCompact", LIST, compact),
    one("uniq", LIST, uniq),
    one("mustUniq", LIST, uniq),
    two("has", BOOL, has),
    two("mustHas", BOOL, has),
    Function::pure(FuncDef::variadic("without", &[ANY, ANY]).returning(LIST), without),
    Function::pure(FuncDef::variadic("mustWithout", &[ANY, ANY]).returning(LIST), without),
    Function::pure(FuncDef::variadic("slice", &[ANY, ANY]), slice),
    Function::pure(FuncDef::variadic("mustSlice", &[ANY, ANY]), slice),
    Function::pure(FuncDef::variadic("concat", &[ANY]), concat),
    Function::pure(FuncDef::new("chunk", &[INT, ANY]).returning(&types::SLICE_SLICE_ANY), chunk),
    Function::pure(FuncDef::new("mustChunk", &[INT, ANY]).returning(&types::SLICE_SLICE_ANY), chunk),
];

const fn one(name: &'static str, result: &'static longshore_go::TypeInfo, body: Pure) -> Function {
    Function::pure(FuncDef::new(name, &[ANY]).returning(result), body)
}

const fn two(name: &'static str, result: &'static longshore_go::TypeInfo, body: Pure) -> Function {
    Function::pure(FuncDef::new(name, &[ANY, ANY]).returning(result), body)
}

fn list(args: &mut [Value]) -> Outcome {
    Ok(Value::list(args.iter_mut().map(std::mem::take).collect()))
}

fn push(args: &mut [Value]) -> Outcome {
    let mut items = items(take(args, 0), "Cannot push on type")?;
    items.push(take(args, 1));
    Ok(Value::list(items))
}

fn prepend(args: &mut [Value]) -> Outcome {
    let mut items = items(take(args, 0), "Cannot prepend on type")?;
    items.insert(0, take(args, 1));
    Ok(Value::list(items))
}

fn first(args: &mut [Value]) -> Outcome {
    if let Value::List(list) = &args[0] {
        return Ok(list.first().cloned().unwrap_or_default());
    }
    let items = items(take(args, 0), "Cannot find first on type")?;
    Ok(items.into_iter().next().unwrap_or_default())
}

fn last(args: &mut [Value]) -> Outcome {
    if let Value::List(list) = &args[0] {
        return Ok(list.last().cloned().unwrap_or_default());
    }
    let mut items = items(take(args, 0), "Cannot find last on type")?;
    Ok(items.pop().unwrap_or_default())
}

fn rest(args: &mut [Value]) -> Outcome {
    let mut items = items(take(args, 0), "Cannot find rest on type")?;
    if items.is_empty() {
        return Ok(nil_list());
    }
    items.remove(0);
    Ok(Value::list(items))
}

fn initial(args: &mut [Value]) -> Outcome {
    let mut items = items(take(args, 0), "Cannot find initial on type")?;
    if items.pop().is_none() {
        return Ok(nil_list());
    }
    Ok(Value::list(items))
}

fn reverse(args: &mut [Value]) -> Outcome {
    let mut items = items(take(args, 0), "Cannot find reverse on type")?;
    items.reverse();
    Ok(Value::list(items))
}

fn compact(args: &mut [Value]) -> Outcome {
    let mut items = items(take(args, 0), "Cannot compact on type")?;
    items.retain(|item| !is_empty(item));
    Ok(Value::list(items))
}

fn uniq(args: &mut [Value]) -> Outcome {
    let mut kept: Vec<Value> = Vec::new();
    for item in items(take(args, 0), "Cannot find uniq on type")? {
        if !contains(&kept, &item) {
            kept.push(item);
        }
    }
    Ok(Value::list(kept))
}

fn contains(haystack: &[Value], needle: &Value) -> bool {
    haystack.iter().any(|item| deep_equal(needle, item))
}

fn has(args: &mut [Value]) -> Outcome {
    if args[1].is_nil() {
        return Ok(false.into());
    }
    if let Value::List(list) = &args[1] {
        return Ok(contains(list, &args[0]).into());
    }
    let items = items(take(args, 1), "Cannot find has on type")?;
    Ok(contains(&items, &args[0]).into())
}

fn without(args: &mut [Value]) -> Outcome {
    let mut items = items(take(args, 0), "Cannot find without on type")?;
    items.retain(|item| !contains(&args[1..], item));
    Ok(Value::list(items))
}

/// `slice list start end`, of the same type as the list; nil for an empty one.
///
/// Known difference: Go lets the end lie beyond the list where its memory does, which depends on how the
/// list was made; here that is out of bounds.
fn slice(args: &mut [Value]) -> Outcome {
    let length = match &args[0] {
        Value::List(list) => list.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Nil | Value::Missing => return Err(NIL_DEREFERENCE.into()),
        other => {
            let kind = other.kind().name();
            return Err(FuncError::new(format!("list should be type of slice or array but {kind}")));
        }
    };
    if length == 0 {
        return Ok(Value::Nil);
    }
    let start = args.get(1).map_or(0, cast::to_int64);
    let end = args.get(2).map_or(length as i64, cast::to_int64);
    if start < 0 || start > end || end > length as i64 {
        return Err("reflect.Value.Slice: slice index out of bounds".into());
    }
    let range = start as usize..end as usize;
    Ok(match &args[0] {
        Value::Bytes(bytes) => Value::Bytes(bytes[range].into()),
        Value::List(list) => List::typed(list.type_info(), list[range].to_vec()).into(),
        _ => Value::Nil,
    })
}

fn concat(args: &mut [Value]) -> Outcome {
    let length = args.iter().map(|value| value.as_list().map_or(0, |list| list.len())).sum();
    check_items(length as u64)?;
    let mut all = Vec::with_capacity(length);
    for arg in args.iter_mut().map(std::mem::take) {
        if !is_slice(&arg) && !arg.is_nil() {
            let kind = arg.kind().name();
            return Err(FuncError::new(format!("Cannot concat type {kind} as list")));
        }
        all.extend(items(arg, "")?);
        check_items(all.len() as u64)?;
    }
    Ok(if all.is_empty() { nil_list() } else { Value::list(all) })
}

/// Lists of `size` items each, the last shorter; the arithmetic is sprig's, in floats.
fn chunk(args: &mut [Value]) -> Outcome {
    let size = int(args, 0);
    let items = items(take(args, 1), "Cannot chunk type")?;
    let length = items.len() as f64;
    let count = cast::truncate(((length - 1.0) / size as f64).floor() + 1.0);
    // The last chunk has what is left over, or else as many as `size` says.
    let negative = size < 0 && (items.len() as u64).is_multiple_of(size.unsigned_abs());
    if count < 0 || count > 0 && negative {
        return Err("runtime error: makeslice: len out of range".into());
    }
    if count == 0 {
        return Ok(List::typed(&types::SLICE_SLICE_ANY, Vec::new()).into());
    }
    // Only a size above zero gives more than one chunk.
    let size = usize::try_from(size).unwrap_or(items.len()).max(1);
    let chunks = items.chunks(size).map(|chunk| Value::list(chunk.to_vec()));
    Ok(List::typed(&types::SLICE_SLICE_ANY, chunks.collect()).into())
}
