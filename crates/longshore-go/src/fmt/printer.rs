//! The printer: flags, padding, and the walk over a value.

use crate::types::Kind;
use crate::{Func, Object, Str, Value, rune};

/// Nesting at which printing stops. Go's own stack overflows on a map that holds itself; this prints
/// nothing below that depth instead.
const MAX_DEPTH: usize = 500;

/// Every address that is printed: Go's differ from run to run.
const ADDRESS: u64 = 0xc000_0000_0000;

/// Bytes of output beyond which values inside others are no longer printed: a value that shares its
/// parts can be far larger as text than in memory.
const MAX_OUTPUT: usize = 64 << 20;

/// What stood between `%` and the verb.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%+v`: field names of structs.
    pub(super) plus_v: bool,
    /// `%#v`: Go syntax.
    pub(super) sharp_v: bool,
}

/// Prints values to `out` under the flags of the present verb.
pub(super) struct Printer<'a> {
    pub(super) out: &'a mut Vec<u8>,
    pub(super) flags: Flags,
    /// Inside `%!verb(…)`, where methods are not called.
    erroring: bool,
}

impl<'a> Printer<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out, flags: Flags::default(), erroring: false }
    }

    pub(super) fn write(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Writes `count` padding bytes; zeros only to the left.
    pub(super) fn padding(&mut self, count: usize) {
        let byte = if self.flags.zero && !self.flags.minus { b'0' } else { b' ' };
        self.out.resize(self.out.len() + count, byte);
    }

    /// Writes `text`, padded to the width, which counts runes.
    pub(super) fn pad(&mut self, text: &[u8]) {
        let missing = self.flags.width.map_or(0, |width| width.saturating_sub(rune::count(text)));
        if missing > 0 && !self.flags.minus {
            self.padding(missing);
        }
        self.out.extend_from_slice(text);
        if missing > 0 && self.flags.minus {
            self.padding(missing);
        }
    }

    /// As [`Printer::pad`], with spaces even under the flag `0`.
    pub(super) fn pad_spaces(&mut self, text: &[u8]) {
        let zero = std::mem::replace(&mut self.flags.zero, false);
        self.pad(text);
        self.flags.zero = zero;
    }

    /// One operand of `Sprintf` and its like.
    pub(super) fn arg(&mut self, value: &Value, verb: char) {
        match (value, verb) {
            (Value::Nil | Value::Missing, 'T' | 'v') => self.pad(b"<nil>"),
            (Value::Nil | Value::Missing, _) => self.bad_verb(None, verb),
            (value, 'T') => self.string(value.type_info().name.as_bytes()),
            (value, 'p') => self.pointer(value, verb),
            (Value::Bytes(bytes), verb) => self.bytes(value, bytes, verb, "[]byte", 0),
            (value, verb) => {
                if !self.methods(value, verb) {
                    self.value(value, verb, 0);
                }
            }
        }
    }

    /// A value inside another (`depth` > 0) or on its own.
    pub(super) fn value(&mut self, value: &Value, verb: char, depth: usize) {
        if depth > MAX_DEPTH || self.out.len() > MAX_OUTPUT || (depth > 0 && self.methods(value, verb)) {
            return;
        }
        match value {
            Value::Nil | Value::Missing => {
                self.write(if self.flags.sharp_v { "interface {}(nil)" } else { "<nil>" });
            }
            Value::Bool(b) => match verb {
                't' | 'v' => self.pad(if *b { b"true" } else { b"false" }),
                _ => self.bad_verb(Some(value), verb),
            },
            Value::Int(int) => self.integer(value, int.value as u64, true, verb),
            Value::Uint(uint) => self.integer(value, uint.value, false, verb),
            Value::Duration(duration) => self.integer(value, duration.0 as u64, true, verb),
            Value::Float(float) => self.float(value, *float, verb),
            Value::Complex(complex) => self.complex(value, *complex, verb),
            Value::Func(func) => self.function(value, func, verb),
            Value::Str(text) => self.text(value, text, verb),
            Value::Bytes(bytes) => match verb {
                's' | 'q' | 'x' | 'X' => self.bytes(value, bytes, verb, "[]uint8", depth),
                _ => self.byte_list(bytes, verb, depth),
            },
            Value::List(list) if list.is_nil() && self.flags.sharp_v => {
                self.write(list.type_info().name);
                self.write("(nil)");
            }
            Value::List(list) => {
                self.open(value, "[");
                for (index, item) in list.iter().enumerate() {
                    self.separator(index);
                    self.value(item, verb, depth + 1);
                }
                self.close();
            }
            Value::Map(map) if map.is_nil() && self.flags.sharp_v => {
                self.write(map.type_info().name);
                self.write("(nil)");
            }
            Value::Map(map) => {
                self.open(value, "map[");
                for (index, (key, item)) in map.snapshot().iter().enumerate() {
                    self.separator(index);
                    self.text(&Value::Str(key.clone()), key, verb);
                    self.out.push(b':');
                    self.value(item, verb, depth + 1);
                }
                self.close();
            }
            Value::Object(object) if object.is_nil() => self.nil_pointer(value, verb),
            Value::Object(object) => match object.to_int() {
                Some(number) => self.integer(value, number as u64, true, verb),
                None => self.object(value, object.as_ref(), verb, depth),
            },
        }
    }

    /// `String` methods, for the verbs that take a string. Go syntax (`%#v`) does without.
    fn methods(&mut self, value: &Value, verb: char) -> bool {
        if self.erroring {
            return false;
        }
        if verb == 'w' && !has_simple_type(value) {
            self.bad_verb(Some(value), verb);
            return true;
        }
        if self.flags.sharp_v || !matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') {
            return false;
        }
        let text = match value {
            Value::Duration(duration) => duration.to_string(),
            Value::Object(object) => match object.to_go_string() {
                Some(_) if object.is_nil() => {
                    self.pad(b"<nil>"); // the method panicked on it
                    return true;
                }
                Some(text) => text,
                None => return false,
            },
            _ => return false,
        };
        let text = Str::from(text);
        self.text(&Value::Str(text.clone()), &text, verb);
        true
    }

    fn object(&mut self, value: &Value, object: &dyn Object, verb: char, depth: usize) {
        let ty = object.type_info();
        if ty.kind == Kind::Ptr {
            if depth > 0 {
                self.pointer(value, verb);
                return;
            }
            self.out.push(b'&');
        }
        if self.flags.sharp_v {
            self.write(ty.name.trim_start_matches('*'));
        }
        self.out.push(b'{');
        for (index, (name, field)) in object.printed_fields().iter().enumerate() {
            self.separator(index);
            if self.flags.plus_v || self.flags.sharp_v {
                self.write(name);
                self.out.push(b':');
            }
            self.value(field, verb, depth + 1);
        }
        self.out.push(b'}');
    }

    /// A function is its address; a nil one has none.
    fn function(&mut self, value: &Value, func: &Func, verb: char) {
        if verb == 'v' && (func.is_nil() || self.flags.sharp_v) {
            let name = func.type_info().name;
            match (self.flags.sharp_v, func.is_nil()) {
                (false, _) => self.pad(b"<nil>"),
                (true, true) => self.write(&format!("({name})(nil)")),
                (true, false) => {
                    self.write(&format!("({name})("));
                    self.digits(ADDRESS, 16, false, 'v', false);
                    self.out.push(b')');
                }
            }
            return;
        }
        self.pointer(value, verb);
    }

    fn nil_pointer(&mut self, value: &Value, verb: char) {
        match verb {
            'v' if self.flags.sharp_v => self.write(&format!("({})(nil)", value.type_info().name)),
            'v' => self.pad(b"<nil>"),
            'b' | 'o' | 'd' | 'x' | 'X' => self.integer(value, 0, false, verb),
            _ => self.bad_verb(Some(value), verb),
        }
    }

    fn open(&mut self, value: &Value, plain: &str) {
        if self.flags.sharp_v {
            self.write(value.type_info().name);
            self.out.push(b'{');
        } else {
            self.write(plain);
        }
    }

    fn close(&mut self) {
        self.out.push(if self.flags.sharp_v { b'}' } else { b']' });
    }

    pub(super) fn separator(&mut self, index: usize) {
        if index > 0 {
            self.write(if self.flags.sharp_v { ", " } else { " " });
        }
    }

    /// `%!verb(type=value)`
    pub(super) fn bad_verb(&mut self, value: Option<&Value>, verb: char) {
        let outer = std::mem::replace(&mut self.erroring, true);
        self.write("%!");
        rune::push(self.out, verb);
        self.out.push(b'(');
        match value {
            None => self.write("<nil>"),
            Some(value) => {
                self.write(value.type_info().name);
                self.out.push(b'=');
                self.value(value, 'v', 0);
            }
        }
        self.out.push(b')');
        self.erroring = outer;
    }

    /// An address. Go's differ from run to run; this prints one that is always the same.
    fn pointer(&mut self, value: &Value, verb: char) {
        let has_address = matches!(value.kind(), Kind::Map | Kind::Slice | Kind::Ptr | Kind::Func);
        match verb {
            'p' | 'v' if has_address => {
                let sharp = self.flags.sharp;
                self.flags.sharp = !sharp;
                self.digits(ADDRESS, 16, false, 'v', false);
                self.flags.sharp = sharp;
            }
            'b' | 'o' | 'd' | 'x' | 'X' if has_address => {
                self.integer(value, ADDRESS, false, verb);
            }
            _ => self.bad_verb(Some(value), verb),
        }
    }
}

/// Types that `fmt` prints without looking for methods.
fn has_simple_type(value: &Value) -> bool {
    !matches!(value, Value::List(_) | Value::Map(_) | Value::Duration(_) | Value::Object(_) | Value::Func(_))
}
