//! The scanner: template text to tokens, one at a time, as the parser asks for them.
//!
//! It follows `text/template/parse/lex.go` state by state, because the positions, the lines and the
//! words of its errors end up in what users see. Trim markers are dealt with here; the parser never
//! sees them.

use longshore_go::{Str, rune};

mod action;
mod class;
mod token;

pub(crate) use token::{Kind, Token};

const LEFT_COMMENT: &[u8] = b"/*";
const RIGHT_COMMENT: &[u8] = b"*/";
/// Length of a trim marker with its space.
const MARKER: usize = 2;

/// What opens and closes an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delimiters {
    left: Str,
    right: Str,
}

impl Delimiters {
    /// These; the usual one for an empty one.
    pub(crate) fn new(left: &str, right: &str) -> Self {
        let or = |given: &str, usual: &str| Str::from(if given.is_empty() { usual } else { given });
        Self { left: or(left, "{{"), right: or(right, "}}") }
    }
}

impl Default for Delimiters {
    fn default() -> Self {
        Self::new("", "")
    }
}

/// The scanner's state over one source.
pub(crate) struct Lexer<'a> {
    left: &'a [u8],
    right: &'a [u8],
    input: &'a [u8],
    pos: usize,
    start: usize,
    line: u32,
    start_line: u32,
    paren_depth: i32,
    inside_action: bool,
    /// `break` is a keyword, and not a function that somebody has defined.
    pub(crate) break_ok: bool,
    /// The same for `continue`.
    pub(crate) continue_ok: bool,
    /// The text of the error token, once there is one.
    pub(crate) error: String,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(input: &'a [u8], delimiters: &'a Delimiters) -> Self {
        Self {
            left: &delimiters.left,
            right: &delimiters.right,
            input,
            pos: 0,
            start: 0,
            line: 1,
            start_line: 1,
            paren_depth: 0,
            inside_action: false,
            break_ok: true,
            continue_ok: true,
            error: String::new(),
        }
    }

    /// The next token. After an error token or the end, the end again.
    pub(crate) fn next_token(&mut self) -> Token {
        if self.inside_action { self.action_token() } else { self.text_token() }
    }

    /// Text up to the next action, or the delimiter that opens it.
    fn text_token(&mut self) -> Token {
        loop {
            let Some(at) = find(&self.input[self.pos..], self.left) else {
                self.pos = self.input.len();
                if self.pos > self.start {
                    self.count_lines();
                    return self.emit(Kind::Text);
                }
                return self.emit(Kind::Eof);
            };
            if at > 0 {
                self.pos += at;
                let mut trim = 0;
                if has_left_marker(&self.input[self.pos + self.left.len()..]) {
                    let text = &self.input[self.start..self.pos];
                    trim = text.len() - text.trim_end_with_spaces().len();
                }
                self.pos -= trim;
                self.count_lines();
                let token = self.emit(Kind::Text);
                self.pos += trim;
                self.ignore();
                if token.end > token.pos {
                    return token;
                }
            }
            if let Some(token) = self.left_delimiter() {
                return token;
            }
            // A comment went by; go on with the text behind it.
        }
    }

    /// The opening delimiter, which is here; `None` if it opened a comment that is now behind us.
    fn left_delimiter(&mut self) -> Option<Token> {
        self.pos += self.left.len();
        let after = if has_left_marker(&self.input[self.pos..]) { MARKER } else { 0 };
        if self.input[self.pos + after..].starts_with(LEFT_COMMENT) {
            self.pos += after;
            self.ignore();
            return self.comment();
        }
        let token = self.emit(Kind::LeftDelim);
        self.inside_action = true;
        self.pos += after;
        self.ignore();
        self.paren_depth = 0;
        Some(token)
    }

    /// Skips a comment; the token is there only if it is an error.
    fn comment(&mut self) -> Option<Token> {
        self.pos += LEFT_COMMENT.len();
        let Some(at) = find(&self.input[self.pos..], RIGHT_COMMENT) else {
            return Some(self.fail("unclosed comment".to_owned()));
        };
        self.pos += at + RIGHT_COMMENT.len();
        let Some(trim) = self.at_right_delimiter() else {
            return Some(self.fail("comment ends before closing delimiter".to_owned()));
        };
        self.count_lines();
        self.emit(Kind::Eof); // the comment itself, which nobody wants
        if trim {
            self.pos += MARKER;
        }
        self.pos += self.right.len();
        if trim {
            self.skip_spaces();
        }
        self.ignore();
        None
    }

    /// The closing delimiter, which is here, and the text trimmed behind it.
    fn right_delimiter(&mut self) -> Token {
        let trim = self.at_right_delimiter() == Some(true);
        if trim {
            self.pos += MARKER;
            self.ignore();
        }
        self.pos += self.right.len();
        let token = self.emit(Kind::RightDelim);
        if trim {
            self.skip_spaces();
            self.ignore();
        }
        self.inside_action = false;
        token
    }

    /// Whether a closing delimiter is here, and if so whether it trims.
    fn at_right_delimiter(&self) -> Option<bool> {
        let rest = &self.input[self.pos..];
        if has_right_marker(rest) && starts_with(&rest[MARKER..], self.right) {
            Some(true)
        } else if starts_with(rest, self.right) {
            Some(false)
        } else {
            None
        }
    }

    fn skip_spaces(&mut self) {
        let rest = &self.input[self.pos..];
        self.pos += rest.len() - rest.trim_start_with_spaces().len();
    }

    fn count_lines(&mut self) {
        self.line += newlines(&self.input[self.start..self.pos]);
    }

    fn ignore(&mut self) {
        self.count_lines();
        self.start = self.pos;
        self.start_line = self.line;
    }

    fn emit(&mut self, kind: Kind) -> Token {
        let token = Token { kind, pos: self.start as u32, end: self.pos as u32, line: self.start_line };
        self.start = self.pos;
        self.start_line = self.line;
        token
    }

    /// An error token; scanning is over.
    fn fail(&mut self, message: String) -> Token {
        let token = Token {
            kind: Kind::Error,
            pos: self.start as u32,
            end: self.start as u32,
            line: self.start_line,
        };
        self.error = message;
        self.input = &self.input[..0];
        self.start = 0;
        self.pos = 0;
        token
    }

    /// The rune here and its width, without moving.
    fn peek(&self) -> Option<(char, usize)> {
        match self.input.get(self.pos) {
            None => None,
            Some(&byte) if byte < 0x80 => Some((byte as char, 1)),
            Some(_) => Some(rune::decode(&self.input[self.pos..])),
        }
    }

    /// The rune here; moves behind it.
    fn next(&mut self) -> Option<char> {
        let (c, width) = self.peek()?;
        self.pos += width;
        if c == '\n' {
            self.line += 1;
        }
        Some(c)
    }
}

