//! The tokens that the scanner hands to the parser.

use crate::error::Mark;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScalarStyle {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
}

/// A tag as written: `!<suffix>` has no handle, `!suffix` the handle `!`, `!!suffix` the handle `!!`.
#[derive(Debug)]
pub(crate) struct TagToken {
    pub(crate) handle: String,
    pub(crate) suffix: String,
}

/// What a token is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TokenKind {
    #[default]
    StreamStart,
    StreamEnd,
    /// `%YAML 1.1`
    VersionDirective,
    /// `%YAML` and any other version.
    OtherVersionDirective,
    /// `%TAG handle prefix`
    TagDirective,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar(ScalarStyle),
}

/// The text of a token or event: where it stands in the input, or that it was made.
///
/// One word, so that it travels in a register all the way from the scanner to the node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Piece(u64);

impl Piece {
    /// The next of the texts that were made: see `Scanner::text`.
    pub(crate) const MADE: Self = Self(u64::MAX);

    /// From one byte of the input to another; inputs are shorter than 4 GiB.
    #[inline]
    pub(crate) fn new(from: usize, to: usize) -> Self {
        Self((from as u64) << 32 | to as u64)
    }

    /// The bytes of the input.
    #[inline]
    pub(crate) fn range(self) -> std::ops::Range<usize> {
        (self.0 >> 32) as usize..(self.0 as u32) as usize
    }
}

/// A token, where it is, and what it carries.
#[derive(Debug, Default)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    /// Characters of an indicator; none, if the token is not in the text, and of all that have a text.
    pub(crate) width: u8,
    pub(crate) start: Mark,
    /// The text of a scalar, or the name of an anchor or alias.
    pub(crate) text: Piece,
    /// A tag, or a tag directive.
    pub(crate) tag: Option<Box<TagToken>>,
}
