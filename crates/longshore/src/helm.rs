//! `longshore helm`, and `longshore` under the name `helm`: Helm's command line, with its words, flags, output and exit
//! codes, and nothing of our own but `--helm-compat`.
//!
//! What it does is Helm's; the help is told in our words.

mod act;
mod archives;
mod beside;
mod changed;
mod cluster;
mod colour;
mod complete;
mod completion;
mod create;
mod dependency;
mod download;
mod drafted;
mod env;
mod flags;
mod format;
mod get;
mod gostruct;
mod ground;
mod history;
mod inflate;
mod install;
mod lint;
mod list;
mod locate;
mod modified;
mod named;
mod output;
mod package;
mod paths;
mod plugin;
mod post_render;
mod pull;
mod push;
mod recorded;
mod records;
mod registry;
mod remote;
mod repo;
mod repositories;
mod requested;
mod rollback;
mod search;
mod settings;
mod show;
mod shown;
mod sign;
mod status;
mod table;
mod template;
mod test;
mod times;
mod uninstall;
mod upgrade;
mod verify;
mod version;
mod versioned;

use std::process::ExitCode;
use std::time::Duration;

use longshore_chart::Level;

use crate::cobra::{self, Arguments, Command, Matches, failed, print, say};
pub(crate) use archives::{archive, image_digest};
pub(crate) use inflate::Inflater;
pub(crate) use settings::Settings;

/// Runs Helm's command line with the words behind its name.
pub(crate) fn main(words: &[String]) -> ExitCode {
    let level = match settings::level(words) {
        Ok(level) => level,
        Err(error) => return failed(&error.to_string()),
    };
    let root = root(level);
    if let Some((asked, style)) = cobra::request(&root, words) {
        return complete::answer(&root, level, &asked, style);
    }
    if let Err(said) = colour::check(level, words) {
        say(&said);
        return ExitCode::FAILURE;
    }
    if let Some(status) = plugin::run_command(&root, level, words) {
        return status;
    }
    cobra::run(&root, words, |matches| Settings::new(level, matches))
}

/// What went wrong, behind something else that was said.
fn failed_behind(said: &str, problem: &str) -> ExitCode {
    say(&format!("{said}Error: {problem}"));
    ExitCode::FAILURE
}

/// The duration that a flag says.
fn duration(matches: &Matches, flag: &str) -> Duration {
    let given = longshore_go::Duration::parse(matches.text(flag).as_bytes());
    match given.map(|duration| u64::try_from(duration.0)) {
        // None is no bound.
        Ok(Ok(0)) => Duration::MAX,
        Ok(Ok(nanoseconds)) => Duration::from_nanos(nanoseconds),
        Ok(Err(_)) | Err(_) => Duration::ZERO,
    }
}

/// The time here, as Go writes it into files: RFC 3339 with as many decimals as there are.
fn now() -> String {
    let now = jiff::Zoned::now();
    if now.offset().is_zero() {
        return now.strftime("%Y-%m-%dT%H:%M:%S%.fZ").to_string();
    }
    now.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string()
}

fn root(level: Level) -> Command<Settings> {
    Command {
        usage: "helm",
        aliases: &[],
        short: "",
        long: "Charts for Kubernetes: render, package and ship them, with Helm's words.

The environment variables HELM_NAMESPACE, HELM_DEBUG, HELM_KUBE… and the like stand for the flags of the same names;
LONGSHORE_HELM_COMPAT says which Helm to be (4.3 or 3.22).",
        flags: flags::global(level),
        arguments: Arguments::None,
        exclusive: &[],
        children: vec![
            completion::command(),
            create::command(level),
            dependency::command(level),
            env::command(),
            get::command(),
            history::command(level),
            install::command(level),
            lint::command(level),
            list::command(level),
            package::command(level),
            plugin::command(level),
            pull::command(level),
            push::command(),
            registry::command(),
            repo::command(level),
            rollback::command(level),
            search::command(),
            show::command(level),
            status::command(level),
            template::command(level),
            test::command(level),
            uninstall::command(level),
            upgrade::command(level),
            verify::command(level),
            version::command(level),
        ],
        run: None,
    }
}
