//! Proving, without asking, that an apply would change nothing.
//!
//! The server writes down for each manager which fields it applied last (`metadata.managedFields`). If those are
//! exactly the fields that would be applied now, in the same version, and the live object has the same value in each,
//! then an apply removes nothing, changes nothing and takes nothing over: it need not be sent. Everything that is
//! not certain (quantities that were normalised, positions in lists, several entries of one manager) is left to the
//! server's dry run; the proof errs on that side only.
//!
//! The format: <https://kubernetes.io/docs/reference/using-api/server-side-apply/#managed-fields>.

use serde_json::{Map, Value};

/// Whether applying `applied` as `manager` would leave `live` as it is.
pub(crate) fn is_certain(applied: &Value, live: &Value, manager: &str) -> bool {
    let metadata = &live["metadata"];
    if !metadata["deletionTimestamp"].is_null() {
        return false;
    }
    let Some(fields) = applied_fields(live, manager) else { return false };
    if *fields.0 != applied["apiVersion"] || live["kind"] != applied["kind"] {
        return false;
    }
    same(&without_identity(applied), live, fields.1)
}

/// The version in which `manager` last applied the object, and which fields: the one entry of its, if there is just
/// one.
pub(super) fn applied_fields<'a>(live: &'a Value, manager: &str) -> Option<(&'a Value, &'a Value)> {
    let mut entries = live["metadata"]["managedFields"].as_array()?.iter().filter(|entry| {
        entry["manager"] == manager && entry["operation"] == "Apply" && entry["subresource"].is_null()
    });
    match (entries.next(), entries.next()) {
        (Some(entry), None) if entry["fieldsType"] == "FieldsV1" => {
            Some((&entry["apiVersion"], &entry["fieldsV1"]))
        }
        _ => None,
    }
}

/// What is applied without the fields that nobody owns: those that say which object it is, and the server's own.
fn without_identity(applied: &Value) -> Value {
    const OF_METADATA: [&str; 8] = [
        "name",
        "namespace",
        "creationTimestamp",
        "generation",
        "managedFields",
        "resourceVersion",
        "selfLink",
        "uid",
    ];
    let Value::Object(all) = applied else { return Value::Null };
    let kept = |(key, value): (&String, &Value)| match key.as_str() {
        "apiVersion" | "kind" => None,
        "metadata" => {
            let metadata: Map<String, Value> = value
                .as_object()?
                .iter()
                .filter(|(key, _)| !OF_METADATA.contains(&key.as_str()))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
            (!metadata.is_empty()).then(|| (key.clone(), Value::Object(metadata)))
        }
        _ => Some((key.clone(), value.clone())),
    };
    Value::Object(all.iter().filter_map(kept).collect())
}

/// Whether `fields` are exactly those of `applied`, and `live` has their values.
fn same(applied: &Value, live: &Value, fields: &Value) -> bool {
    let Some(fields) = fields.as_object() else { return false };
    // A leaf, or something that is owned as a whole.
    if fields.is_empty() {
        return applied == live;
    }
    match (applied, live) {
        (Value::Object(applied), Value::Object(live)) => {
            let owned = fields.keys().filter(|key| *key != ".");
            owned.count() == applied.len()
                && applied.iter().all(|(key, value)| match (live.get(key), fields.get(&format!("f:{key}"))) {
                    (Some(live), Some(fields)) => same(value, live, fields),
                    _ => false,
                })
        }
        (Value::Array(applied), Value::Array(live)) => same_items(applied, live, fields),
        _ => false,
    }
}

/// The same for lists whose items are known by keys (`k:{"name":"web"}`) or by themselves (`v:"a"`). The order counts:
/// items of others may stand in between.
fn same_items(applied: &[Value], live: &[Value], fields: &Map<String, Value>) -> bool {
    let mut owned: Vec<(Item, &Value)> = Vec::with_capacity(fields.len());
    for (key, fields) in fields.iter().filter(|(key, _)| *key != ".") {
        let Some(item) = Item::parse(key) else { return false };
        owned.push((item, fields));
    }
    if owned.len() != applied.len() {
        return false;
    }
    let mut rest = live.iter();
    for value in applied {
        let mut meant = owned.iter().filter(|(item, _)| item.may_be(value));
        let (Some((item, fields)), None) = (meant.next(), meant.next()) else { return false };
        let Some(live) = rest.find(|live| item.is(live)) else { return false };
        if !item.has_fields(value, live, fields) {
            return false;
        }
    }
    true
}

/// How one item of a list is known.
enum Item {
    Keys(Map<String, Value>),
    Value(Value),
}

impl Item {
    fn parse(key: &str) -> Option<Self> {
        if let Some(keys) = key.strip_prefix("k:") {
            return serde_json::from_str(keys).ok().map(Self::Keys);
        }
        serde_json::from_str(key.strip_prefix("v:")?).ok().map(Self::Value)
    }

    /// Whether a written item can be this one; keys that it leaves out have defaults.
    fn may_be(&self, written: &Value) -> bool {
        match self {
            Self::Keys(keys) => {
                keys.iter().all(|(key, value)| written.get(key).is_none_or(|written| written == value))
            }
            Self::Value(value) => written == value,
        }
    }

