//! Maps: making, reading and changing them.
//!
//! A map is shared: `set` and `merge` change it for everyone who holds it. Where Go's order of keys is
//! random (`keys`, `values`), ours is that of the bytes.

use longshore_go::{Map, Value, cast, deep_copy, types};
use longshore_template::{FuncDef, FuncError};

use super::args::{ANY, BOOL, LIST, MAP, STRING, conversion, map, string, take, text};
use super::{Function, Outcome, merge};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::pure(FuncDef::variadic("dict", &[ANY]).returning(MAP), dict),
    Function::pure(FuncDef::new("get", &[MAP, STRING]), |args| {
        let found = map(args, 0).and_then(|map| map.get(text(args, 1)));
        Ok(found.unwrap_or_else(|| "".into()))
    }),
    Function::pure(FuncDef::new("set", &[MAP, STRING, ANY]).returning(MAP), set),
    Function::pure(FuncDef::new("unset", &[MAP, STRING]).returning(MAP), |args| {
        if let Some(map) = map(args, 0) {
            map.remove(text(args, 1));
        }
        Ok(plain(args, 0))
    }),
    Function::pure(FuncDef::new("hasKey", &[MAP, STRING]).returning(BOOL), |args| {
        Ok(map(args, 0).is_some_and(|map| map.contains_key(text(args, 1))).into())
    }),
    Function::pure(FuncDef::variadic("pluck", &[STRING, MAP]).returning(LIST), |args| {
        let found = (1..args.len()).filter_map(|index| map(args, index)?.get(text(args, 0)));
        Ok(Value::list(found.collect()))
    }),
    Function::pure(FuncDef::variadic("keys", &[MAP]).returning(&types::SLICE_STRING), |args| {
        let maps = (0..args.len()).filter_map(|index| map(args, index));
        Ok(longshore_go::List::strings(maps.flat_map(Map::keys)).into())
    }),
    Function::pure(FuncDef::new("values", &[MAP]).returning(LIST), |args| {
        let entries = map(args, 0).map(Map::snapshot).unwrap_or_default();
        Ok(Value::list(entries.into_iter().map(|(_, value)| value).collect()))
    }),
    Function::pure(FuncDef::variadic("pick", &[MAP, STRING]).returning(MAP), |args| {
        let picked = (1..args.len()).filter_map(|index| {
            let key = string(args, index);
            Some((key.clone(), map(args, 0)?.get(&key)?))
        });
        Ok(picked.collect::<Map>().into())
    }),
    Function::pure(FuncDef::variadic("omit", &[MAP, STRING]).returning(MAP), |args| {
        let entries = map(args, 0).map(Map::snapshot).unwrap_or_default();
        let left = (1..args.len()).map(|index| string(args, index)).collect::<Vec<_>>();
        Ok(entries.into_iter().filter(|(key, _)| !left.contains(key)).collect::<Map>().into())
    }),
    Function::pure(FuncDef::variadic("dig", &[ANY]), dig),
    Function::pure(FuncDef::new("deepCopy", &[ANY]), |args| deep_copied(&args[0])),
    Function::pure(FuncDef::new("mustDeepCopy", &[ANY]), |args| deep_copied(&args[0])),
    merging("merge", |args| merge::all(args, false).or_else(|_| Ok("".into()))),
    merging("mustMerge", |args| merge::all(args, false)),
    merging("mergeOverwrite", |args| merge::all(args, true).or_else(|_| Ok("".into()))),
    merging("mustMergeOverwrite", |args| merge::all(args, true)),
];

const fn merging(name: &'static str, body: fn(&mut [Value]) -> Outcome) -> Function {
    Function::pure(FuncDef::variadic(name, &[MAP, MAP]), body)
}

/// A map parameter as what Go's parameter is: a `map[string]interface {}`, also for `.Values`, which is
/// of a type of its own outside.
pub(super) fn plain(args: &mut [Value], index: usize) -> Value {
    match take(args, index) {
        Value::Map(map) if map.type_info() == &types::MAP_ANY => Value::Map(map),
        Value::Map(map) => Value::Map(map.retyped(&types::MAP_ANY)),
        _ => Value::Map(Map::nil(&types::MAP_ANY)),
    }
}

/// Pairs of key and value; a last key without one gets an empty string.
fn dict(args: &mut [Value]) -> Outcome {
    let map = Map::new();
    let mut rest = args.iter_mut().map(std::mem::take);
    while let Some(key) = rest.next() {
        let value = rest.next().unwrap_or_else(|| "".into());
        map.insert(cast::to_text(&key), value);
    }
    Ok(map.into())
}

fn set(args: &mut [Value]) -> Outcome {
    let value = take(args, 2);
    match map(args, 0) {
        Some(map) if !map.is_nil() => {
            map.insert(string(args, 1), value);
        }
        _ => return Err("assignment to entry in nil map".into()),
    }
    Ok(plain(args, 0))
}

/// `dig "a" "b" default map`: what lies at the path, or the default where a key is missing.
fn dig(args: &mut [Value]) -> Outcome {
    let count = args.len();
    if count < 3 {
        return Err("dig needs at least three arguments".into());
    }
    let mut at = step(&args[count - 1])?;
    let mut keys = Vec::with_capacity(count - 2);
    for key in &args[..count - 2] {
        keys.push(key.as_str().ok_or_else(|| conversion(key, "string"))?.clone());
    }
    let last = keys.len() - 1;
    for (index, key) in keys.iter().enumerate() {
        let Some(found) = at.get(key) else {
            return Ok(take(args, count - 2));
        };
        if index == last {
            return Ok(found);
        }
        at = step(&found)?;
    }
    Ok(Value::Nil)
}

/// Go's assertion that a value is exactly a `map[string]interface {}`; `.Values` is not.
fn step(value: &Value) -> Result<Map, FuncError> {
    match value {
        Value::Map(map) if map.type_info() == &types::MAP_ANY => Ok(map.clone()),
        other => Err(conversion(other, "map[string]interface {}")),
    }
}

fn deep_copied(value: &Value) -> Outcome {
    if value.is_nil() {
        return Err("reflect: call of reflect.Value.Type on zero Value".into());
    }
    deep_copy(value).ok_or_else(|| "the value is nested too deeply".into())
}
