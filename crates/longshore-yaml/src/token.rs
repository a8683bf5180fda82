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

/// What a token is, with what it carries.
#[derive(Debug)]
pub(crate) enum TokenKind<'a> {
    StreamStart,
    StreamEnd,
    /// `%YAML major.minor`
    VersionDirective(u8, u8),
    /// `%TAG handle prefix`
    TagDirective(Box<TagToken>),
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
    Alias(&'a str),
    Anchor(&'a str),
    Tag(Box<TagToken>),
    Scalar(Cow<'a, str>, ScalarStyle),
}

/// A token and where it is.
#[derive(Debug)]
pub(crate) struct Token<'a> {
    pub(crate) kind: TokenKind<'a>,
    pub(crate) start: Mark,
    pub(crate) end: Mark,
}
