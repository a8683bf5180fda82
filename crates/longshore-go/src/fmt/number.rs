//! Integers and floats under every verb.

use super::printer::Printer;
use crate::{Complex, Value, rune, strconv};

impl Printer<'_> {
    /// An integer; `bits` is its two's complement.
    pub(super) fn integer(&mut self, value: &Value, bits: u64, signed: bool, verb: char) {
        match verb {
            'v' if self.flags.sharp_v && !signed => self.hex_0x(bits),
            'v' | 'd' => self.digits(bits, 10, signed, verb, false),
            'b' => self.digits(bits, 2, signed, verb, false),
            'o' | 'O' => self.digits(bits, 8, signed, verb, false),
            'x' => self.digits(bits, 16, signed, verb, false),
            'X' => self.digits(bits, 16, signed, verb, true),
            'c' => {
                let mut text = Vec::new();
                rune::push(&mut text, character(bits));
                self.pad(&text);
            }
            'q' => {
                let c = character(bits);
                let text =
                    if self.flags.plus { strconv::quote_rune_to_ascii(c) } else { strconv::quote_rune(c) };
                self.pad(&text);
            }
            'U' => self.unicode(bits),
            _ => self.bad_verb(Some(value), verb),
        }
    }

    /// `0x…`, whatever the flags.
    pub(super) fn hex_0x(&mut self, bits: u64) {
        let sharp = std::mem::replace(&mut self.flags.sharp, true);
        self.digits(bits, 16, false, 'v', false);
        self.flags.sharp = sharp;
    }

    /// The digits in `base`, with sign, prefix, precision and padding.
    pub(super) fn digits(&mut self, bits: u64, base: u64, signed: bool, verb: char, upper: bool) {
        let flags = self.flags;
        let negative = signed && (bits as i64) < 0;
        let mut rest = if negative { bits.wrapping_neg() } else { bits };
        let mut least = 0;
        if let Some(precision) = flags.precision {
            least = precision;
            // No digits for a zero of which none are wanted: only the padding is left.
            if precision == 0 && rest == 0 {
                self.flags.zero = false;
                self.padding(flags.width.unwrap_or(0));
                self.flags.zero = flags.zero;
                return;
            }
        } else if let Some(width) = flags.width.filter(|_| flags.zero && !flags.minus) {
            let sign = usize::from(negative || flags.plus || flags.space);
            least = width.saturating_sub(sign);
        }
        let table: &[u8; 16] = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
        // Written backwards.
        let mut text = Vec::with_capacity(68.max(least + 3));
        loop {
            text.push(table[(rest % base) as usize]);
            rest /= base;
            if rest == 0 {
                break;
            }
        }
        if text.len() < least {
            text.resize(least, b'0');
        }
        if flags.sharp {
            match base {
                2 => text.extend_from_slice(b"b0"),
                8 if text.last() != Some(&b'0') => text.push(b'0'),
                16 => text.extend_from_slice(if upper { b"X0" } else { b"x0" }),
                _ => {}
            }
        }
        if verb == 'O' {
            text.extend_from_slice(b"o0");
        }
        if negative {
            text.push(b'-');
        } else if flags.plus {
            text.push(b'+');
        } else if flags.space {
            text.push(b' ');
        }
        text.reverse();
        self.pad_spaces(&text);
    }

    /// `U+0078`, or `U+0078 'x'` with the flag `#`.
    fn unicode(&mut self, bits: u64) {
        let least = self.flags.precision.unwrap_or(0).max(4);
        let digits = format!("{bits:X}");
        let mut text = String::from("U+");
        text.extend(std::iter::repeat_n('0', least.saturating_sub(digits.len())));
        text.push_str(&digits);
        if self.flags.sharp
            && let Some(c) = u32::try_from(bits).ok().and_then(char::from_u32)
            && strconv::is_print(c)
        {
            text.push_str(" '");
            text.push(c);
            text.push('\'');
        }
        self.pad_spaces(text.as_bytes());
    }

    pub(super) fn float(&mut self, value: &Value, float: f64, verb: char) {
        let (form, precision) = match verb {
            'v' => (b'g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => (verb as u8, None),
            'f' | 'e' | 'E' => (verb as u8, Some(6)),
            'F' => (b'f', Some(6)),
            _ => {
                self.bad_verb(Some(value), verb);
                return;
            }
        };
        let flags = self.flags;
        let precision = flags.precision.or(precision);
        let mut text = vec![b'+'];
        strconv::append_float(&mut text, float, form, precision);
        if matches!(text[1], b'-' | b'+') {
            text.remove(0);
        }
        if flags.space && text[0] == b'+' && !flags.plus {
            text[0] = b' ';
        }
        if matches!(text[1], b'I' | b'N') {
            // Infinities and NaN are not padded with zeros, and NaN has no sign unless asked for.
            let skip = usize::from(text[1] == b'N' && !flags.space && !flags.plus);
            self.pad_spaces(&text[skip..]);
            return;
        }
        if flags.sharp && form != b'b' {
            keep_point(&mut text, form, precision);
        }
        if flags.plus || text[0] != b'+' {
            if let Some(width) = flags.width
                && flags.zero
                && !flags.minus
                && width > text.len()
            {
                self.out.push(text[0]);
                self.padding(width - text.len());
                self.out.extend_from_slice(&text[1..]);
                return;
            }
            self.pad(&text);
            return;
        }
        self.pad(&text[1..]);
    }

    /// Both parts in parentheses, the second always with its sign.
    pub(super) fn complex(&mut self, value: &Value, complex: Complex, verb: char) {
        if !matches!(verb, 'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E') {
            self.bad_verb(Some(value), verb);
            return;
        }
        let plus = self.flags.plus;
        self.out.push(b'(');
        self.float(value, complex.re, verb);
        self.flags.plus = true;
        self.float(value, complex.im, verb);
        self.flags.plus = plus;
        self.write("i)");
    }
}

/// The flag `#` on floats: always a decimal point, and the zeros that `g` would drop.
fn keep_point(text: &mut Vec<u8>, form: u8, precision: Option<usize>) {
    let mut digits: isize = match form {
        b'g' | b'G' | b'x' => precision.map_or(6, |precision| precision as isize),
        _ => 0,
    };
    let hex = matches!(form, b'x' | b'X');
    let mut has_point = false;
    let mut significant = false;
    let mut end = text.len();
    for (index, &byte) in text.iter().enumerate().skip(1) {
        match byte {
            b'.' => has_point = true,
            b'p' | b'P' => {
                end = index;
                break;
            }
            b'e' | b'E' if !hex => {
                end = index;
                break;
            }
            _ => {
                significant |= byte != b'0';
                if significant {
                    digits -= 1;
                }
            }
        }
    }
    let tail = text.split_off(end);
    if !has_point {
        if text.len() == 2 && text[1] == b'0' {
            digits -= 1;
        }
        text.push(b'.');
    }
    let missing = usize::try_from(digits).unwrap_or(0);
    text.resize(text.len() + missing, b'0');
    text.extend_from_slice(&tail);
}

/// The character with that number, U+FFFD if there is none.
fn character(bits: u64) -> char {
    u32::try_from(bits).ok().and_then(char::from_u32).unwrap_or(rune::ERROR)
}
