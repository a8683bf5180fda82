//! `Sprintf`: reading the format.

use super::printer::{Flags, MAX_OUTPUT, Printer, print_plain};
use crate::{Value, rune};

/// Beyond this a width or precision counts as not given, as in Go.
const TOO_LARGE: i64 = 1_000_000;

/// `fmt.Sprintf`.
///
/// Never fails: what does not fit is said in the output, in Go's words (`%!d(string=x)`,
/// `%!(EXTRA int=1)`, `%!v(MISSING)`, `%!(BADINDEX)`, …).
/// Source: <https://pkg.go.dev/fmt>.
///
/// ```
/// use longshore_go::{Value, fmt};
/// assert_eq!(fmt::sprintf(b"%-4s|%03d", &["a".into(), Value::int(7)]), b"a   |007");
/// assert_eq!(fmt::sprintf(b"%d", &[1e6.into()]), b"%!d(float64=1e+06)");
/// ```
pub fn sprintf(format: &[u8], args: &[Value]) -> Vec<u8> {
    let mut out = Vec::with_capacity(format.len() + 16 * args.len());
    let mut reader =
        Reader { format, at: 0, args, next: 0, reordered: false, good_index: true, after_index: false };
    reader.run(&mut out);
    out
}

struct Reader<'a> {
    format: &'a [u8],
    at: usize,
    args: &'a [Value],
    /// The argument that the next verb takes.
    next: usize,
    /// Some verb named its argument by `[n]`.
    reordered: bool,
    /// The index of the present verb exists and stands where it may.
    good_index: bool,
    /// The last thing read was an index.
    after_index: bool,
}

