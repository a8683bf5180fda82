//! Error values: what `errors.New` makes, as a value that a template may hold and print.

use std::rc::Rc;

use crate::{Kind, Method, Object, TypeInfo, Value};

/// The type that [`errors.New`](https://pkg.go.dev/errors#New) returns, by its pointer.
static TYPE: TypeInfo = TypeInfo {
    name: "*errors.errorString",
    kind: Kind::Ptr,
    elem: None,
    methods: &[Method {
        name: "Error",
        params: &[],
        variadic: false,
        call: |error, _| match error {
            Value::Object(object) => Ok(Value::from(object.to_go_string().unwrap_or_default())),
            _ => Ok(Value::from("")),
        },
    }],
};

#[derive(Debug)]
struct ErrorString(String);

impl Object for ErrorString {
    fn type_info(&self) -> &'static TypeInfo {
        &TYPE
    }

    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    fn field_names(&self) -> &'static [&'static str] {
        &[]
    }

    fn printed_fields(&self) -> Vec<(&'static str, Value)> {
        vec![("s", Value::from(self.0.as_str()))]
    }

    fn to_go_string(&self) -> Option<String> {
        Some(self.0.clone())
    }
}

impl Value {
    /// An error with that text: `errors.New`.
    ///
    /// ```
    /// use longshore_go::{Value, fmt};
    /// let error = Value::error("out of sight");
    /// assert_eq!(fmt::sprintf(b"%v %d", &[error.clone(), error]), b"out of sight &{%!d(string=out of sight)}");
    /// ```
    pub fn error(text: impl Into<String>) -> Self {
        Self::Object(Rc::new(ErrorString(text.into())))
    }
}
