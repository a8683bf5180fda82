//! Go's slices: a typed, shared sequence.

use std::mem;
use std::ops::Deref;
use std::rc::Rc;

use crate::Value;
use crate::nested;
use crate::types::{self, TypeInfo};

/// A Go slice with its element type.
///
/// Nothing in a template can write to a slice in place (sprig's `append` copies), so the items are
/// immutable and shared.
#[derive(Clone, Debug)]
pub struct List {
    ty: &'static TypeInfo,
    items: Rc<Items>,
}

/// The items, and those that lie between the slice's length and its capacity.
#[derive(Debug)]
struct Items {
    seen: Vec<Value>,
    #[expect(
        clippy::box_collection,
        reason = "only what was sliced has them, and they would make every list larger"
    )]
    beyond: Option<Box<Vec<Value>>>,
    /// Here, because a list of two words makes values small.
    nil: bool,
}

impl Items {
    fn all(&self) -> impl Iterator<Item = &Value> + Clone {
        self.seen.iter().chain(self.beyond.iter().flat_map(|beyond| beyond.iter()))
    }

    /// Takes all out.
    fn take(&mut self) -> impl Iterator<Item = Value> + use<> {
        let beyond = self.beyond.take().into_iter().flat_map(|beyond| beyond.into_iter());
        mem::take(&mut self.seen).into_iter().chain(beyond)
    }
}

impl Drop for Items {
    fn drop(&mut self) {
        if self.all().any(nested::holds_values) {
            nested::free(self.take());
        }
    }
}

impl List {
    /// A `[]interface {}`.
    pub fn new(items: Vec<Value>) -> Self {
        Self::typed(&types::SLICE_ANY, items)
    }

    /// A slice of the given type, which must be of kind `Slice`.
    pub fn typed(ty: &'static TypeInfo, items: Vec<Value>) -> Self {
        Self { ty, items: Rc::new(Items { seen: items, beyond: None, nil: false }) }
    }

    /// The nil slice of the given type: empty like any other, but `null` in JSON and YAML.
    ///
    /// `rest` of an empty list is one, and so is `regexFindAll` without a match.
    pub fn nil(ty: &'static TypeInfo) -> Self {
        Self { ty, items: Rc::new(Items { seen: Vec::new(), beyond: None, nil: true }) }
    }

    /// How many items it may be sliced to: its own, and those beyond that it was cut off from.
    pub fn capacity(&self) -> usize {
        self.items.seen.len() + self.items.beyond.as_ref().map_or(0, |beyond| beyond.len())
    }

    /// `list[from:to:capacity]`; all three count from the list's beginning. `None` unless they are in order and
    /// within the capacity.
    ///
    /// ```
    /// use longshore_go::{List, Value};
    /// let list = List::new(vec![1.0.into(), 2.0.into(), 3.0.into()]);
    /// let first = list.slice(0, 1, 3).unwrap();
    /// assert_eq!((first.len(), first.capacity()), (1, 3));
    /// assert_eq!(first.slice(1, 3, 3).unwrap().len(), 2);
    /// ```
    pub fn slice(&self, from: usize, to: usize, capacity: usize) -> Option<Self> {
        if from > to || to > capacity || capacity > self.capacity() {
            return None;
        }
        let all = self.items.all();
        let seen = all.clone().skip(from).take(to - from).cloned().collect();
        let beyond = (to < capacity).then(|| Box::new(all.skip(to).take(capacity - to).cloned().collect()));
        Some(Self { ty: self.ty, items: Rc::new(Items { seen, beyond, nil: self.items.nil }) })
    }

    /// Whether it is a nil slice.
    pub fn is_nil(&self) -> bool {
        self.items.nil
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
        match Rc::try_unwrap(self.items) {
            Ok(mut items) => mem::take(&mut items.seen),
            Err(shared) => shared.seen.clone(),
        }
    }

    /// Hands on what is within, if nobody else has it.
    pub(crate) fn take_apart(self, within: &mut Vec<Value>) {
        if let Some(mut items) = Rc::into_inner(self.items) {
            within.extend(items.take().filter(nested::holds_values));
        }
    }
}

impl Deref for List {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        &self.items.seen
    }
}
