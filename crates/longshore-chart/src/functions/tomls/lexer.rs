//! TOML in pieces, as the lexer of `BurntSushi/toml` cuts it, with its errors and their lines.
//!
//! Source: [`lex.go`](https://github.com/BurntSushi/toml/blob/v1.6.0/lex.go), state for state, because which error is
//! found first follows from the order of its states.

use std::collections::VecDeque;

use longshore_go::{rune, strconv, strings};

mod number;
mod state;
mod text;

use state::State;

/// What `next` gives at the end, and for no character in the text: control characters are errors.
const EOF: char = '\0';

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Error,
    Eof,
    Text,
    String,
    StringEsc,
    RawString,
    MultilineString,
    RawMultilineString,
    Bool,
    Integer,
    Float,
    Datetime,
    Array,
    ArrayEnd,
    TableStart,
    TableEnd,
    ArrayTableStart,
    ArrayTableEnd,
    KeyStart,
    KeyEnd,
    CommentStart,
    InlineTableStart,
    InlineTableEnd,
}

/// A piece of the text.
#[derive(Debug)]
pub(super) struct Item<'a> {
    pub(super) kind: Kind,
    /// Its text.
    pub(super) text: &'a [u8],
    /// What is wrong, if it is an error.
    pub(super) error: String,
    /// The line on which it ends, from 1.
    pub(super) line: usize,
}

/// The text and how far it has been read.
pub(super) struct Lexer<'a> {
    input: &'a [u8],
    start: usize,
    pos: usize,
    line: usize,
    /// The widths of the last characters, the last one first: so many steps can be taken back.
    widths: [usize; 4],
    steps: usize,
    at_eof: bool,
    escaped: bool,
    state: Option<State>,
    stack: Vec<State>,
    items: VecDeque<Item<'a>>,
    /// What the original panics with.
    panic: Option<&'static str>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(input: &'a [u8]) -> Self {
        Self {
            input,
            start: 0,
            pos: 0,
            line: 1,
            widths: [0; 4],
            steps: 0,
            at_eof: false,
            escaped: false,
            state: Some(State::Top),
            stack: Vec::new(),
            items: VecDeque::new(),
            panic: None,
        }
    }

    /// The next piece.
    ///
    /// # Errors
    /// The text of a panic, where the original has one.
    pub(super) fn item(&mut self) -> Result<Item<'a>, &'static str> {
        loop {
            if let Some(item) = self.items.pop_front() {
                return Ok(item);
            }
            if let Some(text) = self.panic {
                return Err(text);
            }
            let Some(state) = self.state.take() else {
                return Err(crate::functions::args::NIL_DEREFERENCE);
            };
            self.state = self.step(state);
        }
    }

    fn push(&mut self, state: State) {
        self.stack.push(state);
    }

    fn pop(&mut self) -> Option<State> {
        let last = self.stack.pop();
        if last.is_none() {
            self.panic = Some("BUG in lexer: no states to pop");
        }
        last
    }

    /// What has been read of the piece.
    fn current(&self) -> &'a [u8] {
        self.input.get(self.start..self.pos).unwrap_or_default()
    }

    fn emit(&mut self, kind: Kind) {
        if self.start > self.pos {
            self.bad_byte();
            return;
        }
        self.items.push_back(Item { kind, text: self.current(), error: String::new(), line: self.line });
        self.start = self.pos;
    }

    /// A piece without white space around it.
    fn emit_trimmed(&mut self, kind: Kind) {
        let text = strings::trim_space(self.current());
        self.items.push_back(Item { kind, text, error: String::new(), line: self.line });
        self.start = self.pos;
    }

    /// The next character; [`EOF`] at the end, and the replacement character after an error.
    fn next(&mut self) -> char {
        if self.at_eof {
            self.panic = self.panic.or(Some("BUG in lexer: next called after EOF"));
            return EOF;
        }
        let Some(&byte) = self.input.get(self.pos) else {
            self.at_eof = true;
            return EOF;
        };
        if byte == b'\n' {
            self.line += 1;
        }
        self.widths.copy_within(0..3, 1);
        self.steps = (self.steps + 1).min(4);
        let (c, width) = rune::decode(&self.input[self.pos..]);
        if c == char::REPLACEMENT_CHARACTER && width == 1 {
            self.bad_byte();
            return c;
        }
        let is_control = c.is_ascii_control() && !matches!(c, '\t' | '\r' | '\n');
        if is_control || c == '\r' && self.input.get(self.pos + 1) != Some(&b'\n') {
            let text = format!("TOML files cannot contain control characters: '0x{:02x}'", u32::from(c));
            self.failed_at(self.line, text);
            return char::REPLACEMENT_CHARACTER;
        }
        self.widths[0] = width;
        self.pos += width;
        c
    }

    /// Takes a character back.
    fn backup(&mut self) {
        if self.at_eof {
            self.at_eof = false;
            return;
        }
        if self.steps == 0 {
            self.panic = self.panic.or(Some("BUG in lexer: backed up too far"));
            return;
        }
        let width = self.widths[0];
        self.widths.copy_within(1..4, 0);
        self.steps -= 1;
        self.pos = self.pos.saturating_sub(width);
        if self.input.get(self.pos) == Some(&b'\n') {
            self.line = self.line.saturating_sub(1);
        }
    }

    /// Reads the character if it comes next.
    fn accept(&mut self, wanted: char) -> bool {
        let found = self.next() == wanted;
        if !found {
            self.backup();
        }
        found
    }

    fn peek(&mut self) -> char {
        let c = self.next();
        self.backup();
        c
    }

    /// Passes over white space.
    fn skip_space(&mut self) {
        while is_space(self.next()) {}
        self.backup();
        self.start = self.pos;
    }

    /// Forgets what has been read of the piece, and goes on.
    fn skip(&mut self, state: State) -> Option<State> {
        self.start = self.pos;
        Some(state)
    }

    fn failed_at(&mut self, line: usize, error: String) {
        self.items.push_back(Item { kind: Kind::Error, text: b"", error, line });
    }

    /// An error here, or on the line before if that ended just now.
    fn fail(&mut self, error: impl Into<String>) -> Option<State> {
        let after_newline = self.pos.checked_sub(1).and_then(|at| self.input.get(at)) == Some(&b'\n');
        let back = usize::from(self.at_eof && after_newline);
        self.failed_at(self.line.saturating_sub(back), error.into());
        None
    }

    /// An error on the line before.
    fn fail_before(&mut self, error: impl Into<String>) -> Option<State> {
        self.failed_at(self.line.saturating_sub(1), error.into());
        None
    }

    /// An error here; at the end of the text, on the line before.
    fn fail_plain(&mut self, error: String) -> Option<State> {
        self.failed_at(self.line.saturating_sub(usize::from(self.at_eof)), error);
        None
    }

    fn bad_byte(&mut self) {
        let byte = self.input.get(self.pos).copied().unwrap_or_default();
        self.fail_plain(format!("invalid UTF-8 byte: 0x{byte:02x}"));
    }
}

fn is_space(c: char) -> bool {
    matches!(c, '\t' | ' ')
}

fn is_newline(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

/// `%q` of a character.
fn quoted(c: char) -> String {
    String::from_utf8_lossy(&strconv::quote_rune(c)).into_owned()
}
