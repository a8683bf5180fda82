//! A tracer that keeps what it is told.

use std::ops::Range;

use super::{Position, Tracer, Written};

/// All pieces of an output, and of the strings that functions captured for it.
///
/// ```
/// use longshore_go::Value;
/// use longshore_template::{Budget, Set, Trace};
///
/// let mut set = Set::default();
/// set.parse("part", "{{ define \"part\" }}<{{ . }}>{{ end }}")?;
/// set.parse("page", "a\n{{ template \"part\" 5 }}")?;
/// let (mut out, mut trace) = (Vec::new(), Trace::default());
/// set.execute_traced(b"page", Value::Nil, &(), &Budget::default(), &mut out, &mut trace)?;
/// assert_eq!(out, b"a\n<5>");
///
/// let five = trace.at(3).expect("the output is that long");
/// assert_eq!(five.position.source, "part");
/// assert_eq!((five.position.line, five.position.column), (1, 23));
/// assert_eq!((five.calls[0].source.to_string(), five.calls[0].line), ("page".to_owned(), 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Trace {
    pieces: Vec<Piece>,
    captures: Vec<Capture>,
    /// The first capture that no piece has been given yet, and that of the captures around.
    fresh: usize,
    around: Vec<usize>,
}

/// A piece of output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it is, in bytes: in the output, or in the text of the capture that it belongs to.
    pub range: Range<usize>,
    /// The text or the action that wrote it.
    pub position: Position,
    /// The calls that were open, the outermost first.
    pub calls: Vec<Position>,
    /// What was captured to make it, as places in [`Trace::captures`].
    pub captures: Range<usize>,
    /// That of them whose text it is, byte for byte: `{{ include "x" . }}` as it is, with nothing behind it.
    pub copy: Option<usize>,
}

/// What a template printed for a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// What it printed.
    pub text: Vec<u8>,
    /// The call that wanted it.
    pub call: Position,
    /// Its pieces; their ranges are those within the text.
    pub pieces: Vec<Piece>,
}

impl Trace {
    /// The pieces of the output in order. Their ranges cover what was written, without gaps.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// What functions captured, in the order in which it was complete.
    pub fn captures(&self) -> &[Capture] {
        &self.captures
    }

    /// The piece that wrote the byte at `offset` of the output; within a captured text if that was printed as it is.
    pub fn at(&self, offset: usize) -> Option<&Piece> {
        let (mut offset, mut piece) = (offset, find(&self.pieces, offset)?);
        while let Some(capture) = piece.copy.and_then(|place| self.captures.get(place)) {
            offset -= piece.range.start;
            match find(&capture.pieces, offset) {
                Some(inner) => piece = inner,
                None => break,
            }
        }
        Some(piece)
    }

    /// Takes the pieces from `start` on.
    fn take(&mut self, start: usize) -> Vec<Piece> {
        let first = self.pieces.partition_point(|piece| piece.range.start < start);
        self.fresh = self.around.pop().unwrap_or_default();
        self.pieces.split_off(first)
    }
}

fn find(pieces: &[Piece], offset: usize) -> Option<&Piece> {
    let after = pieces.partition_point(|piece| piece.range.start <= offset);
    pieces[..after].last().filter(|piece| piece.range.contains(&offset))
}

impl Tracer for Trace {
    const ON: bool = true;

    fn wrote(&mut self, written: &Written<'_>) {
        let captures = self.fresh..self.captures.len();
        let copy = captures.clone().rev().find(|&place| self.captures[place].text == written.bytes);
        self.fresh = captures.end;
        self.pieces.push(Piece {
            range: written.range.clone(),
            position: written.position.clone(),
            calls: written.calls.clone(),
            captures,
            copy,
        });
    }

    fn capturing(&mut self) {
        self.around.push(self.fresh);
        self.fresh = self.captures.len();
    }

    fn captured(&mut self, start: usize, text: &[u8], call: &Position) {
        let mut pieces = self.take(start);
        for piece in &mut pieces {
            piece.range = piece.range.start - start..piece.range.end - start;
        }
        self.captures.push(Capture { text: text.to_vec(), call: call.clone(), pieces });
    }

    fn dropped(&mut self, start: usize) {
        self.take(start);
    }
}
