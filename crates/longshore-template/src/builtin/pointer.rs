//! Pointers as templates print them: what they point to.

use std::rc::Rc;

use longshore_go::{Kind, Object, TypeInfo, Value};

/// The type of what a pointer points to, when the pointer's own type does not tell.
static POINTED: TypeInfo = TypeInfo::plain("struct", Kind::Struct);

/// An object seen through the pointer that it is.
#[derive(Debug)]
struct Pointed(Rc<dyn Object>);

impl Object for Pointed {
    fn type_info(&self) -> &'static TypeInfo {
        self.0.type_info().elem.unwrap_or(&POINTED)
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.0.field(name)
    }

    fn field_names(&self) -> &'static [&'static str] {
        self.0.field_names()
    }

    fn to_go_string(&self) -> Option<String> {
        self.0.to_go_string()
    }
}

/// `printableValue`: the value itself, or what it points to (`{1 a}` and not `&{1 a}`).
pub(crate) fn pointed_to(value: Value) -> Value {
    match value {
        Value::Object(object) if object.type_info().kind == Kind::Ptr => {
            Value::Object(Rc::new(Pointed(object)))
        }
        other => other,
    }
}
