//! JSON merge patches, for kinds that are not Kubernetes' own.
//!
//! From two or three documents, by RFC 7386: <https://datatracker.ietf.org/doc/html/rfc7386>; the three-way form is
//! [kubectl's](https://pkg.go.dev/k8s.io/apimachinery/pkg/util/jsonmergepatch).

use serde_json::{Map, Value as Json};

/// The patch that makes `modified` of `original`.
pub(super) fn two_way(original: &Json, modified: &Json) -> Json {
    match (original, modified) {
        (Json::Object(original), Json::Object(modified)) => Json::Object(diff(original, modified)),
        _ => modified.clone(),
    }
}

fn diff(original: &Map<String, Json>, modified: &Map<String, Json>) -> Map<String, Json> {
    let mut patch = Map::new();
    for (key, new) in modified {
        match (original.get(key), new) {
            (Some(old), new) if old == new => {}
            (Some(Json::Object(old)), Json::Object(new)) => {
                let inner = diff(old, new);
                if !inner.is_empty() {
                    patch.insert(key.clone(), Json::Object(inner));
                }
            }
            _ => {
                patch.insert(key.clone(), new.clone());
            }
        }
    }
    for key in original.keys().filter(|key| !modified.contains_key(*key)) {
        patch.insert(key.clone(), Json::Null);
    }
    patch
}

/// The patch that makes `modified` of `current`, but removes nothing that `original` did not have.
pub(super) fn three_way(original: &Json, modified: &Json, current: &Json) -> Json {
    let changes = keep(&two_way(current, modified), false);
    let deletions = keep(&two_way(original, modified), true);
    overlaid(deletions, changes)
}

/// The nulls of a patch alone, or everything else.
fn keep(patch: &Json, nulls: bool) -> Json {
    let Json::Object(patch) = patch else { return Json::Object(Map::new()) };
    let mut kept = Map::new();
    for (key, value) in patch {
        match value {
            Json::Null if nulls => {
                kept.insert(key.clone(), Json::Null);
            }
            Json::Null => {}
            // One that is empty is a value, not a patch.
            Json::Object(map) if map.is_empty() => {
                if !nulls {
                    kept.insert(key.clone(), value.clone());
                }
            }
            Json::Object(_) => {
                let inner = keep(value, nulls);
                if inner.as_object().is_some_and(|inner| !inner.is_empty()) {
                    kept.insert(key.clone(), inner);
                }
            }
            _ if nulls => {}
            _ => {
                kept.insert(key.clone(), value.clone());
            }
        }
    }
    Json::Object(kept)
}

fn overlaid(base: Json, over: Json) -> Json {
    match (base, over) {
        (Json::Object(mut base), Json::Object(over)) => {
            for (key, value) in over {
                let merged = match base.remove(&key) {
                    Some(own) => overlaid(own, value),
                    None => value,
                };
                base.insert(key, merged);
            }
            Json::Object(base)
        }
        (_, over) => over,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{three_way, two_way};

    #[test]
    fn a_patch_names_what_differs() {
        let old = json!({"a": 1, "b": {"c": 1, "d": 2}, "l": [1], "gone": true});
        let new = json!({"a": 1, "b": {"c": 3, "d": 2}, "l": [1, 2], "new": {}});
        assert_eq!(two_way(&old, &new), json!({"b": {"c": 3}, "l": [1, 2], "gone": null, "new": {}}));
        assert_eq!(two_way(&old, &old), json!({}));
    }

    #[test]
    fn what_others_added_stays() {
        let (old, new) = (json!({"a": 1, "gone": 1}), json!({"a": 2}));
        let live = json!({"a": 1, "gone": 1, "theirs": {"x": 1}});
        assert_eq!(three_way(&old, &new, &live), json!({"a": 2, "gone": null}));
    }
}
