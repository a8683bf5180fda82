//! Literal block scalars (`|`, `|-`, `|+`) whose first line says how far they are indented.

use std::borrow::Cow;

use super::{Lines, NotHere, Result};
use crate::composer::Target;
use crate::token::ScalarStyle;
use crate::tree::RawKind;

impl<'a> Lines<'a> {
    /// The block scalar whose `|` is here, and the lines that belong to it.
    pub(super) fn literal(&mut self, at: usize, end: usize, target: &mut impl Target<'a>) -> Result<()> {
        let header = at + 1;
        let chomping = self.bytes[header..end].first().copied().filter(|byte| matches!(byte, b'-' | b'+'));
        let behind = header + usize::from(chomping.is_some());
        if !self.is_end(self.blanks(behind, end), end)? {
            return Err(NotHere);
        }
        let parent = self.open.last().map_or(0, |top| top.column as usize);
        let mark = self.mark(at)?;
        let mut text = String::new();
        // Breaks that count only if another line follows, or by the chomping; the first one ends a line.
        let (mut breaks, mut is_line, mut indent) = (0, false, 0);
        while self.pos < self.bytes.len() {
            let start = self.pos;
            let (line_end, next) = match memchr::memchr(b'\n', &self.bytes[start..]) {
                Some(length) => (start + length, start + length + 1),
                None => (self.bytes.len(), self.bytes.len()),
            };
            let first = self.blanks(start, line_end);
            let column = first - start;
            let is_empty = first == line_end && (indent == 0 || column <= indent);
            if is_empty && next == line_end {
                // Spaces behind the last break.
                return Err(NotHere);
            }
            if !is_empty {
                // How far the text is indented cannot be told by a tab.
                if self.bytes[first..line_end].first() == Some(&b'\t') && (indent == 0 || column < indent) {
                    return Err(NotHere);
                }
                if indent == 0 && column > parent {
                    // An empty line above that is longer is an error, or not: it depends.
                    let above = self.bytes[end.min(start)..start].split(|byte| *byte == b'\n');
                    if above.map(<[u8]>::len).any(|length| length > column) {
                        return Err(NotHere);
                    }
                    indent = column;
                }
                if indent == 0 || column < indent {
                    break;
                }
                text.extend(std::iter::repeat_n('\n', std::mem::take(&mut breaks)));
                text.push_str(&self.text[start + indent..line_end]);
                is_line = true;
            }
            breaks += usize::from(next > line_end);
            self.pos = next;
            self.passed += 1;
        }
        if !is_line {
            return Err(NotHere);
        }
        let kept = match chomping {
            Some(b'-') => 0,
            None => breaks.min(1),
            _ => breaks,
        };
        text.extend(std::iter::repeat_n('\n', kept));
        self.expect(None);
        self.add(RawKind::Scalar(ScalarStyle::Literal, false), mark, Cow::Owned(text), target)
    }
}
