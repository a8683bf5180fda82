//! From manifest text (YAML or JSON, any number of documents) to objects.

mod place;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use longshore_diag::{Diagnostic, Place};
use longshore_yaml::{Dialect, Limits, parse};

use crate::{Object, Tree};
use place::{Sources, tree_of_node};

/// The objects of a manifest, `List`s taken apart, empty documents skipped.
///
/// `file` is what places name, unless a document carries the comment that Helm writes above each,
/// `# Source: app/templates/x.yaml`; lines are those of `text` all the same. Text is read as the API
/// server and Helm read it (YAML 1.1 by way of JSON); a stream of JSON objects without separators will
/// also do.
///
/// # Errors
/// `yaml/syntax`, and what [`Object::new`] refuses. Two objects may have the same identity here; see
/// [`identities_are_unique`].
pub fn parse_manifests(text: &str, file: &str) -> Result<Vec<Object>, Diagnostic> {
    let documents = match parse(text.as_bytes(), Dialect::V2, &Limits::default()) {
        Ok(documents) => documents,
        Err(error) => {
            if let Some(objects) = json_stream(text, file) {
                return objects;
            }
            let (line, column) = (error.line().unwrap_or(0), error.column().unwrap_or(0));
            let message = error.to_string();
            let message = message.strip_prefix("yaml: ").unwrap_or(&message);
            let mut diagnostic = Diagnostic::error("yaml/syntax", format!("not valid YAML: {message}"))
                .at(Place::new(file, line, column));
            diagnostic.hint = error.advice(text).map(str::to_owned);
            return Err(diagnostic);
        }
    };
    let sources = Sources::of(text);
    let mut objects = Vec::new();
    for document in &documents {
        let origin = sources.at(document.line).unwrap_or(file);
        let tree = tree_of_node(document).map_err(|error| {
            let (line, column) = (error.line().unwrap_or(document.line), error.column().unwrap_or(0));
            let mut diagnostic =
                Diagnostic::error("yaml/value", error.to_string()).at(Place::new(file, line, column));
            diagnostic.hint = error.advice(text).map(str::to_owned);
            diagnostic
        })?;
        add(tree, origin, document.line, &mut objects)?;
    }
    Ok(objects)
}

/// Adds the object that a tree is, or those that it lists.
fn add(tree: Tree, file: &str, line: u32, objects: &mut Vec<Object>) -> Result<(), Diagnostic> {
    if tree.data == crate::Data::Null {
        return Ok(());
    }
    let line = if tree.line > 0 { tree.line } else { line };
    if is_list(&tree) {
        for item in tree.get("/items").map_or(&[][..], Tree::items) {
            add(item.clone(), file, line, objects)?;
        }
        return Ok(());
    }
    objects.push(Object::new(tree, Place::new(file, line, 0))?);
    Ok(())
}

/// `v1 List` and the typed lists (`ConfigMapList`) that `kubectl get -o yaml` never writes but accepts.
fn is_list(tree: &Tree) -> bool {
    let kind = tree.get("/kind").and_then(Tree::as_str).unwrap_or_default();
    kind.ends_with("List")
        && matches!(tree.get("/items").map(|items| &items.data), Some(crate::Data::List(_)))
}

/// Objects of a stream of JSON values that is not valid YAML (tabs, several values in a row); `None` if
/// it is no such stream either.
fn json_stream(text: &str, file: &str) -> Option<Result<Vec<Object>, Diagnostic>> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
    let mut objects = Vec::new();
    loop {
        let start = stream.byte_offset();
        let skipped = text[start..].len() - text[start..].trim_start().len();
        let line = text[..start + skipped].matches('\n').count() as u32 + 1;
        match stream.next() {
            Some(Ok(json)) => {
                if let Err(error) = add(Tree::from_json(json), file, line, &mut objects) {
                    return Some(Err(error));
                }
            }
            Some(Err(_)) => return None,
            None => return Some(Ok(objects)),
        }
    }
}

/// Checks that no two objects are the same one when applied to `namespace`.
///
/// # Errors
/// `object/duplicate` at the second, with the place of the first as a note.
pub fn identities_are_unique(objects: &[Object], namespace: &str) -> Result<(), Diagnostic> {
    let mut seen = BTreeMap::new();
    for object in objects.iter().filter(|object| !object.name().is_empty()) {
        let key = object.key_in(namespace);
        if let Some(first) = seen.get(&key) {
            let message = format!("{key:#} is defined twice");
            return Err(Diagnostic::error("object/duplicate", message)
                .at(object.place().clone())
                .note(format!("first defined at {first}"))
                .hint("remove one of the two, or give it another name or namespace"));
        }
        seen.insert(key, object.place().clone());
    }
    Ok(())
}
