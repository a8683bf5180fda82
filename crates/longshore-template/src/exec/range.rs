//! Loops.

use std::iter::Peekable;
use std::rc::Rc;

use longshore_go::{Bytes, Duration, Int, List, Object, Str, TypeInfo, Uint, UintKind, Value, fmt, rune};

use super::{Failure, Var, Vm};
use crate::builtin::followed;
use crate::code::{Code, Target};
use crate::trace::Tracer;

/// A loop under way.
pub(super) struct Loop {
    items: Items,
    /// The loop's `RangeSite`.
    site: u32,
    /// What to cut back to before each round.
    vars: usize,
    dots: usize,
}

/// What is left to loop over.
enum Items {
    List {
        list: List,
        next: usize,
    },
    Bytes {
        bytes: Bytes,
        next: usize,
    },
    /// Entries as they were when the loop began, in order of their keys.
    Map {
        entries: std::vec::IntoIter<(Str, Value)>,
        elem: Option<&'static TypeInfo>,
    },
    Int {
        next: Int,
        end: i64,
    },
    Duration {
        next: i64,
        end: i64,
    },
    Uint {
        next: Uint,
        end: u64,
    },
    /// Values of a named integer type.
    Named {
        object: Rc<dyn Object>,
        next: i64,
        end: i64,
    },
    Func {
        items: Peekable<Box<dyn Iterator<Item = (Value, Value)>>>,
        elem: Option<&'static TypeInfo>,
        /// Whether the first of two values is what a loop with one variable is about.
        first: bool,
    },
}

impl<T: Tracer> Vm<'_, T> {
    /// Starts a loop over the value on top; `false` if there is nothing to loop over.
    pub(super) fn range(&mut self, code: &Code, index: u32) -> Result<bool, Failure> {
        let value = self.pop();
        let site = &code.ranges[index as usize];
        let integer = match &value {
            Value::Int(_) | Value::Uint(_) | Value::Duration(_) => true,
            Value::Object(object) => object.to_int().is_some(),
            _ => false,
        };
        if integer && (site.index.is_some()) {
            let shown = show(&value);
            let message = format!("can't use {shown} to iterate over more than one variable");
            return Err(self.refuse(code, site.at, message));
        }
        let items = match value {
            Value::Missing | Value::Nil => return Ok(false),
            Value::List(list) if list.is_empty() => return Ok(false),
            Value::List(list) => Items::List { list, next: 0 },
            Value::Bytes(bytes) if bytes.is_empty() => return Ok(false),
            Value::Bytes(bytes) => Items::Bytes { bytes, next: 0 },
            Value::Map(map) if map.is_empty() => return Ok(false),
            Value::Map(map) => Items::Map { elem: map.type_info().elem, entries: map.snapshot().into_iter() },
            Value::Int(int) if int.value <= 0 => return Ok(false),
            Value::Int(int) => Items::Int { next: Int { value: 0, ..int }, end: int.value },
            Value::Duration(duration) if duration.0 <= 0 => return Ok(false),
            Value::Duration(duration) => Items::Duration { next: 0, end: duration.0 },
            Value::Uint(uint) if uint.value == 0 => return Ok(false),
            Value::Uint(uint) => Items::Uint { next: Uint { value: 0, ..uint }, end: uint.value },
            Value::Object(object) if integer => match object.to_int() {
                Some(end @ 1..) => Items::Named { object, next: 0, end },
                _ => return Ok(false),
            },
            other => match sequence(&other, site.index.is_some()) {
                Ok(Some(items)) => items,
                Ok(None) => return Ok(false),
                Err(message) => return Err(self.refuse(code, site.at, message)),
            },
        };
        self.dots.push(Var::plain(Value::Missing));
        self.loops.push(Loop { items, site: index, vars: self.vars.len(), dots: self.dots.len() });
        Ok(true)
    }

    /// Sets dot and the variables for the next round; ends the loop if there is none.
    pub(super) fn next_round(&mut self, code: &Code) -> bool {
        let Some(inner) = self.loops.last_mut() else {
            return false;
        };
        self.vars.truncate(inner.vars);
        self.dots.truncate(inner.dots);
        let site = code.ranges[inner.site as usize];
        let mut index = Value::Missing;
        let more = match self.dots.last_mut() {
            Some(dot) => inner.items.next(dot, site.index.is_some().then_some(&mut index)),
            None => false,
        };
        if !more {
            self.end_loop();
            return false;
        }
        if let Some(target) = site.index {
            self.set(code, target, Var::plain(index));
        }
        if let Some(target) = site.element {
            self.set(code, target, self.dot().clone());
        }
        true
    }

    /// Ends the innermost loop: dot is what it was before.
    pub(super) fn end_loop(&mut self) {
        if let Some(inner) = self.loops.pop() {
            self.vars.truncate(inner.vars);
            self.dots.truncate(inner.dots);
        }
        self.dots.pop();
    }

    fn set(&mut self, code: &Code, target: Target, var: Var) {
        let slot = match target {
            Target::Slot(slot) => Some(slot),
            Target::OneOf(list) => self.candidate(code, list),
        };
        if let Some(slot) = slot {
            self.set_var(slot, var);
        }
    }
}

