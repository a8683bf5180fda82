//! Lists whose items are matched by keys.
//!
//! The items of the patch come first, in its order, then those that only the object has. Where items lack a key, or have
//! several, much happens that nobody meant, and all of it is in the bytes: an item without its key takes those before it
//! along, for example. The steps are therefore kyaml's own
//! (<https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/yaml/walk/associative_sequence.go>); items are
//! numbers in an arena, because there the same item may stand in several lists.

use std::collections::BTreeSet;

use longshore_yaml::{Kind, Node};

use super::schema::Schema;
use super::{Outcome, Walker};
use crate::error::Error;
use crate::field;

/// A number of an item.
type Id = usize;

/// The items of a list by their numbers.
type Items = Vec<Id>;

/// What an item has under each key; empty where it has nothing.
type Values = Vec<String>;

impl Walker<'_> {
    /// Merges a list with that of a patch; what is left of the first one is its shell.
    pub(super) fn merge_lists(
        &self,
        own: &mut Node,
        patch: Option<&mut Node>,
        keys: &[&str],
        schema: Option<Schema<'_>>,
    ) -> Result<Node, Error> {
        let mut arena = std::mem::take(&mut own.content);
        let own_items: Items = (0..arena.len()).collect();
        if let Some(patch) = patch {
            arena.append(&mut patch.content);
        }
        let patch_items: Items = (own_items.len()..arena.len()).collect();
        let items = schema.and_then(|schema| self.schemas.items(schema));
        match self.associate(&mut arena, &own_items, Some(&patch_items), keys, items)? {
            Some(merged) => Ok(list_of(arena, &merged)),
            None => Ok(Node { content: arena, ..own.clone() }),
        }
    }

    /// Merges a list with itself.
    pub(super) fn settle_list(
        &self,
        list: &mut Node,
        keys: &[&str],
        schema: Option<Schema<'_>>,
    ) -> Result<(), Error> {
        let mut arena = std::mem::take(&mut list.content);
        let all: Items = (0..arena.len()).collect();
        let items = schema.and_then(|schema| self.schemas.items(schema));
        match self.associate(&mut arena, &all, None, keys, items)? {
            Some(merged) => *list = list_of(arena, &merged),
            None => list.content = arena,
        }
        Ok(())
    }

    /// Merges two lists in the arena, or one with itself; none if there is no item.
    fn associate(
        &self,
        arena: &mut Vec<Node>,
        own: &[Id],
        patch: Option<&[Id]>,
        keys: &[&str],
        schema: Option<Schema<'_>>,
    ) -> Result<Option<Items>, Error> {
        // Without keys the items themselves are what is compared.
        let keys = if keys.is_empty() { &[""] } else { keys };
        let mut all = all_values(arena, [patch.unwrap_or_default(), own], keys);
        if keys.len() > 1 {
            complete(&mut all);
        }
        let mut own: Items = own.to_vec();
        let mut merged: Items = Vec::new();
        let mut last_keys: Vec<&str> = keys.to_vec();
        for values in &all {
            let (keys, values) = usable(&all, values, keys);
            last_keys.clone_from(&keys);
            let own_id = find(arena, &own, &keys, &values);
            let patch_id = match patch {
                Some(patch) => find(arena, patch, &keys, &values),
                None => own_id,
            };
            let id = self.merge_items(arena, own_id, patch_id, schema)?;
            let Some(id) = id.filter(|&id| !is_empty_mapping(&arena[id])) else {
                put(arena, &mut own, None, &keys, &values)?;
                continue;
            };
            for (key, value) in keys.iter().zip(&values) {
                if !value.is_empty() && field::get(&arena[id], key).is_none() {
                    set_key(&mut arena[id], key, value)?;
                }
            }
            put(arena, &mut merged, Some(id), &keys, &values)?;
        }
        if all.is_empty() {
            return Ok(None);
        }
        append(arena, &mut merged, &own, &last_keys)?;
        Ok(Some(merged))
    }

    /// Merges one item with that of the patch: the number of the result.
    fn merge_items(
        &self,
        arena: &mut Vec<Node>,
        own: Option<Id>,
        patch: Option<Id>,
        schema: Option<Schema<'_>>,
    ) -> Result<Option<Id>, Error> {
        let mut take = |id: Option<Id>| id.map(|id| std::mem::replace(&mut arena[id], Node::null()));
        if own.is_some() && own == patch {
            let (id, node) = (own, take(own));
            let Some((id, mut node)) = id.zip(node) else { return Ok(None) };
            let stays = self.settle(&mut node, schema)?;
            arena[id] = node;
            return Ok(stays.then_some(id));
        }
        let own_node = take(own);
        let mut patch_node = take(patch);
        let outcome = self.walk(own_node, patch_node.as_mut(), schema)?;
        if let Some((id, node)) = patch.zip(patch_node) {
            arena[id] = node;
        }
        let mut restore = |left: Option<Node>| {
            if let Some((id, left)) = own.zip(left) {
                arena[id] = left;
            }
        };
        match outcome {
            Outcome::Kept(node) => {
                restore(Some(node));
                Ok(own)
            }
            Outcome::Other { node, left } => {
                restore(left);
                arena.push(node);
                Ok(Some(arena.len() - 1))
            }
            Outcome::Gone { left } => {
                restore(left);
                Ok(None)
            }
            Outcome::Null { left, .. } => {
                restore(Some(left));
                Ok(None)
            }
        }
    }
}

