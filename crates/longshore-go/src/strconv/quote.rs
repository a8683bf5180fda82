//! Go string and character constants: `strconv.Quote` and its relatives.

use super::printable::PRINTABLE;
use crate::rune;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Whether Go prints the character as it is (`strconv.IsPrint`, Unicode 15.0 as in Go 1.26).
///
/// Not Rust's idea of printable: a character assigned after Unicode 15 is still escaped.
pub fn is_print(c: char) -> bool {
    let code = c as u32;
    if code < 0x80 {
        return (0x20..0x7F).contains(&code);
    }
    let index = PRINTABLE.partition_point(|&(_, last)| last < code);
    PRINTABLE.get(index).is_some_and(|&(first, _)| first <= code)
}

/// `strconv.Quote`: double quotes, Go escapes, bad bytes as `\xNN`.
///
/// ```
/// use longshore_go::strconv::quote;
/// assert_eq!(quote("a\"é\n".as_bytes()), b"\"a\\\"\xc3\xa9\\n\"");
/// ```
pub fn quote(text: &[u8]) -> Vec<u8> {
    quote_with(text, b'"', false)
}

/// [`quote`], as text: what is quoted is always UTF-8.
///
/// ```
/// use longshore_go::strconv::quoted;
/// assert_eq!(quoted("a\n"), "\"a\\n\"");
/// assert_eq!(quoted(b"\xFF"), "\"\\xff\"");
/// ```
pub fn quoted(text: impl AsRef<[u8]>) -> String {
    String::from_utf8_lossy(&quote(text.as_ref())).into_owned()
}

/// `strconv.QuoteToASCII`: as [`quote`], with everything beyond ASCII as `\u` or `\U`.
pub fn quote_to_ascii(text: &[u8]) -> Vec<u8> {
    quote_with(text, b'"', true)
}

/// `strconv.QuoteRune`: a Go character constant.
pub fn quote_rune(c: char) -> Vec<u8> {
    quote_with(c.encode_utf8(&mut [0; 4]).as_bytes(), b'\'', false)
}

/// `strconv.QuoteRuneToASCII`.
pub fn quote_rune_to_ascii(c: char) -> Vec<u8> {
    quote_with(c.encode_utf8(&mut [0; 4]).as_bytes(), b'\'', true)
}

/// Whether the text can stand unchanged between backquotes (`strconv.CanBackquote`).
pub fn can_backquote(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| {
        text.chars().all(|c| c != '\u{FEFF}' && (c == '\t' || c >= ' ') && c != '`' && c != '\u{7F}')
    })
}

fn quote_with(text: &[u8], mark: u8, ascii_only: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    out.push(mark);
    let mut rest = text;
    while !rest.is_empty() {
        let as_it_is = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != mark && *byte != b'\\';
        let plain = rest.iter().position(|byte| !as_it_is(byte)).unwrap_or(rest.len());
        if plain > 0 {
            out.extend_from_slice(&rest[..plain]);
            rest = &rest[plain..];
            continue;
        }
        let (c, size) = rune::decode(rest);
        if size == 1 && c == rune::ERROR {
            push_hex_byte(&mut out, rest[0]);
        } else {
            push_escaped(&mut out, c, mark, ascii_only);
        }
        rest = &rest[size..];
    }
    out.push(mark);
    out
}

fn push_escaped(out: &mut Vec<u8>, c: char, mark: u8, ascii_only: bool) {
    if c == mark as char || c == '\\' {
        out.push(b'\\');
        out.push(c as u8);
        return;
    }
    if is_print(c) && (!ascii_only || c.is_ascii()) {
        rune::push(out, c);
        return;
    }
    let short = match c {
        '\u{7}' => b'a',
        '\u{8}' => b'b',
        '\u{C}' => b'f',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\u{B}' => b'v',
        c if c < ' ' || c == '\u{7F}' => {
            push_hex_byte(out, c as u8);
            return;
        }
        c => {
            let (letter, digits) = if (c as u32) < 0x10000 { (b'u', 4) } else { (b'U', 8) };
            out.extend_from_slice(&[b'\\', letter]);
            for place in (0..digits).rev() {
                out.push(HEX[(c as usize >> (place * 4)) & 15]);
            }
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

fn push_hex_byte(out: &mut Vec<u8>, byte: u8) {
    out.extend_from_slice(&[b'\\', b'x', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
}
