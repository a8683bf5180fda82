//! From events to text, as libyaml's emitter does it in go-yaml v2 and v3.
//!
//! The bytes depend on small state: whether the last thing written was white space, whether the line
//! holds only indentation so far, the column in characters. All of it is kept as the originals keep
//! it; where v2 and v3 differ, [`Emitter::v3`] decides. The originals look ahead in a queue of events
//! to know whether a collection is empty; here the caller says so.

mod analyze;
mod block;
mod comments;
mod flow;
mod quoted;
mod scalar;

use crate::chars::{self, continuation_bytes};
use crate::dialect::Dialect;
use crate::event::Comments;
use crate::token::ScalarStyle;
use analyze::Analysis;

/// What an event is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Item<'e> {
    DocumentStart,
    DocumentEnd,
    /// `*value`
    Alias,
    Scalar {
        value: &'e str,
        style: ScalarStyle,
    },
    SequenceStart {
        flow: bool,
        empty: bool,
    },
    SequenceEnd,
    MappingStart {
        flow: bool,
        empty: bool,
    },
    MappingEnd,
}

/// An event with its properties; empty strings are absent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event<'e> {
    pub(crate) item: Item<'e>,
    pub(crate) anchor: &'e str,
    /// In its long form.
    pub(crate) tag: &'e str,
    pub(crate) comments: Option<&'e Comments>,
    /// v3: the foot comment of the mapping entry before.
    pub(crate) tail: &'e str,
}

impl<'e> From<Item<'e>> for Event<'e> {
    fn from(item: Item<'e>) -> Self {
        Self { item, anchor: "", tag: "", comments: None, tail: "" }
    }
}

/// What is expected next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    FirstDocumentStart,
    DocumentStart,
    DocumentContent,
    DocumentEnd,
    FlowSequenceFirstItem,
    FlowSequenceItem,
    FlowSequenceTrailItem,
    FlowMappingFirstKey,
    FlowMappingKey,
    FlowMappingTrailKey,
    FlowMappingSimpleValue,
    FlowMappingValue,
    BlockSequenceFirstItem,
    BlockSequenceItem,
    BlockMappingFirstKey,
    BlockMappingKey,
    BlockMappingSimpleValue,
    BlockMappingValue,
}

/// Comments that wait to be written (v3).
#[derive(Debug, Default)]
struct Pending {
    head: String,
    line: String,
    foot: String,
    tail: String,
    key_line: String,
}

/// The emitter; [`Emitter::finish`] gives the text.
#[derive(Debug)]
pub(crate) struct Emitter {
    out: Vec<u8>,
    v3: bool,
    best_indent: i32,
    best_width: usize,
    compact_sequences: bool,

    state: State,
    states: Vec<State>,
    indent: i32,
    indents: Vec<i32>,
    flow_level: usize,
    mapping_context: bool,
    simple_key_context: bool,

    column: usize,
    whitespace: bool,
    indention: bool,
    foot_indent: i32,
    pending: Pending,
    analysis: Analysis,
}

impl Emitter {
    /// An emitter that indents by `indent`, folds behind column `width` and, in v3, counts the `- ` of
    /// sequences as indentation if `compact_sequences`.
    pub(crate) fn new(dialect: Dialect, indent: u8, width: Option<usize>, compact_sequences: bool) -> Self {
        Self {
            out: Vec::with_capacity(256),
            v3: dialect == Dialect::V3,
            best_indent: if (2..=9).contains(&indent) { i32::from(indent) } else { 2 },
            best_width: width.unwrap_or(usize::MAX),
            compact_sequences,
            state: State::FirstDocumentStart,
            states: Vec::new(),
            indent: -1,
            indents: Vec::new(),
            flow_level: 0,
            mapping_context: false,
            simple_key_context: false,
            column: 0,
            whitespace: true,
            indention: true,
            foot_indent: -1,
            pending: Pending::default(),
            analysis: Analysis::default(),
        }
    }

    /// Whether the `- ` of sequences counts as indentation from here on.
    pub(crate) fn set_compact_sequences(&mut self, is_compact: bool) {
        self.compact_sequences = is_compact;
    }

