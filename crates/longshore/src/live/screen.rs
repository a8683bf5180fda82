//! A picture at the end of what a terminal shows, redrawn in place.
//!
//! All moves are relative to where the picture begins: nobody has to be asked where the cursor is, the terminal stays
//! in its own mode, and the cursor is never hidden. So there is nothing to be put in order when the program ends, in
//! whichever way it does; the last picture stays.

use std::fmt::Write as _;
use std::io::{self, Write};

use ratatui::Terminal;
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::{Color, Modifier};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;
use ratatui::{TerminalOptions, Viewport};

/// The picture and what lies above it.
pub(crate) struct Screen {
    terminal: Option<Terminal<Relative>>,
    out: Option<Box<dyn Write + Send>>,
    /// The last picture, to draw it again below something new.
    last: Vec<Line<'static>>,
    columns: u16,
    /// Whether it is coloured.
    pub(crate) colours: bool,
}

impl Screen {
    /// Nothing yet.
    pub(crate) fn new(out: Box<dyn Write + Send>, colours: bool) -> Self {
        Self { terminal: None, out: Some(out), last: Vec::new(), columns: 0, colours }
    }

    /// Shows these lines in the place of those before.
    pub(crate) fn draw(&mut self, lines: Vec<Line<'static>>, columns: u16) -> io::Result<()> {
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        if self.columns != columns || self.last.len() != lines.len() || self.terminal.is_none() {
            self.erase()?;
            self.columns = columns;
            self.begin(height)?;
        }
        self.last = lines;
        let Some(terminal) = &mut self.terminal else { return Ok(()) };
        let lines = self.last.clone();
        terminal.draw(|frame| frame.render_widget(Paragraph::new(lines), frame.area()))?;
        terminal.backend_mut().park()
    }

    /// Has something written above the picture.
    pub(crate) fn above(&mut self, write: impl FnOnce()) {
        // A terminal that has gone shows nothing.
        let _ = self.erase();
        write();
        let (lines, columns) = (std::mem::take(&mut self.last), self.columns);
        if !lines.is_empty() {
            let _ = self.draw(lines, columns);
        }
    }

    /// Leaves the picture where it is; what follows comes below.
    pub(crate) fn finish(&mut self) {
        if let Some(mut terminal) = self.terminal.take() {
            let _ = terminal.backend_mut().leave();
            self.out = terminal.backend_mut().out.take();
        }
        self.last.clear();
    }

    fn begin(&mut self, height: u16) -> io::Result<()> {
        let Some(mut out) = self.out.take().filter(|_| height > 0) else { return Ok(()) };
        // Room below: the terminal scrolls if it has none.
        out.write_all("\n".repeat(usize::from(height) - 1).as_bytes())?;
        // The last column is left free: a character there would leave the cursor in between two lines.
        let size = Size { width: self.columns.saturating_sub(1).max(1), height };
        let backend = Relative { out: Some(out), row: height - 1, size, pending: String::new() };
        let viewport = Viewport::Fixed(Rect::new(0, 0, size.width, height));
        self.terminal = Some(Terminal::with_options(backend, TerminalOptions { viewport })?);
        Ok(())
    }

    /// Takes the picture away.
    fn erase(&mut self) -> io::Result<()> {
        let Some(mut terminal) = self.terminal.take() else { return Ok(()) };
        let result = terminal.backend_mut().erase();
        self.out = terminal.backend_mut().out.take();
        result
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.finish();
    }
}

/// A terminal below a line of which only that is known that it is there.
struct Relative {
    out: Option<Box<dyn Write + Send>>,
    /// The row of the cursor, counted from the picture's first.
    row: u16,
    size: Size,
    /// What is written at once at the next flush.
    pending: String,
}

impl Relative {
    fn to(&mut self, column: u16, row: u16) {
        self.pending.push('\r');
        // Writing to a string does not fail.
        let _ = match row.cmp(&self.row) {
            std::cmp::Ordering::Less => write!(self.pending, "\u{1b}[{}A", self.row - row),
            std::cmp::Ordering::Greater => write!(self.pending, "\u{1b}[{}B", row - self.row),
            std::cmp::Ordering::Equal => Ok(()),
        };
        if column > 0 {
            let _ = write!(self.pending, "\u{1b}[{column}C");
        }
        self.row = row;
    }

