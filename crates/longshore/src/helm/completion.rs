//! `helm completion`: scripts by which a shell asks `helm __complete` what it may offer.

use super::{Settings, print};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches, Run};

const BASH: &str = include_str!("completion/helm.bash");
const FISH: &str = include_str!("completion/helm.fish");
const POWERSHELL: &str = include_str!("completion/helm.ps1");
const ZSH: &str = include_str!("completion/helm.zsh");

/// What stands in the scripts for the hidden command that they ask.
const REQUEST: &str = "__complete";

pub(super) fn command() -> Command<Settings> {
    let shell = |usage, short, long, run: Run<Settings>| Command {
        usage,
        aliases: &[],
        short,
        long,
        flags: vec![Flag::new("no-descriptions", Kind::Bool, "only words, without what they mean")],
        arguments: Arguments::None,
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    };
    Command {
        usage: "completion",
        aliases: &[],
        short: "print a script by which a shell completes commands",
        long: "Prints a script for a shell. Once the shell has read it, it completes commands, flags and arguments.",
        flags: Vec::new(),
        arguments: Arguments::None,
        exclusive: &[],
        children: vec![
            shell(
                "bash",
                "print the script for bash",
                "Load it with

    source <(helm completion bash)

or, for every shell, write it to /etc/bash_completion.d/helm.",
                |_, matches| script(BASH, matches),
            ),
            shell(
                "fish",
                "print the script for fish",
                "Load it with

    helm completion fish | source

or, for every shell, write it to ~/.config/fish/completions/helm.fish.",
                |_, matches| script(FISH, matches),
            ),
            shell(
                "powershell",
                "print the script for PowerShell",
                "Load it with

    helm completion powershell | Out-String | Invoke-Expression

or, for every shell, add it to your profile.",
                |_, matches| script(POWERSHELL, matches),
            ),
            shell(
                "zsh",
                "print the script for zsh",
                "Load it with

    source <(helm completion zsh)

or, for every shell, write it to a file `_helm` in a folder of $fpath.",
                |_, matches| script(ZSH, matches),
            ),
        ],
        run: None,
    }
}

fn script(text: &str, matches: &Matches) -> anyhow::Result<()> {
    if matches.is_on("no-descriptions") {
        return print(&text.replace(REQUEST, "__completeNoDesc"));
    }
    print(text)
}
