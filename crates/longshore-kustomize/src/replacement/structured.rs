//! Fields within a text: a path that goes on behind a scalar leads into the YAML or JSON that the scalar holds.

use longshore_go::json;
use longshore_yaml::{Dialect, Kind, Limits, Node, parse_first, unmarshal};

use super::write::put;
use crate::error::Error;
use crate::field;
use crate::fieldpath::{self, Found};

/// Writes a value to a field within a text of the object.
///
/// # Errors
/// There is no text on the way, or no such field in it. Nobody sees the errors: the path is followed in the usual way then.
pub(super) fn write(
    object: &mut Node,
    value: &Node,
    path: &[String],
    create: Option<Kind>,
) -> Result<(), Error> {
    let none = || Error::new("no structured data found in path");
    let (place, rest) = (1..path.len())
        .find_map(|end| {
            let place = fieldpath::lookup(object, &path[..end]).ok().flatten()?;
            let node = fieldpath::at(object, &place).filter(|node| node.kind == Kind::Scalar)?;
            parse_first(node.value.as_bytes(), Dialect::V3, &Limits::default()).ok()?;
            Some((place, &path[end..]))
        })
        .ok_or_else(none)?;
    let scalar = fieldpath::at_mut(object, &place).ok_or_else(none)?;
    let mut document =
        parse_first(scalar.value.as_bytes(), Dialect::V3, &Limits::default())?.ok_or_else(none)?;
    let found = fieldpath::find(&mut document, rest, create)?;
    if found.is_empty() {
        return Err(Error::new("unable to find field in structured data"));
    }
    for found in found {
        if let Found::Here(place) = found
            && let Some(node) = fieldpath::at_mut(&mut document, &place)
        {
            put(node, value.clone());
        }
    }
    scalar.value = print(&document, &scalar.value)?.into();
    field::note_change(scalar);
    Ok(())
}

/// The document in the way the text was: JSON on one line, JSON on several, or YAML.
fn print(document: &Node, before: &str) -> Result<String, Error> {
    let text = field::print(document);
    if !before.trim_start().starts_with(['{', '[']) {
        return Ok(text.trim().to_owned());
    }
    let value = unmarshal(text.as_bytes(), Dialect::V3, &Limits::default())?;
    let mut out = Vec::new();
    let printed = if before.contains('\n') && before.contains("  ") {
        json::append_indented(&mut out, &value, "  ")
    } else {
        json::append(&mut out, &value, json::EscapeHtml::Yes)
    };
    printed.map_err(|_| Error::new("failed to marshal JSON data"))?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}
