//! The character classes that scanner and emitter share, as tables over bytes.
//!
//! Both work on UTF-8 bytes. Everything interesting is ASCII, except three line breaks (NEL U+0085,
//! LS U+2028, PS U+2029), whose lead bytes get a class of their own and a closer look.

/// Space or tab.
pub(crate) const BLANK: u8 = 1;
/// Carriage return, line feed, or the end of input (which reads as NUL).
pub(crate) const BREAK: u8 = 2;
/// Lead byte of what may be NEL, LS or PS.
pub(crate) const LEAD: u8 = 4;
/// The lead byte of NEL.
pub(crate) const NEL_LEAD: u8 = 0xC2;
/// The lead byte of LS and PS.
pub(crate) const LS_PS_LEAD: u8 = 0xE2;
/// `:`
pub(crate) const COLON: u8 = 8;
/// What ends a plain scalar inside `[]` and `{}`: `,?[]{}`.
pub(crate) const FLOW: u8 = 16;
/// Letters, digits, `-` and `_`: what anchors, directive names and tag handles are made of.
pub(crate) const ALPHA: u8 = 32;
/// What may stand in a tag besides letters and digits.
pub(crate) const URI: u8 = 64;
/// What makes a quoted scalar more than a slice of the input: quotes and the backslash.
pub(crate) const QUOTE: u8 = 128;

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let byte = i as u8;
        let mut class = match byte {
            b' ' | b'\t' => BLANK,
            b'\r' | b'\n' | 0 => BREAK,
            NEL_LEAD | LS_PS_LEAD => LEAD,
            b':' => COLON | URI,
            b',' | b'?' | b'[' | b']' => FLOW | URI,
            b'{' | b'}' => FLOW,
            b'\'' => QUOTE | URI,
            b'"' | b'\\' => QUOTE,
            b';' | b'/' | b'@' | b'&' | b'=' | b'+' | b'$' | b'.' | b'!' | b'~' | b'*' | b'(' | b')'
            | b'%' => URI,
            _ => 0,
        };
        if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' {
            class |= ALPHA;
        }
        table[i] = class;
        i += 1;
    }
    table
}

/// The classes of every byte.
pub(crate) static CLASS: [u8; 256] = classes();

/// The classes of one byte.
#[inline]
pub(crate) fn class(byte: u8) -> u8 {
    CLASS[byte as usize]
}

/// Bytes of the character that starts with `lead`.
#[inline]
pub(crate) fn width(lead: u8) -> usize {
    match lead {
        0..=0x7F => 1,
        0x80..=0xDF => 2,
        0xE0..=0xEF => 3,
        _ => 4,
    }
}

/// The byte at `i`, or NUL behind the end.
#[inline]
pub(crate) fn at(text: &[u8], i: usize) -> u8 {
    match text.get(i) {
        Some(byte) => *byte,
        None => 0,
    }
}

/// Bytes of the line break at `i`: 0 if there is none, 2 for CR LF.
#[inline]
pub(crate) fn break_len(text: &[u8], i: usize) -> usize {
    match at(text, i) {
        b'\n' => 1,
        b'\r' => 1 + usize::from(at(text, i + 1) == b'\n'),
        0xC2 if at(text, i + 1) == 0x85 => 2,
        0xE2 if at(text, i + 1) == 0x80 && matches!(at(text, i + 2), 0xA8 | 0xA9) => 3,
        _ => 0,
    }
}

/// Whether a line break starts at `i`.
#[inline]
pub(crate) fn is_break(text: &[u8], i: usize) -> bool {
    break_len(text, i) != 0
}

/// Whether a line break or the end is at `i`.
#[inline]
pub(crate) fn is_breakz(text: &[u8], i: usize) -> bool {
    let class = class(at(text, i));
    class & BREAK != 0 || class & LEAD != 0 && is_break(text, i)
}

/// Whether a space or tab is at `i`.
#[inline]
pub(crate) fn is_blank(text: &[u8], i: usize) -> bool {
    class(at(text, i)) & BLANK != 0
}

/// Whether a space, tab, line break or the end is at `i`.
#[inline]
pub(crate) fn is_blankz(text: &[u8], i: usize) -> bool {
    let class = class(at(text, i));
    class & (BLANK | BREAK) != 0 || class & LEAD != 0 && is_break(text, i)
}

/// How many bytes of `text` continue a character: what bytes have over characters.
pub(crate) fn continuation_bytes(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte & 0xC0 == 0x80).count()
}
