//! From bytes to text: byte order marks, UTF-16, and the characters that YAML forbids.
//!
//! go-yaml reads in pieces of 512 bytes and refuses a bad byte only once it gets to its piece, so
//! that an earlier syntax error, or the end of the only document that is asked for, comes first. We
//! check everything at once, which is much quicker, and keep the first bad place as a fence: the
//! scanner runs up to the piece that holds it, and reports it if it has to go further. Only where go-yaml looks ahead for
//! comments and overlooks that it ran into the bad byte, it goes on up to that.

use std::borrow::Cow;

use crate::error::{Error, ErrorKind};

/// go-yaml's raw buffer.
const PIECE: usize = 512;

const INCOMPLETE: &str = "incomplete UTF-8 octet sequence";

/// Checked input, ready to be scanned.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    /// The text up to the first bad place, without byte order mark.
    pub(crate) text: Cow<'a, str>,
    /// How much of it there is before the fence.
    pub(crate) clear: usize,
    /// Whether it is pure ASCII, so that bytes are characters.
    pub(crate) ascii: bool,
    /// What is wrong at the end of `text`, if anything.
    pub(crate) fence: Option<&'static str>,
}

impl<'a> Source<'a> {
    /// Checks `input` and converts it if it is UTF-16.
    pub(crate) fn new(input: &'a [u8]) -> Self {
        match input {
            [0xFF, 0xFE, rest @ ..] => from_utf16(rest, u16::from_le_bytes),
            [0xFE, 0xFF, rest @ ..] => from_utf16(rest, u16::from_be_bytes),
            [0xEF, 0xBB, 0xBF, rest @ ..] => Self::from_utf8(rest, 3),
            _ => Self::from_utf8(input, 0),
        }
    }

    fn from_utf8(input: &'a [u8], offset: usize) -> Self {
        let (end, clear, fence) = match first_bad(input) {
            // What is cut off by the end of the input is only seen when all the rest has been read.
            Some((bad, what @ INCOMPLETE)) => (bad, bad, Some(what)),
            Some((bad, what)) => (bad, piece_start(input, offset, bad), Some(what)),
            None => (input.len(), input.len(), None),
        };
        // Everything before the first bad place is valid, so this never takes the second branch.
        let text = std::str::from_utf8(&input[..end]).unwrap_or("");
        Self { ascii: text.is_ascii(), text: Cow::Borrowed(text), clear, fence }
    }

    /// The error of having reached the fence.
    pub(crate) fn fence_error(what: &str) -> Error {
        Error::new(ErrorKind::Reader, format!("yaml: {what}"))
    }
}

/// Where the piece starts that holds the character at `bad`; one that is cut by the end of a piece is
/// carried into the next.
fn piece_start(input: &[u8], offset: usize, bad: usize) -> usize {
    let width = match input[bad] {
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF7 => 4,
        _ => 1,
    };
    let mut start = 0;
    // The first piece also holds the byte order mark.
    let mut end = PIECE - offset;
    while end < bad + width {
        start = end;
        while start > 0 && start < input.len() && input[start] & 0xC0 == 0x80 {
            start -= 1;
        }
        end = start + PIECE;
        if start >= bad {
            return bad;
        }
    }
    start
}

/// The first place that go-yaml's reader refuses, and its words for it.
fn first_bad(input: &[u8]) -> Option<(usize, &'static str)> {
    let mut i = 0;
    loop {
        // Most input is printable ASCII: skip it in pieces that the compiler makes vector code of.
        while let Some(piece) = input.get(i..i + 32) {
            let suspicious = |b: &u8| u8::from(*b < 0x20) & u8::from(*b != b'\n') | u8::from(*b >= 0x7F);
            let suspicious = piece.iter().map(suspicious).fold(0, |any, one| any | one) != 0;
            if suspicious {
                break;
            }
            i += 32;
        }
        let stop = (i + 32).min(input.len());
        while i < stop {
            let b = input[i];
            if (0x20..0x7F).contains(&b) || matches!(b, b'\n' | b'\r' | b'\t') {
                i += 1;
                continue;
            }
            match check_char(&input[i..]) {
                Ok(width) => i += width,
                Err((at, what)) => return Some((i + at, what)),
            }
        }
        if i >= input.len() {
            return None;
        }
    }
}

