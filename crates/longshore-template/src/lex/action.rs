//! Scanning between the delimiters.

use longshore_go::{Value, fmt, rune};

use super::{Kind, Lexer, MARKER, Token, class, has_right_marker, is_space, newlines, starts_with};
use crate::unicode;

impl Lexer<'_> {
    /// One token inside an action.
    pub(super) fn action_token(&mut self) -> Token {
        let Some(&byte) = self.input.get(self.pos) else {
            return self.fail("unclosed action".to_owned());
        };
        let is_space = is_space(byte);
        let may_close = is_space || self.right.first() == Some(&byte);
        if may_close && self.at_right_delimiter().is_some() {
            if self.paren_depth == 0 {
                return self.right_delimiter();
            }
            return self.fail("unclosed left paren".to_owned());
        }
        if is_space {
            return self.space();
        }
        if class::is(byte, class::NUMBER) {
            return self.number();
        }
        if class::is(byte, class::WORD) {
            return self.identifier();
        }
        let Some((c, _)) = self.peek() else {
            return self.fail("unclosed action".to_owned());
        };
        if !byte.is_ascii() && unicode::is_alphanumeric(c) {
            return self.identifier();
        }
        self.next();
        match c {
            '=' => self.emit(Kind::Assign),
            ':' => {
                if self.next() == Some('=') {
                    self.emit(Kind::Declare)
                } else {
                    self.fail("expected :=".to_owned())
                }
            }
            '|' => self.emit(Kind::Pipe),
            '"' => self.quoted('"', Kind::String, "unterminated quoted string"),
            '\'' => self.quoted('\'', Kind::CharConstant, "unterminated character constant"),
            '`' => self.raw_string(),
            '$' => self.field_or_variable(Kind::Variable),
            '.' => match self.input.get(self.pos) {
                Some(byte) if !byte.is_ascii_digit() => self.field_or_variable(Kind::Field),
                _ => {
                    self.pos -= 1;
                    self.number()
                }
            },
            '(' => {
                self.paren_depth += 1;
                self.emit(Kind::LeftParen)
            }
            ')' => {
                self.paren_depth -= 1;
                if self.paren_depth < 0 {
                    return self.fail("unexpected right paren".to_owned());
                }
                self.emit(Kind::RightParen)
            }
            '!'..='~' => self.emit(Kind::Char),
            other => {
                let message = format!("unrecognized character in action: {}", code_point(other));
                self.fail(message)
            }
        }
    }

    /// A run of spaces, but not the one that belongs to a trim marker.
    fn space(&mut self) -> Token {
        let count = class::run(&self.input[self.pos..], class::SPACE);
        self.line += newlines_of_few(&self.input[self.pos..self.pos + count]);
        self.pos += count;
        let rest = &self.input[self.pos - 1..];
        if has_right_marker(rest) && starts_with(&rest[MARKER..], self.right) {
            self.pos -= 1;
            if self.input[self.pos] == b'\n' {
                self.line -= 1;
            }
            if count == 1 {
                return self.right_delimiter();
            }
        }
        self.emit(Kind::Space)
    }

    fn identifier(&mut self) -> Token {
        let last = self.skip_alphanumeric();
        if !self.at_terminator() {
            return self.bad_character(last);
        }
        let word = &self.input[self.start..self.pos];
        let kind = match Kind::keyword(word) {
            Some(Kind::Break) if !self.break_ok => Kind::Identifier,
            Some(Kind::Continue) if !self.continue_ok => Kind::Identifier,
            Some(keyword) => keyword,
            None if word == b"true" || word == b"false" => Kind::Bool,
            None => Kind::Identifier,
        };
        self.emit(kind)
    }

    /// `.Name` or `$name`; the first character is behind us.
    fn field_or_variable(&mut self, kind: Kind) -> Token {
        if self.at_terminator() {
            return self.emit(if kind == Kind::Variable { kind } else { Kind::Dot });
        }
        let last = self.skip_alphanumeric();
        if !self.at_terminator() {
            return self.bad_character(last);
        }
        self.emit(kind)
    }

    /// Moves behind letters, digits and underscores; gives the rune that follows.
    fn skip_alphanumeric(&mut self) -> Option<char> {
        self.pos += class::run(&self.input[self.pos..], class::WORD);
        while let Some((c, width)) = self.peek() {
            if !unicode::is_alphanumeric(c) {
                return Some(c);
            }
            self.pos += width;
        }
        None
    }

    fn bad_character(&mut self, c: Option<char>) -> Token {
        // Not reached at the end of input, which is a terminator.
        let c = c.unwrap_or(rune::ERROR);
        self.fail(format!("bad character {}", code_point(c)))
    }

    /// Whether what follows may follow an identifier.
    fn at_terminator(&self) -> bool {
        match self.input.get(self.pos) {
            Some(&byte) if !class::is(byte, class::TERMINATOR) => {
                starts_with(&self.input[self.pos..], self.right)
            }
            _ => true,
        }
    }

    /// A string or character constant; its opening quote is behind us. The parser checks the inside.
    fn quoted(&mut self, quote: char, kind: Kind, unterminated: &str) -> Token {
        loop {
            let rest = &self.input[self.pos..];
            self.pos +=
                rest.iter().position(|&byte| class::is(byte, class::QUOTED_STOP)).unwrap_or(rest.len());
            match self.next() {
                Some('\\') => match self.next() {
                    None | Some('\n') => break,
                    Some(_) => {}
                },
                None | Some('\n') => break,
                Some(c) if c == quote => return self.emit(kind),
                Some(_) => {}
            }
        }
        self.fail(unterminated.to_owned())
    }

    fn raw_string(&mut self) -> Token {
        let rest = &self.input[self.pos..];
        let Some(length) = memchr::memchr(b'`', rest) else {
            self.line += newlines(rest);
            self.pos = self.input.len();
            return self.fail("unterminated raw quoted string".to_owned());
        };
        self.line += newlines(&rest[..length]);
        self.pos += length + 1;
        self.emit(Kind::RawString)
    }

    /// A number; sloppy on purpose, what is wrong the parser will find when it reads the value.
    fn number(&mut self) -> Token {
        if !self.scan_number() {
            return self.bad_number();
        }
        if matches!(self.input.get(self.pos), Some(b'+' | b'-')) {
            if !self.scan_number() || self.input[self.pos - 1] != b'i' {
                return self.bad_number();
            }
            return self.emit(Kind::Complex);
        }
        self.emit(Kind::Number)
    }

    fn bad_number(&mut self) -> Token {
        let text = longshore_go::strconv::quote(&self.input[self.start..self.pos]);
        let message = format!("bad number syntax: {}", rune::to_text(&text));
        self.fail(message)
    }

    fn scan_number(&mut self) -> bool {
        self.accept(b"+-");
        let mut digits: &[u8] = b"0123456789_";
        let (mut decimal, mut hex) = (true, false);
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = b"0123456789abcdefABCDEF_";
                (decimal, hex) = (false, true);
            } else if self.accept(b"oO") {
                digits = b"01234567_";
                decimal = false;
            } else if self.accept(b"bB") {
                digits = b"01_";
                decimal = false;
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        if decimal && self.accept(b"eE") || hex && self.accept(b"pP") {
            self.accept(b"+-");
            self.accept_run(b"0123456789_");
        }
        self.accept(b"i");
        match self.peek() {
            Some((c, width)) if unicode::is_alphanumeric(c) => {
                self.pos += width;
                false
            }
            _ => true,
        }
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let found = matches!(self.input.get(self.pos), Some(byte) if valid.contains(byte));
        self.pos += usize::from(found);
        found
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }
}

/// The number of newlines in a text that mostly is a byte long.
fn newlines_of_few(text: &[u8]) -> u32 {
    text.iter().map(|&byte| u32::from(byte == b'\n')).sum()
}

/// A rune as `%#U` prints it.
fn code_point(c: char) -> String {
    let text = fmt::sprintf(b"%#U", &[Value::int(c as i64)]);
    rune::to_text(&text)
}
