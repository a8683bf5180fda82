//! One node: its properties, and the start of what it holds.

use super::{Parser, Peeked, State};
use crate::error::{Error, Mark};
use crate::event::{Event, EventKind};
use crate::token::{ScalarStyle, TagToken, TokenKind};

impl<'a> Parser<'a> {
    /// A node, where blocks may start (`block`), or also a sequence that is not indented.
    pub(super) fn node(&mut self, block: bool, indentless: bool) -> Result<Event<'a>, Error> {
        let (mut kind, mut start, mut mark) = {
            let (kind, start, _) = self.peek()?;
            (kind, start, start)
        };
        if kind == Peeked::Alias {
            self.pop_state();
            let TokenKind::Alias(name) = self.take()?.kind else {
                unreachable!("just peeked at an alias");
            };
            let mut event = Event::new(EventKind::Alias(name), start);
            self.comments.attach(&mut event);
            return Ok(event);
        }

        let mut anchor = None;
        let mut tag = None;
        let mut tag_mark = start;
        let node_start = start;
        while kind == Peeked::Anchor && anchor.is_none() || kind == Peeked::Tag && tag.is_none() {
            match self.take()?.kind {
                TokenKind::Anchor(name) => anchor = Some(name),
                TokenKind::Tag(token) => {
                    tag_mark = mark;
                    tag = Some(token);
                }
                _ => {}
            }
            let next = self.peek()?;
            (kind, mark) = (next.0, next.1);
        }
        start = node_start;
        let tag = match tag {
            None => None,
            Some(token) => self.resolve_tag(*token, start, tag_mark)?,
        };
        let mut event = self.content(kind, start, mark, block, indentless, anchor, tag.as_deref())?;
        event.anchor = anchor;
        event.tag = tag;
        Ok(event)
    }

    #[expect(clippy::too_many_arguments, reason = "one production of the grammar, taken apart")]
    fn content(
        &mut self,
        kind: Peeked,
        start: Mark,
        mark: Mark,
        block: bool,
        indentless: bool,
        anchor: Option<&str>,
        tag: Option<&str>,
    ) -> Result<Event<'a>, Error> {
        let mut stem = false;
        let kind = match kind {
            Peeked::BlockEntry if indentless => {
                self.state = State::IndentlessSequenceEntry;
                return Ok(Event::new(EventKind::SequenceStart { flow: false }, start));
            }
            Peeked::Scalar => {
                let TokenKind::Scalar(value, style) = self.take()?.kind else {
                    unreachable!("just peeked at a scalar");
                };
                self.pop_state();
                let implicit = match tag {
                    None => style == ScalarStyle::Plain,
                    Some(tag) => tag == "!",
                };
                let mut event = Event::new(EventKind::Scalar { value, style, implicit }, start);
                self.comments.attach(&mut event);
                return Ok(event);
            }
            Peeked::FlowSequenceStart => {
                self.state = State::FlowSequenceFirstEntry;
                EventKind::SequenceStart { flow: true }
            }
            Peeked::FlowMappingStart => {
                self.state = State::FlowMappingFirstKey;
                EventKind::MappingStart { flow: true }
            }
            Peeked::BlockSequenceStart if block => {
                self.state = State::BlockSequenceFirstEntry;
                stem = true;
                EventKind::SequenceStart { flow: false }
            }
            Peeked::BlockMappingStart if block => {
                self.state = State::BlockMappingFirstKey;
                stem = true;
                EventKind::MappingStart { flow: false }
            }
            _ if anchor.is_some() || tag.is_some_and(|tag| !tag.is_empty()) => {
                self.pop_state();
                let mut event = Self::empty_scalar(start);
                if let EventKind::Scalar { implicit, .. } = &mut event.kind {
                    *implicit = tag.is_none();
                }
                return Ok(event);
            }
            _ => return Err(self.fail(start, "did not find expected node content", mark)),
        };
        let mut event = Event::new(kind, start);
        if stem {
            self.comments.attach_stem(&mut event);
        } else {
            self.comments.attach(&mut event);
        }
        Ok(event)
    }

    fn resolve_tag(&self, token: TagToken, start: Mark, tag_mark: Mark) -> Result<Option<Box<str>>, Error> {
        if token.handle.is_empty() {
            return Ok(Some(token.suffix.into()));
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
        Ok(Some(tag.into()))
    }
}
