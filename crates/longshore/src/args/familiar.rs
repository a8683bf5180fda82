//! Words of other tools: who types `longshore template`, `--values` or `--atomic` is told what it is called here.
//!
//! Only what clap refuses comes here, so that a word of ours is never taken for one of theirs.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command as Clap, CommandFactory};

use super::Cli;

/// Commands of Helm, kubectl, Kustomize, helmfile, Compose and Terraform.
const COMMANDS: [(&[&str], &str); 14] = [
    (
        &["apply", "sync", "up", "install", "upgrade", "create", "start"],
        "`longshore deploy` installs what is missing and upgrades what is there",
    ),
    (
        &["template", "config", "manifests"],
        "`longshore render` prints the objects of an environment; `longshore helm template` is Helm's",
    ),
    (
        &["build"],
        "`longshore render` prints the objects of an environment; `longshore kustomize build` is Kustomize's",
    ),
    (
        &["diff", "preview"],
        "`longshore plan` shows what a deploy would change; `longshore history RELEASE --diff A B` compares revisions",
    ),
    (
        &["down", "uninstall", "delete", "remove", "rm", "stop", "purge"],
        "`longshore destroy` removes what is deployed; data stays",
    ),
    (
        &["lint", "validate", "test"],
        "`longshore check` finds what is wrong without a cluster; `longshore helm lint` and `helm test` are Helm's",
    ),
    (
        &["ps", "get", "list", "ls", "top", "describe"],
        "`longshore status` shows what runs; `longshore helm list` and `helm get` are Helm's",
    ),
    (
        &["dependency", "dep", "deps", "lock"],
        "`longshore update` locks charts that are fetched; `longshore helm dependency` is Helm's",
    ),
    (
        &["repo", "registry", "search", "show", "pull", "push", "package"],
        "it is a command of Helm's here: `longshore helm …`",
    ),
    (&["edit", "localize"], "it is a command of Kustomize's here: `longshore kustomize …`"),
    (&["new"], "`longshore init` writes a first project file"),
    (&["undo"], "`longshore rollback` takes the last deploy back"),
    (
        &["attach", "run"],
        "`longshore exec RELEASE -- COMMAND` runs a command in a pod; `longshore logs -f` follows what it writes",
    ),
    (
        &["explain"],
        "`longshore values explain KEY` says who has set a value; `longshore kustomize explain` and `render --trace` where lines come from",
    ),
];

/// Their flags.
const FLAGS: [(&[&str], &str); 14] = [
    (
        &["values"],
        "values files are named in the project file, by `values` of a release; `--var NAME=VALUE` sets a variable for one run",
    ),
    (
        &["set", "set-string", "set-json", "set-file", "set-literal", "state-values-set"],
        "values are set in the project file, by `set` of a release; `--var NAME=VALUE` sets a variable for one run",
    ),
    (
        &["wait", "wait-for-jobs", "watch"],
        "a deploy waits until everything is ready; `--timeout` says how long",
    ),
    (
        &["atomic", "cleanup-on-fail", "rollback-on-fail"],
        "`longshore deploy --rollback-on-failure` takes a deploy back that fails",
    ),
    (&["install", "i"], "a deploy installs what is missing and upgrades what is there"),
    (&["kube-context"], "it is called `--context`"),
    (&["selector", "l", "release", "r"], "`--only RELEASE` chooses a release"),
    (
        &["filename"],
        "manifests are named in the project file, by `manifests` of a release; `-f` names the project file",
    ),
    (&["kustomize", "k"], "overlays are named in the project file, by `kustomize` of a release"),
    (&["version"], "versions of charts stand in the project file: `chart: {repo, name, version}`"),
    (
        &["force", "force-conflicts", "server-side", "take-ownership"],
        "`--overwrite` takes back fields that others have changed, `--adopt` takes over what others deployed, `--recreate KIND/NAME` makes an object anew",
    ),
    (&["auto-approve", "approve"], "it is called `--yes`"),
    (&["all-namespaces", "A"], "an environment's releases are shown in all their namespaces"),
    (&["debug"], "`-v` says more, `-vv` requests as well"),
];

