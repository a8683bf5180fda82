//! `helm dependency`: the charts that a chart depends on.

mod archive;
mod build;
mod fetch;
mod list;
mod manager;
mod names;
mod settle;
mod update;

use longshore_chart::Level;

pub(super) use manager::{Manager, Signatures};

use super::{Settings, flags, registry};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

pub(super) fn command(level: Level) -> Command<Settings> {
    Command {
        usage: "dependency",
        aliases: &["dep", "dependencies"],
        short: "look after the charts that a chart depends on",
        long: "A chart names the charts that it depends on in its Chart.yaml, and holds them in its folder `charts`.",
        flags: Vec::new(),
        arguments: Arguments::None,
        exclusive: &[],
        children: vec![build::command(level), list::command(), update::command(level)],
        run: None,
    }
}

/// The flags of commands that fetch charts. Those about a registry change nothing for other repositories.
fn flags(level: Level) -> Vec<Flag> {
    let mut all = flags::chart(level);
    all.retain(|flag| !matches!(flag.name, "repo" | "version" | "pass-credentials"));
    all.push(Flag::new("skip-refresh", Kind::Bool, "use the indexes of repositories as they are cached"));
    all
}

/// The manager for the chart that is named, or for that of this folder.
fn manager<'s>(
    settings: &'s Settings,
    matches: &'s Matches,
    signatures: Signatures,
) -> anyhow::Result<Manager<'s>> {
    let name = matches.arguments.first().map_or(".", String::as_str);
    let path = super::paths::clean(std::path::Path::new(name));
    let signatures = if matches.is_on("verify") { signatures } else { Signatures::Ignored };
    let mut manager = Manager::new(settings, path, matches.text("keyring"), signatures)?;
    registry::check_files(settings)?;
    manager.skips_refresh = matches.is_on("skip-refresh");
    Ok(manager)
}
