//! `helm dependency update`: the newest versions that Chart.yaml allows.

use longshore_chart::Level;

use super::super::Settings;
use super::{Signatures, flags, manager};
use crate::cobra::{Arguments, Command, Matches};

pub(super) fn command(level: Level) -> Command<Settings> {
    Command {
        usage: "update CHART",
        aliases: &["up"],
        short: "fetch the newest charts that Chart.yaml allows",
        long: "Fetches the newest charts that Chart.yaml allows into the folder `charts`, removes others from there, and writes
down their versions in Chart.lock.",
        flags: flags(level),
        arguments: Arguments::AtMost(1),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    manager(settings, matches, Signatures::Needed)?.update()
}
