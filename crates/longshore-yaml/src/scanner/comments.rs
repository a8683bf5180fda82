//! Comments, as go-yaml v3 finds their place: at the head of what follows, on the line of what
//! precedes, or at the foot of it.
//!
//! The rules are heuristics on columns and empty lines. They are followed to the letter, because
//! which node a comment hangs on decides whether Kustomize's edits carry it along.

use super::Scanner;
use crate::chars::{self, at, is_blank, is_break, is_breakz};
use crate::error::{Error, Mark};
use crate::token::TokenKind;

/// A comment (or several lines of one) and where it belongs.
#[derive(Debug, Default)]
pub(crate) struct Comment {
    /// Where scanning for it started.
    pub(crate) scan: Mark,
    /// The token it belongs to, or follows.
    pub(crate) token: Mark,
    pub(crate) start: Mark,
    pub(crate) end: Mark,
    pub(crate) head: String,
    pub(crate) line: String,
    pub(crate) foot: String,
}

/// Scanning state of [`Scanner::scan_comments`].
struct Block {
    scan: Mark,
    token: Mark,
    start: Mark,
    text: String,
}

/// go-yaml looks that far for the next comment.
const LOOK: usize = 512;

impl Scanner<'_> {
    /// Line breaks since the last character that was neither blank nor break.
    fn newlines(&self) -> u32 {
        let mut count = 0;
        let mut i = self.pos;
        while i > 0 {
            i -= 1;
            match self.bytes[i] {
                b' ' | b'\t' => {}
                b'\n' => {
                    count += 1;
                    if i > 0 && self.bytes[i - 1] == b'\r' {
                        i -= 1;
                    }
                }
                b'\r' => count += 1,
                0x85 if i > 0 && self.bytes[i - 1] == 0xC2 => {
                    count += 1;
                    i -= 1;
                }
                0xA8 | 0xA9 if i > 1 && self.bytes[i - 2..i] == [0xE2, 0x80] => {
                    count += 1;
                    i -= 2;
                }
                _ => break,
            }
        }
        count
    }

    /// Takes a comment on the line of the token that begins at `token`.
    #[inline]
    pub(super) fn scan_line_comment(&mut self, token: Mark) -> Result<(), Error> {
        let first = self.look(0);
        if first != b'#' && first != 0 && chars::class(first) & chars::BLANK == 0 || self.newlines() > 0 {
            return Ok(());
        }
        let mut i = self.pos;
        while i < self.pos + LOOK && is_blank(self.bytes, i) {
            i += 1;
        }
        if i < self.pos + LOOK && i >= self.bytes.len() {
            self.overlook_fence();
        }
        if i == self.pos + LOOK || at(self.bytes, i) != b'#' {
            return Ok(());
        }
        self.skip(i - self.pos);
        let start = self.mark();
        let end = self.line_end(self.pos);
        let line = self.text[self.pos..end].to_owned();
        self.advance_to(end);
        self.need(1)?;
        self.comments.push_back(Comment { token, start, line, ..Comment::default() });
        Ok(())
    }

    /// A line comment behind the `-` of a sequence that starts there belongs to the head of the item:
    ///
    /// ```yaml
    /// - # this
    ///   a: 1
    /// ```
    #[inline]
    pub(super) fn promote_line_comment(&mut self) {
        if self.comments.is_empty() || is_break(self.bytes, self.pos) {
            return;
        }
        let kind = |back| self.tokens.newest(back).map(|token| token.kind);
        if kind(1) != Some(TokenKind::BlockSequenceStart) || kind(0) != Some(TokenKind::BlockEntry) {
            return;
        }
        let here = self.mark();
        if let Some(comment) = self.comments.back_mut()
            && !comment.line.is_empty()
        {
            comment.head = std::mem::take(&mut comment.line);
            if comment.start.line + 1 == here.line {
                comment.token = here;
            }
        }
    }

    /// Where a block ends: before the comments that stand at the indentation of its parents.
    pub(super) fn block_end_mark(&self, previous: Mark) -> Mark {
        let mut mark = previous;
        let mut stop = previous.index;
        for comment in self.comments.iter().rev() {
            if comment.end.index < stop {
                break;
            }
            if i64::from(comment.start.column) == i64::from(self.indent) + 1 {
                mark = comment.start;
            }
            stop = comment.scan.index;
        }
        mark
    }

    /// Takes the comments from here to the next content.
    pub(super) fn scan_comments(&mut self, scan: Mark) -> Result<(), Error> {
        let Some(last) = self.tokens.newest(0) else {
            return Ok(());
        };
        let mut token = last;
        if last.kind == TokenKind::FlowEntry
            && let Some(before) = self.tokens.newest(1)
        {
            token = before;
        }
        let after_value = matches!(token.kind, TokenKind::Value);
        let mut block = Block { scan, token: token.start, start: Mark::default(), text: String::new() };
        let newlines = self.newlines();
        let mut next_indent = self.indent.max(0);
        let mut recent_empty = false;
        let mut first_empty = newlines <= 1;
        let mut line = self.line;
        let mut column = self.column();
        // The line where a comment must start to be a foot of what precedes.
        let mut foot_line = None;
        if scan.line > 0 {
            let here = self.mark();
            let below = u32::from(newlines == 0 && here.column > 1);
            foot_line = Some(i64::from(here.line) - i64::from(newlines) + 1 + i64::from(below));
        }

        let mut peek = 0;
        while peek < LOOK {
            column += 1;
            let i = self.pos + peek;
            if self.fence.is_some() && i >= self.bytes.len() {
                self.overlook_fence();
                break;
            }
            if is_blank(self.bytes, i) {
                peek += 1;
                continue;
            }
            let c = at(self.bytes, i);
            let here = Mark { line, column, index: self.mark().index + peek as u32 };
            let dedented = |start: Mark| (start.column as i32) - 1 < next_indent;
            let close_flow = self.flow_level > 0 && (c == b']' || c == b'}');
            if close_flow || is_breakz(self.bytes, i) {
                if close_flow || !recent_empty {
                    let at_foot = Some(i64::from(block.start.line)) == foot_line && !after_value;
                    if close_flow || first_empty && (at_foot || dedented(block.start)) {
                        if !block.text.is_empty() {
                            if dedented(block.start) {
                                block.token = block.start;
                            }
                            self.push_foot(&mut block, here);
                        }
                    } else if !block.text.is_empty() && c != 0 {
                        block.text.push('\n');
                    }
                }
                if !is_break(self.bytes, i) {
                    break;
                }
                first_empty = false;
                recent_empty = true;
                column = 0;
                line += 1;
                peek += 1;
                continue;
            }
            if !block.text.is_empty() && (column as i32) - 1 < next_indent && column != block.start.column {
                self.push_foot(&mut block, here);
            }
            if c != b'#' {
                break;
            }
            if block.text.is_empty() {
                block.start = here;
            } else {
                block.text.push('\n');
            }
            recent_empty = false;
            self.take_comment_line(i, &mut block.text);
            self.need(1)?;
            peek = 0;
            column = 0;
            line = self.line;
            next_indent = self.indent.max(0);
            // Go's loop counts on from here: the break at the end of the line is not looked at.
            peek += 1;
        }

        if !block.text.is_empty() {
            let end = Mark { line, column, index: (self.mark().index + peek as u32).saturating_sub(1) };
            self.comments.push_back(Comment {
                scan: block.scan,
                token: block.start,
                start: block.start,
                end,
                head: block.text,
                ..Comment::default()
            });
        }
        Ok(())
    }

    fn push_foot(&mut self, block: &mut Block, here: Mark) {
        self.comments.push_back(Comment {
            scan: block.scan,
            token: block.token,
            start: block.start,
            end: here,
            foot: std::mem::take(&mut block.text),
            ..Comment::default()
        });
        block.scan = here;
        block.token = here;
    }

    /// Goes to the comment at byte `start`, over the breaks before it, and takes it to its line's end.
    fn take_comment_line(&mut self, start: usize, text: &mut String) {
        while self.pos < start {
            if is_break(self.bytes, self.pos) {
                self.take_break();
            } else {
                self.skip(1);
            }
        }
        let end = self.line_end(self.pos);
        text.push_str(&self.text[self.pos..end]);
        self.advance_to(end);
    }
}
