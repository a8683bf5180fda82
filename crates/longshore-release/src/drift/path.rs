//! Paths of fields as people write them, taken apart: to find the field in an object again, and to compare it with
//! the JSON pointers of rules.

use serde_json::Value;

use crate::diff;

/// One step of a path: a key, or an item of a list by its position and its name, if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    key: String,
    name: Option<String>,
}

impl Step {
    /// Whether the token of a JSON pointer means it. `*` means every one.
    pub(super) fn is_meant(&self, token: &str) -> bool {
        token == "*" || token == self.key || self.name.as_deref() == Some(token)
    }
}

/// The steps of a path in an object, or in another one where the first does not have it.
pub(super) fn steps(path: &str, sides: &[Option<&Value>]) -> Vec<Step> {
    let found = sides.iter().flatten().map(|side| walk(path, side));
    found.max_by_key(|(_, depth)| *depth).map(|(steps, _)| steps).unwrap_or_default()
}

/// The steps of a path, and how many of them lead somewhere.
fn walk(path: &str, object: &Value) -> (Vec<Step>, usize) {
    let (mut steps, mut depth, mut at) = (Vec::new(), 0, Some(object));
    for part in parts(path) {
        let (step, next) = match at {
            Some(Value::Array(items)) => {
                let named = |item: &&Value| item["name"].as_str() == Some(part);
                let by_name = diff::names(items).and_then(|_| items.iter().position(|item| named(&item)));
                let index = by_name.or_else(|| part.parse().ok());
                let item = index.and_then(|index| items.get(index));
                let name = item.and_then(|item| item["name"].as_str()).map(str::to_owned);
                let key = index.map_or_else(|| part.to_owned(), |index| index.to_string());
                (Step { key, name: name.or_else(|| Some(part.to_owned())) }, item)
            }
            other => (Step { key: part.to_owned(), name: None }, other.and_then(|value| value.get(part))),
        };
        depth += usize::from(next.is_some());
        steps.push(step);
        at = next;
    }
    (steps, depth)
}

/// `a.b[c.d/e].f` is a, b, c.d/e, f.
fn parts(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (part, after) = inner.split_once(']').unwrap_or((inner, ""));
            parts.push(part);
            rest = after;
        } else {
            let bare = rest.strip_prefix('.').unwrap_or(rest);
            let end = bare.find(['.', '[']).unwrap_or(bare.len());
            if end > 0 {
                parts.push(&bare[..end]);
            }
            // An empty key between two dots is none.
            rest = &bare[end..];
        }
    }
    parts
}

/// The path, as people write it, that a JSON pointer leads along.
pub(super) fn of_pointer(object: &Value, pointer: &str) -> String {
    let (mut path, mut at) = (String::new(), Some(object));
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        match at {
            Some(Value::Array(items)) => {
                let index = token.parse::<usize>().ok();
                let names = diff::names(items);
                let name = index.and_then(|index| names.as_ref()?.get(index).copied());
                path = format!("{path}[{}]", name.unwrap_or(&token));
                at = index.and_then(|index| items.get(index));
            }
            other => {
                path = diff::join(&path, &token);
                at = other.and_then(|value| value.get(&token));
            }
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{of_pointer, parts, steps};

    #[test]
    fn paths_are_taken_apart_and_put_together() {
        assert_eq!(parts("a.b[c.d/e].f[0]"), ["a", "b", "c.d/e", "f", "0"]);
        assert_eq!(parts("[a.b]"), ["a.b"]);
        let object = json!({"metadata": {"annotations": {"a.b/c": "1"}}, "spec": {"containers": [
            {"name": "side"}, {"name": "web", "image": "x"}], "args": ["a"]}});
        for (pointer, path) in [
            ("/metadata/annotations/a.b~1c", "metadata.annotations[a.b/c]"),
            ("/spec/containers/1/image", "spec.containers[web].image"),
            ("/spec/args/0", "spec.args[0]"),
            ("/spec/nothing/here", "spec.nothing.here"),
        ] {
            assert_eq!(of_pointer(&object, pointer), path);
            let tokens: Vec<String> = pointer.split('/').skip(1).map(|t| t.replace("~1", "/")).collect();
            let steps = steps(path, &[Some(&object)]);
            assert_eq!(steps.len(), tokens.len(), "{path}");
            assert!(steps.iter().zip(&tokens).all(|(step, token)| step.is_meant(token)), "{steps:?}");
        }
        let image = steps("spec.containers[web].image", &[None, Some(&object)]);
        assert!(image[2].is_meant("web") && image[2].is_meant("1") && image[2].is_meant("*"));
        assert!(!image[2].is_meant("0"));
    }
}
