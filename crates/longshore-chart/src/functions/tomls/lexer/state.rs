//! The states of tables, keys and values.

use longshore_go::{strconv, unicode};

use super::{EOF, Kind, Lexer, is_newline, is_space, quoted};

/// Where the lexer is; the names are those of the original without their `lex`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Top,
    TopEnd,
    TableStart,
    TableEnd,
    ArrayTableEnd,
    TableNameStart,
    TableNameEnd,
    BareName,
    QuotedName,
    KeyStart,
    KeyNameStart,
    KeyEnd,
    Value,
    ArrayValue,
    ArrayValueEnd,
    ArrayEnd,
    InlineTableValue,
    InlineTableValueEnd,
    InlineTableEnd,
    String,
    MultilineString,
    RawString,
    MultilineRawString,
    MultilineStringEscape,
    StringEscape,
    HexEscape,
    ShortUnicodeEscape,
    LongUnicodeEscape,
    NumberOrDateStart,
    NumberOrDate,
    Datetime,
    HexInteger,
    OctalInteger,
    BinaryInteger,
    DecimalNumber,
    DecimalNumberStart,
    BaseNumberOrDate,
    Float,
    Bool,
    CommentStart,
    Comment,
}

impl Lexer<'_> {
    /// Does what is to be done in a state, and gives the next one; there is none after an error and at the end.
    pub(super) fn step(&mut self, state: State) -> Option<State> {
        match state {
            State::Top => self.top(),
            State::TopEnd => self.top_end(),
            State::TableStart => self.table_start(),
            State::TableEnd => {
                self.emit(Kind::TableEnd);
                Some(State::TopEnd)
            }
            State::ArrayTableEnd => match self.next() {
                ']' => {
                    self.emit(Kind::ArrayTableEnd);
                    Some(State::TopEnd)
                }
                c => self.fail(format!(
                    "expected end of table array name delimiter ']', but got {} instead",
                    quoted(c)
                )),
            },
            State::TableNameStart => self.table_name_start(),
            State::TableNameEnd => self.table_name_end(),
            State::BareName => self.bare_name(),
            State::QuotedName => self.quoted_name(),
            State::KeyStart => self.key_start(),
            State::KeyNameStart => self.key_name_start(),
            State::KeyEnd => self.key_end(),
            State::Value => self.value(),
            State::ArrayValue => self.array_value(),
            State::ArrayValueEnd => self.array_value_end(),
            State::ArrayEnd => self.end(Kind::ArrayEnd),
            State::InlineTableValue => self.inline_table_value(),
            State::InlineTableValueEnd => self.inline_table_value_end(),
            State::InlineTableEnd => self.end(Kind::InlineTableEnd),
            State::CommentStart => {
                self.start = self.pos;
                self.emit(Kind::CommentStart);
                Some(State::Comment)
            }
            State::Comment => self.comment(),
            State::String
            | State::MultilineString
            | State::RawString
            | State::MultilineRawString
            | State::MultilineStringEscape
            | State::StringEscape
            | State::HexEscape
            | State::ShortUnicodeEscape
            | State::LongUnicodeEscape => self.step_text(state),
            State::NumberOrDateStart
            | State::NumberOrDate
            | State::Datetime
            | State::HexInteger
            | State::OctalInteger
            | State::BinaryInteger
            | State::DecimalNumber
            | State::DecimalNumberStart
            | State::BaseNumberOrDate
            | State::Float
            | State::Bool => self.step_number(state),
        }
    }

    fn top(&mut self) -> Option<State> {
        match self.next() {
            c if is_space(c) || is_newline(c) => self.skip(State::Top),
            '#' => {
                self.push(State::Top);
                Some(State::CommentStart)
            }
            '[' => Some(State::TableStart),
            EOF if self.pos > self.start => self.fail("unexpected EOF"),
            EOF => {
                self.emit(Kind::Eof);
                None
            }
            _ => {
                self.backup();
                self.push(State::TopEnd);
                Some(State::KeyStart)
            }
        }
    }

    fn top_end(&mut self) -> Option<State> {
        match self.next() {
            '#' => {
                self.push(State::Top);
                Some(State::CommentStart)
            }
            c if is_space(c) => Some(State::TopEnd),
            c if is_newline(c) => self.skip(State::Top),
            EOF => {
                self.emit(Kind::Eof);
                None
            }
            c => self.fail(format!(
                "expected a top-level item to end with a newline, comment, or EOF, but got {} instead",
                quoted(c)
            )),
        }
    }

    fn table_start(&mut self) -> Option<State> {
        if self.peek() == '[' {
            self.next();
            self.emit(Kind::ArrayTableStart);
            self.push(State::ArrayTableEnd);
        } else {
            self.emit(Kind::TableStart);
            self.push(State::TableEnd);
        }
        Some(State::TableNameStart)
    }

    fn table_name_start(&mut self) -> Option<State> {
        self.skip_space();
        match self.peek() {
            ']' | EOF => self.fail("unexpected end of table name (table names cannot be empty)"),
            '.' => self.fail("unexpected table separator (table names cannot be empty)"),
            '"' | '\'' => {
                self.start = self.pos;
                self.push(State::TableNameEnd);
                Some(State::QuotedName)
            }
            _ => {
                self.push(State::TableNameEnd);
                Some(State::BareName)
            }
        }
    }

    fn table_name_end(&mut self) -> Option<State> {
        self.skip_space();
        match self.next() {
            '.' => self.skip(State::TableNameStart),
            ']' => self.pop(),
            c => self.fail(format!("expected '.' or ']' to end table name, but got {} instead", quoted(c))),
        }
    }

    fn bare_name(&mut self) -> Option<State> {
        let c = self.next();
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') {
            return Some(State::BareName);
        }
        self.backup();
        self.emit(Kind::Text);
        self.pop()
    }

    fn quoted_name(&mut self) -> Option<State> {
        match self.next() {
            '"' => self.skip(State::String),
            '\'' => self.skip(State::RawString),
            c if is_space(c) => self.skip(State::Value),
            EOF => self.fail("unexpected EOF; expected value"),
            c => self.fail(format!("expected value but found {} instead", quoted(c))),
        }
    }

    fn key_start(&mut self) -> Option<State> {
        self.skip_space();
        match self.peek() {
            '=' | EOF => return self.fail("unexpected '=': key name appears blank"),
            '.' => return self.fail("unexpected '.': keys cannot start with a '.'"),
            '"' | '\'' => self.start = self.pos,
            _ => {}
        }
        self.emit(Kind::KeyStart);
        Some(State::KeyNameStart)
    }

    fn key_name_start(&mut self) -> Option<State> {
        self.skip_space();
        match self.peek() {
            '"' | '\'' => {
                self.start = self.pos;
                self.push(State::KeyEnd);
                Some(State::QuotedName)
            }
            '=' | EOF => self.fail("unexpected '='"),
            '.' => self.fail("unexpected '.'"),
            _ => {
                self.push(State::KeyEnd);
                Some(State::BareName)
            }
        }
    }

    fn key_end(&mut self) -> Option<State> {
        self.skip_space();
        match self.next() {
            c if is_space(c) => self.skip(State::KeyEnd),
            EOF => self.fail("unexpected EOF; expected key separator '='"),
            '.' => self.skip(State::KeyNameStart),
            '=' => {
                self.emit(Kind::KeyEnd);
                self.skip(State::Value)
            }
            c => {
                let text = format!("expected '.' or '=', but got {} instead", quoted(c));
                if c == '\n' { self.fail_before(text) } else { self.fail(text) }
            }
        }
    }

    fn value(&mut self) -> Option<State> {
        let c = self.next();
        match c {
            c if is_space(c) => return self.skip(State::Value),
            '0'..='9' => {
                self.backup();
                return Some(State::NumberOrDateStart);
            }
            '[' => {
                self.start = self.pos;
                self.emit(Kind::Array);
                return Some(State::ArrayValue);
            }
            '{' => {
                self.start = self.pos;
                self.emit(Kind::InlineTableStart);
                return Some(State::InlineTableValue);
            }
            '"' => return self.opening('"', State::MultilineString, State::String),
            '\'' => return self.opening('\'', State::MultilineRawString, State::RawString),
            '.' => return self.fail("floats must start with a digit, not '.'"),
            'i' | 'n' if self.accept('n') && self.accept('f') || self.accept('a') && self.accept('n') => {
                self.emit(Kind::Float);
                return self.pop();
            }
            '-' | '+' => return Some(State::DecimalNumberStart),
            _ => {}
        }
        if unicode::is_letter(c) {
            self.backup();
            return Some(State::Bool);
        }
        if c == EOF {
            return self.fail("unexpected EOF; expected value");
        }
        let text = format!("expected value but found {} instead", quoted(c));
        if c == '\n' { self.fail_before(text) } else { self.fail(text) }
    }

    /// Behind a quote: a text of one line, or of several if two more quotes follow.
    fn opening(&mut self, quote: char, multiline: State, single: State) -> Option<State> {
        if self.accept(quote) {
            if self.accept(quote) {
                return self.skip(multiline);
            }
            self.backup();
        }
        self.skip(single)
    }

    fn array_value(&mut self) -> Option<State> {
        match self.next() {
            c if is_space(c) || is_newline(c) => self.skip(State::ArrayValue),
            '#' => {
                self.push(State::ArrayValue);
                Some(State::CommentStart)
            }
            ',' => self.fail("unexpected comma"),
            ']' => Some(State::ArrayEnd),
            _ => {
                self.backup();
                self.push(State::ArrayValueEnd);
                Some(State::Value)
            }
        }
    }

    fn array_value_end(&mut self) -> Option<State> {
        match self.next() {
            c if is_space(c) || is_newline(c) => self.skip(State::ArrayValueEnd),
            '#' => {
                self.push(State::ArrayValueEnd);
                Some(State::CommentStart)
            }
            ',' => self.skip(State::ArrayValue),
            ']' => Some(State::ArrayEnd),
            c => self
                .fail(format!("expected a comma (',') or array terminator (']'), but got {}", character(c))),
        }
    }

    fn inline_table_value(&mut self) -> Option<State> {
        match self.next() {
            c if is_space(c) || is_newline(c) => self.skip(State::InlineTableValue),
            '#' => {
                self.push(State::InlineTableValue);
                Some(State::CommentStart)
            }
            ',' => self.fail("unexpected comma"),
            '}' => Some(State::InlineTableEnd),
            _ => {
                self.backup();
                self.push(State::InlineTableValueEnd);
                Some(State::KeyStart)
            }
        }
    }

    fn inline_table_value_end(&mut self) -> Option<State> {
        match self.next() {
            c if is_space(c) || is_newline(c) => self.skip(State::InlineTableValueEnd),
            '#' => {
                self.push(State::InlineTableValueEnd);
                Some(State::CommentStart)
            }
            ',' => {
                self.start = self.pos;
                self.skip_space();
                Some(if self.peek() == '}' { State::InlineTableValueEnd } else { State::InlineTableValue })
            }
            '}' => Some(State::InlineTableEnd),
            c => self.fail(format!(
                "expected a comma or an inline table terminator '}}', but got {} instead",
                character(c)
            )),
        }
    }

    fn end(&mut self, kind: Kind) -> Option<State> {
        self.start = self.pos;
        self.emit(kind);
        self.pop()
    }

    fn comment(&mut self) -> Option<State> {
        let c = self.next();
        if !is_newline(c) && c != EOF {
            return Some(State::Comment);
        }
        self.backup();
        self.emit(Kind::Text);
        self.pop()
    }

    /// `true`, `false`, or an error about a word that is neither.
    pub(super) fn boolean(&mut self) -> Option<State> {
        let mut word = String::new();
        loop {
            let c = self.next();
            if !unicode::is_letter(c) {
                self.backup();
                break;
            }
            word.push(c);
        }
        if word == "true" || word == "false" {
            self.emit(Kind::Bool);
            return self.pop();
        }
        let word = strconv::quote(word.as_bytes());
        self.fail(format!("expected value but found {} instead", String::from_utf8_lossy(&word)))
    }
}

/// A character between quotes as it is, or the end.
fn character(c: char) -> String {
    if c == EOF { "end of file".to_owned() } else { format!("'{c}'") }
}
