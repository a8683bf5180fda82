//! Where a field that the server names was written.
//!
//! Validation names fields by position (`spec.containers[0].image`), server-side apply by key
//! (`.spec.containers[name="app"].image`, `.metadata.annotations.example.com/note`, `.metadata.finalizers["x"]`).
//! Both are followed here as far as they lead; the nearest field around is the answer.

use longshore_diag::Place;
use longshore_object::{Data, Object, Tree};

/// The place of the field, or of the nearest one around it, or of the object.
pub(super) fn field(object: &Object, path: &str) -> Place {
    let mut tree = object.tree();
    let mut line = (0, 0);
    let mut rest = path.trim_start_matches('.');
    while !rest.is_empty() {
        let Some((child, after)) = step(tree, rest) else { break };
        if child.line > 0 {
            line = (child.line, child.column);
        }
        tree = child;
        rest = after.trim_start_matches('.');
    }
    match line {
        (0, _) => object.place().clone(),
        (line, column) => Place::new(object.place().file.clone(), line, column),
    }
}

/// The child that `path` begins with, and what is left of the path.
fn step<'t, 'p>(tree: &'t Tree, path: &'p str) -> Option<(&'t Tree, &'p str)> {
    if let Some(inner) = path.strip_prefix('[') {
        let (selector, rest) = inner.split_once(']')?;
        return Some((select(tree, selector)?, rest));
    }
    let Data::Map(map) = &tree.data else {
        return None;
    };
    // Keys may hold dots; the longest key that fits is the one that is meant.
    map.iter()
        .filter_map(|(key, child)| {
            let rest = path.strip_prefix(key.as_str())?;
            (rest.is_empty() || rest.starts_with(['.', '['])).then_some((child, rest))
        })
        .min_by_key(|(_, rest)| rest.len())
}

/// `0`, `example.com/note`, `"x"`, `name="app"`, `containerPort=80,protocol="TCP"`.
fn select<'t>(tree: &'t Tree, selector: &str) -> Option<&'t Tree> {
    if let Some(child) = tree.child(selector.trim_matches('"')) {
        return Some(child);
    }
    let Data::List(items) = &tree.data else {
        return None;
    };
    let pairs: Option<Vec<_>> = selector.split(',').map(|pair| pair.split_once('=')).collect();
    match pairs {
        Some(pairs) => items.iter().find(|item| {
            pairs.iter().all(|(key, value)| match item.child(key) {
                Some(child) => shown(child) == value.trim_matches('"'),
                // Defaults of the server (`protocol: TCP`) are part of the key and not of the manifest.
                None => true,
            })
        }),
        None => items.iter().find(|item| shown(item) == selector.trim_matches('"')),
    }
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
    use longshore_object::{Data, Object, Tree};
    use serde_json::json;

    use super::field;

    /// Gives every member of a map a line of its own, in the order of a document.
    fn number(tree: &mut Tree, line: &mut u32) {
        match &mut tree.data {
            Data::Map(map) => {
                for child in map.values_mut() {
                    child.line = *line;
                    *line += 1;
                    number(child, line);
                }
            }
            Data::List(items) => {
                for item in items {
                    item.line = *line;
                    number(item, line);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn both_ways_of_naming_a_field_lead_to_its_line() {
        let mut tree = Tree::from_json(json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "annotations": {"example.com/note": "x"},
                "name": "a",
            },
            "spec": {"containers": [
                {"name": "web", "ports": [{"containerPort": 80}]},
                {"image": "x", "name": "app"},
            ]},
        }));
        number(&mut tree, &mut 1);
        let object = Object::new(tree, Place::new("pod.yaml", 1, 0)).unwrap();
        let line_of = |pointer: &str| object.get(pointer).unwrap().line;
        let check = |path: &str, pointer: &str| {
            let line = line_of(pointer);
            assert!(line > 1);
            assert_eq!(field(&object, path).line, line, "{path}");
        };
        check("spec.containers[1].image", "/spec/containers/1/image");
        check(r#".spec.containers[name="app"].image"#, "/spec/containers/1/image");
        check(r#".spec.containers[name="app"].command"#, "/spec/containers/1");
        check(
            r#".spec.containers[name="web"].ports[containerPort=80,protocol="TCP"]"#,
            "/spec/containers/0/ports/0",
        );
        check(".metadata.annotations.example.com/note", "/metadata/annotations/example.com~1note");
        check("metadata.annotations[example.com/note]", "/metadata/annotations/example.com~1note");
        check("spec.containers[7].image", "/spec/containers");
        for nowhere in ["status", "", "[[["] {
            assert_eq!(field(&object, nowhere).line, 1, "{nowhere}");
        }
    }
}
