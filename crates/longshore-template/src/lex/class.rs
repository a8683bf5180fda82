//! What a byte may be part of, for the scanner's inner loops.

/// Between words: what Go's scanner calls space.
pub(super) const SPACE: u8 = 1;
/// In a name, as far as ASCII goes.
pub(super) const WORD: u8 = 2;
/// May follow a name.
pub(super) const TERMINATOR: u8 = 4;
/// Starts a number.
pub(super) const NUMBER: u8 = 8;
/// Ends a run of plain characters in a quoted text.
pub(super) const QUOTED_STOP: u8 = 16;

static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        let mut class = 0;
        if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            class |= SPACE | TERMINATOR;
        }
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            class |= WORD;
        }
        if matches!(byte, b'.' | b',' | b'|' | b':' | b')' | b'(') {
            class |= TERMINATOR;
        }
        if byte.is_ascii_digit() || byte == b'+' || byte == b'-' {
            class |= NUMBER;
        }
        if matches!(byte, b'"' | b'\'' | b'\\' | b'\n') {
            class |= QUOTED_STOP;
        }
        classes[at] = class;
        at += 1;
    }
    classes
};

/// Whether a byte is of one of these classes.
pub(super) fn is(byte: u8, classes: u8) -> bool {
    CLASSES[byte as usize] & classes != 0
}

/// The length of the run of bytes at the start of `text` that are of one of these classes.
pub(super) fn run(text: &[u8], classes: u8) -> usize {
    text.iter().position(|&byte| !is(byte, classes)).unwrap_or(text.len())
}
