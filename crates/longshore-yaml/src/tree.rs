//! From events to a tree that borrows from the input: what values and [`crate::Node`]s are made of.
//!
//! All nodes of a document lie in one vector and name each other by number, so that a tree costs one
//! allocation, aliases are just numbers, and taking it apart needs no recursion. They lie in the order of
//! the text: a node's children follow it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::{Dialect, Limits};
use crate::error::{Error, ErrorKind, Mark};
use crate::event::{Comments, EventKind};
use crate::parser::Parser;
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
    /// What few nodes have.
    pub(crate) properties: Option<Box<Properties<'a>>>,
    pub(crate) comments: Option<Box<Comments>>,
}

/// What may stand before a node.
#[derive(Debug)]
pub(crate) struct Properties<'a> {
    /// The tag in its long form.
    pub(crate) tag: Option<Box<str>>,
    pub(crate) anchor: Option<&'a str>,
}

/// One document.
#[derive(Debug, Default)]
pub(crate) struct Tree<'a> {
    pub(crate) nodes: Vec<RawNode<'a>>,
    /// Where the document starts: at its `---`, or at its content.
    pub(crate) start: Mark,
    pub(crate) comments: Option<Box<Comments>>,
}

impl RawNode<'_> {
    /// The tag in its long form, if one is written.
    pub(crate) fn tag(&self) -> Option<&str> {
        self.properties.as_ref()?.tag.as_deref()
    }

    /// Whether it is a scalar whose value alone decides its type.
    pub(crate) fn implicit(&self) -> bool {
        matches!(self.kind, RawKind::Scalar(_, true))
    }
}

impl<'a> Tree<'a> {
    /// The document's content.
    pub(crate) const ROOT: Id = 0;

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

/// Reads document after document of one input.
pub(crate) struct Composer<'a> {
    parser: Parser<'a>,
    dialect: Dialect,
    limits: Limits,
    nodes: usize,
    anchors: BTreeMap<&'a str, Id>,
    /// v3: the anchors of earlier documents, to which aliases may refer too.
    earlier: BTreeSet<&'a str>,
    /// The nodes' memory of the document before.
    spare: Vec<RawNode<'a>>,
    started: bool,
}

/// An open collection while it is being filled.
struct Open {
    id: Id,
    last: Id,
    /// The last three children, newest first, for the comment rules.
    recent: [Id; 3],
    mapping: bool,
    flow: bool,
}

impl<'a> Composer<'a> {
    pub(crate) fn new(source: &'a Source<'_>, dialect: Dialect, limits: &Limits) -> Self {
        Self {
            parser: Parser::new(source, dialect, limits),
            dialect,
            limits: *limits,
            nodes: 0,
            anchors: BTreeMap::new(),
            earlier: BTreeSet::new(),
            spare: Vec::new(),
            started: false,
        }
    }

