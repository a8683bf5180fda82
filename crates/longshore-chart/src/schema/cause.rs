//! Why something does not meet a schema: a tree of causes, and how Helm's schema library shows it.

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::rc::Rc;

use super::address::escape;
use super::words::quote;

/// One cause, and its own causes.
#[derive(Debug)]
pub(super) struct Cause<'v> {
    pub(super) place: Place<'v>,
    pub(super) kind: Kind,
    pub(super) causes: Vec<Self>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Several causes at one place.
    Group,
    /// A `$ref`; not shown if it has one cause.
    Reference,
    Text(String),
}

/// Where in what is checked.
#[derive(Debug)]
pub(super) enum Place<'v> {
    /// A pointer.
    Told(String),
    /// Told only when it is shown: by then the library has put other steps there.
    Shared(Steps<'v>),
}

/// A step to a place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'v> {
    Key(&'v str),
    Index(usize),
}

/// The way to a place, as a Go slice: what is appended to the same way shares its memory, and whoever appends last is
/// seen by all. The library keeps such a slice in the causes of `propertyNames`, so that this decides what they show:
/// of lists, the last index. Of keys, which come in random order there, we show the one that is meant.
#[derive(Debug, Clone)]
pub(super) struct Steps<'v> {
    memory: Rc<Memory<'v>>,
    length: usize,
    capacity: usize,
}

#[derive(Debug, Default)]
struct Memory<'v> {
    steps: RefCell<Vec<Step<'v>>>,
    /// Whether a cause will show what is here then.
    kept: Cell<bool>,
}

impl<'v> Steps<'v> {
    pub(super) fn new() -> Self {
        Self { memory: Rc::default(), length: 0, capacity: 8 }
    }

    pub(super) fn append(&self, step: Step<'v>) -> Self {
        let length = self.length + 1;
        let mut steps = self.memory.steps.borrow_mut();
        let is_full = length > self.capacity;
        let keeps_key = self.memory.kept.get()
            && matches!((steps.get(self.length), step), (Some(Step::Key(_)), Step::Key(_)));
        if is_full || keeps_key {
            let mut own = steps[..self.length].to_vec();
            own.push(step);
            let memory = Rc::new(Memory { steps: RefCell::new(own), kept: Cell::new(false) });
            return Self { memory, length, capacity: self.capacity * if is_full { 2 } else { 1 } };
        }
        match steps.get_mut(self.length) {
            Some(there) => *there = step,
            None => steps.push(step),
        }
        Self { memory: Rc::clone(&self.memory), length, capacity: self.capacity }
    }

    /// For a cause that shows it at the end.
    pub(super) fn keep(&self) -> Self {
        self.memory.kept.set(true);
        self.clone()
    }

    pub(super) fn pointer(&self) -> String {
        let mut out = String::new();
        for step in &self.memory.steps.borrow()[..self.length] {
            let _ = match step {
                Step::Key(key) => write!(out, "/{}", escape(key)),
                Step::Index(index) => write!(out, "/{index}"),
            };
        }
        out
    }
}

impl Cause<'_> {
    /// The causes, if this is nothing but several.
    pub(super) fn ungrouped(self) -> Vec<Self> {
        if self.kind == Kind::Group { self.causes } else { vec![self] }
    }

    fn show(&self, indent: usize, out: &mut String) {
        let hidden = self.kind == Kind::Reference && self.causes.len() == 1;
        if !hidden {
            out.push('\n');
            out.push_str(&"  ".repeat(indent));
            let text = match &self.kind {
                Kind::Group | Kind::Reference => "validation failed",
                Kind::Text(text) => text,
            };
            let pointer = match &self.place {
                Place::Told(pointer) => pointer.clone(),
                Place::Shared(steps) => steps.pointer(),
            };
            let _ = write!(out, "- at {}: {text}", quote(&pointer));
        }
        for cause in &self.causes {
            cause.show(if hidden { indent } else { indent + 1 }, out);
        }
    }
}

/// The list of causes, each on lines of its own.
pub(super) fn list(causes: &[Cause<'_>]) -> String {
    let mut out = String::new();
    for cause in causes {
        cause.show(0, &mut out);
    }
    out
}
