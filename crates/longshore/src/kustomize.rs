//! `longshore kustomize`, and `longshore` under the name `kustomize`: Kustomize's command line, with its words, flags,
//! output and exit codes.
//!
//! What it does is Kustomize 5.8.1's; the help is told in our words.

mod build;
mod create;
mod edit;
mod files;
mod glob;
mod sources;
mod version;

use std::io::Write;
use std::process::ExitCode;

use crate::cobra::{self, Action, Arguments, Command, Flag, Kind};

/// The version that this is compatible with; scripts and the `managedByLabel` of builds see it.
const VERSION: &str = "v5.8.1";

/// What the environment says.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Whether to label all objects as managed by this program (`KUSTOMIZE_ENABLE_MANAGEDBY_LABEL=on`).
    manages: bool,
}

/// Runs Kustomize's command line with the words behind its name.
pub(crate) fn main(words: &[String]) -> ExitCode {
    let root = root();
    let action = match cobra::parse(&root, words) {
        Ok(action) => action,
        Err(problem) => return failed(&problem),
    };
    let result = match action {
        Action::Help(path) => print(&cobra::help(&path)),
        Action::Run(run, matches) => {
            for remark in &matches.remarks {
                say(remark);
            }
            let manages = std::env::var("KUSTOMIZE_ENABLE_MANAGEDBY_LABEL").is_ok_and(|value| value == "on");
            run(&Settings { manages }, &matches)
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&format!("{error:#}")),
    }
}

/// Kustomize's only exit code for anything that went wrong.
fn failed(problem: &str) -> ExitCode {
    say(&format!("Error: {problem}"));
    ExitCode::FAILURE
}

/// Says a line on standard error, to whoever listens.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Prints what a command gives; nobody listening any more is no mistake.
fn print(text: &(impl AsRef<[u8]> + ?Sized)) -> anyhow::Result<()> {
    match std::io::stdout().lock().write_all(text.as_ref()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn root() -> Command<Settings> {
    Command {
        usage: "kustomize",
        aliases: &[],
        short: "",
        long: "Overlays for Kubernetes: build them and edit their files, with Kustomize's words.",
        flags: vec![Flag::new("stack-trace", Kind::Bool, "taken, and without effect here")],
        arguments: Arguments::None,
        exclusive: &[],
        children: vec![build::command(), create::command(), edit::command(), version::command()],
        run: None,
    }
}
