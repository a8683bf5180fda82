//! `helm repo`: the repositories that a user knows by name.

mod add;
mod index;
mod list;
mod remove;
mod update;

pub(super) use add::check_url;

use super::Settings;
use crate::cobra::{Arguments, Command};

pub(super) fn command(level: longshore_chart::Level) -> Command<Settings> {
    Command {
        usage: "repo add|remove|list|index|update [ARGS]",
        aliases: &[],
        short: "look after the repositories that charts come from",
        long: "A repository is a folder on a web server: an index and archives of charts. Here they get names, and are made.",
        flags: Vec::new(),
        arguments: Arguments::None,
        exclusive: &[],
        children: vec![
            add::command(level),
            index::command(),
            list::command(level),
            remove::command(),
            update::command(level),
        ],
        run: None,
    }
}
