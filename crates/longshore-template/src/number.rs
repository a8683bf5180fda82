//! Constants in templates: numbers and characters with Go's typing, and quoted strings.

use longshore_go::strconv::quoted;
use longshore_go::{Complex, Str, rune, strconv};

use crate::node::Number;

mod complex;

const INVALID: &str = "invalid syntax";

/// Reads a character constant, quotes included.
pub(crate) fn character(text: &[u8]) -> Result<Number, String> {
    let (value, _, rest) = unquote_char(&text[1..], b'\'').ok_or(INVALID)?;
    if rest != b"'" {
        let text = rune::to_text(text);
        return Err(format!("malformed character constant: {text}"));
    }
    Ok(Number {
        int: Some(i64::from(value)),
        uint: Some(u64::from(value)),
        float: Some(f64::from(value)),
        complex: None,
    })
}

/// Reads a number as `text/template/parse` does: under every type that can hold it.
pub(crate) fn number(text: &[u8]) -> Result<Number, String> {
    if let Some(uint) = plain(text) {
        let int = uint as i64;
        return Ok(Number { int: Some(int), uint: Some(uint), float: Some(int as f64), complex: None });
    }
    if let [body @ .., b'i'] = text
        && let Ok(imaginary) = strconv::parse_float(body)
    {
        return Ok(self::imaginary(0.0, imaginary));
    }
    let mut number = Number {
        uint: strconv::parse_uint(text, 0, 64).ok(),
        int: strconv::parse_int(text, 0, 64).ok(),
        ..Number::default()
    };
    if number.int == Some(0) {
        number.uint = Some(0); // -0 is no unsigned text, but an unsigned value
    }
    if let Some(int) = number.int {
        number.float = Some(int as f64);
    } else if let Some(uint) = number.uint {
        number.float = Some(uint as f64);
    } else if let Ok(float) = strconv::parse_float(text) {
        if !looks_float(text) {
            return Err(format!("integer overflow: {}", quoted(text)));
        }
        number.float = Some(float);
        number.int = float_to_int(float);
        number.uint = float_to_uint(float);
    } else {
        return Err(format!("illegal number syntax: {}", quoted(text)));
    }
    Ok(number)
}

/// The value of a short decimal number without sign or leading zero: nearly all of them.
fn plain(text: &[u8]) -> Option<u64> {
    if !matches!(text, [b'0'] | [b'1'..=b'9', ..]) || text.len() > 18 {
        return None;
    }
    text.iter()
        .try_fold(0, |value, digit| digit.is_ascii_digit().then(|| value * 10 + u64::from(digit - b'0')))
}

/// Reads `1+2i`.
pub(crate) fn complex_pair(text: &[u8]) -> Result<Number, String> {
    complex::pair(text).map(|Complex { re, im }| imaginary(re, im))
}

fn imaginary(real: f64, imaginary: f64) -> Number {
    let simple = imaginary == 0.0;
    Number {
        complex: Some(Complex { re: real, im: imaginary }),
        float: simple.then_some(real),
        int: float_to_int(real).filter(|_| simple),
        uint: float_to_uint(real).filter(|_| simple),
    }
}

/// Whether the text of a number says that it is a float.
pub(crate) fn looks_float(text: &[u8]) -> bool {
    text.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E' | b'p' | b'P'))
}

/// Whether the text is that of a hexadecimal integer, whose `e` is a digit.
pub(crate) fn is_hex_int(text: &[u8]) -> bool {
    matches!(text, [b'0', b'x' | b'X', _, ..]) && !text.iter().any(|byte| matches!(byte, b'p' | b'P'))
}

/// The integer that equals the float, if one does. The bound itself, 2^63, does not fit.
fn float_to_int(float: f64) -> Option<i64> {
    let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&float);
    (fits && float.trunc() == float).then_some(float as i64)
}

fn float_to_uint(float: f64) -> Option<u64> {
    let fits = (0.0..18_446_744_073_709_551_616.0).contains(&float);
    (fits && float.trunc() == float).then_some(float as u64)
}

/// `strconv.Unquote` for the double-quoted and the raw strings that the scanner lets through.
pub(crate) fn unquote(text: &[u8]) -> Result<Str, String> {
    let inner = text.get(1..text.len().saturating_sub(1)).ok_or(INVALID)?;
    if text[0] == b'`' {
        if !inner.contains(&b'\r') {
            return Ok(Str::from(inner));
        }
        let kept: Vec<u8> = inner.iter().copied().filter(|&byte| byte != b'\r').collect();
        return Ok(Str::from(kept));
    }
    let is_plain = inner.iter().all(|byte| byte.is_ascii() && *byte != b'\\');
    if is_plain || !inner.contains(&b'\\') && std::str::from_utf8(inner).is_ok() {
        return Ok(Str::from(inner));
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while !rest.is_empty() {
        let (value, multibyte, after) = unquote_char(rest, b'"').ok_or(INVALID)?;
        match char::from_u32(value) {
            Some(c) if multibyte => rune::push(&mut out, c),
            _ => out.push(value as u8),
        }
        rest = after;
    }
    Ok(Str::from(out))
}

/// The complaint of [`unquote`], without the text if there is none.
pub(crate) fn check_quoted(text: &[u8]) -> Result<(), String> {
    let is_plain = text.len() >= 2 && (text[0] == b'`' || !text.contains(&b'\\'));
    if is_plain { Ok(()) } else { unquote(text).map(drop) }
}

/// `strconv.UnquoteChar`: the code point or byte, whether it stands for a rune, and what follows.
fn unquote_char(text: &[u8], quote: u8) -> Option<(u32, bool, &[u8])> {
    let &first = text.first()?;
    if first == quote {
        return None;
    }
    if first >= 0x80 {
        let (c, width) = rune::decode(text);
        return Some((c as u32, true, &text[width..]));
    }
    if first != b'\\' {
        return Some((u32::from(first), false, &text[1..]));
    }
    let &escape = text.get(1)?;
    let rest = &text[2..];
    let simple = |value: u8| Some((u32::from(value), false, rest));
    match escape {
        b'a' => simple(0x07),
        b'b' => simple(0x08),
        b'f' => simple(0x0C),
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        b'v' => simple(0x0B),
        b'\\' => simple(b'\\'),
        b'\'' | b'"' if escape == quote => simple(quote),
        b'x' | b'u' | b'U' => {
            let digits = match escape {
                b'x' => 2,
                b'u' => 4,
                _ => 8,
            };
            let value = radix(rest.get(..digits)?, 16)?;
            if escape == b'x' {
                return Some((value, false, &rest[digits..]));
            }
            char::from_u32(value)?;
            Some((value, true, &rest[digits..]))
        }
        b'0'..=b'7' => {
            let value = radix(text.get(1..4)?, 8)?;
            (value <= 255).then_some((value, false, &text[4..]))
        }
        _ => None,
    }
}

fn radix(digits: &[u8], base: u32) -> Option<u32> {
    digits
        .iter()
        .try_fold(0u32, |value, &digit| Some(value.wrapping_mul(base) | (digit as char).to_digit(base)?))
}
