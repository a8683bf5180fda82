//! The syntax check: Go's scanner, with its words for every way to be wrong.

use super::JsonError;
use crate::strconv;

/// Nesting that Go accepts.
const MAX_DEPTH: usize = 10_000;

pub(super) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    /// The closing bracket of everything that is open.
    open: Vec<u8>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, open: Vec::new() }
    }

    /// Checks that there is one value, and nothing behind it.
    pub(super) fn check(mut self) -> Result<(), JsonError> {
        self.value()?;
        self.spaces();
        match self.text.get(self.at) {
            None => Ok(()),
            Some(_) => Err(self.bad("after top-level value")),
        }
    }

    /// Checks one value: where it ends.
    pub(super) fn value(&mut self) -> Result<usize, JsonError> {
        self.begin_value(false)?;
        loop {
            // A value has ended.
            let Some(&close) = self.open.last() else { return Ok(self.at) };
            self.spaces();
            match self.byte()? {
                byte if byte == close => {
                    self.at += 1;
                    self.open.pop();
                }
                b',' => {
                    self.at += 1;
                    if close == b'}' {
                        self.key(false)?;
                    } else {
                        self.begin_value(false)?;
                    }
                }
                _ if close == b'}' => return Err(self.bad("after object key:value pair")),
                _ => return Err(self.bad("after array element")),
            }
        }
    }

    /// Reads a value up to its end or, for one with parts, up to the end of its first scalar or its
    /// emptiness.
    fn begin_value(&mut self, mut may_close: bool) -> Result<(), JsonError> {
        loop {
            self.spaces();
            match self.byte()? {
                b']' if may_close => {
                    self.at += 1;
                    self.open.pop();
                    return Ok(());
                }
                b'{' => {
                    self.push(b'}')?;
                    if self.key(true)? {
                        return Ok(());
                    }
                    may_close = false;
                }
                b'[' => {
                    self.push(b']')?;
                    may_close = true;
                }
                b'"' => return self.string(),
                b'-' | b'0'..=b'9' => return self.number(),
                b't' => return self.literal("true"),
                b'f' => return self.literal("false"),
                b'n' => return self.literal("null"),
                _ => return Err(self.bad("looking for beginning of value")),
            }
        }
    }

    fn push(&mut self, close: u8) -> Result<(), JsonError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.bad("exceeded max depth"));
        }
        self.at += 1;
        self.open.push(close);
        Ok(())
    }

    /// A key and its colon; true if the object is empty and now closed.
    fn key(&mut self, may_close: bool) -> Result<bool, JsonError> {
        self.spaces();
        match self.byte()? {
            b'}' if may_close => {
                self.at += 1;
                self.open.pop();
                return Ok(true);
            }
            b'"' => self.string()?,
            _ => return Err(self.bad("looking for beginning of object key string")),
        }
        self.spaces();
        if self.byte()? != b':' {
            return Err(self.bad("after object key"));
        }
        self.at += 1;
        if !may_close {
            self.begin_value(false)?;
        }
        Ok(false)
    }

    fn string(&mut self) -> Result<(), JsonError> {
        self.at += 1;
        loop {
            match self.byte()? {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => {
                    self.at += 1;
                    match self.inner() {
                        b'u' => {
                            for _ in 0..4 {
                                self.at += 1;
                                if !self.inner().is_ascii_hexdigit() {
                                    return Err(self.bad("in \\u hexadecimal character escape"));
                                }
                            }
                        }
                        b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"' => {}
                        _ => return Err(self.bad("in string escape code")),
                    }
                    self.at += 1;
                }
                0..0x20 => return Err(self.bad("in string literal")),
                _ => self.at += 1,
            }
        }
    }

    fn number(&mut self) -> Result<(), JsonError> {
        if self.text[self.at] == b'-' {
            self.at += 1;
        }
        match self.inner() {
            b'0' => self.at += 1,
            b'1'..=b'9' => self.digits(),
            _ => return Err(self.bad("in numeric literal")),
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            if !self.inner().is_ascii_digit() {
                return Err(self.bad("after decimal point in numeric literal"));
            }
            self.digits();
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.inner(), b'+' | b'-') {
                self.at += 1;
            }
            if !self.inner().is_ascii_digit() {
                return Err(self.bad("in exponent of numeric literal"));
            }
            self.digits();
        }
        Ok(())
    }

    fn digits(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
    }

    fn literal(&mut self, word: &str) -> Result<(), JsonError> {
        for expected in word.bytes() {
            if self.inner() != expected {
                let context = format!("in literal {word} (expecting '{}')", expected as char);
                return Err(self.bad(&context));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn spaces(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn byte(&self) -> Result<u8, JsonError> {
        self.text.get(self.at).copied().ok_or(JsonError::Syntax {
            message: "unexpected end of JSON input".into(),
            offset: self.text.len(),
        })
    }

    /// The next byte within a number, a word or an escape, where the end of the text counts as a space.
    fn inner(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(b' ')
    }

    /// `invalid character 'x' …`, the byte taken for a Latin-1 character as Go does.
    fn bad(&self, context: &str) -> JsonError {
        let shown = match self.inner() {
            b'\'' => r"'\''".to_owned(),
            b'"' => "'\"'".to_owned(),
            byte => {
                let text = String::from(byte as char);
                let quoted = strconv::quote(text.as_bytes());
                let inner = String::from_utf8_lossy(&quoted[1..quoted.len() - 1]).into_owned();
                format!("'{inner}'")
            }
        };
        JsonError::Syntax { message: format!("invalid character {shown} {context}"), offset: self.at + 1 }
    }
}
