//! Where output comes from: a hook that is told of every piece that an execution writes.
//!
//! The machine is compiled for each tracer by itself. For `()`, with which [`crate::Set::execute`] runs, nothing of it
//! is left.

use std::ops::Range;

use longshore_go::Str;

mod collect;

pub use collect::{Capture, Piece, Trace};

/// A place in the source of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The name of the source, as it was parsed: the file.
    pub source: Str,
    /// The template that was executing, which may be one that the source defines.
    pub template: Str,
    /// Bytes before it in the source.
    pub offset: usize,
    /// Line, from 1.
    pub line: u32,
    /// Column in bytes, from 0, as Go's errors count it.
    pub column: u32,
}

/// A piece of output: one text, or what one action printed. Never empty.
#[derive(Debug)]
pub struct Written<'t> {
    /// Where it is in the output, in bytes.
    ///
    /// While a function captures what a template prints ([`Tracer::capturing`]) this is where it is for now.
    pub range: Range<usize>,
    /// Its bytes.
    pub bytes: &'t [u8],
    /// The text or the action.
    pub position: Position,
    /// The calls that are open, the outermost first: `template` actions, and functions that execute templates.
    pub calls: Vec<Position>,
}

/// Is told what an execution writes, in order.
///
/// A function such as Helm's `include` or `tpl` gets the text that a template prints as a string. Its pieces are told
/// as they are written; then [`Tracer::captured`] tells that they have become the result of a call. What the caller
/// makes of that string is its own: it is told as one piece at the action that prints it. [`Trace`] puts the two
/// together where the string was printed as it is.
pub trait Tracer {
    /// Whether there is anything to tell. Without it the machine does not even ask.
    const ON: bool;

    /// A piece was appended to the output.
    fn wrote(&mut self, piece: &Written<'_>);

    /// What is written from here on is for a function.
    fn capturing(&mut self);

    /// It is complete: `text`, the output from `start` on, is taken out of it and given to the function called at
    /// `call`.
    fn captured(&mut self, start: usize, text: &[u8], call: &Position);

    /// It failed: the output from `start` on is gone.
    fn dropped(&mut self, start: usize);
}

/// Nobody listens.
impl Tracer for () {
    const ON: bool = false;

    fn wrote(&mut self, _: &Written<'_>) {}

    fn capturing(&mut self) {}

    fn captured(&mut self, _: usize, _: &[u8], _: &Position) {}

    fn dropped(&mut self, _: usize) {}
}

impl<T: Tracer> Tracer for &mut T {
    const ON: bool = T::ON;

    fn wrote(&mut self, piece: &Written<'_>) {
        (**self).wrote(piece);
    }

    fn capturing(&mut self) {
        (**self).capturing();
    }

    fn captured(&mut self, start: usize, text: &[u8], call: &Position) {
        (**self).captured(start, text, call);
    }

    fn dropped(&mut self, start: usize) {
        (**self).dropped(start);
    }
}
