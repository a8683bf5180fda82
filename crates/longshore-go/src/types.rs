//! Go types as far as a program can see them at run time: `reflect.Kind`, the printed name, the element.
//!
//! The set is closed except for named types, which a crate above declares as a `static` of its own
//! (`common.Values`, `chart.Files`). Two types are the same when they are the same `static`.

use crate::Method;

/// `reflect.Kind`, as `kindOf` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No value at all (`reflect.Invalid`).
    Invalid,
    /// `bool`
    Bool,
    /// `int`, 64 bits wide on every machine that Helm is built for
    Int,
    /// `int8`
    Int8,
    /// `int16`
    Int16,
    /// `int32`, also `rune`
    Int32,
    /// `int64`, also `time.Duration`
    Int64,
    /// `uint`
    Uint,
    /// `uint8`, also `byte`
    Uint8,
    /// `uint16`
    Uint16,
    /// `uint32`
    Uint32,
    /// `uint64`
    Uint64,
    /// `float32`
    Float32,
    /// `float64`
    Float64,
    /// `complex128`
    Complex128,
    /// `string`
    String,
    /// any slice
    Slice,
    /// any map
    Map,
    /// a struct value
    Struct,
    /// a pointer to a struct
    Ptr,
    /// a function
    Func,
    /// an interface type, `interface {}` or `error`
    Interface,
}

impl Kind {
    /// The name that Go's `reflect.Kind.String` gives.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint => "uint",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::Complex128 => "complex128",
            Self::String => "string",
            Self::Slice => "slice",
            Self::Map => "map",
            Self::Struct => "struct",
            Self::Ptr => "ptr",
            Self::Func => "func",
            Self::Interface => "interface",
        }
    }
}

/// A Go type: its printed name, its kind, what it holds and which methods it has.
#[derive(Debug)]
pub struct TypeInfo {
    /// As `%T` prints it: `int`, `[]interface {}`, `common.Values`.
    pub name: &'static str,
    /// The kind below the name.
    pub kind: Kind,
    /// What a slice or map holds; `None` for everything else.
    pub elem: Option<&'static TypeInfo>,
    /// Exported methods, sorted by name.
    pub methods: &'static [Method],
}

impl TypeInfo {
    /// A type without elements and methods.
    pub const fn plain(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, elem: None, methods: &[] }
    }

    /// A slice or map of `elem`, without methods.
    pub const fn of(name: &'static str, kind: Kind, elem: &'static TypeInfo) -> Self {
        Self { name, kind, elem: Some(elem), methods: &[] }
    }

    /// The method called `name`, if the type has it.
    pub fn method(&self, name: &str) -> Option<&'static Method> {
        self.methods.iter().find(|method| method.name == name)
    }
}

impl PartialEq for TypeInfo {
    /// Go's type identity, which the printed name decides (no two named types share one here).
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || self.name == other.name
    }
}

macro_rules! types {
    ($($(#[$doc:meta])* $name:ident = $value:expr;)*) => {
        $($(#[$doc])* pub static $name: TypeInfo = $value;)*
    };
}

types! {
    /// `interface {}`
    ANY = TypeInfo::plain("interface {}", Kind::Interface);
    /// `error`
    ERROR = TypeInfo::plain("error", Kind::Interface);
    /// `bool`
    BOOL = TypeInfo::plain("bool", Kind::Bool);
    /// `int`
    INT = TypeInfo::plain("int", Kind::Int);
    /// `int8`
    INT8 = TypeInfo::plain("int8", Kind::Int8);
    /// `int16`
    INT16 = TypeInfo::plain("int16", Kind::Int16);
    /// `int32`
    INT32 = TypeInfo::plain("int32", Kind::Int32);
    /// `int64`
    INT64 = TypeInfo::plain("int64", Kind::Int64);
    /// `uint`
    UINT = TypeInfo::plain("uint", Kind::Uint);
    /// `uint8`
    UINT8 = TypeInfo::plain("uint8", Kind::Uint8);
    /// `uint16`
    UINT16 = TypeInfo::plain("uint16", Kind::Uint16);
    /// `uint32`
    UINT32 = TypeInfo::plain("uint32", Kind::Uint32);
    /// `uint64`
    UINT64 = TypeInfo::plain("uint64", Kind::Uint64);
    /// `float32`
    FLOAT32 = TypeInfo::plain("float32", Kind::Float32);
    /// `float64`
    FLOAT64 = TypeInfo::plain("float64", Kind::Float64);
    /// `complex128`
    COMPLEX128 = TypeInfo::plain("complex128", Kind::Complex128);
    /// `string`
    STRING = TypeInfo::plain("string", Kind::String);
    /// `[]byte`
    BYTES = TypeInfo::of("[]uint8", Kind::Slice, &UINT8);
    /// `[]interface {}`
    SLICE_ANY = TypeInfo::of("[]interface {}", Kind::Slice, &ANY);
    /// `[]string`
    SLICE_STRING = TypeInfo::of("[]string", Kind::Slice, &STRING);
    /// `[]int`
    SLICE_INT = TypeInfo::of("[]int", Kind::Slice, &INT);
    /// `[]map[string]interface {}`
    SLICE_MAP = TypeInfo::of("[]map[string]interface {}", Kind::Slice, &MAP_ANY);
    /// `[][]interface {}`
    SLICE_SLICE_ANY = TypeInfo::of("[][]interface {}", Kind::Slice, &SLICE_ANY);
    /// `map[string]interface {}`
    MAP_ANY = TypeInfo::of("map[string]interface {}", Kind::Map, &ANY);
    /// `map[string]string`
    MAP_STRING = TypeInfo::of("map[string]string", Kind::Map, &STRING);
    /// `time.Duration`, with its methods.
    DURATION = TypeInfo {
        name: "time.Duration",
        kind: Kind::Int64,
        elem: None,
        methods: &crate::duration::METHODS,
    };
}
