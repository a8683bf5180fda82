//! Hooks of a release: programs that helmfile runs around it, as hooks of the project file.

use longshore_diag::Diagnostic;
use longshore_yaml::Node;

use super::markers;
use super::release::Release;
use crate::draft::DraftHooks;
use crate::files::join;
use crate::tree::{scalar, texts};

/// A hook, everything of it evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hook {
    /// In the words of the project file.
    pub(super) moments: Vec<&'static str>,
    /// A program and its arguments. Paths are relative to the helmfile.
    pub(super) words: Vec<String>,
}

/// Reads the hooks of a release. `fill` evaluates a template, `told` is told what has no counterpart.
pub(super) fn read(
    node: &Node,
    fill: impl Fn(&str) -> Result<String, Diagnostic>,
    mut told: impl FnMut(String, &str),
) -> Vec<Hook> {
    let mut hooks = Vec::new();
    for (index, hook) in node.items().iter().enumerate() {
        let what = format!("hook {}", index + 1);
        let mut moments = Vec::new();
        for event in texts(hook.get("events")) {
            match moment(&event) {
                Some(moment) if !moments.contains(&moment) => moments.push(moment),
                Some(_) => {}
                None => told(
                    format!("event `{event}` of {what}"),
                    "it has no counterpart: helmfile runs it with every command, also those that only show something; run it beside",
                ),
            }
        }
        if moments.is_empty() {
            continue;
        }
        let Some(command) = hook.get("command").and_then(scalar).filter(|command| !command.is_empty()) else {
            let advice = "left out; make what it applies a release of its own (`manifests`, `kustomize`) that this one `needs`";
            told(what, advice);
            continue;
        };
        let words = std::iter::once(command.to_owned()).chain(texts(hook.get("args")));
        let words: Result<Vec<String>, Diagnostic> = words.map(|word| fill(&word)).collect();
        let Some(words) = words.ok().filter(|words| !words[0].is_empty()) else {
            told(what, "left out: its templates ask for what only helmfile knows (`.Event`)");
            continue;
        };
        let secrets: Vec<&str> = words
            .iter()
            .flat_map(|word| markers::names(word))
            .filter(|name| markers::is_secret(name))
            .collect();
        if let Some(secret) = secrets.first() {
            let advice = format!(
                "left out: `{secret}` would stand in its arguments, where anybody sees it; give it to a command by `env`"
            );
            told(what, &advice);
            continue;
        }
        hooks.push(Hook { moments, words });
    }
    hooks
}

fn moment(event: &str) -> Option<&'static str> {
    match event {
        "preapply" | "presync" => Some("preDeploy"),
        "postsync" => Some("postDeploy"),
        "preuninstall" => Some("preDestroy"),
        "postuninstall" => Some("postDestroy"),
        _ => None,
    }
}

/// The hooks of a release as the project file has them: for each moment its commands. `home` is the helmfile's folder as
/// seen from there.
pub(super) fn of(release: &Release, home: &str) -> DraftHooks {
    let mut all = DraftHooks::new();
    for moment in ["preDeploy", "postDeploy", "preDestroy", "postDestroy"] {
        let own = release.hooks.iter().filter(|hook| hook.moments.contains(&moment));
        let commands: Vec<Vec<String>> = own.map(|hook| written(hook, home)).collect();
        if !commands.is_empty() {
            all.push((moment, commands));
        }
    }
    all
}

/// The same with the environment's name as a variable.
pub(super) fn by_name(hooks: &DraftHooks, environment: &str) -> DraftHooks {
    let word = |word: &String| word.replace(environment, "${env.name}");
    let command = |words: &Vec<String>| words.iter().map(word).collect();
    hooks.iter().map(|(moment, all)| (*moment, all.iter().map(command).collect())).collect()
}

/// The words of a hook as the project file has them. `home` is the helmfile's folder as seen from there.
fn written(hook: &Hook, home: &str) -> Vec<String> {
    let Some((program, arguments)) = hook.words.split_first() else { return Vec::new() };
    // A variable of the project file is one only where helmfile asked for one.
    let escaped = |word: &String| {
        let mut text = word.replace("${", "$${");
        for name in markers::names(word) {
            text = text.replace(&format!("$${{env.vars.{name}}}"), &markers::of(name));
        }
        text
    };
    let is_here = matches!(home, "" | ".");
    let mut words = Vec::new();
    if !is_here {
        // helmfile runs it in the folder of the helmfile.
        let change = format!("cd {} && exec \"$0\" \"$@\"", quoted(home));
        words.extend(["sh".to_owned(), "-c".to_owned(), change]);
    }
    let is_file = program.contains('/') && !program.starts_with('/');
    if is_file && is_here {
        words.push(format!("./{}", join("", &escaped(program))));
    } else {
        words.push(escaped(program));
    }
    words.extend(arguments.iter().map(escaped));
    words
}

fn quoted(path: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    if path.chars().all(is_plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}
