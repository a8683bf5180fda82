//! Comments on their way from the scanner to the events (v3 only; in v2 all of this stays empty).

use std::collections::VecDeque;

use crate::error::Mark;
use crate::event::Comments;
use crate::scanner::Comment;

/// Comments of tokens already seen, waiting for the event that takes them.
#[derive(Debug, Default)]
pub(super) struct Pending {
    head: String,
    line: String,
    foot: String,
    /// The head comment of a collection inside of a sequence entry.
    stem: String,
}

impl Pending {
    /// Takes over the scanner's comments that belong to the token at `token` or before it.
    pub(super) fn unfold(&mut self, comments: &mut VecDeque<Comment>, token: Mark, block_end: bool) {
        while let Some(comment) = comments.front() {
            if token.index < comment.token.index || !comment.head.is_empty() && block_end {
                return;
            }
            let Some(comment) = comments.pop_front() else {
                return;
            };
            join(&mut self.head, &comment.head);
            join(&mut self.foot, &comment.foot);
            join(&mut self.line, &comment.line);
        }
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        [&self.head, &self.line, &self.foot, &self.stem].iter().all(|text| text.is_empty())
    }

    /// Takes everything that waits.
    pub(super) fn take(&mut self) -> Option<Box<Comments>> {
        self.stem.clear();
        if self.head.is_empty() && self.line.is_empty() && self.foot.is_empty() {
            return None;
        }
        Some(Box::new(Comments {
            head: std::mem::take(&mut self.head),
            line: std::mem::take(&mut self.line),
            foot: std::mem::take(&mut self.foot),
        }))
    }

    /// Takes the stem comment, for the collection that starts.
    pub(super) fn take_stem(&mut self) -> Option<Box<Comments>> {
        if self.stem.is_empty() {
            return None;
        }
        Some(Box::new(Comments { head: std::mem::take(&mut self.stem), ..Comments::default() }))
    }

    pub(super) fn head_len(&self) -> usize {
        self.head.len()
    }

    /// Moves the first `len` bytes of the head aside, with the line break behind them.
    pub(super) fn split_stem(&mut self, len: usize) {
        let rest = self.head.get(len + 1..).unwrap_or_default().to_owned();
        self.head.truncate(len);
        self.stem = std::mem::replace(&mut self.head, rest);
    }

    /// The part of the head up to its last empty line: it belongs to the document.
    pub(super) fn split_document_head(&mut self) -> Option<Box<Comments>> {
        let bytes = self.head.as_bytes();
        let mut i = bytes.len();
        while i > 1 {
            i -= 1;
            if bytes[i] != b'\n' {
                continue;
            }
            let end = if i == bytes.len() - 1 {
                i
            } else if bytes[i - 1] == b'\n' {
                i - 1
            } else {
                continue;
            };
            let rest = self.head[i + 1..].to_owned();
            self.head.truncate(end);
            let head = std::mem::replace(&mut self.head, rest);
            return Some(Box::new(Comments { head, ..Comments::default() }));
        }
        None
    }
}

fn join(all: &mut String, more: &str) {
    if more.is_empty() {
        return;
    }
    if !all.is_empty() {
        all.push('\n');
    }
    all.push_str(more);
}
