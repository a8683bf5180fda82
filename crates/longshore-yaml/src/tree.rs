//! From events to a tree that borrows from the input: what values are made of.
//!
//! All nodes of a document lie in one vector and name each other by number, so that a tree costs one
//! allocation, aliases are just numbers, and taking it apart needs no recursion. They lie in the order of
//! the text: a node's children follow it.

use std::borrow::Cow;

use crate::composer::{Composer, Target};
use crate::dialect::{Dialect, Limits};
use crate::error::{Error, Mark};
use crate::event::{Comments, Event};
use crate::reader::Source;
use crate::token::ScalarStyle;

/// Number of a node in its [`Tree`].
pub(crate) type Id = u32;

/// No node.
pub(crate) const NONE: Id = Id::MAX;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RawKind {
    /// Its style, and whether the value alone decides the type.
    Scalar(ScalarStyle, bool),
    Mapping {
        flow: bool,
    },
    Sequence {
        flow: bool,
    },
    /// The node referred to; in v3 none, if that is in an earlier document.
    Alias(Id),
}

/// A node as it stands in the input.
#[derive(Debug)]
pub(crate) struct RawNode<'a> {
    pub(crate) kind: RawKind,
    pub(crate) line: u32,
    pub(crate) column: u32,
    /// The next child of the same parent.
    pub(crate) next: Id,
    /// How many children; a mapping's are keys and values in turn. The first one is the node behind this.
    pub(crate) count: u32,
    /// The scalar's text, or the name that an alias refers to.
    pub(crate) value: Cow<'a, str>,
    /// The tag in its long form, if one is written.
    pub(crate) tag: Option<Box<str>>,
}

/// One document.
#[derive(Debug, Default)]
pub(crate) struct Tree<'a> {
    pub(crate) nodes: Vec<RawNode<'a>>,
}

impl RawNode<'_> {
    /// The tag in its long form, if one is written.
    pub(crate) fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// Whether it is a scalar whose value alone decides its type.
    pub(crate) fn implicit(&self) -> bool {
        matches!(self.kind, RawKind::Scalar(_, true))
    }
}

impl<'a> Tree<'a> {
    /// The document's content.
    pub(crate) const ROOT: Id = 0;

    /// The first document, if there is one.
    pub(crate) fn first(
        source: &'a Source<'a>,
        dialect: Dialect,
        limits: &Limits,
    ) -> Result<Option<Self>, Error> {
        let mut builder = Builder::default();
        let found = Composer::of_first(source, dialect, limits).next(&mut builder)?;
        Ok(found.then_some(builder.tree))
    }

    pub(crate) fn node(&self, id: Id) -> &RawNode<'a> {
        &self.nodes[id as usize]
    }

    /// The children of a node.
    pub(crate) fn children(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        let mut next = if self.node(id).count == 0 { NONE } else { id + 1 };
        std::iter::from_fn(move || {
            let this = next;
            if this == NONE {
                return None;
            }
            next = self.node(this).next;
            Some(this)
        })
    }

    /// Keys and values of a mapping.
    pub(crate) fn pairs(&self, id: Id) -> impl Iterator<Item = (Id, Id)> + '_ {
        let mut children = self.children(id);
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }
}

/// Makes a tree of events.
#[derive(Debug, Default)]
struct Builder<'a> {
    tree: Tree<'a>,
    open: Vec<Open>,
}

/// An open collection while it is being filled.
#[derive(Clone, Copy, Debug)]
struct Open {
    id: Id,
    last: Id,
}

impl<'a> Target<'a> for Builder<'a> {
    fn start(&mut self, _: Mark, _: Option<Box<Comments>>) {}

    fn add(&mut self, kind: RawKind, text: Cow<'a, str>, event: &mut Event<'a>) {
        let id = self.tree.nodes.len();
        self.add_plain(kind, text, event.start);
        if let Some(tag) = event.tag.take() {
            self.tree.nodes[id].tag = Some(tag);
        }
    }

    #[inline]
    fn add_plain(&mut self, kind: RawKind, text: Cow<'a, str>, start: Mark) {
        let id = self.tree.nodes.len() as Id;
        // Room is made first and the node built in its place: moving it there takes longer than building it.
        self.tree.nodes.extend(std::iter::once_with(|| RawNode {
            kind,
            line: start.line + 1,
            column: start.column + 1,
            next: NONE,
            count: 0,
            value: text,
            tag: None,
        }));
        if let Some(parent) = self.open.last_mut() {
            if parent.last != NONE {
                self.tree.nodes[parent.last as usize].next = id;
            }
            self.tree.nodes[parent.id as usize].count += 1;
            parent.last = id;
        }
        if let RawKind::Mapping { .. } | RawKind::Sequence { .. } = kind {
            self.open.push(Open { id, last: NONE });
        }
    }

    fn close(&mut self, _: Option<Box<Comments>>) {
        self.open.pop();
    }

    fn end(&mut self, _: Option<Box<Comments>>) {}

    fn forget(&mut self) {
        self.tree.nodes.clear();
        self.open.clear();
    }
}

/// Whether a key is the merge key.
pub(crate) fn is_merge(tree: &Tree<'_>, id: Id, dialect: Dialect) -> bool {
    let node = tree.node(id);
    if node.value != "<<" || !matches!(node.kind, RawKind::Scalar(..)) {
        return false;
    }
    match node.tag() {
        None => node.implicit(),
        Some(tag) => {
            matches!(tag, "tag:yaml.org,2002:merge" | "!") || dialect == Dialect::V2 && node.implicit()
        }
    }
}
