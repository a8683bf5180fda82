//! The terminal that understands what programs write, and the pictures that are taken of it.
//!
//! Lines are counted from the first that was ever written, not from the top of the screen: a line keeps its number when
//! the screen scrolls, so that a film need not draw it again.

use std::num::NonZeroU16;

use vt100::{Cell, Color, Parser};

use super::pty::Size;

/// How many lines that left the screen are remembered. More than any recording has.
const REMEMBERED: usize = 10_000;

/// How text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Style {
    pub(super) foreground: Color,
    pub(super) background: Color,
    pub(super) bold: bool,
    pub(super) dim: bool,
    pub(super) italic: bool,
    pub(super) underline: bool,
    /// Foreground and background change places.
    pub(super) inverse: bool,
}

/// Characters of one style, side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    /// The first cell, counted from zero.
    pub(super) column: usize,
    /// In cells.
    pub(super) width: usize,
    pub(super) text: String,
    pub(super) style: Style,
}

/// A line of text: its runs from left to right, without the blank rest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Line(pub(super) Vec<Run>);

impl Line {
    /// Its characters.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut end = 0;
        for run in &self.0 {
            text.push_str(&" ".repeat(run.column - end));
            text.push_str(&run.text);
            end = run.column + run.width;
        }
        text
    }
}

/// A picture of the screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Frame {
    /// How many lines have left the screen.
    pub(super) top: usize,
    /// The lines on the screen; the first is number `top`.
    pub(super) lines: Vec<Line>,
    /// The line (counted as lines are) and column of the cursor, unless it is hidden.
    pub(super) cursor: Option<(usize, usize)>,
}

impl Frame {
    /// The characters of all lines. Lines are not kept apart, for a long one may go over several.
    pub(super) fn text(&self) -> String {
        self.lines.iter().map(Line::text).collect()
    }
}

/// A terminal without a window.
pub(super) struct Terminal {
    parser: Parser,
}

impl Terminal {
    pub(super) fn new(size: Size) -> Self {
        let cells = |count| NonZeroU16::new(count).unwrap_or(NonZeroU16::MIN);
        Self { parser: Parser::new(cells(size.rows), cells(size.columns), REMEMBERED) }
    }

    /// Does what a program says.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
    }

    /// A picture of how it looks now.
    pub(super) fn frame(&self) -> Frame {
        let screen = self.parser.screen();
        let top = screen.scrollback_len();
        let (row, column) = screen.cursor_position();
        let cursor = (!screen.hide_cursor()).then_some((top + row as usize, column as usize));
        Frame { top, lines: self.lines(), cursor }
    }

    /// All text since the beginning, without blank ends.
    pub(super) fn everything(&mut self) -> String {
        let mut lines = Vec::new();
        let left = self.parser.screen().scrollback_len();
        // The screen is moved up over what has left it, a line at a time: each time the uppermost is new.
        for back in (1..=left).rev() {
            self.parser.screen_mut().set_scrollback(back);
            lines.extend(self.lines().into_iter().next());
        }
        self.parser.screen_mut().set_scrollback(0);
        lines.extend(self.lines());
        let mut text = String::new();
        for line in &lines {
            text.push_str(line.text().trim_end());
            text.push('\n');
        }
        format!("{}\n", text.trim_end())
    }

    fn lines(&self) -> Vec<Line> {
        let screen = self.parser.screen();
        let (rows, columns) = screen.size();
        let line =
            |row| line((0..columns.get()).filter_map(|column| Some((column, screen.cell(row, column)?))));
        (0..rows.get()).map(line).collect()
    }
}

/// The runs of a row of cells. Characters outside ASCII may come from another font, so they are kept apart.
fn line<'a>(cells: impl Iterator<Item = (u16, &'a Cell)>) -> Line {
    let mut runs: Vec<Run> = Vec::new();
    for (column, cell) in cells.filter(|(_, cell)| !cell.is_wide_continuation()) {
        let (column, style) = (column as usize, style(cell));
        let text = if cell.has_contents() { cell.contents() } else { " " };
        let width = if cell.is_wide() { 2 } else { 1 };
        match runs.last_mut() {
            Some(run)
                if run.style == style
                    && run.column + run.width == column
                    && run.text.is_ascii() == text.is_ascii() =>
            {
                run.text.push_str(text);
                run.width += width;
            }
            _ => runs.push(Run { column, width, text: text.to_owned(), style }),
        }
    }
    // A blank shows nothing, unless it has a background or a line under it.
    for run in &mut runs {
        if is_plain(run.style) && run.text.is_ascii() {
            let text = run.text.trim_start();
            run.column += run.text.len() - text.len();
            run.text = text.trim_end().to_owned();
            run.width = run.text.len();
        }
    }
    runs.retain(|run| !run.text.is_empty());
    Line(runs)
}

fn is_plain(style: Style) -> bool {
    style.background == Color::Default && !style.underline && !style.inverse
}

fn style(cell: &Cell) -> Style {
    Style {
        foreground: cell.fgcolor(),
        background: cell.bgcolor(),
        bold: cell.bold(),
        dim: cell.dim(),
        italic: cell.italic(),
        underline: cell.underline(),
        inverse: cell.inverse(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(text: &str) -> Terminal {
        let mut terminal = Terminal::new(Size { rows: 3, columns: 20 });
        terminal.write(text.as_bytes());
        terminal
    }

    #[test]
    fn runs_keep_styles_and_fonts_apart() {
        let frame = terminal("a  \x1b[1;32mgo\x1b[0m \u{280b} x").frame();
        let runs: Vec<_> = frame.lines[0].0.iter().map(|run| (run.column, run.width, &*run.text)).collect();
        assert_eq!(runs, [(0, 1, "a"), (3, 2, "go"), (6, 1, "\u{280b}"), (8, 1, "x")]);
        let green = frame.lines[0].0[1].style;
        assert!(green.bold && green.foreground == Color::Idx(2), "{green:?}");
        assert_eq!(frame.lines[0].text(), "a  go \u{280b} x");
        assert_eq!(frame.cursor, Some((0, 9)));
    }

    #[test]
    fn blanks_show_only_with_a_background() {
        let frame = terminal("\x1b[41m  \x1b[0m  ").frame();
        let runs = &frame.lines[0].0;
        assert_eq!((runs.len(), &*runs[0].text, runs[0].style.background), (1, "  ", Color::Idx(1)));
    }

    #[test]
    fn a_line_keeps_its_number_when_the_screen_scrolls() {
        let mut terminal = terminal("one\r\ntwo\r\nthree");
        assert_eq!(terminal.frame().top, 0);
        terminal.write(b"\r\nfour\r\nfive");
        let frame = terminal.frame();
        assert_eq!((frame.top, frame.lines[0].text()), (2, "three".to_owned()));
        assert_eq!(frame.cursor, Some((4, 4)));
        assert_eq!(terminal.everything(), "one\ntwo\nthree\nfour\nfive\n");
        assert_eq!(terminal.frame(), frame, "looking back changes nothing");
    }

    #[test]
    fn a_hidden_cursor_is_not_in_the_picture() {
        assert_eq!(terminal("\x1b[?25l").frame().cursor, None);
    }

    #[test]
    fn a_wide_character_takes_two_cells() {
        let frame = terminal("\u{6e2f}x").frame();
        let runs: Vec<_> = frame.lines[0].0.iter().map(|run| (run.column, run.width, &*run.text)).collect();
        assert_eq!(runs, [(0, 2, "\u{6e2f}"), (2, 1, "x")]);
    }
}
