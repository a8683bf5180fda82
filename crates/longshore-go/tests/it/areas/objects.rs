//! Recorded values of named types: the structs of `tools/oracle-go/internal/value`, months and weekdays.

use std::rc::Rc;

use longshore_go::time::Time;
use longshore_go::{MethodError, Object, TypeInfo, Value, fmt};

/// `value.Point`, `value.Named` or `value.Panics`, or a pointer to one, nil if there are no fields.
#[derive(Debug)]
pub(super) struct Struct {
    ty: &'static TypeInfo,
    fields: Option<Vec<Value>>,
}

impl Struct {
    pub(super) fn value(ty: &'static TypeInfo, fields: Option<Vec<Value>>) -> Value {
        Value::Object(Rc::new(Self { ty, fields }))
    }

    fn first(&self) -> String {
        let first = self.fields.iter().flatten().next().cloned();
        String::from_utf8(fmt::sprint(&[first.unwrap_or_default()])).unwrap()
    }
}

impl Object for Struct {
    fn type_info(&self) -> &'static TypeInfo {
        self.ty
    }

    fn field(&self, name: &str) -> Option<Value> {
        let index = self.field_names().iter().position(|known| *known == name)?;
        self.fields.as_ref()?.get(index).cloned()
    }

    fn field_names(&self) -> &'static [&'static str] {
        match self.ty.name.trim_start_matches('*') {
            "value.Point" => &["X", "Label", "Any"],
            "value.Named" => &["Text"],
            "value.Panics" => &["Why"],
            other => panic!("no recorded struct: {other}"),
        }
    }

    fn is_nil(&self) -> bool {
        self.fields.is_none()
    }

    fn to_go_string(&self) -> Option<String> {
        self.ty.name.ends_with("value.Named").then(|| self.first())
    }

    fn try_go_string(&self) -> Option<Result<String, MethodError>> {
        if self.ty.name.ends_with("value.Panics") {
            return Some(Err(MethodError(self.first())));
        }
        self.to_go_string().map(Ok)
    }
}

/// A month or a weekday, as the method of a time gives it.
pub(super) fn month_or_weekday(name: &str, number: i64) -> Value {
    // The first of January 1970 was a Thursday, and no two months begin in the same 31 days from there.
    let (method, day) = match name {
        "time.Month" => ("Month", (number - 1) * 31),
        _ => ("Weekday", number + 3),
    };
    let time = Time::unix(day * 86_400, 0).into_value();
    (time.type_info().method(method).unwrap().call)(&time, &[]).unwrap()
}
