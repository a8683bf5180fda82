//! The events that the parser hands to the composer.

use crate::error::Mark;
use crate::token::{Piece, ScalarStyle};

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

/// What an event is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum EventKind {
    #[default]
    StreamStart,
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    /// The event's value is the name.
    Alias,
    Scalar {
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

/// The event that was parsed last; whoever uses what belongs to it takes it.
#[derive(Debug, Default)]
pub(crate) struct Event<'a> {
    pub(crate) kind: EventKind,
    pub(crate) start: Mark,
    /// The text of a scalar, or the name of an alias.
    pub(crate) text: Piece,
    pub(crate) anchor: Option<&'a str>,
    pub(crate) tag: Option<Box<str>>,
    pub(crate) comments: Option<Box<Comments>>,
}
