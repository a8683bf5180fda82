//! Who owns which field: `metadata.managedFields`, turned round.
//!
//! The server keeps, for each manager, the set of fields that it owns
//! ([FieldsV1](https://kubernetes.io/docs/reference/using-api/server-side-apply/#managed-fields)). A plan asks
//! the other way: whose is this field? The answer is given in the paths that differences have
//! ([`crate::diff()`]).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::diff;

/// The owners of the fields of one live object.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Owners {
    /// By the path of each field that is owned by itself, not by what is in it.
    fields: BTreeMap<String, BTreeSet<String>>,
}

impl Owners {
    /// What a live object says of its fields. What it does not say in a way that can be read has no owner.
    pub(crate) fn of(live: &Value) -> Self {
        let mut owners = Self::default();
        for (owner, set) in sets(live) {
            for path in set {
                if let Some((shown, _)) = resolve(live, &path) {
                    owners.fields.entry(shown).or_default().insert(owner.clone());
                }
            }
        }
        owners
    }

    /// Who owns the field at a path, something in it, or the whole that it is a part of.
    pub(crate) fn of_field(&self, path: &str) -> Vec<String> {
        let found = self.fields.iter().filter(|(known, _)| is_related(known, path));
        let owners: BTreeSet<&String> = found.flat_map(|(_, owners)| owners).collect();
        owners.into_iter().cloned().collect()
    }
}

/// What one manager wrote of a live object in one way, and when.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry<'a> {
    /// The field manager.
    pub(crate) manager: &'a str,
    /// `Apply` or `Update`.
    pub(crate) operation: &'a str,
    /// The subresource that it used: `scale`.
    pub(crate) subresource: Option<&'a str>,
    /// When the set of its fields, or a value in it, changed last (RFC 3339, whole seconds).
    pub(crate) time: Option<&'a str>,
    /// The paths of the fields, in parts of FieldsV1.
    pub(crate) fields: BTreeSet<Vec<String>>,
}

/// The entries of a live object as the server has them; those without a manager are left out.
pub(crate) fn entries(live: &Value) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    for entry in live["metadata"]["managedFields"].as_array().into_iter().flatten() {
        let text = |key: &str| entry[key].as_str().filter(|text| !text.is_empty());
        let Some(manager) = text("manager") else { continue };
        let mut fields = BTreeSet::new();
        if let Value::Object(all) = &entry["fieldsV1"] {
            collect(&mut Vec::new(), all, &mut fields);
        }
        entries.push(Entry {
            manager,
            operation: text("operation").unwrap_or_default(),
            subresource: text("subresource"),
            time: text("time"),
            fields,
        });
    }
    entries
}

/// Each manager of a live object (with the subresource that it used) and the paths, in parts of FieldsV1, of the
/// fields that it owns.
pub(crate) fn sets(live: &Value) -> Vec<(String, BTreeSet<Vec<String>>)> {
    let mut sets: BTreeMap<String, BTreeSet<Vec<String>>> = BTreeMap::new();
    for entry in entries(live) {
        let owner = match entry.subresource {
            Some(subresource) => format!("{} ({subresource})", entry.manager),
            None => entry.manager.to_owned(),
        };
        sets.entry(owner).or_default().extend(entry.fields);
    }
    sets.into_iter().collect()
}

/// The leaves of a set. That a map or an item is owned as such (`.`) says nothing of what is in it.
fn collect(path: &mut Vec<String>, fields: &Map<String, Value>, set: &mut BTreeSet<Vec<String>>) {
    for (key, below) in fields.iter().filter(|(key, _)| *key != ".") {
        path.push(key.clone());
        match below {
            Value::Object(below) if below.keys().any(|key| key != ".") => collect(path, below, set),
            _ => {
                set.insert(path.clone());
            }
        }
        path.pop();
    }
}

