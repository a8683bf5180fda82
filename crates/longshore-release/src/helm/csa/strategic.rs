//! Strategic merge patches of three documents: what the release said before, what it says now, and what is live.
//!
//! A patch names what is to be as the release says now and is not, and what the release said before and does no longer;
//! what others added stays. Lists that merge are patched item by item, with directives that say which items go
//! (`$patch: delete`, `$deleteFromPrimitiveList`), in which order they are to stand (`$setElementOrder`) and which fields
//! alone stay (`$retainKeys`). Rules:
//! <https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md>.

use serde_json::{Map, Value as Json};

use super::schema::{Field, Type};

/// Which half of a difference is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    /// What is new or other.
    Changes,
    /// What is no longer there.
    Deletions,
}

/// The patch that makes `modified` of `current`, but removes nothing that `original` did not have.
///
/// # Errors
/// An item of a list that merges lacks the key, or items are of different types.
pub(super) fn three_way(original: &Json, modified: &Json, current: &Json, of: Type) -> Result<Json, String> {
    let nothing = Map::new();
    let map = |json: &'_ Json| json.as_object().cloned().unwrap_or_default();
    let (original, modified, current) = (map(original), map(modified), map(current));
    let current = if current.is_empty() { &nothing } else { &current };
    let changes = diff(current, &modified, of, false, Half::Changes)?;
    let deletions = diff(&original, &modified, of, false, Half::Deletions)?;
    Ok(Json::Object(merged(deletions, changes, of)))
}

fn diff(
    old: &Map<String, Json>,
    new: &Map<String, Json>,
    of: Type,
    retains: bool,
    half: Half,
) -> Result<Map<String, Json>, String> {
    let mut patch = Map::new();
    for (key, new) in new {
        let field = of.field(key);
        match (old.get(key), new) {
            (Some(Json::Object(_)), Json::Object(new)) if field.replaces => {
                if half == Half::Changes {
                    patch.insert(key.clone(), Json::Object(new.clone()));
                }
            }
            (Some(Json::Object(old)), Json::Object(new)) => {
                let inner = diff(old, new, field.of, field.retains, half)?;
                if !inner.is_empty() {
                    patch.insert(key.clone(), Json::Object(inner));
                }
            }
            (Some(Json::Array(old)), Json::Array(new)) if field.merges => {
                diff_lists(key, old, new, field, half, &mut patch)?;
            }
            (Some(old), new) if old == new => {}
            _ => {
                if half == Half::Changes {
                    patch.insert(key.clone(), new.clone());
                }
            }
        }
    }
    if half == Half::Deletions {
        for key in old.keys().filter(|key| !new.contains_key(*key)) {
            patch.insert(key.clone(), Json::Null);
        }
    }
    let mut kept: Vec<&String> =
        new.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key).collect();
    let has_more = old.iter().any(|(key, value)| !value.is_null() && !new.contains_key(key));
    if retains && !kept.is_empty() && (!patch.is_empty() || has_more) {
        kept.sort();
        patch.insert("$retainKeys".to_owned(), kept.into_iter().cloned().map(Json::String).collect());
    }
    Ok(patch)
}

fn diff_lists(
    name: &str,
    old: &[Json],
    new: &[Json],
    field: Field,
    half: Half,
    patch: &mut Map<String, Json>,
) -> Result<(), String> {
    if old.is_empty() {
        if half == Half::Changes && !new.is_empty() {
            patch.insert(name.to_owned(), Json::Array(new.to_vec()));
        }
        return Ok(());
    }
    let of_objects = old.iter().chain(new).any(Json::is_object);
    if of_objects != old.iter().chain(new).all(Json::is_object) {
        return Err(format!(
            "list element types are not identical: [{} {}]",
            Json::Array(old.to_vec()),
            Json::Array(new.to_vec())
        ));
    }
    let order = format!("$setElementOrder/{name}");
    if !of_objects {
        let missing = |from: &[Json], of: &[Json]| -> Vec<Json> {
            let mut found: Vec<Json> = of.iter().filter(|item| !from.contains(item)).cloned().collect();
            found.dedup();
            found
        };
        let (added, gone) = (missing(old, new), missing(new, old));
        if half == Half::Changes {
            if !added.is_empty() {
                patch.insert(name.to_owned(), Json::Array(added));
            }
            if old != new {
                patch.insert(order, Json::Array(new.to_vec()));
            }
        } else if !gone.is_empty() {
            patch.insert(format!("$deleteFromPrimitiveList/{name}"), Json::Array(gone));
            patch.insert(order, Json::Array(new.to_vec()));
        }
        return Ok(());
    }
    let key = field.key;
    let items = diff_items(old, new, field, half)?;
    let is_same_order =
        old.len() == new.len() && old.iter().zip(new).all(|(old, new)| old.get(key) == new.get(key));
    if !items.is_empty() || (half == Half::Changes && !is_same_order) {
        let keys = new.iter().map(|item| only(key, item.get(key).unwrap_or(&Json::Null)));
        patch.insert(order, keys.map(Json::Object).collect());
    }
    if !items.is_empty() {
        patch.insert(name.to_owned(), Json::Array(items));
    }
    Ok(())
}

