//! What people have added to an object: fields that the release says nothing of.
//!
//! Controllers add fields all the time, and the server its defaults; that is no drift. A person who does it (an
//! environment variable, an annotation) has usually meant to do it in the files.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Author, Cause, FieldDrift, Writer};
use crate::context::FIELD_MANAGER;
use crate::diff::LAST_APPLIED;
use crate::managed::{self, Entry, resolve, step};

/// Annotations that people's programs leave, and that change nothing in what was deployed: a restart is no drift.
const LEFT_BEHIND: [&str; 3] =
    [LAST_APPLIED, "kubectl.kubernetes.io/restartedAt", "kubernetes.io/change-cause"];

/// Programs that make objects. They own the server's defaults in what they have made.
const MAKERS: [&str; 5] =
    ["kubectl-create", "kubectl-client-side-apply", "kubectl-run", "kubectl-expose", "before-first-apply"];

/// The fields that people own and the release does not set, each list's item told as a whole.
pub(super) fn of(deployed: &Value, live: &Value) -> Vec<FieldDrift> {
    let entries = managed::entries(live);
    let applied =
        entries.iter().filter(|entry| entry.manager == FIELD_MANAGER).filter_map(|entry| entry.time).max();
    let is_by_hand = |entry: &&Entry<'_>| {
        Author::of(entry.manager) == Author::Human
            && entry.subresource.is_none_or(|subresource| subresource != "status")
            && (!MAKERS.contains(&entry.manager) || entry.time > applied)
    };
    let mut found = BTreeMap::new();
    for entry in entries.iter().filter(is_by_hand) {
        for field in &entry.fields {
            let Some(added) = added(deployed, field) else { continue };
            if let Some((path, value)) = resolve(live, added)
                && !value.is_null()
            {
                let by = Some(Writer::of(entry, false));
                let told = FieldDrift {
                    path: path.clone(),
                    deployed: None,
                    live: Some(value),
                    cause: Cause::Human,
                    by,
                };
                found.insert(path, told);
            }
        }
    }
    found.into_values().collect()
}

/// The part of a field's path that leads to what the release does not have: the item of a list, or the field itself.
fn added<'f>(deployed: &Value, field: &'f [String]) -> Option<&'f [String]> {
    if field.iter().any(|part| part.strip_prefix("f:").is_some_and(|key| LEFT_BEHIND.contains(&key))) {
        return None;
    }
    let mut at = deployed;
    for (index, part) in field.iter().enumerate() {
        match step("", at, part) {
            // Further down nothing can be there either, but the path goes on to the field itself.
            Some((_, Value::Null)) => {
                let item = field[index + 1..].iter().position(|part| !part.starts_with("f:"));
                let end = item.map_or(field.len(), |item| index + 1 + item + 1);
                return Some(&field[..end]);
            }
            Some((_, next)) => at = next,
            None => return Some(&field[..=index]),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::of;

    #[test]
    fn what_people_add_is_told_and_what_programs_add_is_not() {
        let deployed = json!({"metadata": {"annotations": {"a": "1"}}, "spec": {"containers": [
            {"name": "web", "image": "x", "env": [{"name": "A", "value": "1"}]}]}});
        let live = json!({
            "metadata": {
                "annotations": {"a": "1", "note": "by hand", "kubectl.kubernetes.io/restartedAt": "now", "auto": "x"},
                "managedFields": [
                    {"manager": "helm", "operation": "Apply", "time": "2026-11-22T01:00:00Z", "fieldsV1": {}},
                    {"manager": "kubectl-annotate", "operation": "Update", "time": "2026-11-22T01:00:00Z", "fieldsV1": {
                        "f:metadata": {"f:annotations": {"f:note": {}, "f:kubectl.kubernetes.io/restartedAt": {}}}}},
                    {"manager": "kubectl-set", "operation": "Update", "time": "2026-11-22T01:00:00Z", "fieldsV1": {
                        "f:spec": {"f:containers": {"k:{\"name\":\"web\"}": {"f:env": {
                            "k:{\"name\":\"A\"}": {".": {}, "f:value": {}},
                            "k:{\"name\":\"B\"}": {".": {}, "f:name": {}, "f:value": {}}}}}}}},
                    {"manager": "kubectl-create", "operation": "Update", "time": "2026-11-22T00:59:59Z", "fieldsV1": {
                        "f:spec": {"f:minReadySeconds": {}}}},
                    {"manager": "kube-controller-manager", "operation": "Update", "fieldsV1": {
                        "f:metadata": {"f:annotations": {"f:auto": {}}}}},
                ]},
            "spec": {"minReadySeconds": 1, "containers": [{"name": "web", "image": "x", "env": [
                {"name": "A", "value": "2"}, {"name": "B", "value": "3"}]}]}});
        let told: Vec<(String, Option<String>)> = of(&deployed, &live)
            .into_iter()
            .map(|field| (field.path, field.live.map(|value| value.to_string())))
            .collect();
        let expected = [
            ("metadata.annotations.note", r#""by hand""#),
            ("spec.containers[web].env[B]", r#"{"name":"B","value":"3"}"#),
        ];
        assert_eq!(told, expected.map(|(path, value)| (path.to_owned(), Some(value.to_owned()))));
    }
}