impl Items {
    /// Makes the next element dot, and its index or key `index` if that is wanted (numbers have none); `false` if there
    /// is no further one. Written in place, since a loop does this and little else.
    fn next(&mut self, dot: &mut Var, index: Option<&mut Value>) -> bool {
        match self {
            Self::List { list, next } => {
                let Some(item) = list.get(*next) else { return false };
                match item {
                    // On its own, because the clone of any value writes it in pieces that are slow to read again.
                    Value::Float(float) => dot.value = Value::Float(*float),
                    other => dot.value = other.clone(),
                }
                dot.state = Var::state_of(list.type_info().elem);
                if let Some(index) = index {
                    *index = Value::int(*next as i64);
                }
                *next += 1;
            }
            Self::Bytes { bytes, next } => {
                let Some(&byte) = bytes.get(*next) else { return false };
                *dot = Var::plain(Value::Uint(Uint { kind: UintKind::Uint8, value: u64::from(byte) }));
                if let Some(index) = index {
                    *index = Value::int(*next as i64);
                }
                *next += 1;
            }
            Self::Map { entries, elem } => {
                let Some((key, value)) = entries.next() else { return false };
                dot.value = value;
                dot.state = Var::state_of(*elem);
                if let Some(index) = index {
                    *index = Value::Str(key);
                }
            }
            Self::Int { next, end } => {
                if next.value >= *end {
                    return false;
                }
                *dot = Var::plain(Value::Int(*next));
                next.value += 1;
            }
            Self::Duration { next, end } => {
                if *next >= *end {
                    return false;
                }
                *dot = Var::plain(Value::Duration(Duration(*next)));
                *next += 1;
            }
            Self::Named { object, next, end } => {
                let element = (*next < *end).then(|| object.of_int(*next)).flatten();
                let Some(element) = element else { return false };
                *dot = Var::plain(element);
                *next += 1;
            }
            Self::Func { items, elem, first } => {
                let Some((key, element)) = items.next() else { return false };
                if *first {
                    *dot = Var::plain(key);
                } else {
                    *dot = Var::element(element, *elem);
                    if let Some(index) = index {
                        *index = key;
                    }
                }
            }
            Self::Uint { next, end } => {
                if next.value >= *end {
                    return false;
                }
                *dot = Var::plain(Value::Uint(*next));
                next.value += 1;
            }
        }
        true
    }
}

/// A function that yields what to loop over; `None` if that is nothing.
fn sequence(value: &Value, two: bool) -> Result<Option<Items>, String> {
    if let Value::Func(func) = value
        && let Some(items) = func.items()
    {
        if two && !func.yields_pairs() {
            let shown = show(value);
            return Err(format!("can't use {shown} iterate over more than one variable"));
        }
        let first = func.yields_pairs() && !two;
        let mut items = items.peekable();
        let some = items.peek().is_some();
        return Ok(some.then(|| Items::Func { items, elem: func.type_info().elem, first }));
    }
    Err(format!("range can't iterate over {}", show(&followed(value.clone()))))
}

fn show(value: &Value) -> String {
    let mut out = Vec::new();
    fmt::append_value(&mut out, value);
    rune::to_text(&out)
}
