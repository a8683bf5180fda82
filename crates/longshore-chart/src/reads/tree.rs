//! The values as a tree of keys, with what is known of each.

use std::collections::{BTreeMap, BTreeSet};

/// A key of the values, by its number. 0 is the top.
pub(super) type Key = u32;

/// The top of the values.
pub(super) const TOP: Key = 0;

/// The key whose content all charts share.
pub(super) const GLOBAL: &str = "global";

/// A key, and what is below it.
#[derive(Debug, Clone, Default)]
struct Node {
    below: BTreeMap<String, Key>,
    depth: usize,
    /// A chart has its values here.
    is_chart: bool,
    /// Read with all that is below.
    whole: bool,
    /// Looked at by name.
    named: bool,
    /// A key of it is looked at whose name is not in the template at that place.
    loose: bool,
}

/// All keys that were met.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

/// What the tree says of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// It is read, or something above it is with all that is in it.
    Whole,
    /// It is looked at by name.
    Named,
    /// Something below it is, by name.
    Above,
    /// Nobody looks at it.
    Nothing,
}

impl Default for Tree {
    fn default() -> Self {
        Self { nodes: vec![Node::default()] }
    }
}

impl Tree {
    fn node(&mut self, key: Key) -> &mut Node {
        &mut self.nodes[key as usize]
    }

    /// The key of that name below one; of a chart's `global` it is that of the top.
    pub(super) fn child(&mut self, key: Key, name: &str) -> Key {
        let above = if name == GLOBAL && self.node(key).is_chart { TOP } else { key };
        if let Some(&found) = self.node(above).below.get(name) {
            return found;
        }
        let depth = self.node(above).depth + 1;
        self.nodes.push(Node { depth, ..Node::default() });
        let new = (self.nodes.len() - 1) as Key;
        self.node(above).below.insert(name.to_owned(), new);
        new
    }

    /// The key at a path below one.
    pub(super) fn at<'n>(&mut self, key: Key, path: impl IntoIterator<Item = &'n str>) -> Key {
        path.into_iter().fold(key, |key, name| self.child(key, name))
    }

    pub(super) fn depth(&self, key: Key) -> usize {
        self.nodes[key as usize].depth
    }

    pub(super) fn is_chart(&self, key: Key) -> bool {
        self.nodes[key as usize].is_chart
    }

    pub(super) fn is_whole(&self, key: Key) -> bool {
        self.nodes[key as usize].whole
    }

    /// A chart has its values here.
    pub(super) fn set_chart(&mut self, key: Key) {
        self.node(key).is_chart = true;
    }

    pub(super) fn set_named(&mut self, key: Key) {
        self.node(key).named = true;
    }

    /// All that is below counts as read: of a chart's values that are its globals too.
    pub(super) fn set_whole(&mut self, key: Key) {
        self.node(key).whole = true;
        if self.node(key).is_chart {
            let global = self.child(TOP, GLOBAL);
            self.node(global).whole = true;
        }
    }

    pub(super) fn set_loose(&mut self, key: Key) {
        self.node(key).loose = true;
    }

    /// What is known of a path, where `may_be` tells of keys whether a name that is not known may be they.
    pub(super) fn ask(&self, path: &[&str], may_be: impl Fn(&str) -> bool) -> Said {
        let mut node = &self.nodes[0];
        for name in path {
            let top = &self.nodes[0];
            if node.is_chart && *name == GLOBAL {
                node = top;
            }
            if node.whole || node.loose && may_be(name) {
                return Said::Whole;
            }
            let Some(&key) = node.below.get(*name) else { return Said::Nothing };
            node = &self.nodes[key as usize];
        }
        match node {
            node if node.whole => Said::Whole,
            node if node.named => Said::Named,
            node if self.is_looked_into(node) => Said::Above,
            _ => Said::Nothing,
        }
    }

    /// Whether anything below a key is looked at. Keys nest as deep as paths are long.
    fn is_looked_into(&self, node: &Node) -> bool {
        node.loose
            || node
                .below
                .values()
                .map(|&key| &self.nodes[key as usize])
                .any(|below| below.whole || below.named || self.is_looked_into(below))
    }

    /// The names that are known below a path.
    pub(super) fn names_below(&self, path: &[&str]) -> BTreeSet<&str> {
        let mut node = &self.nodes[0];
        for name in path {
            match node.below.get(*name) {
                Some(&key) => node = &self.nodes[key as usize],
                None => return BTreeSet::new(),
            }
        }
        node.below.keys().map(String::as_str).collect()
    }

    /// The paths of all keys of that name that are looked at.
    pub(super) fn paths_of(&self, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut open = vec![(TOP, String::new())];
        while let Some((key, path)) = open.pop() {
            for (other, &below) in &self.nodes[key as usize].below {
                let full = if path.is_empty() { other.clone() } else { format!("{path}.{other}") };
                let node = &self.nodes[below as usize];
                if other == name && (node.named || node.whole) {
                    found.push(full.clone());
                }
                open.push((below, full));
            }
        }
        found
    }
}
