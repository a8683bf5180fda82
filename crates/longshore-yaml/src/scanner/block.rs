//! Literal and folded block scalars.

use super::Scanner;
use crate::chars::{at, is_blank, is_break, is_breakz};
use crate::error::{Error, Mark};
use crate::token::{ScalarStyle, TokenKind};

/// What happens to the line breaks at the end.
#[derive(Clone, Copy, PartialEq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

impl Scanner<'_> {
    pub(super) fn scan_block_scalar(&mut self) -> Result<(), Error> {
        let start = self.mark();
        let literal = self.look(0) == b'|';
        self.skip(1);
        let (chomping, increment) = self.block_header(start)?;

        let mut indent = match increment {
            0 => 0,
            n => self.indent.max(0) + n,
        };
        let mut trailing = String::new();
        self.block_breaks(&mut indent, &mut trailing, start)?;

        let mut text = String::new();
        let mut leading = "";
        let mut leading_blank = false;
        while self.column() as i32 == indent && !self.at_end() {
            let trailing_blank = is_blank(self.bytes, self.pos);
            if !literal && !leading_blank && !trailing_blank && leading == "\n" {
                if trailing.is_empty() {
                    text.push(' ');
                }
            } else {
                text.push_str(leading);
            }
            text.push_str(&trailing);
            trailing.clear();
            leading_blank = trailing_blank;

            let line_end = self.line_end(self.pos);
            text.push_str(&self.text[self.pos..line_end]);
            self.advance_to(line_end);
            leading = self.take_break();
            self.block_breaks(&mut indent, &mut trailing, start)?;
        }
        self.need(1)?;
        if chomping != Chomping::Strip {
            text.push_str(leading);
        }
        if chomping == Chomping::Keep {
            text.push_str(&trailing);
        }
        let style = if literal { ScalarStyle::Literal } else { ScalarStyle::Folded };
        let kind = TokenKind::Scalar(style);
        let text = self.make(text);
        self.tokens.push_text(kind, start, text);
        Ok(())
    }

    /// The indicators behind `|` or `>`, up to and over the line break.
    fn block_header(&mut self, start: Mark) -> Result<(Chomping, i32), Error> {
        let mut chomping = Chomping::Clip;
        let mut increment = 0;
        if self.take_chomping(&mut chomping) {
            self.take_increment(&mut increment, start)?;
        } else if self.take_increment(&mut increment, start)? {
            self.take_chomping(&mut chomping);
        }
        while is_blank(self.bytes, self.pos) {
            self.skip(1);
        }
        if self.look(0) == b'#' {
            if self.keep_comments {
                self.scan_line_comment(start)?;
            } else {
                self.advance_to(self.line_end(self.pos));
            }
        }
        if !is_breakz(self.bytes, self.pos) {
            return Err(self.fail(start, "did not find expected comment or line break"));
        }
        self.take_break();
        Ok((chomping, increment))
    }

    fn take_chomping(&mut self, chomping: &mut Chomping) -> bool {
        *chomping = match self.look(0) {
            b'+' => Chomping::Keep,
            b'-' => Chomping::Strip,
            _ => return false,
        };
        self.skip(1);
        true
    }

    fn take_increment(&mut self, increment: &mut i32, start: Mark) -> Result<bool, Error> {
        match self.look(0) {
            b'0' => Err(self.fail(start, "found an indentation indicator equal to 0")),
            digit @ b'1'..=b'9' => {
                *increment = i32::from(digit - b'0');
                self.skip(1);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Goes over indentation and empty lines, finding out the indentation if it is still 0.
    fn block_breaks(&mut self, indent: &mut i32, breaks: &mut String, start: Mark) -> Result<(), Error> {
        let mut max_indent = 0;
        loop {
            // Only spaces of this line so far, so that bytes are columns.
            let limit = if *indent == 0 { usize::MAX } else { self.line_start + *indent as usize };
            let mut pos = self.pos;
            while pos < limit && at(self.bytes, pos) == b' ' {
                pos += 1;
            }
            self.pos = pos;
            let column = self.column() as i32;
            max_indent = max_indent.max(column);
            if (*indent == 0 || column < *indent) && self.look(0) == b'\t' {
                return Err(self.fail(start, "found a tab character where an indentation space is expected"));
            }
            if !is_break(self.bytes, self.pos) {
                break;
            }
            breaks.push_str(self.take_break());
        }
        if *indent == 0 {
            *indent = max_indent.max(self.indent + 1).max(1);
        }
        Ok(())
    }
}
