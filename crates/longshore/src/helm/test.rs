//! `helm test`.

use std::io::Write as _;

use anyhow::anyhow;
use longshore_chart::Level;
use longshore_release::helm::Result;
use longshore_release::helm::test::{Filter, Tested, logs, test};

use super::Settings;
use super::colour::Colour;
use super::ground::Ground;
use super::shown::{Shown, shown};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches, print};

pub(super) fn command(level: Level) -> Command<Settings> {
    let mut flags = vec![
        Flag::new("filter", Kind::List, "only tests with name=NAME, or all but those with !name=NAME"),
        Flag::new("logs", Kind::Bool, "print what the tests' Pods wrote"),
        Flag::new("timeout", Kind::Duration, "time for each operation of the cluster").default("5m0s"),
    ];
    if level.rules().major == 3 {
        flags.push(Flag::new("hide-notes", Kind::Bool, "do not print the notes"));
    }
    Command {
        usage: "test [RELEASE]",
        aliases: &[],
        short: "run the tests of a release",
        long: "Runs the hooks of the event `test` of a deployed release, and says how they went.",
        flags,
        arguments: Arguments::Exactly(1),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let filter = Filter::of(matches.all("filter").iter().map(String::as_str));
    let ground = Ground::open(settings, matches)?;
    let [name] = matches.arguments.as_slice() else { return Ok(()) };
    let mut tested = ground.wait(test(&ground.operation, name, &filter))?;
    let told = tell(settings, matches, &ground, &tested, &filter);
    // What tests leave is deleted whatever happened before.
    let cleared: Result<()> = ground.wait(tested.clear(&ground.operation));
    told?;
    Ok(cleared?)
}

/// Prints how the tests went, and what they wrote.
fn tell(
    settings: &Settings,
    matches: &Matches,
    ground: &Ground,
    tested: &Tested,
    filter: &Filter,
) -> anyhow::Result<()> {
    let how = Shown {
        level: settings.level,
        colour: Colour::of(settings, matches),
        description: false,
        metadata: false,
        debug: settings.debug,
        is_new: false,
        hide_notes: settings.level.rules().major > 3 || matches.is_on("hide-notes"),
        resources: "",
    };
    print(&shown(&tested.release, &how)?)?;
    if matches.is_on("logs") {
        print("\n")?;
        let write = |bytes: &[u8]| std::io::stdout().lock().write_all(bytes);
        let written = ground.wait(logs(&ground.operation, &tested.release, filter, write));
        if let Err(problem) = written {
            return Err(match &tested.result {
                Err(result) if settings.level.rules().major > 3 => anyhow!("{result}\n{problem}"),
                _ => problem.into(),
            });
        }
    }
    Ok(tested.result.clone()?)
}
