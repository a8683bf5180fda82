//! The events that the parser hands to the composer.

use std::borrow::Cow;

use crate::error::Mark;
use crate::token::ScalarStyle;

/// The comments of a node, as go-yaml v3 attaches them; each with its `#`, lines joined by `\n`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comments {
    /// Lines above the node.
    pub head: String,
    /// On the node's own line.
    pub line: String,
    /// Lines below the node, before an empty line.
    pub foot: String,
}

impl Comments {
    /// Whether there is no comment at all.
    pub fn is_empty(&self) -> bool {
        self.head.is_empty() && self.line.is_empty() && self.foot.is_empty()
    }
}

/// What an event is, with what it carries.
#[derive(Debug)]
pub(crate) enum EventKind<'a> {
    StreamStart,
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    Alias(&'a str),
    Scalar {
        value: Cow<'a, str>,
        style: ScalarStyle,
        /// Plain without tag, or tagged `!`: the value decides its type.
        implicit: bool,
    },
    SequenceStart {
        flow: bool,
    },
    SequenceEnd,
    MappingStart {
        flow: bool,
    },
    MappingEnd,
}

/// An event, where it starts, and the properties and comments that came with it.
#[derive(Debug)]
pub(crate) struct Event<'a> {
    pub(crate) kind: EventKind<'a>,
    pub(crate) start: Mark,
    pub(crate) anchor: Option<&'a str>,
    pub(crate) tag: Option<Box<str>>,
    pub(crate) comments: Option<Box<Comments>>,
}

impl<'a> Event<'a> {
    /// An event without properties.
    pub(crate) fn new(kind: EventKind<'a>, start: Mark) -> Self {
        Self { kind, start, anchor: None, tag: None, comments: None }
    }
}
