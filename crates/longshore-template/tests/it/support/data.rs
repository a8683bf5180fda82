//! Data of the recorded cases: tagged JSON to Go's values, and the named types among them.

use std::rc::Rc;

use longshore_go::types::{self, Kind};
use longshore_go::{
    Duration, Int, IntKind, List, Map, Method, MethodError, Object, Str, TypeInfo, Uint, UintKind, Value, fmt,
};

const DATASETS: &str = include_str!("../../../../../compat/template/data.json");

/// The dataset of that name in `compat/template/data.json`.
pub(crate) fn dataset(name: &str) -> Value {
    let all: serde_json::Value = serde_json::from_str(DATASETS).expect("data.json is JSON");
    value(&all[name])
}

/// `{"$int": 5}` is an int, a plain number a float64, and so on.
pub(crate) fn value(json: &serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => Value::Nil,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => Value::Float(n.as_f64().expect("JSON numbers are floats")),
        Json::String(s) => Value::from(s.as_str()),
        Json::Array(items) => Value::list(items.iter().map(value).collect()),
        Json::Object(entries) => match entries.iter().next() {
            Some((tag, inner)) if entries.len() == 1 && tag.starts_with('$') => tagged(tag, inner),
            _ => Value::Map(map(json)),
        },
    }
}

fn map(json: &serde_json::Value) -> Map {
    let entries = json.as_object().expect("a JSON object").iter();
    entries.map(|(key, inner)| (key.as_str(), value(inner))).collect()
}

fn number(json: &serde_json::Value) -> i64 {
    match json.as_str() {
        Some(text) => text.parse().expect("a number"),
        None => json.as_i64().expect("a number"),
    }
}

fn int(kind: IntKind, value: i64) -> Value {
    Value::Int(Int { kind, value })
}

fn uint(kind: UintKind, value: u64) -> Value {
    Value::Uint(Uint { kind, value })
}

fn tagged(tag: &str, json: &serde_json::Value) -> Value {
    let items = || json.as_array().expect("a JSON array").iter();
    let text = |json: &serde_json::Value| json.as_str().expect("a string").to_owned();
    match tag {
        "$int" => int(IntKind::Int, number(json)),
        "$int8" => int(IntKind::Int8, number(json)),
        "$int32" => int(IntKind::Int32, number(json)),
        "$int64" => int(IntKind::Int64, number(json)),
        "$uint" => uint(UintKind::Uint, number(json) as u64),
        "$uint8" => uint(UintKind::Uint8, number(json) as u64),
        "$uint64" => uint(UintKind::Uint64, text(json).parse().expect("a number")),
        "$duration" => Value::Duration(Duration(number(json))),
        "$bytes" => Value::Bytes(Str::from(text(json))),
        "$strings" => Value::List(List::strings(items().map(text))),
        "$ints" => Value::List(List::typed(
            &types::SLICE_INT,
            items().map(|item| int(IntKind::Int, number(item))).collect(),
        )),
        "$stringmap" => Value::Map(map(json).retyped(&types::MAP_STRING)),
        "$values" => Value::Map(map(json).retyped(&VALUES)),
        "$point" | "$pointer" => {
            let ty = if tag == "$point" { "main.Point" } else { "*main.Point" };
            Point::value(ty, number(&json["X"]), &text(&json["Name"]), value(&json["Any"]))
        }
        "$temp" => Value::Object(Rc::new(Temp(json.as_f64().expect("a number")))),
        other => panic!("unknown tag {other}"),
    }
}

/// The named map type with methods.
static VALUES: TypeInfo = TypeInfo {
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
        (Value::Object(point), Value::Int(by)) => match point.field("X") {
            Some(Value::Int(x)) => Ok(Value::int(x.value.wrapping_mul(by.value))),
            other => panic!("not a point: {other:?}"),
        },
        other => panic!("not a point and an int: {other:?}"),
    },
};

static POINT: TypeInfo = TypeInfo { name: "main.Point", kind: Kind::Struct, elem: None, methods: &[SCALE] };

static POINTER: TypeInfo = TypeInfo { name: "*main.Point", kind: Kind::Ptr, elem: None, methods: &[SCALE] };

/// A struct with fields and a method, or a pointer to one.
#[derive(Debug)]
pub(crate) struct Point {
    ty: &'static TypeInfo,
    x: i64,
    name: Str,
    any: Value,
}

impl Point {
    pub(crate) fn value(ty: &str, x: i64, name: &str, any: Value) -> Value {
        Value::Object(Rc::new(Self {
            ty: if ty == POINT.name { &POINT } else { &POINTER },
            x,
            name: Str::from(name),
            any,
        }))
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
}

static TEMP: TypeInfo = TypeInfo::plain("main.Temp", Kind::Struct);

/// A struct that prints by its `String` method.
#[derive(Debug)]
struct Temp(f64);

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
