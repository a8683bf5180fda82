//! The pieces of a trace, laid flat over the final text.

use std::ops::Range;
use std::rc::Rc;

use longshore_template::{Capture, Piece, Position, Trace};

use crate::engine::NO_VALUE;

/// Bytes of the text that one text or action of a template wrote.
#[derive(Debug, Clone)]
pub(super) struct Span {
    /// Where they are.
    pub(super) range: Range<usize>,
    /// The text or the action.
    pub(super) position: Position,
    /// How many bytes of that text come before these.
    pub(super) skipped: usize,
    /// The calls that were open, the outermost first.
    pub(super) calls: Rc<[Position]>,
}

/// All spans of what was printed as `raw` and is `text` without every `<no value>`, in order.
pub(super) fn all(trace: &Trace, raw: &[u8], text: &[u8]) -> Vec<Span> {
    let mut spans = Vec::new();
    flatten(trace.pieces(), trace.captures(), raw, &mut spans);
    if raw.len() != text.len() {
        let removed: Vec<usize> = removed(raw);
        for span in &mut spans {
            span.range = moved(&removed, span.range.start)..moved(&removed, span.range.end);
        }
    }
    spans
}

/// Where `<no value>` stands.
fn removed(raw: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = raw[at..].windows(NO_VALUE.len()).position(|window| window == NO_VALUE) {
        found.push(at + next);
        at += next + NO_VALUE.len();
    }
    found
}

/// Where a place comes to lie when they are taken out.
fn moved(removed: &[usize], at: usize) -> usize {
    let before = removed.partition_point(|&start| start < at);
    match removed[..before].last() {
        // Within one: where it was.
        Some(&last) if at < last + NO_VALUE.len() => last - (before - 1) * NO_VALUE.len(),
        _ => at - before * NO_VALUE.len(),
    }
}

/// The spans of pieces that make up `text`.
fn flatten(pieces: &[Piece], captures: &[Capture], text: &[u8], spans: &mut Vec<Span>) {
    for piece in pieces {
        let bytes = &text[piece.range.clone()];
        if let Some(capture) = piece.copy.and_then(|at| captures.get(at)) {
            let first = spans.len();
            flatten(&capture.pieces, captures, &capture.text, spans);
            for span in &mut spans[first..] {
                span.range = span.range.start + piece.range.start..span.range.end + piece.range.start;
            }
        } else if let Some(capture) = indented(piece, captures, bytes) {
            by_line(piece, capture, captures, bytes, spans);
        } else {
            spans.push(Span {
                range: piece.range.clone(),
                position: piece.position.clone(),
                skipped: 0,
                calls: piece.calls.as_slice().into(),
            });
        }
    }
}

/// The capture whose lines these are, but for the spaces around them.
fn indented<'c>(piece: &Piece, captures: &'c [Capture], bytes: &[u8]) -> Option<&'c Capture> {
    let same = |capture: &&Capture| {
        let ours = lines(bytes).map(|(_, line)| line);
        ours.eq(lines(&capture.text).map(|(_, line)| line))
    };
    captures.get(piece.captures.clone())?.iter().rev().find(same)
}

/// The lines that are not empty, without the spaces around them, each with where it begins.
fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    let all = text.split_inclusive(|&byte| byte == b'\n').map(move |line| {
        let start = at + line.len() - line.trim_ascii_start().len();
        at += line.len();
        (start, line.trim_ascii())
    });
    all.filter(|(_, line)| !line.is_empty())
}

/// The spans of a capture, line by line to where the lines are now.
fn by_line(piece: &Piece, capture: &Capture, captures: &[Capture], bytes: &[u8], spans: &mut Vec<Span>) {
    let mut inner = Vec::new();
    flatten(&capture.pieces, captures, &capture.text, &mut inner);
    for ((to, line), (from, _)) in lines(bytes).zip(lines(&capture.text)) {
        let end = from + line.len();
        let first = inner.partition_point(|span| span.range.end <= from);
        for span in inner[first..].iter().take_while(|span| span.range.start < end) {
            let (start, end) = (span.range.start.max(from), span.range.end.min(end));
            let base = piece.range.start + to;
            spans.push(Span {
                range: base + (start - from)..base + (end - from),
                skipped: span.skipped + (start - span.range.start),
                ..span.clone()
            });
        }
    }
}
