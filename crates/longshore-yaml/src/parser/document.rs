//! Documents and their directives.

use super::{Parser, Peeked, State};
use crate::error::{Error, Mark};
use crate::event::{Event, EventKind};
use crate::token::TokenKind;

impl<'a> Parser<'a> {
    pub(super) fn document_start(&mut self, implicit: bool) -> Result<Event<'a>, Error> {
        let (mut kind, mut start, _) = self.peek()?;
        if !implicit {
            while kind == Peeked::DocumentEnd {
                self.take()?;
                (kind, start, _) = self.peek()?;
            }
        }
        match kind {
            Peeked::StreamEnd => {
                self.take()?;
                self.state = State::End;
                Ok(Event::new(EventKind::StreamEnd, start))
            }
            Peeked::Directive | Peeked::DocumentStart => self.explicit_document(start),
            _ if !implicit => self.explicit_document(start),
            _ => {
                self.process_directives()?;
                let head = self.comments.split_document_head();
                self.states.push(State::DocumentEnd);
                self.state = State::BlockNode;
                let mut event = Event::new(EventKind::DocumentStart, start);
                event.comments = head;
                Ok(event)
            }
        }
    }

    fn explicit_document(&mut self, start: Mark) -> Result<Event<'a>, Error> {
        self.process_directives()?;
        let (kind, mark, _) = self.peek()?;
        if kind != Peeked::DocumentStart {
            return Err(self.fail(Mark::default(), "did not find expected <document start>", mark));
        }
        self.states.push(State::DocumentEnd);
        self.state = State::DocumentContent;
        self.take()?;
        Ok(Event::new(EventKind::DocumentStart, start))
    }

    pub(super) fn document_content(&mut self) -> Result<Event<'a>, Error> {
        let (kind, start, _) = self.peek()?;
        match kind {
            Peeked::Directive | Peeked::DocumentStart | Peeked::DocumentEnd | Peeked::StreamEnd => {
                self.pop_state();
                Ok(Self::empty_scalar(start))
            }
            _ => self.node(true, false),
        }
    }

    pub(super) fn document_end(&mut self) -> Result<Event<'a>, Error> {
        let (kind, start, _) = self.peek()?;
        if kind == Peeked::DocumentEnd {
            self.take()?;
        }
        self.tag_directives.clear();
        self.state = State::DocumentStart;
        let mut event = Event::new(EventKind::DocumentEnd, start);
        self.comments.attach(&mut event);
        if let Some(comments) = &mut event.comments
            && !comments.head.is_empty()
            && comments.foot.is_empty()
        {
            comments.foot = std::mem::take(&mut comments.head);
        }
        Ok(event)
    }

    /// Takes the directives before a document; `!` and `!!` are always defined.
    fn process_directives(&mut self) -> Result<(), Error> {
        let none = Mark::default();
        let mut version_seen = false;
        while let (Peeked::Directive, start, _) = self.peek()? {
            match self.take()?.kind {
                TokenKind::VersionDirective(..) if version_seen => {
                    return Err(self.fail(none, "found duplicate %YAML directive", start));
                }
                TokenKind::VersionDirective(1, 1) => version_seen = true,
                TokenKind::VersionDirective(..) => {
                    return Err(self.fail(none, "found incompatible YAML document", start));
                }
                TokenKind::TagDirective(tag) => {
                    if self.tag_directives.iter().any(|(h, _)| *h == tag.handle) {
                        return Err(self.fail(none, "found duplicate %TAG directive", start));
                    }
                    self.tag_directives.push((tag.handle, tag.suffix));
                }
                _ => {}
            }
        }
        for (handle, prefix) in [("!", "!"), ("!!", "tag:yaml.org,2002:")] {
            if !self.tag_directives.iter().any(|(h, _)| h == handle) {
                self.tag_directives.push((handle.into(), prefix.into()));
            }
        }
        Ok(())
    }
}
