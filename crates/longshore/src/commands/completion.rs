//! `longshore completion`: the script by which a shell completes what is typed.
//!
//! `clap` writes the script of our own commands; below `helm` and `kustomize`, whose command lines it does not know,
//! the shell asks them.

use clap::CommandFactory;

use crate::args::{Cli, CompletionArgs};
use crate::cobra::Shell;
use crate::exit::ExitStatus;
use crate::printer::Printer;

/// The commands that answer `__complete`.
const BELOW: [&str; 2] = ["helm", "kustomize"];

pub(super) fn run(args: &CompletionArgs, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "longshore", &mut script);
    let shell = match args.shell {
        clap_complete::Shell::Bash => Shell::Bash,
        clap_complete::Shell::Fish => Shell::Fish,
        clap_complete::Shell::PowerShell => Shell::Pwsh,
        clap_complete::Shell::Zsh => Shell::Zsh,
        // Of other shells the drop-in commands know nothing either.
        _ => {
            printer.raw(&script)?;
            return Ok(ExitStatus::Success);
        }
    };
    let own = String::from_utf8_lossy(&script);
    printer.raw(shell.script_with_below("longshore", &own, &BELOW).as_bytes())?;
    Ok(ExitStatus::Success)
}
