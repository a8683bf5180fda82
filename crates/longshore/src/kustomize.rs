//! `longshore kustomize`, and `longshore` under the name `kustomize`: Kustomize's command line, with its words, flags,
//! output and exit codes.
//!
//! What it does is Kustomize 5.8.1's; the help is told in our words.

mod build;
mod completion;
mod create;
mod edit;
mod explain;
mod files;
mod glob;
mod localize;
mod programs;
mod remotes;
mod sources;
mod told;
mod version;

use std::process::ExitCode;

pub(crate) use sources::ForReleases;

use longshore_source::Remotes;

use crate::cobra::{self, Arguments, Command, Flag, Kind, print, say};

/// The version that this is compatible with; scripts and the `managedByLabel` of builds see it.
const VERSION: &str = "v5.8.1";

/// What the environment says.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Whether to label all objects as managed by this program (`KUSTOMIZE_ENABLE_MANAGEDBY_LABEL=on`).
    manages: bool,
    /// Whether to say more than Kustomize does: not under its name.
    explains: bool,
    /// How what lies elsewhere is got.
    remotes: Remotes,
}

/// Runs Kustomize's command line with the words behind its name; if that is the program's name, nothing is said that
/// Kustomize does not say.
pub(crate) fn main(words: &[String], is_called_so: bool) -> ExitCode {
    let root = root(is_called_so);
    if let Some((asked, style)) = cobra::request(&root, words) {
        return cobra::answer(&root, &asked, style, &completion::candidates);
    }
    cobra::run(&root, words, |matches| Settings {
        explains: !is_called_so,
        manages: std::env::var("KUSTOMIZE_ENABLE_MANAGEDBY_LABEL").is_ok_and(|value| value == "on"),
        remotes: remotes::given(matches),
    })
}

fn root(is_called_so: bool) -> Command<Settings> {
    let mut root = of_kustomize(is_called_so);
    if !is_called_so {
        root.children.push(explain::command());
    }
    root
}

fn of_kustomize(is_called_so: bool) -> Command<Settings> {
    Command {
        usage: "kustomize",
        aliases: &[],
        short: "",
        long: "Overlays for Kubernetes: build them and edit their files, with Kustomize's words.",
        flags: vec![Flag::new(
            "stack-trace",
            Kind::Bool,
            "taken for scripts: changes nothing in these commands, as with Kustomize's own",
        )],
        arguments: Arguments::None,
        exclusive: &[],
        children: vec![
            build::command(is_called_so),
            completion::command(),
            create::command(),
            edit::command(),
            localize::command(is_called_so),
            version::command(),
        ],
        run: None,
    }
}

/// Says what is no mistake, with the time, as Go's `log` does.
fn log(line: &str) {
    say(&format!("{} {line}", jiff::Zoned::now().strftime("%Y/%m/%d %H:%M:%S")));
}

/// Says what a build has to say: what is deprecated as it is, and what upstream logs with the time.
fn warn(warnings: &[String]) {
    for warning in warnings {
        if warning.starts_with('#') { say(warning) } else { log(warning) }
    }
}
