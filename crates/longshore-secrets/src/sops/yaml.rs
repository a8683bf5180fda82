//! SOPS files in YAML.

use longshore_go::Value;
use longshore_yaml::{Dialect, Kind, Limits, Node, parse, to_json_value};

use super::SopsError;
use super::cipher::Sealed;
use super::tree::{Leaf, MAX_DEPTH, Tree};

const LIMITS: Limits =
    Limits { bytes: super::MAX_SOPS as usize, depth: MAX_DEPTH, nodes: 200_000, alias_bytes: 0 };

/// The documents.
pub(super) fn read(input: &[u8]) -> Result<Vec<Tree>, SopsError> {
    let documents = parse(input, Dialect::V3, &LIMITS).map_err(|error| broken(error.to_string()))?;
    documents
        .iter()
        .map(|document| match document.root() {
            // What is empty, or has only comments.
            node if node.is_null() => Ok(Tree::Map(Vec::new())),
            node if node.is_mapping() => tree(node),
            node => Err(at(node, "a document must be a mapping")),
        })
        .collect()
}

fn tree(node: &Node) -> Result<Tree, SopsError> {
    match node.kind {
        Kind::Mapping => {
            let entries = node.entries().map(|(key, value)| {
                if key.kind != Kind::Scalar || !matches!(&*key.tag, "!!str" | "!!merge") {
                    return Err(at(key, "a key must be a text"));
                }
                Ok((key.value.to_string(), tree(value)?))
            });
            Tree::without_twins(entries.collect::<Result<_, _>>()?, "YAML")
        }
        Kind::Sequence => {
            let is_comment =
                |item: &&Node| item.as_str().and_then(Sealed::read).is_some_and(|sealed| sealed.is_comment());
            let items = node.items().iter().filter(|item| !is_comment(item)).map(tree);
            Ok(Tree::List(items.collect::<Result<_, _>>()?))
        }
        Kind::Scalar => leaf(node).map(Tree::Leaf),
        // SOPS writes out what an alias stands for.
        Kind::Alias | Kind::Document => Err(at(node, "SOPS writes no aliases")),
    }
}

fn leaf(node: &Node) -> Result<Leaf, SopsError> {
    let value =
        to_json_value(node, Dialect::V3).map_err(|_| at(node, "the value is not what its tag says"))?;
    Ok(match value {
        Value::Nil => Leaf::Null,
        Value::Bool(value) => Leaf::Bool(value),
        Value::Int(value) => Leaf::Int(value.value),
        Value::Float(value) => Leaf::Float(value),
        Value::Str(text) => Leaf::Text(zeroize::Zeroizing::new(text.as_bytes().to_vec())),
        _ => return Err(at(node, "SOPS knows no such value")),
    })
}

fn broken(why: String) -> SopsError {
    SopsError::Syntax { format: "YAML", why }
}

fn at(node: &Node, why: &str) -> SopsError {
    broken(format!("line {}: {why}", node.line))
}
