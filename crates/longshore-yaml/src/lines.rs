//! Documents that are lines: read without tokens and events.
//!
//! Most YAML of Kubernetes is keys, dashes and scalars of one line, and of such a line it is clear what it means by itself
//! and by how far it is indented. [`Lines`] reads these, and gives up at the first thing that may mean something else
//! (anchors, tags, texts over several lines, tabs, mistakes of any kind; comments where they are kept): the document is
//! then forgotten and read again by the scanner and the parser, which know everything and tell what is wrong. So there are
//! no errors here, and whatever is read here comes to the same there; the tests hold the two against each other.

mod literal;
mod scalar;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::chars::{self, is_blankz};
use crate::composer::Target;
use crate::dialect::{Dialect, Limits};
use crate::error::Mark;
use crate::reader::Source;
use crate::token::ScalarStyle;
use crate::tree::RawKind;
use scalar::Scalar;

/// Collections nest no deeper than this here.
const MAX_DEPTH: usize = 100;

/// What became of the next document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It was read.
    Document,
    /// There is none.
    End,
    /// It has to be read by others, from the same place on.
    Other,
}

/// Something that is not for here.
#[derive(Debug)]
struct NotHere;

type Result<T> = std::result::Result<T, NotHere>;

/// Reads document after document.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    text: &'a str,
    bytes: &'a [u8],
    ascii: bool,
    /// Comments are kept, which is not for here.
    keep_comments: bool,
    /// Whether only the first document is wanted, by somebody who looks behind its end before it is given away.
    looks_ahead: bool,
    /// How deep collections may nest, and how many nodes there may be in all.
    depth: usize,
    most: usize,
    /// Nodes so far.
    nodes: usize,
    /// Where the next line starts, and how many there are before it.
    pos: usize,
    line: u32,
    line_start: usize,
    /// Lines that belong to the present one: those of its block scalar.
    passed: u32,
    /// Whether this document has anything in it yet.
    started: bool,
    open: Vec<Open>,
}

/// A block collection that is being read.
#[derive(Clone, Copy, Debug)]
struct Open {
    column: u32,
    is_mapping: bool,
    /// A sequence whose dashes stand below the first letter of its key.
    indentless: bool,
    /// Behind a key or a dash whose value has not come: where it is if there is none.
    waits: Option<Mark>,
}

impl<'a> Lines<'a> {
    /// A reader of the text, if it may be for here at all. `only_first`: nothing is wanted but the first document.
    pub(crate) fn new(
        source: &'a Source<'_>,
        dialect: Dialect,
        limits: &Limits,
        only_first: bool,
    ) -> Option<Self> {
        let text = &*source.text;
        let bytes = text.as_bytes();
        if source.fence.is_some() || memchr::memchr(b'\r', bytes).is_some() {
            return None;
        }
        // Line breaks that are not ASCII, and byte order marks.
        let is_odd = |i: usize| chars::is_breakz(bytes, i) || bytes[i..].starts_with(b"\xEF\xBB\xBF");
        if !source.ascii && memchr::memchr3_iter(chars::NEL_LEAD, chars::LS_PS_LEAD, 0xEF, bytes).any(is_odd)
        {
            return None;
        }
        let keep_comments = dialect == Dialect::V3;
        Some(Self {
            text,
            bytes,
            ascii: source.ascii,
            keep_comments,
            looks_ahead: only_first && keep_comments,
            depth: limits.depth.min(MAX_DEPTH),
            most: limits.nodes,
            nodes: 0,
            pos: 0,
            line: 0,
            line_start: 0,
            passed: 0,
            started: false,
            open: Vec::with_capacity(16),
        })
    }

    /// Where the next document starts: its place in the text, and the lines before it.
    pub(crate) fn place(&self) -> (usize, u32) {
        (self.pos, self.line)
    }

    /// Goes on at the start of another document, which lies behind so many nodes, unless it must not be taken alone.
    pub(crate) fn go_on(&mut self, (pos, line): (usize, u32), nodes: usize) -> bool {
        (self.pos, self.line, self.nodes) = (pos, line, nodes);
        self.is_clear(pos)
    }

