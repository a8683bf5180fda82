//! The named types of the recorded cases: a map with methods, a struct, a pointer, a `Stringer`.

use std::rc::Rc;

use longshore_go::types::{self, Kind};
use longshore_go::{Map, Method, MethodError, Object, Str, TypeInfo, Value, fmt};

/// The named map type with methods.
pub(crate) static VALUES: TypeInfo = TypeInfo {
    name: "main.Values",
    kind: Kind::Map,
    elem: Some(&types::ANY),
    methods: &[
        Method {
            name: "Count",
            params: &[],
            variadic: false,
            call: |this, _| Ok(Value::int(this.as_map().map_or(0, Map::len) as i64)),
        },
        Method {
            name: "Fail",
            params: &[&types::STRING],
            variadic: false,
            call: |_, args| Err(MethodError(format!("failed: {}", shown(&args[0])))),
        },
        Method {
            name: "Get",
            params: &[&types::STRING],
            variadic: false,
            call: |this, args| {
                let key = args[0].as_str().expect("checked to be a string");
                Ok(this.as_map().and_then(|map| map.get(key)).unwrap_or_default())
            },
        },
        Method {
            name: "Kind",
            params: &[&types::ANY],
            variadic: false,
            call: |_, args| Ok(Value::str(fmt::sprintf(b"%T", args))),
        },
        Method {
            name: "Sum",
            params: &[&types::INT, &types::INT],
            variadic: true,
            call: |_, args| {
                let terms = args.iter().map(|arg| match arg {
                    Value::Int(int) => int.value,
                    other => panic!("not checked to be an int: {other:?}"),
                });
                Ok(Value::int(terms.fold(0, i64::wrapping_add)))
            },
        },
        Method {
            name: "Typed",
            params: &[&types::INT64, &types::UINT8, &types::FLOAT64, &types::BOOL],
            variadic: false,
            call: |_, args| Ok(Value::str(fmt::sprint(args))),
        },
    ],
};

fn shown(value: &Value) -> String {
    let mut out = Vec::new();
    fmt::append_value(&mut out, value);
    String::from_utf8_lossy(&out).into_owned()
}

const SCALE: Method = Method {
    name: "Scale",
    params: &[&types::INT],
    variadic: false,
    call: |this, args| match (this, &args[0]) {
        (Value::Object(point), _) if point.is_nil() => {
            Err(MethodError("value method main.Point.Scale called using nil *Point pointer".to_owned()))
        }
        (Value::Object(point), Value::Int(by)) => match point.field("X") {
            Some(Value::Int(x)) => Ok(Value::int(x.value.wrapping_mul(by.value))),
            other => panic!("not a point: {other:?}"),
        },
        other => panic!("not a point and an int: {other:?}"),
    },
};

pub(crate) static POINT: TypeInfo =
    TypeInfo { name: "main.Point", kind: Kind::Struct, elem: None, methods: &[SCALE] };

pub(crate) static POINTER: TypeInfo =
    TypeInfo { name: "*main.Point", kind: Kind::Ptr, elem: Some(&POINT), methods: &[SCALE] };

/// A struct with fields and a method, or a pointer to one.
#[derive(Debug)]
pub(crate) struct Point {
    ty: &'static TypeInfo,
    x: i64,
    name: Str,
    any: Value,
    nil: bool,
}

impl Point {
    pub(crate) fn value(pointer: bool, x: i64, name: &str, any: Value) -> Value {
        let ty = if pointer { &POINTER } else { &POINT };
        Value::Object(Rc::new(Self { ty, x, name: Str::from(name), any, nil: false }))
    }

    /// The pointer to none.
    pub(crate) fn nil() -> Value {
        let (ty, name) = (&POINTER, Str::default());
        Value::Object(Rc::new(Self { ty, x: 0, name, any: Value::Nil, nil: true }))
    }
}

impl Object for Point {
    fn type_info(&self) -> &'static TypeInfo {
        self.ty
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "X" => Some(Value::int(self.x)),
            "Name" => Some(Value::Str(self.name.clone())),
            "Any" => Some(self.any.clone()),
            _ => None,
        }
    }

    fn field_names(&self) -> &'static [&'static str] {
        &["X", "Name", "Any"]
    }

    fn interface_field(&self, name: &str) -> Option<&'static TypeInfo> {
        (name == "Any").then_some(&types::ANY)
    }

    fn is_nil(&self) -> bool {
        self.nil
    }
}

static TEMP: TypeInfo = TypeInfo { name: "main.Temp", kind: Kind::Struct, elem: None, methods: &[STRING] };

/// The method that makes a `fmt.Stringer` of a type.
const STRING: Method = Method {
    name: "String",
    params: &[],
    variadic: false,
    call: |this, _| match this {
        Value::Object(object) => Ok(Value::from(object.to_go_string().unwrap_or_default())),
        other => panic!("not an object: {other:?}"),
    },
};

/// A struct that prints by its `String` method.
#[derive(Debug)]
pub(crate) struct Temp(pub(crate) f64);

impl Object for Temp {
    fn type_info(&self) -> &'static TypeInfo {
        &TEMP
    }

    fn field(&self, name: &str) -> Option<Value> {
        (name == "Degrees").then_some(Value::Float(self.0))
    }

    fn field_names(&self) -> &'static [&'static str] {
        &["Degrees"]
    }

    fn to_go_string(&self) -> Option<String> {
        Some(format!("{:.1}C", self.0))
    }
}
