//! Matching, and the walk over successive matches.

use std::borrow::Cow;

use super::Regexp;
use crate::rune;

/// A text in which every bad byte has become U+FFFD, and the way back to the original's offsets.
pub(super) struct Subject<'t> {
    original: &'t [u8],
    pub(super) text: Cow<'t, str>,
    /// Ends of the replaced bytes, in the text and in the original; empty if nothing was replaced.
    replaced: Vec<(usize, usize)>,
}

impl<'t> Subject<'t> {
    pub(super) fn new(original: &'t [u8]) -> Self {
        if let Ok(text) = std::str::from_utf8(original) {
            return Self { original, text: Cow::Borrowed(text), replaced: Vec::new() };
        }
        let mut text = String::with_capacity(original.len() + 16);
        let mut replaced = Vec::new();
        for (at, c) in rune::iter(original) {
            text.push(c);
            if c == rune::ERROR && rune::decode(&original[at..]).1 == 1 {
                replaced.push((text.len(), at + 1));
            }
        }
        Self { original, text: Cow::Owned(text), replaced }
    }

    /// Where an offset in the text lies in the original.
    fn offset(&self, at: usize) -> usize {
        let before = self.replaced.partition_point(|&(end, _)| end <= at);
        match before.checked_sub(1).map(|index| self.replaced[index]) {
            Some((end, original)) => original + (at - end),
            None => at,
        }
    }

    /// The original's bytes for a part of the text.
    pub(super) fn part(&self, start: usize, end: usize) -> &'t [u8] {
        &self.original[self.offset(start)..self.offset(end)]
    }

    /// Size of the character at an offset; 0 at the end.
    pub(super) fn width(&self, at: usize) -> usize {
        self.text[at..].chars().next().map_or(0, char::len_utf8)
    }
}

impl Regexp {
    /// `Regexp.MatchString`.
    pub fn is_match(&self, text: &[u8]) -> bool {
        self.search(&Subject::new(text).text, 0, &mut [])
    }

    /// `Regexp.FindString`: the leftmost match.
    pub fn find<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        let subject = Subject::new(text);
        let (start, end) = self.find_at(&subject, 0)?;
        Some(subject.part(start, end))
    }

    /// The text before the leftmost match (up to where `Regexp.FindStringIndex` says that it begins).
    pub fn before_match<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        let subject = Subject::new(text);
        let (start, _) = self.find_at(&subject, 0)?;
        Some(subject.part(0, start))
    }

    fn find_at(&self, subject: &Subject<'_>, at: usize) -> Option<(usize, usize)> {
        let mut places = [None; 2];
        let [start, end] = self.search(&subject.text, at, &mut places).then_some(places)?;
        start.zip(end)
    }

    /// `Regexp.FindAllString`: successive matches, at most `limit` of them.
    pub fn find_all<'t>(&self, text: &'t [u8], limit: Option<usize>) -> Vec<&'t [u8]> {
        let subject = Subject::new(text);
        let found = self.matches(&subject, limit);
        found.into_iter().map(|(start, end)| subject.part(start, end)).collect()
    }

    /// Successive matches. An empty one right after another match does not count.
    fn matches(&self, subject: &Subject<'_>, limit: Option<usize>) -> Vec<(usize, usize)> {
        let mut all = Vec::new();
        let mut at = 0;
        let mut last_end = None;
        while limit.is_none_or(|limit| all.len() < limit) && at <= subject.text.len() {
            let Some((start, end)) = self.find_at(subject, at) else {
                break;
            };
            let counts = end != at || last_end != Some(start);
            at = match subject.width(at) {
                _ if end != at => end,
                0 => subject.text.len() + 1,
                width => at + width,
            };
            last_end = Some(end);
            if counts {
                all.push((start, end));
            }
        }
        all
    }

    /// `Regexp.Split`: what lies between the matches, at most `limit` parts.
    pub fn split<'t>(&self, text: &'t [u8], limit: Option<usize>) -> Vec<&'t [u8]> {
        if limit == Some(0) {
            return Vec::new();
        }
        if !self.is_empty && text.is_empty() {
            return vec![text];
        }
        let subject = Subject::new(text);
        let mut parts = Vec::new();
        let (mut start, mut end) = (0, 0);
        for found in self.matches(&subject, limit) {
            if limit.is_some_and(|limit| parts.len() + 1 == limit) {
                break;
            }
            end = found.0;
            if found.1 != 0 {
                parts.push(subject.part(start, end));
            }
            start = found.1;
        }
        if end != subject.text.len() {
            parts.push(subject.part(start, subject.text.len()));
        }
        parts
    }
}
