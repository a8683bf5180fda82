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

use std::borrow::Cow;

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
    tag_directives: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    comments: comments::Pending,
    event: Event<'a>,
    /// The next token, if it has been looked at.
    peeked: Option<TokenKind>,
    /// Where the token is that was looked at last.
    start: Mark,
    end: Mark,
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
            event: Event::default(),
            peeked: None,
            start: Mark::default(),
            end: Mark::default(),
            overlooked: None,
        }
    }

    /// Parses the next event; after the end of the stream, its end again.
    pub(crate) fn next(&mut self) -> Result<EventKind, Error> {
        self.scanner.error_ahead()?;
        let kind = self.advance()?;
        match self.overlooked.take() {
            Some(error) => Err(error),
            None => Ok(kind),
        }
    }

    /// What belongs to the event that [`Parser::next`] gave last.
    pub(crate) fn event(&mut self) -> &mut Event<'a> {
        &mut self.event
    }

    fn advance(&mut self) -> Result<EventKind, Error> {
        self.event.anchor = None;
        if self.event.tag.is_some() {
            self.event.tag = None;
        }
        if self.event.comments.is_some() {
            self.event.comments = None;
        }
        match self.state {
            State::StreamStart => {
                self.peek()?;
                self.take()?;
                self.state = State::ImplicitDocumentStart;
                self.done(EventKind::StreamStart, self.start)
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
            State::End => self.done(EventKind::StreamEnd, Mark::default()),
        }
    }

    /// Looks at the next token: its kind. Its place is then in `start` and `end`.
    #[inline]
    fn peek(&mut self) -> Result<TokenKind, Error> {
        match self.peeked {
            Some(kind) => Ok(kind),
            None => self.look(),
        }
    }

    fn look(&mut self) -> Result<TokenKind, Error> {
        let token = self.scanner.peek()?;
        let kind = token.kind;
        (self.start, self.end) = (token.start, token.end);
        if !self.scanner.comments().is_empty() {
            let block_end = kind == TokenKind::BlockEnd;
            self.comments.unfold(self.scanner.comments(), self.start, block_end);
        }
        self.peeked = Some(kind);
        Ok(kind)
    }

    /// Takes the token that was looked at.
    fn take(&mut self) -> Result<Token<'a>, Error> {
        self.peeked = None;
        self.scanner.next()
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    /// An event that begins at `start`.
    #[expect(clippy::unnecessary_wraps, reason = "the last words of every production")]
    fn done(&mut self, kind: EventKind, start: Mark) -> Result<EventKind, Error> {
        self.event.start = start;
        Ok(kind)
    }

    /// An event with the comments that wait.
    fn done_with_comments(&mut self, kind: EventKind, start: Mark) -> Result<EventKind, Error> {
        self.event.comments = self.comments.take();
        self.done(kind, start)
    }

    /// A node that is not there: null.
    fn empty_scalar(&mut self, mark: Mark) -> Result<EventKind, Error> {
        self.event.value = Cow::Borrowed("");
        self.done(EventKind::Scalar { style: ScalarStyle::Plain, implicit: true }, mark)
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
