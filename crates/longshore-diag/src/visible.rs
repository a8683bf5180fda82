//! Text of others, made fit for a terminal: nothing in it moves the cursor, changes colours or turns the
//! direction of what follows.
//!
//! Control characters become their pictures (`␛` for escape), what steers the direction of text or has no
//! width becomes `�`, as in rustc. The first 32 of Unicode's second block of controls count too: to some
//! terminals U+009B begins a sequence just as `ESC [` does.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// Columns from one stop of the tabulator to the next.
const TAB: usize = 4;

/// A message, its line breaks and tabs kept.
pub(crate) fn message(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| matches!(c, '\n' | '\t') || safe(c)) {
        return Cow::Borrowed(text);
    }
    // A line end of Windows is one line end.
    let text = text.replace("\r\n", "\n");
    text.chars().map(|c| if matches!(c, '\n' | '\t') { c } else { visible(c) }).collect()
}

/// A name within a line: line breaks show as pictures too.
pub(crate) fn name(text: &str) -> Cow<'_, str> {
    if text.chars().all(safe) { Cow::Borrowed(text) } else { text.chars().map(visible).collect() }
}

/// What a character of a source line looks like when it begins at a column of the terminal, and how many
/// columns it takes.
pub(crate) fn cell(c: char, column: usize) -> (Cell, usize) {
    if c == '\t' {
        let width = TAB - column % TAB;
        return (Cell::Spaces(width), width);
    }
    let c = visible(c);
    (Cell::Char(c), c.width().unwrap_or(0))
}

/// What stands for a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell {
    /// A character that a terminal shows.
    Char(char),
    /// A tabulator.
    Spaces(usize),
}

fn visible(c: char) -> char {
    match c {
        _ if safe(c) => c,
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        _ => '\u{fffd}',
    }
}

fn safe(c: char) -> bool {
    !matches!(c,
        '\u{0}'..='\u{1f}'
        | '\u{7f}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_that_steers_it() {
        assert_eq!(message("a\u{1b}[31m\r\nb\tc\r\u{9b}2J\u{7f}"), "a␛[31m\nb\tc␍�2J␡");
        assert_eq!(name("a\nb\u{202e}c"), "a␊b�c");
        assert!(matches!(message("plain日本\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn tabulators_reach_the_next_stop() {
        assert_eq!(cell('\t', 0), (Cell::Spaces(4), 4));
        assert_eq!(cell('\t', 3), (Cell::Spaces(1), 1));
        assert_eq!(cell('日', 3), (Cell::Char('日'), 2));
        assert_eq!(cell('\u{301}', 3), (Cell::Char('\u{301}'), 0));
    }
}
