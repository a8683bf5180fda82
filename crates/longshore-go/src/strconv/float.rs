//! `strconv.FormatFloat` for 64-bit floats: the forms `e`, `f`, `g`, `b` and `x`, each in capitals too.

use std::io::Write;

/// More significant digits than any `float64` has; what lies beyond is zeros.
const MAX_DIGITS: usize = 1100;

/// A decimal: `0.d₁d₂d₃… × 10^point`, without trailing zeros unless a precision asked for them.
struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

/// Formats `value` in the form of the verb `form` (`b e E f g G x X`).
///
/// `precision` is the number of digits after the point (`e f x`) or of significant digits (`g`);
/// `None` asks for the fewest digits that read back as the same number. Any other `form` gives `%`
/// and the form, as Go does.
///
/// Source: <https://pkg.go.dev/strconv#FormatFloat>.
///
/// ```
/// use longshore_go::strconv::format_float;
/// assert_eq!(format_float(1_000_000.0, b'g', None), "1e+06");
/// assert_eq!(format_float(2.5, b'f', Some(0)), "2");
/// ```
pub fn format_float(value: f64, form: u8, precision: Option<usize>) -> String {
    let mut out = Vec::with_capacity(24);
    append_float(&mut out, value, form, precision);
    out.iter().map(|&byte| byte as char).collect()
}

/// Appends what [`format_float`] gives.
pub fn append_float(out: &mut Vec<u8>, value: f64, form: u8, precision: Option<usize>) {
    if value.is_nan() {
        out.extend_from_slice(b"NaN");
        return;
    }
    if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 { b"+Inf" } else { b"-Inf" });
        return;
    }
    if !matches!(form, b'b' | b'e' | b'E' | b'f' | b'g' | b'G' | b'x' | b'X') {
        out.extend_from_slice(&[b'%', form]);
        return;
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let magnitude = value.abs();
    match form {
        b'b' => append_binary(out, magnitude),
        b'x' | b'X' => append_hex(out, magnitude, form, precision),
        _ => append_decimal(out, magnitude, form, precision),
    }
}

fn append_decimal(out: &mut Vec<u8>, magnitude: f64, form: u8, precision: Option<usize>) {
    let lower = form.to_ascii_lowercase();
    let decimal = match (precision, lower) {
        (None, _) => shortest(magnitude),
        (Some(precision), b'e') => exact(magnitude, precision + 1),
        (Some(precision), b'f') => fixed(magnitude, precision),
        (Some(precision), _) => exact(magnitude, precision.max(1)),
    };
    let count = decimal.digits.len() as i32;
    match lower {
        b'e' => {
            let precision = precision.unwrap_or(decimal.digits.len().saturating_sub(1));
            append_exponent_form(out, &decimal, precision, form);
        }
        b'f' => {
            let precision = precision.unwrap_or_else(|| (count - decimal.point).max(0) as usize);
            append_fixed_form(out, &decimal, precision);
        }
        _ => {
            let wanted = precision.map_or(6, |precision| precision.max(1)) as i32;
            let mut threshold = wanted;
            if threshold > count && count >= decimal.point {
                threshold = count;
            }
            if precision.is_none() {
                threshold = 6;
            }
            // Shortest form: every digit there is.
            let wanted = if precision.is_none() { count } else { wanted };
            let exponent = decimal.point - 1;
            if exponent < -4 || exponent >= threshold {
                let shown = wanted.min(count).max(1);
                append_exponent_form(out, &decimal, shown as usize - 1, form - (b'g' - b'e'));
            } else {
                append_fixed_form(out, &decimal, (count - decimal.point).max(0) as usize);
            }
        }
    }
}

/// The fewest digits that read back as the same number, the nearest of those.
fn shortest(magnitude: f64) -> Decimal {
    if magnitude == 0.0 {
        return Decimal { digits: Vec::new(), point: 0 };
    }
    let found = read_scientific(format!("{magnitude:e}").as_bytes());
    // Of two equally near Go takes the even one, Rust the larger. Only with this many digits can the
    // number lie halfway between two that both read back as it.
    if found.digits.len() >= 16 {
        let precision = found.digits.len() - 1;
        let even = format!("{magnitude:.precision$e}");
        if even.parse() == Ok(magnitude) {
            return read_scientific(even.as_bytes());
        }
    }
    found
}

/// `count` significant digits, rounded to nearest even, trailing zeros dropped.
fn exact(magnitude: f64, count: usize) -> Decimal {
    if magnitude == 0.0 {
        return shortest(0.0);
    }
    let precision = count.min(MAX_DIGITS) - 1;
    read_scientific(format!("{magnitude:.precision$e}").as_bytes())
}

