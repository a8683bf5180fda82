//! JSON whose numbers and texts stay as they were written, because `test` compares them so.

use std::collections::BTreeMap;

use longshore_go::json::{self, JsonError};
use longshore_go::{Map, Str, Value};

use crate::error::Error;

/// How deep it may nest; YAML may not nest deeper either.
const MAX_DEPTH: usize = 1000;

/// A JSON value.
#[derive(Clone, Debug)]
pub(super) enum Json {
    Null,
    /// A number, text or boolean as it is written.
    Scalar(Box<[u8]>),
    Array(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

impl Json {
    /// Reads a text.
    ///
    /// # Errors
    /// It is no JSON; in Go's words. Or it nests too deep.
    pub(super) fn read(text: &[u8]) -> Result<Self, Error> {
        // What is wrong with it is found first, so that reading need not look. A number may be too large until it is used.
        if let Err(error @ JsonError::Syntax { .. }) = json::parse(text) {
            return Err(Error::new(error.to_string()));
        }
        Reader { text, at: 0 }.value(0)
    }

    /// The same as a value that was read from YAML, written as Go writes it.
    ///
    /// # Errors
    /// JSON has no such number, or it nests too deep.
    pub(super) fn of(value: &Value) -> Result<Self, Error> {
        Self::of_nested(value, 0)
    }

    fn of_nested(value: &Value, depth: usize) -> Result<Self, Error> {
        check_depth(depth)?;
        Ok(match value {
            Value::Nil | Value::Missing => Self::Null,
            Value::List(list) => Self::Array(
                list.iter().map(|item| Self::of_nested(item, depth + 1)).collect::<Result<_, _>>()?,
            ),
            Value::Map(map) => {
                let entry = |(key, value): (Str, Value)| {
                    Ok::<_, Error>((key.to_str_lossy().into_owned(), Self::of_nested(&value, depth + 1)?))
                };
                Self::Object(map.snapshot().into_iter().map(entry).collect::<Result<_, _>>()?)
            }
            scalar => {
                let mut text = Vec::new();
                json::append(&mut text, scalar, json::EscapeHtml::Yes)
                    .map_err(|error| Error::new(error.to_string()))?;
                Self::Scalar(text.into())
            }
        })
    }

    /// The value that Go reads into an `interface {}`: every number a float.
    ///
    /// # Errors
    /// A number is too large.
    pub(super) fn into_value(self) -> Result<Value, Error> {
        Ok(match self {
            Self::Null => Value::Nil,
            Self::Scalar(text) => json::parse(&text).map_err(|error| Error::new(error.to_string()))?,
            Self::Array(items) => {
                Value::list(items.into_iter().map(Self::into_value).collect::<Result<_, _>>()?)
            }
            Self::Object(fields) => {
                let entry = |(key, value): (String, Self)| Ok::<_, Error>((key, value.into_value()?));
                fields.into_iter().map(entry).collect::<Result<Map, _>>()?.into()
            }
        })
    }

    /// How many values it is made of.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Null | Self::Scalar(_) => 1,
            Self::Array(items) => 1 + items.iter().map(Self::size).sum::<usize>(),
            Self::Object(fields) => 1 + fields.values().map(Self::size).sum::<usize>(),
        }
    }

    /// Whether both are the same, numbers and texts as they are written.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Scalar(a), Self::Scalar(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_same(b))
            }
            (Self::Object(a), Self::Object(b)) => {
                a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| a.is_same(b)))
            }
            _ => false,
        }
    }
}

fn check_depth(depth: usize) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(Error::new(format!("json: exceeded max depth of {MAX_DEPTH}")));
    }
    Ok(())
}

/// Reads a text whose syntax is known to be right.
struct Reader<'t> {
    text: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<Json, Error> {
        check_depth(depth)?;
        match self.next() {
            b'[' => {
                self.at += 1;
                let mut items = Vec::new();
                while self.next() != b']' {
                    items.push(self.value(depth + 1)?);
                }
                self.at += 1;
                Ok(Json::Array(items))
            }
            b'{' => {
                self.at += 1;
                let mut fields = BTreeMap::new();
                while self.next() != b'}' {
                    let key = json::parse(self.scalar())
                        .ok()
                        .and_then(|key| key.as_str().cloned())
                        .unwrap_or_default();
                    fields.insert(key.to_str_lossy().into_owned(), self.value(depth + 1)?);
                }
                self.at += 1;
                Ok(Json::Object(fields))
            }
            b'n' => {
                self.at += 4;
                Ok(Json::Null)
            }
            _ => Ok(Json::Scalar(self.scalar().into())),
        }
    }

    /// The next byte that is neither space nor what separates.
    fn next(&mut self) -> u8 {
        while let Some(b' ' | b'\t' | b'\r' | b'\n' | b',' | b':') = self.text.get(self.at) {
            self.at += 1;
        }
        self.text.get(self.at).copied().unwrap_or(b'}')
    }

    fn scalar(&mut self) -> &[u8] {
        let start = self.at;
        let rest = &self.text[start..];
        let length = if rest.first() == Some(&b'"') {
            let mut end = 1;
            while rest.get(end).is_some_and(|&byte| byte != b'"') {
                end += if rest[end] == b'\\' { 2 } else { 1 };
            }
            (end + 1).min(rest.len())
        } else {
            let end = rest.iter().position(|byte| b" \t\r\n,:]}".contains(byte));
            end.unwrap_or(rest.len())
        };
        self.at = start + length;
        &self.text[start..self.at]
    }
}
