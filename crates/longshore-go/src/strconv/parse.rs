//! Text to numbers and bools: `ParseInt`, `ParseUint`, `Atoi`, `ParseFloat`, `ParseBool`.

use std::fmt;

use super::quote;
use crate::Str;

mod float;
mod integer;

pub use float::parse_float;
pub use integer::{atoi, parse_int, parse_uint};

/// Why a text is no number (`strconv.ErrSyntax`, `strconv.ErrRange`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumFault {
    /// `invalid syntax`
    Syntax,
    /// `value out of range`
    Range,
}

/// `strconv.NumError`: a text that is no number, or not of the wanted size.
///
/// Go gives a value beside the error, and some callers use it (`atoi` of sprig ignores the error), so
/// the error carries it: 0 after a syntax error, the nearest that fits after a range error.
#[derive(Debug, Clone, PartialEq)]
pub struct NumError<T> {
    /// The function that Go's text names: `ParseInt`, `Atoi`.
    pub function: &'static str,
    /// What was to be read.
    pub input: Str,
    /// Why it could not be.
    pub fault: NumFault,
    /// What Go returns beside the error.
    pub value: T,
}

impl<T> fmt::Display for NumError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let input = quote(&self.input);
        let fault = match self.fault {
            NumFault::Syntax => "invalid syntax",
            NumFault::Range => "value out of range",
        };
        write!(f, "strconv.{}: parsing {}: {fault}", self.function, String::from_utf8_lossy(&input))
    }
}

impl<T: fmt::Debug> std::error::Error for NumError<T> {}

/// `strconv.ParseBool`: `1 t T TRUE true True` and `0 f F FALSE false False`.
pub fn parse_bool(text: &[u8]) -> Result<bool, NumError<bool>> {
    match text {
        b"1" | b"t" | b"T" | b"TRUE" | b"true" | b"True" => Ok(true),
        b"0" | b"f" | b"F" | b"FALSE" | b"false" | b"False" => Ok(false),
        _ => {
            Err(NumError { function: "ParseBool", input: text.into(), fault: NumFault::Syntax, value: false })
        }
    }
}

/// Whether underscores stand only between digits, or between a base prefix and a digit.
fn underscores_ok(text: &[u8]) -> bool {
    let text = match text {
        [b'+' | b'-', rest @ ..] => rest,
        text => text,
    };
    let (prefixed, hex) = match text {
        [b'0', b'x' | b'X', ..] => (true, true),
        [b'0', b'b' | b'B' | b'o' | b'O', ..] => (true, false),
        _ => (false, false),
    };
    let mut after_digit = prefixed;
    let mut after_underscore = false;
    for &byte in &text[if prefixed { 2 } else { 0 }..] {
        if byte.is_ascii_digit() || hex && byte.is_ascii_hexdigit() {
            (after_digit, after_underscore) = (true, false);
        } else if byte == b'_' {
            if !after_digit {
                return false;
            }
            (after_digit, after_underscore) = (false, true);
        } else if after_underscore {
            return false;
        } else {
            after_digit = false;
        }
    }
    !after_underscore
}