/// The patches of the items of a list, those that go last.
fn diff_items(old: &[Json], new: &[Json], field: Field, half: Half) -> Result<Vec<Json>, String> {
    let key = field.key;
    let (old, new_sorted) = (sorted(old, key)?, sorted(new, key)?);
    let (mut changed, mut gone) = (Vec::new(), Vec::new());
    let (mut olds, mut news) = (old.into_iter().peekable(), new_sorted.into_iter().peekable());
    loop {
        let order = match (olds.peek(), news.peek()) {
            (None, None) => break,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(_), None) => std::cmp::Ordering::Less,
            (Some(old), Some(new)) => old.0.cmp(&new.0),
        };
        match order {
            std::cmp::Ordering::Equal => {
                if let (Some((_, old)), Some((_, new))) = (olds.next(), news.next()) {
                    let mut inner = diff(old, new, field.of, field.retains, half)?;
                    if !inner.is_empty() {
                        inner.insert(key.to_owned(), new[key].clone());
                        changed.push(Json::Object(inner));
                    }
                }
            }
            std::cmp::Ordering::Greater => {
                if let Some((_, new)) = news.next().filter(|_| half == Half::Changes) {
                    changed.push(Json::Object(new.clone()));
                }
            }
            std::cmp::Ordering::Less => {
                if let Some((_, old)) = olds.next().filter(|_| half == Half::Deletions) {
                    let mut item = only(key, &old[key]);
                    item.insert("$patch".to_owned(), Json::from("delete"));
                    gone.push(Json::Object(item));
                }
            }
        }
    }
    let place = |item: &Json| new.iter().position(|other| other.get(key) == item.get(key));
    changed.sort_by_key(place);
    changed.append(&mut gone);
    Ok(changed)
}

type Item<'j> = (String, &'j Map<String, Json>);

/// The items in the order of their keys as text. Of several with one key (two protocols of one port) the last comes first,
/// as Go's sort has it with the comparison that is used there; which of them are then taken for the same depends on it.
fn sorted<'j>(list: &'j [Json], key: &str) -> Result<Vec<Item<'j>>, String> {
    let mut items = Vec::new();
    for item in list.iter().rev() {
        let map = item.as_object();
        let Some((map, own)) = map.and_then(|map| Some((map, map.get(key)?))) else {
            return Err(format!("map: {item} does not contain declared merge key: {key}"));
        };
        items.push((own.as_str().map_or_else(|| own.to_string(), str::to_owned), map));
    }
    items.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(items)
}

fn only(key: &str, value: &Json) -> Map<String, Json> {
    Map::from_iter([(key.to_owned(), value.clone())])
}

/// One patch of two, of which the second one counts where both say something.
fn merged(mut base: Map<String, Json>, over: Map<String, Json>, of: Type) -> Map<String, Json> {
    for (key, value) in over {
        let field = of.field(&key);
        let value = match (base.remove(&key), value) {
            (Some(Json::Object(base)), Json::Object(over)) if !field.replaces => {
                Json::Object(merged(base, over, field.of))
            }
            (Some(Json::Array(base)), Json::Array(over)) if field.merges && !field.key.is_empty() => {
                Json::Array(merged_items(base, over, field))
            }
            (_, value) => value,
        };
        base.insert(key, value);
    }
    base
}

fn merged_items(mut base: Vec<Json>, over: Vec<Json>, field: Field) -> Vec<Json> {
    let mut all = Vec::new();
    for item in over {
        let same = base
            .iter()
            .position(|other| other.get("$patch").is_none() && other.get(field.key) == item.get(field.key));
        let own = same.map(|at| base.remove(at));
        all.push(match (own, item) {
            (Some(Json::Object(own)), Json::Object(item)) => Json::Object(merged(own, item, field.of)),
            (_, item) => item,
        });
    }
    all.append(&mut base);
    all
}
