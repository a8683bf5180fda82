//! The node tree: YAML with everything that was written, as go-yaml v3's `Node` has it.

mod access;
mod build;
mod read;
mod text;
mod value;

use std::borrow::Cow;

use crate::event::Comments;

#[cfg(test)]
pub(crate) use read::parse_thoroughly;
pub use read::{check_syntax, parse, parse_first};
pub use text::Text;
pub use value::to_json_value;
pub(crate) use value::to_value;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A document; its content is one node.
    Document,
    /// A mapping; its content is keys and values in turn.
    Mapping,
    /// A sequence.
    Sequence,
    /// Text, with a tag that says what it means.
    Scalar,
    /// `*name`; the name is the node's value.
    Alias,
}

/// How a node is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Plain scalars, block collections.
    #[default]
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// `[…]` and `{…}`
    Flow,
}

/// A node of a YAML document, with style, comments and position.
///
/// Order and style are kept; nothing is resolved but the tag. The fields are open: change them, or use
/// the accessors, which all look through a document to its content.
///
/// ```
/// use longshore_yaml::{Dialect, Limits, Node, parse};
/// let mut documents = parse(b"a: {b: [1, x]}\n", Dialect::V2, &Limits::default())?;
/// let root = &mut documents[0];
/// assert_eq!(root.at(&["a", "b"]).map(|list| list.items().len()), Some(2));
/// root.set("c", Node::string("new"));
/// assert_eq!(root.get("c").and_then(Node::as_str), Some("new"));
/// # Ok::<(), longshore_yaml::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// How it is written.
    pub style: Style,
    /// The tag in its short form (`!!str`), as written or, for plain scalars, as resolved.
    pub tag: Cow<'static, str>,
    /// Whether the tag is written out.
    pub tagged: bool,
    /// A scalar's text, or the name that an alias refers to.
    pub value: Text,
    /// The name behind `&`.
    pub anchor: Option<Box<str>>,
    /// Comments (v3 only).
    pub comments: Option<Box<Comments>>,
    /// The line where it starts, from 1; 0 if it was not read.
    pub line: u32,
    /// The column where it starts, from 1 and in characters; 0 if it was not read.
    pub column: u32,
    /// Go's nodes are pointers, so a tree can hold one of them in several places, and whoever changes it changes it in
    /// all of them. Nodes of a tree with the same number here, other than 0, are such a node; whoever makes use of it
    /// keeps them equal (see `longshore-kustomize`). Nothing in this crate does.
    pub identity: u32,
    /// Children: the one node of a document, the keys and values of a mapping, the items of a sequence.
    pub content: Vec<Node>,
}

/// A key that a mapping holds twice, with the places of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateKey {
    /// The key's text.
    pub key: String,
    /// The keys above it; items of lists count as what the list is.
    pub path: Vec<String>,
    /// Line and column of the first one, from 1.
    pub first: (u32, u32),
    /// Line and column of the second one.
    pub second: (u32, u32),
}
