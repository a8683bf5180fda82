//! Documents and their directives.

use super::{Parser, State};
use crate::error::{Error, Mark};
use crate::event::EventKind;
use crate::token::TokenKind;

impl Parser<'_> {
    pub(super) fn document_start(&mut self, implicit: bool) -> Result<(), Error> {
        let mut kind = self.peek()?;
        let mut start = self.start;
        if !implicit {
            while kind == TokenKind::DocumentEnd {
                self.take()?;
                kind = self.peek()?;
                start = self.start;
            }
        }
        match kind {
            TokenKind::StreamEnd => {
                self.take()?;
                self.state = State::End;
                self.done(EventKind::StreamEnd, start)
            }
            TokenKind::VersionDirective
            | TokenKind::OtherVersionDirective
            | TokenKind::TagDirective
            | TokenKind::DocumentStart => self.explicit_document(start),
            _ if !implicit => self.explicit_document(start),
            _ => {
                self.process_directives()?;
                let head = self.comments.split_document_head();
                self.states.push(State::DocumentEnd);
                self.state = State::BlockNode;
                self.event.comments = head;
                self.done(EventKind::DocumentStart, start)
            }
        }
    }

    fn explicit_document(&mut self, start: Mark) -> Result<(), Error> {
        self.process_directives()?;
        let kind = self.peek()?;
        let mark = self.start;
        if kind != TokenKind::DocumentStart {
            return Err(self.fail(Mark::default(), "did not find expected <document start>", mark));
        }
        self.states.push(State::DocumentEnd);
        self.state = State::DocumentContent;
        self.take()?;
        self.done(EventKind::DocumentStart, start)
    }

    pub(super) fn document_content(&mut self) -> Result<(), Error> {
        let kind = self.peek()?;
        let start = self.start;
        match kind {
            TokenKind::VersionDirective
            | TokenKind::OtherVersionDirective
            | TokenKind::TagDirective
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd => {
                self.pop_state();
                self.empty_scalar(start)
            }
            _ => self.node(true, false),
        }
    }

    pub(super) fn document_end(&mut self) -> Result<(), Error> {
        let kind = self.peek()?;
        let start = self.start;
        if kind == TokenKind::DocumentEnd {
            self.take()?;
        }
        self.tag_directives.clear();
        self.state = State::DocumentStart;
        let event = self.done_with_comments(EventKind::DocumentEnd, start);
        if let Some(comments) = &mut self.event.comments
            && !comments.head.is_empty()
            && comments.foot.is_empty()
        {
            comments.foot = std::mem::take(&mut comments.head);
        }
        event
    }

    /// Takes the directives before a document; `!` and `!!` are always defined.
    fn process_directives(&mut self) -> Result<(), Error> {
        let none = Mark::default();
        let mut version_seen = false;
        loop {
            let kind = self.peek()?;
            if !matches!(
                kind,
                TokenKind::VersionDirective | TokenKind::OtherVersionDirective | TokenKind::TagDirective
            ) {
                break;
            }
            let start = self.start;
            let directive = self.take_tag()?;
            match kind {
                TokenKind::VersionDirective | TokenKind::OtherVersionDirective if version_seen => {
                    return Err(self.fail(none, "found duplicate %YAML directive", start));
                }
                TokenKind::VersionDirective => version_seen = true,
                TokenKind::OtherVersionDirective => {
                    return Err(self.fail(none, "found incompatible YAML document", start));
                }
                _ => {}
            }
            if let Some(tag) = directive {
                if self.tag_directives.iter().any(|(h, _)| *h == tag.handle) {
                    return Err(self.fail(none, "found duplicate %TAG directive", start));
                }
                self.tag_directives.push((tag.handle.into(), tag.suffix.into()));
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
