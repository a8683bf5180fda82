//! Fields as the API server names them in a conflict, and the same fields in an object.
//!
//! `.spec.template.spec.containers[name="web"].image`, `.metadata.annotations.example.com/note`: keys may hold
//! dots, so that only the object tells where one ends.

use longshore_object::{Data, Object, Tree};
use serde_json::Value;

/// The JSON pointer of the field in an object, if it is there.
pub(crate) fn pointer(object: &Object, field: &str) -> Option<String> {
    let mut tree = object.tree();
    let mut pointer = String::new();
    let mut rest = field.trim_start_matches('.');
    while !rest.is_empty() {
        let (token, child, after) = step(tree, rest)?;
        pointer.push('/');
        pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
        tree = child;
        rest = after.trim_start_matches('.');
    }
    (!pointer.is_empty()).then_some(pointer)
}

/// The field's value in a live object; nothing if it is not there.
pub(crate) fn value(live: &Value, field: &str) -> Option<Value> {
    if field.is_empty() {
        return None;
    }
    let tree = Tree::from_json(live.clone());
    let mut tree = &tree;
    let mut rest = field.trim_start_matches('.');
    while !rest.is_empty() {
        let (_, child, after) = step(tree, rest)?;
        tree = child;
        rest = after.trim_start_matches('.');
    }
    Some(tree.to_json())
}

/// The child that `path` begins with: its key or index, itself, and what is left of the path.
fn step<'t, 'p>(tree: &'t Tree, path: &'p str) -> Option<(String, &'t Tree, &'p str)> {
    if let Some(inner) = path.strip_prefix('[') {
        let (selector, rest) = inner.split_once(']')?;
        let (index, child) = select(tree.items(), selector)?;
        return Some((index.to_string(), child, rest));
    }
    let map = tree.as_map()?;
    // The longest key that fits is the one that is meant.
    map.iter()
        .filter_map(|(key, child)| {
            let rest = path.strip_prefix(key.as_str())?;
            (rest.is_empty() || rest.starts_with(['.', '['])).then(|| (key.clone(), child, rest))
        })
        .min_by_key(|(_, _, rest)| rest.len())
}

/// `0`, `"x"`, `name="app"`, `containerPort=80,protocol="TCP"`.
fn select<'t>(items: &'t [Tree], selector: &str) -> Option<(usize, &'t Tree)> {
    if let Ok(index) = selector.parse::<usize>() {
        return items.get(index).map(|item| (index, item));
    }
    let pairs: Option<Vec<_>> = selector.split(',').map(|pair| pair.split_once('=')).collect();
    items.iter().enumerate().find(|(_, item)| match &pairs {
        Some(pairs) => pairs.iter().all(|(key, value)| match item.child(key) {
            Some(child) => shown(child) == value.trim_matches('"'),
            // Defaults of the server (`protocol: TCP`) are part of the key and not of the manifest.
            None => *key != "name",
        }),
        None => shown(item) == selector.trim_matches('"'),
    })
}

fn shown(tree: &Tree) -> String {
    match &tree.data {
        Data::String(text) => text.clone(),
        Data::Number(number) => number.to_string(),
        Data::Bool(bool) => bool.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use longshore_diag::Place;
    use longshore_object::Object;
    use serde_json::{Value, json};

    use super::{pointer, value};

    fn deployment() -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web", "annotations": {"example.com/note": "x", "example": {"com/note": 1}}},
            "spec": {"replicas": 2, "template": {"spec": {"containers": [
                {"name": "side", "image": "s"},
                {"name": "web", "image": "w", "ports": [{"containerPort": 80, "name": "http"}]},
            ]}}},
        })
    }

    fn check(field: &str, expected: Option<&str>) {
        let live = deployment();
        let object = Object::from_json(live.clone(), Place::file("a")).unwrap();
        let found = pointer(&object, field);
        assert_eq!(found.as_deref(), expected, "{field}");
        assert_eq!(value(&live, field), expected.and_then(|p| live.pointer(p)).cloned(), "{field}");
    }

    #[test]
    fn the_servers_names_lead_to_the_field() {
        check("spec.replicas", Some("/spec/replicas"));
        check(
            r#".spec.template.spec.containers[name="web"].image"#,
            Some("/spec/template/spec/containers/1/image"),
        );
        check(
            r#".spec.template.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"].name"#,
            Some("/spec/template/spec/containers/1/ports/0/name"),
        );
        check(".metadata.annotations.example.com/note", Some("/metadata/annotations/example.com~1note"));
        check(r#".spec.template.spec.containers[name="gone"].image"#, None);
        check(".spec.nothing", None);
        check("", None);
    }
}
