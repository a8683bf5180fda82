//! `toToml`, `mustToToml` and `fromToml`, as `BurntSushi/toml` 1.6 writes and reads.
//!
//! Writing is here: plain keys come before tables, both sorted; tables are indented by two for each level; a float
//! without a fraction gets one, so that an integer of a values file is `1.0`. `toToml` gives the text of
//! the error for what cannot be written. Reading is below ([`parser`]); like `fromJson` it does not fail, but puts
//! the error under the key `Error`.

use longshore_go::time::{Location, Time};
use longshore_go::{List, Map, Object, Str, Value, strconv};
use longshore_template::{FuncDef, FuncError, Return};

use super::args::{ANY, MAP, STRING, check_size, check_value, text};
use super::jsons::error_map;
use super::{Function, Scope};

mod lexer;
mod parser;
mod scalar;
mod table;
#[cfg(test)]
mod tests;

use parser::Zones;

/// Nesting at which a value counts as one that holds itself.
const MAX_DEPTH: usize = 1_000;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::pure(FuncDef::new("toToml", &[ANY]).returning(STRING), |args| match encode(&args[0]) {
        Ok(text) => Ok(Value::str(text)),
        Err(Failure::Returned(text)) => Ok(text.into()),
        Err(Failure::Panicked(text)) => Err(text.into()),
    }),
    Function::pure(FuncDef::new("mustToToml", &[ANY]).returning(STRING), |args| match encode(&args[0]) {
        Ok(text) => Ok(Value::str(text)),
        Err(Failure::Returned(text) | Failure::Panicked(text)) => Err(FuncError::from(text)),
    }),
    Function::scoped(FuncDef::new("fromToml", &[STRING]).returning(MAP), from_toml),
];

/// The table that a text is, or one with the key `Error`.
fn from_toml(scope: &mut Scope<'_>, args: &mut [Value]) -> Result<Return, FuncError> {
    let local = scope.services.local();
    let offset = scope.services.now().map_or(0, |now| local.at(now.seconds).1);
    let text = text(args, 0);
    check_size(text.len().checked_mul(4))?;
    match parser::parse(text, &Zones { local, offset }) {
        Ok(map) => Ok(Value::Map(map).into()),
        Err(parser::Failure::Returned(text)) => Ok(error_map(text).into()),
        Err(parser::Failure::Panicked(text)) => Err(FuncError::new(text)),
    }
}

/// How the encoder ends other than well.
enum Failure {
    /// With an error, which `toToml` prints.
    Returned(&'static str),
    /// With a panic, which stops the template.
    Panicked(&'static str),
}

type Step<T> = Result<T, Failure>;

const NIL_ELEMENT: Failure = Failure::Returned("toml: cannot encode array with nil element");

fn encode(value: &Value) -> Step<Vec<u8>> {
    if value.is_nil() {
        return Err(Failure::Panicked("reflect: call of reflect.Value.Type on zero Value"));
    }
    if check_value(value).is_err() {
        return Err(Failure::Panicked("the value is too large"));
    }
    let mut encoder = Encoder { out: Vec::new(), depth: 0 };
    encoder.encode(&[], value)?;
    Ok(encoder.out)
}

/// What a value is in TOML.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Nothing: it is left out.
    Nil,
    Table,
    TableArray,
    Plain,
}

impl Shape {
    fn of(value: &Value, depth: usize) -> Step<Self> {
        if depth > MAX_DEPTH {
            return Err(Failure::Panicked("the value is nested too deeply"));
        }
        Ok(match value {
            Value::Nil | Value::Missing => Self::Nil,
            Value::Map(map) if map.is_nil() => Self::Nil,
            Value::List(list) if list.is_nil() => Self::Nil,
            Value::Map(_) => Self::Table,
            Value::List(list) => Self::of_list(list, depth)?,
            Value::Object(object) if is_struct(&**object) => Self::Table,
            _ => Self::Plain,
        })
    }

