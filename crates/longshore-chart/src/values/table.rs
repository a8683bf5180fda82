//! Looking values up by dotted path, as Helm's `Values.Table` and `Values.PathValue` do.

use longshore_go::strconv::quoted;
use longshore_go::{Map, Value};

/// The table at a dotted path; the error is Helm's: `"x" is not a table`.
pub(crate) fn table(values: &Map, path: &str) -> Result<Map, String> {
    let mut table = values.clone();
    for name in path.split('.') {
        table = match table.get(name.as_bytes()) {
            Some(Value::Map(map)) => map,
            _ => return Err(format!("{} is not a table", quoted(name))),
        };
    }
    Ok(table)
}

/// The value at a dotted path that is there and no table.
pub(crate) fn path_value(values: &Map, path: &str) -> Option<Value> {
    let found = match path.rsplit_once('.') {
        Some((parent, last)) => table(values, parent).ok()?.get(last.as_bytes()),
        None => values.get(path.as_bytes()),
    }?;
    (!matches!(found, Value::Map(_))).then_some(found)
}
