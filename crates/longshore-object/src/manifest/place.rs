//! Giving values the places of the nodes they were written in.
//!
//! What a value is, the YAML library decides (merge keys, tags, aliases, numbers); the nodes only say
//! where. So a field that came in by `<<` has no place, and everything else has its own.

use indexmap::IndexMap;
use longshore_go::Value;
use longshore_yaml::{Error, Kind, Node, sigs};
use serde_json::{Number, Value as Json};

use crate::tree::{Data, Tree};

/// The tree of a document.
pub(super) fn tree_of_node(document: &Node) -> Result<Tree, Error> {
    let value = sigs::node_to_json_value(document)?;
    let node = match document.kind {
        Kind::Document => document.content.first(),
        _ => Some(document),
    };
    Ok(match node {
        Some(node) => placed(&value, node),
        None => tree_of_value(&value),
    })
}

/// A tree without places.
pub(super) fn tree_of_value(value: &Value) -> Tree {
    let data = match value {
        Value::List(items) => Data::List(items.iter().map(tree_of_value).collect()),
        Value::Map(map) => Data::Map(
            map.entries()
                .iter()
                .map(|(key, value)| (key.to_str_lossy().into_owned(), tree_of_value(value)))
                .collect(),
        ),
        scalar => self::scalar(scalar),
    };
    Tree { data, line: 0, column: 0 }
}

fn scalar(value: &Value) -> Data {
    match value {
        Value::Bool(b) => Data::Bool(*b),
        Value::Int(int) => Data::Number(int.value.into()),
        Value::Uint(uint) => Data::Number(uint.value.into()),
        Value::Float(float) => Number::from_f64(*float).map_or(Data::Null, Data::Number),
        Value::Str(text) => Data::String(text.to_str_lossy().into_owned()),
        Value::Bytes(bytes) => Data::String(bytes.to_str_lossy().into_owned()),
        _ => Data::Null,
    }
}

/// The value with the places of `node`, its keys in the order of `node`.
fn placed(value: &Value, node: &Node) -> Tree {
    let data = match (value, node.kind) {
        (Value::Map(map), Kind::Mapping) => Data::Map(members(map, node)),
        (Value::List(items), Kind::Sequence) if items.len() == node.content.len() => {
            Data::List(items.iter().zip(&node.content).map(|(item, node)| placed(item, node)).collect())
        }
        _ => tree_of_value(value).data,
    };
    Tree { data, line: node.line, column: node.column }
}

fn members(map: &longshore_go::Map, node: &Node) -> IndexMap<String, Tree> {
    let entries = map.entries();
    let mut members = IndexMap::with_capacity(entries.len());
    for pair in node.content.chunks_exact(2) {
        let [key, child] = pair else { continue };
        // A key such as `on` or `1` has another name as JSON; those keep their order by what follows.
        let name = match sigs::node_to_json_value(key) {
            _ if key.kind == Kind::Scalar && entries.contains_key(key.value.as_bytes()) => {
                key.value.to_string()
            }
            Ok(value) => match Json::from(&scalar(&value)) {
                Json::String(text) => text,
                other => other.to_string(),
            },
            Err(_) => continue,
        };
        if let Some(value) = entries.get(name.as_bytes()) {
            let mut tree = placed(value, child);
            // A block collection begins a line below its key; people look for the key.
            if matches!(child.kind, Kind::Mapping | Kind::Sequence) {
                (tree.line, tree.column) = (key.line, key.column);
            }
            members.insert(name, tree);
        }
    }
    for (key, value) in entries.iter() {
        let key = key.to_str_lossy();
        if !members.contains_key(&*key) {
            members.insert(key.into_owned(), tree_of_value(value));
        }
    }
    members
}

impl From<&Data> for Json {
    fn from(data: &Data) -> Self {
        Tree { data: data.clone(), line: 0, column: 0 }.to_json()
    }
}

/// Where `# Source:` comments stand, and which documents they speak of.
pub(super) struct Sources<'t> {
    /// First line of each document (that of its `---`) and its source, by line.
    documents: Vec<(u32, Option<&'t str>)>,
}

impl<'t> Sources<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let mut documents = vec![(0, None)];
        let mut in_head = true;
        for (i, line) in text.lines().enumerate() {
            if line == "---" || line.starts_with("--- ") {
                documents.push((i as u32 + 1, None));
                in_head = true;
            } else if let Some(source) = line.strip_prefix("# Source: ").filter(|_| in_head) {
                if let Some(last) = documents.last_mut() {
                    last.1 = Some(source.trim_end());
                }
            } else if !line.starts_with('#') && !line.trim().is_empty() {
                in_head = false;
            }
        }
        Self { documents }
    }

    /// The source of the document that `line` lies in.
    pub(super) fn at(&self, line: u32) -> Option<&'t str> {
        let index = self.documents.partition_point(|(first, _)| *first <= line.max(1));
        self.documents[..index].last().and_then(|(_, source)| *source)
    }
}
