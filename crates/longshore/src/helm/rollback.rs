//! `helm rollback`.

use anyhow::{anyhow, bail};
use longshore_chart::Level;
use longshore_go::strconv;
use longshore_release::helm::{DryRun, Rollback};

use super::ground::Ground;
use super::locate::quoted;
use super::{Settings, act, flags, print};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

/// How long a description may be, in characters.
const MAX_DESCRIPTION: usize = 256;

pub(super) fn command(level: Level) -> Command<Settings> {
    Command {
        usage: "rollback <RELEASE> [REVISION]",
        aliases: &[],
        short: "roll back a release to a previous revision",
        long: "Deploys an old revision of a release once more, under a new number.

Without a revision, or with 0, it is the one before the last. `helm history RELEASE` lists them.",
        flags: flags::rollback(level),
        arguments: Arguments::AtLeast(1),
        exclusive: match level.rules().major {
            3 => &[],
            _ => &[&["force-replace", "force-conflicts"], &["force", "force-conflicts"]],
        },
        children: Vec::new(),
        run: Some(run),
    }
}

/// `--dry-run`, which is a switch at 3.x.
pub(super) fn dry_run_flag(level: Level) -> Flag {
    match level.rules().major {
        3 => Flag::new("dry-run", Kind::Bool, "only try"),
        _ => act::dry_run_flag(level),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let is_old = settings.level.rules().major == 3;
    let name = matches.arguments.first().map_or("", String::as_str);
    let revision = match matches.arguments.get(1) {
        None => 0,
        Some(text) => strconv::parse_int(text.as_bytes(), 10, 64).map_err(|error| {
            let why = error.to_string();
            let why = why.rsplit(": ").next().unwrap_or_default().to_owned();
            anyhow!("could not convert revision to a number: strconv.Atoi: parsing {}: {why}", quoted(text))
        })?,
    };
    let description = matches.text("description");
    let length = description.chars().count();
    if length > MAX_DESCRIPTION {
        bail!("description must be {MAX_DESCRIPTION} characters or less, got {length}");
    }
    let dry_run = match is_old {
        true if matches.is_on("dry-run") => DryRun::Server,
        true => DryRun::None,
        false => act::dry_run(settings, matches)?,
    };
    let mut ground = Ground::open(settings, matches)?;
    let kept = usize::try_from(flags::number(matches, "history-max")).unwrap_or_default();
    ground.operation.records = ground.operation.records.keeping(kept);
    let rollback = Rollback {
        name: name.to_owned(),
        revision,
        description: description.to_owned(),
        dry_run,
        server_side: if is_old { String::from("auto") } else { matches.text("server-side").to_owned() },
        force_conflicts: matches.is_on("force-conflicts"),
        force_replace: act::replaces(matches),
        no_hooks: matches.is_on("no-hooks"),
        strategy: act::strategy(settings, matches),
        wait_for_jobs: matches.is_on("wait-for-jobs"),
        cleanup_on_fail: matches.is_on("cleanup-on-fail"),
        recreate_pods: matches.is_on("recreate-pods"),
    };
    ground.wait(rollback.run(&ground.operation))?;
    print("Rollback was a success! Happy Helming!\n")
}
