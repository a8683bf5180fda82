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

/// The schemas of a chart and of its subcharts, each with the values to hold against it: what another thread can do
/// while this one parses the templates.
#[derive(Default)]
pub(crate) struct Checks<'c> {
    all: Vec<Check<'c>>,
}

struct Check<'c> {
    chart: &'c str,
    what: What<'c>,
}

enum What<'c> {
    /// A schema, and the values.
    Held(&'c [u8], Json),
    /// The values are no map: Go's name of what they are.
    NoMap(&'static str),
}

impl<'c> Checks<'c> {
    /// Those of a chart and of the subcharts that have values.
    pub(crate) fn of(chart: &'c Chart, values: &Map) -> Self {
        let mut checks = Self::default();
        checks.collect(chart, values);
        checks
    }

    /// Whether there is nothing to do.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    fn collect(&mut self, chart: &'c Chart, values: &Map) {
        if let Some(schema) = chart.schema() {
            let what = What::Held(schema, to_json(&Value::Map(values.clone())));
            self.all.push(Check { chart: chart.name(), what });
        }
        for child in chart.dependencies() {
            match values.get(child.name().as_bytes()) {
                None | Some(Value::Nil) => {}
                Some(Value::Map(map)) => self.collect(child, &map),
                Some(other) => {
                    self.all.push(Check { chart: child.name(), what: What::NoMap(other.type_info().name) });
                }
            }
        }
    }

    /// Does them all.
    ///
    /// # Errors
    /// Helm's text: `values don't meet the specifications of the schema(s) in the following chart(s):`, then
    /// for each chart its name and a list.
    pub(crate) fn run(&self) -> Result<(), Error> {
        let mut text = String::new();
        for Check { chart, what } in &self.all {
            match what {
                What::Held(schema, values) => {
                    if let Err(problem) = check_one(schema, values) {
                        text.extend([*chart, ":\n", &problem]);
                    }
                }
                What::NoMap(found) => {
                    let _ = writeln!(
                        text,
                        "{chart}:\ninvalid type for values: expected object (map), got {found}"
                    );
                }
            }
        }
        if text.is_empty() {
            return Ok(());
        }
        let text = format!(
            "values don't meet the specifications of the schema(s) in the following chart(s):\n{text}"
        );
        Err(Error::new(ErrorKind::Schema, text).at(Place::file("values.schema.json")))
    }
}

/// Holds values against one schema; the error is Helm's text, with its line end.
pub(crate) fn check_one(schema: &[u8], values: &Json) -> Result<(), String> {
    let schema: Json = serde_json::from_slice(schema).map_err(|_| unreadable(schema))?;
    let validator = compile(&schema)?;
    if validator.is_valid(values) {
        return Ok(());
    }
    if let Some(text) = explain::explain(&schema, values) {
        return Err(format!("{text}\n"));
    }
    // The walk found nothing that it knows: the crate's own words are better than none.
    let lines: Vec<String> = validator
        .iter_errors(values)
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
        // A stream that ends too early is not told as what is missing at its end.
        Err(JsonError::Syntax { offset, .. }) if offset > schema.len() => String::from("unexpected EOF"),
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
    jsonschema::options().with_retriever(LocalOnly).build(schema).map_err(|error| {
        explain::meta::explain(schema).unwrap_or_else(|| {
            format!("\"file:///values.schema.json#\" is not valid against metaschema: {error}")
        })
    })
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
