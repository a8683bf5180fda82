//! Integers in any base, with Go's prefixes and underscores.

use super::{NumError, NumFault, underscores_ok};

/// `strconv.ParseUint`: no sign. Base 0 reads the prefixes `0x`, `0b`, `0o`, `0` and underscores.
///
/// `base` is 0 or 2 to 36, `bits` 1 to 64.
pub fn parse_uint(text: &[u8], base: u32, bits: u32) -> Result<u64, NumError<u64>> {
    unsigned(text, base, bits).map_err(|(fault, value)| NumError {
        function: "ParseUint",
        input: text.into(),
        fault,
        value,
    })
}

/// `strconv.ParseInt`: as [`parse_uint`] with a sign.
///
/// ```
/// use longshore_go::strconv::parse_int;
/// assert_eq!(parse_int(b"0755", 0, 64), Ok(493));
/// assert_eq!(parse_int(b"08", 0, 64).unwrap_err().to_string(), "strconv.ParseInt: parsing \"08\": invalid syntax");
/// ```
pub fn parse_int(text: &[u8], base: u32, bits: u32) -> Result<i64, NumError<i64>> {
    signed(text, base, bits).map_err(|(fault, value)| NumError {
        function: "ParseInt",
        input: text.into(),
        fault,
        value,
    })
}

/// `strconv.Atoi`: a decimal `int`.
pub fn atoi(text: &[u8]) -> Result<i64, NumError<i64>> {
    signed(text, 10, 64).map_err(|(fault, value)| NumError {
        function: "Atoi",
        input: text.into(),
        fault,
        value,
    })
}

fn signed(text: &[u8], base: u32, bits: u32) -> Result<i64, (NumFault, i64)> {
    let negative = text.first() == Some(&b'-');
    let digits = match text {
        [b'-' | b'+', rest @ ..] | rest => rest,
    };
    // Where the magnitude itself is out of range, the comparison below says so again.
    let magnitude = match unsigned(digits, base, bits) {
        Ok(magnitude) | Err((NumFault::Range, magnitude)) => magnitude,
        Err((NumFault::Syntax, _)) => return Err((NumFault::Syntax, 0)),
    };
    let cutoff = 1u64 << (bits - 1);
    if !negative && magnitude >= cutoff {
        return Err((NumFault::Range, (cutoff - 1) as i64));
    }
    if negative && magnitude > cutoff {
        return Err((NumFault::Range, (cutoff as i64).wrapping_neg()));
    }
    let value = magnitude as i64;
    Ok(if negative { value.wrapping_neg() } else { value })
}

fn unsigned(text: &[u8], base: u32, bits: u32) -> Result<u64, (NumFault, u64)> {
    const SYNTAX: (NumFault, u64) = (NumFault::Syntax, 0);
    // By far the most common; 18 digits fit, whatever they are.
    if base == 10 && bits == 64 && (1..=18).contains(&text.len()) {
        let digits = text
            .iter()
            .try_fold(0, |value, &byte| byte.is_ascii_digit().then(|| value * 10 + u64::from(byte - b'0')));
        return digits.ok_or(SYNTAX);
    }
    if text.is_empty() {
        return Err(SYNTAX);
    }
    let (base, digits, prefixed) = if base == 0 {
        let (base, digits) = by_prefix(text);
        (base, digits, true)
    } else {
        (base, text, false)
    };
    let largest = u64::MAX >> (64 - bits);
    let mut underscores = false;
    let mut value: u64 = 0;
    for &byte in digits {
        let digit = match byte {
            b'_' if prefixed => {
                underscores = true;
                continue;
            }
            byte => (byte as char).to_digit(36),
        };
        let digit = digit.filter(|&digit| digit < base).ok_or(SYNTAX)?;
        value = value
            .checked_mul(u64::from(base))
            .and_then(|value| value.checked_add(u64::from(digit)))
            .filter(|&value| value <= largest)
            .ok_or((NumFault::Range, largest))?;
    }
    if underscores && !underscores_ok(text) {
        return Err(SYNTAX);
    }
    Ok(value)
}

/// The base that the prefix names, and what follows the prefix.
fn by_prefix(text: &[u8]) -> (u32, &[u8]) {
    match text {
        [b'0', b'b' | b'B', rest @ ..] if !rest.is_empty() => (2, rest),
        [b'0', b'o' | b'O', rest @ ..] if !rest.is_empty() => (8, rest),
        [b'0', b'x' | b'X', rest @ ..] if !rest.is_empty() => (16, rest),
        [b'0', rest @ ..] => (8, rest),
        _ => (10, text),
    }
}
