//! Go's `strings` over bytes that need not be UTF-8.
//!
//! Only what differs from Rust's own, or has to work on bytes: an empty separator splits into runes, an
//! empty old text is found between any two runes, case is mapped one rune to one rune.

use crate::{rune, unicode};

/// Offset of the first `needle` in `text` (`strings.Index`).
pub fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let Some((&first, rest)) = needle.split_first() else {
        return Some(0);
    };
    let mut from = 0;
    while let Some(at) = text[from..].iter().position(|&byte| byte == first) {
        let start = from + at;
        let after = &text[start + 1..];
        if after.starts_with(rest) {
            return Some(start);
        }
        if after.len() < rest.len() {
            return None;
        }
        from = start + 1;
    }
    None
}

/// `strings.Contains`.
pub fn contains(text: &[u8], needle: &[u8]) -> bool {
    find(text, needle).is_some()
}

/// How often `needle` is found without overlap; one more than the runes for an empty one
/// (`strings.Count`).
pub fn count(text: &[u8], needle: &[u8]) -> usize {
    if needle.is_empty() {
        return rune::count(text) + 1;
    }
    let mut count = 0;
    let mut rest = text;
    while let Some(at) = find(rest, needle) {
        count += 1;
        rest = &rest[at + needle.len()..];
    }
    count
}

/// `strings.ReplaceAll`.
///
/// ```
/// use longshore_go::strings::replace_all;
/// assert_eq!(replace_all(b"a.b.c", b".", b"-"), b"a-b-c");
/// assert_eq!(replace_all(b"ab", b"", b"-"), b"-a-b-");
/// ```
pub fn replace_all(text: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    if old.is_empty() {
        out.extend_from_slice(new);
        while !rest.is_empty() {
            let (_, size) = rune::decode(rest);
            out.extend_from_slice(&rest[..size]);
            out.extend_from_slice(new);
            rest = &rest[size..];
        }
        return out;
    }
    while let Some(at) = find(rest, old) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(new);
        rest = &rest[at + old.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// `strings.SplitN`: at most `limit` parts, the last with all the rest; no limit for `None`.
///
/// An empty separator splits into runes, so that an empty text has no part at all.
pub fn split<'t>(text: &'t [u8], separator: &[u8], limit: Option<usize>) -> Vec<&'t [u8]> {
    let limit = limit.unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    if limit == 0 || separator.is_empty() && text.is_empty() {
        return parts;
    }
    let mut rest = text;
    while parts.len() + 1 < limit {
        let (end, next) = if separator.is_empty() {
            let (_, size) = rune::decode(rest);
            if size == rest.len() {
                break;
            }
            (size, size)
        } else {
            match find(rest, separator) {
                Some(at) => (at, at + separator.len()),
                None => break,
            }
        };
        parts.push(&rest[..end]);
        rest = &rest[next..];
    }
    parts.push(rest);
    parts
}

/// `strings.Fields`: what stands between white space.
pub fn fields(text: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut start = None;
    for (at, c) in rune::iter(text) {
        match (unicode::is_space(c), start) {
            (true, Some(from)) => {
                parts.push(&text[from..at]);
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    parts.extend(start.map(|from| &text[from..]));
    parts
}

/// `strings.TrimFunc`: without the runes at both ends for which `drop` is true.
pub fn trim_func(mut text: &[u8], drop: impl Fn(char) -> bool) -> &[u8] {
    while let (c, size) = rune::decode(text)
        && size > 0
        && drop(c)
    {
        text = &text[size..];
    }
    while let (c, size) = rune::decode_last(text)
        && size > 0
        && drop(c)
    {
        text = &text[..text.len() - size];
    }
    text
}

/// `strings.TrimSpace`.
pub fn trim_space(text: &[u8]) -> &[u8] {
    trim_func(text, unicode::is_space)
}

/// `strings.Trim`: without the runes of `cutset` at both ends.
pub fn trim<'t>(text: &'t [u8], cutset: &[u8]) -> &'t [u8] {
    let cutset = rune::chars(cutset);
    trim_func(text, |c| cutset.contains(&c))
}

/// `strings.Map` with one rune for one: bad bytes become U+FFFD.
pub fn map(text: &[u8], mut to: impl FnMut(char) -> char) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (_, c) in rune::iter(text) {
        rune::push(&mut out, to(c));
    }
    out
}

/// `strings.ToUpper`.
pub fn to_upper(text: &[u8]) -> Vec<u8> {
    if text.is_ascii() { text.to_ascii_uppercase() } else { map(text, unicode::to_upper) }
}

/// `strings.ToLower`.
pub fn to_lower(text: &[u8]) -> Vec<u8> {
    if text.is_ascii() { text.to_ascii_lowercase() } else { map(text, unicode::to_lower) }
}

/// `strings.Title`: the first letter of each word in title case; an apostrophe starts a new word.
pub fn title(text: &[u8]) -> Vec<u8> {
    let mut before = ' ';
    map(text, |c| {
        let start = is_separator(before);
        before = c;
        if start { unicode::to_title(c) } else { c }
    })
}

fn is_separator(c: char) -> bool {
    if c.is_ascii() {
        return !(c.is_ascii_alphanumeric() || c == '_');
    }
    !unicode::is_letter(c) && !unicode::is_digit(c) && unicode::is_space(c)
}

#[cfg(test)]
mod tests {
    use super::{count, fields, find, split, title, trim};

    #[test]
    fn finds_what_overlaps_a_false_start() {
        assert_eq!(find(b"aab", b"ab"), Some(1));
        assert_eq!(find(b"aa", b"aaa"), None);
        assert_eq!(count(b"aaaa", b"aa"), 2);
    }

    #[test]
    fn an_empty_separator_splits_into_runes() {
        assert_eq!(split("aé".as_bytes(), b"", None), [b"a".as_slice(), "é".as_bytes()]);
        assert_eq!(split(b"abc", b"", Some(2)), [b"a".as_slice(), b"bc"]);
        assert!(split(b"", b"", None).is_empty());
        assert_eq!(split(b"", b",", None), [b""]);
    }

    #[test]
    fn words_and_cutsets() {
        assert_eq!(fields(" a  b\u{a0}".as_bytes()), [b"a", b"b"]);
        assert_eq!(trim("éaé".as_bytes(), "é".as_bytes()), b"a");
        assert_eq!(title(b"it's a_b c-d"), b"It'S A_b C-D");
    }
}
