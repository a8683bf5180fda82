//! The keys that the schema has, and where a file has them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::tree::{Path, Tree};

/// A key of the schema at a place of a file.
#[derive(Debug, Clone)]
pub(super) struct Key {
    /// Where the schema says it.
    pub(super) pointer: String,
    /// Its name.
    pub(super) name: String,
    /// Its node in the file.
    pub(super) path: Path,
}

/// A mapping of the schema at a place of a file.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    pub(super) path: Path,
    /// Its keys; none if the user chooses them.
    pub(super) known: Vec<String>,
    pub(super) required: Vec<String>,
}

/// What a schema says of a file.
pub(super) struct Walk<'a> {
    schema: &'a Value,
    pub(super) keys: Vec<Key>,
    pub(super) mappings: Vec<Mapping>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(schema: &'a Value, tree: &Tree) -> Self {
        let mut walk = Self { schema, keys: Vec::new(), mappings: Vec::new() };
        walk.node(schema, "#".to_owned(), tree, &mut Vec::new());
        walk
    }

    fn resolved(&self, schema: &'a Value, pointer: String) -> (&'a Value, String) {
        match schema["$ref"].as_str() {
            Some(reference) => {
                (self.schema.pointer(reference.trim_start_matches('#')).unwrap(), reference.to_owned())
            }
            None => (schema, pointer),
        }
    }

    fn node(&mut self, schema: &'a Value, pointer: String, tree: &Tree, path: &mut Path) {
        let (schema, pointer) = self.resolved(schema, pointer);
        for word in ["anyOf", "oneOf"] {
            for (index, branch) in schema[word].as_array().into_iter().flatten().enumerate() {
                if fits(branch, tree) {
                    self.node(branch, format!("{pointer}/{word}/{index}"), tree, path);
                }
            }
        }
        match tree {
            Tree::Map(entries) => {
                let properties = schema["properties"].as_object();
                if properties.is_some() || schema["additionalProperties"].is_object() {
                    let texts = |value: &Value| {
                        let all = value.as_array().into_iter().flatten();
                        all.map(|text| text.as_str().unwrap().to_owned()).collect()
                    };
                    self.mappings.push(Mapping {
                        path: path.clone(),
                        known: properties.into_iter().flat_map(|all| all.keys().cloned()).collect(),
                        required: texts(&schema["required"]),
                    });
                }
                for (index, (key, child)) in entries.iter().enumerate() {
                    path.push(index);
                    if let Some(below) = properties.and_then(|all| all.get(key)) {
                        let pointer = format!("{pointer}/properties/{key}");
                        self.keys.push(Key {
                            pointer: pointer.clone(),
                            name: key.clone(),
                            path: path.clone(),
                        });
                        self.node(below, pointer, child, path);
                    } else if schema["additionalProperties"].is_object() {
                        let below = &schema["additionalProperties"];
                        self.node(below, format!("{pointer}/additionalProperties"), child, path);
                    }
                    path.pop();
                }
            }
            Tree::List(items) if schema["items"].is_object() => {
                for (index, item) in items.iter().enumerate() {
                    path.push(index);
                    self.node(&schema["items"], format!("{pointer}/items"), item, path);
                    path.pop();
                }
            }
            _ => {}
        }
    }
}

/// Whether a branch of the schema is about such a node: by its type, and by the keys that it must have.
fn fits(branch: &Value, tree: &Tree) -> bool {
    let Tree::Map(entries) = tree else { return !branch["properties"].is_object() };
    let has = |key: &Value| entries.iter().any(|(name, _)| key == name.as_str());
    branch["properties"].is_object() && branch["required"].as_array().into_iter().flatten().all(has)
}

/// Where the schema says a key, of all keys.
pub(super) fn all(schema: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(schema, "#", &mut found);
    found
}

fn collect(schema: &Value, pointer: &str, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            for (word, below) in map {
                if word == "properties" || word == "definitions" {
                    for (key, below) in below.as_object().unwrap() {
                        let pointer = format!("{pointer}/{word}/{key}");
                        if word == "properties" {
                            found.insert(pointer.clone());
                        }
                        collect(below, &pointer, found);
                    }
                } else {
                    collect(below, &format!("{pointer}/{word}"), found);
                }
            }
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, below)| collect(below, &format!("{pointer}/{index}"), found));
        }
        _ => {}
    }
}
