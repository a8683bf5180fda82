//! JSON patches (RFC 6902): a list of operations on places in an object.
//!
//! Kustomize leaves them to `evanphx/json-patch` 4.13, whose ways show: `replace` adds a key that is not there, an index
//! below zero counts from the end, `test` compares how numbers and texts are *written*, and what comes back has passed
//! through JSON, every number a float. Its texts of errors are kept.
//! Rules: <https://github.com/evanphx/json-patch/blob/v4.13.0/patch.go>,
//! <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/filters/patchjson6902/patchjson6902.go>.

mod apply;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::BTreeMap;

use longshore_go::{Value, json};
use longshore_yaml::{Dialect, EmitOptions, Limits, Node, marshal, parse_first, sigs};

use crate::error::{Context as _, Error};
use crate::printed;
use crate::spot::Key;
use tree::Json;

/// A list of operations.
///
/// ```
/// use longshore_kustomize::json6902::JsonPatch;
/// use longshore_yaml::{Dialect, EmitOptions, Limits, emit, parse_first};
/// let patch = JsonPatch::decode("- {op: replace, path: /spec/replicas, value: 3}")?;
/// let object = parse_first(b"spec: {replicas: 1}", Dialect::V3, &Limits::default())?.expect("a document");
/// let patched = patch.apply(&object)?;
/// assert_eq!(emit([&patched], &EmitOptions::v3().indent(2)), b"spec:\n  replicas: 3\n");
/// # Ok::<(), longshore_kustomize::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct JsonPatch {
    operations: Vec<Operation>,
}

/// One operation: its fields as they were written.
type Operation = BTreeMap<String, Json>;

impl JsonPatch {
    /// Reads operations: JSON if the text begins with `[`, else YAML, of which only the first document counts.
    ///
    /// # Errors
    /// It is no list of objects; in Go's words.
    pub fn decode(text: &str) -> Result<Self, Error> {
        Self::of(if text.starts_with('[') { Json::read(text.as_bytes())? } else { yaml_to_json(text)? })
    }

    /// Reads operations from JSON.
    ///
    /// # Errors
    /// As [`JsonPatch::decode`].
    pub fn decode_json(text: &str) -> Result<Self, Error> {
        Self::of(Json::read(text.as_bytes())?)
    }

    /// The first document of YAML as JSON on one line.
    ///
    /// # Errors
    /// It is no YAML; in go-yaml's words.
    pub fn yaml_to_json(text: &str) -> Result<String, Error> {
        let mut out = Vec::new();
        json::append(&mut out, &yaml_value(text)?, json::EscapeHtml::Yes)
            .map_err(|error| Error::new(error.to_string()))?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }

    fn of(json: Json) -> Result<Self, Error> {
        let operations = match json {
            Json::Null => Vec::new(),
            Json::Array(items) => items.into_iter().map(operation).collect::<Result<_, _>>()?,
            other => return Err(wrong_type(&other, "jsonpatch.Patch")),
        };
        Ok(Self { operations })
    }

    /// Whether there is no operation.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// Carries the operations out on an object. The result is a new tree, without comments, its keys sorted.
    ///
    /// # Errors
    /// An operation does not fit; or what comes out is no object.
    pub fn apply(&self, object: &Node) -> Result<Node, Error> {
        let before = printed::value(object)?;
        let mut json = Json::of(&before)?;
        let mut copied = 0;
        for (at, operation) in self.operations.iter().enumerate() {
            apply::apply(&mut json, operation, &mut copied).under([Key::Field("patch"), Key::Item(at)])?;
        }
        let after = match json {
            Json::Null => Value::from(longshore_go::Map::new()),
            Json::Object(_) => json.into_value()?,
            other => return Err(wrong_type(&other, "map[string]interface {}")),
        };
        let text = marshal(&after, &EmitOptions::v3().indent(2))?;
        let read = parse_first(&text, Dialect::V3, &Limits::default())?;
        let mut document = read.unwrap_or_else(Node::null);
        Ok(match document.kind {
            longshore_yaml::Kind::Document if !document.content.is_empty() => document.content.swap_remove(0),
            _ => document,
        })
    }
}

fn yaml_to_json(text: &str) -> Result<Json, Error> {
    Json::of(&yaml_value(text)?)
}

fn yaml_value(text: &str) -> Result<Value, Error> {
    sigs::to_json_value(text.as_bytes()).map_err(|error| {
        let text = error.to_string();
        Error::new(text.strip_prefix("error converting YAML to JSON: ").unwrap_or(&text))
    })
}

fn operation(json: Json) -> Result<Operation, Error> {
    match json {
        Json::Object(fields) => Ok(fields),
        Json::Null => Ok(Operation::new()),
        other => Err(wrong_type(&other, "jsonpatch.Operation")),
    }
}

fn wrong_type(json: &Json, wanted: &str) -> Error {
    let found = match json {
        Json::Null => "null",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
        Json::Scalar(text) => match text.first() {
            Some(b'"') => "string",
            Some(b't' | b'f') => "bool",
            _ => "number",
        },
    };
    Error::new(format!("json: cannot unmarshal {found} into Go value of type {wanted}"))
}

/// The text that a field of an operation holds.
fn string(json: &Json) -> Result<String, Error> {
    if let Json::Scalar(text) = json
        && let Ok(Value::Str(text)) = json::parse(text)
    {
        return Ok(text.to_str_lossy().into_owned());
    }
    Err(wrong_type(json, "string"))
}
