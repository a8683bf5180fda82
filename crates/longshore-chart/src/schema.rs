//! Holding values against `values.schema.json`.
//!
//! JSON Schema of the drafts 4 to 2020-12, in the order and the words of the library that Helm uses
//! (<https://github.com/santhosh-tekuri/jsonschema/tree/v6.0.3>): a schema's documents ([`root`]) are checked against
//! the schema of their draft ([`meta`]), compiled ([`compile`]) and held against values ([`validate`]). Schemas
//! elsewhere are not fetched.

mod address;
mod cause;
mod compile;
mod draft;
mod format;
mod json;
mod meta;
mod number;
mod root;
#[cfg(test)]
mod tests;
mod validate;
mod words;

use std::fmt::Write as _;

use longshore_diag::Place;
use longshore_go::{Map, Value};

use self::compile::Compiler;
pub(crate) use self::json::Json;
use self::validate::At;
use crate::{Chart, Error, ErrorKind};

/// What Helm calls a chart's schema.
const ADDRESS: &str = "file:///values.schema.json";

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
            let what = What::Held(schema, Json::of(&Value::Map(values.clone())));
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

/// Holds values against one schema; the error is Helm's text, with its line end if the values are wrong.
pub(crate) fn check_one(schema: &[u8], values: &Json) -> Result<(), String> {
    let set = Compiler::holding(ADDRESS, Json::read(schema)?).compile(ADDRESS)?;
    validate::check_values(values, At::first(&set)).map_err(|causes| format!("{causes}\n"))
}
