//! Plain scalars. Nearly all are one line, and then a slice of the input.

use std::borrow::Cow;

use super::Scanner;
use crate::chars::{self, BLANK, BREAK, COLON, FLOW, LEAD, at, is_blank, is_blankz, is_break};
use crate::error::Error;
use crate::reader::Source;
use crate::token::{ScalarStyle, Token, TokenKind};

impl<'a> Scanner<'a> {
    pub(super) fn scan_plain(&mut self) -> Result<Token<'a>, Error> {
        let start = self.mark();
        let indent = self.indent + 1;
        let begin = self.pos;
        if self.fence.is_some() {
            self.plain_reaches_fence()?;
        }
        let (mut content_end, stop) = self.plain_line(begin);
        self.advance_to(content_end);
        let mut end = self.mark();
        self.skip(stop - content_end); // blanks
        let mut folded: Option<String> = None;
        let mut broken = false;

        while is_break(self.bytes, self.pos) {
            // Over the break, and over the blank lines behind it.
            let first = self.take_break();
            let mut more = String::new();
            broken = true;
            loop {
                match self.look(0) {
                    b' ' => self.skip(1),
                    b'\t' => {
                        if (self.column() as i32) < indent {
                            return Err(self.fail(start, "found a tab character that violates indentation"));
                        }
                        self.skip(1);
                    }
                    _ if is_break(self.bytes, self.pos) => more.push_str(self.take_break()),
                    _ => break,
                }
            }
            if self.flow_level == 0 && (self.column() as i32) < indent || self.at_document_indicator() {
                break;
            }
            let from = self.pos;
            let (line_end, stop) = self.plain_line(from);
            if line_end == from {
                break;
            }
            let text = folded.get_or_insert_with(|| String::from(&self.text[begin..content_end]));
            if first != "\n" {
                text.push_str(first);
                text.push_str(&more);
            } else if more.is_empty() {
                text.push(' ');
            } else {
                text.push_str(&more);
            }
            text.push_str(&self.text[from..line_end]);
            content_end = line_end;
            self.advance_to(line_end);
            end = self.mark();
            self.skip(stop - line_end);
            broken = false;
        }
        if broken {
            self.simple_key_allowed = true;
        }
        let value = match folded {
            Some(text) => Cow::Owned(text),
            None => Cow::Borrowed(&self.text[begin..content_end]),
        };
        let kind = TokenKind::Scalar(ScalarStyle::Plain);
        Ok(Token { value, ..Token::new(kind, start, end) })
    }

    /// The reader's error, if go-yaml would run into it while it scans a plain scalar here: it wants four characters
    /// ahead of each word, two behind each character of it, and one behind white space.
    fn plain_reaches_fence(&self) -> Result<(), Error> {
        let bytes = self.bytes;
        let need = |at: usize, count: usize| match self.fence {
            Some(what) if self.text[at..].chars().take(count).count() < count => {
                Err(Source::fence_error(what))
            }
            _ => Ok(()),
        };
        let (mut i, mut column) = (self.pos, self.column() as i32);
        let mut broken = false;
        loop {
            need(i, 4)?;
            let indicator = matches!(bytes.get(i..i + 3), Some(b"---" | b"...")) && is_blankz(bytes, i + 3);
            if column == 0 && indicator || at(bytes, i) == b'#' {
                return Ok(());
            }
            while !is_blankz(bytes, i) {
                let byte = at(bytes, i);
                if byte == b':' && is_blankz(bytes, i + 1)
                    || self.flow_level > 0 && chars::class(byte) & FLOW != 0
                {
                    break;
                }
                i += self.text[i..].chars().next().map_or(1, char::len_utf8);
                column += 1;
                need(i, 2)?;
            }
            if !is_blank(bytes, i) && !is_break(bytes, i) {
                return Ok(());
            }
            while is_blank(bytes, i) || is_break(bytes, i) {
                if is_blank(bytes, i) {
                    if broken && column <= self.indent && at(bytes, i) == b'\t' {
                        return Ok(()); // an error of its own
                    }
                    i += 1;
                    column += 1;
                } else {
                    need(i, 2)?;
                    let pair = bytes[i..].starts_with(b"\r\n");
                    i += if pair { 2 } else { self.text[i..].chars().next().map_or(1, char::len_utf8) };
                    column = 0;
                    broken = true;
                }
                need(i, 1)?;
            }
            if self.flow_level == 0 && column <= self.indent {
                return Ok(());
            }
        }
    }

    /// The plain text of one line from `from`: where it ends, and where the blanks behind it end.
    fn plain_line(&self, from: usize) -> (usize, usize) {
        let bytes = self.bytes;
        let stops = BLANK | BREAK | LEAD | COLON | if self.flow_level > 0 { FLOW } else { 0 };
        let mut end = from;
        let mut i = from;
        loop {
            if at(bytes, i) == b'#' {
                return (end, i);
            }
            let run = i;
            loop {
                while chars::class(at(bytes, i)) & stops == 0 {
                    i += 1;
                }
                let class = chars::class(at(bytes, i));
                if class & COLON != 0 && !is_blankz(bytes, i + 1) || class & LEAD != 0 && !is_break(bytes, i)
                {
                    i += 1;
                    continue;
                }
                break;
            }
            if i > run {
                end = i;
            }
            if !is_blank(bytes, i) {
                return (end, i);
            }
            while is_blank(bytes, i) {
                i += 1;
            }
        }
    }
}
