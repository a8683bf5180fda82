//! What an object says of itself, and its annotations.

use std::collections::BTreeMap;

use super::field;
use crate::error::Error;
use crate::node::{Node, Style};

/// Type, name and annotations of an object; texts of what is not there are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// `apiVersion`
    pub api_version: String,
    /// `kind`
    pub kind: String,
    /// `metadata.name`
    pub name: String,
    /// `metadata.namespace`
    pub namespace: String,
    /// `metadata.annotations`; what is no text has the text of its scalar.
    pub annotations: BTreeMap<String, String>,
}

/// What an object says of itself; `None` if it has neither a type nor any metadata. Null says nothing, which is fine.
pub fn meta(object: &Node) -> Option<Meta> {
    if field::is_null(object) {
        return Some(Meta::default());
    }
    let of =
        |node: &Node, name: &str| field::get(node, name).filter(|value| !field::is_empty(value)).cloned();
    let api_version = of(object, "apiVersion");
    let kind = of(object, "kind");
    let metadata = of(object, "metadata");
    let has_more = |metadata: &Node| {
        ["name", "namespace", "labels", "annotations"].iter().any(|name| of(metadata, name).is_some())
    };
    if api_version.is_none() && kind.is_none() && !metadata.as_ref().is_some_and(has_more) {
        return None;
    }
    let mut annotations = BTreeMap::new();
    let own = |name: &str| metadata.as_ref().and_then(|metadata| of(metadata, name));
    if let Some(all) = own("annotations") {
        for (key, _) in all.entries() {
            // The first one of a name counts.
            let value = field::get(&all, &key.value).map_or_else(String::new, text);
            annotations.insert(text(key), value);
        }
    }
    let text = |node: Option<Node>| node.as_ref().map(text).unwrap_or_default();
    let (name, namespace) = (text(own("name")), text(own("namespace")));
    Some(Meta { api_version: text(api_version), kind: text(kind), name, namespace, annotations })
}

fn text(node: &Node) -> String {
    if field::is_null(node) { String::new() } else { node.root().value.to_string() }
}

/// The value of an annotation.
pub(super) fn annotation(object: &Node, name: &str) -> Option<String> {
    meta(object)?.annotations.remove(name)
}

/// Sets an annotation: in single quotes if it is new, else as it was written.
///
/// # Errors
/// The object, its metadata or its annotations are no mapping; in kyaml's words.
pub fn set_annotation(object: &mut Node, name: &str, value: &str) -> Result<(), Error> {
    clear_empty(object)?;
    let Some(metadata) = field::get_or_create(object, "metadata")? else { return Ok(()) };
    let Some(annotations) = field::get_or_create(metadata, "annotations")? else { return Ok(()) };
    let mut new = Node::string(value);
    if let Some(old) = field::get_mut(annotations, name)? {
        new.style = old.style;
        new.tagged = old.tagged;
        *old = new;
    } else {
        new.style = Style::SingleQuoted;
        field::append(annotations, name, new);
    }
    Ok(())
}

/// Takes an annotation away, and nothing else.
///
/// # Errors
/// As [`set_annotation`].
pub fn clear_annotation(object: &mut Node, name: &str) -> Result<(), Error> {
    let Some(metadata) = field::get_mut(object, "metadata")? else { return Ok(()) };
    let Some(annotations) = field::get_mut(metadata, "annotations")? else { return Ok(()) };
    field::clear(annotations, name, false)
}

/// Takes annotations and metadata without content away.
///
/// # Errors
/// The object or its metadata are no mapping.
pub(super) fn clear_empty(object: &mut Node) -> Result<(), Error> {
    if let Some(metadata) = field::get_mut(object, "metadata")? {
        field::clear(metadata, "annotations", true)?;
    }
    field::clear(object, "metadata", true)
}

/// Gives an annotation with two names the value of one under the other.
pub(super) fn share_annotation(object: &mut Node, [new, old]: [&str; 2]) -> Result<(), Error> {
    let Some(mut meta) = meta(object) else { return Ok(()) };
    let mut value = |name| meta.annotations.remove(name).unwrap_or_default();
    match (value(new), value(old)) {
        (value, empty) if !value.is_empty() && empty.is_empty() => set_annotation(object, old, &value),
        (empty, value) if empty.is_empty() && !value.is_empty() => set_annotation(object, new, &value),
        _ => Ok(()),
    }
}
