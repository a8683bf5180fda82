//! From events to documents: what a node is, which anchors there are, and how much may be read.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::{Dialect, Limits};
use crate::error::{Error, ErrorKind, Mark};
use crate::event::{Comments, Event, EventKind};
use crate::parser::Parser;
use crate::reader::Source;
use crate::token::ScalarStyle;
use crate::tree::{Id, NONE, RawKind};

/// What documents are made into.
pub(crate) trait Target<'a> {
    /// A document starts: at its `---`, or at its content.
    fn start(&mut self, start: Mark, comments: Option<Box<Comments>>);

    /// A node, whose tag, place and comments are the event's. A collection is open until it is closed.
    fn add(&mut self, kind: RawKind, text: Cow<'a, str>, event: &mut Event<'a>);

    /// The innermost open collection ends.
    fn close(&mut self, comments: Option<Box<Comments>>);

    /// The document ends.
    fn end(&mut self, comments: Option<Box<Comments>>);
}

/// Only whether there are errors.
pub(crate) struct Nothing;

impl Target<'_> for Nothing {
    fn start(&mut self, _: Mark, _: Option<Box<Comments>>) {}
    fn add(&mut self, _: RawKind, _: Cow<'_, str>, _: &mut Event<'_>) {}
    fn close(&mut self, _: Option<Box<Comments>>) {}
    fn end(&mut self, _: Option<Box<Comments>>) {}
}

/// Reads document after document of one input.
pub(crate) struct Composer<'a> {
    parser: Parser<'a>,
    dialect: Dialect,
    limits: Limits,
    /// Nodes so far, and those before the present document.
    nodes: usize,
    before: usize,
    anchors: BTreeMap<&'a str, Id>,
    /// v3: the anchors of earlier documents, to which aliases may refer too.
    earlier: BTreeSet<&'a str>,
    started: bool,
}

impl<'a> Composer<'a> {
    pub(crate) fn new(source: &'a Source<'_>, dialect: Dialect, limits: &Limits) -> Self {
        Self {
            parser: Parser::new(source, dialect, limits),
            dialect,
            limits: *limits,
            nodes: 0,
            before: 0,
            anchors: BTreeMap::new(),
            earlier: BTreeSet::new(),
            started: false,
        }
    }

    /// Makes the next document; `false` if there is none.
    pub(crate) fn next(&mut self, target: &mut impl Target<'a>) -> Result<bool, Error> {
        if !self.started {
            self.parser.next()?;
            self.started = true;
        }
        if self.parser.next()? != EventKind::DocumentStart {
            return Ok(false);
        }
        // v2 forgets anchors between documents. v3 does not; such an alias keeps its name only.
        if self.dialect == Dialect::V3 {
            self.earlier.extend(self.anchors.keys());
        }
        self.anchors.clear();
        self.before = self.nodes;
        let event = self.parser.event();
        target.start(event.start, event.comments.take());
        self.content(target)?;
        self.parser.next()?;
        target.end(self.parser.event().comments.take());
        Ok(true)
    }

    fn content(&mut self, target: &mut impl Target<'a>) -> Result<(), Error> {
        let mut depth = 0;
        loop {
            let mut text = Cow::Borrowed("");
            let kind = match self.parser.next()? {
                EventKind::SequenceEnd | EventKind::MappingEnd => {
                    target.close(self.parser.event().comments.take());
                    depth -= 1;
                    if depth == 0 {
                        return Ok(());
                    }
                    continue;
                }
                EventKind::SequenceStart { flow } => RawKind::Sequence { flow },
                EventKind::MappingStart { flow } => RawKind::Mapping { flow },
                EventKind::Scalar { style, implicit } => {
                    text = self.parser.text();
                    let tag = &mut self.parser.event().tag;
                    // To v3 `!` alone is no tag.
                    if self.dialect == Dialect::V3 && tag.as_deref() == Some("!") {
                        *tag = None;
                        RawKind::Scalar(style, style == ScalarStyle::Plain)
                    } else {
                        RawKind::Scalar(style, implicit)
                    }
                }
                EventKind::Alias => {
                    text = self.parser.text();
                    RawKind::Alias(self.alias(&text)?)
                }
                _ => return Ok(()),
            };
            self.count()?;
            let event = self.parser.event();
            let start = event.start;
            target.add(kind, text, event);
            if let RawKind::Scalar(..) | RawKind::Alias(_) = kind {
                if depth == 0 {
                    return Ok(());
                }
                continue;
            }
            if depth >= self.limits.depth {
                let text = format!("yaml: exceeded max depth of {}", self.limits.depth);
                return Err(Error::new(ErrorKind::Limit, text).at(start));
            }
            depth += 1;
        }
    }

    /// The node that the alias just parsed refers to.
    fn alias(&mut self, name: &str) -> Result<Id, Error> {
        match self.anchors.get(name) {
            Some(target) => Ok(*target),
            None if self.earlier.contains(name) => Ok(NONE),
            None => {
                let text = format!("yaml: unknown anchor '{name}' referenced");
                Err(Error::new(ErrorKind::Decode, text).at(self.parser.event().start))
            }
        }
    }

    /// Counts a node, and notes its anchor.
    fn count(&mut self) -> Result<(), Error> {
        let event = self.parser.event();
        if self.nodes >= self.limits.nodes {
            let text = format!("yaml: document has more than {} nodes", self.limits.nodes);
            return Err(Error::new(ErrorKind::Limit, text).at(event.start));
        }
        if let Some(name) = event.anchor {
            self.anchors.insert(name, (self.nodes - self.before) as Id);
        }
        self.nodes += 1;
        Ok(())
    }
}
