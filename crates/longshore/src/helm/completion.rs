//! `helm completion`: scripts by which a shell asks `helm __complete` what it may offer.

use super::{Settings, print};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches, Run, Shell};

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
                |_, matches| script(Shell::Bash, matches),
            ),
            shell(
                "fish",
                "print the script for fish",
                "Load it with

    helm completion fish | source

or, for every shell, write it to ~/.config/fish/completions/helm.fish.",
                |_, matches| script(Shell::Fish, matches),
            ),
            shell(
                "powershell",
                "print the script for PowerShell",
                "Load it with

    helm completion powershell | Out-String | Invoke-Expression

or, for every shell, add it to your profile.",
                |_, matches| script(Shell::Pwsh, matches),
            ),
            shell(
                "zsh",
                "print the script for zsh",
                "Load it with

    source <(helm completion zsh)

or, for every shell, write it to a file `_helm` in a folder of $fpath.",
                |_, matches| script(Shell::Zsh, matches),
            ),
        ],
        run: None,
    }
}

fn script(shell: Shell, matches: &Matches) -> anyhow::Result<()> {
    print(&shell.script("helm", !matches.is_on("no-descriptions")))
}
