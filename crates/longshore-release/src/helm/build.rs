//! From a manifest to objects that the cluster has kinds for.
//!
//! Rule: `Build` of <https://github.com/helm/helm/blob/v4.3.1/pkg/kube/client.go>, which is kubectl's builder. Fields are
//! not looked at here: the server knows them better.

use longshore_chart::values;
use longshore_cluster::Discovery;
use longshore_go::strconv::quoted;
use longshore_object::Gvk;
use longshore_yaml::sigs;
use serde_json::{Value as Json, json};

use super::{Error, Operation, Resource, Result};

/// Reads the objects of a manifest. With `validates`, each must say its API version and kind; without, what says none is
/// found out when it is read.
///
/// # Errors
/// A document cannot be read, or the cluster does not have its kind; all that is wrong, each once.
pub async fn build(operation: &Operation, manifest: &str, validates: bool) -> Result<Vec<Resource>> {
    if operation.without_cluster {
        return Ok(Vec::new());
    }
    let cluster = &operation.cluster;
    let discovery = cluster.discovery().await.map_err(|error| unknown(&error))?;
    match read(&discovery, &operation.namespace, manifest, validates) {
        Err(error) if error.to_string().contains("no matches for kind") => {
            // A definition may have come since.
            let discovery = cluster.refresh_discovery().await.map_err(|error| unknown(&error))?;
            read(&discovery, &operation.namespace, manifest, validates)
        }
        built => built,
    }
}

fn unknown(error: &longshore_cluster::Error) -> Error {
    Error::new(error.as_client_go("/api?timeout=32s"))
}

/// Reads the objects of a manifest, the cluster's kinds being known. `namespace` is for those that name none.
///
/// # Errors
/// As [`build()`].
pub fn read(
    discovery: &Discovery,
    namespace: &str,
    manifest: &str,
    validates: bool,
) -> Result<Vec<Resource>> {
    let mut resources = Vec::new();
    let mut problems: Vec<String> = Vec::new();
    for document in documents(manifest) {
        if let Err(problem) = add(document, discovery, namespace, validates, &mut resources)
            && !problems.contains(&problem)
        {
            problems.push(problem);
        }
    }
    match problems.as_slice() {
        [] => Ok(resources),
        [one] => Err(Error::new(one)),
        all => Err(Error::new(format!("[{}]", all.join(", ")))),
    }
}

/// The documents between lines that begin with `---`.
fn documents(manifest: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(manifest);
    std::iter::from_fn(move || {
        let text = rest?;
        let text = text
            .strip_prefix("---")
            .map_or(text, |behind| behind.split_once('\n').map_or("", |(_, text)| text));
        let end = if text.starts_with("---") { Some(0) } else { text.find("\n---").map(|at| at + 1) };
        rest = end.map(|at| &text[at..]);
        Some(end.map_or(text, |at| &text[..at]))
    })
}

/// Adds the objects of a document.
fn add(
    document: &str,
    discovery: &Discovery,
    namespace: &str,
    validates: bool,
    resources: &mut Vec<Resource>,
) -> std::result::Result<(), String> {
    let value = sigs::to_value(document.as_bytes()).map_err(|error| format!("error parsing : {error}"))?;
    let object = values::to_json(&value);
    if object.is_null() {
        return Ok(());
    }
    let text = |key: &str| object.get(key).and_then(Json::as_str).unwrap_or_default();
    if validates {
        let unset: Vec<&str> = [("apiVersion", "apiVersion not set"), ("kind", "kind not set")]
            .into_iter()
            .filter_map(|(key, problem)| text(key).is_empty().then_some(problem))
            .collect();
        match unset.as_slice() {
            [] => {}
            [one] => return Err(format!("error validating \"\": error validating data: {one}")),
            all => return Err(format!("error validating \"\": error validating data: [{}]", all.join(", "))),
        }
    }
    if let Some(Json::Array(items)) = object.get("items") {
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        let kind = kind.strip_suffix("List").filter(|kind| !kind.is_empty());
        for item in items {
            let mut item = item.clone();
            if let (Json::Object(map), Some(kind)) = (&mut item, kind) {
                map.entry("apiVersion").or_insert_with(|| api_version.into());
                map.entry("kind").or_insert_with(|| kind.into());
            }
            resources.push(resource(item, discovery, namespace)?);
        }
        return Ok(());
    }
    resources.push(resource(object, discovery, namespace)?);
    Ok(())
}

