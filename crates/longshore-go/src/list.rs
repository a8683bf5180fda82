//! Go's slices: a typed, shared sequence.

use std::ops::Deref;
use std::rc::Rc;

use crate::Value;
use crate::types::{self, TypeInfo};

/// A Go slice with its element type.
///
/// Nothing in a template can write to a slice in place (sprig's `append` copies), so the items are
/// immutable and shared.
#[derive(Clone, Debug)]
pub struct List {
    ty: &'static TypeInfo,
    items: Rc<Vec<Value>>,
    nil: bool,
}

impl List {
    /// A `[]interface {}`.
    pub fn new(items: Vec<Value>) -> Self {
        Self::typed(&types::SLICE_ANY, items)
    }

    /// A slice of the given type, which must be of kind `Slice`.
    pub fn typed(ty: &'static TypeInfo, items: Vec<Value>) -> Self {
        Self { ty, items: Rc::new(items), nil: false }
    }

    /// The nil slice of the given type: empty like any other, but `null` in JSON and YAML.
    ///
    /// `rest` of an empty list is one, and so is `regexFindAll` without a match.
    pub fn nil(ty: &'static TypeInfo) -> Self {
        Self { ty, items: Rc::new(Vec::new()), nil: true }
    }

    /// Whether it is a nil slice.
    pub fn is_nil(&self) -> bool {
        self.nil
    }

    /// A `[]string`.
    pub fn strings<S: Into<crate::Str>>(items: impl IntoIterator<Item = S>) -> Self {
        Self::typed(&types::SLICE_STRING, items.into_iter().map(|s| Value::Str(s.into())).collect())
    }

    /// The slice's type.
    pub fn type_info(&self) -> &'static TypeInfo {
        self.ty
    }

    /// Whether both are the same slice in memory.
    pub fn same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.items, &other.items)
    }

    /// The items, taken out if nobody shares them, else cloned (shallowly).
    pub fn into_vec(self) -> Vec<Value> {
        Rc::try_unwrap(self.items).unwrap_or_else(|shared| (*shared).clone())
    }
}

impl Deref for List {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        &self.items
    }
}
