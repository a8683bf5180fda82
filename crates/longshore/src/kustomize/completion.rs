//! `kustomize completion`: scripts by which a shell asks `kustomize __complete` what it may offer; and what is offered
//! besides commands and flags.

use anyhow::bail;

use super::{Settings, print};
use crate::cobra::{Answer, Arguments, Ask, Command, Matches, NO_FILES, Shell};

/// The shells, as they are called here.
const SHELLS: [(&str, Shell); 4] =
    [("bash", Shell::Bash), ("zsh", Shell::Zsh), ("fish", Shell::Fish), ("powershell", Shell::Pwsh)];

pub(super) fn command() -> Command<Settings> {
    Command {
        usage: "completion [bash|zsh|fish|powershell]",
        aliases: &[],
        short: "print a script by which a shell completes commands",
        long: "Prints a script for a shell. Once the shell has read it, it completes commands, flags and arguments.",
        flags: Vec::new(),
        arguments: Arguments::AtLeast(0),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(_: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let [name] = &matches.arguments[..] else {
        bail!("accepts 1 arg(s), received {}", matches.arguments.len());
    };
    let Some((_, shell)) = SHELLS.iter().find(|(shell, _)| shell == name) else {
        bail!("invalid argument {} for \"kustomize completion\"", longshore_go::strconv::quoted(name));
    };
    print(&shell.script("kustomize", true))
}

/// Candidates for arguments and values; none where the shell offers files, or only commands are there to be offered.
pub(super) fn candidates(ask: &Ask<'_>) -> Option<Answer> {
    let words = |all: &[&str]| Answer::new(all.iter().map(|word| (*word).to_owned()).collect(), NO_FILES);
    match (ask.command.as_str(), ask.flag) {
        ("build" | "explain", Some("load-restrictor")) => {
            Some(words(&["LoadRestrictionsNone", "LoadRestrictionsRootOnly"]))
        }
        ("explain", Some("output")) => Some(words(&["json", "yaml"])),
        ("completion", None) if ask.matches.arguments.is_empty() => {
            let begun = SHELLS.iter().map(|(name, _)| *name).filter(|name| name.starts_with(ask.typed));
            Some(words(&begun.collect::<Vec<_>>()))
        }
        _ => None,
    }
}