impl Reader<'_> {
    fn run(&mut self, out: &mut Vec<u8>) {
        while self.at < self.format.len() {
            self.good_index = true;
            let rest = &self.format[self.at..];
            let plain = rest.iter().position(|&byte| byte == b'%');
            let plain = plain.unwrap_or(rest.len());
            out.extend_from_slice(&rest[..plain]);
            self.at += plain;
            if self.at >= self.format.len() {
                break;
            }
            self.at += 1;
            if !self.verb(out) || out.len() > MAX_OUTPUT {
                break;
            }
        }
        if !self.reordered && self.next < self.args.len() {
            self.extra(out);
        }
    }

    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    /// One verb with its flags; false if the format ends within it.
    fn verb(&mut self, out: &mut Vec<u8>) -> bool {
        if let (Some(verb), Some(arg)) = (self.peek(), self.args.get(self.next))
            && print_plain(out, arg, verb)
        {
            self.at += 1;
            self.next += 1;
            return true;
        }
        let mut flags = Flags::default();
        while let Some(byte) = self.peek() {
            match byte {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                _ => break,
            }
            self.at += 1;
        }
        // A plain lower-case verb ends the matter; `after_index` is left alone, as Go leaves it.
        if let Some(verb @ b'a'..=b'z') = self.peek()
            && self.next < self.args.len()
        {
            self.at += 1;
            self.print(out, flags, verb as char);
            return true;
        }
        self.index();
        self.width(out, &mut flags);
        self.precision(out, &mut flags);
        if !self.after_index {
            self.index();
        }
        if self.at >= self.format.len() {
            out.extend_from_slice(b"%!(NOVERB)");
            return false;
        }
        let (verb, size) = rune::decode(&self.format[self.at..]);
        self.at += size;
        if verb == '%' {
            out.push(b'%');
        } else if !self.good_index {
            complain(out, verb, b"(BADINDEX)");
        } else if self.next >= self.args.len() {
            complain(out, verb, b"(MISSING)");
        } else {
            self.print(out, flags, verb);
        }
        true
    }

    fn print(&mut self, out: &mut Vec<u8>, mut flags: Flags, verb: char) {
        if matches!(verb, 'v' | 'w') {
            flags.sharp_v = std::mem::take(&mut flags.sharp);
            flags.plus_v = std::mem::take(&mut flags.plus);
        }
        let mut printer = Printer::after(out);
        printer.flags = flags;
        printer.arg(&self.args[self.next], verb);
        self.next += 1;
    }

    fn width(&mut self, out: &mut Vec<u8>, flags: &mut Flags) {
        if self.peek() == Some(b'*') {
            self.at += 1;
            match self.integer_argument() {
                Some(width) => {
                    if width < 0 {
                        flags.minus = true;
                        flags.zero = false;
                    }
                    flags.width = Some(width.unsigned_abs() as usize);
                }
                None => out.extend_from_slice(b"%!(BADWIDTH)"),
            }
            self.after_index = false;
        } else {
            flags.width = self.number(self.format.len());
            if self.after_index && flags.width.is_some() {
                self.good_index = false;
            }
        }
    }

    fn precision(&mut self, out: &mut Vec<u8>, flags: &mut Flags) {
        // A point that ends the format is taken for the verb.
        if self.at + 1 >= self.format.len() || self.peek() != Some(b'.') {
            return;
        }
        self.at += 1;
        if self.after_index {
            self.good_index = false;
        }
        self.index();
        if self.peek() == Some(b'*') {
            self.at += 1;
            flags.precision = self.integer_argument().and_then(|precision| usize::try_from(precision).ok());
            if flags.precision.is_none() {
                out.extend_from_slice(b"%!(BADPREC)");
            }
            self.after_index = false;
        } else {
            flags.precision = Some(self.number(self.format.len()).unwrap_or(0));
        }
    }

    /// `[n]`, which names the next argument.
    fn index(&mut self) {
        self.after_index = false;
        if self.peek() != Some(b'[') {
            return;
        }
        self.reordered = true;
        let rest = &self.format[self.at..];
        let close = rest.iter().position(|&byte| byte == b']');
        let Some(close) = close.filter(|_| rest.len() >= 3) else {
            self.good_index = false;
            self.at += 1;
            return;
        };
        let (start, end) = (self.at, self.at + close);
        self.at = start + 1;
        let number = self.number(end).filter(|_| self.at == end);
        self.at = end + 1;
        match number {
            Some(number) if (1..=self.args.len()).contains(&number) => {
                self.next = number - 1;
                self.after_index = true;
            }
            other => {
                self.good_index = false;
                self.after_index = other.is_some();
            }
        }
    }

    /// Decimal digits before `end`; too large a number swallows everything up to there.
    fn number(&mut self, end: usize) -> Option<usize> {
        let mut number: Option<usize> = None;
        while self.at < end
            && let Some(digit @ b'0'..=b'9') = self.peek()
        {
            let so_far = number.unwrap_or(0);
            if so_far > TOO_LARGE as usize {
                self.at = end;
                return None;
            }
            number = Some(so_far * 10 + usize::from(digit - b'0'));
            self.at += 1;
        }
        number
    }

    /// The next argument as a width or precision, taken whether it is a number or not.
    fn integer_argument(&mut self) -> Option<i64> {
        let arg = self.args.get(self.next)?;
        self.next += 1;
        let number = match arg {
            Value::Int(int) => int.value,
            Value::Duration(duration) => duration.0,
            Value::Uint(uint) => i64::try_from(uint.value).ok()?,
            Value::Object(object) => object.to_int()?,
            _ => return None,
        };
        (-TOO_LARGE..=TOO_LARGE).contains(&number).then_some(number)
    }

    fn extra(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"%!(EXTRA ");
        for (index, arg) in self.args[self.next..].iter().enumerate() {
            if index > 0 {
                out.extend_from_slice(b", ");
            }
            if arg.is_nil() {
                out.extend_from_slice(b"<nil>");
            } else {
                out.extend_from_slice(arg.type_info().name.as_bytes());
                out.push(b'=');
                super::append_value(out, arg);
            }
        }
        out.push(b')');
    }
}

fn complain(out: &mut Vec<u8>, verb: char, what: &[u8]) {
    out.extend_from_slice(b"%!");
    rune::push(out, verb);
    out.extend_from_slice(what);
}
