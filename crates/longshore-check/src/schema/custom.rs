//! Custom resources, by the definitions of their kinds.

use std::collections::BTreeMap;

use longshore_diag::nearest;
use longshore_object::{Data, Gvk, Object, Tree};

use super::{Problem, scalar};
use crate::path;

/// What the API server adds to every type by itself.
const IMPLIED: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// The kinds that a set of objects defines.
#[derive(Debug, Default)]
pub struct Definitions<'a> {
    /// By group and kind: the versions with their schemas, where they have one.
    kinds: BTreeMap<(&'a str, &'a str), BTreeMap<&'a str, Option<&'a Tree>>>,
}

impl<'a> Definitions<'a> {
    /// Reads the `CustomResourceDefinition`s among the objects.
    pub fn of(objects: impl IntoIterator<Item = &'a Object>) -> Self {
        let mut kinds: BTreeMap<_, BTreeMap<&str, Option<&Tree>>> = BTreeMap::new();
        for object in objects.into_iter().filter(|object| object.kind() == "CustomResourceDefinition") {
            let (Some(group), Some(kind)) = (object.str_at("/spec/group"), object.str_at("/spec/names/kind"))
            else {
                continue;
            };
            // One schema for all versions is of v1beta1.
            let common = object.get("/spec/validation/openAPIV3Schema");
            let versions: &mut BTreeMap<&str, Option<&Tree>> = kinds.entry((group, kind)).or_default();
            for version in object.get("/spec/versions").map_or(&[][..], Tree::items) {
                if let Some(name) = version.child("name").and_then(Tree::as_str) {
                    versions.insert(name, version.get("/schema/openAPIV3Schema").or(common));
                }
            }
            if let Some(name) = object.str_at("/spec/version") {
                versions.entry(name).or_insert(common);
            }
        }
        Self { kinds }
    }

    /// Whether a kind is defined here.
    pub fn defines(&self, gvk: &Gvk) -> bool {
        self.kinds.contains_key(&(&*gvk.group, &*gvk.kind))
    }

    /// What is wrong with an object; `None` if its kind is not defined here.
    pub(super) fn validate(&self, object: &Object) -> Option<Vec<Problem>> {
        let gvk = object.gvk();
        let versions = self.kinds.get(&(&*gvk.group, &*gvk.kind))?;
        let mut found = Vec::new();
        match versions.get(&*gvk.version) {
            Some(Some(schema)) => members(schema, object.tree(), "", true, &mut found),
            Some(None) => {}
            None => {
                let known: Vec<&str> = versions.keys().copied().collect();
                let message = format!("the definition of {} has no version `{}`", gvk.kind, gvk.version);
                let hint = format!("it has {}", known.join(", "));
                found.push(Problem::new("/apiVersion", "schema/unknown-kind", message).hint(Some(hint)));
            }
        }
        Some(found)
    }
}

fn is_set(schema: &Tree, key: &str) -> bool {
    schema.child(key).and_then(Tree::as_bool) == Some(true)
}

fn value(schema: &Tree, tree: &Tree, pointer: &str, found: &mut Vec<Problem>) {
    if tree.data == Data::Null || pointer == "/status" {
        return;
    }
    if is_set(schema, "x-kubernetes-int-or-string") {
        if !matches!(tree.data, Data::String(_) | Data::Number(_)) {
            wrong("a whole number or a string", tree, pointer, found);
        }
        return;
    }
    let kind = schema.child("type").and_then(Tree::as_str).unwrap_or_default();
    let (is_right, expected) = match (kind, &tree.data) {
        ("object", Data::Map(_)) => {
            return members(schema, tree, pointer, is_set(schema, "x-kubernetes-embedded-resource"), found);
        }
        ("array", Data::List(items)) => {
            if let Some(schema) = schema.child("items") {
                for (index, item) in items.iter().enumerate() {
                    value(schema, item, &format!("{pointer}/{index}"), found);
                }
            }
            return;
        }
        ("object", _) => (false, "a map"),
        ("array", _) => (false, "a list"),
        ("string", data) => (matches!(data, Data::String(_)), "a string"),
        ("boolean", data) => (matches!(data, Data::Bool(_)), "true or false"),
        ("number", data) => (matches!(data, Data::Number(_)), "a number"),
        ("integer", _) => (scalar::whole(tree).is_some(), "a whole number"),
        _ => (true, ""),
    };
    if !is_right {
        return wrong(expected, tree, pointer, found);
    }
    let known: Vec<&str> =
        schema.child("enum").map_or(&[][..], Tree::items).iter().filter_map(Tree::as_str).collect();
    if let Some(text) = tree.as_str().filter(|text| !known.is_empty() && !known.contains(text)) {
        let message = format!("`{}` may not be `{}`", path::shown(pointer), scalar::short(text));
        let hint = match nearest(text, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it is one of {}", known.join(", ")),
        };
        found.push(Problem::new(pointer, "schema/unknown-value", message).hint(Some(hint)));
    }
}

fn members(schema: &Tree, tree: &Tree, pointer: &str, is_resource: bool, found: &mut Vec<Problem>) {
    let (Some(members), properties) = (tree.as_map(), schema.child("properties").and_then(Tree::as_map))
    else {
        return;
    };
    let more = schema.child("additionalProperties");
    for (key, inner) in members {
        if is_resource && IMPLIED.contains(&&**key) {
            continue;
        }
        let at = format!("{pointer}/{}", path::token(key));
        match properties.and_then(|properties| properties.get(key)) {
            Some(schema) => value(schema, inner, &at, found),
            None => match (more, properties) {
                (Some(schema), _) => value(schema, inner, &at, found),
                (None, Some(properties)) if !is_set(schema, "x-kubernetes-preserve-unknown-fields") => {
                    let hint = nearest(key, properties.keys().map(String::as_str));
                    let message = format!("unknown field `{}`", path::shown(&at));
                    let mut problem = Problem::new(&at, "schema/unknown-field", message)
                        .hint(hint.map(|near| format!("did you mean `{near}`?")));
                    // Whether it is refused or dropped depends on how the object is sent.
                    problem.is_certain = false;
                    found.push(problem);
                }
                _ => {}
            },
        }
    }
    for name in schema.child("required").map_or(&[][..], Tree::items).iter().filter_map(Tree::as_str) {
        let is_there = members.get(name).is_some_and(|value| value.data != Data::Null);
        let property = properties.and_then(|properties| properties.get(name));
        let has_default = property.is_some_and(|schema| schema.child("default").is_some());
        let is_implied = is_resource && IMPLIED.contains(&name);
        if !(is_there || has_default || is_implied) {
            let field = path::shown(&format!("{pointer}/{}", path::token(name)));
            found.push(Problem::new(pointer, "schema/missing-field", format!("`{field}` is missing")));
        }
    }
}

fn wrong(expected: &str, tree: &Tree, pointer: &str, found: &mut Vec<Problem>) {
    let message = format!("`{}` must be {expected}, not {}", path::shown(pointer), tree.kind_of());
    found.push(Problem::new(pointer, "schema/wrong-type", message));
}