fn resource(
    mut object: Json,
    discovery: &Discovery,
    namespace: &str,
) -> std::result::Result<Resource, String> {
    let text = |pointer: &str| object.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned();
    let (api_version, kind) = (text("/apiVersion"), text("/kind"));
    if kind.is_empty() {
        return Err(format!("unable to decode \"\": Object 'Kind' is missing in '{object}'"));
    }
    if let Some(problem) = object.get("metadata").and_then(mistyped) {
        return Err(format!("unable to decode \"\": json: cannot unmarshal {problem}"));
    }
    let gvk = Gvk::new(&api_version, &kind);
    let (name, named) = (text("/metadata/name"), text("/metadata/namespace"));
    let served = discovery.resource(&gvk).ok_or_else(|| {
        format!(
            "resource mapping not found for name: {} namespace: {} from \"\": no matches for kind {} in version {}\nensure CRDs are installed first",
            quoted(&name),
            quoted(&named),
            quoted(&kind),
            quoted(&api_version)
        )
    })?;
    let mut own = named;
    if served.namespaced && own.is_empty() {
        namespace.clone_into(&mut own);
        if let Some(map) = object.as_object_mut() {
            let metadata = map.entry("metadata").or_insert_with(|| json!({}));
            if let Some(metadata) = metadata.as_object_mut() {
                metadata.insert("namespace".to_owned(), json!(own));
            }
        }
    }
    let (plural, namespaced) = (served.plural.clone(), served.namespaced);
    Ok(Resource { gvk, plural, namespaced, namespace: own, name, object })
}

/// What Go says of the first field of the metadata that has the wrong type, in the order of the fields' names.
fn mistyped(metadata: &Json) -> Option<String> {
    let wrong = |json: &Json, field: &str, wanted: &str| {
        let is = match json {
            Json::Null | Json::String(_) if wanted == "string" => return None,
            Json::Null => return None,
            Json::Bool(_) => "bool",
            Json::Number(_) => "number",
            Json::String(_) => "string",
            Json::Array(_) => "array",
            Json::Object(_) => "object",
        };
        Some(format!("{is} into Go struct field ObjectMeta.metadata.{field} of type {wanted}"))
    };
    let check = |field: &str| match (field, metadata.get(field)?) {
        ("annotations" | "labels", Json::Object(map)) => {
            map.values().find_map(|value| wrong(value, field, "string"))
        }
        ("annotations" | "labels", other) => wrong(other, field, "map[string]string"),
        (field, other) => wrong(other, field, "string"),
    };
    ["annotations", "generateName", "labels", "name", "namespace"].into_iter().find_map(check)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{documents, mistyped};

    #[test]
    fn annotations_are_texts() {
        assert_eq!(mistyped(&json!({"name": "a", "annotations": {"b": "c", "d": null}})), None);
        assert_eq!(
            mistyped(&json!({"name": 1, "annotations": {"b": 5}})).as_deref(),
            Some("number into Go struct field ObjectMeta.metadata.annotations of type string")
        );
        assert_eq!(
            mistyped(&json!({"labels": "x"})).as_deref(),
            Some("string into Go struct field ObjectMeta.metadata.labels of type map[string]string")
        );
    }

    #[test]
    fn documents_lie_between_their_marks() {
        let all = |text| documents(text).collect::<Vec<_>>();
        assert_eq!(all("---\n# Source: a\na: 1\n---\nb: 2\n"), ["# Source: a\na: 1\n", "b: 2\n"]);
        assert_eq!(all("a: 1\n--- # x\n---\nb: '---'\n"), ["a: 1\n", "", "b: '---'\n"]);
        assert_eq!(all(""), [""]);
    }
}
