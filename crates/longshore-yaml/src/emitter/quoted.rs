//! Single and double quoted text.

use super::Emitter;
use super::analyze::is_printable;
use crate::chars::{self, is_break};

impl Emitter {
    pub(super) fn write_single_quoted(&mut self, text: &str, breaks: bool) {
        self.indicator(b"'", true, false, false);
        let bytes = text.as_bytes();
        let mut after_space = false;
        let mut broken = false;
        let mut i = 0;
        while i < bytes.len() {
            let byte = bytes[i];
            if byte == b' ' {
                let fold = breaks
                    && !after_space
                    && self.column > self.best_width
                    && i > 0
                    && i < bytes.len() - 1
                    && bytes[i + 1] != b' ';
                if fold {
                    self.write_indent();
                } else {
                    self.put(b' ');
                }
                i += 1;
                after_space = true;
            } else if is_break(bytes, i) {
                if !broken && byte == b'\n' {
                    self.put_break();
                }
                i = self.copy_break(text, i);
                self.indention = true;
                broken = true;
            } else {
                if broken {
                    self.write_indent();
                }
                if byte == b'\'' {
                    self.put(b'\'');
                }
                let end = i + chars::width(byte);
                self.put_str(&text[i..end]);
                i = end;
                self.indention = false;
                after_space = false;
                broken = false;
            }
        }
        self.indicator(b"'", false, false, false);
    }

    pub(super) fn write_double_quoted(&mut self, text: &str, breaks: bool) {
        self.indicator(b"\"", true, false, false);
        let bytes = text.as_bytes();
        // go-yaml looks for a byte order mark at the start of the text instead of at the character:
        // text that starts with one is escaped altogether.
        let escape_all = text.starts_with('\u{FEFF}');
        let mut after_space = false;
        let mut from = 0;
        let mut column = self.column;
        for (i, c) in text.char_indices() {
            let plain = !escape_all && c != '"' && c != '\\' && is_printable(bytes, i) && !is_break(bytes, i);
            let end = i + c.len_utf8();
            if plain && c != ' ' {
                column += 1;
                after_space = false;
                continue;
            }
            if !plain {
                self.put_str(&text[from..i]);
                self.escape(c);
                from = end;
                column = self.column;
                after_space = false;
                continue;
            }
            if breaks && !after_space && column > self.best_width && i > 0 && i < bytes.len() - 1 {
                self.put_str(&text[from..i]);
                self.write_indent();
                if bytes[i + 1] == b' ' {
                    self.put(b'\\');
                }
                from = end;
                column = self.column;
            } else {
                column += 1;
            }
            after_space = true;
        }
        self.put_str(&text[from..]);
        self.indicator(b"\"", false, false, false);
    }

    fn escape(&mut self, c: char) {
        let short = match c {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{B}' => 'v',
            '\u{C}' => 'f',
            '\r' => 'r',
            '\u{1B}' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{A0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => {
                let code = c as u32;
                let text = match code {
                    0..=0xFF => format!("\\x{code:02X}"),
                    0x100..=0xFFFF => format!("\\u{code:04X}"),
                    _ => format!("\\U{code:08X}"),
                };
                self.put_str(&text);
                return;
            }
        };
        self.put(b'\\');
        self.put(short as u8);
    }
}
