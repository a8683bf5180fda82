//! The forms `b` and `x`: a mantissa times a power of two.

use std::io::Write;

use super::{INFALLIBLE, append_power};

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
pub(super) fn append_binary(out: &mut Vec<u8>, magnitude: f64) {
    let (mantissa, exponent) = parts(magnitude);
    write!(out, "{mantissa}p{:+}", exponent - 52).expect(INFALLIBLE);
}

/// `0x1.yyyyp±dd`
pub(super) fn append_hex(out: &mut Vec<u8>, magnitude: f64, form: u8, precision: Option<usize>) {
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
