//! From client-side to server-side apply: what `helm` owned by updating becomes what it owns by applying.
//!
//! Otherwise its old entry would own each field for ever, and nothing that a chart drops would go. Rules:
//! [`csaupgrade`](https://pkg.go.dev/k8s.io/client-go/util/csaupgrade).

use longshore_cluster::{Patch, WriteOptions};
use serde_json::{Map, Value as Json, json};

use super::{Error, Operation, Resource, Result};
use crate::FIELD_MANAGER;

/// How often a conflict with somebody else's write is tried again.
const ATTEMPTS: u32 = 5;

/// Converts the owners of an object; whether anything was to be converted.
///
/// # Errors
/// The object cannot be read or patched.
pub(super) async fn migrate(
    operation: &Operation,
    resource: &Resource,
    options: &WriteOptions,
) -> Result<bool> {
    let object = resource.shown_with_version();
    let mut attempt = 1;
    loop {
        let live = resource.live(&operation.cluster).await.map_err(Error::from);
        let live = live.and_then(|live| live.ok_or_else(|| gone(resource)));
        let live = live.map_err(|error| error.within(format!("failed to get object {object}")))?;
        let Some(managers) = converted(&live) else { return Ok(false) };
        let version = live.pointer("/metadata/resourceVersion").cloned().unwrap_or_default();
        let patch = patch(&managers, &version);
        let written = operation
            .cluster
            .patch_as(&resource.gvk, resource.namespace(), &resource.name, &patch, options)
            .await;
        match written {
            Ok(_) => return Ok(true),
            Err(error) if error.is_stale() && attempt < ATTEMPTS => attempt += 1,
            Err(error) if error.is_stale() => return Err(Error::from(error)),
            Err(error) => {
                let doing = format!("failed to patch object to upgrade CSA field manager {object}");
                return Err(Error::from(error).within(doing));
            }
        }
    }
}

/// What makes these the owners of an object that is still at that version: the version is replaced by itself, and by
/// another one the server answers with a conflict.
pub(crate) fn patch(managers: &[Json], version: &Json) -> Patch {
    Patch::Json(json!([
        {"op": "replace", "path": "/metadata/managedFields", "value": managers},
        {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
    ]))
}

/// What the server says of an object that went between two requests.
fn gone(resource: &Resource) -> Error {
    let (plural, group) = (&resource.plural, &resource.gvk.group);
    let dot = if group.is_empty() { "" } else { "." };
    Error::new(format!("{plural}{dot}{group} {:?} not found", resource.name))
}

/// The owners of a live object as they are to be; none if they are so already.
pub(crate) fn converted(live: &Json) -> Option<Vec<Json>> {
    let before = live.pointer("/metadata/managedFields")?.as_array()?;
    let mut entries = before.clone();
    let text = |entry: &Json, key: &str| entry.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let is = |entry: &Json, operation: &str| {
        text(entry, "manager") == FIELD_MANAGER
            && text(entry, "operation") == operation
            && text(entry, "subresource").is_empty()
    };
    let applying = entries.iter().position(|entry| is(entry, "Apply"));
    let at = applying.or_else(|| entries.iter().position(|entry| is(entry, "Update")))?;
    entries[at]["operation"] = json!("Apply");
    let version = text(&entries[at], "apiVersion");
    let updating = entries.iter().find(|entry| is(entry, "Update") && text(entry, "apiVersion") == version);
    if let Some(fields) = updating.map(|entry| entry["fieldsV1"].clone()) {
        let own = entries[at]["fieldsV1"].take();
        entries[at]["fieldsV1"] = union(own, fields);
    }
    entries.retain(|entry| !is(entry, "Update"));
    (entries != *before).then_some(entries)
}

/// The fields of two sets. An empty object is a field by itself; `.` says the same where there are fields below it.
fn union(a: Json, b: Json) -> Json {
    let map = |json| match json {
        Json::Object(map) => map,
        _ => Map::new(),
    };
    let mut all = map(a);
    for (key, below) in map(b) {
        let merged = match all.remove(&key) {
            None => below,
            Some(own) => {
                let is_member = is_leaf(&own) || is_leaf(&below);
                let mut merged = map(union(own, below));
                if is_member && !merged.is_empty() {
                    merged.insert(".".to_owned(), json!({}));
                }
                Json::Object(merged)
            }
        };
        all.insert(key, merged);
    }
    if all.len() == 1 && all.contains_key(".") { json!({}) } else { Json::Object(all) }
}

fn is_leaf(fields: &Json) -> bool {
    fields.as_object().is_some_and(Map::is_empty)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{converted, union};

    fn entry(manager: &str, operation: &str, fields: &Json) -> Json {
        json!({"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": fields})
    }

    fn live(entries: &[Json]) -> Json {
        json!({"metadata": {"managedFields": entries}})
    }

    #[test]
    fn what_was_updated_is_applied_from_then_on() {
        let data = json!({"f:data": {".": {}, "f:a": {}}});
        let other = entry("kubectl", "Update", &data);
        let before = live(&[other.clone(), entry("helm", "Update", &data)]);
        assert_eq!(converted(&before), Some(vec![other.clone(), entry("helm", "Apply", &data)]));
        assert_eq!(converted(&live(&[other, entry("helm", "Apply", &data)])), None);
        assert_eq!(converted(&json!({"metadata": {}})), None);
    }

    #[test]
    fn two_owners_of_one_name_become_one() {
        let (a, b) = (json!({"f:data": {"f:a": {}}}), json!({"f:data": {}, "f:type": {}}));
        let after = converted(&live(&[entry("helm", "Update", &a), entry("helm", "Apply", &b)]));
        let both = json!({"f:data": {".": {}, "f:a": {}}, "f:type": {}});
        assert_eq!(after, Some(vec![entry("helm", "Apply", &both)]));
        assert_eq!(union(json!({"f:x": {".": {}}}), json!({"f:x": {}})), json!({"f:x": {}}));
    }
}
