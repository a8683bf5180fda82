//! `helm repo list`.

use longshore_chart::Level;
use serde::Serialize;

use super::super::format::{self, Format};
use super::super::table::table;
use super::super::{Settings, print, repositories, say};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

pub(super) fn command(level: Level) -> Command<Settings> {
    let mut flags = vec![format::flag()];
    if level.rules().major > 3 {
        flags.push(Flag::new("no-headers", Kind::Bool, "no line with the names of the columns"));
    }
    Command {
        usage: "list",
        aliases: &["ls"],
        short: "print the repositories",
        long: "Prints the names of all repositories and their addresses.",
        flags,
        arguments: Arguments::None,
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    url: &'a str,
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let format = format::of(matches);
    // A file that cannot be read has no repositories.
    let file = repositories::load(settings).unwrap_or_default();
    if format != Format::Table {
        let rows: Vec<Row<'_>> =
            file.repositories.iter().map(|entry| Row { name: &entry.name, url: &entry.url }).collect();
        return format::print(&rows, format);
    }
    if file.repositories.is_empty() {
        let nothing = "no repositories to show";
        if settings.level.rules().major == 3 {
            anyhow::bail!(nothing);
        }
        say(nothing);
        return Ok(());
    }
    let mut rows = Vec::new();
    if !matches.is_on("no-headers") {
        rows.push(vec![String::from("NAME"), String::from("URL")]);
    }
    rows.extend(file.repositories.iter().map(|entry| vec![entry.name.clone(), entry.url.clone()]));
    print(&(table(&rows, 0) + "\n"))
}
