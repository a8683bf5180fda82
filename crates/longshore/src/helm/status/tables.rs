//! Tables of objects as kubectl prints them: the columns are the server's, and so is what stands in them.
//!
//! Rules: <https://github.com/kubernetes/cli-runtime/blob/v0.37.1/pkg/printers/tableprinter.go>.

use std::fmt::Write as _;

use longshore_go::fmt;
use serde_json::Value as Json;

use super::super::shown::live;
use super::resources::Found;

/// Space between columns, and the least width of one with it.
const PADDING: usize = 3;
const MIN_WIDTH: usize = 6;

/// All tables, each kind below its name.
pub(super) fn text(found: &Found) -> String {
    if found.is_empty() {
        return String::new();
    }
    let mut text = String::from("RESOURCES:\n");
    let mut last = Json::Null;
    let mut has_headers = false;
    for (kind, tables) in found {
        let _ = writeln!(text, "==> {kind}");
        for table in tables {
            let columns = &table["columnDefinitions"];
            // Tables with the same columns share one header, which needs a row below it.
            let is_headless = has_headers && *columns == last;
            if *columns != last {
                last = columns.clone();
                has_headers = false;
            }
            has_headers |= table["rows"].as_array().is_some_and(|rows| !rows.is_empty());
            text.push_str(&one(table, is_headless));
        }
        text.push('\n');
    }
    text + "\n"
}

fn one(table: &Json, is_headless: bool) -> String {
    let empty = Vec::new();
    let rows = table["rows"].as_array().unwrap_or(&empty);
    let columns = table["columnDefinitions"].as_array().unwrap_or(&empty);
    if rows.is_empty() {
        return String::new();
    }
    let is_shown =
        |at: usize| columns.get(at).is_some_and(|column| column["priority"].as_i64().unwrap_or(0) == 0);
    let mut lines: Vec<Vec<String>> = Vec::new();
    if !is_headless {
        let names = columns.iter().enumerate().filter(|(at, _)| is_shown(*at));
        lines.push(
            names.map(|(_, column)| column["name"].as_str().unwrap_or_default().to_uppercase()).collect(),
        );
    }
    for row in rows {
        let cells = row["cells"].as_array().unwrap_or(&empty).iter().enumerate();
        lines.push(cells.filter(|(at, _)| is_shown(*at)).map(|(_, cell)| self::cell(cell)).collect());
    }
    let mut widths: Vec<usize> = Vec::new();
    for line in &lines {
        widths.resize(widths.len().max(line.len()), 0);
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count() + PADDING).max(MIN_WIDTH);
        }
    }
    let mut text = String::new();
    for line in &lines {
        for (at, cell) in line.iter().enumerate() {
            let width = if at + 1 == line.len() { 0 } else { widths[at] };
            let _ = write!(text, "{cell:width$}");
        }
        text.push('\n');
    }
    text
}

/// A cell on one line, and harmless for a terminal.
fn cell(cell: &Json) -> String {
    let text = match cell {
        Json::Null => return String::new(),
        Json::String(text) => text.clone(),
        other => String::from_utf8_lossy(&fmt::sprint(&[live(other)])).into_owned(),
    };
    let end = text.find(['\u{c}', '\n', '\r']);
    let (shown, dots) = end.map_or((text.as_str(), ""), |end| (&text[..end], "..."));
    shown.replace('\u{1b}', "^[") + dots
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::text;

    #[test]
    fn tables_with_the_same_columns_share_a_header() {
        let columns = json!([
            {"name": "Name"}, {"name": "Data"}, {"name": "Note", "priority": 1}, {"name": "Age"}
        ]);
        let table = |rows| json!({"kind": "Table", "columnDefinitions": columns.clone(), "rows": rows});
        let found = [(
            String::from("v1/ConfigMap"),
            vec![
                table(json!([{"cells": ["a-long-name", 2, "x", "5m"]}])),
                table(json!([])),
                table(json!([{"cells": ["b", 0, "x", "a\nb"]}])),
            ],
        )];
        assert_eq!(
            text(&found.into()),
            "RESOURCES:\n==> v1/ConfigMap\nNAME          DATA   AGE\na-long-name   2      5m\nb     0     a...\n\n\n"
        );
    }
}
