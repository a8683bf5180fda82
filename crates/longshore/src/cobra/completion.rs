//! Scripts by which a shell completes command lines: it asks the program's hidden command `__complete` (see
//! `complete.rs`), which may stand below another command of a program, as in `longshore helm __complete`.

/// A shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shell {
    Bash,
    Fish,
    /// PowerShell.
    Pwsh,
    Zsh,
}

/// What stands in the scripts for the hidden command that they ask.
const REQUEST: &str = "__complete";

/// How a program is called whose command line is completed.
#[derive(Debug, Clone, Copy)]
struct Called {
    /// What it is called in comments.
    program: &'static str,
    /// What the functions of the script are called after.
    name: &'static str,
    /// How many words call it.
    lead: &'static str,
}

impl Shell {
    /// The script that completes a program of its own, with what candidates mean or without it.
    pub(crate) fn script(self, program: &'static str, is_described: bool) -> String {
        let script = self.asking(Called { program, name: program, lead: "1" });
        let script = match self {
            Self::Bash => format!("{script}\ncomplete -o default -F _{program}_complete {program}\n"),
            Self::Fish => {
                format!(
                    "{script}\ncomplete -c {program} -e\ncomplete -c {program} -f -a '(__{program}_offer)'\n"
                )
            }
            Self::Pwsh => format!(
                "{script}\nRegister-ArgumentCompleter -Native -CommandName '{program}' -ScriptBlock $__{program}_complete\n"
            ),
            Self::Zsh => format!(
                "#compdef {program}
{script}
# Read as a file of $fpath it is called; sourced it is only made known.
if [[ ${{funcstack[1]}} == _{program} ]]; then
    _{program}_complete \"$@\"
else
    compdef _{program}_complete {program}
fi
"
            ),
        };
        if is_described { script } else { script.replace(REQUEST, "__completeNoDesc") }
    }

    /// `own`, the script that completes `program` as `clap` describes it, such that the command lines below some of its
    /// commands complete too.
    pub(crate) fn script_with_below(self, program: &'static str, own: &str, below: &[&str]) -> String {
        let name = "longshore_below";
        let script = self.asking(Called { program, name, lead: "2" });
        let commands = below.join("|");
        match self {
            Self::Bash => format!(
                "{own}
{script}
_{program}_or_below() {{
    if ((COMP_CWORD > 1)) && [[ ${{COMP_WORDS[1]}} == @({commands}) ]]; then
        _{name}_complete \"$@\"
    else
        _{program} \"$@\"
    fi
}}

complete -F _{program}_or_below -o nosort -o default {program}
"
            ),
            Self::Fish => {
                // What `clap` offers below those commands are flags that they do not have.
                let is_theirs = |statement: &str| {
                    let test = |command: &&str| {
                        statement.contains(&format!("__fish_{program}_using_subcommand {command}\""))
                    };
                    below.iter().any(test)
                };
                let (head, statements) = own.split_once("\ncomplete ").unwrap_or((own, ""));
                let statements = statements.split("\ncomplete ").filter(|statement| !is_theirs(statement));
                let own: String =
                    std::iter::once(head).chain(statements).collect::<Vec<_>>().join("\ncomplete ");
                let list = below.join(" ");
                format!(
                    "{own}
{script}
function __{program}_is_below
    set -l words (commandline -opc)
    test (count $words) -gt 1
    and contains -- $words[2] {list}
end

complete -c {program} -n __{program}_is_below -f -a '(__{name}_offer)'
"
                )
            }
            Self::Pwsh => {
                let register =
                    format!("Register-ArgumentCompleter -Native -CommandName '{program}' -ScriptBlock {{");
                let own = own.replace(&register, &format!("$__{program}_own = {{"));
                let list = below.iter().map(|command| format!("'{command}'")).collect::<Vec<_>>().join(", ");
                format!(
                    "{own}
{script}
Register-ArgumentCompleter -Native -CommandName '{program}' -ScriptBlock {{
    param($typed, $syntax, $position)

    $second = $syntax.CommandElements[1]
    if ($second -and $second.Extent.EndOffset -lt $position -and @({list}) -contains \"$second\") {{
        & $__{name}_complete $typed $syntax $position
    }} else {{
        & $__{program}_own $typed $syntax $position
    }}
}}
"
                )
            }
            Self::Zsh => {
                let own = own.replace(&format!("\n_{program}() {{"), &format!("\n_{program}_own() {{"));
                let end =
                    own.rfind(&format!("if [ \"$funcstack[1]\" = \"_{program}\" ]")).unwrap_or(own.len());
                format!(
                    "{}{script}
_{program}() {{
    if (( CURRENT > 2 )) && [[ $words[2] == ({commands}) ]]; then
        _{name}_complete \"$@\"
    else
        _{program}_own \"$@\"
    fi
}}

{}",
                    &own[..end],
                    &own[end..]
                )
            }
        }
    }

    /// The part of a script that asks the program.
    fn asking(self, called: Called) -> String {
        let text = match self {
            Self::Bash => include_str!("completion/script.bash"),
            Self::Fish => include_str!("completion/script.fish"),
            Self::Pwsh => include_str!("completion/script.ps1"),
            Self::Zsh => include_str!("completion/script.zsh"),
        };
        let text = text.replace("PROGRAM", called.program).replace("NAME", called.name);
        text.replace("LEAD", called.lead)
    }
}
