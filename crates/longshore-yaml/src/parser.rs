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
use crate::token::{Piece, ScalarStyle, TagToken, TokenKind};

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
    /// Whether the next token has been looked at.
    peeked: bool,
    /// The token that was looked at last: what and where it is.
    kind: TokenKind,
    start: Mark,
    /// Its characters, if it is an indicator.
    width: u8,
    text: Piece,
    /// A scanner error that go-yaml v3 overlooks at first: see `split_stem`.
    overlooked: Option<Error>,
}

impl<'a> Parser<'a> {
    /// A parser that begins at `place` of `source`, where a document starts: bytes and lines before it.
    pub(crate) fn new(
        source: &'a Source<'_>,
        place: (usize, u32),
        dialect: Dialect,
        limits: &Limits,
    ) -> Self {
        Self {
            scanner: Scanner::new(source, place, limits.depth, dialect == Dialect::V3),
            dialect,
            state: State::StreamStart,
            states: Vec::new(),
            marks: Vec::new(),
            tag_directives: Vec::new(),
            comments: comments::Pending::default(),
            event: Event::default(),
            peeked: false,
            kind: TokenKind::StreamStart,
            start: Mark::default(),
            width: 0,
            text: Piece::default(),
            overlooked: None,
        }
    }

    /// Parses the next event; after the end of the stream, its end again.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<EventKind, Error> {
        self.scanner.error_ahead()?;
        let result = self.advance();
        match (self.overlooked.take(), result) {
            (None, Ok(())) => Ok(self.event.kind),
            (Some(overlooked), Err(error)) => Err(error.after(&overlooked)),
            (None, Err(error)) | (Some(error), Ok(())) => Err(error),
        }
    }

    /// Where the document begins that comes next, as [`Parser::new`] takes it, if another parser may as well begin there:
    /// nothing of it is known yet.
    pub(crate) fn before_document(&mut self) -> Option<(usize, u32)> {
        let is_next =
            self.state == State::DocumentStart && self.peeked && self.kind == TokenKind::DocumentStart;
        let waits =
            !self.comments.is_empty() || !self.scanner.comments().is_empty() || self.overlooked.is_some();
        if is_next && !waits { self.scanner.place(self.start) } else { None }
    }

    /// What belongs to the event that [`Parser::next`] gave last.
    pub(crate) fn event(&mut self) -> &mut Event<'a> {
        &mut self.event
    }

    /// The text of the event; to be asked for once, and only if it has one.
    #[inline]
    pub(crate) fn text(&mut self) -> Cow<'a, str> {
        self.scanner.text(self.event.text)
    }

    fn advance(&mut self) -> Result<(), Error> {
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

    /// Looks at the next token: its kind. Its place is then in `start`.
    #[inline]
    fn peek(&mut self) -> Result<TokenKind, Error> {
        if !self.peeked {
            self.look()?;
        }
        Ok(self.kind)
    }

    // Results that carry nothing but an error travel in a register; others take longer than what they carry.
    fn look(&mut self) -> Result<(), Error> {
        let token = self.scanner.peek()?;
        let kind = token.kind;
        (self.start, self.width, self.text) = (token.start, token.width, token.text);
        if !self.scanner.comments().is_empty() {
            let block_end = kind == TokenKind::BlockEnd;
            self.comments.unfold(self.scanner.comments(), self.start, block_end);
        }
        (self.kind, self.peeked) = (kind, true);
        Ok(())
    }

    /// Takes the token that was looked at.
    #[inline]
    fn take(&mut self) -> Result<(), Error> {
        self.peeked = false;
        self.scanner.skip_token()
    }

    /// Takes the token that was looked at, for its text.
    #[inline]
    fn take_text(&mut self) -> Result<Piece, Error> {
        let text = self.text;
        self.take()?;
        Ok(text)
    }

    /// Takes the token that was looked at, for its tag or directive.
    fn take_tag(&mut self) -> Result<Option<Box<TagToken>>, Error> {
        let tag = self.scanner.take_tag();
        self.take()?;
        Ok(tag)
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    /// An event that begins at `start`.
    #[expect(clippy::unnecessary_wraps, reason = "the last words of every production")]
    #[inline]
    fn done(&mut self, kind: EventKind, start: Mark) -> Result<(), Error> {
        self.event.kind = kind;
        self.event.start = start;
        Ok(())
    }

    /// An event with the comments that wait.
    fn done_with_comments(&mut self, kind: EventKind, start: Mark) -> Result<(), Error> {
        self.event.comments = self.comments.take();
        self.done(kind, start)
    }

    /// A node that is not there: null.
    fn empty_scalar(&mut self, mark: Mark) -> Result<(), Error> {
        self.event.text = Piece::default();
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
