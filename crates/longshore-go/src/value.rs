//! The dynamic value: what a Go `interface {}` holds.

use std::rc::Rc;

use crate::types::{self, Kind, TypeInfo};
use crate::{Bytes, Func, List, Map, Object, Str};

/// Which signed integer type a value has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntKind {
    /// `int`
    Int,
    /// `int8`
    Int8,
    /// `int16`
    Int16,
    /// `int32`
    Int32,
    /// `int64`
    Int64,
}

/// Which unsigned integer type a value has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UintKind {
    /// `uint`
    Uint,
    /// `uint8`
    Uint8,
    /// `uint16`
    Uint16,
    /// `uint32`
    Uint32,
    /// `uint64`
    Uint64,
}

/// A signed integer with its Go type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Int {
    /// Its Go type.
    pub kind: IntKind,
    /// Its value, within the range of `kind`.
    pub value: i64,
}

/// An unsigned integer with its Go type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uint {
    /// Its Go type.
    pub kind: UintKind,
    /// Its value, within the range of `kind`.
    pub value: u64,
}

/// `time.Duration`: nanoseconds. It prints as `1h30m0s` and yet is of kind `int64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(pub i64);

/// A Go `complex128`: only templates make them, from constants such as `1+2i`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Complex {
    /// The real part.
    pub re: f64,
    /// The imaginary part.
    pub im: f64,
}

/// A dynamic value with its Go type.
///
/// Cloning is cheap: strings, lists and maps are shared, and a cloned [`Map`] is an alias. Values
/// stay on the thread that made them (design decision 12).
///
/// ```
/// use longshore_go::Value;
/// let n = Value::from(1_000_000.0);
/// assert_eq!(n.type_info().name, "float64");
/// ```
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Go's zero `reflect.Value`: the result of looking up what is not there. Never inside a container.
    Missing,
    /// Untyped nil: an interface that holds nothing.
    #[default]
    Nil,
    /// `bool`
    Bool(bool),
    /// A signed integer of any width.
    Int(Int),
    /// An unsigned integer of any width.
    Uint(Uint),
    /// `float64`: every number of a YAML or JSON document.
    Float(f64),
    /// `complex128`
    Complex(Complex),
    /// `string`
    Str(Str),
    /// `[]byte`
    Bytes(Bytes),
    /// Any other slice.
    List(List),
    /// A map with string keys.
    Map(Map),
    /// `time.Duration`
    Duration(Duration),
    /// A function.
    Func(Rc<Func>),
    /// A value of a named struct type, or an error ([`Value::error`]).
    Object(Rc<dyn Object>),
}

impl Value {
    /// A Go `int`.
    pub fn int(value: i64) -> Self {
        Self::Int(Int { kind: IntKind::Int, value })
    }

    /// A Go `int64`.
    pub fn int64(value: i64) -> Self {
        Self::Int(Int { kind: IntKind::Int64, value })
    }

    /// A Go `string`.
    pub fn str(text: impl Into<Str>) -> Self {
        Self::Str(text.into())
    }

    /// A Go `[]interface {}`.
    pub fn list(items: Vec<Value>) -> Self {
        Self::List(List::new(items))
    }

    /// The dynamic type; `interface {}` (kind `Interface`) for nil and missing.
    pub fn type_info(&self) -> &'static TypeInfo {
        match self {
            Self::Missing | Self::Nil => &types::ANY,
            Self::Bool(_) => &types::BOOL,
            Self::Int(int) => match int.kind {
                IntKind::Int => &types::INT,
                IntKind::Int8 => &types::INT8,
                IntKind::Int16 => &types::INT16,
                IntKind::Int32 => &types::INT32,
                IntKind::Int64 => &types::INT64,
            },
            Self::Uint(uint) => match uint.kind {
                UintKind::Uint => &types::UINT,
                UintKind::Uint8 => &types::UINT8,
                UintKind::Uint16 => &types::UINT16,
                UintKind::Uint32 => &types::UINT32,
                UintKind::Uint64 => &types::UINT64,
            },
            Self::Float(_) => &types::FLOAT64,
            Self::Complex(_) => &types::COMPLEX128,
            Self::Str(_) => &types::STRING,
            Self::Bytes(_) => &types::BYTES,
            Self::List(list) => list.type_info(),
            Self::Map(map) => map.type_info(),
            Self::Duration(_) => &types::DURATION,
            Self::Func(func) => func.type_info(),
            Self::Object(object) => object.type_info(),
        }
    }

    /// `reflect.Kind` of the value; `Invalid` for nil and missing.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Missing | Self::Nil => Kind::Invalid,
            other => other.type_info().kind,
        }
    }

    /// Whether it is nil or missing.
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Missing | Self::Nil)
    }

    /// What Go's `if` takes for true: not the zero value, and not empty (`text/template.IsTrue`).
    pub fn truth(&self) -> bool {
        match self {
            Self::Missing | Self::Nil => false,
            Self::Bool(b) => *b,
            Self::Int(int) => int.value != 0,
            Self::Uint(uint) => uint.value != 0,
            Self::Float(f) => *f != 0.0,
            Self::Complex(c) => *c != Complex { re: 0.0, im: 0.0 },
            Self::Str(s) => !s.is_empty(),
            Self::Bytes(bytes) => !bytes.is_empty(),
            Self::List(list) => !list.is_empty(),
            Self::Map(map) => !map.is_empty(),
            Self::Duration(d) => d.0 != 0,
            Self::Func(func) => !func.is_nil(),
            Self::Object(object) => object.truth(),
        }
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&Str> {
        match self {
            Self::Str(s) => Some(s),
            _ => None,
        }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The list, if it is one (`[]byte` is not).
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// The bool, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(b) => Some(*b),
            _ => None,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Str(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Str(value.into())
    }
}

impl From<Str> for Value {
    fn from(value: Str) -> Self {
        Self::Str(value)
    }
}

impl From<List> for Value {
    fn from(value: List) -> Self {
        Self::List(value)
    }
}

impl From<Map> for Value {
    fn from(value: Map) -> Self {
        Self::Map(value)
    }
}

impl From<Vec<Value>> for Value {
    fn from(value: Vec<Value>) -> Self {
        Self::list(value)
    }
}
