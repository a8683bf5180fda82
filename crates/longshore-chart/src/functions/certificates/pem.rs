//! PEM as Go's `encoding/pem` reads and writes it.

use longshore_go::encoding::{decode_base64, encode_base64};
use longshore_go::strings;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"\n-----END ";
const DASHES: &[u8] = b"-----";

/// A section of a PEM text. Headers are read over.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// What stands in its first line: `RSA PRIVATE KEY`.
    pub(super) label: Vec<u8>,
    /// What it holds.
    pub(super) bytes: Vec<u8>,
}

/// The first section that is well formed ([`pem.Decode`](https://pkg.go.dev/encoding/pem#Decode)): of several
/// beginnings before an end the last counts, and a section that is broken is passed over.
pub(super) fn decode(text: &[u8]) -> Option<Block> {
    let mut rest = text;
    // Each turn goes on behind an end, so this ends.
    loop {
        let end = strings::find(rest, END)?;
        let behind = &rest[end + END.len()..];
        if let Some(block) = section(rest, end) {
            return Some(block);
        }
        rest = behind;
    }
}

/// The section that ends at `end`, if it is one.
fn section(text: &[u8], end: usize) -> Option<Block> {
    let begin = find_last(&text[..end], BEGIN)?;
    if begin > 0 && text[begin - 1] != b'\n' {
        return None;
    }
    let start = begin + BEGIN.len();
    let (first, mut at) = line(text, start);
    let label = first.strip_suffix(DASHES)?;
    let mut headers = false;
    loop {
        if at >= text.len() {
            return None;
        }
        let (header, next) = line(text, at);
        if !header.contains(&b':') {
            break;
        }
        headers = true;
        at = next;
    }
    // The end may begin with the newline of the line before, if nothing stands between.
    if headers && at > end {
        return None;
    }
    let behind = &text[end + END.len()..];
    let tail = behind.strip_prefix(label)?.strip_prefix(DASHES)?;
    if !line(tail, 0).0.is_empty() {
        return None;
    }
    let written = text.get(at..end).unwrap_or_default();
    let written: Vec<u8> = written.iter().copied().filter(|byte| !matches!(byte, b' ' | b'\t')).collect();
    Some(Block { label: label.to_vec(), bytes: decode_base64(&written).ok()? })
}

/// The line that starts at `at`, without white space at its end, and where the next one starts.
fn line(text: &[u8], at: usize) -> (&[u8], usize) {
    let rest = text.get(at..).unwrap_or_default();
    let (mut line, next) = match rest.iter().position(|byte| *byte == b'\n') {
        Some(length) => (&rest[..length], at + length + 1),
        None => (rest, text.len()),
    };
    if rest.len() > line.len() {
        line = line.strip_suffix(b"\r").unwrap_or(line);
    }
    while let Some((b' ' | b'\t', shorter)) = line.split_last() {
        line = shorter;
    }
    (line, next)
}

fn find_last(text: &[u8], wanted: &[u8]) -> Option<usize> {
    (0..(text.len() + 1).saturating_sub(wanted.len())).rev().find(|&at| text[at..].starts_with(wanted))
}

/// A section, in lines of 64 characters.
pub(super) fn encode(label: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = format!("-----BEGIN {label}-----\n").into_bytes();
    for chunk in encode_base64(bytes).as_bytes().chunks(64) {
        out.extend_from_slice(chunk);
        out.push(b'\n');
    }
    out.extend_from_slice(format!("-----END {label}-----\n").as_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::{Block, decode, encode};

    #[test]
    fn what_is_written_is_read() {
        let bytes: Vec<u8> = (0..200).collect();
        let text = encode("EC PRIVATE KEY", &bytes);
        assert_eq!(decode(&text), Some(Block { label: b"EC PRIVATE KEY".to_vec(), bytes }));
    }

    #[test]
    fn odd_sections_are_read_as_go_does() {
        let block = |label: &str, bytes: &[u8]| Some(Block { label: label.into(), bytes: bytes.to_vec() });
        let cases: &[(&str, Option<Block>)] = &[
            ("", None),
            ("-----BEGIN A-----\nAAAA\n", None),
            ("-----BEGIN A-----\nAAAA\n-----END B-----\n", None),
            ("-----BEGIN A-----\nAAAA\n-----END A----- x\n", None),
            ("-----BEGIN A-----\n-----END A-----\n", block("A", b"")),
            ("-----BEGIN A-----\nAA AA\r\n-----END A-----", block("A", &[0, 0, 0])),
            (
                "-----BEGIN A-----\nAA*A\n-----END A-----\n-----BEGIN B-----\nAAAA\n-----END B-----",
                block("B", &[0; 3]),
            ),
            ("text\n-----BEGIN A-----\nProc-Type: 4\n\nAAAA\n-----END A-----\n", block("A", &[0; 3])),
            ("x-----BEGIN A-----\nAAAA\n-----END A-----\n", None),
            ("-----BEGIN A-----\n-----BEGIN B-----\nAAAA\n-----END B-----\n", block("B", &[0; 3])),
        ];
        for (text, expected) in cases {
            assert_eq!(decode(text.as_bytes()), *expected, "{text}");
        }
    }
}