    /// Whether the document whose `---` is here can be taken alone. Where comments are kept, those at its start come to the
    /// one before.
    fn is_clear(&self, start: usize) -> bool {
        let rest = self.bytes.get(start + 3..).unwrap_or_default();
        let first = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\n'));
        !self.keep_comments || first != Some(&b'#')
    }

    /// Reads the next document into `target`, which has to forget it if it turns out to be for others.
    pub(crate) fn document(&mut self, target: &mut impl Target<'a>) -> Found {
        if self.line > 0 && self.pos >= self.bytes.len() {
            return Found::End;
        }
        let (pos, line, nodes) = (self.pos, self.line, self.nodes);
        if self.try_document(target).is_ok() {
            return Found::Document;
        }
        (self.pos, self.line, self.nodes) = (pos, line, nodes);
        Found::Other
    }

    /// Nodes of all documents so far.
    pub(crate) fn nodes(&self) -> usize {
        self.nodes
    }

    fn try_document(&mut self, target: &mut impl Target<'a>) -> Result<()> {
        self.open.clear();
        (self.started, self.passed) = (false, 0);
        let mut explicit = false;
        while self.pos < self.bytes.len() {
            let start = self.pos;
            self.line_start = start;
            let end = memchr::memchr(b'\n', &self.bytes[start..]).map_or(self.bytes.len(), |n| start + n);
            let first = self.blanks(start, end);
            self.pos = (end + 1).min(self.bytes.len());
            let mark = Mark { line: self.line, column: (first - start) as u32, index: 0 };
            match self.bytes[first..end] {
                [b'#', ..] if self.keep_comments => return Err(NotHere),
                [] | [b'#', ..] => {}
                [b'-', b'-', b'-', ..] if first == start && is_blankz(self.bytes, first + 3) => {
                    if self.started && !self.looks_ahead && self.is_clear(start) {
                        self.pos = start;
                        break;
                    }
                    if self.started || explicit || self.blanks(first + 3, end) < end {
                        return Err(NotHere);
                    }
                    explicit = true;
                    target.start(mark, None);
                }
                [b'.', b'.', b'.', ..] if first == start => return Err(NotHere),
                _ => {
                    if !self.started && !explicit {
                        target.start(mark, None);
                    }
                    self.content(first, end, target)?;
                    self.started = true;
                }
            }
            self.line += 1 + std::mem::take(&mut self.passed);
        }
        if !self.started {
            return Err(NotHere);
        }
        while !self.open.is_empty() {
            self.close(target)?;
        }
        target.end(None);
        Ok(())
    }

    /// A line that has something in it, from its first letter on.
    fn content(&mut self, mut at: usize, end: usize, target: &mut impl Target<'a>) -> Result<()> {
        self.enclose(self.mark(at)?.column, self.is_dash(at), target)?;
        // Behind a dash there may be another one, a mapping that begins there, or any value.
        while self.is_dash(at) {
            self.dash(at, target)?;
            at = self.blanks(at + 1, end);
            if self.is_end(at, end)? {
                return Ok(());
            }
        }
        // Further to the right than the dash or the key that it belongs to, anything may stand; below a key only a key.
        let column = self.mark(at)?.column;
        let is_value = self.open.last().is_some_and(|top| top.column < column);
        if is_value && matches!(self.bytes[at], b'{' | b'[' | b'|') {
            return self.value(at, end, target);
        }
        let scalar = self.scalar(at, end)?;
        if self.bytes.get(scalar.behind) != Some(&b':') || !is_blankz(self.bytes, scalar.behind + 1) {
            return if is_value { self.value_is(&scalar, end, target) } else { Err(NotHere) };
        }
        self.key(&scalar, target)?;
        let behind = self.mark(scalar.behind)?.right(1);
        let value = self.blanks(scalar.behind + 1, end);
        if self.is_end(value, end)? {
            self.expect(Some(behind));
            return Ok(());
        }
        self.value(value, end, target)
    }

    /// Ends what a line that begins at this column is not part of any more.
    fn enclose(&mut self, column: u32, is_dash: bool, target: &mut impl Target<'a>) -> Result<()> {
        loop {
            let Some(top) = self.open.last().copied() else {
                return if self.started { Err(NotHere) } else { Ok(()) };
            };
            let is_level = column == top.column;
            // What belongs to the key or the dash above; a sequence may stand as far left as its key.
            if column > top.column || is_level && top.is_mapping && is_dash {
                return if top.waits.is_some() { Ok(()) } else { Err(NotHere) };
            }
            if is_level && top.is_mapping != is_dash {
                return self.absent(target);
            }
            if is_level && !top.indentless {
                return Err(NotHere);
            }
            self.close(target)?;
        }
    }

