//! Pointers as templates print them: what they point to.

use std::rc::Rc;

use longshore_go::{Kind, Object, TypeInfo, Value};

/// The type of what a pointer points to, when the pointer's own type does not tell.
static POINTED: TypeInfo = TypeInfo::plain("struct", Kind::Struct);

/// An object seen through the pointer that it is.
#[derive(Debug)]
struct Pointed {
    pointer: Rc<dyn Object>,
    /// Whether the pointer's methods are still there, as they are where Go can take the address again.
    addressable: bool,
}

/// The name of the type of a value, or of what it points to.
pub(super) fn pointed_name(value: &Value) -> &'static str {
    let ty = value.type_info();
    match ty.kind {
        Kind::Ptr => ty.elem.map_or_else(|| ty.name.trim_start_matches('*'), |elem| elem.name),
        _ => ty.name,
    }
}

/// Whether it is a nil pointer to an object.
pub(super) fn is_nil_pointer(value: &Value) -> bool {
    matches!(value, Value::Object(object) if object.is_nil())
}

impl Object for Pointed {
    fn type_info(&self) -> &'static TypeInfo {
        self.pointer.type_info().elem.unwrap_or(&POINTED)
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.pointer.field(name)
    }

    fn field_names(&self) -> &'static [&'static str] {
        self.pointer.field_names()
    }

    fn interface_field(&self, name: &str) -> Option<&'static TypeInfo> {
        self.pointer.interface_field(name)
    }

    fn printed_fields(&self) -> Vec<(&'static str, Value)> {
        self.pointer.printed_fields()
    }

    fn to_go_string(&self) -> Option<String> {
        self.pointer.to_go_string().filter(|_| self.addressable)
    }
}

/// `printableValue`: the value itself, or what it points to (`{1 a}` and not `&{1 a}`).
pub(crate) fn pointed_to(value: Value) -> Value {
    match value {
        Value::Object(object) if object.type_info().kind == Kind::Ptr && !object.is_nil() => {
            Value::Object(Rc::new(Pointed { pointer: object, addressable: true }))
        }
        other => other,
    }
}

/// What a pointer points to, as reflection prints it: without the methods of the pointer.
pub(crate) fn followed(value: Value) -> Value {
    match value {
        Value::Object(object) if object.type_info().kind == Kind::Ptr && !object.is_nil() => {
            Value::Object(Rc::new(Pointed { pointer: object, addressable: false }))
        }
        other => other,
    }
}
