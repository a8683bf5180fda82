//! A plain engine: ready at once, and for patterns that the fast ones refuse.
//!
//! It walks all alternatives at once, character by character (Pike's algorithm): time grows with the
//! pattern's size times the text's, memory with the pattern alone.

mod compile;
mod first;
mod run;

use std::sync::Arc;

use super::class::Range;
use super::node::{Look, Node};
use first::First;

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Program {
    steps: Vec<Instruction>,
    /// The sets that instructions name by index.
    sets: Vec<Arc<[Range]>>,
    /// What a match may begin with, if each takes a character.
    first: Option<First>,
}

/// What to do at a place of the text; most then go on with the next one.
#[derive(Debug, Clone, Copy)]
enum Instruction {
    /// Take this character.
    Char(u32),
    /// Take one of a set.
    Set(u32),
    /// Take any.
    Any,
    /// Take any but a newline.
    NotNewline,
    /// Never matches.
    Fail,
    /// Go on only where this holds.
    Look(Look),
    /// Remember the place.
    Save(u32),
    /// Try the first, then the second.
    Split(u32, u32),
    /// Go on there.
    Jump(u32),
    /// The whole pattern matches.
    Match,
}

impl Program {
    /// The program, unless it would have more than `limit` instructions.
    pub(super) fn new(node: &Node, limit: usize) -> Option<Self> {
        compile::compile(node, limit)
    }
}
