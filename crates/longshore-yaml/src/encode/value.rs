//! Go values as YAML: directly, as go-yaml's `Marshal` does, or as if JSON had been in between.

use std::borrow::Cow;

use longshore_go::time::Time;
use longshore_go::{Map, Object, Value, encoding, strconv};

use super::{EmitOptions, string_style};
use crate::dialect::Dialect;
use crate::emitter::{Emitter, Event, Item};
use crate::error::{Error, ErrorKind};
use crate::sort::sort_by_key;
use crate::token::ScalarStyle;

/// How values were turned into what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// go-yaml on the Go value.
    Direct,
    /// `encoding/json`, then go-yaml v2 on what it reads from that.
    ByJson,
}

/// How go-yaml writes a time, nanoseconds only as far as there are any.
pub(crate) const RFC_3339: &[u8] = b"2006-01-02T15:04:05.999999999Z07:00";

/// Values nest no deeper than this. Go's `encoding/json` begins to look for cycles at the same depth.
const MAX_DEPTH: usize = 1000;

/// Writes one value.
pub(crate) struct Writer {
    emitter: Emitter,
    dialect: Dialect,
    form: Form,
    depth: usize,
}

impl Writer {
    /// `value` as a document.
    pub(crate) fn document(value: &Value, form: Form, options: &EmitOptions) -> Result<Vec<u8>, Error> {
        let mut writer = Self { emitter: options.emitter(), dialect: options.dialect, form, depth: 0 };
        writer.emitter.emit(Item::DocumentStart);
        writer.value(value)?;
        writer.emitter.emit(Item::DocumentEnd);
        Ok(writer.emitter.finish())
    }

    fn value(&mut self, value: &Value) -> Result<(), Error> {
        match value {
            Value::Missing | Value::Nil => self.plain("null"),
            Value::Bool(true) => self.plain("true"),
            Value::Bool(false) => self.plain("false"),
            Value::Int(int) => self.plain(&int.value.to_string()),
            Value::Uint(uint) => self.plain(&uint.value.to_string()),
            Value::Float(float) => self.float(*float)?,
            Value::Complex(_) | Value::Func(_) => return Err(self.unsupported(value)),
            Value::Str(text) => self.string(text),
            Value::Bytes(bytes) if self.form == Form::ByJson => {
                self.string(encoding::encode_base64(bytes).as_bytes());
            }
            Value::Bytes(bytes) => {
                self.sequence_start(bytes.is_empty());
                for byte in bytes.iter() {
                    self.plain(&byte.to_string());
                }
                self.emitter.emit(Item::SequenceEnd);
            }
            Value::List(list) if list.is_nil() && self.form == Form::ByJson => self.plain("null"),
            Value::List(list) => {
                self.enter(value)?;
                self.sequence_start(list.is_empty());
                for item in list.iter() {
                    self.value(item)?;
                }
                self.emitter.emit(Item::SequenceEnd);
                self.depth -= 1;
            }
            Value::Map(map) if map.is_nil() && self.form == Form::ByJson => self.plain("null"),
            Value::Map(map) => {
                self.enter(value)?;
                self.map(map)?;
                self.depth -= 1;
            }
            Value::Duration(duration) if self.form == Form::ByJson => {
                self.plain(&duration.0.to_string());
            }
            Value::Duration(duration) => self.string(duration.to_string().as_bytes()),
            Value::Object(object) => {
                if let (Form::Direct, Some(time)) = (self.form, Time::of(value)) {
                    self.plain(&String::from_utf8_lossy(&time.format(RFC_3339)));
                    return Ok(());
                }
                self.enter(value)?;
                self.object(&**object)?;
                self.depth -= 1;
            }
        }
        Ok(())
    }

    /// No document can hold it. Written directly, Go's library panics with these words.
    fn unsupported(&self, value: &Value) -> Error {
        let name = value.type_info().name;
        let text = match self.form {
            Form::ByJson => format!("error marshaling into JSON: json: unsupported type: {name}"),
            Form::Direct => format!("cannot marshal type: {name}"),
        };
        Error::new(ErrorKind::Encode, text)
    }

    fn object(&mut self, object: &dyn Object) -> Result<(), Error> {
        if self.form == Form::ByJson
            && let Some(value) = object.to_json()
        {
            return self.value(&value);
        }
        // go-yaml writes what a type says of itself as text, if it does.
        if let (Some(text), Some(Value::Str(json))) = (object.to_go_string(), object.to_json())
            && *text.as_bytes() == *json
        {
            self.string(&json);
            return Ok(());
        }
        let names = object.field_names().iter();
        let fields = names.filter_map(|name| Some((*name, object.field(name)?)));
        match self.form {
            Form::ByJson => self.map(&fields.collect::<Map>()),
            // go-yaml keeps the order of fields and writes their names in lower case.
            Form::Direct => {
                let fields: Vec<_> = fields.collect();
                self.mapping_start(fields.is_empty());
                for (name, value) in fields {
                    self.string(name.to_lowercase().as_bytes());
                    self.value(&value)?;
                }
                self.emitter.emit(Item::MappingEnd);
                Ok(())
            }
        }
    }