/// A mistake, with what the word is called here behind it.
pub(crate) fn explained(mut error: clap::Error, words: &[String]) -> clap::Error {
    let cli = Cli::command();
    let at = words.iter().position(|word| cli.find_subcommand(word).is_some());
    let command = at.and_then(|at| cli.find_subcommand(&words[at]));
    let tip = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let tip = text(&error, ContextKind::InvalidSubcommand).and_then(|word| row(&COMMANDS, &word));
            if tip.is_some() {
                // `get` is not a slip of `set`.
                error.remove(ContextKind::SuggestedSubcommand);
            }
            tip
        }
        ErrorKind::UnknownArgument => text(&error, ContextKind::InvalidArg).and_then(|word| {
            let known = command.map(Clap::get_name);
            // What follows `exec … --` is another program's.
            if known != Some("exec") {
                error.remove(ContextKind::Suggested);
            }
            // What stands before the command was not given to it.
            let is_before = at.is_some_and(|at| words[..at].iter().any(|other| other.starts_with(&word)));
            argument(&cli, command.filter(|_| !is_before), &word)
        }),
        ErrorKind::TooManyValues if text(&error, ContextKind::InvalidArg).as_deref() == Some("--dry-run") => {
            Some("`--dry-run` asks the server; `longshore render` shows the objects without one".to_owned())
        }
        _ => None,
    };
    if let Some(tip) = tip {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(tip)]));
    }
    error
}

/// What is said of an argument that a command does not take.
fn argument(cli: &Clap, command: Option<&Clap>, word: &str) -> Option<String> {
    let Some(name) = word.strip_prefix('-') else {
        let takes_only = command?.get_arguments().any(|argument| argument.get_id() == "only");
        return takes_only.then(|| format!("`-e {word}` chooses an environment, `--only {word}` a release"));
    };
    let name = name.trim_start_matches('-');
    if command.is_none() {
        let is_ours = cli.get_subcommands().flat_map(Clap::get_arguments).any(|argument| {
            argument.get_long_and_visible_aliases().unwrap_or_default().contains(&name)
                || argument.get_short().is_some_and(|short| name == short.to_string())
        });
        if is_ours {
            return Some(format!("write it behind the command: `longshore COMMAND {word} …`"));
        }
    }
    row(&FLAGS, name)
}

fn row(table: &[(&[&str], &str)], word: &str) -> Option<String> {
    table.iter().find(|(words, _)| words.contains(&word)).map(|(_, tip)| (*tip).to_owned())
}

fn text(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{COMMANDS, FLAGS, explained};
    use crate::args::Cli;

    fn told(words: &str) -> String {
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        let error = Cli::try_parse_from(&words).unwrap_err();
        explained(error, &words[1..]).to_string()
    }

    #[test]
    fn a_word_of_another_tool_leads_to_ours() {
        for (words, expected) in [
            ("longshore template", "`longshore render`"),
            ("longshore apply", "`longshore deploy`"),
            ("longshore -q diff -e dev", "`longshore plan`"),
            ("longshore deploy -e dev --values prod.yaml", "`values` of a release"),
            ("longshore deploy --set image.tag=1", "`set` of a release"),
            ("longshore deploy --set=image.tag=1", "`set` of a release"),
            ("longshore deploy --atomic", "--rollback-on-failure"),
            ("longshore deploy --wait", "a deploy waits"),
            ("longshore plan --kube-context eu", "called `--context`"),
            ("longshore status -A", "in all their namespaces"),
            ("longshore render web", "`-e web` chooses an environment, `--only web` a release"),
            ("longshore -e staging check", "behind the command: `longshore COMMAND -e"),
            ("longshore --namespace a deploy", "behind the command"),
            ("longshore deploy --dry-run=client", "`longshore render`"),
        ] {
            let told = told(words);
            assert!(told.contains("tip: ") && told.contains(expected), "{words}: {told}");
            assert!(!told.contains("use '-- "), "{words}: {told}");
        }
        assert!(told("longshore depoly").contains("'deploy'"));
        assert!(!told("longshore get pods").contains("'set'"));
        assert!(told("longshore deploy --tiemout 5m").contains("'--timeout'"));
        assert!(told("longshore exec web --foo").contains("'-- --foo'"));
    }

    #[test]
    fn no_command_of_ours_is_in_the_table() {
        let cli = Cli::command();
        for word in COMMANDS.iter().flat_map(|(words, _)| *words) {
            assert!(cli.find_subcommand(word).is_none(), "{word}");
        }
        let mut known: Vec<&str> = FLAGS.iter().flat_map(|(words, _)| *words).copied().collect();
        let all = known.len();
        known.sort_unstable();
        known.dedup();
        assert_eq!(known.len(), all);
    }
}
