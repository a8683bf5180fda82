//! The line that a place is in, cut to the terminal, and where its mark goes.

use crate::Place;
use crate::visible::{Cell, cell};

/// What is left out of a line.
const CUT: char = '…';

/// A line of source fit to be printed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    /// The text, cut on either side if it is too long.
    pub(crate) text: String,
    /// Columns of the terminal before the mark, and below it; `None` if only the line is known.
    pub(crate) mark: Option<(usize, usize)>,
}

impl Excerpt {
    /// The line of `place` in `source`, at most `width` columns of it; `None` if there is no such line.
    pub(crate) fn of(place: &Place, source: &str, width: usize) -> Option<Self> {
        // Not `lines`: a mistake may be behind the last line end.
        let line = source.split('\n').nth((place.line as usize).checked_sub(1)?)?;
        let line = line.strip_suffix('\r').unwrap_or(line);
        let width = width.max(8);
        let marked = place.column > 0;
        // An error is often at the end of the text: the mark then stands behind the last character.
        let column = (place.column as usize).saturating_sub(1).min(line.chars().count());
        let length = (place.length as usize).max(1);

        // Lines may be megabytes long: what is further away than a whole width is not looked at.
        let skipped = column.saturating_sub(width);
        let mut cells = Vec::new();
        let mut at = 0;
        let mut rest = line.chars().skip(skipped);
        for c in rest.by_ref().take((column - skipped) + length.min(width) + width) {
            let (cell, columns) = cell(c, at);
            cells.push((cell, at));
            at += columns;
        }
        let more = rest.next().is_some();
        let start = |index: usize| cells.get(index).map_or(at, |(_, start)| *start);
        let (mark_start, mark_end) =
            (start(column - skipped), start((column - skipped).saturating_add(length)));

        // All of the line if it fits; else its beginning if the mark is there; else a piece around the mark.
        let mut first = 0;
        if marked && (skipped > 0 || ((at > width || more) && mark_end >= width)) {
            let after = if more { width } else { at - mark_start };
            let before = (width - 2).saturating_sub(after).max(width / 3);
            first = cells.partition_point(|(_, start)| start + before < mark_start);
        }
        let cut_before = first > 0 || skipped > 0;
        let origin = start(first);
        let room = width - usize::from(cut_before);
        let fits = at - origin <= room && !more;
        let end = if fits { at } else { origin + room - 1 };

        let mut text = String::new();
        text.extend(cut_before.then_some(CUT));
        let mut shown = origin;
        for (index, (cell, _)) in cells.iter().enumerate().skip(first) {
            if start(index + 1) > end {
                break;
            }
            match *cell {
                Cell::Char(c) => text.push(c),
                Cell::Spaces(count) => text.extend(std::iter::repeat_n(' ', count)),
            }
            shown = start(index + 1);
        }
        text.extend((!fits).then_some(CUT));
        let shift = usize::from(cut_before);
        let mark = marked.then(|| {
            let mark_start = mark_start.min(shown);
            (mark_start - origin + shift, (mark_end.min(shown)).saturating_sub(mark_start).max(1))
        });
        Some(Self { text, mark })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, column: u32, length: usize, width: usize, expected: &str) {
        let place = Place::new("f", 1, column).spanning(length);
        let excerpt = Excerpt::of(&place, line, width).expect("there is a line");
        let (before, below) = excerpt.mark.expect("there is a column");
        let shown = format!("{}\n{}{}", excerpt.text, " ".repeat(before), "^".repeat(below));
        assert_eq!(shown, expected);
    }

    #[test]
    fn marks_stand_below_their_characters() {
        check("b: [", 4, 0, 80, "b: [\n   ^");
        check("kind: Pod", 7, 3, 80, "kind: Pod\n      ^^^");
        check("日本: x", 2, 3, 80, "日本: x\n  ^^^^");
        check("\ta\tb", 4, 1, 80, "    a   b\n        ^");
        check("e\u{301}x", 3, 1, 80, "e\u{301}x\n ^");
        check("end", 99, 5, 80, "end\n   ^");
        check("\u{1b}[1mx", 2, 1, 80, "␛[1mx\n ^");
        check("", 1, 0, 80, "\n^");
    }

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        let line = "0123456789".repeat(5);
        check(&line, 3, 2, 20, "0123456789012345678…\n  ^^");
        check(&line, 26, 2, 20, "…901234567890123456…\n       ^^");
        check(&line, 50, 1, 20, "…234567890123456789\n                  ^");
        check(&line, 26, 99, 20, "…901234567890123456…\n       ^^^^^^^^^^^^");
    }

    #[test]
    fn what_is_not_there_is_not_shown() {
        assert_eq!(Excerpt::of(&Place::new("f", 3, 1), "one\n", 80), None);
        assert_eq!(Excerpt::of(&Place::file("f"), "one\n", 80), None);
        let whole = Excerpt::of(&Place::new("f", 1, 0), "one\r\n", 80).expect("a line");
        assert_eq!(whole, Excerpt { text: "one".to_owned(), mark: None });
    }
}
