//! `__complete` and `__completeNoDesc`: what is offered is printed for the shell's script, and said for those who look why.

use std::fmt::Write as _;
use std::process::ExitCode;

use super::run::{failed, print, say};
use super::{Answer, Ask, Command, ERROR, HELP_MARK, NO_FILES, NO_SPACE, complete};

/// Whether candidates come with their descriptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Described,
    Plain,
}

impl Style {
    /// That of the hidden command of this name.
    pub(crate) fn of(command: &str) -> Option<Self> {
        match command {
            "__complete" => Some(Self::Described),
            "__completeNoDesc" => Some(Self::Plain),
            _ => None,
        }
    }
}

/// The words of a request without the hidden command's name, and its style; none if it is no request. Flags may stand
/// before that name; they are among those of the command line that is asked about.
pub(crate) fn request<C>(root: &Command<C>, words: &[String]) -> Option<(Vec<String>, Style)> {
    let at = super::unknown_command(root, words)?;
    let style = Style::of(&words[at])?;
    Some(([&words[..at], &words[at + 1..]].concat(), style))
}

/// Answers the request for these words. `ask` knows arguments and values.
pub(crate) fn answer<C>(
    root: &Command<C>,
    words: &[String],
    style: Style,
    ask: &dyn Fn(&Ask<'_>) -> Option<Answer>,
) -> ExitCode {
    if words.is_empty() {
        return failed("requires at least 1 arg(s), only received 0");
    }
    let answer = complete(root, words, ask).unwrap_or_else(|problem| {
        say(&format!("[Debug] [Error] {problem}"));
        Answer::default()
    });
    let program = root.name().to_uppercase();
    let is_set = |program: &str, variable: &str, values: &[&str]| {
        let value = std::env::var(format!("{program}_{variable}"));
        value.is_ok_and(|found| values.contains(&found.as_str()))
    };
    let either = |variable: &str, values: &[&str]| {
        is_set(&program, variable, values) || is_set("COBRA", variable, values)
    };
    let no = ["0", "f", "F", "false", "FALSE", "False"];
    let is_described = style == Style::Described && !either("COMPLETION_DESCRIPTIONS", &no);
    let has_help = !either("ACTIVE_HELP", &["0"]);
    let mut text = String::new();
    for candidate in &answer.candidates {
        if candidate.starts_with(HELP_MARK) && !has_help {
            continue;
        }
        let line = candidate.lines().next().unwrap_or_default();
        let line = if is_described { line } else { line.split('\t').next().unwrap_or_default() };
        text.extend([line.trim(), "\n"]);
    }
    let _ = writeln!(text, ":{}", answer.directive);
    let printed = print(&text);
    say(&format!("Completion ended with directive: {}", directives(answer.directive)));
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error.to_string()),
    }
}

fn directives(sum: u8) -> String {
    let all = [
        (ERROR, "ShellCompDirectiveError"),
        (NO_SPACE, "ShellCompDirectiveNoSpace"),
        (NO_FILES, "ShellCompDirectiveNoFileComp"),
    ];
    let named: Vec<&str> = all.iter().filter(|(one, _)| sum & one != 0).map(|(_, name)| *name).collect();
    if named.is_empty() { String::from("ShellCompDirectiveDefault") } else { named.join(", ") }
}