    /// The dash of a sequence's next item, which opens the sequence if it is the first.
    fn dash(&mut self, at: usize, target: &mut impl Target<'a>) -> Result<()> {
        let mark = self.mark(at)?;
        let top = self.open.last().copied();
        if top.is_none_or(|top| top.is_mapping || top.column != mark.column) {
            let indentless = top.is_some_and(|top| top.is_mapping && top.column == mark.column);
            self.open(at, false, indentless, target)?;
        }
        self.expect(Some(mark.right(1)));
        Ok(())
    }

    /// A key, which opens its mapping if it is the first.
    fn key(&mut self, key: &Scalar, target: &mut impl Target<'a>) -> Result<()> {
        if !key.may_be_key() {
            return Err(NotHere);
        }
        let column = self.mark(key.at)?.column;
        if self.open.last().is_none_or(|top| !top.is_mapping || top.column != column) {
            self.open(key.at, true, false, target)?;
        }
        self.add_scalar(key, target)
    }

    fn open(
        &mut self,
        at: usize,
        is_mapping: bool,
        indentless: bool,
        target: &mut impl Target<'a>,
    ) -> Result<()> {
        if self.open.len() >= self.depth {
            return Err(NotHere);
        }
        self.expect(None);
        let flow = false;
        let kind = if is_mapping { RawKind::Mapping { flow } } else { RawKind::Sequence { flow } };
        self.add(kind, self.mark(at)?, Cow::Borrowed(""), target)?;
        self.open.push(Open { column: self.mark(at)?.column, is_mapping, indentless, waits: None });
        Ok(())
    }

    /// Ends the innermost collection.
    fn close(&mut self, target: &mut impl Target<'a>) -> Result<()> {
        self.absent(target)?;
        self.open.pop();
        target.close(None);
        Ok(())
    }

    /// The value that was waited for is not there, if one was: it is null.
    fn absent(&mut self, target: &mut impl Target<'a>) -> Result<()> {
        let waits = self.open.last_mut().and_then(|top| top.waits.take());
        let Some(mark) = waits else { return Ok(()) };
        self.add(RawKind::Scalar(ScalarStyle::Plain, true), mark, Cow::Borrowed(""), target)
    }

    /// What the innermost collection waits for now.
    fn expect(&mut self, value: Option<Mark>) {
        if let Some(top) = self.open.last_mut() {
            top.waits = value;
        }
    }

    fn add(
        &mut self,
        kind: RawKind,
        mark: Mark,
        text: Cow<'a, str>,
        target: &mut impl Target<'a>,
    ) -> Result<()> {
        if self.nodes >= self.most {
            return Err(NotHere);
        }
        self.nodes += 1;
        target.add_plain(kind, text, mark);
        Ok(())
    }

    /// A place in the present line. The letters before it are not counted if they are not all bytes.
    fn mark(&self, at: usize) -> Result<Mark> {
        if !self.ascii && !self.bytes[self.line_start..at].is_ascii() {
            return Err(NotHere);
        }
        Ok(Mark { line: self.line, column: (at - self.line_start) as u32, index: 0 })
    }

    /// Where the spaces end that begin here.
    fn blanks(&self, from: usize, end: usize) -> usize {
        from + self.bytes[from.min(end)..end].iter().take_while(|byte| **byte == b' ').count()
    }

    fn is_dash(&self, at: usize) -> bool {
        self.bytes.get(at) == Some(&b'-') && is_blankz(self.bytes, at + 1)
    }

    /// Whether there is nothing more in the line, or only a comment.
    fn is_end(&self, at: usize, end: usize) -> Result<bool> {
        match self.bytes[at..end] {
            [] => Ok(true),
            [b'#', ..] if self.keep_comments || self.bytes[at - 1] != b' ' => Err(NotHere),
            [first, ..] => Ok(first == b'#'),
        }
    }
}
