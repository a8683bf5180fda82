//! A secret put together of its parts (Shamir 1979), byte by byte in the field of 256 elements of AES.
//!
//! A part holds the values of a polynomial for each byte of the secret, and behind them the point at which they were
//! taken; the secret is what the polynomials are at zero.

use zeroize::Zeroizing;

/// The secret of these parts; nothing if they do not fit together.
pub(super) fn combined(parts: &[Zeroizing<Vec<u8>>]) -> Option<Zeroizing<Vec<u8>>> {
    let length = parts.first()?.len();
    if parts.len() < 2 || length < 2 || parts.iter().any(|part| part.len() != length) {
        return None;
    }
    let points: Vec<u8> = parts.iter().map(|part| part[length - 1]).collect();
    let mut seen = points.clone();
    seen.sort_unstable();
    if seen[0] == 0 || seen.windows(2).any(|pair| pair[0] == pair[1]) {
        return None;
    }
    // Lagrange's weights at zero: the product of x/(x+own) over the other points.
    let weights: Vec<u8> = points
        .iter()
        .map(|own| {
            let others = points.iter().filter(|point| *point != own);
            others.fold(1, |weight, point| times(weight, times(*point, inverse(point ^ own))))
        })
        .collect();
    let mut secret = Zeroizing::new(vec![0; length - 1]);
    for (part, weight) in parts.iter().zip(weights) {
        for (byte, value) in secret.iter_mut().zip(part.iter()) {
            *byte ^= times(*value, weight);
        }
    }
    Some(secret)
}

/// The product, modulo x⁸ + x⁴ + x³ + x + 1; in the same time whatever the bytes are.
fn times(left: u8, right: u8) -> u8 {
    let mut product = 0u8;
    for bit in (0..8).rev() {
        let carry = (product >> 7).wrapping_neg() & 0x1b;
        product = (product << 1) ^ carry ^ ((right >> bit & 1).wrapping_neg() & left);
    }
    product
}

/// What gives 1 with it: its 254th power.
fn inverse(value: u8) -> u8 {
    (0..7)
        .fold((1, value), |(power, square), _| {
            let square = times(square, square);
            (times(power, square), square)
        })
        .0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use zeroize::Zeroizing;

    use super::{combined, inverse, times};

    #[test]
    fn every_element_has_its_inverse() {
        for value in 1..=255 {
            assert_eq!(times(value, inverse(value)), 1, "{value}");
        }
        // A product from FIPS 197, section 4.2.
        assert_eq!(times(0x57, 0x83), 0xc1);
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let parts = |parts: &[&[u8]]| {
            let parts: Vec<_> = parts.iter().map(|part| Zeroizing::new(part.to_vec())).collect();
            combined(&parts).is_some()
        };
        assert!(parts(&[&[1, 1], &[2, 2]]));
        assert!(!parts(&[&[1, 1]]), "one alone");
        assert!(!parts(&[&[1, 1], &[2, 1]]), "twice the same point");
        assert!(!parts(&[&[1, 1], &[2, 0]]), "the point of the secret itself");
        assert!(!parts(&[&[1, 1], &[2, 2, 2]]), "of other secrets");
        assert!(!parts(&[]));
    }

    proptest! {
        /// Any two parts of a line through the secret give it back.
        #[test]
        fn two_of_three_are_enough(secret: [u8; 8], slope: [u8; 8]) {
            let part = |x: u8| {
                let mut values: Vec<u8> = secret.iter().zip(slope).map(|(s, m)| s ^ times(m, x)).collect();
                values.push(x);
                Zeroizing::new(values)
            };
            for pair in [[1, 2], [3, 1], [2, 3]] {
                prop_assert_eq!(combined(&pair.map(part)).unwrap().to_vec(), secret.to_vec());
            }
        }
    }
}
