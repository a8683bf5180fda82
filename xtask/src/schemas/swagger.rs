//! Reading one version's OpenAPI document: types with their fields, and the kinds that are served.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

/// Kinds that nobody applies.
const NOT_APPLIED: [&str; 4] = ["DeleteOptions", "WatchEvent", "Status", "Scale"];

/// The types of one version.
#[derive(Debug, Default)]
pub(super) struct Api {
    /// By the name of the definition: fields by name.
    pub(super) types: BTreeMap<String, BTreeMap<String, Field>>,
    /// API version, kind and the definition's name.
    pub(super) kinds: BTreeSet<(String, String, String)>,
}

/// A field of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// What it holds, as the table writes it; names of types stand in `<>`.
    pub(super) holds: String,
    /// Whether it must be there.
    pub(super) required: bool,
}

/// Reads the document.
pub(super) fn read(file: &Path) -> Result<Api> {
    let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let document: Value = serde_json::from_slice(&text)?;
    Ok(api(&document))
}

fn api(document: &Value) -> Api {
    let empty = serde_json::Map::new();
    let definitions = document["definitions"].as_object().unwrap_or(&empty);
    let mut api = Api::default();
    for (name, definition) in definitions {
        for gvk in definition["x-kubernetes-group-version-kind"].as_array().into_iter().flatten() {
            let word = |key: &str| gvk[key].as_str().unwrap_or_default();
            let (group, version, kind) = (word("group"), word("version"), word("kind"));
            if kind.ends_with("List") || NOT_APPLIED.contains(&kind) {
                continue;
            }
            let api_version =
                if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
            api.kinds.insert((api_version, kind.to_owned(), name.clone()));
        }
    }
    let mut waiting: Vec<&str> = api.kinds.iter().map(|(_, _, name)| &**name).collect();
    let mut types = BTreeMap::new();
    while let Some(name) = waiting.pop() {
        if types.contains_key(name) {
            continue;
        }
        let definition = &definitions[name];
        let required: BTreeSet<&str> =
            definition["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut fields = BTreeMap::new();
        for (field, schema) in definition["properties"].as_object().unwrap_or(&empty) {
            let mut named = None;
            let holds = holds(schema, definitions, &mut named);
            waiting.extend(named);
            fields.insert(field.clone(), Field { holds, required: required.contains(&**field) });
        }
        types.insert(name.to_owned(), fields);
    }
    api.types = types;
    api
}

/// What a schema lets in, in the letters of the table; the type that it names, if it names one.
fn holds<'a>(
    schema: &'a Value,
    definitions: &'a serde_json::Map<String, Value>,
    named: &mut Option<&'a str>,
) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/definitions/")) {
        if name.ends_with(".api.resource.Quantity") {
            return "q".to_owned();
        }
        let definition = &definitions[name];
        if definition["properties"].as_object().is_some_and(|fields| !fields.is_empty()) {
            *named = Some(name);
            return format!("<{name}>");
        }
        return holds(definition, definitions, named);
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("string"), Some("int-or-string")) => "x".to_owned(),
        (Some("string"), Some("byte")) => "y".to_owned(),
        (Some("string"), Some("date-time")) => "t".to_owned(),
        (Some("string"), _) => "s".to_owned(),
        (Some("integer"), Some("int64")) => "l".to_owned(),
        (Some("integer"), _) => "i".to_owned(),
        (Some("number"), _) => "n".to_owned(),
        (Some("boolean"), _) => "b".to_owned(),
        (Some("array"), _) => format!("[{}", holds(&schema["items"], definitions, named)),
        (Some("object"), _) if schema["additionalProperties"].is_object() => {
            format!("{{{}", holds(&schema["additionalProperties"], definitions, named))
        }
        (Some("object"), _) => "o".to_owned(),
        _ => "*".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::api;

    #[test]
    fn kinds_lead_to_their_types() {
        let document = json!({"definitions": {
            "a.v1.Pod": {
                "x-kubernetes-group-version-kind": [{"group": "", "version": "v1", "kind": "Pod"}],
                "required": ["spec"],
                "properties": {"spec": {"$ref": "#/definitions/a.v1.Spec"}, "at": {"$ref": "#/definitions/Time"}},
            },
            "a.v1.Spec": {"properties": {
                "items": {"type": "array", "items": {"$ref": "#/definitions/a.v1.Spec"}},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "size": {"$ref": "#/definitions/x.api.resource.Quantity"},
            }},
            "Time": {"type": "string", "format": "date-time"},
            "x.api.resource.Quantity": {"type": "string"},
            "unused": {"properties": {"a": {"type": "string"}}},
        }});
        let api = api(&document);
        assert_eq!(api.kinds.len(), 1);
        let told: Vec<String> = api
            .types
            .iter()
            .flat_map(|(name, fields)| {
                fields.iter().map(move |(field, f)| format!("{name}.{field} {} {}", f.holds, f.required))
            })
            .collect();
        assert_eq!(
            told,
            [
                "a.v1.Pod.at t false",
                "a.v1.Pod.spec <a.v1.Spec> true",
                "a.v1.Spec.items [<a.v1.Spec> false",
                "a.v1.Spec.labels {s false",
                "a.v1.Spec.size q false",
            ]
        );
    }
}
