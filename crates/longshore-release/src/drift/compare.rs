//! Comparing a manifest with the live object, for who may not ask the server to.
//!
//! Only what the manifest says is looked at. The server writes some values otherwise than they were written
//! (quantities, empty fields that it leaves out); those are the same here.

use serde_json::Value;

use crate::diff;
use crate::quantity;

/// The fields that are different: the path, what the manifest says, and what is there.
pub(super) fn differences(deployed: &Value, live: &Value) -> Vec<(String, Value, Option<Value>)> {
    let mut found = Vec::new();
    for (key, value) in deployed.as_object().into_iter().flatten() {
        // What an object is was asked for, and its state is nobody's wish.
        if !matches!(key.as_str(), "apiVersion" | "kind" | "status") {
            walk(key, value, live.get(key), &mut found);
        }
    }
    found.retain(|(path, ..)| !matches!(path.as_str(), "metadata.namespace" | "metadata.creationTimestamp"));
    found
}

fn walk(path: &str, deployed: &Value, live: Option<&Value>, found: &mut Vec<(String, Value, Option<Value>)>) {
    let live = live.filter(|live| !live.is_null());
    match (deployed, live) {
        (Value::Object(deployed), Some(live @ Value::Object(_))) => {
            for (key, value) in deployed {
                walk(&diff::join(path, key), value, live.get(key), found);
            }
        }
        (Value::Array(deployed), Some(Value::Array(live))) => {
            let named = diff::names(deployed).zip(diff::names(live));
            for (index, value) in deployed.iter().enumerate() {
                let (name, at) = match &named {
                    Some((ours, theirs)) => {
                        let at = theirs.iter().position(|name| *name == ours[index]);
                        (ours[index].to_owned(), at)
                    }
                    None => (index.to_string(), Some(index)),
                };
                walk(&format!("{path}[{name}]"), value, at.and_then(|at| live.get(at)), found);
            }
        }
        (deployed, live) if is_same(deployed, live) => {}
        (deployed, live) => found.push((path.to_owned(), deployed.clone(), live.cloned())),
    }
}

fn is_same(deployed: &Value, live: Option<&Value>) -> bool {
    let Some(live) = live else { return is_empty(deployed) };
    let is_quantity = || {
        let (ours, theirs) = (quantity::milli(deployed), quantity::milli(live));
        ours.is_some() && ours == theirs
    };
    deployed == live || is_quantity()
}

/// What the server leaves out.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(is_set) => !is_set,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.values().all(is_empty),
        Value::Number(number) => number.as_f64() == Some(0.0),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::differences;

    #[test]
    fn only_what_the_manifest_says_counts_however_the_server_writes_it() {
        let deployed = json!({"apiVersion": "v1", "kind": "X", "metadata": {"name": "x", "creationTimestamp": null},
            "spec": {"cpu": "1000m", "paused": false, "none": [], "image": "a", "gone": "b", "containers": [
                {"name": "one", "image": "x"}, {"name": "two", "image": "y"}], "args": ["a", "b"]}});
        let live = json!({"apiVersion": "v1", "kind": "X", "metadata": {"name": "x", "uid": "1"},
            "spec": {"cpu": "1", "more": 1, "image": "c", "containers": [
                {"name": "zero"}, {"name": "two", "image": "z"}, {"name": "one", "image": "x", "tty": true}],
                "args": ["a", "c"]}});
        let paths: Vec<String> = differences(&deployed, &live).into_iter().map(|(path, ..)| path).collect();
        assert_eq!(paths, ["spec.args[1]", "spec.containers[two].image", "spec.gone", "spec.image"]);
    }
}
