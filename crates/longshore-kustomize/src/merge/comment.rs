//! Schemas in comments: `# {"type": "array", "x-kubernetes-patch-strategy": "merge", …}` beside a value says how it
//! merges, whatever its type says.
//!
//! Of a node's comments the one on its line counts, else the one above it, if it is JSON
//! (<https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/fieldmeta/fieldmeta.go>).

use longshore_go::{Value, json};
use longshore_yaml::Node;

use super::schema::Described;

/// The schema in a node's comments.
pub(super) fn schema(node: &Node) -> Option<Described> {
    let comments = node.root().comments.as_deref()?;
    let text = [&comments.line, &comments.head].into_iter().find(|text| !text.is_empty())?;
    let text = text.trim_start_matches('#');
    // Nearly all comments are prose.
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let value = json::parse(text.as_bytes()).ok()?;
    let object = value.as_map().filter(|object| !object.is_empty())?;
    let all_texts = object.snapshot().iter().all(|(_, value)| matches!(value, Value::Str(_) | Value::Nil));
    if all_texts
        && let Some(Value::Str(name)) = object.get(b"$openapi")
        && !name.is_empty()
    {
        let name = name.to_str_lossy();
        return Some(Described::reference(format!("#/definitions/io.k8s.cli.setters.{name}")));
    }
    Described::read(object, 0).ok()
}
