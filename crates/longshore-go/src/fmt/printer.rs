//! The printer: flags, padding, and the walk over a value.

use crate::types::{self, Kind};
use crate::{MethodError, Object, TypeInfo, Value, rune, strconv};

/// Nesting at which printing stops. Go's own stack overflows on a map that holds itself; this prints
/// nothing below that depth instead.
const MAX_DEPTH: usize = 500;

/// Bytes beyond which verbs and values inside others are no longer printed: a few bytes of format ask for a megabyte of
/// padding, and a value that shares its parts can be far larger as text than in memory.
///
/// What is longer than this may have been cut; whoever executes templates refuses it.
pub const MAX_OUTPUT: usize = 16 << 20;

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
    /// Where its output begins.
    start: usize,
    /// Inside `%!verb(…)`, where methods are not called.
    erroring: bool,
}

impl<'a> Printer<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>) -> Self {
        let start = out.len();
        Self { out, flags: Flags::default(), start, erroring: false }
    }

    /// One whose output is a part of what is there already.
    pub(super) fn after(out: &'a mut Vec<u8>) -> Self {
        Self { start: 0, ..Self::new(out) }
    }

    pub(super) fn write(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Writes `count` padding bytes; zeros only to the left. Beyond [`MAX_OUTPUT`] none.
    pub(super) fn padding(&mut self, count: usize) {
        if self.out.len() - self.start > MAX_OUTPUT {
            return;
        }
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

    /// Pads what was written since `start`, which is ASCII, to the width.
    pub(super) fn pad_since(&mut self, start: usize) {
        let Some(width) = self.flags.width else { return };
        let missing = width.saturating_sub(self.out.len() - start);
        if missing > 0 {
            self.padding(missing);
            if !self.flags.minus {
                self.out[start..].rotate_right(missing);
            }
        }
    }

    /// As [`Printer::pad_since`], with spaces even under the flag `0`.
    pub(super) fn pad_spaces_since(&mut self, start: usize) {
        let zero = std::mem::replace(&mut self.flags.zero, false);
        self.pad_since(start);
        self.flags.zero = zero;
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
        if depth > MAX_DEPTH
            || self.out.len() - self.start > MAX_OUTPUT
            || (depth > 0 && self.methods(value, verb))
        {
            return;
        }
        match value {
            Value::Nil | Value::Missing => {
                if self.flags.sharp_v {
                    self.nil_of(&types::ANY);
                } else {
                    self.write("<nil>");
                }
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
            Value::Func(_) => self.pointer(value, verb),
            Value::Str(text) => self.text(value, text, verb),
            Value::Bytes(bytes) => match verb {
                's' | 'q' | 'x' | 'X' => self.bytes(value, bytes, verb, "[]uint8", depth),
                _ => self.byte_list(bytes, verb, depth),
            },
            Value::List(list) if list.is_nil() && self.flags.sharp_v => self.nil_of(list.type_info()),
            Value::List(list) => {
                self.open(value, "[");
                for (index, item) in list.iter().enumerate() {
                    self.separator(index);
                    self.item(list.type_info(), item, verb, depth + 1);
                }
                self.close();
            }
            Value::Map(map) if map.is_nil() && self.flags.sharp_v => self.nil_of(map.type_info()),
            Value::Map(map) => {
                self.open(value, "map[");
                for (index, (key, item)) in map.snapshot().iter().enumerate() {
                    self.separator(index);
                    self.text(&Value::Str(key.clone()), key, verb);
                    self.out.push(b':');
                    self.item(map.type_info(), item, verb, depth + 1);
                }
                self.close();
            }
            Value::Object(object) if object.is_nil() => self.pointer(value, verb),
            Value::Object(object) => match object.to_int() {
                Some(number) => self.integer(value, number as u64, true, verb),
                None => self.object(value, object.as_ref(), verb, depth),
            },
        }
    }

    /// An element of a slice or map of type `ty`, which says what kind of nil a nil is.
    fn item(&mut self, ty: &TypeInfo, item: &Value, verb: char, depth: usize) {
        match ty.elem {
            Some(elem) if item.is_nil() && self.flags.sharp_v => self.nil_of(elem),
            _ => self.value(item, verb, depth),
        }
    }

    /// `[]string(nil)`
    fn nil_of(&mut self, ty: &TypeInfo) {
        self.write(ty.name);
        self.write("(nil)");
    }

    /// `String` and `Error` methods, for the verbs that take a string, and `GoString` for Go syntax (`%#v`).
    fn methods(&mut self, value: &Value, verb: char) -> bool {
        if self.erroring {
            return false;
        }
        if verb == 'w' && !has_simple_type(value) {
            self.bad_verb(Some(value), verb);
            return true;
        }
        if self.flags.sharp_v {
            let Value::Object(object) = value else { return false };
            let Some(text) = object.go_syntax() else { return false };
            self.string(text.as_bytes());
            return true;
        }
        if !matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') {
            return false;
        }
        let text = match value {
            Value::Duration(duration) => duration.to_string(),
            Value::Object(object) => match object.try_go_string() {
                None => return false,
                // The method panicked, as methods do on a nil pointer.
                Some(_) if object.is_nil() => {
                    self.write("<nil>");
                    return true;
                }
                Some(Err(panic)) => {
                    self.panicked(object.type_info(), &panic, verb);
                    return true;
                }
                Some(Ok(text)) => text,
            },
            _ => return false,
        };
        self.text(value, text.as_bytes(), verb);
        true
    }

    /// `%!v(PANIC=String method: …)`
    fn panicked(&mut self, ty: &TypeInfo, panic: &MethodError, verb: char) {
        let method = if ty.method("Error").is_some() { "Error" } else { "String" };
        self.write("%!");
        rune::push(self.out, verb);
        self.write(&format!("(PANIC={method} method: {panic})"));
        // Go's printer takes its flags back, but not their numbers.
        self.flags.width = self.flags.width.map(|_| 0);
        self.flags.precision = self.flags.precision.map(|_| 0);
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
}

/// Prints a value without any flags if it is one of the most common kinds under one of its own verbs.
pub(super) fn print_plain(out: &mut Vec<u8>, value: &Value, verb: u8) -> bool {
    match (value, verb) {
        (Value::Str(text), b'v' | b's') => out.extend_from_slice(text),
        (Value::Int(int), b'v' | b'd') => {
            out.extend_from_slice(itoa::Buffer::new().format(int.value).as_bytes());
        }
        (Value::Float(float), b'v' | b'g') => strconv::append_float(out, *float, b'g', None),
        (Value::Bool(value), b'v' | b't') => {
            out.extend_from_slice(if *value { b"true" } else { b"false" });
        }
        _ => return false,
    }
    true
}

/// Types that `fmt` prints without looking for methods.
fn has_simple_type(value: &Value) -> bool {
    !matches!(value, Value::List(_) | Value::Map(_) | Value::Duration(_) | Value::Object(_) | Value::Func(_))
}
