//! `docs/platforms.md`: what platforms demand, and the tests that show it.
//!
//! Every demand of `REQUIREMENTS.md` has one row. A row that says that something is shown names tests that exist and that
//! carry the demand's id in their name, comment or text; one that says that nothing is built says why. A test whose name
//! carries an id stands in that id's row, so that the table does not stay behind.

mod tests_of;

use std::path::Path;

use super::Finding;
pub(super) use tests_of::{Test, tests_in};

/// The table, relative to the root of the workspace.
pub(super) const TABLE: &str = "docs/platforms.md";

/// The letters of each platform's demands, and how many there are: NC1 to NC7, and so on.
const DEMANDS: &[(&str, u8)] = &[("NE", 16), ("BC", 21), ("NC", 7), ("AL", 15), ("KB", 13)];

/// Levels of proof, from the lowest, and which test targets reach them at best.
const LEVELS: &[&str] = &["not built", "rendered", "control plane", "real node"];

/// One row of the table.
#[derive(Debug)]
struct Row<'a> {
    line: usize,
    id: &'a str,
    /// Paths in back ticks.
    built: Vec<&'a str>,
    /// Tests in back ticks, as `offline::nest::ne1_environments_are_as_tabled`.
    shown: Vec<&'a str>,
    level: &'a str,
    missing: &'a str,
}

/// Checks the table against the tests there are; `exists` knows the paths of the repository.
pub(super) fn check(text: &str, tests: &[Test], exists: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |line: usize, message: String| findings.push(Finding::new(Path::new(TABLE), line, message));
    let rows = rows(text, &mut say);
    for id in demands() {
        let mut of = rows.iter().filter(|row| row.id == id);
        match (of.next(), of.next()) {
            (None, _) => say(1, format!("{id} has no row; say where it is built and shown, or why not")),
            (Some(first), Some(second)) => {
                say(second.line, format!("{id} has a row already, in line {}", first.line));
            }
            (Some(_), None) => {}
        }
    }
    for row in &rows {
        for path in row.built.iter().filter(|path| !exists(path)) {
            say(row.line, format!("{}: there is no {path}", row.id));
        }
        for message in flaws(row, tests) {
            say(row.line, format!("{}: {message}", row.id));
        }
    }
    for test in tests {
        for id in &test.in_name {
            if let Some(row) = rows.iter().find(|row| row.id == id)
                && !row.shown.contains(&&*test.path)
            {
                say(row.line, format!("{id}: the test `{}` is not named here", test.path));
            }
        }
    }
    findings
}

/// What is wrong with what a row says is shown.
fn flaws(row: &Row<'_>, tests: &[Test]) -> Vec<String> {
    let mut found = Vec::new();
    let Some(level) = LEVELS.iter().position(|level| *level == row.level) else {
        return vec![format!("{:?} is no level; expected one of {}", row.level, LEVELS.join(", "))];
    };
    if level == 0 && !row.shown.is_empty() {
        found.push("it is not built, and tests are named".to_owned());
    }
    if level == 0 && row.missing.is_empty() {
        found.push("it is not built; say why in the last column".to_owned());
    }
    if level > 0 && row.shown.is_empty() {
        found.push(format!("{}, and no test is named that shows it", row.level));
    }
    let mut reached = 0;
    for name in &row.shown {
        let Some(test) = tests.iter().find(|test| test.path == **name) else {
            found.push(format!("there is no test `{name}`; was it renamed?"));
            continue;
        };
        if !test.ids.contains(row.id) {
            found.push(format!("`{name}` does not say {} in its name, comment or text", row.id));
        }
        reached = reached.max(reach(name));
    }
    if level > reached && !row.shown.is_empty() {
        found.push(format!("{}, and no test that is named runs there", row.level));
    }
    found
}

/// The level that a test reaches by the target that it is in.
fn reach(test: &str) -> usize {
    let target = test.split("::").find(|part| !part.starts_with("longshore-")).unwrap_or_default();
    match target {
        "e2e" => 3,
        "cluster" | "interop" => 2,
        _ => 1,
    }
}

/// Every id there is.
fn demands() -> impl Iterator<Item = String> {
    DEMANDS.iter().flat_map(|(letters, last)| (1..=*last).map(move |number| format!("{letters}{number}")))
}

fn is_demand(id: &str) -> bool {
    demands().any(|demand| demand == id)
}

/// The rows whose first cell is an id.
fn rows<'a>(text: &'a str, say: &mut impl FnMut(usize, String)) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let Some(inner) = line.strip_prefix('|').and_then(|rest| rest.strip_suffix('|')) else { continue };
        let cells: Vec<&str> = inner.split('|').map(str::trim).collect();
        let id = cells[0];
        let looks_like_one = id.len() > 2
            && id.starts_with(|first: char| first.is_ascii_uppercase())
            && id.ends_with(|last: char| last.is_ascii_digit());
        if !looks_like_one {
            continue;
        }
        let line = index + 1;
        if !is_demand(id) {
            say(line, format!("{id} is no demand of any platform"));
            continue;
        }
        let &[id, _, built, shown, level, missing] = cells.as_slice() else {
            say(
                line,
                format!("{id}: {} cells; expected id, demand, built, shown, level, missing", cells.len()),
            );
            continue;
        };
        rows.push(Row { line, id, built: quoted(built), shown: quoted(shown), level, missing });
    }
    rows
}

/// What stands in back ticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests;
