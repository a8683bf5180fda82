//! The dispatcher: which token starts here.

use super::Scanner;
use crate::chars::{self, is_blank, is_blankz, is_break};
use crate::error::{Error, Mark};
use crate::reader::Source;
use crate::token::{Piece, ScalarStyle, TokenKind};

impl Scanner<'_> {
    /// Fills the queue until its first token is certain.
    #[inline(never)]
    pub(super) fn fetch_more_tokens(&mut self) -> Result<(), Error> {
        loop {
            if self.tokens.len() > self.lookahead {
                match self.key_at_head() {
                    None => break,
                    Some(key) => {
                        if !self.key_is_valid(key)? {
                            break;
                        }
                    }
                }
            }
            self.fetch_next_token()?;
        }
        self.token_available = true;
        Ok(())
    }

    fn fetch_next_token(&mut self) -> Result<(), Error> {
        if !self.started {
            self.started = true;
            self.tokens.push(TokenKind::StreamStart, self.mark(), 0);
            return Ok(());
        }
        let scan = self.mark();
        self.scan_to_next_token()?;
        let column = self.column();
        self.unroll_indent(column as i32, scan);

        self.need(4)?;
        if self.at_end() {
            return self.fetch_stream_end();
        }
        let first = self.look(0);
        if column == 0 {
            if first == b'%' {
                return self.fetch_directive();
            }
            if self.at_document_indicator() {
                return self.fetch_document_indicator();
            }
        }
        if !self.keep_comments {
            return self.fetch_content(first);
        }
        let here = self.mark();
        let mut comment_mark = here;
        if (self.flow_level == 0 && first == b':' || self.flow_level > 0 && first == b',')
            && let Some(last) = self.tokens.newest(0)
        {
            // A comment behind it belongs to the token before.
            comment_mark = last.start;
        }
        self.fetch_content(first)?;
        match self.tokens.newest(0) {
            // The indicator of a sequence has no line comment: it becomes a head comment of what follows.
            Some(token) if token.kind == TokenKind::BlockEntry => return Ok(()),
            // It may have been taken together with its key.
            Some(token) if token.kind == TokenKind::Value && token.start != here => {
                comment_mark = if self.flow_level > 0 { token.start } else { here };
            }
            _ => {}
        }
        self.scan_line_comment(comment_mark)
    }

    fn fetch_content(&mut self, first: u8) -> Result<(), Error> {
        let flow = self.flow_level > 0;
        let next_blank = || is_blankz(self.bytes, self.pos + 1);
        match first {
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if next_blank() => self.fetch_block_entry(),
            b'?' if flow || next_blank() => self.fetch_key(),
            b':' if flow || next_blank() => self.fetch_value(),
            b'*' | b'&' => self.fetch_anchor(),
            b'!' => self.fetch_tag(),
            b'|' | b'>' if !flow => self.fetch_block_scalar(),
            b'\'' | b'"' => self.fetch_quoted(),
            // `-` directly before a line break is a block entry above; what is left starts a scalar.
            b'-' if !is_blank(self.bytes, self.pos + 1) => self.fetch_plain(),
            b'?' | b':' if !flow => self.fetch_plain(),
            b'-' | b'?' | b':' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => Err(self.cannot_start()),
            _ if is_blankz(self.bytes, self.pos) => Err(self.cannot_start()),
            _ => self.fetch_plain(),
        }
    }

    fn cannot_start(&self) -> Error {
        self.fail(self.mark(), "found character that cannot start any token")
    }

    fn fetch_stream_end(&mut self) -> Result<(), Error> {
        if let Some(what) = self.fence {
            return Err(Source::fence_error(what));
        }
        if self.column() != 0 {
            self.line += 1;
            self.line_start = self.pos;
            self.line_extra = self.extra;
        }
        self.unroll_indent(-1, self.mark());
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.tokens.push(TokenKind::StreamEnd, self.mark(), 0);
        Ok(())
    }

    fn fetch_directive(&mut self) -> Result<(), Error> {
        self.unroll_indent(-1, self.mark());
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.scan_directive()
    }

    fn fetch_document_indicator(&mut self) -> Result<(), Error> {
        self.unroll_indent(-1, self.mark());
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        let kind = if self.look(0) == b'-' { TokenKind::DocumentStart } else { TokenKind::DocumentEnd };
        self.push_indicator(kind, 3);
        Ok(())
    }

    fn push_indicator(&mut self, kind: TokenKind, len: u8) {
        self.tokens.push(kind, self.mark(), len);
        self.skip(len.into());
    }

    fn fetch_flow_start(&mut self, kind: TokenKind) -> Result<(), Error> {
        self.save_simple_key()?;
        self.increase_flow_level()?;
        self.simple_key_allowed = true;
        self.push_indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind) -> Result<(), Error> {
        self.remove_simple_key()?;
        self.decrease_flow_level();
        self.simple_key_allowed = false;
        self.push_indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Result<(), Error> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.push_indicator(TokenKind::FlowEntry, 1);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<(), Error> {
        if self.flow_level == 0 {
            let mark = self.mark();
            if !self.simple_key_allowed {
                return Err(self.fail(mark, "block sequence entries are not allowed in this context"));
            }
            self.roll_indent(mark.column, None, TokenKind::BlockSequenceStart, mark)?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.push_indicator(TokenKind::BlockEntry, 1);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<(), Error> {
        if self.flow_level == 0 {
            let mark = self.mark();
            if !self.simple_key_allowed {
                return Err(self.fail(mark, "mapping keys are not allowed in this context"));
            }
            self.roll_indent(mark.column, None, TokenKind::BlockMappingStart, mark)?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = self.flow_level == 0;
        self.push_indicator(TokenKind::Key, 1);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<(), Error> {
        if self.key_is_valid(self.simple_keys.len() - 1)? {
            let key = *self.current_key();
            self.insert(Some(key.token), TokenKind::Key, key.mark);
            self.roll_indent(key.mark.column, Some(key.token), TokenKind::BlockMappingStart, key.mark)?;
            self.current_key().possible = false;
            self.forget_key_token(key.token);
            self.simple_key_allowed = false;
        } else {
            if self.flow_level == 0 {
                let mark = self.mark();
                if !self.simple_key_allowed {
                    return Err(self.fail(mark, "mapping values are not allowed in this context"));
                }
                self.roll_indent(mark.column, None, TokenKind::BlockMappingStart, mark)?;
            }
            self.simple_key_allowed = self.flow_level == 0;
        }
        self.push_indicator(TokenKind::Value, 1);
        Ok(())
    }

    fn fetch_anchor(&mut self) -> Result<(), Error> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        self.scan_anchor()
    }

    fn fetch_tag(&mut self) -> Result<(), Error> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        self.scan_tag()
    }

    fn fetch_block_scalar(&mut self) -> Result<(), Error> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.scan_block_scalar()
    }

    fn fetch_quoted(&mut self) -> Result<(), Error> {
        let may_be_key = self.replace_simple_key()?;
        let start = self.mark();
        let quote = self.look(0);
        let style = if quote == b'\'' { ScalarStyle::SingleQuoted } else { ScalarStyle::DoubleQuoted };
        self.skip(1);
        // Near the fence each character must be looked at: the reader's complaint comes before others.
        let slice = if self.fence.is_some() { None } else { self.quoted_slice(quote) };
        let text = if let Some(end) = slice {
            let text = Piece::new(self.pos, end);
            self.advance_to(end);
            text
        } else {
            let text = self.quoted_slow(quote, start);
            let text = text.inspect_err(|_| self.save_failed_key(start, may_be_key))?;
            self.make(text)
        };
        self.skip(1);
        self.push_scalar(style, start, text, may_be_key);
        Ok(())
    }

    fn fetch_plain(&mut self) -> Result<(), Error> {
        let may_be_key = self.replace_simple_key()?;
        let start = self.mark();
        let mut text = self.scan_plain().inspect_err(|_| self.save_failed_key(start, may_be_key))?;
        if is_break(self.bytes, self.pos) {
            let lines = self.scan_plain_lines(start, text);
            text = lines.inspect_err(|_| self.save_failed_key(start, may_be_key))?;
        }
        self.push_scalar(ScalarStyle::Plain, start, text, may_be_key);
        Ok(())
    }

    /// A scalar that cannot be scanned may have been a key all the same, to whoever overlooks the error and goes on.
    fn save_failed_key(&mut self, start: Mark, may_be_key: bool) {
        if may_be_key {
            self.save_key_at(start);
        }
    }

    /// Makes way for a scalar: whether it may be a key.
    fn replace_simple_key(&mut self) -> Result<bool, Error> {
        let may_be_key = self.simple_key_allowed;
        if may_be_key {
            self.remove_simple_key()?;
            self.simple_key_allowed = false;
        }
        Ok(may_be_key)
    }

    /// Goes over spaces, comments and line breaks. Tabs count as space except where a key may start.
    #[inline]
    fn scan_to_next_token(&mut self) -> Result<(), Error> {
        // Mostly there is no more than one space.
        let pos = self.pos + usize::from(self.look(0) == b' ');
        let next = chars::at(self.bytes, pos);
        if matches!(next, b'!'..=b'~') && next != b'#' && pos > 0 && self.comments.is_empty() {
            self.pos = pos;
            return Ok(());
        }
        self.scan_space()
    }

    fn scan_space(&mut self) -> Result<(), Error> {
        let scan = self.mark();
        loop {
            // A second byte order mark; one inside of the text is text.
            if self.pos == 0 && self.bytes.starts_with(b"\xEF\xBB\xBF") {
                self.advance_to(3);
            }
            let tabs = self.flow_level > 0 || !self.simple_key_allowed;
            let mut pos = self.pos;
            while matches!(chars::at(self.bytes, pos), b' ') || tabs && chars::at(self.bytes, pos) == b'\t' {
                pos += 1;
            }
            self.pos = pos;
            self.need(1)?;
            if self.keep_comments {
                self.promote_line_comment();
            }
            if self.look(0) == b'#' {
                if self.keep_comments {
                    self.scan_comments(scan)?;
                } else {
                    self.advance_to(self.line_end(self.pos));
                }
            }
            if !is_break(self.bytes, self.pos) {
                return Ok(());
            }
            self.need(2)?;
            self.take_break();
            if self.flow_level == 0 {
                self.simple_key_allowed = true;
            }
        }
    }
}
