//! Which styles a scalar may be written in.

use crate::chars::{is_blank, is_blankz, is_break, width};

/// What was found out about a scalar's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Analysis {
    pub(super) multiline: bool,
    pub(super) flow_plain: bool,
    pub(super) block_plain: bool,
    pub(super) single_quoted: bool,
    /// Literal and folded.
    pub(super) block: bool,
}

const ANYTHING: Analysis =
    Analysis { multiline: false, flow_plain: true, block_plain: true, single_quoted: true, block: true };

/// Whether the character at `i` can be written as it is: no control characters, no byte order mark,
/// nothing behind the Basic Multilingual Plane.
pub(super) fn is_printable(bytes: &[u8], i: usize) -> bool {
    let at = |n: usize| bytes.get(i + n).copied().unwrap_or(0);
    match bytes[i] {
        0xC2 => at(1) >= 0xA0,
        b'\n' | 0x20..=0x7E | 0xC3..=0xEC | 0xEE => true,
        0xED => at(1) < 0xA0,
        0xEF => !matches!((at(1), at(2)), (0xBB, 0xBF) | (0xBF, 0xBE | 0xBF)),
        _ => false,
    }
}

/// Nothing that any style minds, wherever it stands.
fn is_harmless(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'/' | b'_' | b'(' | b')' | b'=' | b'+' | b'$' | b';' | b'<' | b'^' | b'~')
}

pub(super) fn analyze(text: &str, v3: bool) -> Analysis {
    let bytes = text.as_bytes();
    let Some(&first) = bytes.first() else {
        return Analysis { flow_plain: false, block: false, ..ANYTHING };
    };
    // Most scalars are words: they need no closer look.
    if is_harmless(first) && bytes.iter().all(|&b| is_harmless(b) || matches!(b, b'-' | b'.')) {
        return ANYTHING;
    }
    let mut block_indicators = text.starts_with("---") || text.starts_with("...");
    let mut flow_indicators = block_indicators;
    let (mut special, mut tabs) = (false, false);
    let (mut edge_space, mut trailing_space, mut edge_break) = (false, false, false);
    let (mut space_break, mut break_space) = (false, false);
    let (mut previous_space, mut previous_break) = (false, false);
    let mut line_breaks = false;
    let mut after_space = true;

    let mut i = 0;
    while i < bytes.len() {
        let end = i + width(bytes[i]);
        let before_space = end >= bytes.len() || is_blank(bytes, end);
        match bytes[i] {
            b'#' | b',' | b'[' | b']' | b'{' | b'}' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"'
            | b'%' | b'@' | b'`'
                if i == 0 =>
            {
                flow_indicators = true;
                block_indicators = true;
            }
            b'-' if i == 0 => {
                flow_indicators |= before_space;
                block_indicators |= before_space;
            }
            b'?' => {
                flow_indicators = true;
                block_indicators |= i == 0 && before_space;
            }
            b':' => {
                flow_indicators = true;
                block_indicators |= before_space;
            }
            b',' | b'[' | b']' | b'{' | b'}' => flow_indicators = true,
            b'#' if after_space => {
                flow_indicators = true;
                block_indicators = true;
            }
            _ => {}
        }
        if v3 && bytes[i] == b'\t' {
            tabs = true;
        } else if !is_printable(bytes, i) {
            special = true;
        }
        let last = end == bytes.len();
        if bytes[i] == b' ' {
            edge_space |= i == 0 || last;
            trailing_space |= last;
            break_space |= previous_break;
            (previous_space, previous_break) = (true, false);
        } else if is_break(bytes, i) {
            line_breaks = true;
            edge_break |= i == 0 || last;
            space_break |= previous_space;
            (previous_space, previous_break) = (false, true);
        } else {
            (previous_space, previous_break) = (false, false);
        }
        after_space = is_blankz(bytes, i);
        i = end;
    }

    let plain = !(edge_space || edge_break || break_space || space_break || special || tabs || line_breaks);
    Analysis {
        multiline: line_breaks,
        flow_plain: plain && !flow_indicators,
        block_plain: plain && !block_indicators,
        single_quoted: !(break_space || space_break || special || tabs),
        block: !(trailing_space || space_break || special),
    }
}
