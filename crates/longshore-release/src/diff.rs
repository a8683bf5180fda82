//! What would be different: two states of one object, compared field by field.

use longshore_object::ObjectKey;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::managed::Owners;

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// The field as a person would point at it: `spec.template.spec.containers[web].image`.
    pub path: String,
    /// What it is; `None` if it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Value>,
    /// What it becomes; `None` if it goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Value>,
    /// The field managers that own it now, or a part of it, or the whole that it is a part of; a manager that
    /// used a subresource with that: `kube-controller-manager (scale)`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
}

/// What stands in a plan instead of a Secret's value.
pub const HIDDEN: &str = "(hidden)";

/// What the server keeps for itself in `metadata`: no deploy changes it.
const SERVER_METADATA: [&str; 7] = [
    "managedFields",
    "resourceVersion",
    "uid",
    "generation",
    "creationTimestamp",
    "selfLink",
    "deletionTimestamp",
];

pub(crate) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The fields in which `new` differs from `old`, in the order of their paths. Status and what the
/// server writes into `metadata` are left out; values of a Secret are hidden, and only said to differ.
///
/// Lists whose items all carry a distinct `name` (containers, ports, env) are compared by name, all
/// others by position.
pub fn diff(key: &ObjectKey, old: &Value, new: &Value) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    let before = old;
    let (old, new) = (comparable(old), comparable(new));
    if old == new {
        return changes;
    }
    walk("", &old, &new, &mut changes);
    changes.iter_mut().filter(|change| is_hidden(key, &change.path)).for_each(hide);
    if let Some(live_owners) = live_owners(before) {
        for change in &mut changes {
            change.owners = live_owners.of_field(&change.path);
        }
    }
    changes
}

/// Who owns the fields of an object, where the server says.
fn live_owners(live: &Value) -> Option<Owners> {
    live["metadata"]["managedFields"].is_array().then(|| Owners::of(live))
}

/// The object without what only the server writes.
fn comparable(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(root) = object.as_object_mut() {
        root.remove("status");
        if let Some(metadata) = root.get_mut("metadata").and_then(Value::as_object_mut) {
            for field in SERVER_METADATA {
                metadata.remove(field);
            }
            // What `kubectl apply` keeps there is the whole object once more, a Secret's values included.
            if let Some(kept) = metadata.get_mut("annotations").and_then(|all| all.get_mut(LAST_APPLIED)) {
                *kept = Value::String(HIDDEN.to_owned());
            }
        }
    }
    object
}

fn walk(path: &str, old: &Value, new: &Value, changes: &mut Vec<FieldChange>) {
    if old == new {
        return;
    }
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => walk_maps(path, old, new, changes),
        (Value::Array(old), Value::Array(new)) => walk_lists(path, old, new, changes),
        _ => changes.push(FieldChange {
            path: path.to_owned(),
            old: present(old),
            new: present(new),
            owners: Vec::new(),
        }),
    }
}

fn walk_maps(path: &str, old: &Map<String, Value>, new: &Map<String, Value>, changes: &mut Vec<FieldChange>) {
    let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let child = join(path, key);
        walk(&child, old.get(key).unwrap_or(&Value::Null), new.get(key).unwrap_or(&Value::Null), changes);
    }
}

fn walk_lists(path: &str, old: &[Value], new: &[Value], changes: &mut Vec<FieldChange>) {
    if let (Some(old_names), Some(new_names)) = (names(old), names(new)) {
        let added = new_names.iter().filter(|name| !old_names.contains(name));
        for name in old_names.iter().chain(added) {
            let find = |names: &[&str], items: &[Value]| {
                names.iter().position(|n| n == name).map_or(Value::Null, |index| items[index].clone())
            };
            walk(&format!("{path}[{name}]"), &find(&old_names, old), &find(&new_names, new), changes);
        }
        return;
    }
    for index in 0..old.len().max(new.len()) {
        let at = |items: &[Value]| items.get(index).cloned().unwrap_or(Value::Null);
        walk(&format!("{path}[{index}]"), &at(old), &at(new), changes);
    }
}

/// The items' names, if every item has one and no two share it.
pub(crate) fn names(items: &[Value]) -> Option<Vec<&str>> {
    let names: Vec<&str> = items.iter().map(|item| item.get("name")?.as_str()).collect::<Option<_>>()?;
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    (sorted.len() == names.len()).then_some(names)
}

