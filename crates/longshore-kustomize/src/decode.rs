//! Values of YAML or JSON into typed settings, as Go's `encoding/json` decodes them.
//!
//! Names match whatever their case, null leaves a field as it is, and the first field of a wrong type ends it, in Go's
//! words. A kustomization is read strictly: unknown fields are refused, nothing is converted. Configurations of plugins
//! are read as `sigs.k8s.io/yaml` does: unknown fields are skipped, and a number or boolean becomes text where text is
//! wanted. Rules: <https://pkg.go.dev/encoding/json#Unmarshal>, <https://pkg.go.dev/sigs.k8s.io/yaml#Unmarshal>.

use std::collections::BTreeMap;

use longshore_go::{Str, Value, strconv};
use longshore_yaml::Text;

use crate::error::Error;

/// How strictly to read, and where in the settings the reading is.
#[derive(Debug)]
pub struct Reader {
    is_strict: bool,
    /// Refuses unknown fields although it converts.
    no_unknown: bool,
    /// Go's name of the type that is being read.
    structure: &'static str,
    /// The fields that lead to the place.
    path: Vec<&'static str>,
}

impl Reader {
    /// Reads as a kustomization is read.
    pub fn strict() -> Self {
        Self { is_strict: true, no_unknown: true, structure: "", path: Vec::new() }
    }

    /// Reads as the configuration of a plugin is read.
    pub fn lenient() -> Self {
        Self { is_strict: false, no_unknown: false, structure: "", path: Vec::new() }
    }

    /// Reads as configurations of transformers are read: converts, but refuses unknown fields.
    pub fn without_unknown() -> Self {
        Self { no_unknown: true, ..Self::lenient() }
    }

    /// Reads a value; null is the default.
    ///
    /// # Errors
    /// The first field that has a wrong type, or is unknown.
    pub fn read<T: Decode + Default>(mut self, value: &Value) -> Result<T, Error> {
        if value.is_nil() { Ok(T::default()) } else { T::decode(&mut self, value) }
    }

    /// Refuses a value of another type than Go's `wanted`.
    pub fn wrong_type<T>(&self, value: &Value, wanted: &str) -> Result<T, Error> {
        let found = match value {
            Value::Bool(_) => "bool",
            Value::Str(_) => "string",
            Value::List(_) => "array",
            Value::Map(_) => "object",
            _ => "number",
        };
        self.cannot(found, wanted)
    }

    fn cannot<T>(&self, found: &str, wanted: &str) -> Result<T, Error> {
        let place = if self.path.is_empty() {
            String::from("Go value")
        } else {
            format!("Go struct field {}.{}", self.structure, self.path.join("."))
        };
        self.wrong(&format!("cannot unmarshal {found} into {place} of type {wanted}"))
    }

    fn wrong<T>(&self, what: &str) -> Result<T, Error> {
        let error = Error::new(format!("json: {what}"));
        Err(if self.is_strict {
            error
        } else {
            error.wrapped("error unmarshaling JSON: while decoding JSON")
        })
    }

    /// Reads the fields of an object: `field` is told the name as Go's type has it and reads the value. Beside each name
    /// stand the types that the field is embedded through, with dots between them.
    ///
    /// # Errors
    /// No object, an unknown field, or what `field` says.
    pub fn fields(
        &mut self,
        value: &Value,
        (type_name, names): (&'static str, &'static [(&'static str, &'static str)]),
        mut field: impl FnMut(&mut Self, &'static str, &Value) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Some(map) = value.as_map() else { return self.wrong_type(value, type_name) };
        let outer = std::mem::replace(&mut self.structure, type_name.rsplit('.').next().unwrap_or(type_name));
        for (key, value) in &map.snapshot() {
            let key = key.to_str_lossy();
            let exact = names.iter().find(|(name, _)| *name == key);
            let found = exact.or_else(|| names.iter().find(|(name, _)| name.eq_ignore_ascii_case(&key)));
            let Some((name, within)) = found else {
                if self.no_unknown {
                    let quoted = strconv::quote(key.as_bytes());
                    return self.wrong(&format!("unknown field {}", String::from_utf8_lossy(&quoted)));
                }
                continue;
            };
            if !value.is_nil() {
                let depth = self.path.len();
                self.path.extend([*within, *name].iter().filter(|part| !part.is_empty()));
                field(self, name, value)?;
                self.path.truncate(depth);
            }
        }
        self.structure = outer;
        Ok(())
    }
}

/// A type that settings are read into.
pub trait Decode: Sized {
    /// Reads a value that is not null.
    ///
    /// # Errors
    /// It has another type, or one of its fields has.
    fn decode(reader: &mut Reader, value: &Value) -> Result<Self, Error>;

