//! Resources from the text of a file.

use longshore_go::{Value, json};
use longshore_yaml::{Dialect, Node, kio, to_json_value};

use super::{Metadata, Resource};
use crate::error::Error;
use crate::field;

/// Reads the resources of a file: all documents that are not empty, lists taken apart. What lists hold comes behind the
/// other documents.
///
/// # Errors
/// No YAML; an object without kind or name.
pub fn read(text: &[u8]) -> Result<Vec<Resource>, Error> {
    let mut waiting: std::collections::VecDeque<Node> = objects(text)?.into();
    let mut found = Vec::new();
    while let Some(object) = waiting.pop_front() {
        let kind = field::text(&object, "kind");
        if !kind.ends_with("List") || field::get(&object, "items").is_none() {
            found.push(Resource::new(object));
            continue;
        }
        let value = to_json_value(&object, Dialect::V3)
            .map_err(|error| Error::new(format!("trouble expanding list of {kind}; {error}")))?;
        match value.as_map().and_then(|map| map.get(b"items")) {
            Some(Value::List(items)) => {
                for item in &*items {
                    // Items go through JSON: comments, styles and anchors are gone.
                    let mut text = Vec::new();
                    json::append(&mut text, item, json::EscapeHtml::Yes)
                        .map_err(|error| Error::new(error.to_string()))?;
                    waiting.extend(objects(&text)?);
                }
            }
            Some(Value::Nil) | None => {}
            Some(other) => {
                let found = other.type_info().name;
                return Err(Error::new(format!("expected array in {kind}/items, but found {found}")));
            }
        }
    }
    Ok(found)
}

/// The objects of a stream, each with kind and name.
fn objects(text: &[u8]) -> Result<Vec<Node>, Error> {
    let mut objects = Vec::new();
    for object in kio::read_inlined(text)? {
        let object = Resource::new(object).node;
        if field::is_empty(&object) {
            continue;
        }
        check(&object)?;
        objects.push(object);
    }
    Ok(objects)
}

/// Refuses objects without kind or name (`GetValidatedMetadata`).
///
/// # Errors
/// There is none.
pub fn check(object: &Node) -> Result<(), Error> {
    let (kind, metadata) = (field::filled(object, "kind"), field::filled(object, "metadata"));
    let named = metadata.and_then(|metadata| field::filled(metadata, "name"));
    if let (Some(kind), Some(name)) = (kind, named)
        && !kind.value.is_empty()
        && !name.value.is_empty()
    {
        return Ok(());
    }
    let metadata = Metadata::of(object).ok_or_else(|| Error::new("missing Resource metadata"))?;
    if metadata.kind.is_empty() {
        return Err(Error::new(format!("missing kind in object {metadata}")));
    }
    if metadata.name.is_empty() && !metadata.kind.ends_with("List") {
        return Err(Error::new(format!("missing metadata.name in object {metadata}")));
    }
    Ok(())
}

/// Says of which file an error of YAML is.
pub fn of_file(error: Error, path: &str) -> Error {
    let text = error.text();
    if text.contains("error converting YAML to JSON") || text.contains("error unmarshaling JSON") {
        let text = format!("YAML file [{path}] encounters a format error.\n{text}\n");
        error.reworded(text)
    } else if error.is_malformed_yaml() {
        let text = format!("{text} in File: {path}");
        error.reworded(text)
    } else {
        error
    }
}