/// Takes the items away that match, and with them those that are empty.
///
/// # Errors
/// An item is no mapping where the values are empty.
pub(super) fn remove(list: &mut Node, keys: &[&str], values: &[String]) -> Result<(), Error> {
    let arena = std::mem::take(&mut list.content);
    let mut items: Items = (0..arena.len()).collect();
    put(&arena, &mut items, None, keys, values)?;
    list.content = list_of(arena, &items).content;
    Ok(())
}

/// The list of some items. One that is there twice is copied.
fn list_of(arena: Vec<Node>, items: &[Id]) -> Node {
    let mut arena: Vec<Result<Node, usize>> = arena.into_iter().map(Ok).collect();
    let mut list = Node::new(Kind::Sequence, "");
    for (at, &id) in items.iter().enumerate() {
        let node = match std::mem::replace(&mut arena[id], Err(at)) {
            Ok(node) => node,
            Err(earlier) => {
                arena[id] = Err(earlier);
                list.content[earlier].clone()
            }
        };
        list.content.push(node);
    }
    list
}

/// What the items of the lists have under the keys, in their order and each once.
fn all_values(arena: &[Node], lists: [&[Id]; 2], keys: &[&str]) -> Vec<Values> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for &id in lists.into_iter().flatten() {
        let item = &arena[id];
        let values: Values = keys
            .iter()
            .map(|key| match *key {
                "" => item.value.to_string(),
                key => field::filled(item, key).map(|value| value.value.to_string()).unwrap_or_default(),
            })
            .collect();
        if seen.insert(values.clone()) {
            all.push(values);
        }
    }
    all
}

/// Lets values that differ only where one has nothing become the same.
fn complete(all: &mut [Values]) {
    for i in 0..all.len() {
        let first = all[i].clone();
        for j in 0..all.len() {
            if let Some(both) = matched(&first, &all[j]) {
                all[i].clone_from(&both);
                all[j] = both;
            }
        }
    }
}

/// What two values are together, if they have one in common and none that differs.
fn matched(first: &Values, second: &Values) -> Option<Values> {
    let mut has_common = false;
    let mut both = Values::with_capacity(first.len());
    for (a, b) in first.iter().zip(second) {
        has_common |= a == b;
        match (a.is_empty(), b.is_empty()) {
            (false, false) if a != b => return None,
            (false, _) => both.push(a.clone()),
            (true, _) => both.push(b.clone()),
        }
    }
    has_common.then_some(both)
}

/// The keys that any item has, with the values for them; all, if no item has any.
fn usable<'k>(all: &[Values], values: &Values, keys: &[&'k str]) -> (Vec<&'k str>, Values) {
    let is_used: Vec<bool> =
        (0..keys.len()).map(|i| all.iter().any(|values| !values[i].is_empty())).collect();
    if !is_used.contains(&true) {
        return (keys.to_vec(), values.clone());
    }
    let keys = keys.iter().zip(&is_used).filter(|(_, is_used)| **is_used).map(|(key, _)| *key).collect();
    let values = values.iter().zip(&is_used).filter(|(_, is_used)| **is_used).map(|(value, _)| value.clone());
    (keys, values.collect())
}