    /// Go's name of the type.
    fn type_name() -> String;
}

impl Decode for String {
    fn decode(reader: &mut Reader, value: &Value) -> Result<Self, Error> {
        Ok(match value {
            Value::Str(text) => text.to_str_lossy().into_owned(),
            Value::Bool(bool) if !reader.is_strict => bool.to_string(),
            Value::Int(int) if !reader.is_strict => int.value.to_string(),
            Value::Uint(uint) if !reader.is_strict => uint.value.to_string(),
            Value::Float(float) if !reader.is_strict => strconv::format_float(*float, b'g', None),
            _ => return reader.wrong_type(value, "string"),
        })
    }

    fn type_name() -> String {
        String::from("string")
    }
}

impl Decode for Text {
    fn decode(reader: &mut Reader, value: &Value) -> Result<Self, Error> {
        String::decode(reader, value).map(Self::from)
    }

    fn type_name() -> String {
        String::type_name()
    }
}

impl Decode for bool {
    fn decode(reader: &mut Reader, value: &Value) -> Result<Self, Error> {
        value.as_bool().map_or_else(|| reader.wrong_type(value, "bool"), Ok)
    }

    fn type_name() -> String {
        String::from("bool")
    }
}

/// Go's `int` and `int64`; the type has another name in messages.
fn integer(reader: &Reader, value: &Value, wanted: &str) -> Result<i64, Error> {
    match value {
        Value::Int(int) => Ok(int.value),
        Value::Float(float) if float.fract() == 0.0 && float.abs() < 9e15 => Ok(*float as i64),
        Value::Float(float) => {
            reader.cannot(&format!("number {}", strconv::format_float(*float, b'g', None)), wanted)
        }
        Value::Uint(uint) => reader.cannot(&format!("number {}", uint.value), wanted),
        _ => reader.wrong_type(value, wanted),
    }
}

impl Decode for i64 {
    fn decode(reader: &mut Reader, value: &Value) -> Result<Self, Error> {
        integer(reader, value, "int64")
    }

    fn type_name() -> String {
        String::from("int64")
    }
}

impl Decode for isize {
    fn decode(reader: &mut Reader, value: &Value) -> Result<Self, Error> {
        integer(reader, value, "int").map(|number| number as isize)
    }

    fn type_name() -> String {
        String::from("int")
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(reader: &mut Reader, value: &Value) -> Result<Self, Error> {
        T::decode(reader, value).map(Some)
    }

    fn type_name() -> String {
        T::type_name()
    }
}

impl<T: Decode + Default> Decode for Vec<T> {
    fn decode(reader: &mut Reader, value: &Value) -> Result<Self, Error> {
        let Some(list) = value.as_list() else {
            return reader.wrong_type(value, &Self::type_name());
        };
        let item = |item: &Value| if item.is_nil() { Ok(T::default()) } else { T::decode(reader, item) };
        list.iter().map(item).collect()
    }

    fn type_name() -> String {
        format!("[]{}", T::type_name())
    }
}

impl<T: Decode + Default> Decode for BTreeMap<String, T> {
    fn decode(reader: &mut Reader, value: &Value) -> Result<Self, Error> {
        let Some(map) = value.as_map() else {
            return reader.wrong_type(value, &Self::type_name());
        };
        let mut entry = |(key, item): (Str, Value)| {
            let item = if item.is_nil() { T::default() } else { T::decode(reader, &item)? };
            Ok((key.to_str_lossy().into_owned(), item))
        };
        map.snapshot().into_iter().map(&mut entry).collect()
    }

    fn type_name() -> String {
        format!("map[string]{}", T::type_name())
    }
}

/// Values that are kept as they are.
impl Decode for Value {
    fn decode(_: &mut Reader, value: &Value) -> Result<Self, Error> {
        Ok(value.clone())
    }

    fn type_name() -> String {
        String::from("interface {}")
    }
}

/// Implements [`Decode`] for a struct: Go's name of the type, and for each field its name in the file, and the types that
/// it is embedded through.
macro_rules! decode_struct {
    ($type:ty as $go:literal { $($name:literal $(in $within:literal)? => $($field:ident).+),* $(,)? }) => {
        impl $crate::decode::Decode for $type {
            fn decode(
                reader: &mut $crate::decode::Reader,
                value: &longshore_go::Value,
            ) -> Result<Self, $crate::error::Error> {
                let mut this = Self::default();
                reader.fields(value, ($go, &[$(($name, concat!($($within)?))),*]), |reader, name, value| {
                    match name {
                        $($name => this.$($field).+ = $crate::decode::Decode::decode(reader, value)?,)*
                        _ => {}
                    }
                    Ok(())
                })?;
                Ok(this)
            }

            fn type_name() -> String {
                String::from($go)
            }
        }
    };
}
pub(crate) use decode_struct;
