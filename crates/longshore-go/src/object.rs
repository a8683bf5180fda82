//! Values of named Go types: structs with fields, and the methods that any named type may carry.

use std::any::Any;
use std::fmt;

use crate::{TypeInfo, Value};

/// A struct-like Go value: fields read by name, methods through its [`TypeInfo`].
///
/// `.Capabilities.KubeVersion` is one; maps with methods (`.Values`, `.Files`) are not: they are a
/// [`crate::Map`] of a named type.
pub trait Object: fmt::Debug {
    /// The Go type, `%T`-printed name and methods included.
    fn type_info(&self) -> &'static TypeInfo;

    /// The exported field called `name`, or `None` if the type has no such field. JSON leaves out what is among
    /// the names and is `None` here.
    fn field(&self, name: &str) -> Option<Value>;

    /// Names of the exported fields in declaration order: what `%+v`, `toJson` and `range` walk.
    fn field_names(&self) -> &'static [&'static str];

    /// The field that holds an embedded struct, whose own fields can be asked for too: Go's encoders write them as if they
    /// were the outer one's.
    fn embedded(&self) -> Option<&'static str> {
        None
    }

    /// The type under which a field was declared, if that is an interface: Go's errors name it, and not
    /// what is in it.
    fn interface_field(&self, _name: &str) -> Option<&'static TypeInfo> {
        None
    }

    /// Whether it is a nil pointer: there are no fields then, but the methods can be called.
    fn is_nil(&self) -> bool {
        false
    }

    /// The fields that `fmt` prints, unexported ones too, in declaration order.
    fn printed_fields(&self) -> Vec<(&'static str, Value)> {
        self.field_names().iter().map(|&name| (name, self.field(name).unwrap_or_default())).collect()
    }

    /// What the type's `String` (or `Error`) method returns, if it has one: `fmt` prints that for `%v` and `%s`.
    fn to_go_string(&self) -> Option<String> {
        None
    }

    /// What the `String` method of a pointer to it returns, where the value itself has none: templates print
    /// a field by that, because they can take its address, and `fmt` does not.
    fn pointer_string(&self) -> Option<String> {
        None
    }

    /// What happens when `fmt` calls that method, where it may panic: the error is the panic's text, printed as
    /// `%!v(PANIC=String method: …)`.
    fn try_go_string(&self) -> Option<Result<String, MethodError>> {
        self.to_go_string().map(Ok)
    }

    /// What the type's `GoString` method returns, if it has one: `fmt` prints that for `%#v`.
    fn go_syntax(&self) -> Option<String> {
        None
    }

    /// What JSON (and YAML by way of JSON) writes in its place, where that is not the fields by name:
    /// a type with a `MarshalJSON`, or with names of its own for JSON.
    fn to_json(&self) -> Option<Value> {
        None
    }

    /// What a deep copy of it is, where that is not the same.
    fn deep_copied(&self) -> Option<Value> {
        None
    }

    /// The number, if the type is a named integer: a month, a weekday.
    fn to_int(&self) -> Option<i64> {
        None
    }

    /// Another value of the same named integer type.
    fn of_int(&self, _number: i64) -> Option<Value> {
        None
    }

    /// The object itself, for those who know its Rust type and need more than its fields.
    fn as_any(&self) -> Option<&dyn Any> {
        None
    }

    /// Whether the object is true in an `if`; Go takes every struct for true, and a pointer to one.
    fn truth(&self) -> bool {
        !self.is_nil()
    }
}

/// One exported method of a named type.
pub struct Method {
    /// Its exported name: `Has`, `Get`, `Seconds`.
    pub name: &'static str,
    /// Types of the parameters; for a variadic method the last is the element's type.
    pub params: &'static [&'static TypeInfo],
    /// Whether the last parameter takes any number of values.
    pub variadic: bool,
    /// The call itself: receiver, arguments already checked against `params`.
    pub call: fn(&Value, &[Value]) -> Result<Value, MethodError>,
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Method({})", self.name)
    }
}

/// The error that a method returned, in the words that Go's method would have used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodError(pub String);

impl fmt::Display for MethodError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for MethodError {}