    /// The text written so far.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.out
    }

    /// Writes one event. The caller keeps to the order: document, content, end.
    pub(crate) fn emit<'e>(&mut self, event: impl Into<Event<'e>>) {
        let event = &event.into();
        if self.v3 {
            self.take_comments(event);
        }
        if let Item::Scalar { value, .. } = event.item {
            self.analysis = analyze::analyze(value, self.v3);
        }
        match self.state {
            State::FirstDocumentStart => self.document_start(true),
            State::DocumentStart => self.document_start(false),
            State::DocumentContent => self.document_content(event),
            State::DocumentEnd => self.document_end(),
            State::FlowSequenceFirstItem => self.flow_sequence_item(event, true, false),
            State::FlowSequenceTrailItem => self.flow_sequence_item(event, false, true),
            State::FlowSequenceItem => self.flow_sequence_item(event, false, false),
            State::FlowMappingFirstKey => self.flow_mapping_key(event, true, false),
            State::FlowMappingTrailKey => self.flow_mapping_key(event, false, true),
            State::FlowMappingKey => self.flow_mapping_key(event, false, false),
            State::FlowMappingSimpleValue => self.flow_mapping_value(event, true),
            State::FlowMappingValue => self.flow_mapping_value(event, false),
            State::BlockSequenceFirstItem => self.block_sequence_item(event, true),
            State::BlockSequenceItem => self.block_sequence_item(event, false),
            State::BlockMappingFirstKey => self.block_mapping_key(event, true),
            State::BlockMappingKey => self.block_mapping_key(event, false),
            State::BlockMappingSimpleValue => self.block_mapping_value(event, true),
            State::BlockMappingValue => self.block_mapping_value(event, false),
        }
    }

    fn document_start(&mut self, first: bool) {
        if !first {
            self.write_indent();
            self.indicator(b"---", true, false, false);
            if self.v3 {
                self.write_indent();
            }
        }
        if !self.pending.head.is_empty() {
            self.head_comment();
            self.put_break();
        }
        self.state = State::DocumentContent;
    }

    fn document_content(&mut self, event: &Event<'_>) {
        self.states.push(State::DocumentEnd);
        self.head_comment();
        self.node(event, false, false);
        self.line_comment();
        self.foot_comment();
    }

    fn document_end(&mut self) {
        if self.v3 {
            self.foot_indent = 0;
            self.foot_comment();
            self.foot_indent = -1;
        }
        self.write_indent();
        self.state = State::DocumentStart;
    }

    /// A node in the given context.
    fn node(&mut self, event: &Event<'_>, mapping: bool, simple_key: bool) {
        self.mapping_context = mapping;
        self.simple_key_context = simple_key;
        match event.item {
            Item::Alias => {
                self.indicator(b"*", true, false, false);
                self.word(event.anchor);
                self.pop_state();
            }
            Item::Scalar { value, style } => self.scalar(event, value, style),
            Item::SequenceStart { flow, empty } => {
                self.properties(event);
                self.state = if self.flow_level > 0 || flow || empty {
                    State::FlowSequenceFirstItem
                } else {
                    State::BlockSequenceFirstItem
                };
            }
            Item::MappingStart { flow, empty } => {
                self.properties(event);
                self.state = if self.flow_level > 0 || flow || empty {
                    State::FlowMappingFirstKey
                } else {
                    State::BlockMappingFirstKey
                };
            }
            // Ends and documents are no nodes; the callers in this crate never put them here.
            _ => self.pop_state(),
        }
    }

    fn properties(&mut self, event: &Event<'_>) {
        if !event.anchor.is_empty() {
            self.indicator(b"&", true, false, false);
            self.word(event.anchor);
        }
        if !event.tag.is_empty() {
            self.write_tag(event.tag);
        }
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::DocumentEnd);
    }

    fn increase_indent(&mut self, flow: bool, indentless: bool, compact: bool) {
        self.indents.push(self.indent);
        if self.indent < 0 {
            self.indent = if flow { self.best_indent } else { 0 };
        } else if indentless {
        } else if !self.v3 {
            self.indent += self.best_indent;
        } else if self.states.last() == Some(&State::BlockSequenceItem) {
            // The first indentation inside of a sequence only skips the `- `.
            self.indent += 2;
        } else {
            let best = self.best_indent;
            self.indent = best * ((self.indent + best) / best);
            if compact {
                self.indent -= 2;
            }
        }
    }

    fn decrease_indent(&mut self) {
        self.indent = self.indents.pop().unwrap_or(-1);
    }

    fn put(&mut self, byte: u8) {
        self.out.push(byte);
        self.column += 1;
    }

    fn put_break(&mut self) {
        self.out.push(b'\n');
        self.column = 0;
        if self.v3 {
            self.indention = true;
        }
    }

    /// Writes text without line breaks.
    fn put_str(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
        self.column += text.len() - continuation_bytes(text.as_bytes());
    }

    /// Writes the line break at `i`: where the text goes on.
    fn copy_break(&mut self, text: &str, i: usize) -> usize {
        let bytes = text.as_bytes();
        if bytes[i] == b'\n' {
            self.put_break();
            return i + 1;
        }
        let end = i + chars::width(bytes[i]);
        self.out.extend_from_slice(&bytes[i..end]);
        self.column = 0;
        if self.v3 {
            self.indention = true;
        }
        end
    }

    fn write_indent(&mut self) {
        let indent = self.indent.max(0);
        let column = indent as usize;
        if !self.indention || self.column > column || self.column == column && !self.whitespace {
            self.put_break();
        }
        if self.v3 && self.foot_indent == indent {
            self.put_break();
        }
        if self.column < column {
            self.out.resize(self.out.len() + column - self.column, b' ');
            self.column = column;
        }
        self.whitespace = true;
        self.indention = true;
        self.foot_indent = -1;
    }

    fn indicator(&mut self, text: &[u8], need_space: bool, is_space: bool, is_indention: bool) {
        if need_space && !self.whitespace {
            self.put(b' ');
        }
        self.out.extend_from_slice(text);
        self.column += text.len();
        self.whitespace = is_space;
        self.indention = self.indention && is_indention;
    }

    fn word(&mut self, text: &str) {
        self.put_str(text);
        self.whitespace = false;
        self.indention = false;
    }

    fn write_tag(&mut self, tag: &str) {
        let (open, content, close) = if let Some(rest) = tag.strip_prefix('!') {
            ("!", rest, "")
        } else if let Some(rest) = tag.strip_prefix("tag:yaml.org,2002:") {
            ("!!", rest, "")
        } else {
            ("!<", tag, ">")
        };
        if !self.whitespace {
            self.put(b' ');
        }
        self.word(open);
        for &byte in content.as_bytes() {
            let class = chars::class(byte);
            if class & (chars::ALPHA | chars::URI) != 0 && !matches!(byte, b'!' | b'%') {
                self.put(byte);
            } else {
                self.put_str(&format!("%{byte:02X}"));
            }
        }
        self.word(close);
    }
}