    fn of_list(list: &List, depth: usize) -> Step<Self> {
        let mut tables = !list.is_empty();
        for item in list.iter() {
            match Self::of(item, depth + 1)? {
                Self::Nil => return Err(NIL_ELEMENT),
                shape => tables &= shape == Self::Table,
            }
        }
        Ok(if tables { Self::TableArray } else { Self::Plain })
    }

    fn is_table(self) -> bool {
        matches!(self, Self::Table | Self::TableArray)
    }
}

struct Encoder {
    out: Vec<u8>,
    depth: usize,
}

impl Encoder {
    fn write(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Ends a line, unless nothing has been written.
    fn newline(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
    }

    fn indent(&mut self, key: &[Str]) {
        for _ in 1..key.len() {
            self.write("  ");
        }
    }

    fn encode(&mut self, key: &[Str], value: &Value) -> Step<()> {
        match Shape::of(value, 0)? {
            Shape::Nil if matches!(value, Value::List(_)) => self.key_value(key, value, false),
            Shape::Nil => Ok(()),
            Shape::Plain if key.is_empty() && matches!(value, Value::Complex(_)) => {
                Err(Failure::Returned("unsupported type for key '': complex128"))
            }
            Shape::Plain => self.key_value(key, value, false),
            Shape::Table => {
                if key.len() == 1 {
                    self.newline();
                }
                if !key.is_empty() {
                    self.header(key, "[", "]");
                }
                self.table(key, value)
            }
            Shape::TableArray if key.is_empty() => {
                Err(Failure::Returned("toml: top-level values must be Go maps or structs"))
            }
            Shape::TableArray => {
                for item in value.as_list().into_iter().flat_map(|list| list.iter()) {
                    self.newline();
                    self.header(key, "[[", "]]");
                    self.table(key, item)?;
                }
                Ok(())
            }
        }
    }

    fn header(&mut self, key: &[Str], open: &str, close: &str) {
        self.indent(key);
        self.write(open);
        for (index, part) in key.iter().enumerate() {
            if index > 0 {
                self.out.push(b'.');
            }
            self.key(part);
        }
        self.write(close);
        self.newline();
    }

    fn key(&mut self, key: &[u8]) {
        append_key(&mut self.out, key);
    }

    fn quoted(&mut self, text: &[u8]) {
        append_quoted(&mut self.out, text);
    }

    fn key_value(&mut self, key: &[Str], value: &Value, inline: bool) -> Step<()> {
        let Some(last) = key.last() else {
            return self.element(value);
        };
        self.indent(key);
        self.key(last);
        self.write(" = ");
        self.element(value)?;
        if !inline {
            self.newline();
        }
        Ok(())
    }

    /// The entries of a table under its header.
    fn table(&mut self, key: &[Str], value: &Value) -> Step<()> {
        self.nest(|encoder| {
            let (plain, tables) = parted(value)?;
            for (name, item) in plain.into_iter().chain(tables) {
                if Shape::of(&item, 0)? != Shape::Nil {
                    let inner: Vec<Str> = key.iter().cloned().chain([name]).collect();
                    encoder.encode(&inner, &item)?;
                }
            }
            Ok(())
        })
    }

    fn nest(&mut self, work: impl FnOnce(&mut Self) -> Step<()>) -> Step<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Failure::Panicked("the value is nested too deeply"));
        }
        work(self)?;
        self.depth -= 1;
        Ok(())
    }

    /// A value on the right of an equals sign, or in an array.
    fn element(&mut self, value: &Value) -> Step<()> {
        match value {
            Value::Str(text) => self.quoted(text),
            Value::Bool(b) => self.write(if *b { "true" } else { "false" }),
            Value::Int(int) => self.write(&int.value.to_string()),
            Value::Uint(uint) => self.write(&uint.value.to_string()),
            Value::Float(float) => self.write(&number(*float)),
            Value::Duration(duration) => self.quoted(duration.to_string().as_bytes()),
            Value::Bytes(bytes) => {
                let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
                self.write(&format!("[{}]", numbers.join(", ")));
            }
            Value::List(list) => {
                self.write("[");
                for (index, item) in list.iter().enumerate() {
                    if index > 0 {
                        self.write(", ");
                    }
                    self.nest(|encoder| encoder.element(item))?;
                }
                self.write("]");
            }
            Value::Map(_) => self.inline_table(value)?,
            Value::Object(object) => {
                if let Some(time) = Time::of(value) {
                    let shown = match scalar::layout(time) {
                        Some(layout) => time.clone().in_location(Location::Utc).format(layout),
                        None => time.format(b"2006-01-02T15:04:05.999999999Z07:00"),
                    };
                    self.out.extend_from_slice(&shown);
                } else if is_struct(&**object) {
                    self.inline_table(value)?;
                } else if let Some(stand_in) = object.to_json() {
                    self.nest(|encoder| encoder.element(&stand_in))?;
                }
            }
            Value::Nil | Value::Missing => return Err(NIL_ELEMENT),
            Value::Complex(_) => return Err(Failure::Returned("unsupported type: complex128")),
            Value::Func(_) => return Err(Failure::Returned("unsupported type: func")),
        }
        Ok(())
    }

    /// `{a = 1, b = 2}`. A nil entry at the end leaves the comma before it, as in the original.
    fn inline_table(&mut self, value: &Value) -> Step<()> {
        self.nest(|encoder| {
            let (plain, tables) = parted(value)?;
            encoder.write("{");
            for (part, more) in [(&plain, !tables.is_empty()), (&tables, false)] {
                for (index, (name, item)) in part.iter().enumerate() {
                    if Shape::of(item, 0)? == Shape::Nil {
                        continue;
                    }
                    encoder.key_value(std::slice::from_ref(name), item, true)?;
                    if more || index + 1 < part.len() {
                        encoder.write(", ");
                    }
                }
            }
            encoder.write("}");
            Ok(())
        })
    }
}

