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
        self.hex_with(bits, true);
    }

    /// In hexadecimal, with `0x` or without.
    pub(super) fn hex_with(&mut self, bits: u64, prefix: bool) {
        let sharp = std::mem::replace(&mut self.flags.sharp, prefix);
        self.digits(bits, 16, false, 'v', false);
        self.flags.sharp = sharp;
    }

    /// The digits in `base`, with sign, prefix, precision and padding.
    pub(super) fn digits(&mut self, bits: u64, base: u64, signed: bool, verb: char, upper: bool) {
        let flags = self.flags;
        let negative = signed && (bits as i64) < 0;
        let magnitude = if negative { bits.wrapping_neg() } else { bits };
        let mut least = 0;
        if let Some(precision) = flags.precision {
            least = precision;
            // No digits for a zero of which none are wanted: only the padding is left.
            if precision == 0 && magnitude == 0 {
                self.flags.zero = false;
                self.padding(flags.width.unwrap_or(0));
                self.flags.zero = flags.zero;
                return;
            }
        } else if let Some(width) = flags.width.filter(|_| flags.zero && !flags.minus) {
            let sign = usize::from(negative || flags.plus || flags.space);
            least = width.saturating_sub(sign);
        }
        let start = self.out.len();
        if negative {
            self.out.push(b'-');
        } else if flags.plus {
            self.out.push(b'+');
        } else if flags.space {
            self.out.push(b' ');
        }
        let mut room = [0; 64];
        let digits = in_base(magnitude, base, upper, &mut room);
        let zeros = least.saturating_sub(digits.len());
        if verb == 'O' {
            self.out.extend_from_slice(b"0o");
        }
        if flags.sharp {
            match base {
                2 => self.out.extend_from_slice(b"0b"),
                8 if zeros == 0 && digits[0] != b'0' => self.out.push(b'0'),
                16 => self.out.extend_from_slice(if upper { b"0X" } else { b"0x" }),
                _ => {}
            }
        }
        self.out.resize(self.out.len() + zeros, b'0');
        self.out.extend_from_slice(digits);
        self.pad_spaces_since(start);
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
        let start = self.out.len();
        self.out.push(b'+');
        strconv::append_float(self.out, float, form, precision);
        // Its own sign replaces the one before it.
        if matches!(self.out[start + 1], b'-' | b'+') {
            self.out.remove(start);
        }
        let positive = self.out[start] == b'+';
        if !float.is_finite() {
            // Infinities and NaN are not padded with zeros, and NaN has no sign unless asked for.
            if positive && flags.space && !flags.plus {
                self.out[start] = b' ';
            } else if float.is_nan() && !flags.plus {
                self.out.remove(start);
            }
            self.pad_spaces_since(start);
            return;
        }
        if flags.sharp && form != b'b' {
            keep_point(self.out, start, form, precision);
        }
        if positive && !flags.plus {
            if flags.space {
                self.out[start] = b' ';
            } else {
                self.out.remove(start);
                self.pad_since(start);
                return;
            }
        }
        // Zeros stand between the sign and the digits.
        let missing = flags.width.unwrap_or(0).saturating_sub(self.out.len() - start);
        if flags.zero && !flags.minus && missing > 0 {
            self.padding(missing);
            let from = start + 1;
            self.out[from..].rotate_right(missing);
        } else {
            self.pad_since(start);
        }
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

/// The flag `#` on floats: always a decimal point, and the zeros that `g` would drop. The number, with its
/// sign, is what stands in `out` from `start` on.
fn keep_point(out: &mut Vec<u8>, start: usize, form: u8, precision: Option<usize>) {
    let mut digits: isize = match form {
        b'g' | b'G' | b'x' => precision.map_or(6, |precision| precision as isize),
        _ => 0,
    };
    let hex = matches!(form, b'x' | b'X');
    let mut has_point = false;
    let mut significant = false;
    let mut end = out.len();
    for (index, &byte) in out.iter().enumerate().skip(start + 1) {
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
    let tail = out.split_off(end);
    if !has_point {
        if out.len() == start + 2 && out[start + 1] == b'0' {
            digits -= 1;
        }
        out.push(b'.');
    }
    let missing = usize::try_from(digits).unwrap_or(0);
    out.resize(out.len() + missing, b'0');
    out.extend_from_slice(&tail);
}

/// The digits of a number, at the end of `room`.
fn in_base(mut number: u64, base: u64, upper: bool, room: &mut [u8; 64]) -> &[u8] {
    let table: &[u8; 16] = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    let mut at = room.len();
    if base == 10 {
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(number).as_bytes();
        at -= digits.len();
        room[at..].copy_from_slice(digits);
        return &room[at..];
    }
    // The other bases are powers of two.
    let bits = base.trailing_zeros();
    loop {
        at -= 1;
        room[at] = table[(number & (base - 1)) as usize];
        number >>= bits;
        if number == 0 {
            return &room[at..];
        }
    }
}

/// The character with that number, U+FFFD if there is none.
fn character(bits: u64) -> char {
    u32::try_from(bits).ok().and_then(char::from_u32).unwrap_or(rune::ERROR)
}