/// Checks the character at the start of `bytes`: its width, or where it is bad and how.
fn check_char(bytes: &[u8]) -> Result<usize, (usize, &'static str)> {
    let lead = bytes[0];
    let (width, mut value) = match lead {
        0..=0x7F => (1, u32::from(lead)),
        0xC0..=0xDF => (2, u32::from(lead & 0x1F)),
        0xE0..=0xEF => (3, u32::from(lead & 0x0F)),
        0xF0..=0xF7 => (4, u32::from(lead & 0x07)),
        _ => return Err((0, "invalid leading UTF-8 octet")),
    };
    if bytes.len() < width {
        return Err((0, INCOMPLETE));
    }
    for octet in &bytes[1..width] {
        if octet & 0xC0 != 0x80 {
            return Err((0, "invalid trailing UTF-8 octet"));
        }
        value = value << 6 | u32::from(octet & 0x3F);
    }
    let least = [0, 0, 0x80, 0x800, 0x1_0000][width];
    if value < least {
        return Err((0, "invalid length of a UTF-8 sequence"));
    }
    if (0xD800..=0xDFFF).contains(&value) || value > 0x10_FFFF {
        return Err((0, "invalid Unicode character"));
    }
    if allowed(value) { Ok(width) } else { Err((0, "control characters are not allowed")) }
}

/// Whether YAML allows the character in its text at all.
fn allowed(value: u32) -> bool {
    matches!(value, 0x09 | 0x0A | 0x0D | 0x20..=0x7E | 0x85 | 0xA0..=0xD7FF | 0xE000..=0xFFFD | 0x1_0000..)
}

/// Converts UTF-16; the fence stands before the piece where it is broken.
fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Source<'static> {
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut fence = None;
    let mut clear = None;
    let mut i = 0;
    // Where the present piece starts in the text, and where it ends in the input. The byte order mark is part of the
    // first one.
    let mut piece = 0;
    let mut end = PIECE - 2;
    while i < bytes.len() {
        let width = if starts_pair(&bytes[i..], unit) { 4 } else { 2 };
        if i + width > end {
            // A pair that is cut by the end of a piece is carried into the next.
            piece = text.len();
            end = i + PIECE;
        }
        match utf16_char(&bytes[i..], unit) {
            Ok((c, width)) => {
                text.push(c);
                i += width;
            }
            Err(what) => {
                if !what.starts_with("incomplete") {
                    clear = Some(piece);
                }
                fence = Some(what);
                break;
            }
        }
    }
    Source { ascii: text.is_ascii(), clear: clear.unwrap_or(text.len()), text: Cow::Owned(text), fence }
}

fn starts_pair(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> bool {
    matches!(bytes, [a, b, ..] if unit([*a, *b]) & 0xFC00 == 0xD800)
}

/// The character at the start of `bytes`, and how many bytes it takes.
fn utf16_char(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<(char, usize), &'static str> {
    let unit_at = |i: usize| Some(unit([*bytes.get(i)?, *bytes.get(i + 1)?]));
    let first = unit_at(0).ok_or("incomplete UTF-16 character")?;
    let (value, width) = match first & 0xFC00 {
        0xDC00 => return Err("unexpected low surrogate area"),
        0xD800 => {
            let second = unit_at(2).ok_or("incomplete UTF-16 surrogate pair")?;
            if second & 0xFC00 != 0xDC00 {
                return Err("expected low surrogate area");
            }
            let high = u32::from(first & 0x3FF) << 10;
            (0x1_0000 + high + u32::from(second & 0x3FF), 4)
        }
        _ => (u32::from(first), 2),
    };
    match char::from_u32(value).filter(|_| allowed(value)) {
        Some(c) => Ok((c, width)),
        None => Err("control characters are not allowed"),
    }
}
