//! The six operations.

use longshore_go::strconv;

use super::{Json, Operation, string};
use crate::error::Error;

const MISSING: &str = "missing value";

/// How many values the copies of one patch may have together. Kustomize has no limit, and copies double what they copy.
const MAX_COPIED: usize = 1_000_000;

/// Carries an operation out; `copied` counts the values that were copied so far.
///
/// # Errors
/// It does not fit; in the words of `evanphx/json-patch`.
pub(super) fn apply(document: &mut Json, operation: &Operation, copied: &mut usize) -> Result<(), Error> {
    let kind = operation.get("op").and_then(|op| string(op).ok());
    match kind.as_deref() {
        Some("add") => add(document, operation),
        Some("remove") => remove(document, operation),
        Some("replace") => replace(document, operation),
        Some("move") => move_value(document, operation),
        Some("copy") => copy(document, operation, copied),
        Some("test") => test(document, operation),
        other => Err(Error::new(format!("Unexpected kind: {}", other.unwrap_or("unknown")))),
    }
}

/// A field with a place, of an operation that cannot do without.
fn place(operation: &Operation, name: &str) -> Result<String, Error> {
    match operation.get(name) {
        None | Some(Json::Null) => Err(Error::new(match name {
            "from" => format!("operation, missing from field: {MISSING}"),
            _ => format!("operation missing path field: {MISSING}"),
        })),
        Some(json) => string(json),
    }
}

/// The same, where Kustomize says no more than that it is missing.
fn plain_path(operation: &Operation, kind: &str) -> Result<String, Error> {
    let missing = |_| Error::new(format!("{kind} operation failed to decode path: {MISSING}"));
    place(operation, "path").map_err(missing)
}

fn path_of(operation: &Operation, kind: &str) -> Result<String, Error> {
    place(operation, "path").map_err(|error| error.wrapped(format!("{kind} operation failed to decode path")))
}

fn from_of(operation: &Operation, kind: &str) -> Result<String, Error> {
    place(operation, "from").map_err(|error| error.wrapped(format!("{kind} operation failed to decode from")))
}

fn value_of(operation: &Operation) -> Json {
    operation.get("value").cloned().unwrap_or(Json::Null)
}

/// The object or array that holds what a path means, and the key in it. What stands before the first `/` is not looked at.
fn holder<'j>(document: &'j mut Json, path: &str) -> Option<(&'j mut Json, String)> {
    let (_, rest) = path.split_once('/')?;
    let mut parts: Vec<&str> = rest.split('/').collect();
    let key = unescape(parts.pop()?);
    let mut holder = document;
    for part in parts {
        holder = match holder {
            Json::Object(fields) => fields.get_mut(&unescape(part))?,
            Json::Array(items) => {
                let at = index(&unescape(part), items.len()).ok()?;
                items.get_mut(at)?
            }
            _ => return None,
        };
    }
    matches!(holder, Json::Object(_) | Json::Array(_)).then_some((holder, key))
}

