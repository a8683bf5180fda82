//! Scalars: the choice of style, and plain and block text.

use super::{Emitter, Event};
use crate::chars::{self, is_blankz, is_break};
use crate::token::ScalarStyle;

impl Emitter {
    pub(super) fn scalar(&mut self, event: &Event<'_>, value: &str, style: ScalarStyle) {
        let style = self.select_style(value, style);
        self.properties(event);
        self.increase_indent(true, false, false);
        let breaks = !self.simple_key_context;
        match style {
            ScalarStyle::Plain => self.write_plain(value, breaks),
            ScalarStyle::SingleQuoted => self.write_single_quoted(value, breaks),
            ScalarStyle::DoubleQuoted => self.write_double_quoted(value, breaks),
            ScalarStyle::Literal => self.write_literal(value),
            ScalarStyle::Folded => self.write_folded(value),
        }
        self.decrease_indent();
        self.pop_state();
    }

    fn select_style(&self, value: &str, mut style: ScalarStyle) -> ScalarStyle {
        let analysis = &self.analysis;
        let flow = self.flow_level > 0;
        if self.simple_key_context && analysis.multiline {
            style = ScalarStyle::DoubleQuoted;
        }
        if style == ScalarStyle::Plain {
            let allowed = if flow { analysis.flow_plain } else { analysis.block_plain };
            if !allowed || value.is_empty() && (flow || self.simple_key_context) {
                style = ScalarStyle::SingleQuoted;
            }
        }
        if style == ScalarStyle::SingleQuoted && !analysis.single_quoted {
            style = ScalarStyle::DoubleQuoted;
        }
        if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded)
            && (!analysis.block || flow || self.simple_key_context)
        {
            style = ScalarStyle::DoubleQuoted;
        }
        style
    }

    /// Plain text, folded at single spaces once the line is too long. It holds no line breaks.
    fn write_plain(&mut self, text: &str, breaks: bool) {
        if !self.whitespace && (!text.is_empty() || !self.v3) {
            self.put(b' ');
        }
        let bytes = text.as_bytes();
        let fits = self.column.saturating_add(bytes.len()) <= self.best_width;
        if fits || !breaks {
            self.put_str(text);
        } else {
            let mut from = 0;
            let mut column = self.column;
            let mut after_space = false;
            for (i, &byte) in bytes.iter().enumerate() {
                if byte == b' ' {
                    if !after_space && column > self.best_width && bytes.get(i + 1) != Some(&b' ') {
                        self.put_str(&text[from..i]);
                        self.write_indent();
                        from = i + 1;
                        column = self.column;
                    } else {
                        column += 1;
                    }
                    after_space = true;
                } else {
                    column += usize::from(byte & 0xC0 != 0x80);
                    after_space = false;
                    self.indention = false;
                }
            }
            self.put_str(&text[from..]);
        }
        if !text.is_empty() || !self.v3 {
            self.whitespace = false;
        }
        self.indention = false;
    }

    fn write_literal(&mut self, text: &str) {
        self.indicator(b"|", true, false, false);
        self.block_hints(text);
        self.line_comment_or_break();
        self.indention = true;
        self.whitespace = true;
        let bytes = text.as_bytes();
        let mut i = 0;
        while i < bytes.len() {
            if is_break(bytes, i) {
                i = self.copy_break(text, i);
                self.indention = true;
                continue;
            }
            self.write_indent();
            let from = i;
            while i < bytes.len() && !is_break(bytes, i) {
                i += chars::width(bytes[i]);
            }
            self.put_str(&text[from..i]);
            self.indention = false;
        }
    }

    fn write_folded(&mut self, text: &str) {
        self.indicator(b">", true, false, false);
        self.block_hints(text);
        self.line_comment_or_break();
        self.indention = true;
        self.whitespace = true;
        let bytes = text.as_bytes();
        let mut broken = true;
        let mut leading_spaces = true;
        let mut i = 0;
        while i < bytes.len() {
            if is_break(bytes, i) {
                if !broken && !leading_spaces && bytes[i] == b'\n' {
                    // go-yaml looks at the start of the text here, not at what follows.
                    let mut k = 0;
                    while k < bytes.len() && is_break(bytes, k) {
                        k += chars::width(bytes[k]);
                    }
                    if !is_blankz(bytes, k) {
                        self.put_break();
                    }
                }
                i = self.copy_break(text, i);
                self.indention = true;
                broken = true;
                continue;
            }
            if broken {
                self.write_indent();
                leading_spaces = chars::is_blank(bytes, i);
            }
            let foldable = !broken
                && bytes[i] == b' '
                && bytes.get(i + 1) != Some(&b' ')
                && self.column > self.best_width;
            let end = i + chars::width(bytes[i]);
            if foldable {
                self.write_indent();
            } else {
                self.put_str(&text[i..end]);
            }
            i = end;
            self.indention = false;
            broken = false;
        }
    }

    /// The indicators behind `|` or `>`: indentation if the text starts with white space, and what
    /// becomes of the line breaks at its end.
    fn block_hints(&mut self, text: &str) {
        let bytes = text.as_bytes();
        if bytes.first() == Some(&b' ') || is_break(bytes, 0) {
            let hint = [b'0' + self.best_indent as u8];
            self.indicator(&hint, false, false, false);
        }
        let mut characters = text.char_indices().rev().map(|(i, _)| is_break(bytes, i));
        let hint: &[u8] = match (characters.next(), characters.next()) {
            (None | Some(false), _) => b"-",
            (Some(true), None | Some(true)) => b"+",
            (Some(true), Some(false)) => b"",
        };
        if !hint.is_empty() {
            self.indicator(hint, false, false, false);
        }
    }
}
