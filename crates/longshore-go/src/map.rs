//! Go's maps with string keys: typed, shared and mutable through every alias.

use std::cell::{Ref, RefCell, RefMut};
use std::collections::BTreeMap;
use std::mem;
use std::ops::Deref;
use std::rc::Rc;

use crate::nested;
use crate::types::{self, TypeInfo};
use crate::{Str, Value};

/// A Go `map[string]T`.
///
/// Clones are aliases: sprig's `set`, `unset` and `merge` write in place, and the write is seen
/// wherever the map is. Iteration is in byte order of the keys, which is what `range`, `fmt` and
/// `encoding/json` use; where Go's order is random, ours is this one.
///
/// ```
/// use longshore_go::{Map, Value};
/// let map = Map::new();
/// let alias = map.clone();
/// alias.insert("a", Value::Bool(true));
/// assert!(map.get(b"a").is_some());
/// ```
#[derive(Clone, Debug)]
pub struct Map {
    ty: &'static TypeInfo,
    entries: Rc<Entries>,
    nil: bool,
}

#[derive(Debug)]
struct Entries(RefCell<BTreeMap<Str, Value>>);

impl Deref for Entries {
    type Target = RefCell<BTreeMap<Str, Value>>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Drop for Entries {
    fn drop(&mut self) {
        if self.0.get_mut().values().any(nested::holds_values) {
            nested::free(mem::take(self.0.get_mut()).into_values());
        }
    }
}

impl Map {
    /// An empty `map[string]interface {}`.
    pub fn new() -> Self {
        Self::typed(&types::MAP_ANY, BTreeMap::new())
    }

    /// A map of the given type, which must be of kind `Map`.
    pub fn typed(ty: &'static TypeInfo, entries: BTreeMap<Str, Value>) -> Self {
        Self { ty, entries: Rc::new(Entries(RefCell::new(entries))), nil: false }
    }

    /// The nil map of the given type: empty, but `null` in JSON and YAML, and not to be written to
    /// (Go panics; callers check [`Map::is_nil`]).
    ///
    /// `fromYaml ""` is one.
    pub fn nil(ty: &'static TypeInfo) -> Self {
        Self { nil: true, ..Self::typed(ty, BTreeMap::new()) }
    }

    /// Whether it is a nil map.
    pub fn is_nil(&self) -> bool {
        self.nil
    }

    /// The same entries under another type: what Go's conversion `Values(m)` does. Still an alias.
    pub fn retyped(&self, ty: &'static TypeInfo) -> Self {
        Self { ty, entries: Rc::clone(&self.entries), nil: self.nil }
    }

    /// The map's type.
    pub fn type_info(&self) -> &'static TypeInfo {
        self.ty
    }

    /// Whether both are the same map in memory.
    pub fn same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.entries, &other.entries)
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.borrow().is_empty()
    }

    /// The value under `key`, cloned (an alias, if it is a map).
    pub fn get(&self, key: &[u8]) -> Option<Value> {
        self.entries.borrow().get(key).cloned()
    }

    /// Whether `key` is there, whatever its value.
    pub fn contains_key(&self, key: &[u8]) -> bool {
        self.entries.borrow().contains_key(key)
    }

    /// Sets `key`, seen through every alias; gives back what was there.
    pub fn insert(&self, key: impl Into<Str>, value: Value) -> Option<Value> {
        self.entries.borrow_mut().insert(key.into(), value)
    }

    /// Removes `key`, seen through every alias.
    pub fn remove(&self, key: &[u8]) -> Option<Value> {
        self.entries.borrow_mut().remove(key)
    }

    /// Hands on what is within, if nobody else has it.
    pub(crate) fn take_apart(self, within: &mut Vec<Value>) {
        if let Some(mut entries) = Rc::into_inner(self.entries) {
            let all = mem::take(entries.0.get_mut()).into_values();
            within.extend(all.filter(nested::holds_values));
        }
    }

    /// Read access to the entries in key order. Do not hold it while template code may run.
    pub fn entries(&self) -> Ref<'_, BTreeMap<Str, Value>> {
        self.entries.borrow()
    }

    /// Write access to the entries. Do not hold it while template code may run.
    pub fn entries_mut(&self) -> RefMut<'_, BTreeMap<Str, Value>> {
        self.entries.borrow_mut()
    }

    /// The keys in order, as a snapshot that survives writes.
    pub fn keys(&self) -> Vec<Str> {
        self.entries.borrow().keys().cloned().collect()
    }

    /// A snapshot of the entries (values shallowly cloned), safe to walk while the map is written to.
    pub fn snapshot(&self) -> Vec<(Str, Value)> {
        self.entries.borrow().iter().map(|(k, v)| (k.clone(), v.clone())).collect()
    }
}

impl Default for Map {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Into<Str>> FromIterator<(K, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(iter: I) -> Self {
        Self::typed(&types::MAP_ANY, iter.into_iter().map(|(k, v)| (k.into(), v)).collect())
    }
}
