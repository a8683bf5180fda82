//! Structs of Go, as its encoders and templates see them.

use std::rc::Rc;

use longshore_go::{Kind, Map, Object, TypeInfo, Value};

static STRUCT: TypeInfo = TypeInfo::plain("struct", Kind::Struct);

/// A struct with these fields.
#[derive(Debug)]
struct Struct {
    names: &'static [&'static str],
    fields: Map,
}

impl Object for Struct {
    fn type_info(&self) -> &'static TypeInfo {
        &STRUCT
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields.get(name.as_bytes())
    }

    fn field_names(&self) -> &'static [&'static str] {
        self.names
    }
}

/// A struct with fields in this order. What has no value is left out where it is written.
pub(super) fn of<const N: usize>(names: &'static [&'static str; N], values: [Option<Value>; N]) -> Value {
    let fields = names.iter().zip(values).filter_map(|(name, value)| Some((*name, value?))).collect();
    Value::Object(Rc::new(Struct { names, fields }))
}

/// A text, unless it is empty.
pub(super) fn text(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| Value::from(text))
}

/// A number, unless it is zero.
pub(super) fn number(number: i64) -> Option<Value> {
    (number != 0).then(|| Value::int(number))
}

/// Texts, unless there are none.
pub(super) fn texts(texts: &[String]) -> Option<Value> {
    (!texts.is_empty()).then(|| Value::list(texts.iter().map(|text| Value::from(text.as_str())).collect()))
}
