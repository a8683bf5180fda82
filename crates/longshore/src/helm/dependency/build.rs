//! `helm dependency build`: what the lock says.

use longshore_chart::Level;

use super::super::Settings;
use super::{Signatures, flags, manager};
use crate::cobra::{Arguments, Command, Matches};

pub(super) fn command(level: Level) -> Command<Settings> {
    Command {
        usage: "build CHART",
        aliases: &[],
        short: "fetch the charts that Chart.lock names",
        long: "Fetches the charts that Chart.lock names in their exact versions into the folder `charts`. Without a lock it
does what `update` does.",
        flags: flags(level),
        arguments: Arguments::AtMost(1),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    manager(settings, matches, Signatures::IfThere)?.build()
}
