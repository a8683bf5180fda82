//! `json.Marshal`, `json.MarshalIndent`, and an `Encoder` without HTML escapes.

use crate::{Value, encoding, rune, strconv};

/// Nesting beyond which a value counts as one that holds itself. Go finds the cycle itself, at a depth
/// of 1000.
const MAX_DEPTH: usize = 1000;

/// Bytes of output beyond which writing stops.
const MAX_OUTPUT: usize = 256 << 20;

/// Whether `<`, `>` and `&` become `\u003c`, `\u003e` and `\u0026`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EscapeHtml {
    /// As `json.Marshal` does.
    Yes,
    /// As an encoder with `SetEscapeHTML(false)` does.
    No,
}

/// What JSON cannot express, in the words of `encoding/json`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonWriteError {
    /// An infinity or NaN.
    #[error("json: unsupported value: {0}")]
    Value(String),
    /// A map or list that holds itself.
    #[error("json: unsupported value: encountered a cycle via {0}")]
    Cycle(&'static str),
    /// More output than any document has. Go has no such error.
    #[error("json: the output exceeds 256 MiB")]
    TooLarge,
    /// A function, or a complex number.
    #[error("json: unsupported type: {0}")]
    Type(&'static str),
}

/// Appends the value as JSON on one line.
///
/// ```
/// use longshore_go::{Map, Value, json};
/// let map: Map = [("b", Value::from(1e21)), ("a", "<x>".into())].into_iter().collect();
/// let mut out = Vec::new();
/// json::append(&mut out, &map.into(), json::EscapeHtml::Yes).unwrap();
/// assert_eq!(out, br#"{"a":"\u003cx\u003e","b":1e+21}"#);
/// ```
pub fn append(out: &mut Vec<u8>, value: &Value, escape: EscapeHtml) -> Result<(), JsonWriteError> {
    Writer { out, escape, indent: None }.value(value, 0)
}

/// Appends the value as `json.MarshalIndent(value, "", indent)` does.
pub fn append_indented(out: &mut Vec<u8>, value: &Value, indent: &str) -> Result<(), JsonWriteError> {
    Writer { out, escape: EscapeHtml::Yes, indent: Some(indent) }.value(value, 0)
}

/// Escapes what could be taken for HTML, in JSON that was written without (`json.HTMLEscape`): such characters stand
/// only within strings.
pub fn escape_html(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            c => out.push(c),
        }
    }
    out
}

