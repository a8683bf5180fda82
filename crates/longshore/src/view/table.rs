//! Columns of text, as wide as they need to be.

use std::fmt::Write;

/// Lines of cells under a heading. Colours may be in the cells: their escape codes take no room.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
    indent: usize,
}

impl Table {
    /// A table that begins with a line of headings.
    pub(super) fn new(headings: &[&str]) -> Self {
        Self { rows: vec![headings.iter().map(|heading| (*heading).to_owned()).collect()], indent: 0 }
    }

    /// A table without headings, indented.
    pub(super) fn bare(indent: usize) -> Self {
        Self { rows: Vec::new(), indent }
    }

    /// Adds a line.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Whether it has nothing but headings.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.len() < 2
    }

    /// The lines; no line ends in blanks.
    pub(super) fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                self.rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or(0)
            })
            .collect();
        let mut out = String::new();
        for row in &self.rows {
            let mut line = " ".repeat(self.indent);
            for (cell, width_of_column) in row.iter().zip(&widths) {
                let pad = width_of_column - width(cell) + 2;
                // Writing to a string does not fail.
                let _ = write!(line, "{cell}{}", " ".repeat(pad));
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}

/// Characters that are seen: escape codes are not.
fn width(cell: &str) -> usize {
    let mut seen = 0;
    let mut in_code = false;
    for c in cell.chars() {
        match c {
            '\u{1b}' => in_code = true,
            'm' if in_code => in_code = false,
            _ if in_code => {}
            _ => seen += 1,
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn colours_take_no_room_and_lines_end_clean() {
        let mut table = Table::new(&["A", "B"]);
        table.row(["\u{1b}[32mgreen\u{1b}[0m".to_owned(), "x".to_owned()]);
        table.row(["no".to_owned(), String::new()]);
        assert_eq!(table.render(), "A      B\n\u{1b}[32mgreen\u{1b}[0m  x\nno\n");
    }
}