/// Whether a value is written field by field, by Go's names of the fields; others say what they are as text.
fn is_struct(object: &dyn Object) -> bool {
    matches!(object.to_json(), None | Some(Value::Object(_) | Value::Map(_)))
}

/// A key, quoted unless it is bare.
fn append_key(out: &mut Vec<u8>, key: &[u8]) {
    let bare = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !key.is_empty() && key.iter().all(bare) {
        out.extend_from_slice(key);
    } else {
        append_quoted(out, key);
    }
}

fn append_quoted(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    for &byte in text {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            8 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            12 => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..0x20 | 0x7F => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            byte => out.push(byte),
        }
    }
    out.push(b'"');
}

type Entries = Vec<(Str, Value)>;

/// The entries of a map or struct: those that are no tables, and those that are.
fn parted(value: &Value) -> Step<(Entries, Entries)> {
    let entries: Entries = match value {
        Value::Map(map) => Map::snapshot(map),
        Value::Object(object) => {
            let mut entries = Entries::new();
            for name in object.field_names() {
                match object.field(name) {
                    // The fields of an embedded struct count as fields of the struct around it.
                    Some(Value::Object(inner)) if object.embedded() == Some(*name) => {
                        let field = |name: &&'static str| Some((Str::from(*name), inner.field(name)?));
                        entries.extend(inner.field_names().iter().filter_map(field));
                    }
                    value => entries.push((Str::from(*name), value.unwrap_or_default())),
                }
            }
            entries
        }
        _ => Vec::new(),
    };
    let (mut plain, mut tables) = (Vec::new(), Vec::new());
    for (name, item) in entries {
        let part = if Shape::of(&item, 0)?.is_table() { &mut tables } else { &mut plain };
        part.push((name, item));
    }
    Ok((plain, tables))
}

/// A float with a point or an exponent.
fn number(float: f64) -> String {
    if float.is_finite() {
        let text = strconv::format_float(float, b'g', None);
        return if text.contains(['e', '.']) { text } else { text + ".0" };
    }
    let sign = if float.is_sign_negative() { "-" } else { "" };
    format!("{sign}{}", if float.is_nan() { "nan" } else { "inf" })
}
