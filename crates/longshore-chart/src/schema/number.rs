//! Numbers that are compared as they are written, without the error of a float (Go's `big.Rat`).

use std::cmp::Ordering;

/// A decimal number: digits without zeros at either end, and the power of ten that the last one counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    /// None for zero.
    digits: Vec<u8>,
    power: i64,
}

/// Most zeros that are written out to divide.
const MAX_ZEROS: i64 = 5_000;

impl Decimal {
    /// Reads what JSON or Go prints as a number.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, power) = match rest.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits: Vec<u8> = Vec::with_capacity(whole.len() + decimals.len());
        for byte in whole.bytes().chain(decimals.bytes()) {
            if !byte.is_ascii_digit() {
                return None;
            }
            if byte != b'0' || !digits.is_empty() {
                digits.push(byte - b'0');
            }
        }
        let mut power = i64::from(power) - i64::try_from(decimals.len()).ok()?;
        while digits.last() == Some(&0) {
            digits.pop();
            power += 1;
        }
        Some(if digits.is_empty() {
            Self { negative: false, digits, power: 0 }
        } else {
            Self { negative, digits, power }
        })
    }

    pub(super) fn is_integer(&self) -> bool {
        self.power >= 0
    }

    /// The nearest float.
    pub(super) fn to_f64(&self) -> f64 {
        let digits: String = self.digits.iter().map(|digit| char::from(b'0' + digit)).collect();
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}0{digits}e{}", self.power).parse().unwrap_or(f64::NAN)
    }

    /// A count: whole, and at least nothing; too many are as many as there can be.
    pub(super) fn to_count(&self) -> Option<usize> {
        let places = usize::try_from(self.power).ok()?;
        if self.negative || self.digits.is_empty() {
            return Some(0);
        }
        if places + self.digits.len() > 18 {
            return Some(usize::MAX);
        }
        let zeros = std::iter::repeat_n(&0, places);
        Some(self.digits.iter().chain(zeros).fold(0, |sum, digit| sum * 10 + usize::from(*digit)))
    }

    /// Where the first digit stands.
    fn height(&self) -> i64 {
        self.power.saturating_add(i64::try_from(self.digits.len()).unwrap_or(i64::MAX))
    }

    /// Without the signs.
    fn size(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.height().cmp(&other.height()).then_with(|| self.digits.cmp(&other.digits)),
        }
    }

    /// Whether it is a multiple of `other`, which is not zero.
    pub(super) fn is_multiple_of(&self, other: &Self) -> bool {
        let zeros = self.power - other.power;
        if self.digits.is_empty() {
            return true;
        }
        // The last digit is no zero, so that nothing with more zeros divides it.
        if !(0..=MAX_ZEROS).contains(&zeros) {
            return false;
        }
        let zeros = std::iter::repeat_n(&0, usize::try_from(zeros).unwrap_or(0));
        let mut rest: Vec<u8> = Vec::new();
        for digit in self.digits.iter().chain(zeros) {
            if !rest.is_empty() || *digit != 0 {
                rest.push(*digit);
            }
            while at_least(&rest, &other.digits) {
                subtract(&mut rest, &other.digits);
            }
        }
        rest.is_empty()
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.size(other),
            (true, true) => other.size(self),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn at_least(a: &[u8], b: &[u8]) -> bool {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b)).is_ge()
}

/// Takes `b` from `a`, which is at least as large; leading zeros go.
fn subtract(a: &mut Vec<u8>, b: &[u8]) {
    let offset = a.len() - b.len();
    let mut borrow = 0;
    for at in (0..a.len()).rev() {
        let taken = borrow + if at >= offset { b[at - offset] } else { 0 };
        borrow = u8::from(a[at] < taken);
        a[at] = a[at] + 10 * borrow - taken;
    }
    let zeros = a.iter().take_while(|digit| **digit == 0).count();
    a.drain(..zeros);
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    fn number(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn numbers_are_compared_by_value() {
        for (small, large) in
            [("-2", "-1.5"), ("-1", "0"), ("0", "1e-9"), ("0.3", "0.30000000000000004"), ("99", "1e2")]
        {
            assert!(number(small) < number(large), "{small} {large}");
        }
        for (a, b) in [("1.0", "1"), ("1e+06", "1000000"), ("-0", "0.0"), ("120E-1", "12")] {
            assert_eq!(number(a), number(b));
        }
        assert!(number("1e3").is_integer() && !number("1.5").is_integer());
        assert_eq!(number("12e1").to_count(), Some(120));
        assert_eq!(number("-1.25e2").to_f64(), -125.0);
        assert_eq!(Decimal::parse("x"), None);
    }

    #[test]
    fn multiples_are_exact() {
        for (number_, of, expected) in [
            ("0.3", "0.1", true),
            ("7", "2", false),
            ("-9", "3", true),
            ("0", "5", true),
            ("1e6", "0.01", true),
            ("10", "4", false),
            ("100", "8", false),
            ("1000", "8", true),
            ("1.05", "0.1", false),
            ("123456789012345678901234567890", "9", true),
        ] {
            assert_eq!(number(number_).is_multiple_of(&number(of)), expected, "{number_} {of}");
        }
    }
}
