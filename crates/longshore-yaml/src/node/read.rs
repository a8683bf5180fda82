//! From events to nodes.

use std::borrow::Cow;

use super::text::Shared;
use super::{Kind, Node, Style};
use crate::composer::{Composer, Nothing, Target};
use crate::dialect::{Dialect, Limits};
use crate::error::{Error, Mark};
use crate::event::{Comments, Event};
use crate::reader::Source;
use crate::resolve::{resolve, short_tag};
use crate::token::ScalarStyle;
use crate::tree::RawKind;

/// Reads all documents of `input`.
///
/// Each is a node of kind [`Kind::Document`] whose line is that of its `---`, or of its content if it
/// has none. Comments are kept in the v3 dialect.
///
/// # Errors
/// Text in Go's words, such as `yaml: line 3: did not find expected key`; see [`Error`].
///
/// ```
/// use longshore_yaml::{Dialect, Limits, parse};
/// let documents = parse(b"a: yes\n---\nb: 2\n", Dialect::V2, &Limits::default())?;
/// assert_eq!(documents[1].line, 2);
/// assert_eq!(documents[0].get("a").map(|node| &*node.tag), Some("!!bool"));
/// # Ok::<(), longshore_yaml::Error>(())
/// ```
pub fn parse(input: &[u8], dialect: Dialect, limits: &Limits) -> Result<Vec<Node>, Error> {
    limits.check_size(input)?;
    let source = Source::new(input);
    let mut composer = Composer::new(&source, dialect, limits);
    let mut builder = Builder::new(dialect, &source);
    while composer.next(&mut builder)? {}
    Ok(builder.documents)
}

/// [`parse`] without [`crate::lines`], of all documents or only the first.
#[cfg(test)]
pub(crate) fn parse_thoroughly(input: &[u8], dialect: Dialect, only_first: bool) -> Result<Vec<Node>, Error> {
    let source = Source::new(input);
    let mut composer = Composer::thorough(&source, dialect, &Limits::default());
    let mut builder = Builder::new(dialect, &source);
    while composer.next(&mut builder)? && !only_first {}
    Ok(builder.documents)
}

/// Reads the first document of `input`, and nothing behind it; `None` if there is none.
///
/// # Errors
/// As [`parse`].
pub fn parse_first(input: &[u8], dialect: Dialect, limits: &Limits) -> Result<Option<Node>, Error> {
    limits.check_size(input)?;
    let source = Source::new(input);
    let mut builder = Builder::new(dialect, &source);
    Composer::of_first(&source, dialect, limits).next(&mut builder)?;
    Ok(builder.documents.pop())
}

/// Reads `input` without keeping anything: how many documents it has.
///
/// # Errors
/// As [`parse`].
pub fn check_syntax(input: &[u8], dialect: Dialect, limits: &Limits) -> Result<usize, Error> {
    limits.check_size(input)?;
    let source = Source::new(input);
    let mut composer = Composer::new(&source, dialect, limits);
    let mut documents = 0;
    while composer.next(&mut Nothing)? {
        documents += 1;
    }
    Ok(documents)
}

/// Makes nodes of events.
struct Builder<'s> {
    dialect: Dialect,
    input: Shared<'s>,
    documents: Vec<Node>,
    /// Whether the last document has not ended.
    has_begun: bool,
    /// Nodes that do not have their parent yet. Behind an open collection lie its children, which it takes all at once
    /// when it ends.
    waiting: Vec<Node>,
    /// Places of the open collections.
    open: Vec<usize>,
    /// Whether any node has comments.
    commented: bool,
}

impl<'s> Builder<'s> {
    fn new(dialect: Dialect, source: &'s Source<'_>) -> Self {
        Self {
            dialect,
            input: Shared::new(&source.text),
            documents: Vec::new(),
            has_begun: false,
            waiting: Vec::new(),
            open: Vec::new(),
            commented: false,
        }
    }

    /// go-yaml v3's rules after a child of a mapping: a foot at a key belongs to the entry before, a foot at a value to
    /// its key.
    fn move_comments(&mut self) {
        let Some((parent, children)) =
            self.open.last().and_then(|&parent| self.waiting[parent..].split_first_mut())
        else {
            return;
        };
        if parent.kind != Kind::Mapping {
            return;
        }
        let key = children.len() % 2 == 1;
        match children {
            [.., earlier, _, newest] if key && parent.style != Style::Flow && has_foot(newest) => {
                *foot(earlier) = take_foot(newest);
            }
            [.., before, newest] if !key && has_foot(newest) && !has_foot(before) => {
                *foot(before) = take_foot(newest);
            }
            _ => {}
        }
    }

    /// go-yaml v3's rules at the end of a collection: its line and foot come with the end event, and the foot of a block
    /// mapping belongs to its last entry.
    fn close_comments(&mut self, at: usize, comments: Option<Box<Comments>>) {
        let Some((node, children)) = self.waiting[at..].split_first_mut() else {
            return;
        };
        if comments.is_some() || node.comments.is_some() {
            let end = comments.unwrap_or_default();
            let own = node.comments.get_or_insert_default();
            own.line = end.line;
            own.foot = end.foot;
            if let [.., key, _] = children
                && node.kind == Kind::Mapping
                && node.style != Style::Flow
                && !own.foot.is_empty()
            {
                *foot(key) = std::mem::take(&mut own.foot);
            }
        }
        children.iter_mut().for_each(drop_empty);
    }
}

