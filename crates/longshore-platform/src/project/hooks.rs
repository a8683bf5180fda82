//! `hooks` of a release: commands and Jobs that are run before and after it is deployed, rolled back or destroyed.

use std::collections::BTreeMap;
use std::time::Duration;

use longshore_diag::{Diagnostic, Place};
use longshore_release::Moment;
use longshore_yaml::Node;

use super::fields::{Fields, place};
use super::waiting::duration;
use super::{Placed, names};

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
    let words = fields.command(
        "command",
        "no shell takes it apart: `[./backup.sh, --all]`, or `[sh, -c, …]` where one is wanted",
    )?;
    let runs = match (words, fields.given("job")) {
        (Some(words), None) => HookRuns::Command { words, env: env(file, &fields)? },
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
        names::PROGRAM_VARIABLE.check("a variable of a hook", &name, &at)?;
        let value = inner.text(&name)?.ok_or_else(|| {
            let message = format!("variable `{name}` has no value");
            Diagnostic::error("project/hook", message).at(at.clone())
        })?;
        env.insert(name, value);
    }
    Ok(env)
}
