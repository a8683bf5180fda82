//! Between nodes and the borrowed trees that reading makes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use longshore_go::Value;

use super::text::Shared;
use super::{Kind, Node, Style};
use crate::decode::{self, Numbers, Options};
use crate::dialect::{Dialect, Limits};
use crate::error::{Error, ErrorKind};
use crate::reader::Source;
use crate::resolve::{known, long_tag, resolve, short_tag};
use crate::token::ScalarStyle;
use crate::tree::{Composer, Id, NONE, Properties, RawKind, RawNode, Tree};

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
    let input = Shared::new(&source.text);
    let mut documents = Vec::new();
    while let Some(mut tree) = composer.next()? {
        documents.push(document(&mut tree, dialect, &input));
        composer.recycle(tree);
    }
    Ok(documents)
}

/// Reads the first document of `input`, and nothing behind it; `None` if there is none.
///
/// # Errors
/// As [`parse`].
pub fn parse_first(input: &[u8], dialect: Dialect, limits: &Limits) -> Result<Option<Node>, Error> {
    limits.check_size(input)?;
    let source = Source::new(input);
    let tree = Composer::new(&source, dialect, limits).next()?;
    Ok(tree.map(|mut tree| document(&mut tree, dialect, &Shared::new(&source.text))))
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
    while let Some(tree) = composer.next()? {
        documents += 1;
        composer.recycle(tree);
    }
    Ok(documents)
}

fn document(tree: &mut Tree<'_>, dialect: Dialect, input: &Shared<'_>) -> Node {
    let mut document = Node::new(Kind::Document, "");
    document.content.reserve_exact(1);
    document.line = tree.start.line + 1;
    document.column = tree.start.column + 1;
    document.comments = tree.comments.take().filter(|comments| !comments.is_empty());
    // The nodes lie in the order of the text: those that still lack children are all around the next one.
    let mut open = vec![(document, 1)];
    for raw in tree.nodes.drain(..) {
        let count = raw.count;
        let mut done = node(raw, dialect, input);
        if count > 0 {
            open.push((done, count));
            continue;
        }
        while let Some((parent, missing)) = open.last_mut() {
            parent.content.push(done);
            *missing -= 1;
            if *missing > 0 {
                break;
            }
            match open.pop() {
                Some((document, _)) if open.is_empty() => return document,
                Some((parent, _)) => done = parent,
                None => break,
            }
        }
    }
    // Only a document without content gets here; the composer makes none.
    open.swap_remove(0).0
}

/// The node without its children.
fn node(raw: RawNode<'_>, dialect: Dialect, input: &Shared<'_>) -> Node {
    let (kind, style, default_tag) = match raw.kind {
        RawKind::Alias(_) => (Kind::Alias, Style::Plain, ""),
        RawKind::Mapping { flow } => (Kind::Mapping, collection(flow), "!!map"),
        RawKind::Sequence { flow } => (Kind::Sequence, collection(flow), "!!seq"),
        RawKind::Scalar(style, _) => {
            let tag = match style {
                ScalarStyle::Plain if raw.value == "<<" => "!!merge",
                ScalarStyle::Plain => resolve(dialect, &raw.value).tag(),
                _ => "!!str",
            };
            (Kind::Scalar, scalar(style), tag)
        }
    };
    let (tag, tagged) = match raw.tag() {
        Some(tag) if !tag.is_empty() && tag != "!" => (Cow::Owned(short_tag(tag).into_owned()), true),
        // `!` alone makes a string of anything.
        Some(_) if kind == Kind::Scalar && dialect == Dialect::V2 => (Cow::Borrowed("!!str"), false),
        _ => (Cow::Borrowed(default_tag), false),
    };
    Node {
        kind,
        style,
        tag,
        tagged,
        value: input.text(raw.value),
        anchor: raw.properties.and_then(|properties| properties.anchor.map(Box::from)),
        comments: raw.comments.filter(|comments| !comments.is_empty()),
        line: raw.line,
        column: raw.column,
        content: Vec::with_capacity(raw.count as usize),
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

/// Decodes a node as go-yaml of the dialect does, into what `encoding/json` makes of the result: integers
/// as `int64` or `uint64`, v3's dates as RFC 3339 text.
///
/// # Errors
/// What go-yaml or `encoding/json` refuses: v3 for example a key that is there twice.
///
/// ```
/// use longshore_yaml::{Dialect, Limits, parse, to_json_value};
/// let documents = parse(b"{on: 2020-01-01, n: 0o17}", Dialect::V3, &Limits::default())?;
/// let value = to_json_value(&documents[0], Dialect::V3)?;
/// let map = value.as_map().expect("a mapping");
/// assert_eq!(map.get(b"on").and_then(|v| v.as_str().cloned()), Some("2020-01-01T00:00:00Z".into()));
/// # Ok::<(), longshore_yaml::Error>(())
/// ```
pub fn to_json_value(node: &Node, dialect: Dialect) -> Result<Value, Error> {
    to_value(node, dialect, Numbers::Typed)
}

pub(crate) fn to_value(node: &Node, dialect: Dialect, numbers: Numbers) -> Result<Value, Error> {
    let limits = Limits::default();
    let tree = tree(node, &limits)?;
    let options = Options { dialect, numbers, strict: false, limits };
    decode::decode(&tree, options)
}

/// The borrowed tree of a node, to be decoded.
fn tree<'n>(node: &'n Node, limits: &Limits) -> Result<Tree<'n>, Error> {
    let mut builder = Builder { tree: Tree::default(), anchors: BTreeMap::new(), depth: 0, limits: *limits };
    builder.add(node.root())?;
    Ok(builder.tree)
}

