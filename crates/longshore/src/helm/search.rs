//! `helm search`: finding charts by words.

mod hub;
mod repo;

use anyhow::bail;
use serde::Serialize;

use super::format::{self, Format};
use super::table::{max_width, table};
use super::{Settings, print};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

pub(super) fn command() -> Command<Settings> {
    Command {
        usage: "search [keyword]",
        aliases: &[],
        short: "find charts by words",
        long: "Finds charts by words in the repositories that have a name here, or in a hub.",
        flags: Vec::new(),
        arguments: Arguments::AtLeast(0),
        exclusive: &[],
        children: vec![hub::command(), repo::command()],
        run: None,
    }
}

/// The flags of both.
fn flags() -> Vec<Flag> {
    vec![
        Flag::new("fail-on-no-result", Kind::Bool, "fail if nothing is found"),
        Flag::new("max-col-width", Kind::Uint, "longest text of a column").default("50"),
        format::flag(),
    ]
}

/// Prints what was found: as a table with these columns, or as a list of its elements.
fn show<T: Serialize>(
    matches: &Matches,
    found: &[T],
    columns: &[&str],
    row: impl Fn(&T) -> Vec<String>,
) -> anyhow::Result<()> {
    let format = format::of(matches);
    if found.is_empty() && matches.is_on("fail-on-no-result") {
        bail!("no results found");
    }
    match format {
        Format::Table if found.is_empty() => print("No results found\n"),
        Format::Table => {
            let mut rows = vec![columns.iter().map(|name| (*name).to_owned()).collect()];
            rows.extend(found.iter().map(row));
            print(&(table(&rows, max_width(matches)) + "\n"))
        }
        format => format::print(&found, format),
    }
}