/// `precision` digits after the point, rounded to nearest even, trailing zeros dropped.
fn fixed(magnitude: f64, precision: usize) -> Decimal {
    let precision = precision.min(MAX_DIGITS);
    let text = format!("{magnitude:.precision$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let whole = whole.trim_start_matches('0');
    let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    let mut point = whole.len() as i32;
    let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
    if zeros == digits.len() {
        return shortest(0.0);
    }
    digits.drain(..zeros);
    point -= zeros as i32;
    trim_zeros(&mut digits);
    Decimal { digits, point }
}

/// Reads `d.ddde±x`, which is what Rust prints.
fn read_scientific(text: &[u8]) -> Decimal {
    let mut digits = Vec::with_capacity(text.len());
    let mut exponent = 0i32;
    let mut negative = false;
    let mut in_exponent = false;
    for &byte in text {
        match byte {
            b'e' => in_exponent = true,
            b'-' => negative = true,
            b'0'..=b'9' if in_exponent => exponent = exponent * 10 + i32::from(byte - b'0'),
            b'0'..=b'9' => digits.push(byte),
            _ => {}
        }
    }
    trim_zeros(&mut digits);
    Decimal { digits, point: if negative { -exponent } else { exponent } + 1 }
}

fn trim_zeros(digits: &mut Vec<u8>) {
    while digits.last() == Some(&b'0') {
        digits.pop();
    }
}

/// `d.ddde±dd`
fn append_exponent_form(out: &mut Vec<u8>, decimal: &Decimal, precision: usize, letter: u8) {
    let digits = &decimal.digits;
    out.push(digits.first().copied().unwrap_or(b'0'));
    if precision > 0 {
        out.push(b'.');
        let shown = digits.len().min(precision + 1);
        out.extend_from_slice(digits.get(1..shown).unwrap_or(&[]));
        let missing = precision + 1 - shown.max(1);
        out.resize(out.len() + missing, b'0');
    }
    let exponent = if digits.is_empty() { 0 } else { decimal.point - 1 };
    append_power(out, letter, exponent);
}

/// The letter, a sign, and at least two digits.
fn append_power(out: &mut Vec<u8>, letter: u8, exponent: i32) {
    out.push(letter);
    out.push(if exponent < 0 { b'-' } else { b'+' });
    write!(out, "{:02}", exponent.unsigned_abs()).expect("writing to a Vec does not fail");
}

/// `ddd.ddd`
fn append_fixed_form(out: &mut Vec<u8>, decimal: &Decimal, precision: usize) {
    let digits = &decimal.digits;
    let at =
        |index: i32| usize::try_from(index).ok().and_then(|index| digits.get(index)).copied().unwrap_or(b'0');
    if decimal.point > 0 {
        out.extend((0..decimal.point).map(at));
    } else {
        out.push(b'0');
    }
    if precision > 0 {
        out.push(b'.');
        out.extend((0..precision).map(|index| at(decimal.point.saturating_add(index as i32))));
    }
}

/// Mantissa as an integer and power of two of a finite number: Go's layout of the bits.
fn parts(magnitude: f64) -> (u64, i32) {
    let bits = magnitude.to_bits();
    let mantissa = bits & ((1 << 52) - 1);
    match ((bits >> 52) & 0x7FF) as i32 {
        0 => (mantissa, 1 - 1023),
        exponent => (mantissa | 1 << 52, exponent - 1023),
    }
}

/// `ddddp±ddd`: the mantissa as a decimal integer times a power of two.
fn append_binary(out: &mut Vec<u8>, magnitude: f64) {
    let (mantissa, exponent) = parts(magnitude);
    write!(out, "{mantissa}p{:+}", exponent - 52).expect("writing to a Vec does not fail");
}

/// `0x1.yyyyp±dd`
fn append_hex(out: &mut Vec<u8>, magnitude: f64, form: u8, precision: Option<usize>) {
    let (mut mantissa, mut exponent) = parts(magnitude);
    if mantissa == 0 {
        exponent = 0;
    }
    // The leading one belongs at bit 60, so that hexadecimal digits are whole.
    mantissa <<= 60 - 52;
    while mantissa != 0 && mantissa & (1 << 60) == 0 {
        mantissa <<= 1;
        exponent -= 1;
    }
    if let Some(precision) = precision.filter(|&precision| precision < 15) {
        let shift = precision * 4;
        let extra = (mantissa << shift) & ((1 << 60) - 1);
        mantissa >>= 60 - shift;
        if extra | (mantissa & 1) > 1 << 59 {
            mantissa += 1;
        }
        mantissa <<= 60 - shift;
        if mantissa & (1 << 61) != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let digits: &[u8; 16] = if form == b'X' { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    out.extend_from_slice(&[b'0', form, b'0' + ((mantissa >> 60) & 1) as u8]);
    mantissa <<= 4;
    let mut digit = || {
        let digit = digits[(mantissa >> 60) as usize & 15];
        mantissa <<= 4;
        (digit, mantissa)
    };
    match precision {
        None => {
            let mut rest = digit();
            if rest.0 != b'0' || rest.1 != 0 {
                out.push(b'.');
                out.push(rest.0);
                while rest.1 != 0 {
                    rest = digit();
                    out.push(rest.0);
                }
            }
        }
        Some(0) => {}
        Some(precision) => {
            out.push(b'.');
            for _ in 0..precision {
                out.push(digit().0);
            }
        }
    }
    append_power(out, form - (b'x' - b'p'), exponent);
}
