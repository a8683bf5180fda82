//! One node: its properties, and the start of what it holds.

use std::borrow::Cow;

use super::{Parser, State};
use crate::error::{Error, Mark};
use crate::event::EventKind;
use crate::token::{Piece, ScalarStyle, TagToken, TokenKind};

impl Parser<'_> {
    /// A node, where blocks may start (`block`), or also a sequence that is not indented.
    pub(super) fn node(&mut self, block: bool, indentless: bool) -> Result<(), Error> {
        let mut kind = self.peek()?;
        let start = self.start;
        match kind {
            TokenKind::Alias => {
                self.pop_state();
                self.event.text = self.take_text()?;
                return self.done_with_comments(EventKind::Alias, start);
            }
            TokenKind::Anchor | TokenKind::Tag => kind = self.properties(kind, start)?,
            _ => {}
        }
        let event = match kind {
            TokenKind::Scalar(style) => {
                self.event.text = self.take_text()?;
                self.pop_state();
                let implicit = match &self.event.tag {
                    None => style == ScalarStyle::Plain,
                    Some(tag) => &**tag == "!",
                };
                EventKind::Scalar { style, implicit }
            }
            TokenKind::BlockEntry if indentless => {
                self.state = State::IndentlessSequenceEntry;
                return self.done(EventKind::SequenceStart { flow: false }, start);
            }
            TokenKind::FlowSequenceStart => {
                self.state = State::FlowSequenceFirstEntry;
                EventKind::SequenceStart { flow: true }
            }
            TokenKind::FlowMappingStart => {
                self.state = State::FlowMappingFirstKey;
                EventKind::MappingStart { flow: true }
            }
            TokenKind::BlockSequenceStart if block => {
                self.state = State::BlockSequenceFirstEntry;
                self.event.comments = self.comments.take_stem();
                return self.done(EventKind::SequenceStart { flow: false }, start);
            }
            TokenKind::BlockMappingStart if block => {
                self.state = State::BlockMappingFirstKey;
                self.event.comments = self.comments.take_stem();
                return self.done(EventKind::MappingStart { flow: false }, start);
            }
            _ if self.event.anchor.is_some() || self.event.tag.is_some() => {
                self.pop_state();
                let implicit = self.event.tag.is_none();
                self.event.text = Piece::default();
                return self.done(EventKind::Scalar { style: ScalarStyle::Plain, implicit }, start);
            }
            _ => return Err(self.fail(start, "did not find expected node content", self.start)),
        };
        self.done_with_comments(event, start)
    }

    /// Takes an anchor and a tag, in either order: what follows them.
    fn properties(&mut self, first: TokenKind, start: Mark) -> Result<TokenKind, Error> {
        let mut kind = first;
        let mut tag = None;
        loop {
            match kind {
                TokenKind::Anchor if self.event.anchor.is_none() => {
                    // A name is always a piece of the input.
                    let name = self.take_text()?;
                    self.event.anchor = match self.scanner.text(name) {
                        Cow::Borrowed(name) => Some(name),
                        Cow::Owned(_) => None,
                    };
                }
                TokenKind::Tag if tag.is_none() => {
                    let mark = self.start;
                    tag = self.take_tag()?.map(|token| (token, mark));
                }
                _ => break,
            }
            kind = self.peek()?;
        }
        if let Some((token, mark)) = tag {
            self.event.tag = Some(self.resolve_tag(*token, start, mark)?);
        }
        Ok(kind)
    }

    fn resolve_tag(&self, token: TagToken, start: Mark, tag_mark: Mark) -> Result<Box<str>, Error> {
        if token.handle.is_empty() {
            return Ok(token.suffix.into());
        }
        let tag = self
            .tag_directives
            .iter()
            .find(|(handle, _)| *handle == token.handle)
            .map(|(_, prefix)| format!("{prefix}{}", token.suffix))
            .unwrap_or_default();
        if tag.is_empty() {
            return Err(self.fail(start, "found undefined tag handle", tag_mark));
        }
        Ok(tag.into())
    }
}
