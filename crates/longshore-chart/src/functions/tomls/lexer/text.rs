//! The states within strings.

use longshore_go::strconv;

use super::state::State;
use super::{EOF, Kind, Lexer, is_newline};

const NEWLINE: &str = "strings cannot contain newlines";

impl Lexer<'_> {
    pub(super) fn step_text(&mut self, state: State) -> Option<State> {
        match state {
            State::String => self.string(),
            State::RawString => self.raw_string(),
            State::MultilineString => self.multiline('"'),
            State::MultilineRawString => self.multiline('\''),
            State::MultilineStringEscape => {
                if is_newline(self.next()) {
                    return Some(State::MultilineString);
                }
                self.backup();
                self.push(State::MultilineString);
                self.escape()
            }
            State::StringEscape => self.escape(),
            State::HexEscape => self.digits(2, "two hexadecimal digits after '\\x'"),
            State::ShortUnicodeEscape => self.digits(4, "four hexadecimal digits after '\\u'"),
            _ => self.digits(8, "eight hexadecimal digits after '\\U'"),
        }
    }

    fn string(&mut self) -> Option<State> {
        match self.next() {
            EOF => self.fail("unexpected EOF; expected '\"'"),
            c if is_newline(c) => self.fail_before(NEWLINE),
            '\\' => {
                self.push(State::String);
                Some(State::StringEscape)
            }
            '"' => {
                let escaped = std::mem::take(&mut self.escaped);
                self.close(if escaped { Kind::StringEsc } else { Kind::String }, 1)
            }
            _ => Some(State::String),
        }
    }

    fn raw_string(&mut self) -> Option<State> {
        match self.next() {
            EOF => self.fail("unexpected EOF; expected \"'\""),
            c if is_newline(c) => self.fail_before(NEWLINE),
            '\'' => self.close(Kind::RawString, 1),
            _ => Some(State::RawString),
        }
    }

    /// Ends a piece before its closing quotes, which have been read.
    fn close(&mut self, kind: Kind, quotes: usize) -> Option<State> {
        for _ in 0..quotes {
            self.backup();
        }
        self.emit(kind);
        for _ in 0..quotes {
            self.next();
        }
        self.start = self.pos;
        self.pop()
    }

    /// Three quotes end it. One or two more before them belong to the text; a sixth is an error.
    fn multiline(&mut self, quote: char) -> Option<State> {
        let is_raw = quote == '\'';
        let same = Some(if is_raw { State::MultilineRawString } else { State::MultilineString });
        match self.next() {
            EOF if is_raw => return self.fail("unexpected EOF; expected \"'''\""),
            EOF => return self.fail("unexpected EOF; expected '\"\"\"'"),
            '\\' if !is_raw => return Some(State::MultilineStringEscape),
            c if c != quote => return same,
            _ => {}
        }
        if !self.accept(quote) {
            return same;
        }
        if !self.accept(quote) {
            self.backup();
            return same;
        }
        if self.peek() != quote {
            if is_raw {
                return self.close(Kind::RawMultilineString, 3);
            }
            self.escaped = false;
            return self.close(Kind::MultilineString, 3);
        }
        let read = self.current();
        if is_raw && read.ends_with(b"'''''") {
            return self.fail("unexpected \"''''''\"");
        }
        if !is_raw && read.ends_with(b"\"\"\"\"\"") && !read.ends_with(b"\\\"\"\"\"\"") {
            return self.fail("unexpected '\"\"\"\"\"\"'");
        }
        self.backup();
        self.backup();
        same
    }

    /// Behind a backslash.
    fn escape(&mut self) -> Option<State> {
        self.escaped = true;
        match self.next() {
            'e' | 'b' | 't' | 'n' | 'f' | 'r' | '"' | ' ' | '\t' | '\\' => self.pop(),
            'x' => Some(State::HexEscape),
            'u' => Some(State::ShortUnicodeEscape),
            'U' => Some(State::LongUnicodeEscape),
            c => self.fail_plain(format!("invalid escape in string '\\{c}'")),
        }
    }

    fn digits(&mut self, count: usize, wanted: &str) -> Option<State> {
        for _ in 0..count {
            if !self.next().is_ascii_hexdigit() {
                let found = strconv::quote(self.current());
                let found = String::from_utf8_lossy(&found);
                return self.fail(format!("expected {wanted}, but got {found} instead"));
            }
        }
        self.pop()
    }
}