    fn map(&mut self, map: &Map) -> Result<(), Error> {
        let entries = map.entries();
        let mut sorted: Vec<_> = entries.iter().collect();
        sort_by_key(&mut sorted, self.dialect, |(key, _)| key);
        self.mapping_start(sorted.is_empty());
        for (key, value) in sorted {
            self.string(key);
            self.value(value)?;
        }
        self.emitter.emit(Item::MappingEnd);
        Ok(())
    }

    fn mapping_start(&mut self, empty: bool) {
        self.emitter.emit(Item::MappingStart { flow: false, empty });
    }

    fn sequence_start(&mut self, empty: bool) {
        self.emitter.emit(Item::SequenceStart { flow: false, empty });
    }

    fn plain(&mut self, value: &str) {
        let style = ScalarStyle::Plain;
        self.emitter.emit(Item::Scalar { value, style });
    }

    fn string(&mut self, bytes: &[u8]) {
        let text = match (std::str::from_utf8(bytes), self.form) {
            (Ok(text), _) => Cow::Borrowed(text),
            (Err(_), Form::ByJson) => longshore_go::rune::iter(bytes).map(|(_, c)| c).collect(),
            (Err(_), Form::Direct) => {
                self.binary(bytes);
                return;
            }
        };
        let style = string_style(self.dialect, &text);
        self.emitter.emit(Item::Scalar { value: &text, style });
    }

    /// Bytes that are no text: base64 under a tag, in lines of 70 characters.
    fn binary(&mut self, bytes: &[u8]) {
        let value = binary_text(bytes);
        let style = if value.contains('\n') { ScalarStyle::Literal } else { ScalarStyle::Plain };
        self.emitter.emit(Event {
            tag: "tag:yaml.org,2002:binary",
            ..Event::from(Item::Scalar { value: &value, style })
        });
    }

    fn float(&mut self, value: f64) -> Result<(), Error> {
        let text = match (self.form, json_integer(value)) {
            _ if !value.is_finite() => self.infinite(value)?.to_owned(),
            (Form::ByJson, Some(integer)) => integer,
            _ => strconv::format_float(value, b'g', None),
        };
        self.plain(&text);
        Ok(())
    }

    fn infinite(&self, value: f64) -> Result<&'static str, Error> {
        let (go, yaml) = match value {
            f64::INFINITY => ("+Inf", ".inf"),
            f64::NEG_INFINITY => ("-Inf", "-.inf"),
            _ => ("NaN", ".nan"),
        };
        if self.form == Form::ByJson {
            let text = format!("error marshaling into JSON: json: unsupported value: {go}");
            return Err(Error::new(ErrorKind::Encode, text));
        }
        Ok(yaml)
    }

    fn enter(&mut self, value: &Value) -> Result<(), Error> {
        self.depth += 1;
        if self.depth <= MAX_DEPTH {
            return Ok(());
        }
        let name = value.type_info().name;
        let text = match self.form {
            Form::ByJson => {
                format!("error marshaling into JSON: json: unsupported value: encountered a cycle via {name}")
            }
            Form::Direct => format!("yaml: exceeded max depth of {MAX_DEPTH}"),
        };
        Err(Error::new(ErrorKind::Limit, text))
    }
}

/// What go-yaml writes for a float that JSON wrote without a point and that fits into 64 bits.
///
/// JSON's digits are the shortest ones, so that 2⁶³ is `9223372036854775808` and yet reads back as the
/// integer 9223372036854776000.
fn json_integer(value: f64) -> Option<String> {
    if value.fract() != 0.0 || value.abs() >= 1e21 {
        return None;
    }
    if value == 0.0 {
        return Some(String::from("0"));
    }
    if value.abs() < 9_007_199_254_740_992.0 {
        return Some((value as i64).to_string());
    }
    let digits = strconv::format_float(value, b'f', None);
    let fits = digits.parse::<i64>().is_ok() || digits.parse::<u64>().is_ok();
    fits.then_some(digits)
}

/// go-yaml's base64 of bytes that are no text.
pub(super) fn binary_text(bytes: &[u8]) -> String {
    const LINE: usize = 70;
    let code = encoding::encode_base64(bytes);
    if code.len() < LINE {
        return code;
    }
    let mut lines = String::with_capacity(code.len() + code.len() / LINE + 1);
    let mut rest = code.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(LINE));
        lines.push_str(line);
        lines.push('\n');
        rest = after;
    }
    lines
}
