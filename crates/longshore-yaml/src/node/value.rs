//! From nodes to values.

use std::borrow::Cow;
use std::collections::BTreeMap;

use longshore_go::Value;

use super::{Kind, Node, Style};
use crate::decode::{self, Numbers, Options};
use crate::dialect::{Dialect, Limits};
use crate::error::{Error, ErrorKind};
use crate::resolve::{known, long_tag};
use crate::token::ScalarStyle;
use crate::tree::{Id, NONE, RawKind, RawNode, Tree};

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
    let options = Options { dialect, numbers, strict: false, limits, wanted: None };
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
            tag,
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
