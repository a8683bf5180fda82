//! Go's `unicode`: classes and simple case mappings, at the Unicode version of Go 1.26 (15.0).
//!
//! Rust's own methods know a newer Unicode and map case fully (`ß` to `SS`), which Go does not.

mod tables;

use tables::{DIGIT, FOLD, LETTER, LOWER, NUMBER, PUNCT, TITLE, TO_LOWER, TO_TITLE, TO_UPPER, UPPER};

fn in_class(table: &[(u32, u32, u32)], c: char) -> bool {
    let code = c as u32;
    let index = table.partition_point(|&(_, last, _)| last < code);
    table.get(index).is_some_and(|&(first, _, step)| first <= code && (code - first).is_multiple_of(step))
}

fn mapped(table: &[(u32, u32, u32, i32)], c: char) -> Option<char> {
    let code = c as u32;
    let index = table.partition_point(|&(_, last, _, _)| last < code);
    let &(first, _, step, distance) = table.get(index)?;
    if first > code || !(code - first).is_multiple_of(step) {
        return None;
    }
    char::from_u32(code.wrapping_add_signed(distance))
}

/// The next character that is the same without regard to case, the first after the last
/// (`unicode.SimpleFold`); the number itself if there is none.
pub(crate) fn simple_fold(code: u32) -> u32 {
    fold_distance(code).map_or(code, |distance| code.wrapping_add_signed(distance))
}

fn fold_distance(code: u32) -> Option<i32> {
    let &(first, _, step, distance) = FOLD.get(FOLD.partition_point(|&(_, last, _, _)| last < code))?;
    (first <= code && (code - first).is_multiple_of(step)).then_some(distance)
}

/// The stretches of characters that [`simple_fold`] changes, of those from `low` to `high`: first, last, step, by how much.
pub(crate) fn folding(low: u32, high: u32) -> impl Iterator<Item = (u32, u32, u32, i32)> {
    let from = FOLD.partition_point(move |&(_, last, _, _)| last < low);
    FOLD[from..].iter().take_while(move |run| run.0 <= high).map(move |&(first, last, step, distance)| {
        let first = if first < low { first + (low - first).div_ceil(step) * step } else { first };
        (first, last.min(high), step, distance)
    })
}

/// A letter (`unicode.IsLetter`, category L).
pub fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || in_class(LETTER, c)
}

/// An upper-case letter (`unicode.IsUpper`, category Lu).
pub fn is_upper(c: char) -> bool {
    c.is_ascii_uppercase() || in_class(UPPER, c)
}

/// A lower-case letter (`unicode.IsLower`, category Ll).
pub fn is_lower(c: char) -> bool {
    c.is_ascii_lowercase() || in_class(LOWER, c)
}

/// A title-case letter (`unicode.IsTitle`, category Lt).
pub fn is_title(c: char) -> bool {
    in_class(TITLE, c)
}

/// A decimal digit (`unicode.IsDigit`, category Nd).
pub fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || in_class(DIGIT, c)
}

/// A number (`unicode.IsNumber`, category N).
pub fn is_number(c: char) -> bool {
    c.is_ascii_digit() || in_class(NUMBER, c)
}

/// Punctuation (`unicode.IsPunct`, category P; of ASCII not `$ + < = > ^ ` | ~`).
pub fn is_punct(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_punctuation() && !"$+<=>^`|~".contains(c);
    }
    in_class(PUNCT, c)
}

/// White space (`unicode.IsSpace`).
pub fn is_space(c: char) -> bool {
    matches!(
        c,
        '\t'..='\r' | ' ' | '\u{85}' | '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}'
            | '\u{2028}' | '\u{2029}' | '\u{202F}' | '\u{205F}' | '\u{3000}'
    )
}

/// Upper case, one character for one (`unicode.ToUpper`).
pub fn to_upper(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_uppercase();
    }
    mapped(TO_UPPER, c).unwrap_or(c)
}

/// Lower case, one character for one (`unicode.ToLower`).
pub fn to_lower(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    mapped(TO_LOWER, c).unwrap_or(c)
}

/// Title case, one character for one (`unicode.ToTitle`).
pub fn to_title(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_uppercase();
    }
    mapped(TO_TITLE, c).unwrap_or_else(|| to_upper(c))
}

#[cfg(test)]
mod tests {
    use super::{is_letter, is_upper, to_lower, to_title, to_upper};

    #[test]
    fn case_maps_one_to_one() {
        assert_eq!(to_upper('ß'), 'ß');
        assert_eq!(to_upper('é'), 'É');
        assert_eq!(to_title('ǆ'), 'ǅ');
        assert_eq!(to_upper('ǆ'), 'Ǆ');
        assert_eq!(to_title('ǅ'), 'ǅ');
        assert_eq!(to_upper('ა'), 'Ა');
        assert_eq!(to_title('ა'), 'ა');
        assert_eq!(to_lower('İ'), 'i');
    }

    #[test]
    fn classes_reach_beyond_ascii() {
        assert!(is_letter('日') && is_upper('Ā') && !is_upper('ā'));
    }
}
