//! Schemas and values as the checks see them: JSON whose numbers stay as they are written.

use std::collections::BTreeMap;

use longshore_go::json::{FromJson, JsonError, first_as};
use longshore_go::{Str, Value, strconv};

/// JSON; objects go by name, where Go's maps have no order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    /// As written, or as Go prints it.
    Number(Box<str>),
    String(String),
    Array(Vec<Self>),
    Object(BTreeMap<String, Self>),
    /// What JSON has no place for: Go's name of its type.
    Other(&'static str),
}

/// Deepest nesting of a schema: what goes through one goes down it several times over.
const MAX_DEPTH: usize = 200;

impl Json {
    /// Reads a schema as Helm does; the error is in Go's words.
    pub(super) fn read(text: &[u8]) -> Result<Self, String> {
        if text.trim_ascii().is_empty() {
            return Err("EOF".to_owned());
        }
        let (json, end) = first_as::<Self>(text).map_err(|error| match error {
            JsonError::Syntax { message, .. } if message == "unexpected end of JSON input" => {
                "unexpected EOF".to_owned()
            }
            // A stream that ends too early is not told as what is missing at its end.
            JsonError::Syntax { offset, .. } if offset > text.len() => "unexpected EOF".to_owned(),
            error => error.to_string(),
        })?;
        if !text[end..].trim_ascii().is_empty() {
            return Err("invalid character after top-level value".to_owned());
        }
        if json.depth() > MAX_DEPTH {
            return Err(format!("the schema is nested more than {MAX_DEPTH} deep"));
        }
        Ok(json)
    }

    /// The values of a chart.
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Missing | Value::Nil => Self::Null,
            Value::Bool(b) => Self::Bool(*b),
            Value::Int(int) => Self::Number(int.value.to_string().into()),
            Value::Uint(uint) => Self::Number(uint.value.to_string().into()),
            Value::Float(float) if float.is_finite() => {
                Self::Number(strconv::format_float(*float, b'g', None).into())
            }
            Value::Str(text) => Self::String(text.to_str_lossy().into_owned()),
            Value::List(list) => Self::Array(list.iter().map(Self::of).collect()),
            Value::Map(map) => Self::Object(
                map.entries()
                    .iter()
                    .map(|(key, value)| (key.to_str_lossy().into_owned(), Self::of(value)))
                    .collect(),
            ),
            other => Self::Other(other.type_info().name),
        }
    }

    /// Levels of it, counted without going down them.
    fn depth(&self) -> usize {
        let mut deepest = 0;
        let mut waiting = vec![(self, 1)];
        while let Some((json, depth)) = waiting.pop() {
            deepest = deepest.max(depth);
            match json {
                Self::Array(items) => waiting.extend(items.iter().map(|item| (item, depth + 1))),
                Self::Object(map) => waiting.extend(map.values().map(|value| (value, depth + 1))),
                _ => {}
            }
        }
        deepest
    }

    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(map) => map.get(key),
            _ => None,
        }
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    pub(super) fn as_object(&self) -> Option<&BTreeMap<String, Self>> {
        match self {
            Self::Object(map) => Some(map),
            _ => None,
        }
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(b) => Some(*b),
            _ => None,
        }
    }
}

impl FromJson for Json {
    fn null() -> Self {
        Self::Null
    }

    fn bool(value: bool) -> Self {
        Self::Bool(value)
    }

    fn number(text: &str) -> Result<Self, JsonError> {
        Ok(Self::Number(text.into()))
    }

    fn text(text: Str) -> Self {
        Self::String(text.to_str_lossy().into_owned())
    }

    fn list(items: Vec<Self>) -> Self {
        Self::Array(items)
    }

    fn map(entries: Vec<(Str, Self)>) -> Self {
        Self::Object(
            entries.into_iter().map(|(key, value)| (key.to_str_lossy().into_owned(), value)).collect(),
        )
    }
}