/// What a path of FieldsV1 leads to in an object: its name for people, and the value (null for a member of a map
/// that is not there). Nothing for an item that is not there.
pub(crate) fn resolve(live: &Value, path: &[String]) -> Option<(String, Value)> {
    let mut at = (String::new(), live);
    for key in path {
        at = step(&at.0, at.1, key)?;
    }
    Some((at.0, at.1.clone()))
}

/// Whether one path is the other, leads into it, or is led into by it.
pub(crate) fn is_related(one: &str, other: &str) -> bool {
    is_within(one, other) || is_within(other, one)
}

/// Whether the path `inner` is `outer` or leads into it.
fn is_within(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The path and the value that a key of FieldsV1 leads to.
pub(crate) fn step<'v>(path: &str, live: &'v Value, key: &str) -> Option<(String, &'v Value)> {
    let (form, rest) = key.split_once(':')?;
    match form {
        "f" => Some((diff::join(path, rest), live.get(rest).unwrap_or(&Value::Null))),
        "k" => {
            let wanted: Map<String, Value> = serde_json::from_str(rest).ok()?;
            let is_meant = |item: &Value| wanted.iter().all(|(key, value)| item.get(key) == Some(value));
            item(path, live, is_meant)
        }
        "v" => {
            let wanted: Value = serde_json::from_str(rest).ok()?;
            item(path, live, |item| *item == wanted)
        }
        "i" => {
            let index: usize = rest.parse().ok()?;
            Some((format!("{path}[{index}]"), live.get(index)?))
        }
        _ => None,
    }
}

/// The item of a list, under the name that differences give it.
fn item<'v>(path: &str, live: &'v Value, is_meant: impl Fn(&Value) -> bool) -> Option<(String, &'v Value)> {
    let items = live.as_array()?;
    let index = items.iter().position(is_meant)?;
    let name = match diff::names(items) {
        Some(names) => names[index].to_owned(),
        None => index.to_string(),
    };
    Some((format!("{path}[{name}]"), &items[index]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Owners;

    #[test]
    fn each_field_has_its_owner_and_so_has_what_is_around_it() {
        let live = json!({
            "metadata": {"annotations": {"a.b/c": "1"}, "finalizers": ["x", "y"], "managedFields": [
                {"manager": "helm", "operation": "Apply", "fieldsV1": {
                    "f:metadata": {"f:annotations": {"f:a.b/c": {}}, "f:finalizers": {"v:\"y\"": {}}},
                    "f:spec": {"f:selector": {}, "f:template": {"f:spec": {"f:containers": {
                        "k:{\"name\":\"web\"}": {".": {}, "f:name": {}, "f:env": {}}}}}},
                }},
                {"manager": "kubectl-set", "operation": "Update", "fieldsV1": {
                    "f:spec": {"f:template": {"f:spec": {"f:containers": {
                        "k:{\"name\":\"web\"}": {"f:image": {}},
                        "k:{\"name\":\"gone\"}": {"f:image": {}}}}}},
                }},
                {"manager": "kube-controller-manager", "operation": "Update", "subresource": "scale",
                    "fieldsV1": {"f:spec": {"f:replicas": {}}}},
                {"manager": "odd", "fieldsV1": {"nonsense": {}, "k:{": {}}},
            ]},
            "spec": {"replicas": 3, "selector": {"app": "web"}, "template": {"spec": {"containers": [
                {"name": "side"}, {"name": "web", "image": "x"}]}}},
        });
        let owners = Owners::of(&live);
        let check = |path: &str, expected: &[&str]| assert_eq!(owners.of_field(path), expected, "{path}");
        check("spec.template.spec.containers[web].image", &["kubectl-set"]);
        check("spec.template.spec.containers[web]", &["helm", "kubectl-set"]);
        check("spec.replicas", &["kube-controller-manager (scale)"]);
        check("spec.selector.app", &["helm"]);
        check("metadata.annotations[a.b/c]", &["helm"]);
        check("metadata.finalizers[1]", &["helm"]);
        check("metadata.finalizers[0]", &[]);
        check("spec.template.spec.containers[side].image", &[]);
    }
}
