//! Documents as the linter reads them: YAML, or JSON values one after the other.
//!
//! Kubernetes' decoder takes a stream for JSON if it begins with a brace, and falls back to YAML where the
//! first or second value is not JSON
//! (<https://github.com/kubernetes/apimachinery/blob/v0.37.1/pkg/util/yaml/decoder.go>).

use longshore_go::json::{self, JsonError};
use longshore_go::{Map, Value};
use longshore_yaml::sigs;

use crate::compat::Rules;
use crate::metadata::{Fields, Struct, kind_name};
use crate::stream;

/// What the linter looks at of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
}

/// The objects of a file; `None` for a document without content. An error is the last.
pub(super) struct Documents<'a> {
    rules: &'a Rules,
    state: State<'a>,
    /// JSON values so far, and the length of their text.
    count: usize,
    consumed: usize,
}

enum State<'a> {
    Json(&'a str),
    Yaml(stream::Documents<'a>),
    End,
}

impl<'a> Documents<'a> {
    /// The documents of a rendered file; with its bytes, where they are no UTF-8, which YAML refuses and JSON replaces.
    pub(super) fn new(text: &'a str, bytes: Option<&'a [u8]>, rules: &'a Rules) -> Self {
        let is_json = text.trim_start().starts_with('{');
        let documents = || stream::Documents::new(bytes.unwrap_or(text.as_bytes()));
        let state = if is_json { State::Json(text) } else { State::Yaml(documents()) };
        Self { rules, state, count: 0, consumed: 0 }
    }

    /// The next JSON value, or why it is none.
    fn json(&mut self, text: &'a str) -> Result<Option<Object>, String> {
        let (value, length) = json::parse_first(text.as_bytes()).map_err(|error| match error {
            JsonError::Syntax { message, .. } if message == "unexpected end of JSON input" => {
                String::from("unexpected EOF")
            }
            JsonError::Syntax { message, offset } if self.count < 2 => {
                let offset = self.consumed + offset;
                format!("json: offset {offset}: {message}")
            }
            other => other.to_string(),
        })?;
        let object = object(&value, Texts::Strict, self.rules)?;
        self.state = State::Json(&text[length..]);
        self.count += 1;
        self.consumed += length;
        Ok(object)
    }

    fn yaml(&mut self) -> Option<Result<Option<Object>, String>> {
        let State::Yaml(documents) = &mut self.state else { return None };
        Some(documents.next()?.and_then(|document| {
            let value = sigs::to_json_value(&document).map_err(|error| error.to_string())?;
            object(&value, Texts::Lenient, self.rules)
                .map_err(|error| format!("error unmarshaling JSON: while decoding JSON: {error}"))
        }))
    }
}

impl Iterator for Documents<'_> {
    type Item = Result<Option<Object>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut first_problem = None;
        if let State::Json(text) = self.state {
            if text.trim().is_empty() {
                self.state = State::End;
                return None;
            }
            match self.json(text) {
                Ok(object) => return Some(Ok(object)),
                Err(problem) if self.count > 1 => {
                    self.state = State::End;
                    return Some(Err(problem));
                }
                Err(problem) => {
                    // White space up to the end of the line belongs to the value before.
                    let space = text.len() - text.trim_start().len();
                    let from = text[..space].find('\n').map_or(space, |end| end + 1);
                    self.state = State::Yaml(stream::Documents::new(&text.as_bytes()[from..]));
                    first_problem = Some(problem);
                }
            }
        }
        let next = self.yaml()?.map_err(|problem| first_problem.unwrap_or(problem));
        if next.is_err() {
            self.state = State::End;
        }
        Some(next)
    }
}

/// Whether numbers and bools will do where a text is wanted, as they do in YAML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Texts {
    Lenient,
    Strict,
}

/// Fills the struct that Helm reads a document into.
fn object(value: &Value, texts: Texts, rules: &Rules) -> Result<Option<Object>, String> {
    let (outer, inner) = rules.lint.structs;
    let map = match value {
        Value::Map(map) => map,
        Value::Nil | Value::Missing => return Ok(None),
        other => {
            let kind = kind_name(other);
            return Err(format!("json: cannot unmarshal {kind} into Go value of type rules.{outer}"));
        }
    };
    let mut object = Object::default();
    let mut error = None;
    let of = |name, path: &str| Struct { name, package: "rules", path: path.to_owned() };
    let mut fields = Fields::new(of(outer, ""), map, &mut error);
    text(&mut fields, "apiVersion", texts, &mut object.api_version);
    text(&mut fields, "Kind", texts, &mut object.kind);
    match fields.get("Metadata") {
        Some(Value::Map(metadata)) => {
            let metadata: Map = metadata;
            let mut fields = Fields::new(of(inner, "Metadata."), &metadata, &mut error);
            text(&mut fields, "Name", texts, &mut object.name);
            text(&mut fields, "Namespace", texts, &mut String::new());
        }
        Some(other) => fields.refuse(&other, "Metadata", &format!("rules.{inner}")),
        None => {}
    }
    error.map_or(Ok(Some(object)), Err)
}

fn text(fields: &mut Fields<'_, '_>, field: &str, texts: Texts, into: &mut String) {
    match fields.get(field) {
        Some(Value::Str(_)) | None => fields.string(field, into),
        Some(_) if texts == Texts::Lenient => fields.string(field, into),
        Some(other) => fields.refuse(&other, field, "string"),
    }
}
