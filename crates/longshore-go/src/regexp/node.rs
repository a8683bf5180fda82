//! A pattern taken apart, as Go's parser shapes it: its limits count these pieces.

use std::sync::Arc;

use super::class::{Range, Ranges};

/// How deep a pattern may nest.
pub(super) const MAX_HEIGHT: u32 = 1000;

/// The most repetitions, nested ones multiplied.
const MAX_REPEAT: u32 = 1000;

/// A piece of a pattern, with what Go's limits ask of it.
#[derive(Debug, PartialEq)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Levels of pieces within pieces.
    pub(super) height: u32,
    /// Instructions that Go compiles it to, at most.
    pub(super) size: u64,
}

/// What a piece is.
#[derive(Debug, PartialEq)]
pub(super) enum Kind {
    /// Matches nothing at no cost.
    Empty,
    /// Characters by number. A surrogate matches nothing.
    Literal { text: Vec<u32>, fold: bool },
    /// One of a set.
    Class(Arc<[Range]>),
    /// A class that may still grow, while alternatives are read.
    Draft(Ranges),
    /// `.` with the flag `s`.
    AnyChar,
    /// `.`
    AnyCharNotNewline,
    /// A place between characters.
    Look(Look),
    /// A group that is remembered, by its number.
    Capture(u32, Box<Node>),
    /// A piece repeated.
    Repeat(Repeat),
    /// Pieces one after another.
    Concat(Vec<Node>),
    /// One of several.
    Alternate(Vec<Node>),
}

/// A condition on the place between two characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// `^` with the flag `m`.
    BeginLine,
    /// `$` with the flag `m`.
    EndLine,
    /// `^` or `\A`.
    BeginText,
    /// `$` or `\z`.
    EndText,
    /// `\b`
    WordBoundary,
    /// `\B`
    NoWordBoundary,
}

/// A piece, how often, and whether rather more or rather less often.
#[derive(Debug, PartialEq)]
pub(super) struct Repeat {
    pub(super) node: Box<Node>,
    pub(super) min: u32,
    pub(super) max: Option<u32>,
    pub(super) greedy: bool,
    /// Written `{n}` and not as `*`, `+` or `?`: counted towards the limit.
    pub(super) counted: bool,
}

impl From<Kind> for Node {
    fn from(kind: Kind) -> Self {
        let height = 1 + kind.parts().iter().map(|node| node.height).max().unwrap_or(0);
        let size = kind.size().max(1);
        Self { kind, height, size }
    }
}

impl Kind {
    /// The pieces within.
    fn parts(&self) -> &[Node] {
        match self {
            Self::Capture(_, node) => std::slice::from_ref(node),
            Self::Repeat(repeat) => std::slice::from_ref(&repeat.node),
            Self::Concat(nodes) | Self::Alternate(nodes) => nodes,
            _ => &[],
        }
    }

    fn size(&self) -> u64 {
        let parts = || self.parts().iter().map(|node| node.size).fold(0, u64::saturating_add);
        match self {
            Self::Literal { text, .. } => text.len() as u64,
            Self::Capture(..) => parts().saturating_add(2),
            Self::Concat(_) => parts(),
            Self::Alternate(nodes) => parts().saturating_add(nodes.len() as u64 - 1),
            Self::Repeat(Repeat { min, max, .. }) => {
                let (min, part) = (u64::from(*min), parts());
                match max {
                    None if min == 0 => part.saturating_add(2),
                    None => min.saturating_mul(part).saturating_add(1),
                    Some(max) => {
                        let max = u64::from(*max);
                        max.saturating_mul(part).saturating_add(max - min)
                    }
                }
            }
            _ => 1,
        }
    }
}

impl Node {
    /// One character of some kind: a character, a class or a dot.
    pub(super) fn is_class(&self) -> bool {
        match &self.kind {
            Kind::Literal { text, .. } => text.len() == 1,
            Kind::Class(_) | Kind::Draft(_) | Kind::AnyChar | Kind::AnyCharNotNewline => true,
            _ => false,
        }
    }

    /// Whether it can match without taking a character.
    pub(super) fn is_nullable(&self) -> bool {
        match &self.kind {
            Kind::Empty | Kind::Look(_) => true,
            Kind::Capture(_, node) => node.is_nullable(),
            Kind::Repeat(repeat) => repeat.min == 0 || repeat.node.is_nullable(),
            Kind::Concat(nodes) => nodes.iter().all(Self::is_nullable),
            Kind::Alternate(nodes) => nodes.iter().any(Self::is_nullable),
            _ => false,
        }
    }

    /// Whether counted repetitions, multiplied where they nest, stay within Go's limit.
    pub(super) fn repeats_fit(&self) -> bool {
        self.repeats_within(MAX_REPEAT)
    }

    fn repeats_within(&self, mut limit: u32) -> bool {
        if let Kind::Repeat(Repeat { min, max, counted: true, .. }) = &self.kind {
            match max.unwrap_or(*min) {
                0 if max.is_some() => return true,
                times if times > limit => return false,
                0 => {}
                times => limit /= times,
            }
        }
        self.kind.parts().iter().all(|node| node.repeats_within(limit))
    }
}
