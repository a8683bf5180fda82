//! Making and changing nodes.

use std::borrow::Cow;

use longshore_go::strconv;

use super::{Kind, Node, Style, Text};
use crate::event::Comments;

impl Node {
    /// A node of the given kind and tag, without content.
    pub fn new(kind: Kind, tag: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            style: Style::Plain,
            tag: tag.into(),
            tagged: false,
            value: Text::default(),
            anchor: None,
            comments: None,
            line: 0,
            column: 0,
            identity: 0,
            content: Vec::new(),
        }
    }

    /// A document with the given content.
    pub fn document(content: Node) -> Self {
        let mut node = Self::new(Kind::Document, "");
        node.content.push(content);
        node
    }

    /// An empty mapping.
    pub fn mapping() -> Self {
        Self::new(Kind::Mapping, "!!map")
    }

    /// An empty sequence.
    pub fn sequence() -> Self {
        Self::new(Kind::Sequence, "!!seq")
    }

    /// A scalar with a tag (`!!int`) and text.
    pub fn scalar(tag: impl Into<Cow<'static, str>>, value: impl Into<Text>) -> Self {
        let mut node = Self::new(Kind::Scalar, tag);
        node.value = value.into();
        node
    }

    /// A string. It is written in quotes only if it must be.
    pub fn string(value: impl Into<Text>) -> Self {
        Self::scalar("!!str", value)
    }

    /// An integer.
    pub fn int(value: i64) -> Self {
        Self::scalar("!!int", value.to_string())
    }

    /// A float, as go-yaml writes it.
    pub fn float(value: f64) -> Self {
        let text = match value {
            f64::INFINITY => String::from(".inf"),
            f64::NEG_INFINITY => String::from("-.inf"),
            _ if value.is_nan() => String::from(".nan"),
            _ => strconv::format_float(value, b'g', None),
        };
        Self::scalar("!!float", text)
    }

    /// `true` or `false`.
    pub fn bool(value: bool) -> Self {
        Self::scalar("!!bool", Text::from_static(if value { "true" } else { "false" }))
    }

    /// `null`.
    pub fn null() -> Self {
        Self::scalar("!!null", Text::from_static("null"))
    }

    /// Sets the value of a mapping's key, which is added at the end if it is not there. Does nothing to
    /// other nodes.
    pub fn set(&mut self, key: &str, value: Node) {
        let node = self.root_mut();
        if node.kind != Kind::Mapping {
            return;
        }
        match node.position(key) {
            Some(i) => node.content[i + 1] = value,
            None => node.content.extend([Self::string(key), value]),
        }
    }

    /// Removes a mapping's key: its value.
    pub fn remove(&mut self, key: &str) -> Option<Node> {
        let node = self.root_mut();
        let i = node.position(key)?;
        let value = node.content.remove(i + 1);
        node.content.remove(i);
        Some(value)
    }

    /// Appends an item to a sequence. Does nothing to other nodes.
    pub fn push(&mut self, item: Node) {
        let node = self.root_mut();
        if node.kind == Kind::Sequence {
            node.content.push(item);
        }
    }

    /// The comments, to be changed.
    pub fn comments_mut(&mut self) -> &mut Comments {
        self.comments.get_or_insert_default()
    }

    /// The node itself, or the content of a document.
    pub fn root_mut(&mut self) -> &mut Node {
        if self.kind == Kind::Document && !self.content.is_empty() {
            return &mut self.content[0];
        }
        self
    }
}

impl FromIterator<Node> for Node {
    /// A sequence.
    fn from_iter<I: IntoIterator<Item = Node>>(items: I) -> Self {
        let mut node = Self::sequence();
        node.content.extend(items);
        node
    }
}

impl<K: Into<Text>> FromIterator<(K, Node)> for Node {
    /// A mapping with string keys.
    fn from_iter<I: IntoIterator<Item = (K, Node)>>(entries: I) -> Self {
        let mut node = Self::mapping();
        for (key, value) in entries {
            node.content.extend([Self::string(key), value]);
        }
        node
    }
}
