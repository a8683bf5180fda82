//! The entries of a map, in byte order of their keys.
//!
//! Nearly all maps of a chart's values have a handful of entries, for which a `BTreeMap` is wasteful: its one leaf takes
//! the room of eleven. They are a sorted `Vec` here, which is made with one allocation of the right size, and becomes a
//! tree only when somebody writes into the middle of a large one.

use std::collections::{BTreeMap, btree_map};
use std::{slice, vec};

use crate::{Str, Value};

/// The most entries that are moved about to make room for one. More would make filling a map quadratic.
const MOVED: usize = 48;

/// The most entries that are searched one after the other.
const FEW: usize = 12;

/// The entries of a [`Map`](crate::Map): a value for each key, in byte order of the keys.
///
/// ```
/// use longshore_go::{Entries, Str, Value};
/// let pairs = vec![(Str::from("b"), Value::Nil), (Str::from("a"), Value::Nil), (Str::from("b"), Value::Bool(true))];
/// let entries = Entries::from(pairs); // later ones win
/// assert_eq!(entries.keys().collect::<Vec<_>>(), ["a", "b"]);
/// assert!(entries.get(b"b").is_some_and(Value::truth));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Entries(Form);

#[derive(Clone, Debug)]
enum Form {
    /// Sorted, without equal keys.
    Sorted(Vec<(Str, Value)>),
    #[expect(clippy::box_collection, reason = "it is rare, and would make every map larger")]
    Tree(Box<BTreeMap<Str, Value>>),
}

impl Default for Form {
    fn default() -> Self {
        Self::Sorted(Vec::new())
    }
}

impl Entries {
    /// No entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Form::Sorted(list) => list.len(),
            Form::Tree(tree) => tree.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value under `key`.
    pub fn get(&self, key: &[u8]) -> Option<&Value> {
        match &self.0 {
            Form::Sorted(list) => list.get(find(list, key)?).map(|(_, value)| value),
            Form::Tree(tree) => tree.get(key),
        }
    }

    /// Whether `key` is there, whatever its value.
    pub fn contains_key(&self, key: &[u8]) -> bool {
        self.get(key).is_some()
    }

    /// Sets `key`; gives back what was there.
    pub fn insert(&mut self, key: Str, value: Value) -> Option<Value> {
        let list = match &mut self.0 {
            Form::Sorted(list) => list,
            Form::Tree(tree) => return tree.insert(key, value),
        };
        match place(list, &key) {
            Ok(at) => Some(std::mem::replace(&mut list[at].1, value)),
            Err(at) if list.len() - at <= MOVED => {
                list.insert(at, (key, value));
                None
            }
            Err(_) => {
                let mut tree = tree(list);
                tree.insert(key, value);
                self.0 = Form::Tree(Box::new(tree));
                None
            }
        }
    }

    /// Removes `key`; gives back what was there.
    pub fn remove(&mut self, key: &[u8]) -> Option<Value> {
        let list = match &mut self.0 {
            Form::Sorted(list) => list,
            Form::Tree(tree) => return tree.remove(key),
        };
        let at = find(list, key)?;
        if list.len() - at <= MOVED {
            return Some(list.remove(at).1);
        }
        let mut tree = tree(list);
        let removed = tree.remove(key);
        self.0 = Form::Tree(Box::new(tree));
        removed
    }

    /// Keeps only those entries that `keep` says yes to.
    pub fn retain(&mut self, mut keep: impl FnMut(&Str, &Value) -> bool) {
        match &mut self.0 {
            Form::Sorted(list) => list.retain(|(key, value)| keep(key, value)),
            Form::Tree(tree) => tree.retain(|key, value| keep(key, value)),
        }
    }

