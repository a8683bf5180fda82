//! One Kubernetes object as somebody wrote it.

use indexmap::IndexMap;
use longshore_diag::{Diagnostic, Place};
use serde_json::Value as Json;

use crate::kinds::{self, Scope};
use crate::tree::{Data, Tree, field_path_to_pointer};
use crate::{Gvk, ObjectKey};

/// An object with its origin. It always has an `apiVersion`, a `kind`, and a name (or `generateName`).
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    root: Tree,
    place: Place,
    gvk: Gvk,
}

impl Object {
    /// Checks that `root` is an object and remembers where it came from.
    ///
    /// # Errors
    /// `object/not-a-map`, `object/no-api-version`, `object/no-kind` or `object/no-name`, at the place
    /// of the nearest field that exists.
    pub fn new(root: Tree, place: Place) -> Result<Self, Diagnostic> {
        let at = |tree: &Tree| match tree.line {
            0 => place.clone(),
            line => Place::new(place.file.clone(), line, tree.column),
        };
        if root.as_map().is_none() {
            let message = format!("a Kubernetes object must be a map, not {}", root.kind_of());
            return Err(Diagnostic::error("object/not-a-map", message).at(at(&root)));
        }
        let required = |key: &str, code: &'static str, example: &str| match root.child(key) {
            Some(tree) => match tree.as_str() {
                Some(text) if !text.is_empty() => Ok(text.to_owned()),
                _ => {
                    let message = format!("`{key}` must be a string that is not empty");
                    Err(Diagnostic::error(code, message).at(at(tree)))
                }
            },
            None => Err(Diagnostic::error(code, format!("a Kubernetes object without `{key}`"))
                .at(place.clone())
                .hint(format!("add `{key}: {example}`"))),
        };
        let api_version = required("apiVersion", "object/no-api-version", "v1")?;
        let kind = required("kind", "object/no-kind", "ConfigMap")?;
        let named = ["/metadata/name", "/metadata/generateName"]
            .iter()
            .any(|path| root.get(path).and_then(Tree::as_str).is_some_and(|n| !n.is_empty()));
        if !named {
            let (nearest, _) = root.nearest("/metadata/name");
            let place = if std::ptr::eq(nearest, &raw const root) { place } else { at(nearest) };
            let message = format!("{kind} without `metadata.name`");
            return Err(Diagnostic::error("object/no-name", message).at(place));
        }
        let gvk = Gvk::new(&api_version, &kind);
        Ok(Self { root, place, gvk })
    }

    /// An object from JSON: of a cluster, of a record.
    ///
    /// # Errors
    /// As [`Object::new`].
    pub fn from_json(json: Json, place: Place) -> Result<Self, Diagnostic> {
        Self::new(Tree::from_json(json), place)
    }

    /// The object as JSON. Whole numbers stay whole.
    pub fn to_json(&self) -> Json {
        self.root.to_json()
    }

    /// The whole tree.
    pub fn tree(&self) -> &Tree {
        &self.root
    }

    /// File and first line of the object.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Group, version and kind.
    pub fn gvk(&self) -> &Gvk {
        &self.gvk
    }

    /// `apiVersion` as written.
    pub fn api_version(&self) -> &str {
        self.str_at("/apiVersion").unwrap_or_default()
    }

    /// `kind` as written.
    pub fn kind(&self) -> &str {
        &self.gvk.kind
    }

    /// `metadata.name`; empty for an object that only has `generateName`.
    pub fn name(&self) -> &str {
        self.str_at("/metadata/name").unwrap_or_default()
    }

    /// `metadata.namespace`, if written and not empty.
    pub fn namespace(&self) -> Option<&str> {
        self.str_at("/metadata/namespace").filter(|n| !n.is_empty())
    }

    /// `metadata.labels` (those whose value is a string).
    pub fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs("/metadata/labels")
    }

    /// `metadata.annotations` (those whose value is a string).
    pub fn annotations(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs("/metadata/annotations")
    }

    /// One label.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.root.get("/metadata/labels")?.child(key)?.as_str()
    }

    /// One annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.root.get("/metadata/annotations")?.child(key)?.as_str()
    }

    fn pairs(&self, pointer: &str) -> impl Iterator<Item = (&str, &str)> {
        let map: Option<&IndexMap<String, Tree>> = self.root.get(pointer).and_then(Tree::as_map);
        map.into_iter().flatten().filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
    }

    /// The part at a JSON pointer: `/spec/replicas`.
    pub fn get(&self, pointer: &str) -> Option<&Tree> {
        self.root.get(pointer)
    }

    /// The string at a JSON pointer.
    pub fn str_at(&self, pointer: &str) -> Option<&str> {
        self.root.get(pointer)?.as_str()
    }

    /// Where the field at a JSON pointer was written; `None` if there is no such field or its line is
    /// not known.
    pub fn place_of(&self, pointer: &str) -> Option<Place> {
        let tree = self.root.get(pointer)?;
        (tree.line > 0).then(|| Place::new(self.place.file.clone(), tree.line, tree.column))
    }

    /// Where the field that the API server names (`spec.containers[0].image`) was written, or the
    /// nearest field around it, or else the object.
    pub fn place_of_field(&self, field: &str) -> Place {
        let mut pointer = field_path_to_pointer(field);
        while !pointer.is_empty() {
            if let Some(place) = self.place_of(&pointer) {
                return place;
            }
            pointer.truncate(pointer.rfind('/').unwrap_or(0));
        }
        self.place.clone()
    }

    /// The identity, with the namespace as written.
    pub fn key(&self) -> ObjectKey {
        ObjectKey {
            group: self.gvk.group.clone(),
            kind: self.gvk.kind.clone(),
            namespace: self.namespace().map(str::to_owned),
            name: self.name().to_owned(),
        }
    }

    /// The identity it has when applied to `namespace`: cluster-scoped builtin kinds lose theirs, all
    /// others get `namespace` where they name none.
    pub fn key_in(&self, namespace: &str) -> ObjectKey {
        let mut key = self.key();
        if kinds::scope(&key.group, &key.kind) == Some(Scope::Cluster) {
            key.namespace = None;
        } else if key.namespace.is_none() {
            key.namespace = Some(namespace.to_owned());
        }
        key
    }

    /// Sets `metadata.namespace`.
    pub fn set_namespace(&mut self, namespace: &str) {
        let text = Tree::from_json(Json::String(namespace.to_owned()));
        self.root.map_at("metadata").insert("namespace".to_owned(), text);
    }

    /// Sets one label.
    pub fn set_label(&mut self, key: &str, value: &str) {
        self.set_pair("labels", key, value);
    }

    /// Sets one annotation.
    pub fn set_annotation(&mut self, key: &str, value: &str) {
        self.set_pair("annotations", key, value);
    }

    fn set_pair(&mut self, field: &str, key: &str, value: &str) {
        let metadata = self.root.map_at("metadata");
        let pairs = metadata.entry(field.to_owned()).or_insert_with(|| Tree::from_json(Json::Null));
        if pairs.as_map().is_none() {
            pairs.data = Data::Map(IndexMap::new());
        }
        if let Data::Map(map) = &mut pairs.data {
            map.insert(key.to_owned(), Tree::from_json(Json::String(value.to_owned())));
        }
    }

    /// Removes one annotation; whether it was there.
    pub fn remove_annotation(&mut self, key: &str) -> bool {
        let metadata = self.root.map_at("metadata");
        let Some(Data::Map(map)) = metadata.get_mut("annotations").map(|tree| &mut tree.data) else {
            return false;
        };
        map.shift_remove(key).is_some()
    }

    /// Sets a member of a map that exists: `/spec/replicas`. Whether there is such a map.
    pub fn set(&mut self, pointer: &str, value: Json) -> bool {
        self.root.set(pointer, value)
    }

    /// Removes the part at a JSON pointer; whether it was there.
    pub fn remove(&mut self, pointer: &str) -> bool {
        self.root.remove(pointer)
    }
}
