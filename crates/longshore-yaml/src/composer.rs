//! From events to documents: what a node is, which anchors there are, and how much may be read.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::{Dialect, Limits};
use crate::error::{Error, ErrorKind, Mark};
use crate::event::{Comments, Event, EventKind};
use crate::lines::{Found, Lines};
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

    /// A node that has neither tag nor anchor nor comments.
    fn add_plain(&mut self, kind: RawKind, text: Cow<'a, str>, start: Mark) {
        self.add(kind, text, &mut Event { start, ..Event::default() });
    }

    /// The innermost open collection ends.
    fn close(&mut self, comments: Option<Box<Comments>>);

    /// The document ends.
    fn end(&mut self, comments: Option<Box<Comments>>);

    /// The document that has started, if one has, and not ended is read again from its start.
    fn forget(&mut self);
}

/// Only whether there are errors.
pub(crate) struct Nothing;

impl Target<'_> for Nothing {
    fn start(&mut self, _: Mark, _: Option<Box<Comments>>) {}
    fn add(&mut self, _: RawKind, _: Cow<'_, str>, _: &mut Event<'_>) {}
    fn add_plain(&mut self, _: RawKind, _: Cow<'_, str>, _: Mark) {}
    fn close(&mut self, _: Option<Box<Comments>>) {}
    fn end(&mut self, _: Option<Box<Comments>>) {}
    fn forget(&mut self) {}
}

/// Reads document after document of one input.
pub(crate) struct Composer<'a> {
    source: &'a Source<'a>,
    /// What reads simple documents, and stands before the next one if no parser does.
    lines: Option<Lines<'a>>,
    /// What reads all others.
    parser: Option<Box<Parser<'a>>>,
    dialect: Dialect,
    limits: Limits,
    /// Nodes so far, and those before the present document.
    nodes: usize,
    before: usize,
    anchors: BTreeMap<&'a str, Id>,
    /// v3: the anchors of earlier documents, to which aliases may refer too.
    earlier: BTreeSet<&'a str>,
}

impl<'a> Composer<'a> {
    /// A reader of all documents.
    pub(crate) fn new(source: &'a Source<'a>, dialect: Dialect, limits: &Limits) -> Self {
        Self::with(Lines::new(source, dialect, limits, false), source, dialect, limits)
    }

    /// A reader of the first document.
    pub(crate) fn of_first(source: &'a Source<'a>, dialect: Dialect, limits: &Limits) -> Self {
        Self::with(Lines::new(source, dialect, limits, true), source, dialect, limits)
    }

    fn with(lines: Option<Lines<'a>>, source: &'a Source<'a>, dialect: Dialect, limits: &Limits) -> Self {
        Self {
            source,
            lines,
            parser: None,
            dialect,
            limits: *limits,
            nodes: 0,
            before: 0,
            anchors: BTreeMap::new(),
            earlier: BTreeSet::new(),
        }
    }

    /// A reader that reads everything by scanner and parser.
    #[cfg(test)]
    pub(crate) fn thorough(source: &'a Source<'a>, dialect: Dialect, limits: &Limits) -> Self {
        Self::with(None, source, dialect, limits)
    }

    /// Makes the next document; `false` if there is none.
    pub(crate) fn next(&mut self, target: &mut impl Target<'a>) -> Result<bool, Error> {
        if self.parser.is_none()
            && let Some(lines) = &mut self.lines
        {
            match lines.document(target) {
                Found::Document => {
                    self.nodes = lines.nodes();
                    self.forget_anchors();
                    return Ok(true);
                }
                Found::End => return Ok(false),
                Found::Other => target.forget(),
            }
        }
        let mut parser = if let Some(parser) = self.parser.take() {
            parser
        } else {
            let place = self.lines.as_ref().map(Lines::place).unwrap_or_default();
            let mut parser = Box::new(Parser::new(self.source, place, self.dialect, &self.limits));
            parser.next()?;
            parser
        };
        let found = parser.next()? == EventKind::DocumentStart;
        if found {
            self.forget_anchors();
            let event = parser.event();
            target.start(event.start, event.comments.take());
            self.content(&mut parser, target)?;
            parser.next()?;
            target.end(parser.event().comments.take());
        }
        let next = parser.before_document();
        let goes_on = match (&mut self.lines, next) {
            (Some(lines), Some(place)) => lines.go_on(place, self.nodes),
            _ => false,
        };
        self.parser = (!goes_on).then_some(parser);
        Ok(found)
    }

    /// v2 forgets anchors between documents. v3 does not; an alias to an older one keeps its name only.
    fn forget_anchors(&mut self) {
        if self.dialect == Dialect::V3 {
            self.earlier.extend(self.anchors.keys());
        }
        self.anchors.clear();
        self.before = self.nodes;
    }

    fn content(&mut self, parser: &mut Parser<'a>, target: &mut impl Target<'a>) -> Result<(), Error> {
        let mut depth = 0;
        loop {
            let mut text = Cow::Borrowed("");
            let kind = match parser.next()? {
                EventKind::SequenceEnd | EventKind::MappingEnd => {
                    target.close(parser.event().comments.take());
                    depth -= 1;
                    if depth == 0 {
                        return Ok(());
                    }
                    continue;
                }
                EventKind::SequenceStart { flow } => RawKind::Sequence { flow },
                EventKind::MappingStart { flow } => RawKind::Mapping { flow },
                EventKind::Scalar { style, implicit } => {
                    text = parser.text();
                    let tag = &mut parser.event().tag;
                    // To v3 `!` alone is no tag.
                    if self.dialect == Dialect::V3 && tag.as_deref() == Some("!") {
                        *tag = None;
                        RawKind::Scalar(style, style == ScalarStyle::Plain)
                    } else {
                        RawKind::Scalar(style, implicit)
                    }
                }
                EventKind::Alias => {
                    text = parser.text();
                    RawKind::Alias(self.alias(&text, parser.event().start)?)
                }
                _ => return Ok(()),
            };
            let event = parser.event();
            self.count(event)?;
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
    fn alias(&self, name: &str, start: Mark) -> Result<Id, Error> {
        match self.anchors.get(name) {
            Some(target) => Ok(*target),
            None if self.earlier.contains(name) => Ok(NONE),
            None => {
                let text = format!("yaml: unknown anchor '{name}' referenced");
                Err(Error::new(ErrorKind::Decode, text).at(start))
            }
        }
    }

    /// Counts a node, and notes its anchor.
    fn count(&mut self, event: &Event<'a>) -> Result<(), Error> {
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
