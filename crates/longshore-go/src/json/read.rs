//! `json.Unmarshal` into an `interface {}`.

use crate::{Map, Str, Value, rune, strconv, types};

mod scan;

use scan::Scanner;

/// Why a text could not be read, in the words of `encoding/json`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// `invalid character 'x' looking for beginning of value`, `unexpected end of JSON input`, …
    #[error("{message}")]
    Syntax {
        /// Go's text.
        message: String,
        /// Number of bytes read before the error.
        offset: usize,
    },
    /// A number beyond the range of `float64`.
    #[error("json: cannot unmarshal number {0} into Go value of type float64")]
    Number(String),
}

/// Reads one JSON value, with nothing but white space around it.
///
/// ```
/// use longshore_go::json;
/// assert_eq!(json::parse(b"[1, null]").unwrap().as_list().unwrap().len(), 2);
/// let error = json::parse(b"{a: 1}").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "invalid character 'a' looking for beginning of object key string"
/// );
/// ```
pub fn parse(text: &[u8]) -> Result<Value, JsonError> {
    // Go checks the syntax of the whole before it makes the first value.
    Scanner::new(text).check()?;
    let mut builder = Builder { text, at: 0 };
    builder.value()
}

/// Reads the first of JSON values that follow each other: the value, and the length of its text.
///
/// ```
/// use longshore_go::json;
/// assert_eq!(json::parse_first(b" {} [1]").unwrap().1, 3);
/// ```
pub fn parse_first(text: &[u8]) -> Result<(Value, usize), JsonError> {
    let end = Scanner::new(text).value()?;
    let mut builder = Builder { text: &text[..end], at: 0 };
    Ok((builder.value()?, end))
}

/// What is being filled, outermost first.
enum Open {
    List(Vec<Value>),
    /// Its entries, and the key that was read last.
    Map(Vec<(Str, Value)>, Vec<u8>),
}

/// Makes values of a text whose syntax is known to be right.
struct Builder<'a> {
    text: &'a [u8],
    at: usize,
}

impl Builder<'_> {
    fn peek(&mut self) -> u8 {
        loop {
            match self.text.get(self.at) {
                Some(b' ' | b'\t' | b'\r' | b'\n' | b',' | b':') => self.at += 1,
                Some(&byte) => return byte,
                None => return 0,
            }
        }
    }

    /// Reads a value with a stack of its own, so that depth costs no native stack.
    fn value(&mut self) -> Result<Value, JsonError> {
        let mut stack: Vec<Open> = Vec::new();
        // As with Go, an error of range does not stop the rest; the first one is reported.
        let mut failed = None;
        loop {
            let mut done = match self.peek() {
                b'{' => {
                    self.at += 1;
                    stack.push(Open::Map(Vec::new(), Vec::new()));
                    None
                }
                b'[' => {
                    self.at += 1;
                    stack.push(Open::List(Vec::new()));
                    None
                }
                b']' | b'}' => self.close(&mut stack),
                b'"' => Some(Value::Str(self.string().into())),
                b't' => Some(self.literal(4, true.into())),
                b'f' => Some(self.literal(5, false.into())),
                b'n' => Some(self.literal(4, Value::Nil)),
                _ => Some(self.number().unwrap_or_else(|error| {
                    failed.get_or_insert(error);
                    Value::Nil
                })),
            };
            if let Some(value) = done.take() {
                match stack.last_mut() {
                    None => return failed.map_or(Ok(value), Err),
                    Some(Open::List(items)) => items.push(value),
                    Some(Open::Map(entries, key)) => entries.push((std::mem::take(key).into(), value)),
                }
            }
            // Inside an object a key comes first.
            let next = self.peek();
            if let Some(Open::Map(_, key)) = stack.last_mut()
                && next == b'"'
            {
                *key = self.string();
            }
        }
    }

    fn close(&mut self, stack: &mut Vec<Open>) -> Option<Value> {
        self.at += 1;
        match stack.pop()? {
            Open::List(items) => Some(Value::list(items)),
            Open::Map(entries, _) => Some(Map::typed(&types::MAP_ANY, entries.into()).into()),
        }
    }

    fn literal(&mut self, size: usize, value: Value) -> Value {
        self.at += size;
        value
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let rest = &self.text[self.at..];
        let end =
            rest.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
        let digits = &rest[..end.unwrap_or(rest.len())];
        self.at += digits.len();
        match strconv::parse_float(digits) {
            Ok(number) => Ok(number.into()),
            Err(_) => Err(JsonError::Number(String::from_utf8_lossy(digits).into_owned())),
        }
    }

    fn string(&mut self) -> Vec<u8> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            let rest = &self.text[self.at..];
            match rest.first() {
                None => return out,
                Some(b'"') => {
                    self.at += 1;
                    return out;
                }
                Some(b'\\') => self.escape(&mut out),
                Some(byte) if byte.is_ascii() => {
                    out.push(*byte);
                    self.at += 1;
                }
                Some(_) => {
                    let (c, size) = rune::decode(rest);
                    rune::push(&mut out, c);
                    self.at += size;
                }
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) {
        let letter = self.text.get(self.at + 1).copied().unwrap_or(0);
        if letter != b'u' {
            self.at += 2;
            out.push(match letter {
                b'b' => 8,
                b'f' => 12,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                same => same,
            });
            return;
        }
        let first = self.hex(self.at);
        self.at += 6;
        if (0xD800..0xDC00).contains(&first) {
            let second = match self.text.get(self.at..self.at + 2) {
                Some(b"\\u") => self.hex(self.at),
                _ => 0,
            };
            if (0xDC00..0xE000).contains(&second) {
                self.at += 6;
                let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                rune::push(out, char::from_u32(code).unwrap_or(rune::ERROR));
                return;
            }
        }
        rune::push(out, char::from_u32(first).unwrap_or(rune::ERROR));
    }

    /// The number that `\uXXXX` at `at` stands for.
    fn hex(&self, at: usize) -> u32 {
        let digits = self.text.get(at + 2..at + 6).unwrap_or(b"");
        digits.iter().fold(0, |code, &digit| code << 4 | (digit as char).to_digit(16).unwrap_or(0))
    }
}