    /// The entries in order of their keys.
    pub fn iter(&self) -> Iter<'_> {
        Iter(match &self.0 {
            Form::Sorted(list) => Walk::Sorted(list.iter()),
            Form::Tree(tree) => Walk::Tree(tree.iter()),
        })
    }

    /// The keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &Str> {
        self.iter().map(|(key, _)| key)
    }

    /// The values in order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.iter().map(|(_, value)| value)
    }

    /// Takes the values out.
    pub(crate) fn into_values(self) -> IntoValues {
        match self.0 {
            Form::Sorted(list) => IntoValues::Sorted(list.into_iter()),
            Form::Tree(tree) => IntoValues::Tree(tree.into_values()),
        }
    }
}

/// The entries of a list that is given up.
fn tree(list: &mut Vec<(Str, Value)>) -> BTreeMap<Str, Value> {
    std::mem::take(list).into_iter().collect()
}

/// Where `key` is. The lengths of keys lie side by side, their bytes all over the memory: few keys are soonest told
/// apart by their lengths.
fn find(list: &[(Str, Value)], key: &[u8]) -> Option<usize> {
    if list.len() <= FEW {
        return list.iter().position(|(other, _)| other.as_bytes() == key);
    }
    search(list, key).ok()
}

/// Where `key` is, or belongs.
fn search(list: &[(Str, Value)], key: &[u8]) -> Result<usize, usize> {
    list.binary_search_by(|(other, _)| other.as_bytes().cmp(key))
}

/// The same, where keys mostly come in order.
fn place(list: &[(Str, Value)], key: &Str) -> Result<usize, usize> {
    match list.last() {
        Some((last, _)) if last < key => Err(list.len()),
        Some(_) => search(list, key),
        None => Err(0),
    }
}

impl From<Vec<(Str, Value)>> for Entries {
    /// Sorts; of entries with the same key the last wins.
    fn from(mut list: Vec<(Str, Value)>) -> Self {
        if !list.is_sorted_by(|(one, _), (next, _)| one < next) {
            list.sort_by(|(one, _), (other, _)| one.cmp(other));
            // Of two, `dedup_by` frees the later and keeps the earlier: they change places before.
            list.dedup_by(|later, earlier| {
                let same = later.0 == earlier.0;
                if same {
                    std::mem::swap(later, earlier);
                }
                same
            });
        }
        if list.capacity() - list.len() > list.len() / 4 {
            list.shrink_to_fit();
        }
        Self(Form::Sorted(list))
    }
}

impl FromIterator<(Str, Value)> for Entries {
    fn from_iter<I: IntoIterator<Item = (Str, Value)>>(iter: I) -> Self {
        Self::from(iter.into_iter().collect::<Vec<_>>())
    }
}

impl<'e> IntoIterator for &'e Entries {
    type Item = (&'e Str, &'e Value);
    type IntoIter = Iter<'e>;
    fn into_iter(self) -> Iter<'e> {
        self.iter()
    }
}

/// The entries in order of their keys: what [`Entries::iter`] gives.
#[derive(Clone, Debug)]
pub struct Iter<'e>(Walk<'e>);

#[derive(Clone, Debug)]
enum Walk<'e> {
    Sorted(slice::Iter<'e, (Str, Value)>),
    Tree(btree_map::Iter<'e, Str, Value>),
}

impl<'e> Iterator for Iter<'e> {
    type Item = (&'e Str, &'e Value);

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Walk::Sorted(list) => list.next().map(|(key, value)| (key, value)),
            Walk::Tree(tree) => tree.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Walk::Sorted(list) => list.size_hint(),
            Walk::Tree(tree) => tree.size_hint(),
        }
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Walk::Sorted(list) => list.next_back().map(|(key, value)| (key, value)),
            Walk::Tree(tree) => tree.next_back(),
        }
    }
}

impl ExactSizeIterator for Iter<'_> {}

/// The values alone, taken out.
pub(crate) enum IntoValues {
    Sorted(vec::IntoIter<(Str, Value)>),
    Tree(btree_map::IntoValues<Str, Value>),
}

impl Iterator for IntoValues {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        match self {
            Self::Sorted(list) => list.next().map(|(_, value)| value),
            Self::Tree(tree) => tree.next(),
        }
    }
}

#[cfg(test)]
mod tests;
