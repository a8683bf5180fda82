//! A given number of digits, rounded to nearest even: by exact 128-bit integers where the number fits, else by
//! Rust's formatting, which is exact as well but slower.

use std::io::Write;

use super::INFALLIBLE;

/// The largest power of ten that a 53-bit mantissa can be multiplied by within 127 bits.
const MAX_POWER: usize = 22;

/// The powers of ten up to that.
const POWERS: [u128; MAX_POWER + 1] = {
    let mut powers = [1; MAX_POWER + 1];
    let mut index = 1;
    while index <= MAX_POWER {
        powers[index] = powers[index - 1] * 10;
        index += 1;
    }
    powers
};

/// The largest power of two that a 53-bit mantissa can be multiplied by within 127 bits.
const MAX_SHIFT: i32 = 74;

/// More significant digits than any `float64` has; what lies beyond is zeros.
const MAX_DIGITS: usize = 1100;

/// A number as an integer times a power of two.
fn parts(magnitude: f64) -> (u128, i32) {
    let bits = magnitude.to_bits();
    let mantissa = bits & ((1 << 52) - 1);
    match (bits >> 52) as i32 {
        0 => (u128::from(mantissa), -1074),
        exponent => (u128::from(mantissa | 1 << 52), exponent - 1075),
    }
}

/// The quotient, rounded to nearest even.
fn divided(number: u128, by: u128) -> u128 {
    let (quotient, rest) = (number / by, number % by);
    let half = rest.cmp(&(by - rest));
    quotient + u128::from(half.is_gt() || half.is_eq() && quotient & 1 == 1)
}

/// `magnitude × 10^power`, rounded to an integer; `None` if that takes more than 127 bits to work out.
fn scaled(magnitude: f64, power: i32) -> Option<u128> {
    let (mantissa, exponent) = parts(magnitude);
    let ten = *POWERS.get(power.unsigned_abs() as usize).filter(|_| exponent <= MAX_SHIFT)?;
    match (exponent < 0, power < 0) {
        (true, false) => {
            let number = mantissa * ten;
            let shift = exponent.unsigned_abs();
            if shift > 127 {
                // Less than a half: the product has at most 127 bits.
                return Some(0);
            }
            let (quotient, rest, half) = (number >> shift, number & ((1 << shift) - 1), 1 << (shift - 1));
            Some(quotient + u128::from(rest > half || rest == half && quotient & 1 == 1))
        }
        (false, false) => (mantissa << exponent).checked_mul(ten),
        (false, true) => Some(divided(mantissa << exponent, ten)),
        (true, true) => {
            let shift = exponent.unsigned_abs();
            // By 10^power × 2^shift at once, so that it is rounded but once.
            (shift <= 52).then(|| divided(mantissa, ten << shift))
        }
    }
}

fn append_integer(out: &mut Vec<u8>, number: u128) {
    match u64::try_from(number) {
        Ok(number) => out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
        Err(_) => out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
    }
}

/// `precision` digits after the point.
pub(super) fn append_fixed(out: &mut Vec<u8>, magnitude: f64, precision: usize) {
    let small = i32::try_from(precision).ok().and_then(|precision| scaled(magnitude, precision));
    let Some(number) = small else {
        let exact = precision.min(MAX_DIGITS);
        write!(out, "{magnitude:.exact$}").expect(INFALLIBLE);
        out.resize(out.len() + precision - exact, b'0');
        return;
    };
    let start = out.len();
    append_integer(out, number);
    if precision == 0 {
        return;
    }
    let count = out.len() - start;
    if count <= precision {
        // Zeros up to one before the point.
        let missing = precision + 1 - count;
        out.resize(out.len() + missing, b'0');
        out[start..].rotate_right(missing);
    }
    out.insert(out.len() - precision, b'.');
}

/// Appends so many significant digits, without a point, and gives the exponent of the first in scientific notation.
/// Where that is more digits than any float has, those beyond are left out.
pub(super) fn append_digits(out: &mut Vec<u8>, magnitude: f64, count: usize) -> i32 {
    let count = count.min(MAX_DIGITS);
    let start = out.len();
    if magnitude == 0.0 {
        out.resize(start + count, b'0');
        return 0;
    }
    if count <= 17 && (1e-5..1e22).contains(&magnitude) {
        // Rather one too low than too high, which is found by the number of digits. So is a carry into one more.
        let mut exponent = (magnitude.log10() - 1e-9).floor() as i32;
        for _ in 0..3 {
            let Some(number) = scaled(magnitude, count as i32 - 1 - exponent) else { break };
            out.truncate(start);
            append_integer(out, number);
            match (out.len() - start).cmp(&count) {
                std::cmp::Ordering::Equal => return exponent,
                std::cmp::Ordering::Less => exponent -= 1,
                std::cmp::Ordering::Greater => exponent += 1,
            }
        }
        out.truncate(start);
    }
    if count <= 15 && magnitude > 1e-290 {
        // Numbers of so many digits lie further apart than floats. One that is read back as this float is therefore the
        // nearest to it.
        let mut buffer = [0; super::SHORTEST];
        let decimal = super::shortest(magnitude, &mut buffer);
        if decimal.digits.len() <= count {
            out.extend_from_slice(decimal.digits);
            out.resize(start + count, b'0');
            return decimal.exponent();
        }
    }
    let precision = count - 1;
    write!(out, "{magnitude:.precision$e}").expect(INFALLIBLE);
    let mark = out[start..].iter().rposition(|&byte| byte == b'e').map_or(out.len(), |index| start + index);
    let exponent = super::read_exponent(&out[mark..]);
    out.truncate(mark);
    if count > 1 {
        out.remove(start + 1);
    }
    exponent
}
