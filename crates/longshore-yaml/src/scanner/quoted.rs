//! Single and double quoted scalars. One line without escapes is a slice of the input.

use super::Scanner;
use crate::chars::{self, BREAK, LEAD, QUOTE, at, is_blank, is_blankz, is_break, width};
use crate::error::{Error, Mark};

impl Scanner<'_> {
    /// Where the closing quote is, if everything up to it means itself.
    pub(super) fn quoted_slice(&self, quote: u8) -> Option<usize> {
        // A document indicator at the start of the line is the slow path's business.
        let mut i = self.pos;
        loop {
            while chars::class(at(self.bytes, i)) & (QUOTE | BREAK | LEAD) == 0 {
                i += 1;
            }
            match at(self.bytes, i) {
                b if b == quote => {
                    let doubled = quote == b'\'' && at(self.bytes, i + 1) == b'\'';
                    return (!doubled).then_some(i);
                }
                b'\\' if quote == b'"' => return None,
                b'\'' | b'"' | b'\\' => i += 1,
                _ if chars::is_breakz(self.bytes, i) => return None,
                _ => i += 1,
            }
        }
    }

    /// The text up to the closing quote, which is not taken.
    pub(super) fn quoted_slow(&mut self, quote: u8, start: Mark) -> Result<String, Error> {
        let mut text = String::new();
        loop {
            self.need(4)?;
            if self.at_document_indicator() {
                return Err(self.fail(start, "found unexpected document indicator"));
            }
            if self.at_end() {
                return Err(self.fail(start, "found unexpected end of stream"));
            }
            let escaped_break = self.quoted_words(quote, start, &mut text)?;
            if self.look(0) == quote {
                return Ok(text);
            }
            self.quoted_space(escaped_break, &mut text);
            self.need(1)?;
        }
    }

    /// Copies up to the next blank, break or closing quote; whether it stopped behind an escaped break.
    fn quoted_words(&mut self, quote: u8, start: Mark, text: &mut String) -> Result<bool, Error> {
        loop {
            let from = self.pos;
            let mut i = from;
            while !is_blankz(self.bytes, i) {
                let b = self.bytes[i];
                if b == quote || b == b'\\' && quote == b'"' {
                    break;
                }
                i += width(b);
                // Where go-yaml stops, if it runs into the fence: it may go on from there.
                if self.fence.is_some() && self.text[i..].chars().nth(1).is_none() {
                    break;
                }
            }
            text.push_str(&self.text[from..i]);
            self.advance_to(i);
            if i > from {
                self.need(2)?;
            }
            match self.look(0) {
                b'\'' if quote == b'\'' && self.look(1) == b'\'' => {
                    text.push('\'');
                    self.skip(2);
                    self.need(2)?;
                }
                b'\\' if quote == b'"' => {
                    if is_break(self.bytes, self.pos + 1) {
                        self.need(3)?;
                        self.skip(1);
                        self.take_break();
                        return Ok(true);
                    }
                    self.escape(start, text)?;
                    self.need(2)?;
                }
                _ => return Ok(false),
            }
        }
    }

    /// Blanks and breaks between two words: kept, folded, or (behind an escaped break) dropped.
    fn quoted_space(&mut self, escaped_break: bool, text: &mut String) {
        let mut broken = escaped_break;
        let mut first = "";
        let mut more = String::new();
        let blanks = self.pos;
        let mut blanks_end = blanks;
        loop {
            if is_blank(self.bytes, self.pos) {
                self.skip(1);
                if !broken {
                    blanks_end = self.pos;
                }
            } else if is_break(self.bytes, self.pos) {
                let this = self.take_break();
                if broken {
                    more.push_str(this);
                } else {
                    first = this;
                    broken = true;
                }
            } else {
                break;
            }
        }
        if !broken {
            text.push_str(&self.text[blanks..blanks_end]);
        } else if first == "\n" {
            if more.is_empty() {
                text.push(' ');
            } else {
                text.push_str(&more);
            }
        } else {
            text.push_str(first);
            text.push_str(&more);
        }
    }

    fn escape(&mut self, start: Mark, text: &mut String) -> Result<(), Error> {
        let (plain, digits) = match self.look(1) {
            b'0' => ('\0', 0),
            b'a' => ('\u{7}', 0),
            b'b' => ('\u{8}', 0),
            b't' | b'\t' => ('\t', 0),
            b'n' => ('\n', 0),
            b'v' => ('\u{B}', 0),
            b'f' => ('\u{C}', 0),
            b'r' => ('\r', 0),
            b'e' => ('\u{1B}', 0),
            c @ (b' ' | b'"' | b'\'' | b'\\') => (char::from(c), 0),
            b'N' => ('\u{85}', 0),
            b'_' => ('\u{A0}', 0),
            b'L' => ('\u{2028}', 0),
            b'P' => ('\u{2029}', 0),
            b'x' => ('\0', 2),
            b'u' => ('\0', 4),
            b'U' => ('\0', 8),
            _ => {
                // What is escaped may lie behind the fence.
                self.need(2)?;
                return Err(self.fail(start, "found unknown escape character"));
            }
        };
        self.skip(2);
        if digits == 0 {
            text.push(plain);
            return Ok(());
        }
        self.need(digits)?;
        let mut value: u32 = 0;
        for i in 0..digits {
            let Some(digit) = char::from(self.look(i)).to_digit(16) else {
                return Err(self.fail(start, "did not find expected hexdecimal number"));
            };
            value = value << 4 | digit;
        }
        let Some(c) = char::from_u32(value) else {
            return Err(self.fail(start, "found invalid Unicode character escape code"));
        };
        text.push(c);
        self.skip(digits);
        Ok(())
    }
}
