//! The types of the recorded cases that show what fields and methods can be.

use std::rc::Rc;

use longshore_go::types::{self, Kind};
use longshore_go::{Duration, List, Map, Method, MethodError, Object, TypeInfo, Uint, UintKind, Value, fmt};

use super::objects::Point;
use super::values;

macro_rules! method {
    ($name:literal, $params:expr, $call:expr $(,)?) => {
        Method { name: $name, params: $params, variadic: false, call: $call }
    };
}

const METHODS: [Method; 10] = [
    method!("Hello", &[], |this, _| Ok(Value::str(format!("hello from {}", label(this))))),
    Method {
        name: "Plus",
        params: &[&types::INT, &types::INT],
        variadic: true,
        call: |_, args| Ok(Value::int(3 + args.iter().map(int).sum::<i64>())),
    },
    method!("Fails", &[&types::STRING], |this, args| {
        Err(MethodError(format!("{} fails: {}", label(this), text(&args[0]))))
    }),
    method!("Bursts", &[], |this, _| Err(MethodError(format!("{} bursts", label(this))))),
    method!("Self", &[], |this, _| match this {
        Value::Object(object) => Ok(copy(object.as_ref())),
        other => panic!("not a box: {other:?}"),
    }),
    method!("Echo", &[&types::ANY], |_, args| Ok(args[0].clone())),
    method!("Sized", &[&types::UINT8, &types::STRING], |_, args| Ok(Value::str(fmt::sprint(args)))),
    method!("Later", &[&types::DURATION], |_, args| match args[0] {
        Value::Duration(by) => Ok(Value::Duration(Duration(5i64.wrapping_add(by.0)))),
        ref other => panic!("not a duration: {other:?}"),
    }),
    method!("Inner", &[], |this, _| Ok(field(this, "Ptr"))),
    method!("Grow", &[&types::INT], |_, args| Ok(Value::int(7i64.wrapping_add(int(&args[0]))))),
];

/// A method of a pointer is none of a value.
static BOX: TypeInfo =
    TypeInfo { name: "main.Box", kind: Kind::Struct, elem: None, methods: METHODS.split_at(9).0 };
static BOX_POINTER: TypeInfo =
    TypeInfo { name: "*main.Box", kind: Kind::Ptr, elem: Some(&BOX), methods: &METHODS };

fn field(this: &Value, name: &str) -> Value {
    match this {
        Value::Object(object) => object.field(name).expect("a field"),
        other => panic!("not a box: {other:?}"),
    }
}

fn label(this: &Value) -> String {
    text(&field(this, "Label"))
}

fn text(value: &Value) -> String {
    value.as_str().expect("checked to be a string").to_string()
}

fn int(value: &Value) -> i64 {
    match value {
        Value::Int(int) => int.value,
        other => panic!("not checked to be an int: {other:?}"),
    }
}

fn copy(object: &dyn Object) -> Value {
    let get = |name| object.field(name).expect("a field");
    let fields =
        BoxObject { ty: &BOX, label: get("Label"), any: get("Any"), err: get("Err"), ptr: get("Ptr") };
    Value::Object(Rc::new(fields))
}

/// A struct with a field of every kind, or a pointer to one.
#[derive(Debug)]
pub(crate) struct BoxObject {
    ty: &'static TypeInfo,
    label: Value,
    any: Value,
    err: Value,
    ptr: Value,
}

impl BoxObject {
    pub(crate) fn value(
        pointer: bool,
        label: &str,
        any: Value,
        err: &serde_json::Value,
        ptr: Value,
    ) -> Value {
        Value::Object(Rc::new(Self {
            ty: if pointer { &BOX_POINTER } else { &BOX },
            label: Value::from(label),
            any,
            err: err.as_str().map_or(Value::Nil, Value::error),
            ptr: if ptr.is_nil() { Point::nil() } else { ptr },
        }))
    }
}

impl Object for BoxObject {
    fn type_info(&self) -> &'static TypeInfo {
        self.ty
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(match name {
            "Label" => self.label.clone(),
            "N" => Value::int(3),
            "U" => Value::Uint(Uint { kind: UintKind::Uint8, value: 7 }),
            "F" => Value::Float(2.5),
            "Any" => self.any.clone(),
            "Err" => self.err.clone(),
            "Fn" => values::function("join"),
            "In" => Point::value(false, 1, "inner", Value::Nil),
            "Ptr" => self.ptr.clone(),
            "Strs" => Value::List(List::strings(["s1", "s2"])),
            "M" => Value::Map([("one", Value::int(1))].into_iter().collect::<Map>().retyped(&MAP_INT)),
            "D" => Value::Duration(Duration(5)),
            _ => return None,
        })
    }

    fn field_names(&self) -> &'static [&'static str] {
        &["Label", "N", "U", "F", "Any", "Err", "Fn", "In", "Ptr", "Strs", "M", "D"]
    }

    fn interface_field(&self, name: &str) -> Option<&'static TypeInfo> {
        match name {
            "Any" => Some(&types::ANY),
            "Err" => Some(&types::ERROR),
            _ => None,
        }
    }

    fn printed_fields(&self) -> Vec<(&'static str, Value)> {
        let shown = self.field_names().iter().map(|&name| (name, self.field(name).expect("a field")));
        shown.chain([("hidden", Value::int(4))]).collect()
    }
}

static MAP_INT: TypeInfo = TypeInfo::of("map[string]int", Kind::Map, &types::INT);

static NOTE: TypeInfo = TypeInfo { name: "*main.Note", kind: Kind::Ptr, elem: None, methods: &ERROR };

static ERROR: [Method; 1] = [method!("Error", &[], |this, _| match this {
    Value::Object(object) if object.is_nil() => Err(nil_dereference()),
    Value::Object(object) => Ok(Value::from(object.to_go_string().unwrap_or_default())),
    other => panic!("not a note: {other:?}"),
})];

/// What Go's run time says of a nil pointer that is followed.
pub(crate) fn nil_dereference() -> MethodError {
    MethodError("runtime error: invalid memory address or nil pointer dereference".to_owned())
}

/// An error by its pointer, or the nil of it.
#[derive(Debug)]
pub(crate) struct Note(Option<String>);

impl Note {
    pub(crate) fn value(text: Option<String>) -> Value {
        Value::Object(Rc::new(Self(text)))
    }
}

impl Object for Note {
    fn type_info(&self) -> &'static TypeInfo {
        &NOTE
    }

    fn field(&self, name: &str) -> Option<Value> {
        (name == "Text").then(|| Value::from(self.0.clone().unwrap_or_default()))
    }

    fn field_names(&self) -> &'static [&'static str] {
        &["Text"]
    }

    fn is_nil(&self) -> bool {
        self.0.is_none()
    }

    fn to_go_string(&self) -> Option<String> {
        Some(format!("note: {}", self.0.as_deref().unwrap_or_default()))
    }
}
