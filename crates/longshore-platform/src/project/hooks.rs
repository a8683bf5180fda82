//! `hooks` of a release: commands and Jobs that are run before and after it is deployed, rolled back or destroyed.

use std::collections::BTreeMap;
use std::time::Duration;

use longshore_diag::{Diagnostic, Place};
use longshore_release::Moment;
use longshore_yaml::{Kind, Node};

use super::Placed;
use super::fields::{Fields, expected, place};
use super::waiting::duration;

const HOOK_KEYS: [&str; 4] = ["command", "job", "env", "timeout"];

/// The hooks of a release, in the order of the file.
pub type Hooks = BTreeMap<Moment, Vec<HookSpec>>;

/// One hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookSpec {
    /// What it runs.
    pub runs: HookRuns,
    /// How long it may take; as long as the release's objects may without one.
    pub timeout: Option<Duration>,
    /// Where it is written.
    pub place: Place,
}

/// What a hook runs; texts may have variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookRuns {
    /// A program with its arguments, in the project file's folder.
    Command {
        /// The program and its arguments.
        words: Vec<Placed<String>>,
        /// Variables for it, which may hold secrets.
        env: BTreeMap<String, Placed<String>>,
    },
    /// The objects of a file, of which Jobs and Pods are waited for.
    Job(Placed<String>),
}

/// Reads `hooks`.
///
/// # Errors
/// A moment that there is not, a hook that is neither a command nor a Job, or both.
pub(super) fn hooks(file: &str, fields: &Fields<'_>) -> Result<Hooks, Diagnostic> {
    let Some(node) = fields.get("hooks") else { return Ok(Hooks::new()) };
    let what = fields.path("hooks");
    let fields = Fields::read(file, &*what, node, &Moment::ALL.map(|(word, _)| word))?;
    let mut all = Hooks::new();
    for (word, moment) in Moment::ALL {
        let of_moment = fields.list(word)?.into_iter().enumerate();
        let of_moment: Vec<HookSpec> = of_moment
            .map(|(at, node)| hook(file, &format!("`{word}` hook {} of {what}", at + 1), node))
            .collect::<Result<_, _>>()?;
        if !of_moment.is_empty() {
            all.insert(moment, of_moment);
        }
    }
    Ok(all)
}

fn hook(file: &str, what: &str, node: &Node) -> Result<HookSpec, Diagnostic> {
    let fields = Fields::read(file, what, node, &HOOK_KEYS)?;
    let at = place(file, node);
    let runs = match (fields.get("command"), fields.get("job")) {
        (Some(list), None) if list.kind == Kind::Sequence && !list.content.is_empty() => {
            HookRuns::Command { words: fields.strings("command")?, env: env(file, &fields)? }
        }
        (Some(other), None) => {
            let what = fields.path("command");
            return Err(expected(&what, "a list of a program and its arguments", other, file).hint(
                "no shell takes it apart: `[./backup.sh, --all]`, or `[sh, -c, …]` where one is wanted",
            ));
        }
        (None, Some(_)) => {
            if let Some(place) = fields.place_of("env") {
                let message = format!("{what} has `env`, which only a command takes");
                return Err(Diagnostic::error("project/hook", message)
                    .at(place)
                    .hint("write the variables into the Job's manifest"));
            }
            HookRuns::Job(fields.required_string("job")?)
        }
        (both, _) => {
            let message = match both {
                Some(_) => format!("{what} has both `command` and `job`"),
                None => format!("{what} has neither `command` nor `job`"),
            };
            return Err(Diagnostic::error("project/hook", message)
                .at(at)
                .hint("as in `{command: [./backup.sh]}` or `{job: jobs/migrate.yaml}`"));
        }
    };
    let timeout = fields.string("timeout")?;
    let timeout = timeout.map(|text| {
        duration(&text.value).map_err(|why| {
            let message = format!("{}: {why}", fields.path("timeout"));
            Diagnostic::error("project/hook", message).at(text.place)
        })
    });
    Ok(HookSpec { runs, timeout: timeout.transpose()?, place: at })
}

fn env(file: &str, fields: &Fields<'_>) -> Result<BTreeMap<String, Placed<String>>, Diagnostic> {
    let Some(node) = fields.get("env") else { return Ok(BTreeMap::new()) };
    let inner = Fields::any(file, fields.path("env"), node)?;
    let mut env = BTreeMap::new();
    for (name, at, _) in inner.entries() {
        let is_name = |text: &str| {
            text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        };
        if !is_name(&name) || name.starts_with("LONGSHORE_") {
            let message = format!("`{name}` cannot be a variable of a hook");
            return Err(Diagnostic::error("project/hook", message)
                .at(at)
                .hint("use letters, digits and `_`; names that begin with LONGSHORE_ are Longshore's"));
        }
        let value = inner.string(&name)?.ok_or_else(|| {
            let message = format!("variable `{name}` has no value");
            Diagnostic::error("project/hook", message).at(at.clone())
        })?;
        env.insert(name, value);
    }
    Ok(env)
}