    /// The next document, or `None` after the last.
    pub(crate) fn next(&mut self) -> Result<Option<Tree<'a>>, Error> {
        if !self.started {
            self.parser.next()?;
            self.started = true;
        }
        if self.parser.next()? != EventKind::DocumentStart {
            return Ok(None);
        }
        let start = std::mem::take(self.parser.event());
        // v2 forgets anchors between documents. v3 does not; such an alias keeps its name only.
        if self.dialect == Dialect::V3 {
            self.earlier.extend(self.anchors.keys());
        }
        self.anchors.clear();
        let mut nodes = std::mem::take(&mut self.spare);
        nodes.clear();
        let mut tree = Tree { nodes, start: start.start, comments: start.comments };
        self.content(&mut tree)?;
        self.parser.next()?;
        if let Some(comments) = self.parser.event().comments.take() {
            tree.comments.get_or_insert_default().foot = comments.foot;
        }
        Ok(Some(tree))
    }

    /// Takes back a document that is done with, so that the next one needs no new memory.
    pub(crate) fn recycle(&mut self, tree: Tree<'a>) {
        self.spare = tree.nodes;
    }

    fn content(&mut self, tree: &mut Tree<'a>) -> Result<(), Error> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            let kind = match self.parser.next()? {
                EventKind::SequenceEnd | EventKind::MappingEnd => {
                    let Some(done) = open.pop() else {
                        return Ok(());
                    };
                    if self.dialect == Dialect::V3 {
                        let comments = self.parser.event().comments.take();
                        close_comments(tree, &done, comments);
                    }
                    match open.last() {
                        None => return Ok(()),
                        Some(parent) if self.dialect == Dialect::V3 => move_comments(tree, parent),
                        Some(_) => {}
                    }
                    continue;
                }
                EventKind::SequenceStart { flow } => RawKind::Sequence { flow },
                EventKind::MappingStart { flow } => RawKind::Mapping { flow },
                EventKind::Scalar { style, implicit } => {
                    let tag = &mut self.parser.event().tag;
                    // To v3 `!` alone is no tag.
                    if self.dialect == Dialect::V3 && tag.as_deref() == Some("!") {
                        *tag = None;
                        RawKind::Scalar(style, style == ScalarStyle::Plain)
                    } else {
                        RawKind::Scalar(style, implicit)
                    }
                }
                EventKind::Alias => RawKind::Alias(self.alias()?),
                _ => return Ok(()),
            };
            let id = self.add(tree, open.last_mut(), kind)?;
            let (mapping, flow) = match kind {
                RawKind::Mapping { flow } => (true, flow),
                RawKind::Sequence { flow } => (false, flow),
                _ => {
                    match open.last() {
                        None => return Ok(()),
                        Some(parent) if self.dialect == Dialect::V3 => move_comments(tree, parent),
                        Some(_) => {}
                    }
                    continue;
                }
            };
            if open.len() >= self.limits.depth {
                let text = format!("yaml: exceeded max depth of {}", self.limits.depth);
                let node = tree.node(id);
                let error = Error::new(ErrorKind::Limit, text);
                return Err(error.at_line(node.line, node.column));
            }
            open.push(Open { id, last: NONE, recent: [NONE; 3], mapping, flow });
        }
    }

    /// The node that the alias just parsed refers to.
    fn alias(&mut self) -> Result<Id, Error> {
        let event = self.parser.event();
        let name = &*event.value;
        match self.anchors.get(name) {
            Some(target) => Ok(*target),
            None if self.earlier.contains(name) => Ok(NONE),
            None => {
                let text = format!("yaml: unknown anchor '{name}' referenced");
                Err(Error::new(ErrorKind::Decode, text).at(event.start))
            }
        }
    }

    fn add(&mut self, tree: &mut Tree<'a>, parent: Option<&mut Open>, kind: RawKind) -> Result<Id, Error> {
        let event = self.parser.event();
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            let text = format!("yaml: document has more than {} nodes", self.limits.nodes);
            return Err(Error::new(ErrorKind::Limit, text).at(event.start));
        }
        let id = tree.nodes.len() as Id;
        if let Some(name) = event.anchor {
            self.anchors.insert(name, id);
        }
        let value = match kind {
            RawKind::Scalar(..) | RawKind::Alias(_) => std::mem::take(&mut event.value),
            _ => Cow::Borrowed(""),
        };
        let properties = match (event.tag.take(), event.anchor) {
            (None, None) => None,
            (tag, anchor) => Some(Box::new(Properties { tag, anchor })),
        };
        tree.nodes.push(RawNode {
            kind,
            line: event.start.line + 1,
            column: event.start.column + 1,
            next: NONE,
            count: 0,
            value,
            properties,
            comments: event.comments.take(),
        });
        if let Some(parent) = parent {
            if parent.last != NONE {
                tree.nodes[parent.last as usize].next = id;
            }
            tree.nodes[parent.id as usize].count += 1;
            parent.last = id;
            parent.recent = [id, parent.recent[0], parent.recent[1]];
        }
        Ok(id)
    }
}

fn foot<'t>(tree: &'t mut Tree<'_>, id: Id) -> &'t mut String {
    &mut tree.nodes[id as usize].comments.get_or_insert_default().foot
}

fn take_foot(tree: &mut Tree<'_>, id: Id) -> String {
    match &mut tree.nodes[id as usize].comments {
        Some(comments) => std::mem::take(&mut comments.foot),
        None => String::new(),
    }
}

fn has_foot(tree: &Tree<'_>, id: Id) -> bool {
    matches!(&tree.node(id).comments, Some(comments) if !comments.foot.is_empty())
}

/// go-yaml v3's rules after a child of a mapping: a foot at a key belongs to the entry before, a foot
/// at a value to its key.
fn move_comments(tree: &mut Tree<'_>, parent: &Open) {
    if !parent.mapping {
        return;
    }
    let [newest, before, earlier] = parent.recent;
    if tree.node(parent.id).count % 2 == 1 {
        if !parent.flow && earlier != NONE && has_foot(tree, newest) {
            *foot(tree, earlier) = take_foot(tree, newest);
        }
    } else if has_foot(tree, newest) && !has_foot(tree, before) {
        *foot(tree, before) = take_foot(tree, newest);
    }
}

/// go-yaml v3's rules at the end of a collection: its line and foot come with the end event, and the
/// foot of a block mapping belongs to its last entry.
fn close_comments(tree: &mut Tree<'_>, done: &Open, comments: Option<Box<Comments>>) {
    let node = &mut tree.nodes[done.id as usize];
    if comments.is_none() && node.comments.is_none() {
        return;
    }
    let end = comments.unwrap_or_default();
    let own = node.comments.get_or_insert_default();
    own.line = end.line;
    own.foot = end.foot;
    if done.mapping && !done.flow && !own.foot.is_empty() && done.recent[1] != NONE {
        let text = std::mem::take(&mut own.foot);
        *foot(tree, done.recent[1]) = text;
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
