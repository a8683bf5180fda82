//! What `sigs.k8s.io/yaml` does: YAML by way of JSON, which is how Helm reads values and manifests.

mod direct;
mod marshal;
#[cfg(test)]
mod tests;

use longshore_go::{List, Map, Value};

use crate::decode::{self, Numbers, Options};
use crate::dialect::{Dialect, Limits};
use crate::error::{Error, ErrorKind};
use crate::node::Node;
use crate::reader::Source;
use crate::tree::Tree;
pub use direct::marshal_plain;
pub use marshal::marshal;

/// Reads the first document of `input` as `yaml.Unmarshal` does into an `interface {}`: every number a
/// `float64`, every key a string, the last of equal keys wins; empty input is nil.
///
/// # Errors
/// In Go's words: `error converting YAML to JSON: yaml: line 3: did not find expected key`.
///
/// ```
/// use longshore_go::Value;
/// let value = longshore_yaml::sigs::to_value(b"on: 0755\n")?;
/// let map = value.as_map().expect("a mapping");
/// assert!(matches!(map.get(b"true"), Some(Value::Float(493.0))));
/// # Ok::<(), longshore_yaml::Error>(())
/// ```
pub fn to_value(input: &[u8]) -> Result<Value, Error> {
    read(input, Numbers::Floats, false, &Limits::default())
}

/// Like [`to_value`], but refuses keys that are there twice, as `yaml.UnmarshalStrict` does.
pub fn to_value_strict(input: &[u8]) -> Result<Value, Error> {
    read(input, Numbers::Floats, true, &Limits::default())
}

/// Like [`to_value`], with a budget of the caller's.
pub fn to_value_within(input: &[u8], limits: &Limits) -> Result<Value, Error> {
    read(input, Numbers::Floats, false, limits)
}

/// Reads the first document into JSON's types, integers kept as `int64` or `uint64`: what the API server
/// is sent of a manifest.
pub fn to_json_value(input: &[u8]) -> Result<Value, Error> {
    read(input, Numbers::Typed, false, &Limits::default())
}

/// Like [`to_json_value`], for a reader who wants only these fields of an object (in any case, as Go looks for them):
/// others may be left out, but what is wrong with them is told.
///
/// ```
/// let object = longshore_yaml::sigs::to_json_fields(b"kind: Pod\nspec: {a: [1]}", &["kind"])?;
/// assert_eq!(object.as_map().map(longshore_go::Map::len), Some(1));
/// assert!(longshore_yaml::sigs::to_json_fields(b"kind: Pod\nspec: {? [1] : 2}", &["kind"]).is_err());
/// # Ok::<(), longshore_yaml::Error>(())
/// ```
pub fn to_json_fields(input: &[u8], fields: &'static [&'static str]) -> Result<Value, Error> {
    read_document(input, Numbers::Typed, false, &Limits::default(), Some(fields)).map_err(converting)
}

/// Like [`to_json_value`], but refuses keys that are there twice.
pub fn to_json_value_strict(input: &[u8]) -> Result<Value, Error> {
    read(input, Numbers::Typed, true, &Limits::default())
}

/// Reads into a `map[string]interface {}`, as Helm reads values files and `fromYaml`; null and empty
/// input are an empty map.
///
/// # Errors
/// Also where the document is something else: `error unmarshaling JSON: while decoding JSON: json:
/// cannot unmarshal array into Go value of type map[string]interface {}`.
pub fn to_map(input: &[u8]) -> Result<Map, Error> {
    match to_value(input)? {
        Value::Map(map) => Ok(map),
        Value::Nil => Ok(Map::new()),
        other => Err(wrong_type(&other, "map[string]interface {}")),
    }
}

/// Reads into a `[]interface {}`, as Helm's `fromYamlArray`; null and empty input are an empty list.
pub fn to_list(input: &[u8]) -> Result<List, Error> {
    match to_value(input)? {
        Value::List(list) => Ok(list),
        Value::Nil => Ok(List::new(Vec::new())),
        other => Err(wrong_type(&other, "[]interface {}")),
    }
}

/// Converts a node that was read before, by the rules of [`to_value`].
///
/// # Errors
/// As [`to_value`], without the words in front.
pub fn node_to_value(node: &Node) -> Result<Value, Error> {
    crate::node::to_value(node, Dialect::V2, Numbers::Floats)
}

/// Converts a node into JSON's types, integers kept as `int64` or `uint64`: a manifest as the API server
/// is sent it.
pub fn node_to_json_value(node: &Node) -> Result<Value, Error> {
    crate::node::to_value(node, Dialect::V2, Numbers::Typed)
}

fn wrong_type(value: &Value, wanted: &str) -> Error {
    let found = match value {
        Value::Bool(_) => "bool",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "number",
    };
    Error::new(
        ErrorKind::Decode,
        format!(
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {found} into Go \
             value of type {wanted}"
        ),
    )
}

fn read(input: &[u8], numbers: Numbers, strict: bool, limits: &Limits) -> Result<Value, Error> {
    read_document(input, numbers, strict, limits, None).map_err(converting)
}

fn converting(error: Error) -> Error {
    error.wrapped("error converting YAML to JSON: ")
}

fn read_document(
    input: &[u8],
    numbers: Numbers,
    strict: bool,
    limits: &Limits,
    wanted: Option<&'static [&'static str]>,
) -> Result<Value, Error> {
    limits.check_size(input)?;
    let source = Source::new(input);
    let Some(tree) = Tree::first(&source, Dialect::V2, limits)? else {
        return Ok(Value::Nil);
    };
    let options = Options { dialect: Dialect::V2, numbers, strict, limits: *limits, wanted };
    decode::decode(&tree, options)
}
