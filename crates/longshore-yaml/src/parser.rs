//! From tokens to events: the grammar of YAML as a state machine, as libyaml and go-yaml have it.
//!
//! ```text
//! stream     ::= STREAM-START document? explicit_document* STREAM-END
//! document   ::= directive* DOCUMENT-START? node? DOCUMENT-END*
//! node       ::= ALIAS | (ANCHOR TAG? | TAG ANCHOR?)? content?
//! content    ::= SCALAR | block and flow collections, each entry again a node
//! ```
//!
//! A stack of states in place of recursion: depth costs no stack, and one event is made at a time, so
//! that nothing behind the first document is looked at when only that one is asked for.

mod block;
mod comments;
mod document;
mod flow;
mod node;

use crate::dialect::{Dialect, Limits};
use crate::error::{Error, ErrorKind, Mark};
use crate::event::{Event, EventKind};
use crate::reader::Source;
use crate::scanner::{Failure, Scanner};
use crate::token::{ScalarStyle, Token, TokenKind};

/// What is expected next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    StreamStart,
    ImplicitDocumentStart,
    DocumentStart,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequenceFirstEntry,
    BlockSequenceEntry,
    IndentlessSequenceEntry,
    BlockMappingFirstKey,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceFirstEntry,
    FlowSequenceEntry,
    FlowSequenceEntryMappingKey,
    FlowSequenceEntryMappingValue,
    FlowSequenceEntryMappingEnd,
    FlowMappingFirstKey,
    FlowMappingKey,
    FlowMappingValue,
    FlowMappingEmptyValue,
    End,
}

/// A token's kind without what it carries, to decide by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Peeked {
    StreamEnd,
    Directive,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar,
    StreamStart,
}

/// The parser over one input.
#[derive(Debug)]
pub(crate) struct Parser<'a> {
    scanner: Scanner<'a>,
    dialect: Dialect,
    state: State,
    states: Vec<State>,
    /// Where each open collection began.
    marks: Vec<Mark>,
    /// `%TAG` handles and prefixes of the current document.
    tag_directives: Vec<(String, String)>,
    comments: comments::Pending,
    /// A scanner error that go-yaml v3 overlooks at first: see `split_stem`.
    overlooked: Option<Error>,
}

impl<'a> Parser<'a> {
    pub(crate) fn new(source: &'a Source<'_>, dialect: Dialect, limits: &Limits) -> Self {
        Self {
            scanner: Scanner::new(source, limits.depth, dialect == Dialect::V3),
            dialect,
            state: State::StreamStart,
            states: Vec::new(),
            marks: Vec::new(),
            tag_directives: Vec::new(),
            comments: comments::Pending::default(),
            overlooked: None,
        }
    }

    /// The next event; after the end of the stream, its end again.
    pub(crate) fn next(&mut self) -> Result<Event<'a>, Error> {
        let event = self.advance()?;
        match self.overlooked.take() {
            Some(error) => Err(error),
            None => Ok(event),
        }
    }

    fn advance(&mut self) -> Result<Event<'a>, Error> {
        match self.state {
            State::StreamStart => {
                let token = self.take()?;
                self.state = State::ImplicitDocumentStart;
                Ok(Event::new(EventKind::StreamStart, token.start))
            }
            State::ImplicitDocumentStart => self.document_start(true),
            State::DocumentStart => self.document_start(false),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::BlockNode => self.node(true, false),
            State::BlockSequenceFirstEntry => self.block_sequence_entry(true),
            State::BlockSequenceEntry => self.block_sequence_entry(false),
            State::IndentlessSequenceEntry => self.indentless_sequence_entry(),
            State::BlockMappingFirstKey => self.block_mapping_key(true),
            State::BlockMappingKey => self.block_mapping_key(false),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceFirstEntry => self.flow_sequence_entry(true),
            State::FlowSequenceEntry => self.flow_sequence_entry(false),
            State::FlowSequenceEntryMappingKey => self.flow_sequence_entry_key(),
            State::FlowSequenceEntryMappingValue => self.flow_sequence_entry_value(),
            State::FlowSequenceEntryMappingEnd => self.flow_sequence_entry_end(),
            State::FlowMappingFirstKey => self.flow_mapping_key(true),
            State::FlowMappingKey => self.flow_mapping_key(false),
            State::FlowMappingValue => self.flow_mapping_value(false),
            State::FlowMappingEmptyValue => self.flow_mapping_value(true),
            State::End => Ok(Event::new(EventKind::StreamEnd, Mark::default())),
        }
    }

    /// Looks at the next token: its kind, start and end.
    fn peek(&mut self) -> Result<(Peeked, Mark, Mark), Error> {
        let v3 = self.dialect == Dialect::V3;
        let token = self.scanner.peek()?;
        let kind = match &token.kind {
            TokenKind::StreamStart => Peeked::StreamStart,
            TokenKind::StreamEnd => Peeked::StreamEnd,
            TokenKind::VersionDirective(..) | TokenKind::TagDirective(..) => Peeked::Directive,
            TokenKind::DocumentStart => Peeked::DocumentStart,
            TokenKind::DocumentEnd => Peeked::DocumentEnd,
            TokenKind::BlockSequenceStart => Peeked::BlockSequenceStart,
            TokenKind::BlockMappingStart => Peeked::BlockMappingStart,
            TokenKind::BlockEnd => Peeked::BlockEnd,
            TokenKind::FlowSequenceStart => Peeked::FlowSequenceStart,
            TokenKind::FlowSequenceEnd => Peeked::FlowSequenceEnd,
            TokenKind::FlowMappingStart => Peeked::FlowMappingStart,
            TokenKind::FlowMappingEnd => Peeked::FlowMappingEnd,
            TokenKind::BlockEntry => Peeked::BlockEntry,
            TokenKind::FlowEntry => Peeked::FlowEntry,
            TokenKind::Key => Peeked::Key,
            TokenKind::Value => Peeked::Value,
            TokenKind::Alias(_) => Peeked::Alias,
            TokenKind::Anchor(_) => Peeked::Anchor,
            TokenKind::Tag(_) => Peeked::Tag,
            TokenKind::Scalar(..) => Peeked::Scalar,
        };
        let (start, end) = (token.start, token.end);
        if v3 {
            self.comments.unfold(self.scanner.comments(), start, kind == Peeked::BlockEnd);
        }
        Ok((kind, start, end))
    }

    /// Takes the token that was looked at.
    fn take(&mut self) -> Result<Token<'a>, Error> {
        self.scanner.next()
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    /// A node that is not there: null.
    fn empty_scalar(mark: Mark) -> Event<'a> {
        Event::new(EventKind::Scalar { value: "".into(), style: ScalarStyle::Plain, implicit: true }, mark)
    }

    fn fail(&self, context: Mark, problem: &str, mark: Mark) -> Error {
        Failure { context, problem: mark }.into_error(ErrorKind::Parser, self.dialect == Dialect::V3, problem)
    }

    /// The error of an unexpected token inside of the innermost collection.
    fn fail_inside(&mut self, problem: &str, mark: Mark) -> Error {
        let context = self.marks.pop().unwrap_or_default();
        self.fail(context, problem, mark)
    }
}
