//! Comments (v3): above, behind and below what they belong to.

use super::{Emitter, Event};
use crate::chars;

impl Emitter {
    /// Takes over the comments of an event; those that are absent leave what waits as it is.
    pub(super) fn take_comments(&mut self, event: &Event<'_>) {
        if let Some(comments) = event.comments {
            if !comments.head.is_empty() {
                self.pending.head.clone_from(&comments.head);
            }
            if !comments.line.is_empty() {
                self.pending.line.clone_from(&comments.line);
            }
            if !comments.foot.is_empty() {
                self.pending.foot.clone_from(&comments.foot);
            }
        }
        if !event.tail.is_empty() {
            event.tail.clone_into(&mut self.pending.tail);
        }
    }

    pub(super) fn head_comment(&mut self) {
        if !self.pending.tail.is_empty() {
            let text = std::mem::take(&mut self.pending.tail);
            self.write_indent();
            self.write_comment(&text);
            self.foot_indent = self.indent.max(0);
        }
        if !self.pending.head.is_empty() {
            let text = std::mem::take(&mut self.pending.head);
            self.write_indent();
            self.write_comment(&text);
        }
    }

    pub(super) fn line_comment(&mut self) {
        if self.pending.line.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.pending.line);
        if !self.whitespace {
            self.put(b' ');
        }
        self.write_comment(&text);
    }

    /// The line comment of a block scalar's header, or just its line break.
    pub(super) fn line_comment_or_break(&mut self) {
        if self.pending.line.is_empty() {
            self.put_break();
        } else {
            self.line_comment();
        }
    }

    pub(super) fn foot_comment(&mut self) {
        if self.pending.foot.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.pending.foot);
        self.write_indent();
        self.write_comment(&text);
        self.foot_indent = self.indent.max(0);
    }

    fn write_comment(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut broken = false;
        let mut marked = false;
        let mut i = 0;
        while i < bytes.len() {
            if chars::is_break(bytes, i) {
                i = self.copy_break(text, i);
                broken = true;
                marked = false;
                continue;
            }
            if broken {
                self.write_indent();
            }
            if !marked {
                if bytes[i] != b'#' {
                    self.put_str("# ");
                }
                marked = true;
            }
            let end = i + chars::width(bytes[i]);
            self.put_str(&text[i..end]);
            i = end;
            self.indention = false;
            broken = false;
        }
        if !broken {
            self.put_break();
        }
        self.whitespace = true;
    }
}
