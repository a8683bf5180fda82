//! Plain scalars. Nearly all are one line, and then a slice of the input.

use super::Scanner;
use crate::chars::{self, BLANK, BREAK, COLON, FLOW, LEAD, at, is_blank, is_blankz, is_break};
use crate::error::{Error, Mark};
use crate::reader::Source;
use crate::token::Piece;

impl Scanner<'_> {
    /// The first line of the plain scalar that starts here.
    #[inline]
    pub(super) fn scan_plain(&mut self) -> Result<Piece, Error> {
        let begin = self.pos;
        if self.fence.is_some() {
            self.plain_reaches_fence()?;
        }
        let (end, stop) = self.plain_line(begin);
        self.advance_to(end);
        self.skip(stop - end); // blanks
        Ok(Piece::new(begin, end))
    }

    /// Goes over the break behind the first line of a plain scalar that began at `start`, and further lines: the whole
    /// text, if there are any.
    pub(super) fn scan_plain_lines(&mut self, start: Mark, line: Piece) -> Result<Piece, Error> {
        let indent = self.indent + 1;
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
            let text = folded.get_or_insert_with(|| String::from(&self.text[line.range()]));
            if first != "\n" {
                text.push_str(first);
                text.push_str(&more);
            } else if more.is_empty() {
                text.push(' ');
            } else {
                text.push_str(&more);
            }
            text.push_str(&self.text[from..line_end]);
            self.advance_to(line_end);
            self.skip(stop - line_end);
            broken = false;
        }
        if broken {
            self.simple_key_allowed = true;
        }
        Ok(folded.map_or(line, |text| self.make(text)))
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