impl<'a> Target<'a> for Builder<'_> {
    fn start(&mut self, start: Mark, comments: Option<Box<Comments>>) {
        self.commented = comments.is_some();
        self.has_begun = true;
        self.documents.push(Node {
            line: start.line + 1,
            column: start.column + 1,
            comments,
            ..Node::new(Kind::Document, "")
        });
    }

    fn add(&mut self, kind: RawKind, text: Cow<'a, str>, event: &mut Event<'a>) {
        self.commented |= event.comments.is_some();
        if let RawKind::Mapping { .. } | RawKind::Sequence { .. } = kind {
            self.open.push(self.waiting.len());
        }
        let (dialect, input) = (self.dialect, &self.input);
        // Room is made first and the node built in its place: moving it there takes longer than building it.
        self.waiting.extend(std::iter::once_with(|| node(kind, text, event, dialect, input)));
        if self.commented
            && let RawKind::Scalar(..) | RawKind::Alias(_) = kind
        {
            self.move_comments();
        }
    }

    fn add_plain(&mut self, kind: RawKind, text: Cow<'a, str>, start: Mark) {
        if let RawKind::Mapping { .. } | RawKind::Sequence { .. } = kind {
            self.open.push(self.waiting.len());
        }
        let (dialect, input) = (self.dialect, &self.input);
        self.waiting.extend(std::iter::once_with(|| {
            let (kind, style, tag) = described(kind, &text, dialect);
            Node {
                style,
                value: input.text(text),
                line: start.line + 1,
                column: start.column + 1,
                ..Node::new(kind, tag)
            }
        }));
    }

    fn close(&mut self, comments: Option<Box<Comments>>) {
        let Some(at) = self.open.pop() else {
            return;
        };
        self.commented |= comments.is_some();
        if self.commented {
            self.close_comments(at, comments);
        }
        let content = self.waiting.split_off(at + 1);
        self.waiting[at].content = content;
        if self.commented {
            self.move_comments();
        }
    }

    fn end(&mut self, comments: Option<Box<Comments>>) {
        self.has_begun = false;
        let Some(document) = self.documents.last_mut() else {
            return;
        };
        if let Some(comments) = comments {
            document.comments.get_or_insert_default().foot = comments.foot;
        }
        document.content = self.waiting.pop().into_iter().collect();
        document.content.iter_mut().for_each(drop_empty);
        drop_empty(document);
    }

    fn forget(&mut self) {
        if self.has_begun {
            self.documents.pop();
        }
        self.has_begun = false;
        self.waiting.clear();
        self.open.clear();
    }
}

/// The node without its children.
#[inline]
fn node(
    kind: RawKind,
    text: Cow<'_, str>,
    event: &mut Event<'_>,
    dialect: Dialect,
    input: &Shared<'_>,
) -> Node {
    let (kind, style, default_tag) = described(kind, &text, dialect);
    let (tag, tagged) = match event.tag.take() {
        Some(tag) if !tag.is_empty() && *tag != *"!" => (Cow::Owned(short_tag(&tag).into_owned()), true),
        // `!` alone makes a string of anything.
        Some(_) if kind == Kind::Scalar && dialect == Dialect::V2 => (Cow::Borrowed("!!str"), false),
        None | Some(_) => (Cow::Borrowed(default_tag), false),
    };
    Node {
        kind,
        style,
        tag,
        tagged,
        value: input.text(text),
        anchor: event.anchor.map(Box::from),
        comments: event.comments.take(),
        line: event.start.line + 1,
        column: event.start.column + 1,
        identity: 0,
        content: Vec::new(),
    }
}

/// What a node is, how it is written, and its tag if none is written out.
#[inline]
fn described(kind: RawKind, text: &str, dialect: Dialect) -> (Kind, Style, &'static str) {
    match kind {
        RawKind::Mapping { flow } => (Kind::Mapping, collection(flow), "!!map"),
        RawKind::Sequence { flow } => (Kind::Sequence, collection(flow), "!!seq"),
        RawKind::Alias(_) => (Kind::Alias, Style::Plain, ""),
        RawKind::Scalar(style, _) => {
            let tag = match style {
                ScalarStyle::Plain if text == "<<" => "!!merge",
                ScalarStyle::Plain => resolve(dialect, text).tag(),
                _ => "!!str",
            };
            (Kind::Scalar, scalar(style), tag)
        }
    }
}

fn collection(flow: bool) -> Style {
    if flow { Style::Flow } else { Style::Plain }
}

fn scalar(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::SingleQuoted,
        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

fn foot(node: &mut Node) -> &mut String {
    &mut node.comments.get_or_insert_default().foot
}

fn take_foot(node: &mut Node) -> String {
    node.comments.as_mut().map(|comments| std::mem::take(&mut comments.foot)).unwrap_or_default()
}

fn has_foot(node: &Node) -> bool {
    matches!(&node.comments, Some(comments) if !comments.foot.is_empty())
}

/// Comments that have all gone elsewhere are none.
fn drop_empty(node: &mut Node) {
    if matches!(&node.comments, Some(comments) if comments.is_empty()) {
        node.comments = None;
    }
}
