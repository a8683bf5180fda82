//! Percent escapes, which differ from part to part of a URL.

use crate::strconv::quoted;

/// The part of a URL that a text stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Path,
    /// One step of a path.
    Segment,
    Host,
    /// The zone of an IPv6 address.
    Zone,
    User,
    Query,
    Fragment,
}

fn should_escape(byte: u8, mode: Mode) -> bool {
    if byte.is_ascii_alphanumeric() {
        return false;
    }
    if matches!(mode, Mode::Host | Mode::Zone) && b"!$&'()*+,;=:[]<>\"".contains(&byte) {
        return false;
    }
    match byte {
        b'-' | b'_' | b'.' | b'~' => false,
        b'$' | b'&' | b'+' | b',' | b'/' | b':' | b';' | b'=' | b'?' | b'@' => match mode {
            Mode::Path => byte == b'?',
            Mode::Segment => matches!(byte, b'/' | b';' | b',' | b'?'),
            Mode::User => matches!(byte, b'@' | b'/' | b'?' | b':'),
            Mode::Fragment => false,
            Mode::Query | Mode::Host | Mode::Zone => true,
        },
        b'!' | b'(' | b')' | b'*' => mode != Mode::Fragment,
        _ => true,
    }
}

/// `url.QueryEscape`: what `urlquery` prints.
pub fn query_escape(text: &[u8]) -> Vec<u8> {
    escape(text, Mode::Query)
}

/// `url.PathEscape`: as one step of a path.
pub fn path_escape(text: &[u8]) -> Vec<u8> {
    escape(text, Mode::Segment)
}

/// `url.QueryUnescape`; the error is Go's.
pub fn query_unescape(text: &[u8]) -> Result<Vec<u8>, String> {
    unescape(text, Mode::Query)
}

/// `url.PathUnescape`; the error is Go's: `invalid URL escape "%zz"`.
pub fn path_unescape(text: &[u8]) -> Result<Vec<u8>, String> {
    unescape(text, Mode::Segment)
}

pub(super) fn escape(text: &[u8], mode: Mode) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if byte == b' ' && mode == Mode::Query {
            out.push(b'+');
        } else if should_escape(byte, mode) {
            let hex = b"0123456789ABCDEF";
            out.extend_from_slice(&[b'%', hex[usize::from(byte >> 4)], hex[usize::from(byte & 15)]]);
        } else {
            out.push(byte);
        }
    }
    out
}

/// The byte that an escape at the start of the text stands for.
fn escaped_byte(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| (*text.get(at)? as char).to_digit(16);
    Some((digit(1)? * 16 + digit(2)?) as u8)
}

/// Undoes escapes; the error says what is wrong.
pub(super) fn unescape(text: &[u8], mode: Mode) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(&byte) = rest.first() {
        if byte != b'%' {
            let in_host = matches!(mode, Mode::Host | Mode::Zone);
            if in_host && byte.is_ascii() && should_escape(byte, mode) {
                return Err(format!("invalid character {} in host name", quoted([byte])));
            }
            out.push(if byte == b'+' && mode == Mode::Query { b' ' } else { byte });
            rest = &rest[1..];
            continue;
        }
        let wrong = || Err(format!("invalid URL escape {}", quoted(&rest[..rest.len().min(3)])));
        let Some(meant) = escaped_byte(rest) else {
            return wrong();
        };
        let percent = rest.starts_with(b"%25");
        // Hosts may escape only what is not ASCII, zones what they could have written as well.
        if mode == Mode::Host && meant < 0x80 && !percent {
            return wrong();
        }
        if mode == Mode::Zone && !percent && meant != b' ' && should_escape(meant, Mode::Host) {
            return wrong();
        }
        out.push(meant);
        rest = &rest[3..];
    }
    Ok(out)
}

/// Whether a text as written needs no further escapes.
pub(super) fn valid_encoded(text: &[u8], mode: Mode) -> bool {
    text.iter().all(|&byte| b"!$&'()*+,;=:@[]%".contains(&byte) || !should_escape(byte, mode))
}
