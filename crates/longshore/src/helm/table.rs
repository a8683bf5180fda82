//! Tables as Helm prints them: columns as wide as their longest text, which is cut if it is too long.
//!
//! The library is <https://pkg.go.dev/github.com/gosuri/uitable>.

use longshore_go::strconv;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr};

use crate::cobra::Matches;

/// Rows as text, a tab between the columns and a line end behind each row but the last. `longest` is the width to which
/// texts are cut; zero for none.
pub(super) fn table(rows: &[Vec<String>], longest: usize) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        widths.resize(widths.len().max(row.len()), 0);
        for (width, text) in widths.iter_mut().zip(row) {
            // Of several lines the longest counts.
            let own = text.lines().map(shown_width).max().unwrap_or_default();
            *width = (*width).max(if longest == 0 { own } else { own.min(longest) });
        }
    }
    let lines = |row: &Vec<String>| {
        // A text is cut as a whole before its lines are laid out below each other.
        let cells: Vec<String> = row.iter().zip(&widths).map(|(text, width)| fitted(text, *width)).collect();
        let cells: Vec<Vec<&str>> = cells.iter().map(|cell| cell.split('\n').collect()).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(1);
        let line = |at: usize| {
            let parts = cells.iter().zip(&widths);
            let parts = parts.map(|(cell, width)| fitted(cell.get(at).unwrap_or(&""), *width));
            parts.collect::<Vec<_>>().join("\t")
        };
        (0..height).map(line).collect::<Vec<_>>().join("\n")
    };
    rows.iter().map(lines).collect::<Vec<_>>().join("\n")
}

/// The width that `--max-col-width` says.
pub(super) fn max_width(matches: &Matches) -> usize {
    let given = strconv::parse_uint(matches.text("max-col-width").as_bytes(), 0, 64).unwrap_or_default();
    usize::try_from(given).unwrap_or_default()
}

/// The width of a text without its colours, tabs and line ends.
fn shown_width(text: &str) -> usize {
    if let Some((before, rest)) = text.split_once("\u{1b}[") {
        return shown_width(before) + shown_width(rest.split_once('m').map_or("", |(_, behind)| behind));
    }
    text.split(char::is_control).map(UnicodeWidthStr::width).sum()
}

/// The text in that width: filled up with spaces, or cut with dots at its end.
fn fitted(text: &str, width: usize) -> String {
    let own = shown_width(text);
    if own <= width {
        return format!("{text}{:1$}", "", width - own);
    }
    let mut cut = String::new();
    let mut used = 0;
    for c in text.chars() {
        cut.push(c);
        let next = used + c.width().unwrap_or_default();
        if next + 3 >= width {
            break;
        }
        used = next;
    }
    cut + "..."
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let rows = |rows: &[[&str; 2]]| -> Vec<Vec<String>> {
            rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect()
        };
        let all = rows(&[["NAME", "TEXT"], ["a", "a longer text"], ["漢字", "x"]]);
        assert_eq!(table(&all, 10), "NAME\tTEXT      \na   \ta longe...\n漢字\tx         ");
        let two = rows(&[["NAME", "TEXT"], ["a", "a long line\nb"], ["c", "d"]]);
        assert!(table(&two, 0).starts_with("NAME\tTEXT       \na   \ta long"));
        assert_eq!(table(&all, 0), "NAME\tTEXT         \na   \ta longer text\n漢字\tx            ");
    }
}
