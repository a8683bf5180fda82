//! Fields of mappings as kyaml looks for them: the first key with the text, whatever it is.

use super::wrong_kind;
use crate::error::Error;
use crate::node::{Kind, Node};

/// Whether it is null; what is null passes for a mapping without fields.
pub(super) fn is_null(node: &Node) -> bool {
    node.root().tag == "!!null"
}

/// Whether it is null, or a collection without content.
pub(super) fn is_empty(node: &Node) -> bool {
    let node = node.root();
    is_null(node) || (matches!(node.kind, Kind::Mapping | Kind::Sequence) && node.content.is_empty())
}

/// The value of a field; none if the node is no mapping.
pub(super) fn get<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let node = node.root();
    let at = (node.kind == Kind::Mapping).then(|| position(node, name))??;
    node.content.get(at + 1)
}

/// The value of a field, to be changed; none of what is null.
///
/// # Errors
/// The node is no mapping.
pub(super) fn get_mut<'n>(node: &'n mut Node, name: &str) -> Result<Option<&'n mut Node>, Error> {
    let node = node.root_mut();
    if is_null(node) {
        return Ok(None);
    }
    check(node)?;
    Ok(position(node, name).and_then(|at| node.content.get_mut(at + 1)))
}

/// The same; a mapping is added at the end if there is no such field.
pub(super) fn get_or_create<'n>(node: &'n mut Node, name: &str) -> Result<Option<&'n mut Node>, Error> {
    if get_mut(node, name)?.is_none() && !is_null(node) {
        append(node, name, Node::new(Kind::Mapping, ""));
    }
    get_mut(node, name)
}

/// Adds a field behind the others.
pub(super) fn append(node: &mut Node, name: &str, value: Node) {
    // Without a tag, so that it never gets quotes.
    node.root_mut().content.extend([Node::scalar("", name), value]);
}

/// Takes the first field of the name away; with `if_empty` the first one that has no content.
///
/// # Errors
/// The node is no mapping.
pub(super) fn clear(node: &mut Node, name: &str, if_empty: bool) -> Result<(), Error> {
    let node = node.root_mut();
    check(node)?;
    let is_meant = |pair: &[Node]| pair[0].value == name && (!if_empty || pair[1].content.is_empty());
    if let Some(at) = node.content.chunks_exact(2).position(is_meant) {
        node.content.drain(2 * at..2 * at + 2);
    }
    Ok(())
}

fn check(node: &Node) -> Result<(), Error> {
    if is_null(node) || node.kind == Kind::Mapping { Ok(()) } else { Err(wrong_kind(node, Kind::Mapping)) }
}

/// Where the key is in the content.
pub(super) fn position(node: &Node, name: &str) -> Option<usize> {
    node.content.chunks_exact(2).position(|pair| pair[0].value == name).map(|pair| 2 * pair)
}
