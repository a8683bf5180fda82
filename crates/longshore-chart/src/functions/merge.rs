//! `merge` and `mergeOverwrite`, as `dario.cat/mergo` 1.0.1 merges maps.
//!
//! Without overwriting, what is empty in the destination (`false`, `0`, `""`, an empty list) counts as
//! unset and is taken from the source; a map that the destination lacks is shared, not copied. With
//! overwriting, the source wins, except that two maps are merged and a source nil is taken as well.

use longshore_go::{Kind, Map, Value, types};
use longshore_template::FuncError;

use super::args::{check_value, map};
use super::defaults::is_empty;
use super::{Outcome, dicts};

/// Nesting at which merging stops; Go's stack overflows on a map that holds itself.
const MAX_DEPTH: usize = 1_000;

/// Merges every further argument into the first, and gives back the first.
pub(super) fn all(args: &mut [Value], overwrite: bool) -> Outcome {
    let destination = match map(args, 0) {
        Some(map) if !map.is_nil() => map.retyped(&types::MAP_ANY),
        // A nil map becomes one as soon as there is a source.
        _ if (1..args.len()).any(|index| map(args, index).is_some_and(|map| !map.is_nil())) => Map::new(),
        _ => return Ok(dicts::plain(args, 0)),
    };
    for index in 1..args.len() {
        check_value(&args[index])?;
        if let Some(source) = map(args, index) {
            merge(&destination, source, overwrite, 0)?;
        }
    }
    Ok(destination.into())
}

fn merge(to: &Map, from: &Map, overwrite: bool, depth: usize) -> Result<(), FuncError> {
    if depth > MAX_DEPTH {
        return Err("the maps are nested too deeply".into());
    }
    for (key, new) in from.snapshot() {
        let old = to.get(&key);
        if new.is_nil() {
            if overwrite {
                to.insert(key, Value::Nil);
            }
            continue;
        }
        match (&old, &new) {
            (Some(Value::Map(old)), Value::Map(new)) => {
                merge(old, new, overwrite, depth + 1)?;
                // Judged after merging: a map that was empty and is not any more stays.
                if !old.is_empty() {
                    continue;
                }
            }
            (Some(Value::Object(old)), Value::Map(_)) if !overwrite && old.type_info().kind == Kind::Ptr => {
                return Err("src and dst must be of same type".into());
            }
            (Some(old), new) if overwrite && new.kind() == Kind::Slice && !is_unset(old) => {
                to.insert(key, new.clone());
                continue;
            }
            _ => {}
        }
        if overwrite || old.as_ref().is_none_or(is_unset) {
            to.insert(key, new);
        }
    }
    Ok(())
}

/// mergo's idea of empty, which is sprig's.
fn is_unset(value: &Value) -> bool {
    is_empty(value)
}
