//! The help of a command, laid out as `cobra` and `pflag` do.

use std::fmt::Write as _;

use super::value::quoted;
use super::{Command, Flag, Kind};

/// The command that prints the help of others, and what it does.
pub(super) const HELP_COMMAND: (&str, &str) = ("help", "print what a command does");

/// The help of the last of these commands.
pub(super) fn text<C>(path: &[&Command<C>]) -> String {
    let Some((command, above)) = path.split_last() else {
        return String::new();
    };
    let name = path.iter().map(|command| command.name()).collect::<Vec<_>>().join(" ");
    let mut text = format!("{}\n\nUsage:\n", command.long.trim_end());
    if command.run.is_some() {
        let below = above.iter().map(|command| command.name()).collect::<Vec<_>>().join(" ");
        let space = if below.is_empty() { "" } else { " " };
        let _ = writeln!(text, "  {below}{space}{} [flags]", command.usage);
    }
    if !command.children.is_empty() {
        let _ = writeln!(text, "  {name} [command]");
    }
    if !command.aliases.is_empty() {
        let _ = writeln!(text, "\nAliases:\n  {}, {}", command.name(), command.aliases.join(", "));
    }
    if !command.children.is_empty() {
        let _ = writeln!(text, "\nAvailable Commands:");
        let mut children: Vec<_> = command.children.iter().map(|child| (child.name(), child.short)).collect();
        if above.is_empty() {
            children.push(HELP_COMMAND);
        }
        children.sort_unstable();
        let width = children.iter().map(|(name, _)| name.len()).max().unwrap_or_default().max(11);
        for (name, short) in children {
            let _ = writeln!(text, "  {name:width$} {short}");
        }
    }
    // The flags of the uppermost command are everybody's.
    let help = help_flag();
    let mut own: Vec<&Flag> = command.flags.iter().collect();
    own.push(&help);
    let _ = write!(text, "\nFlags:\n{}", flags(own, name.as_str()));
    let inherited: Vec<&Flag> = above.iter().flat_map(|command| &command.flags).collect();
    if !inherited.is_empty() {
        let _ = write!(text, "\nGlobal Flags:\n{}", flags(inherited, ""));
    }
    if !command.children.is_empty() {
        let _ = writeln!(text, "\nUse \"{name} [command] --help\" for more information about a command.");
    }
    text
}

/// The flag that every command has.
pub(super) fn help_flag() -> Flag {
    Flag::new("help", Kind::Bool, "help for").short('h')
}

/// A line for each flag, their descriptions below each other.
fn flags(mut flags: Vec<&Flag>, command: &str) -> String {
    flags.retain(|flag| flag.deprecated.is_none() && !flag.is_hidden);
    flags.sort_by_key(|flag| flag.name);
    let lines: Vec<(String, String)> = flags.iter().map(|flag| line(flag, command)).collect();
    let width = lines.iter().map(|(left, _)| left.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (left, right) in lines {
        let _ = writeln!(text, "{left:width$}   {right}");
    }
    text
}

/// What it is called, and what it does.
fn line(flag: &Flag, command: &str) -> (String, String) {
    let mut left = match flag.short {
        Some(letter) => format!("  -{letter}, --{}", flag.name),
        None => format!("      --{}", flag.name),
    };
    let kind = match flag.kind {
        Kind::Bool => "",
        Kind::Text => "string",
        Kind::Texts => "stringArray",
        Kind::List => "strings",
        Kind::Int => "int",
        Kind::Uint => "uint",
        Kind::Float => "float32",
        Kind::Duration => "duration",
        Kind::Pairs => "stringToString",
        Kind::Named(name) => name,
    };
    if !kind.is_empty() {
        let _ = write!(left, " {kind}");
    }
    match (flag.bare, flag.kind) {
        (None, _) | (Some(_), Kind::Bool) => {}
        (Some(value), Kind::Text) => {
            let _ = write!(left, "[=\"{value}\"]");
        }
        (Some(value), _) => {
            let _ = write!(left, "[={value}]");
        }
    }
    let mut right = flag.usage.to_owned();
    if flag.name == "help" {
        let _ = write!(right, " {}", command.rsplit(' ').next().unwrap_or_default());
    }
    match (flag.kind, &*flag.default) {
        (Kind::Pairs, _) => right.push_str(" (default [])"),
        (_, "" | "0" | "false") => {}
        (Kind::Text, value) => {
            let _ = write!(right, " (default {})", quoted(value));
        }
        (_, value) => {
            let _ = write!(right, " (default {value})");
        }
    }
    (left, right)
}