/// The number of newlines.
pub(crate) fn newlines(text: &[u8]) -> u32 {
    memchr::memchr_iter(b'\n', text).count() as u32
}

/// Whether a text begins with a delimiter: a few bytes, of which mostly the first tells.
fn starts_with(text: &[u8], delimiter: &[u8]) -> bool {
    text.len() >= delimiter.len() && delimiter.iter().zip(text).all(|(a, b)| a == b)
}

/// The first place of a needle that is not empty.
fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memchr_iter(needle[0], haystack).find(|&at| starts_with(&haystack[at..], needle))
}

fn is_space(byte: u8) -> bool {
    class::is(byte, class::SPACE)
}

fn has_left_marker(text: &[u8]) -> bool {
    matches!(text, [b'-', space, ..] if is_space(*space))
}

fn has_right_marker(text: &[u8]) -> bool {
    matches!(text, [space, b'-', ..] if is_space(*space))
}

/// Trimming by the four characters that Go's scanner calls space, no more.
trait TrimSpaces {
    fn trim_start_with_spaces(&self) -> &Self;
    fn trim_end_with_spaces(&self) -> &Self;
}

impl TrimSpaces for [u8] {
    fn trim_start_with_spaces(&self) -> &Self {
        let start = self.iter().position(|&byte| !is_space(byte));
        &self[start.unwrap_or(self.len())..]
    }

    fn trim_end_with_spaces(&self) -> &Self {
        let end = self.iter().rposition(|&byte| !is_space(byte));
        &self[..end.map_or(0, |last| last + 1)]
    }
}