struct Builder<'n> {
    tree: Tree<'n>,
    anchors: BTreeMap<&'n str, Id>,
    depth: usize,
    limits: Limits,
}

impl<'n> Builder<'n> {
    fn add(&mut self, node: &'n Node) -> Result<Id, Error> {
        let id = self.tree.nodes.len() as Id;
        let fail = |kind, text: String| Err(Error::new(kind, text).at_line(node.line, node.column));
        if self.tree.nodes.len() >= self.limits.nodes {
            let text = format!("yaml: document has more than {} nodes", self.limits.nodes);
            return fail(ErrorKind::Limit, text);
        }
        if self.depth > self.limits.depth {
            let text = format!("yaml: exceeded max depth of {}", self.limits.depth);
            return fail(ErrorKind::Limit, text);
        }
        // The tag says what a scalar is. It need not be resolved again if it says "string", and must
        // be, by the text alone, if it is what the text would have resolved to.
        let quoted =
            matches!(node.style, Style::SingleQuoted | Style::DoubleQuoted | Style::Literal | Style::Folded);
        let (implicit, tag): (bool, Option<Box<str>>) = match &*node.tag {
            _ if !node.tagged && node.kind != Kind::Scalar => (false, None),
            "!!str" if !node.tagged => (false, None),
            "" | "!!merge" if !node.tagged => (!quoted, None),
            tag if !node.tagged && known(tag.trim_start_matches('!')).is_some() && !quoted => {
                (true, Some(long_tag(tag).into()))
            }
            tag => (false, Some(long_tag(tag).into())),
        };
        let kind = match node.kind {
            Kind::Mapping => RawKind::Mapping { flow: false },
            Kind::Sequence => RawKind::Sequence { flow: false },
            Kind::Scalar | Kind::Document => RawKind::Scalar(ScalarStyle::Plain, implicit),
            Kind::Alias => {
                let Some(target) = self.anchors.get(&*node.value) else {
                    let text = format!("yaml: unknown anchor '{}' referenced", node.value);
                    return fail(ErrorKind::Decode, text);
                };
                RawKind::Alias(*target)
            }
        };
        if let Some(name) = &node.anchor {
            self.anchors.insert(name, id);
        }
        self.tree.nodes.push(RawNode {
            kind,
            line: node.line,
            column: node.column,
            next: NONE,
            count: node.content.len() as u32,
            value: Cow::Borrowed(&node.value),
            properties: tag.map(|tag| Box::new(Properties { tag: Some(tag), anchor: None })),
            comments: None,
        });
        self.depth += 1;
        let mut last = NONE;
        for child in &node.content {
            let child = self.add(child)?;
            if last != NONE {
                self.tree.nodes[last as usize].next = child;
            }
            last = child;
        }
        self.depth -= 1;
        Ok(id)
    }
}