fn present(value: &Value) -> Option<Value> {
    (!value.is_null()).then(|| value.clone())
}

pub(crate) fn join(path: &str, key: &str) -> String {
    if key.contains(['.', '/']) {
        format!("{path}[{key}]")
    } else if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// Whether a path leads to values of a Secret, which are shown nowhere.
pub(crate) fn is_hidden(key: &ObjectKey, path: &str) -> bool {
    let of_secret = |field: &&str| {
        let rest = path.trim_start_matches('.').strip_prefix(field);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    key.kind == "Secret" && key.group.is_empty() && ["data", "stringData"].iter().any(of_secret)
}

fn hide(change: &mut FieldChange) {
    for value in [&mut change.old, &mut change.new].into_iter().flatten() {
        *value = Value::String(HIDDEN.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use longshore_object::ObjectKey;
    use serde_json::{Value, json};

    use super::diff;

    fn check(kind: &str, old: &Value, new: &Value, expected: &[&str]) {
        let key = ObjectKey { group: String::new(), kind: kind.into(), namespace: None, name: "x".into() };
        let show = |value: Option<Value>| value.map_or("-".to_owned(), |v| v.to_string());
        let got: Vec<String> = diff(&key, old, new)
            .into_iter()
            .map(|change| format!("{}: {} > {}", change.path, show(change.old), show(change.new)))
            .collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn containers_are_compared_by_name() {
        check(
            "Pod",
            &json!({"spec": {"containers": [{"name": "a", "image": "x:1"}, {"name": "b", "image": "y:1"}]}}),
            &json!({"spec": {"containers": [{"name": "b", "image": "y:2"}, {"name": "a", "image": "x:1"}]}}),
            &[r#"spec.containers[b].image: "y:1" > "y:2""#],
        );
    }

    #[test]
    fn what_only_the_server_writes_is_no_change() {
        check(
            "ConfigMap",
            &json!({"metadata": {"resourceVersion": "1", "generation": 1}, "status": {"a": 1}}),
            &json!({"metadata": {"resourceVersion": "2", "generation": 2}, "status": {"a": 2}}),
            &[],
        );
    }

    #[test]
    fn values_of_secrets_are_hidden_wherever_they_stand() {
        check(
            "Secret",
            &json!({"data": {"password": "b2xk", "same": "eA=="}, "type": "Opaque"}),
            &json!({"data": {"password": "bmV3", "same": "eA==", "tls.key": "azE="}, "type": "other"}),
            &[
                r#"data.password: "(hidden)" > "(hidden)""#,
                r#"data[tls.key]: - > "(hidden)""#,
                r#"type: "Opaque" > "other""#,
            ],
        );
        check("Secret", &json!({"stringData": "oops"}), &json!({}), &[r#"stringData: "(hidden)" > -"#]);
    }

    #[test]
    fn what_kubectl_keeps_of_an_object_is_not_shown() {
        let kept = |text: &str| {
            json!({"metadata": {"annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": text, "a": text}}})
        };
        check("Secret", &kept("1"), &kept("2"), &[r#"metadata.annotations.a: "1" > "2""#]);
        let gone = r#"metadata.annotations: {"a":"1","kubectl.kubernetes.io/last-applied-configuration":"(hidden)"} > -"#;
        check("Secret", &kept("1"), &json!({"metadata": {}}), &[gone]);
    }

    #[test]
    fn each_change_names_the_owners_of_its_field() {
        let key = ObjectKey { group: String::new(), kind: "X".into(), namespace: None, name: "x".into() };
        let old = json!({"a": 1, "b": 1, "metadata": {"managedFields": [
            {"manager": "kubectl-edit", "operation": "Update", "fieldsV1": {"f:a": {}}}]}});
        let changes = diff(&key, &old, &json!({"a": 2, "b": 2}));
        assert_eq!(changes[0].owners, ["kubectl-edit"]);
        assert!(changes[1].owners.is_empty());
    }

    #[test]
    fn lists_without_names_go_by_position() {
        check("X", &json!({"a": [1, 2]}), &json!({"a": [1, 3, 4]}), &["a[1]: 2 > 3", "a[2]: - > 4"]);
    }
}
