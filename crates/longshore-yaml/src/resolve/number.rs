//! Numbers as Go's `strconv` reads them, with the additions of go-yaml.

use std::borrow::Cow;

use super::Scalar;
use crate::dialect::Dialect;

/// The type of text that starts with a digit or a sign, and is no date.
pub(super) fn resolve(dialect: Dialect, text: &str) -> Scalar {
    let plain = if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    let plain = &*plain;
    if let Some(int) = parse_int(plain, 0) {
        return int;
    }
    if is_yaml_float(plain)
        && let Some(float) = parse_float(plain)
    {
        return Scalar::Float(float);
    }
    // Go tries the digits behind the prefix once more, which lets a second sign through: `0b-1`.
    let radix = |letter: char, radix| {
        let behind = |sign| plain.strip_prefix(sign)?.strip_prefix(letter);
        if let Some(digits) = behind("0") {
            return parse_int(digits, radix);
        }
        let digits = behind("-0")?;
        match parse_int(&format!("-{digits}"), radix)? {
            Scalar::Int(int) => Some(Scalar::Int(int)),
            _ => None,
        }
    };
    if let Some(int) = radix('b', 2) {
        return int;
    }
    if dialect == Dialect::V3
        && let Some(int) = radix('o', 8)
    {
        return int;
    }
    Scalar::Str
}

/// `strconv.ParseInt`, then `ParseUint`; base 0 goes by the prefix, where a leading 0 means octal.
fn parse_int(text: &str, base: u32) -> Option<Scalar> {
    let (negative, signed, digits) = match text.as_bytes().first()? {
        b'-' => (true, true, &text[1..]),
        b'+' => (false, true, &text[1..]),
        _ => (false, false, text),
    };
    let (radix, digits) = match digits.as_bytes() {
        _ if base != 0 => (base, digits),
        [b'0', b'x' | b'X', _, ..] => (16, &digits[2..]),
        [b'0', b'b' | b'B', _, ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', _, ..] => (8, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value: u64 = 0;
    for digit in digits.bytes() {
        let digit = char::from(digit).to_digit(radix)?;
        value = value.checked_mul(u64::from(radix))?.checked_add(u64::from(digit))?;
    }
    match (negative, i64::try_from(value)) {
        (false, Ok(int)) => Some(Scalar::Int(int)),
        (true, Ok(int)) => Some(Scalar::Int(-int)),
        (true, Err(_)) => (value == 1 << 63).then_some(Scalar::Int(i64::MIN)),
        (false, Err(_)) => (!signed).then_some(Scalar::Uint(value)),
    }
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`
fn is_yaml_float(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |mut i: usize| {
        let from = i;
        while matches!(bytes.get(i), Some(b'0'..=b'9')) {
            i += 1;
        }
        (i, i > from)
    };
    let mut i = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let (after, whole) = digits(i);
    i = after;
    if bytes.get(i) == Some(&b'.') {
        let (after, fraction) = digits(i + 1);
        if !whole && !fraction {
            return false;
        }
        i = after;
    } else if !whole {
        return false;
    }
    if matches!(bytes.get(i), Some(b'e' | b'E')) {
        i += 1;
        i += usize::from(matches!(bytes.get(i), Some(b'-' | b'+')));
        let (after, exponent) = digits(i);
        if !exponent {
            return false;
        }
        i = after;
    }
    i == bytes.len()
}

/// `strconv.ParseFloat` on decimal text: `_` between digits is dropped, and out of range is an error.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    let mut plain = Cow::Borrowed(text);
    if text.contains('_') {
        let bytes = text.as_bytes();
        let between = |i: usize| {
            let digit = |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_digit);
            digit(i.checked_sub(1)) && digit(Some(i + 1))
        };
        if !text.match_indices('_').all(|(i, _)| between(i)) {
            return None;
        }
        plain = Cow::Owned(text.replace('_', ""));
    }
    if !is_yaml_float(&plain) {
        return None;
    }
    let value: f64 = plain.parse().ok()?;
    value.is_finite().then_some(value)
}

/// Numbers to the base 60 of YAML 1.1 (`12:30:45`), which are read as text and yet written in quotes:
/// `^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`
pub(crate) fn is_base60(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut i = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    if !matches!(bytes.get(i), Some(b'0'..=b'9')) {
        return false;
    }
    while matches!(bytes.get(i), Some(b'0'..=b'9' | b'_')) {
        i += 1;
    }
    let mut groups = 0;
    while bytes.get(i) == Some(&b':') {
        i += match (bytes.get(i + 1), bytes.get(i + 2)) {
            (Some(b'0'..=b'5'), Some(b'0'..=b'9')) => 3,
            (Some(b'0'..=b'9'), _) => 2,
            _ => return false,
        };
        groups += 1;
    }
    if groups == 0 {
        return false;
    }
    if bytes.get(i) == Some(&b'.') {
        i += 1;
        while matches!(bytes.get(i), Some(b'0'..=b'9' | b'_')) {
            i += 1;
        }
    }
    i == bytes.len()
}