fn unescape(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

fn number(key: &str) -> Result<i64, Error> {
    strconv::atoi(key.as_bytes()).map_err(|error| Error::new(error.to_string()))
}

fn bad_index(at: i64) -> Error {
    Error::new(format!("Unable to access invalid index: {at}: invalid index referenced"))
}

/// A place in an array with so many items; below zero it counts from the end.
fn index(key: &str, length: usize) -> Result<usize, Error> {
    let at = number(key)?;
    let length = length as i64;
    if at >= length || at < -length {
        return Err(bad_index(at));
    }
    Ok(if at < 0 { at + length } else { at } as usize)
}

/// What is under the key; null if an object has no such key.
fn get(holder: &Json, key: &str) -> Result<Json, Error> {
    Ok(match holder {
        Json::Object(fields) => fields.get(key).cloned().unwrap_or(Json::Null),
        Json::Array(items) => items[index(key, items.len())?].clone(),
        _ => Json::Null,
    })
}

fn insert(holder: &mut Json, key: String, value: Json) -> Result<(), Error> {
    match holder {
        Json::Object(fields) => {
            fields.insert(key, value);
        }
        Json::Array(items) if key == "-" => items.push(value),
        Json::Array(items) => {
            let at = number(&key)
                .map_err(|error| error.wrapped(format!("value was not a proper array index: '{key}'")))?;
            let places = items.len() as i64 + 1;
            if at >= places || at < -places {
                return Err(bad_index(at));
            }
            items.insert(if at < 0 { at + places } else { at } as usize, value);
        }
        _ => {}
    }
    Ok(())
}

fn take(holder: &mut Json, key: &str) -> Result<(), Error> {
    match holder {
        Json::Object(fields) => {
            let missing = || Error::new(format!("Unable to remove nonexistent key: {key}: {MISSING}"));
            fields.remove(key).map(|_| ()).ok_or_else(missing)
        }
        Json::Array(items) => {
            let at = index(key, items.len())?;
            items.remove(at);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn add(document: &mut Json, operation: &Operation) -> Result<(), Error> {
    let path = plain_path(operation, "add")?;
    let Some((holder, key)) = holder(document, &path) else {
        return Err(Error::new(format!(
            "add operation does not apply: doc is missing path: \"{path}\": {MISSING}"
        )));
    };
    insert(holder, key, value_of(operation))
        .map_err(|error| error.wrapped(format!("error in add for path: '{path}'")))
}

fn remove(document: &mut Json, operation: &Operation) -> Result<(), Error> {
    let path = plain_path(operation, "remove")?;
    let Some((holder, key)) = holder(document, &path) else {
        return Err(Error::new(format!(
            "remove operation does not apply: doc is missing path: \"{path}\": {MISSING}"
        )));
    };
    take(holder, &key).map_err(|error| error.wrapped(format!("error in remove for path: '{path}'")))
}

fn replace(document: &mut Json, operation: &Operation) -> Result<(), Error> {
    let path = path_of(operation, "replace")?;
    let value = value_of(operation);
    if path.is_empty() {
        if !matches!(value, Json::Object(_) | Json::Array(_)) {
            return Err(Error::new("replace operation value must be object or array: %!w(<nil>)"));
        }
        *document = value;
        return Ok(());
    }
    let Some((holder, key)) = holder(document, &path) else {
        return Err(Error::new(format!(
            "replace operation does not apply: doc is missing path: {path}: {MISSING}"
        )));
    };
    match holder {
        Json::Array(items) => match index(&key, items.len()) {
            Ok(at) => items[at] = value,
            Err(_) => {
                return Err(Error::new(format!(
                    "replace operation does not apply: doc is missing key: {path}: {MISSING}"
                )));
            }
        },
        // A key that is not there is no error.
        holder => insert(holder, key, value)?,
    }
    Ok(())
}

fn move_value(document: &mut Json, operation: &Operation) -> Result<(), Error> {
    let from = from_of(operation, "move")?;
    let Some((source, key)) = holder(document, &from) else {
        return Err(Error::new(format!(
            "move operation does not apply: doc is missing from path: {from}: {MISSING}"
        )));
    };
    let at_key = |error: Error| error.wrapped(format!("error in move for path: '{key}'"));
    let value = get(source, &key).map_err(at_key)?;
    take(source, &key).map_err(at_key)?;
    let path = path_of(operation, "move")?;
    let Some((target, key)) = holder(document, &path) else {
        return Err(Error::new(format!(
            "move operation does not apply: doc is missing destination path: {path}: {MISSING}"
        )));
    };
    insert(target, key, value).map_err(|error| error.wrapped(format!("error in move for path: '{path}'")))
}

fn copy(document: &mut Json, operation: &Operation, copied: &mut usize) -> Result<(), Error> {
    let from = from_of(operation, "copy")?;
    let Some((source, key)) = holder(document, &from) else {
        return Err(Error::new(format!(
            "copy operation does not apply: doc is missing from path: {from}: {MISSING}"
        )));
    };
    let value =
        get(source, &key).map_err(|error| error.wrapped(format!("error in copy for from: '{from}'")))?;
    *copied += value.size();
    if *copied > MAX_COPIED {
        return Err(Error::new(format!("copy operations make more than {MAX_COPIED} values")));
    }
    let path = plain_path(operation, "copy")?;
    let Some((target, key)) = holder(document, &path) else {
        return Err(Error::new(format!(
            "copy operation does not apply: doc is missing destination path: {path}: {MISSING}"
        )));
    };
    insert(target, key, value).map_err(|error| error.wrapped("error while adding value during copy"))
}

fn test(document: &mut Json, operation: &Operation) -> Result<(), Error> {
    let path = path_of(operation, "test")?;
    let failed = || Err(Error::new(format!("testing value {path} failed: test failed")));
    let wanted = value_of(operation);
    if path.is_empty() {
        return if document.is_same(&wanted) { Ok(()) } else { failed() };
    }
    let Some((holder, key)) = holder(document, &path) else {
        return Err(Error::new(format!("test operation does not apply: is missing path: {path}: {MISSING}")));
    };
    let found =
        get(holder, &key).map_err(|error| error.wrapped(format!("error in test for path: '{path}'")))?;
    if found.is_same(&wanted) { Ok(()) } else { failed() }
}
