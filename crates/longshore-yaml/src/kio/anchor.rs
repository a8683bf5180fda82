//! Aliases and merge keys replaced by what they stand for (kyaml's `DeAnchor`).

use std::collections::BTreeMap;

use crate::dialect::Limits;
use crate::error::{Error, ErrorKind};
use crate::node::{Kind, Node, Text};

/// Replaces them everywhere in a document, and takes the anchors away.
///
/// # Errors
/// A merge key's value is no mapping, nor a list of them; the document gets larger than the limits allow.
pub(super) fn inline(document: &mut Node, limits: &Limits) -> Result<(), Error> {
    if !has_alias(document) {
        drop_anchors(document);
        return Ok(());
    }
    Inliner { anchors: BTreeMap::new(), left: limits.nodes / 10 }.inline(document)
}

fn has_alias(node: &Node) -> bool {
    node.kind == Kind::Alias || node.tag == "!!merge" || node.content.iter().any(has_alias)
}

fn drop_anchors(node: &mut Node) {
    node.anchor = None;
    node.content.iter_mut().for_each(drop_anchors);
}

struct Inliner {
    /// What each name stands for, inlined itself.
    anchors: BTreeMap<Box<str>, Node>,
    /// How many nodes may still be added: a tenth of those that a document may have.
    left: usize,
}

impl Inliner {
    /// Goes through the tree in the order of the text, so that anchors are known where they are used.
    fn inline(&mut self, node: &mut Node) -> Result<(), Error> {
        let anchor = node.anchor.take();
        match node.kind {
            Kind::Alias => *node = self.target(&node.value.clone(), node)?,
            Kind::Mapping => self.mapping(node)?,
            Kind::Document | Kind::Sequence => {
                for child in &mut node.content {
                    self.inline(child)?;
                }
            }
            Kind::Scalar => {}
        }
        if let Some(name) = anchor {
            self.anchors.insert(name, node.clone());
        }
        Ok(())
    }

    /// What an alias stands for.
    fn target(&mut self, name: &Text, alias: &Node) -> Result<Node, Error> {
        let Some(target) = self.anchors.get(&**name) else {
            // An anchor that holds its own alias.
            let text = format!("anchor '{name}' value contains itself");
            return Err(Error::new(ErrorKind::Decode, text).at_line(alias.line, alias.column));
        };
        let Some(left) = self.left.checked_sub(count(target)) else {
            let text = "yaml: document contains excessive aliasing";
            return Err(Error::new(ErrorKind::Limit, text).at_line(alias.line, alias.column));
        };
        self.left = left;
        Ok(target.clone())
    }

    /// The mapping's own keys stay where they are and win; those that are merged in follow, the first mapping of a list
    /// before the others.
    fn mapping(&mut self, node: &mut Node) -> Result<(), Error> {
        let mut merged = None;
        let mut own = Vec::with_capacity(node.content.len());
        for mut child in std::mem::take(&mut node.content) {
            self.inline(&mut child)?;
            own.push(child);
        }
        let mut pairs = own.into_iter();
        while let (Some(key), Some(value)) = (pairs.next(), pairs.next()) {
            if key.tag != "!!merge" {
                node.content.extend([key, value]);
            } else if merged.is_some() {
                let text = "duplicate merge key";
                return Err(Error::new(ErrorKind::Decode, text).at_line(key.line, key.column));
            } else {
                merged = Some(value);
            }
        }
        let Some(merged) = merged else { return Ok(()) };
        let mut sources = Vec::new();
        sources_of(merged, false, &mut sources)?;
        let own = node.content.clone();
        for source in sources.into_iter().rev() {
            set_all(node, source.content);
        }
        set_all(node, own);
        Ok(())
    }
}

/// Sets keys with their values, in place where they are known.
fn set_all(node: &mut Node, content: Vec<Node>) {
    let keys = node.content.chunks_exact(2).enumerate();
    let mut known: BTreeMap<Text, usize> = keys.rev().map(|(at, pair)| (pair[0].value.clone(), at)).collect();
    let mut pairs = content.into_iter();
    while let (Some(key), Some(value)) = (pairs.next(), pairs.next()) {
        let at = *known.entry(key.value.clone()).or_insert(node.content.len() / 2);
        match node.content.get_mut(2 * at..2 * at + 2) {
            Some(pair) => {
                pair[0] = key;
                pair[1] = value;
            }
            None => node.content.extend([key, value]),
        }
    }
}

/// The mappings that a merge key names, in their order.
fn sources_of(value: Node, is_nested: bool, sources: &mut Vec<Node>) -> Result<(), Error> {
    let fail =
        |text: &str, node: &Node| Err(Error::new(ErrorKind::Decode, text).at_line(node.line, node.column));
    match value.kind {
        Kind::Mapping => sources.push(value),
        Kind::Sequence if is_nested => return fail("invalid map merge: received a nested sequence", &value),
        Kind::Sequence => {
            for item in value.content {
                sources_of(item, true, sources)?;
            }
        }
        _ => return fail("map merge requires map or sequence of maps as the value", &value),
    }
    Ok(())
}

fn count(node: &Node) -> usize {
    1 + node.content.iter().map(count).sum::<usize>()
}
