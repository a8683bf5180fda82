//! The tokens that the scanner hands to the parser.

use std::borrow::Cow;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    StreamStart,
    StreamEnd,
    /// `%YAML major.minor`
    VersionDirective(u8, u8),
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

/// A token, where it is, and what it carries.
#[derive(Debug)]
pub(crate) struct Token<'a> {
    pub(crate) kind: TokenKind,
    pub(crate) start: Mark,
    pub(crate) end: Mark,
    /// The text of a scalar, or the name of an anchor or alias.
    pub(crate) value: Cow<'a, str>,
    /// A tag, or a tag directive.
    pub(crate) tag: Option<Box<TagToken>>,
}

impl<'a> Token<'a> {
    /// A token that carries nothing.
    pub(crate) fn new(kind: TokenKind, start: Mark, end: Mark) -> Self {
        Self { kind, start, end, value: Cow::Borrowed(""), tag: None }
    }
    /// The name of an anchor or alias: always a slice of the input.
    pub(crate) fn name(self) -> &'a str {
        match self.value {
            Cow::Borrowed(name) => name,
            Cow::Owned(_) => "",
        }
    }
}
