//! Reading single pieces of a time: numbers, names, fractions.

/// The piece is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bad;

/// Reads past the text between two elements; a run of spaces matches any run of spaces, also none at the
/// end. The error is what was left.
pub(super) fn skip<'v>(mut value: &'v [u8], mut prefix: &[u8]) -> Result<&'v [u8], &'v [u8]> {
    let without_spaces = |text: &[u8]| text.iter().take_while(|&&byte| byte == b' ').count();
    while let Some(&expected) = prefix.first() {
        if expected == b' ' {
            if value.first().is_some_and(|&found| found != b' ') {
                return Err(value);
            }
            prefix = &prefix[without_spaces(prefix)..];
            value = &value[without_spaces(value)..];
            continue;
        }
        if value.first() != Some(&expected) {
            return Err(value);
        }
        prefix = &prefix[1..];
        value = &value[1..];
    }
    Ok(value)
}

fn digit(text: &[u8], at: usize) -> Option<i64> {
    text.get(at).filter(|byte| byte.is_ascii_digit()).map(|byte| i64::from(byte - b'0'))
}

/// One or two digits; two if `fixed`.
pub(super) fn number(rest: &mut &[u8], fixed: bool) -> Result<i64, Bad> {
    let first = digit(rest, 0).ok_or(Bad)?;
    match digit(rest, 1) {
        Some(second) => {
            *rest = &rest[2..];
            Ok(first * 10 + second)
        }
        None if fixed => Err(Bad),
        None => {
            *rest = &rest[1..];
            Ok(first)
        }
    }
}

/// One to three digits; three if `fixed`.
pub(super) fn number3(rest: &mut &[u8], fixed: bool) -> Result<i64, Bad> {
    let size = (0..3).take_while(|&at| digit(rest, at).is_some()).count();
    if size == 0 || fixed && size != 3 {
        return Err(Bad);
    }
    let value = (0..size).filter_map(|at| digit(rest, at)).fold(0, |value, digit| value * 10 + digit);
    *rest = &rest[size..];
    Ok(value)
}

/// A number of two bytes, which may begin with a sign, as Go's conversion lets it.
pub(super) fn two_digits(rest: &mut &[u8]) -> Result<i64, Bad> {
    let text = rest.get(..2).ok_or(Bad)?;
    let value = crate::strconv::atoi(text).map_err(|_| Bad)?;
    *rest = &rest[2..];
    Ok(value)
}

/// Four digits.
pub(super) fn long_year(rest: &mut &[u8]) -> Result<i64, Bad> {
    let text = rest.get(..4).filter(|text| text.iter().all(u8::is_ascii_digit)).ok_or(Bad)?;
    let value = text.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
    *rest = &rest[4..];
    Ok(value)
}

/// Which of the names, cut to `size`, comes next; case does not count.
pub(super) fn lookup(names: &[&str], size: usize, rest: &mut &[u8]) -> Result<i64, Bad> {
    for (index, name) in names.iter().enumerate() {
        let name = &name.as_bytes()[..size.min(name.len())];
        if rest.get(..name.len()).is_some_and(|text| text.eq_ignore_ascii_case(name)) {
            *rest = &rest[name.len()..];
            return Ok(index as i64);
        }
    }
    Err(Bad)
}

/// Whether a point or comma with a digit comes next.
pub(super) fn has_fraction(rest: &[u8]) -> bool {
    matches!(rest.first(), Some(b'.' | b',')) && digit(rest, 1).is_some()
}

/// What a fraction of a second may be.
pub(super) enum Fraction {
    /// So many nanoseconds.
    Nanoseconds(u32),
    /// Below zero: Go lets a sign stand in place of the first digit.
    Negative,
}

/// A separator and so many digits; digits beyond the ninth are dropped.
pub(super) fn fraction(rest: &mut &[u8], digits: usize) -> Result<Fraction, Bad> {
    let text = *rest;
    if !matches!(text.first(), Some(b'.' | b',')) {
        return Err(Bad);
    }
    let shown = &text[1..=digits.min(9)];
    let negative = shown.first() == Some(&b'-');
    let numbers = match shown {
        [b'-' | b'+', numbers @ ..] | numbers => numbers,
    };
    if !numbers.iter().all(u8::is_ascii_digit) {
        return Err(Bad);
    }
    let value = numbers.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
    *rest = &text[1 + digits..];
    if negative && value > 0 {
        return Ok(Fraction::Negative);
    }
    Ok(Fraction::Nanoseconds(value * 10u32.pow(9 - shown.len() as u32)))
}
