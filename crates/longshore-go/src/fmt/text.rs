//! Strings and byte slices under every verb.

use super::printer::Printer;
use crate::{Uint, UintKind, Value, rune, strconv};

impl Printer<'_> {
    /// A string; `value` is what a complaint about the verb shows.
    pub(super) fn text(&mut self, value: &Value, text: &[u8], verb: char) {
        match verb {
            'v' if self.flags.sharp_v => self.quoted(text),
            'v' | 's' => self.string(text),
            'x' => self.hex(text, false),
            'X' => self.hex(text, true),
            'q' => self.quoted(text),
            _ => self.bad_verb(Some(value), verb),
        }
    }

    /// `%s`: cut to the precision, padded to the width.
    pub(super) fn string(&mut self, text: &[u8]) {
        self.pad(self.cut(text));
    }

    /// The first runes of `text`, as many as the precision allows.
    fn cut<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        match self.flags.precision {
            Some(precision) => match rune::iter(text).nth(precision) {
                Some((end, _)) => &text[..end],
                None => text,
            },
            None => text,
        }
    }

    fn quoted(&mut self, text: &[u8]) {
        let text = self.cut(text);
        let quoted = if self.flags.sharp && strconv::can_backquote(text) {
            [b"`", text, b"`"].concat()
        } else if self.flags.plus {
            strconv::quote_to_ascii(text)
        } else {
            strconv::quote(text)
        };
        self.pad(&quoted);
    }

    /// `%x`: two digits a byte, under the flags ` ` and `#`.
    fn hex(&mut self, bytes: &[u8], upper: bool) {
        let flags = self.flags;
        let count = flags.precision.map_or(bytes.len(), |precision| precision.min(bytes.len()));
        if count == 0 {
            self.padding(flags.width.unwrap_or(0));
            return;
        }
        let (table, x): (&[u8; 16], u8) =
            if upper { (b"0123456789ABCDEF", b'X') } else { (b"0123456789abcdef", b'x') };
        let mut text = Vec::with_capacity(count * 5);
        for (index, byte) in bytes[..count].iter().enumerate() {
            if flags.space && index > 0 {
                text.push(b' ');
            }
            if flags.sharp && (flags.space || index == 0) {
                text.extend_from_slice(&[b'0', x]);
            }
            text.push(table[usize::from(byte >> 4)]);
            text.push(table[usize::from(byte & 15)]);
        }
        self.pad(&text);
    }

    /// A `[]byte`, with the name that Go syntax gives its type.
    pub(super) fn bytes(&mut self, value: &Value, bytes: &[u8], verb: char, type_name: &str, depth: usize) {
        match verb {
            'v' | 'd' if self.flags.sharp_v => {
                self.write(type_name);
                self.out.push(b'{');
                for (index, byte) in bytes.iter().enumerate() {
                    self.separator(index);
                    self.hex_0x(u64::from(*byte));
                }
                self.out.push(b'}');
            }
            's' => self.string(bytes),
            'x' => self.hex(bytes, false),
            'X' => self.hex(bytes, true),
            'q' => self.quoted(bytes),
            _ => self.value(value, verb, depth),
        }
    }

    /// A `[]uint8` element by element.
    pub(super) fn byte_list(&mut self, bytes: &[u8], verb: char, depth: usize) {
        self.write(if self.flags.sharp_v { "[]uint8{" } else { "[" });
        for (index, byte) in bytes.iter().enumerate() {
            self.separator(index);
            let item = Value::Uint(Uint { kind: UintKind::Uint8, value: u64::from(*byte) });
            self.value(&item, verb, depth + 1);
        }
        self.out.push(if self.flags.sharp_v { b'}' } else { b']' });
    }
}
