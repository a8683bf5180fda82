//! `helm uninstall`.

use anyhow::bail;
use longshore_chart::Level;
use longshore_cluster::Propagation;
use longshore_release::helm::uninstall::{Uninstall, uninstall};

use super::ground::Ground;
use super::{Settings, flags};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches, print};

pub(super) fn command(level: Level) -> Command<Settings> {
    Command {
        usage: "uninstall RELEASE_NAME [...]",
        aliases: &["del", "delete", "un"],
        short: "uninstall releases",
        long: "Deletes the objects of releases, and their records.

Objects with `helm.sh/resource-policy: keep` stay, and so do those that are not the release's any longer. With --dry-run
nothing is deleted. With --cascade=foreground and --wait the command ends when everything is gone.",
        flags: vec![
            Flag::new("cascade", Kind::Text, "what becomes of what an object owns: background, foreground, orphan")
                .default("background"),
            Flag::new("description", Kind::Text, "what the record says, if it is kept"),
            Flag::new("dry-run", Kind::Bool, "delete nothing"),
            Flag::new("ignore-not-found", Kind::Bool, "a release that is not there is fine"),
            Flag::new("keep-history", Kind::Bool, "keep the records, marked as uninstalled"),
            Flag::new("no-hooks", Kind::Bool, "no hooks"),
            Flag::new("timeout", Kind::Duration, "time for each operation of the cluster").default("5m0s"),
            flags::wait(level),
        ],
        arguments: Arguments::AtLeast(1),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let propagation = match matches.text("cascade") {
        "background" => Propagation::Background,
        "foreground" => Propagation::Foreground,
        "orphan" => Propagation::Orphan,
        other => {
            bail!("invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\"")
        }
    };
    let wanted = Uninstall {
        no_hooks: matches.is_on("no-hooks"),
        dry_run: matches.is_on("dry-run"),
        ignore_not_found: matches.is_on("ignore-not-found"),
        keep_history: matches.is_on("keep-history"),
        strategy: flags::strategy(matches, settings.level),
        propagation,
        description: matches.text("description").to_owned(),
    };
    let ground = Ground::open(settings, matches)?;
    for name in &matches.arguments {
        let uninstalled = ground.wait(uninstall(&ground.operation, name, &wanted))?;
        if let Some(uninstalled) = uninstalled.filter(|uninstalled| !uninstalled.info.is_empty()) {
            print(&format!("{}\n", uninstalled.info))?;
        }
        print(&format!("release \"{name}\" uninstalled\n"))?;
    }
    Ok(())
}
