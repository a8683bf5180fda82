//! Go's view of text: a byte string read rune by rune, with every bad byte as one U+FFFD.

/// U+FFFD, what Go's `utf8.RuneError` is.
pub const ERROR: char = '\u{FFFD}';

/// Decodes the first rune of `bytes` and says how many bytes it took (`utf8.DecodeRune`).
///
/// A byte that starts no valid sequence is `(U+FFFD, 1)`; an empty input is `(U+FFFD, 0)`.
///
/// ```
/// use longshore_go::rune;
/// assert_eq!(rune::decode("é!".as_bytes()), ('é', 2));
/// assert_eq!(rune::decode(b"\xff!"), (rune::ERROR, 1));
/// ```
pub fn decode(bytes: &[u8]) -> (char, usize) {
    let Some(&lead) = bytes.first() else {
        return (ERROR, 0);
    };
    if lead < 0x80 {
        return (lead as char, 1);
    }
    let size = match lead {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return (ERROR, 1),
    };
    bytes
        .get(..size)
        .and_then(|window| std::str::from_utf8(window).ok())
        .and_then(|text| text.chars().next())
        .map_or((ERROR, 1), |c| (c, size))
}

/// Decodes the last rune of `bytes` (`utf8.DecodeLastRune`).
pub fn decode_last(bytes: &[u8]) -> (char, usize) {
    for size in 1..=bytes.len().min(4) {
        let start = bytes.len() - size;
        let (c, took) = decode(&bytes[start..]);
        if took == size && (size > 1 || c != ERROR) {
            return (c, size);
        }
    }
    (ERROR, bytes.len().min(1))
}

/// The number of runes (`utf8.RuneCount`).
pub fn count(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.chars().count(),
        Err(_) => iter(bytes).count(),
    }
}

/// The runes with the byte offset at which each starts, as Go's `range` over a string gives them.
pub fn iter(bytes: &[u8]) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (c, size) = decode(&bytes[at..]);
        if size == 0 {
            return None;
        }
        let start = at;
        at += size;
        Some((start, c))
    })
}

/// The runes alone: Go's `[]rune(s)`.
pub fn chars(bytes: &[u8]) -> Vec<char> {
    iter(bytes).map(|(_, c)| c).collect()
}

/// The bytes as text, each bad one as U+FFFD: what is printed of them where text is wanted.
///
/// ```
/// assert_eq!(longshore_go::rune::to_text(b"a\xF0\x9F\x98b"), "a\u{FFFD}\u{FFFD}\u{FFFD}b");
/// ```
pub fn to_text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => iter(bytes).map(|(_, c)| c).collect(),
    }
}

/// Appends a character as UTF-8.
pub fn push(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::{ERROR, count, decode, decode_last};

    #[test]
    fn bad_bytes_are_one_rune_each() {
        assert_eq!(count(b"a\xff\xc3"), 3);
        assert_eq!(count(b"\xe2\x82"), 2);
        assert_eq!(decode(b"\xed\xa0\x80"), (ERROR, 1));
        assert_eq!(decode(b""), (ERROR, 0));
    }

    #[test]
    fn the_last_rune_is_found_from_the_end() {
        assert_eq!(decode_last("aé".as_bytes()), ('é', 2));
        assert_eq!(decode_last(b"a\xa9"), (ERROR, 1));
        assert_eq!(decode_last("\u{FFFD}".as_bytes()), (ERROR, 3));
    }
}