    /// Puts the cursor at the beginning of the last row.
    fn park(&mut self) -> io::Result<()> {
        self.to(0, self.size.height.saturating_sub(1));
        self.flush()
    }

    fn leave(&mut self) -> io::Result<()> {
        self.to(0, self.size.height.saturating_sub(1));
        self.pending.push_str("\r\n");
        self.flush()
    }

    fn erase(&mut self) -> io::Result<()> {
        self.to(0, 0);
        self.pending.push_str("\u{1b}[J");
        self.flush()
    }
}

/// Select graphic rendition, from nothing.
fn style(cell: &Cell) -> String {
    let mut codes = String::from("\u{1b}[0");
    for (modifier, code) in [(Modifier::BOLD, ";1"), (Modifier::DIM, ";2")] {
        if cell.modifier.contains(modifier) {
            codes.push_str(code);
        }
    }
    codes.push_str(match cell.fg {
        Color::Red => ";31",
        Color::Green => ";32",
        Color::Yellow => ";33",
        _ => "",
    });
    codes.push('m');
    codes
}

impl Backend for Relative {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let plain = "\u{1b}[0m";
        let mut at: Option<(u16, u16)> = None;
        let mut now = plain.to_owned();
        for (column, row, cell) in content {
            if at != Some((column, row)) {
                self.to(column, row);
            }
            let wanted = style(cell);
            if wanted != now {
                self.pending.push_str(&wanted);
                now = wanted;
            }
            self.pending.push_str(cell.symbol());
            let width = unicode_width::UnicodeWidthStr::width(cell.symbol()).max(1);
            at = Some((column + u16::try_from(width).unwrap_or(1), row));
        }
        if now != plain {
            self.pending.push_str(plain);
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position { x: 0, y: self.row })
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let Position { x, y } = position.into();
        self.to(x, y);
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.erase()
    }

    fn clear_region(&mut self, _: ClearType) -> io::Result<()> {
        self.erase()
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::ZERO })
    }

    fn flush(&mut self) -> io::Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        out.write_all(self.pending.as_bytes())?;
        self.pending.clear();
        out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use ratatui::text::Line;

    use super::Screen;

    /// A terminal of 4 rows and 20 columns.
    #[derive(Clone)]
    struct Emulated(Arc<Mutex<vt100::Parser>>);

    impl Write for Emulated {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // What the system's terminal does with the end of a line.
            let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\n', "\r\n");
            self.0.lock().unwrap().process(text.as_bytes());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn lines(texts: &[&str]) -> Vec<Line<'static>> {
        texts.iter().map(|text| Line::from((*text).to_owned())).collect()
    }

    #[test]
    fn a_picture_grows_and_shrinks_below_what_is_said() {
        let [rows, columns] = [6, 20].map(|number| std::num::NonZero::new(number).unwrap());
        let terminal = Emulated(Arc::new(Mutex::new(vt100::Parser::new(rows, columns, 0))));
        // What is not written and what is written as a space looks the same.
        let shown = || {
            let contents = terminal.0.lock().unwrap().screen().contents();
            contents.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
        };
        terminal.clone().write_all(b"$ watch\n").unwrap();
        let mut screen = Screen::new(Box::new(terminal.clone()), true);
        screen.draw(lines(&["one", "two"]), 20).unwrap();
        assert_eq!(shown(), "$ watch\none\ntwo");
        screen.draw(lines(&["one", "2"]), 20).unwrap();
        assert_eq!(shown(), "$ watch\none\n2");
        screen.draw(lines(&["one", "2", "three is longer than a row"]), 20).unwrap();
        assert_eq!(shown(), "$ watch\none\n2\nthree is longer tha");
        let mut said = terminal.clone();
        screen.above(|| said.write_all(b"said\n").unwrap());
        assert_eq!(shown(), "$ watch\nsaid\none\n2\nthree is longer tha");
        screen.draw(lines(&["a", "b", "c", "d", "e"]), 20).unwrap();
        assert_eq!(shown(), "said\na\nb\nc\nd\ne", "the terminal has scrolled");
        screen.draw(lines(&["end"]), 20).unwrap();
        drop(screen);
        terminal.clone().write_all(b"$ ").unwrap();
        assert_eq!(shown(), "said\nend\n$");
        assert!(!terminal.0.lock().unwrap().screen().hide_cursor());
    }
}
