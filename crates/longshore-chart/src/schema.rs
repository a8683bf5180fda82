//! Holding values against `values.schema.json`.
//!
//! Whether values are valid, the `jsonschema` crate decides (drafts 4 to 2020-12). Only if they are not,
//! [`explain`] walks schema and values again, in the order and the words of the library that Helm uses
//! (<https://github.com/santhosh-tekuri/jsonschema/tree/v6.0.3>), to say why.

mod explain;
#[cfg(test)]
mod tests;
mod words;

use std::fmt::Write as _;

use jsonschema::{Retrieve, Uri, Validator};
use longshore_diag::Place;
use longshore_go::json::{self, JsonError};
use longshore_go::{Map, Value};
use serde_json::Value as Json;

use crate::values::to_json;
use crate::{Chart, Error, ErrorKind};

/// Holds coalesced values against the schemas of a chart and of its subcharts.
///
/// # Errors
/// Helm's text: `values don't meet the specifications of the schema(s) in the following chart(s):`, then
/// for each chart its name and a list.
pub(crate) fn check(chart: &Chart, values: &Map) -> Result<(), Error> {
    let mut text = String::new();
    check_into(chart, values, &mut text);
    if text.is_empty() {
        return Ok(());
    }
    let text =
        format!("values don't meet the specifications of the schema(s) in the following chart(s):\n{text}");
    Err(Error::new(ErrorKind::Schema, text).at(Place::file("values.schema.json")))
}

fn check_into(chart: &Chart, values: &Map, text: &mut String) {
    if let Some(schema) = chart.schema()
        && let Err(problem) = check_one(schema, values)
    {
        text.push_str(chart.name());
        text.push_str(":\n");
        text.push_str(&problem);
    }
    for child in chart.dependencies() {
        match values.get(child.name().as_bytes()) {
            None | Some(Value::Nil) => {}
            Some(Value::Map(map)) => check_into(child, &map, text),
            Some(other) => {
                let (name, found) = (child.name(), other.type_info().name);
                let _ =
                    writeln!(text, "{name}:\ninvalid type for values: expected object (map), got {found}");
            }
        }
    }
}

/// Holds values against one schema; the error is Helm's text, with its line end.
pub(crate) fn check_one(schema: &[u8], values: &Map) -> Result<(), String> {
    let schema: Json = serde_json::from_slice(schema).map_err(|_| unreadable(schema))?;
    let values = to_json(&Value::Map(values.clone()));
    let validator = compile(&schema)?;
    if validator.is_valid(&values) {
        return Ok(());
    }
    if let Some(text) = explain::explain(&schema, &values) {
        return Err(format!("{text}\n"));
    }
    // The walk found nothing that it knows: the crate's own words are better than none.
    let lines: Vec<String> = validator
        .iter_errors(&values)
        .map(|error| format!("- at '{}': {error}", error.instance_path()))
        .collect();
    Err(format!("{}\n", lines.join("\n")))
}

/// Go's words for what is no JSON, as it reads it from a stream.
fn unreadable(schema: &[u8]) -> String {
    if schema.trim_ascii().is_empty() {
        return String::from("EOF");
    }
    match json::parse(schema) {
        Err(JsonError::Syntax { message, .. }) if message == "unexpected end of JSON input" => {
            String::from("unexpected EOF")
        }
        Err(JsonError::Syntax { message, .. }) if message.ends_with("after top-level value") => {
            String::from("invalid character after top-level value")
        }
        Err(error) => error.to_string(),
        // What Go takes and `serde_json` does not, such as numbers out of range.
        Ok(_) => String::from("a number or text of the schema is out of range"),
    }
}

/// Compiles a schema. References to other documents are refused, except that a URN nobody knows allows
/// everything, as in Helm.
fn compile(schema: &Json) -> Result<Validator, String> {
    jsonschema::options()
        .with_retriever(LocalOnly)
        .build(schema)
        .map_err(|error| format!("\"file:///values.schema.json#\" is not valid against metaschema: {error}"))
}

struct LocalOnly;

impl Retrieve for LocalOnly {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Json, Box<dyn std::error::Error + Send + Sync>> {
        if uri.as_str().starts_with("urn:") {
            return Ok(Json::Bool(true));
        }
        Err(format!("the schema at {uri} is not fetched").into())
    }
}
