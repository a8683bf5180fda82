//! A pattern taken apart.

/// How deep a pattern may nest. The crate compiles recursively; Go allows 1000.
pub(super) const MAX_DEPTH: usize = 250;

/// The most repetitions, nested ones multiplied.
const MAX_REPEAT: u32 = 1000;

/// One piece of a pattern.
#[derive(Debug)]
pub(super) enum Node {
    /// Matches nothing at no cost.
    Empty,
    /// A character by its number, which may be a surrogate and then matches nothing.
    Literal { code: u32, fold: bool },
    /// A class, written in the crate's syntax.
    Class { text: String, fold: bool },
    /// `.` with the flag `s`.
    AnyChar,
    /// `.`
    AnyCharNotNewline,
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
    /// A group that is remembered.
    Capture(Box<Node>),
    /// A piece repeated.
    Repeat(Repeat),
    /// Pieces one after another.
    Concat(Vec<Node>),
    /// One of several.
    Alternate(Vec<Node>),
}

/// A piece, how often, and whether rather more or rather less often.
#[derive(Debug)]
pub(super) struct Repeat {
    pub(super) node: Box<Node>,
    pub(super) min: u32,
    pub(super) max: Option<u32>,
    pub(super) greedy: bool,
    /// Written `{n}` and not as `*`, `+` or `?`: counted towards the limit.
    pub(super) counted: bool,
}

impl Node {
    /// Levels of pieces within pieces.
    pub(super) fn depth(&self) -> usize {
        match self {
            Self::Capture(node) => 1 + node.depth(),
            Self::Repeat(repeat) => 1 + repeat.node.depth(),
            Self::Concat(nodes) | Self::Alternate(nodes) => {
                1 + nodes.iter().map(Self::depth).max().unwrap_or(0)
            }
            _ => 1,
        }
    }

    /// Whether counted repetitions, multiplied where they nest, stay within Go's limit.
    pub(super) fn repeats_fit(&self) -> bool {
        self.repeats_within(MAX_REPEAT)
    }

    fn repeats_within(&self, mut limit: u32) -> bool {
        match self {
            Self::Repeat(repeat) => {
                if repeat.counted {
                    match repeat.max.unwrap_or(repeat.min) {
                        0 if repeat.max == Some(0) => return true,
                        times if times > limit => return false,
                        0 => {}
                        times => limit /= times,
                    }
                }
                repeat.node.repeats_within(limit)
            }
            Self::Capture(node) => node.repeats_within(limit),
            Self::Concat(nodes) | Self::Alternate(nodes) => {
                nodes.iter().all(|node| node.repeats_within(limit))
            }
            _ => true,
        }
    }
}
