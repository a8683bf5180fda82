//! Looking into nodes.

use std::collections::BTreeMap;

use super::{DuplicateKey, Kind, Node};

impl Node {
    /// The node itself, or the content of a document.
    pub fn root(&self) -> &Node {
        match self.kind {
            Kind::Document => self.content.first().unwrap_or(self),
            _ => self,
        }
    }

    /// The value of a mapping's key: of the last one, if the key is there more than once.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let node = self.root();
        node.position(key).map(|i| &node.content[i + 1])
    }

    /// The value of a mapping's key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let node = self.root_mut();
        node.position(key).map(|i| &mut node.content[i + 1])
    }

    /// A mapping's key itself, with its position and comments.
    pub fn key(&self, key: &str) -> Option<&Node> {
        let node = self.root();
        node.position(key).map(|i| &node.content[i])
    }

    /// The value at a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self.root(), |node, key| node.get(key))
    }

    /// Keys and values of a mapping, in order; nothing for other nodes.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = (&Node, &Node)> {
        let node = self.root();
        let content: &[Node] = match node.kind {
            Kind::Mapping => &node.content,
            _ => &[],
        };
        content.chunks_exact(2).map(|pair| (&pair[0], &pair[1]))
    }

    /// Keys and values of a mapping, to be changed.
    pub fn entries_mut(&mut self) -> impl DoubleEndedIterator<Item = (&mut Node, &mut Node)> {
        let node = self.root_mut();
        let content: &mut [Node] = match node.kind {
            Kind::Mapping => &mut node.content,
            _ => &mut [],
        };
        content.chunks_exact_mut(2).filter_map(|pair| match pair {
            [key, value] => Some((key, value)),
            _ => None,
        })
    }

    /// The items of a sequence; none for other nodes.
    pub fn items(&self) -> &[Node] {
        let node = self.root();
        match node.kind {
            Kind::Sequence => &node.content,
            _ => &[],
        }
    }

    /// The text of a string scalar; `None` for numbers, booleans, null and collections.
    pub fn as_str(&self) -> Option<&str> {
        let node = self.root();
        (node.kind == Kind::Scalar && node.tag == "!!str").then_some(&*node.value)
    }

    /// The text of any scalar.
    pub fn text(&self) -> Option<&str> {
        let node = self.root();
        (node.kind == Kind::Scalar).then_some(&*node.value)
    }

    /// Whether it is a mapping.
    pub fn is_mapping(&self) -> bool {
        self.root().kind == Kind::Mapping
    }

    /// Whether it is a sequence.
    pub fn is_sequence(&self) -> bool {
        self.root().kind == Kind::Sequence
    }

    /// Whether it is null, or a document without content.
    pub fn is_null(&self) -> bool {
        let node = self.root();
        match node.kind {
            Kind::Scalar => node.tag == "!!null",
            Kind::Document => true,
            _ => false,
        }
    }

    /// The keys of this node or below it that a mapping holds twice, compared by text, outer ones first: what a file
    /// that is written by hand should not have. Merge keys may repeat.
    pub fn duplicate_keys(&self) -> Vec<DuplicateKey> {
        let mut found = Vec::new();
        self.root().duplicates(&mut Vec::new(), &mut found);
        found
    }

    fn duplicates(&self, path: &mut Vec<String>, found: &mut Vec<DuplicateKey>) {
        let mut seen: BTreeMap<&str, &Node> = BTreeMap::new();
        for (key, _) in self.entries().filter(|(key, _)| key.kind == Kind::Scalar && key.tag != "!!merge") {
            if let Some(first) = seen.insert(&key.value, key) {
                found.push(DuplicateKey {
                    key: key.value.to_string(),
                    path: path.clone(),
                    first: (first.line, first.column),
                    second: (key.line, key.column),
                });
            }
        }
        for (key, value) in self.entries() {
            path.push(key.value.to_string());
            value.duplicates(path, found);
            path.pop();
        }
        for item in self.items() {
            item.duplicates(path, found);
        }
    }

    /// Where the last entry with the key is in `content`.
    pub(super) fn position(&self, key: &str) -> Option<usize> {
        if self.kind != Kind::Mapping {
            return None;
        }
        let pairs = self.content.chunks_exact(2);
        let place = pairs.rev().position(|pair| {
            pair[0].kind == Kind::Scalar && pair[0].value == key && pair[0].tag != "!!null"
        })?;
        Some((self.content.len() / 2 - 1 - place) * 2)
    }
}
