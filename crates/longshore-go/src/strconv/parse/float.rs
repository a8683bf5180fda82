//! Floats: decimal, hexadecimal, infinities and NaN.

use super::{NumError, NumFault, underscores_ok};

/// `strconv.ParseFloat(text, 64)`.
///
/// Accepts what Go does and Rust does not: `0x1p-2`, `1_000`, and refuses what Rust takes beyond it.
/// A number too large is a range error with an infinity beside it.
///
/// ```
/// use longshore_go::strconv::parse_float;
/// assert_eq!(parse_float(b"0x1p4"), Ok(16.0));
/// assert_eq!(parse_float(b"1e400").unwrap_err().value, f64::INFINITY);
/// ```
pub fn parse_float(text: &[u8]) -> Result<f64, NumError<f64>> {
    read(text).map_err(|(fault, value)| NumError { function: "ParseFloat", input: text.into(), fault, value })
}

fn read(text: &[u8]) -> Result<f64, (NumFault, f64)> {
    const SYNTAX: (NumFault, f64) = (NumFault::Syntax, 0.0);
    // Of these bytes Rust makes what Go makes.
    if text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')) {
        let value = std::str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok()).ok_or(SYNTAX)?;
        return if value.is_infinite() { Err((NumFault::Range, value)) } else { Ok(value) };
    }
    let negative = text.first() == Some(&b'-');
    let rest = match text {
        [b'-' | b'+', rest @ ..] | rest => rest,
    };
    let sign = if negative { -1.0 } else { 1.0 };
    if rest.eq_ignore_ascii_case(b"inf") || rest.eq_ignore_ascii_case(b"infinity") {
        return Ok(sign * f64::INFINITY);
    }
    if text.eq_ignore_ascii_case(b"nan") {
        return Ok(f64::NAN);
    }
    if rest.contains(&b'_') && !underscores_ok(text) {
        return Err(SYNTAX);
    }
    let value = match rest {
        [b'0', b'x' | b'X', digits @ ..] if !digits.is_empty() => hexadecimal(digits),
        _ => decimal(rest),
    };
    let value = value.ok_or(SYNTAX)?;
    if value.is_infinite() {
        return Err((NumFault::Range, sign * value));
    }
    Ok(sign * value)
}

/// Digits, at most one point, and an exponent; Rust does the arithmetic.
fn decimal(text: &[u8]) -> Option<f64> {
    let number = Parts::read(text, b'e', u8::is_ascii_digit)?;
    let mut plain = String::with_capacity(text.len() + 8);
    plain.extend(number.whole.iter().map(|&byte| byte as char));
    plain.push('.');
    plain.extend(number.fraction.iter().map(|&byte| byte as char));
    plain.push('e');
    plain.push_str(&number.exponent.unwrap_or(0).to_string());
    plain.parse().ok()
}

/// Hexadecimal digits and a power of two, which must be there.
fn hexadecimal(text: &[u8]) -> Option<f64> {
    let number = Parts::read(text, b'p', u8::is_ascii_hexdigit)?;
    let mut exponent = number.exponent?;
    let mut mantissa: u64 = 0;
    let mut lost = false;
    for (index, &byte) in number.whole.iter().chain(&number.fraction).enumerate() {
        let fraction = index >= number.whole.len();
        if mantissa >> 59 == 0 {
            mantissa = mantissa << 4 | u64::from((byte as char).to_digit(16)?);
            exponent -= if fraction { 4 } else { 0 };
        } else {
            lost |= byte != b'0';
            exponent += if fraction { 0 } else { 4 };
        }
    }
    Some(round(mantissa, exponent, lost))
}

/// The nearest float to `mantissa × 2^exponent`, ties to even; `lost` says that the mantissa was cut.
fn round(mut mantissa: u64, mut exponent: i64, lost: bool) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    // 55 bits: 53 of the float, and two that decide the rounding (the last one sticks).
    while mantissa >> 54 == 0 {
        mantissa <<= 1;
        exponent -= 1;
    }
    mantissa |= u64::from(lost);
    // The float's exponent once the mantissa is 1.x; the least one is -1022.
    while mantissa >> 55 != 0 || (mantissa > 1 && exponent + 54 < -1022) {
        mantissa = mantissa >> 1 | mantissa & 1;
        exponent += 1;
    }
    let tie = (mantissa & 3) | (mantissa >> 2 & 1);
    mantissa >>= 2;
    exponent += 2;
    if tie == 3 {
        mantissa += 1;
    }
    if mantissa >> 53 != 0 {
        mantissa >>= 1;
        exponent += 1;
    }
    if exponent + 52 > 1023 {
        return f64::INFINITY;
    }
    if exponent + 52 < -1022 {
        return 0.0;
    }
    let biased = if mantissa >> 52 == 0 { 0 } else { (exponent + 52 + 1023) as u64 };
    f64::from_bits(biased << 52 | mantissa & ((1 << 52) - 1))
}

/// A number taken apart, underscores gone.
struct Parts {
    whole: Vec<u8>,
    fraction: Vec<u8>,
    exponent: Option<i64>,
}

impl Parts {
    fn read(text: &[u8], letter: u8, is_digit: fn(&u8) -> bool) -> Option<Self> {
        let end = text
            .iter()
            .position(|byte| byte.to_ascii_lowercase() == letter && !is_digit(byte))
            .unwrap_or(text.len());
        let (mantissa, power) = text.split_at(end);
        let mut sides = mantissa.split(|&byte| byte == b'.');
        let whole = digits(sides.next()?, is_digit)?;
        let fraction = digits(sides.next().unwrap_or(b""), is_digit)?;
        if sides.next().is_some() || whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let exponent = match power {
            [] => None,
            [_, b'-', rest @ ..] => Some(-exponent(rest)?),
            [_, b'+', rest @ ..] | [_, rest @ ..] => Some(exponent(rest)?),
        };
        Some(Self { whole, fraction, exponent })
    }
}

fn digits(text: &[u8], is_digit: fn(&u8) -> bool) -> Option<Vec<u8>> {
    text.iter().filter(|&&byte| byte != b'_').map(|byte| is_digit(byte).then_some(*byte)).collect()
}

/// At least one digit; beyond five digits the size no longer matters.
fn exponent(text: &[u8]) -> Option<i64> {
    if !text.first()?.is_ascii_digit() {
        return None;
    }
    let digits = digits(text, u8::is_ascii_digit)?;
    Some(digits.iter().fold(
        0,
        |value, &digit| {
            if value < 10_000 { value * 10 + i64::from(digit - b'0') } else { value }
        },
    ))
}
