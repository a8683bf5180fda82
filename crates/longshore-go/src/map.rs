//! Go's maps with string keys: typed, shared and mutable through every alias.

use std::cell::{Ref, RefCell, RefMut};
use std::mem;
use std::rc::Rc;

use crate::nested;
use crate::types::{self, TypeInfo};
use crate::{Entries, Str, Value};

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
    shared: Rc<Shared>,
}

/// What all aliases of a map share. That it is nil stands here, because a map of two words makes values small.
#[derive(Debug)]
struct Shared {
    entries: RefCell<Entries>,
    nil: bool,
}

impl Drop for Shared {
    fn drop(&mut self) {
        let entries = self.entries.get_mut();
        if entries.values().any(nested::holds_values) {
            nested::free(mem::take(entries).into_values());
        }
    }
}

impl Map {
    /// An empty `map[string]interface {}`.
    pub fn new() -> Self {
        Self::typed(&types::MAP_ANY, Entries::new())
    }

    /// A map of the given type, which must be of kind `Map`.
    pub fn typed(ty: &'static TypeInfo, entries: Entries) -> Self {
        Self { ty, shared: Rc::new(Shared { entries: RefCell::new(entries), nil: false }) }
    }

    /// The nil map of the given type: empty, but `null` in JSON and YAML, and not to be written to
    /// (Go panics; callers check [`Map::is_nil`]).
    ///
    /// `fromYaml ""` is one.
    pub fn nil(ty: &'static TypeInfo) -> Self {
        Self { ty, shared: Rc::new(Shared { entries: RefCell::default(), nil: true }) }
    }

    /// Whether it is a nil map.
    pub fn is_nil(&self) -> bool {
        self.shared.nil
    }

    /// The same entries under another type: what Go's conversion `Values(m)` does. Still an alias.
    pub fn retyped(&self, ty: &'static TypeInfo) -> Self {
        Self { ty, shared: Rc::clone(&self.shared) }
    }

    /// The map's type.
    pub fn type_info(&self) -> &'static TypeInfo {
        self.ty
    }

    /// Whether both are the same map in memory.
    pub fn same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.shared, &other.shared)
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.shared.entries.borrow().len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.shared.entries.borrow().is_empty()
    }

    /// The value under `key`, cloned (an alias, if it is a map).
    pub fn get(&self, key: &[u8]) -> Option<Value> {
        self.shared.entries.borrow().get(key).cloned()
    }

    /// Whether `key` is there, whatever its value.
    pub fn contains_key(&self, key: &[u8]) -> bool {
        self.shared.entries.borrow().contains_key(key)
    }

    /// Sets `key`, seen through every alias; gives back what was there.
    pub fn insert(&self, key: impl Into<Str>, value: Value) -> Option<Value> {
        self.shared.entries.borrow_mut().insert(key.into(), value)
    }

    /// Removes `key`, seen through every alias.
    pub fn remove(&self, key: &[u8]) -> Option<Value> {
        self.shared.entries.borrow_mut().remove(key)
    }

    /// Hands on what is within, if nobody else has it.
    pub(crate) fn take_apart(self, within: &mut Vec<Value>) {
        if let Some(mut shared) = Rc::into_inner(self.shared) {
            let all = mem::take(shared.entries.get_mut()).into_values();
            within.extend(all.filter(nested::holds_values));
        }
    }

    /// Read access to the entries in key order. Do not hold it while template code may run.
    pub fn entries(&self) -> Ref<'_, Entries> {
        self.shared.entries.borrow()
    }

    /// Write access to the entries. Do not hold it while template code may run.
    pub fn entries_mut(&self) -> RefMut<'_, Entries> {
        self.shared.entries.borrow_mut()
    }

    /// The keys in order, as a snapshot that survives writes.
    pub fn keys(&self) -> Vec<Str> {
        self.shared.entries.borrow().keys().cloned().collect()
    }

    /// A snapshot of the entries (values shallowly cloned), safe to walk while the map is written to.
    pub fn snapshot(&self) -> Vec<(Str, Value)> {
        self.shared.entries.borrow().iter().map(|(k, v)| (k.clone(), v.clone())).collect()
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