/// The first item that has the values, those left out that are empty.
fn find(arena: &[Node], items: &[Id], keys: &[&str], values: &Values) -> Option<Id> {
    let pairs: Vec<(&str, &str)> = keys.iter().copied().zip(values.iter().map(String::as_str)).collect();
    let given: Vec<_> = pairs.iter().copied().filter(|(_, value)| !value.is_empty()).collect();
    let pairs = if given.is_empty() { pairs } else { given };
    let is_meant = |item: &Node| {
        pairs.iter().all(|&(key, value)| match key {
            "" => item.value == value,
            key => !field::is_null(item) && field::get(item, key).is_some_and(|field| field.value == value),
        })
    };
    items.iter().copied().find(|&id| is_meant(&arena[id]))
}

/// Replaces the items that match, or takes them away; without a match the new one goes to the end. Empty items go.
fn put(
    arena: &[Node],
    items: &mut Items,
    new: Option<Id>,
    keys: &[&str],
    values: &[String],
) -> Result<(), Error> {
    let is_for_mappings = keys.first().is_some_and(|key| !key.is_empty())
        && values.first().is_some_and(|value| !value.is_empty());
    let mut has_matched = false;
    let mut kept = Items::with_capacity(items.len() + 1);
    for &id in &*items {
        let item = &arena[id];
        if is_empty_mapping(item) {
            continue;
        }
        if item.kind != Kind::Mapping && is_for_mappings {
            kept.push(id);
            continue;
        }
        // A key beyond the values counts as matched if the one before it is.
        let mut is_matched = !values.is_empty();
        for (key, value) in keys.iter().zip(values) {
            is_matched = is_matched && matches(item, key, value)?;
            if !is_matched {
                break;
            }
        }
        if !is_matched {
            // Without values nothing matches, and nothing stays.
            if !values.is_empty() {
                kept.push(id);
            }
            continue;
        }
        has_matched = true;
        kept.extend(new);
    }
    if !has_matched && let Some(new) = new.filter(|&new| !field::is_null(&arena[new])) {
        kept.push(new);
    }
    *items = kept;
    Ok(())
}

/// Whether it is null, or a mapping without content.
fn is_empty_mapping(item: &Node) -> bool {
    field::is_null(item) || (item.kind == Kind::Mapping && item.content.is_empty())
}

/// Whether the item has the value under the key; an empty value stands for any.
fn matches(item: &Node, key: &str, value: &str) -> Result<bool, Error> {
    if key.is_empty() {
        field::expect(item, Kind::Scalar)?;
        return Ok(super::text_of(item) == value);
    }
    field::expect(item, Kind::Mapping)?;
    Ok(field::get(item, key).is_some_and(|field| value.is_empty() || field.value == value))
}

/// Sets a key that an item has not got; without a key, the item itself.
fn set_key(item: &mut Node, key: &str, value: &str) -> Result<(), Error> {
    let value = field::untyped(value);
    if key.is_empty() { field::set_scalar(item, value) } else { field::set(item, key, value) }
}

/// Adds what only the object has.
fn append(arena: &[Node], merged: &mut Items, own: &[Id], keys: &[&str]) -> Result<(), Error> {
    for &id in own {
        let item = &arena[id];
        if keys[0].is_empty() {
            put(arena, merged, Some(id), keys, &[item.value.to_string()])?;
            continue;
        }
        let mut values = Values::new();
        for key in keys {
            if !field::is_null(item) {
                field::expect(item, Kind::Mapping)?;
            }
            match field::get(item, key) {
                Some(value) => values.push(value.value.to_string()),
                None => merged.push(id),
            }
        }
        if keys.len() > 1 {
            put(arena, merged, None, keys, &values)?;
        }
        put(arena, merged, Some(id), keys, &values)?;
    }
    Ok(())
}