    fn is(&self, live: &Value) -> bool {
        match self {
            Self::Keys(keys) => keys.iter().all(|(key, value)| live.get(key) == Some(value)),
            Self::Value(value) => live == value,
        }
    }

    fn has_fields(&self, written: &Value, live: &Value, fields: &Value) -> bool {
        match self {
            Self::Keys(_) => written.is_object() && same(written, live, fields),
            Self::Value(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::is_certain;

    fn service() -> Value {
        json!({"apiVersion": "v1", "kind": "Service",
            "metadata": {"name": "web", "labels": {"app": "web"}, "creationTimestamp": null},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}, {"port": 443, "protocol": "TCP", "name": "tls"}],
                "externalIPs": ["192.0.2.1"]}})
    }

    fn live() -> Value {
        json!({"apiVersion": "v1", "kind": "Service",
            "metadata": {"name": "web", "namespace": "a", "uid": "1", "labels": {"app": "web", "by": "others"},
                "managedFields": [
                    {"manager": "helm", "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {
                        "f:metadata": {"f:labels": {"f:app": {}}},
                        "f:spec": {"f:selector": {}, "f:externalIPs": {"v:\"192.0.2.1\"": {}}, "f:ports": {
                            "k:{\"port\":80,\"protocol\":\"TCP\"}": {".": {}, "f:port": {}},
                            "k:{\"port\":443,\"protocol\":\"TCP\"}":
                                {".": {}, "f:port": {}, "f:protocol": {}, "f:name": {}}}}}},
                    {"manager": "kubectl", "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1",
                        "fieldsV1": {"f:metadata": {"f:labels": {"f:by": {}}}}}]},
            "spec": {"selector": {"app": "web"}, "clusterIP": "10.0.0.1", "externalIPs": ["192.0.2.1"], "ports": [
                {"port": 80, "protocol": "TCP", "targetPort": 80},
                {"port": 443, "protocol": "TCP", "name": "tls", "targetPort": 443}]}})
    }

    /// Both objects, each with a change.
    fn check(expected: bool, change_applied: impl Fn(&mut Value), change_live: impl Fn(&mut Value)) {
        let (mut applied, mut live) = (service(), live());
        change_applied(&mut applied);
        change_live(&mut live);
        assert_eq!(is_certain(&applied, &live, "helm"), expected, "{applied:#} {live:#}");
    }

    fn not(_: &mut Value) {}

    #[test]
    fn the_same_fields_with_the_same_values_are_certain() {
        check(true, not, not);
        // What others own is theirs.
        check(true, not, |live| live["spec"]["ports"][0]["targetPort"] = json!(8080));
        check(true, not, |live| live["metadata"]["labels"]["by"] = json!("them"));
    }

    #[test]
    fn every_difference_is_left_to_the_server() {
        check(false, |new| new["spec"]["selector"]["app"] = json!("api"), not);
        check(false, |new| new["spec"]["type"] = json!("NodePort"), not);
        check(false, |new| drop(new["spec"].as_object_mut().unwrap().remove("externalIPs")), not);
        check(false, |new| drop(new["spec"]["ports"].as_array_mut().unwrap().remove(0)), not);
        check(false, |new| new["spec"]["ports"].as_array_mut().unwrap().reverse(), not);
        check(false, |new| new["spec"]["ports"].as_array_mut().unwrap().push(json!({"port": 80})), not);
        check(false, |new| new["spec"]["ports"][1]["name"] = json!("https"), not);
        check(false, |new| new["spec"]["externalIPs"] = json!(["192.0.2.2"]), not);
        check(false, |new| new["metadata"]["labels"] = json!({}), not);
        check(false, |new| new["apiVersion"] = json!("v2"), not);
        check(false, not, |live| live["metadata"]["labels"]["app"] = json!("by hand"));
        check(false, not, |live| live["metadata"]["managedFields"][0]["operation"] = json!("Update"));
        check(false, not, |live| live["metadata"]["managedFields"][0]["manager"] = json!("kubectl"));
        check(false, not, |live| live["metadata"]["managedFields"][1]["manager"] = json!("helm"));
        check(false, not, |live| live["metadata"]["managedFields"] = Value::Null);
        check(false, not, |live| live["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z"));
        check(false, not, |live| live["spec"]["ports"].as_array_mut().unwrap().reverse());
    }

    /// Two items that may both be the one that leaves its protocol out.
    #[test]
    fn an_ambiguous_item_is_left_to_the_server() {
        let ports = |live: &mut Value| {
            let fields = &mut live["metadata"]["managedFields"][0]["fieldsV1"]["f:spec"]["f:ports"];
            *fields = json!({"k:{\"port\":80,\"protocol\":\"TCP\"}": {".": {}, "f:port": {}},
                "k:{\"port\":80,\"protocol\":\"UDP\"}": {".": {}, "f:port": {}, "f:protocol": {}}});
            live["spec"]["ports"] = json!([{"port": 80, "protocol": "TCP"}, {"port": 80, "protocol": "UDP"}]);
        };
        check(
            false,
            |new| new["spec"]["ports"] = json!([{"port": 80}, {"port": 80, "protocol": "UDP"}]),
            ports,
        );
    }
}