struct Writer<'a> {
    out: &'a mut Vec<u8>,
    escape: EscapeHtml,
    indent: Option<&'a str>,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value, depth: usize) -> Result<(), JsonWriteError> {
        if depth > MAX_DEPTH {
            return Err(JsonWriteError::Cycle(value.type_info().name));
        }
        if self.out.len() > MAX_OUTPUT {
            return Err(JsonWriteError::TooLarge);
        }
        match value {
            Value::Nil | Value::Missing => self.raw("null"),
            Value::Bool(b) => self.raw(if *b { "true" } else { "false" }),
            Value::Int(int) => self.raw(&int.value.to_string()),
            Value::Uint(uint) => self.raw(&uint.value.to_string()),
            Value::Duration(duration) => self.raw(&duration.0.to_string()),
            Value::Float(float) => append_number(self.out, *float)?,
            Value::Complex(_) | Value::Func(_) => return Err(JsonWriteError::Type(value.type_info().name)),
            Value::Str(text) => self.string(text),
            Value::Bytes(bytes) => {
                let text = encoding::encode_base64(bytes);
                self.string(text.as_bytes());
            }
            Value::List(list) if list.is_nil() => self.raw("null"),
            Value::List(list) => {
                self.out.push(b'[');
                for (index, item) in list.iter().enumerate() {
                    self.next(index, depth);
                    self.value(item, depth + 1)?;
                }
                self.end(list.len(), depth, b']');
            }
            Value::Map(map) if map.is_nil() => self.raw("null"),
            Value::Map(map) => {
                self.out.push(b'{');
                let entries = map.entries();
                for (index, (key, item)) in entries.iter().enumerate() {
                    self.next(index, depth);
                    self.key(key);
                    self.value(item, depth + 1)?;
                }
                self.end(entries.len(), depth, b'}');
            }
            Value::Object(object) => {
                if let Some(stand_in) = object.to_json() {
                    return self.value(&stand_in, depth);
                }
                self.out.push(b'{');
                // A field that is named and not there is left out, as an empty one may be (`omitempty`).
                let names = object.field_names().iter();
                let mut count = 0;
                for (name, field) in names.filter_map(|name| Some((name, object.field(name)?))) {
                    self.next(count, depth);
                    self.key(name.as_bytes());
                    self.value(&field, depth + 1)?;
                    count += 1;
                }
                self.end(count, depth, b'}');
            }
        }
        Ok(())
    }

    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn key(&mut self, key: &[u8]) {
        self.string(key);
        self.raw(if self.indent.is_some() { ": " } else { ":" });
    }

    /// Before an item: the comma, and a new line where lines are indented.
    fn next(&mut self, index: usize, depth: usize) {
        if index > 0 {
            self.out.push(b',');
        }
        self.line(depth + 1);
    }

    fn end(&mut self, count: usize, depth: usize, close: u8) {
        if count > 0 {
            self.line(depth);
        }
        self.out.push(close);
    }

    fn line(&mut self, depth: usize) {
        if let Some(indent) = self.indent {
            self.out.push(b'\n');
            for _ in 0..depth {
                self.out.extend_from_slice(indent.as_bytes());
            }
        }
    }

    fn string(&mut self, text: &[u8]) {
        self.out.push(b'"');
        let mut rest = text;
        while !rest.is_empty() {
            let plain = rest.iter().position(|&byte| !self.is_plain(byte));
            let plain = plain.unwrap_or(rest.len());
            self.out.extend_from_slice(&rest[..plain]);
            rest = &rest[plain..];
            let (c, size) = rune::decode(rest);
            match c {
                _ if size == 0 => {}
                rune::ERROR if size == 1 => self.raw("\\ufffd"),
                '"' | '\\' => self.out.extend_from_slice(&[b'\\', c as u8]),
                '\u{8}' => self.raw("\\b"),
                '\u{C}' => self.raw("\\f"),
                '\n' => self.raw("\\n"),
                '\r' => self.raw("\\r"),
                '\t' => self.raw("\\t"),
                '\u{2028}' | '\u{2029}' => self.raw(&format!("\\u{:04x}", c as u32)),
                c if c < '\u{80}' => self.raw(&format!("\\u{:04x}", c as u32)),
                _ => self.out.extend_from_slice(&rest[..size]),
            }
            rest = &rest[size..];
        }
        self.out.push(b'"');
    }

    fn is_plain(&self, byte: u8) -> bool {
        match byte {
            b'"' | b'\\' => false,
            b'<' | b'>' | b'&' => self.escape == EscapeHtml::No,
            byte => (0x20..0x80).contains(&byte),
        }
    }
}

/// A float as JSON writes it: `f` below 1e21 and from 1e-6, else the shortest `e` form.
fn append_number(out: &mut Vec<u8>, float: f64) -> Result<(), JsonWriteError> {
    if !float.is_finite() {
        let text = strconv::format_float(float, b'g', None);
        return Err(JsonWriteError::Value(text));
    }
    let magnitude = float.abs();
    if magnitude == 0.0 || (1e-6..1e21).contains(&magnitude) {
        strconv::append_float(out, float, b'f', None);
        return Ok(());
    }
    let mut text = strconv::format_float(float, b'e', None).into_bytes();
    // `e-09` is `e-9` here.
    let zero = text.len() - 2;
    if text[..zero].ends_with(b"e-") && text[zero] == b'0' {
        text.remove(zero);
    }
    out.extend_from_slice(&text);
    Ok(())
}
