//! `helm __complete`: what the shell may offer, as Helm answers it.

mod repositories;

use std::process::ExitCode;

use longshore_chart::Level;

use super::{Settings, plugin, records, settings};
use crate::cobra::{self, Answer, Ask, Command, HELP_MARK, NO_FILES, NO_SPACE, Style};

/// Answers the request for these words.
pub(super) fn answer(root: &Command<Settings>, level: Level, words: &[String], style: Style) -> ExitCode {
    cobra::answer(root, words, style, &|ask| candidates(ask, level))
}

/// Candidates for arguments and values; none where the shell offers files, or only commands are there to be offered.
fn candidates(ask: &Ask<'_>, level: Level) -> Option<Answer> {
    if let Some(flag) = ask.flag {
        return value(ask, flag, level);
    }
    let given = &ask.matches.arguments;
    let nothing = || Some(Answer::new(Vec::new(), NO_FILES));
    let no_more = || {
        let text = "This command does not take any more arguments (but may accept flags).";
        Some(Answer::new(vec![format!("{HELP_MARK}{text}")], NO_FILES))
    };
    let repositories = || {
        let mut all = repositories::listed(ask);
        all.retain(|(name, _)| !given.contains(name));
        Some(Answer::new(described(all), NO_FILES))
    };
    match (ask.command.as_str(), given.len()) {
        ("env", 0) => {
            let all = Settings::new(level, ask.matches).environment;
            Some(Answer::new(all.into_keys().map(str::to_owned).collect(), NO_FILES))
        }
        ("install" | "template", count) => {
            let names = usize::from(!ask.matches.is_on("generate-name"));
            if count == names { Some(repositories::charts(ask, true)) } else { nothing() }
        }
        ("show all" | "show chart" | "show crds" | "show readme" | "show values", 0) => {
            Some(repositories::charts(ask, true))
        }
        ("pull", 0) => Some(repositories::charts(ask, false)),
        (
            "get all" | "get hooks" | "get manifest" | "get metadata" | "get notes" | "get values"
            | "history" | "rollback" | "status" | "test" | "upgrade",
            0,
        )
        | ("uninstall", _) => Some(records::names(ask, level)),
        ("rollback", 1) => Some(records::revisions(ask, level)),
        ("upgrade", 1) => Some(repositories::charts(ask, true)),
        ("push", 1) => Some(Answer::new(vec![String::from("oci://")], NO_SPACE | NO_FILES)),
        ("repo remove" | "repo update", _) => repositories(),
        ("", 0) => {
            let mut all = plugin::commands(level);
            all.retain(|(name, _)| name.starts_with(ask.typed));
            Some(Answer::new(described(all), NO_FILES))
        }
        ("plugin uninstall" | "plugin update", _) => {
            Some(Answer::new(described(plugin::names(level, given)), NO_FILES))
        }
        ("pull" | "registry login" | "registry logout", _) | ("repo add", 0 | 1) => nothing(),
        // The shell offers files.
        ("create" | "push" | "repo index" | "plugin install" | "verify", 0) => None,
        (
            "completion bash"
            | "completion fish"
            | "completion powershell"
            | "completion zsh"
            | "create"
            | "env"
            | "get all"
            | "get hooks"
            | "get manifest"
            | "get metadata"
            | "get notes"
            | "get values"
            | "history"
            | "list"
            | "plugin install"
            | "plugin list"
            | "push"
            | "repo add"
            | "repo index"
            | "repo list"
            | "rollback"
            | "show all"
            | "show chart"
            | "show crds"
            | "show readme"
            | "show values"
            | "status"
            | "upgrade"
            | "verify"
            | "version",
            _,
        ) => no_more(),
        _ => None,
    }
}

/// Names, each with what it means.
fn described(all: Vec<(String, String)>) -> Vec<String> {
    all.into_iter().map(|(name, meaning)| format!("{name}\t{meaning}")).collect()
}

/// Candidates for the value of a flag.
fn value(ask: &Ask<'_>, flag: &str, level: Level) -> Option<Answer> {
    let words =
        |all: &[&str]| Some(Answer::new(all.iter().map(|word| (*word).to_owned()).collect(), NO_FILES));
    match flag {
        "color" | "colour" => words(&["never", "auto", "always"]),
        "helm-compat" => words(&["3.22", "4.3"]),
        "output" => words(&[
            "json\tOutput result in JSON format",
            "table\tOutput result in human-readable format",
            "yaml\tOutput result in YAML format",
        ]),
        "revision" => Some(records::revisions(ask, level)),
        "namespace" => Some(records::namespaces(ask)),
        "kube-context" => Some(Answer::new(settings::contexts(ask.matches.text("kubeconfig")), NO_FILES)),
        "version" => {
            let is_pulled = ask.command == "pull" || ask.command.starts_with("show ");
            let chart = match ask.matches.arguments.as_slice() {
                [chart] if is_pulled || ask.matches.is_on("generate-name") => chart,
                [_, chart] if ask.command == "template" => chart,
                _ if is_pulled || ask.command == "template" => return words(&[]),
                _ => return None,
            };
            Some(Answer::new(repositories::versions(ask, chart), NO_FILES))
        }
        _ => None,
    }
}
