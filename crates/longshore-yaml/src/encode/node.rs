//! Nodes as YAML, as go-yaml v3's `encoder.node`.

use crate::emitter::{Emitter, Event, Item};
use crate::encode::EmitOptions;
use crate::event::Comments;
use crate::node::{Kind, Node, Style};
use crate::resolve::{long_tag, resolve};
use crate::token::ScalarStyle;

/// Writes nodes as documents, `---` between them, with their styles and comments.
///
/// A tag that reading the text would give again is left out; a string that reading would take for
/// something else gets quotes. Keys stay in their order.
///
/// ```
/// use longshore_yaml::{Dialect, EmitOptions, Limits, emit, parse};
/// let documents = parse(b"# top\na: 'x' # why\nb: [1,2]\n", Dialect::V3, &Limits::default())?;
/// let text = emit(&documents, &EmitOptions::v3().indent(2));
/// assert_eq!(text, b"# top\na: 'x' # why\nb: [1, 2]\n");
/// # Ok::<(), longshore_yaml::Error>(())
/// ```
pub fn emit<'n>(nodes: impl IntoIterator<Item = &'n Node>, options: &EmitOptions) -> Vec<u8> {
    emit_each(nodes.into_iter().map(|node| (node, options.compact_sequences)), options)
}

/// The same, where each document says whether its sequences are compact. One emitter writes them all: a comment that it
/// has no place for in one document comes out in the next.
pub(crate) fn emit_each<'n>(
    nodes: impl IntoIterator<Item = (&'n Node, bool)>,
    options: &EmitOptions,
) -> Vec<u8> {
    let mut writer = NodeWriter { emitter: options.emitter(), options };
    for (node, is_compact) in nodes {
        writer.emitter.set_compact_sequences(is_compact);
        writer.document(node);
    }
    writer.emitter.finish()
}

struct NodeWriter<'o> {
    emitter: Emitter,
    options: &'o EmitOptions,
}

impl NodeWriter<'_> {
    fn document(&mut self, node: &Node) {
        let (head, foot) = match &node.comments {
            Some(comments) if node.kind == Kind::Document => (
                Comments { head: comments.head.clone(), ..Comments::default() },
                Comments { foot: comments.foot.clone(), ..Comments::default() },
            ),
            _ => Default::default(),
        };
        self.emitter.emit(Event { comments: Some(&head), ..Event::from(Item::DocumentStart) });
        match node.kind {
            Kind::Document if node.content.is_empty() => self.node(&Node::null(), ""),
            _ => self.node(node.root(), ""),
        }
        self.emitter.emit(Event { comments: Some(&foot), ..Event::from(Item::DocumentEnd) });
    }

    fn node(&mut self, node: &Node, tail: &str) {
        let (tag, force_quotes) = self.tag(node);
        let anchor = node.anchor.as_deref().unwrap_or_default();
        let comments = node.comments.as_deref();
        let head = comments.map(|comments| Comments { head: comments.head.clone(), ..Comments::default() });
        let end = comments.map(|comments| Comments { head: String::new(), ..comments.clone() });
        let long = long_tag(tag);
        let start = |item| Event { item, anchor, tag: &long, comments: head.as_ref(), tail };
        let empty = node.content.is_empty();
        let flow = node.style == Style::Flow;
        match node.kind {
            Kind::Document => self.node(node.root(), tail),
            Kind::Sequence => {
                // go-yaml drops a tail here: nothing follows a sequence in its place.
                self.emitter.emit(Event { tail: "", ..start(Item::SequenceStart { flow, empty }) });
                for item in &node.content {
                    self.node(item, "");
                }
                self.emitter.emit(Event { comments: end.as_ref(), ..Event::from(Item::SequenceEnd) });
            }
            Kind::Mapping => {
                self.emitter.emit(start(Item::MappingStart { flow, empty }));
                self.entries(node, end.as_ref());
            }
            Kind::Alias => {
                self.emitter.emit(Event { anchor: &node.value, comments, ..Event::from(Item::Alias) });
            }
            Kind::Scalar => {
                let style = scalar_style(node, force_quotes);
                let value = &node.value;
                self.emitter.emit(Event { comments, ..start(Item::Scalar { value, style }) });
            }
        }
    }

    /// The foot comment of an entry is written once its value, however long, is finished: it travels
    /// as the tail of the next key, or of the end.
    fn entries(&mut self, node: &Node, end: Option<&Comments>) {
        let mut tail = String::new();
        for (key, value) in node.entries() {
            let foot = key.comments.as_ref().map_or("", |comments| &*comments.foot);
            if foot.is_empty() {
                self.node(key, &tail);
                tail.clear();
            } else {
                let mut bare = key.clone();
                bare.comments_mut().foot.clear();
                self.node(&bare, &tail);
                foot.clone_into(&mut tail);
            }
            self.node(value, "");
        }
        self.emitter.emit(Event { comments: end, tail: &tail, ..Event::from(Item::MappingEnd) });
    }

    /// The tag to be written, and whether quotes do the same.
    fn tag<'n>(&self, node: &'n Node) -> (&'n str, bool) {
        let tag = &*node.tag;
        if tag.is_empty() || node.tagged {
            return (tag, false);
        }
        match node.kind {
            Kind::Mapping if tag == "!!map" => ("", false),
            Kind::Sequence if tag == "!!seq" => ("", false),
            Kind::Scalar => {
                let quoted = !matches!(node.style, Style::Plain | Style::Flow);
                if tag == "!!str" && quoted {
                    return ("", false);
                }
                // A merge key does not resolve to itself: go-yaml writes `!!merge <<`.
                let resolved = resolve(self.options.dialect, &node.value).tag();
                match (resolved == tag, tag) {
                    (true, _) => ("", false),
                    (false, "!!str") => ("", true),
                    (false, _) => (tag, false),
                }
            }
            _ => (tag, false),
        }
    }
}

fn scalar_style(node: &Node, force_quotes: bool) -> ScalarStyle {
    match node.style {
        Style::DoubleQuoted => ScalarStyle::DoubleQuoted,
        Style::SingleQuoted => ScalarStyle::SingleQuoted,
        Style::Literal => ScalarStyle::Literal,
        Style::Folded => ScalarStyle::Folded,
        _ if node.value.contains('\n') => ScalarStyle::Literal,
        _ if force_quotes => ScalarStyle::DoubleQuoted,
        _ => ScalarStyle::Plain,
    }
}
