//! The project file's hooks: what is run around the life of a release, and what a plan says of it.

mod command;
mod group;
mod hidden;

use std::path::PathBuf;
use std::sync::Arc;

use futures::future::BoxFuture;
use longshore_diag::{Diagnostic, Place};
use longshore_object::parse_manifests;
use longshore_release::{
    Around, Context, Moment, ReleaseAction, ReleaseError, ReleasePlan, remove_objects, run_objects,
};
use longshore_source::{Limits, read_file};
use tokio::time::timeout;

use crate::outputs::live::come;
use crate::plan::PlatformPlan;
use crate::project::{HookRuns, HookSpec, ReleaseSpec, asked_by_hook};
use crate::selection::Selection;
use crate::session::Session;
use command::Ran;

/// Runs the hooks of a selection's releases.
pub(crate) struct ProjectHooks {
    selection: Arc<Selection>,
}

impl ProjectHooks {
    pub(crate) fn new(selection: Arc<Selection>) -> Self {
        Self { selection }
    }
}

impl Around for ProjectHooks {
    fn act<'a>(
        &'a self,
        context: &'a Context,
        release: &'a str,
        moment: Moment,
    ) -> BoxFuture<'a, Result<(), ReleaseError>> {
        Box::pin(async move {
            let Some(spec) = self.selection.resolved.iter().find(|spec| spec.name == release) else {
                return Ok(());
            };
            for hook in spec.hooks.get(&moment).into_iter().flatten() {
                run(&self.selection, context, release, moment, hook).await.map_err(|error| {
                    let link = format!("in a {} hook of release `{release}`", moment.as_str());
                    ReleaseError::from(error.into_diagnostic().within(link, Some(hook.place.clone())))
                })?;
            }
            if moment == Moment::PostDestroy {
                leave_nothing(&self.selection, context, spec).await?;
            }
            Ok(())
        })
    }
}

async fn run(
    selection: &Selection,
    context: &Context,
    release: &str,
    moment: Moment,
    hook: &HookSpec,
) -> Result<(), ReleaseError> {
    let limit = hook.timeout.unwrap_or(context.timeout);
    match &hook.runs {
        HookRuns::Command { words, env } => {
            come(selection, asked_by_hook(hook), limit).await?;
            let (words, variables) = command::filled(selection, words, env)?;
            let ran = Ran { selection, context, release, moment, limit, place: &hook.place };
            ran.run(&words, variables).await
        }
        HookRuns::Job(file) => {
            let (manifest, shown) = manifest(selection, file)?;
            let context = Context { timeout: limit, ..context.clone() };
            let objects = run_objects(&context, release, manifest, &shown, moment);
            // Waiting ends by itself at the limit; this bounds what comes before it.
            let done = timeout(limit * 2, objects).await;
            done.unwrap_or_else(|_| {
                let message = format!("{shown} was not done after {} s", limit.as_secs() * 2);
                Err(Diagnostic::error("hooks/timeout", message).into())
            })
        }
    }
}

/// Deletes the objects of a destroyed release's hooks: nothing else would.
async fn leave_nothing(
    selection: &Selection,
    context: &Context,
    spec: &ReleaseSpec,
) -> Result<(), ReleaseError> {
    for hook in spec.hooks.values().flatten() {
        if let HookRuns::Job(file) = &hook.runs {
            let (manifest, shown) = manifest(selection, file)?;
            remove_objects(context, &spec.name, &manifest, &shown).await?;
        }
    }
    Ok(())
}

/// The text of a Job's file, and its name in messages.
fn manifest(
    selection: &Selection,
    file: &crate::project::Placed<String>,
) -> Result<(String, String), Diagnostic> {
    let path = selection.path(&file.value, &file.place)?;
    let shown = path.display().to_string();
    let bytes = read_file(&path, &Limits::default()).map_err(|error| error.or_at(file.place.clone()))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Diagnostic::error("hooks/job", "is not UTF-8 text").at(Place::file(&shown)))?;
    let objects = parse_manifests(&text, &shown)?;
    if !objects.iter().any(|object| matches!(object.kind(), "Job" | "Pod")) {
        return Err(Diagnostic::error(
            "hooks/job",
            format!("{shown} holds no Job and no Pod, so that nothing is run"),
        )
        .at(file.place.clone()));
    }
    Ok((text, shown))
}

/// Adds to the plan of a release which hooks would be run, and what is wrong with them: a file or a program that is not
/// there is told before anything is written.
pub(crate) fn planned(selection: &Selection, plan: &mut ReleasePlan) {
    let Some(spec) = selection.resolved.iter().find(|spec| spec.name == plan.release) else { return };
    let (before, after) = match plan.action {
        ReleaseAction::Nothing => return,
        ReleaseAction::Rollback => (Moment::PreRollback, Moment::PostRollback),
        ReleaseAction::Install | ReleaseAction::Upgrade => (Moment::PreDeploy, Moment::PostDeploy),
    };
    let told = |moment: Moment| {
        let hooks = spec.hooks.get(&moment).into_iter().flatten();
        hooks.map(move |hook| described(selection, hook).map(|what| format!("{} {what}", moment.as_str())))
    };
    let mut first = Vec::new();
    for hook in told(before) {
        match hook {
            Ok(hook) => first.push(hook),
            Err(problem) => plan.problems.push(problem),
        }
    }
    plan.hooks.splice(0..0, first);
    for hook in told(after) {
        match hook {
            Ok(hook) => plan.hooks.push(hook),
            Err(problem) => plan.problems.push(problem),
        }
    }
}

/// The hooks that are run when a release is destroyed: `db: preDestroy command ./backup.sh`.
///
/// # Errors
/// A file or a program is not there.
pub(crate) fn at_the_end(selection: &Selection, release: &str) -> Result<Vec<String>, Diagnostic> {
    let Some(spec) = selection.resolved.iter().find(|spec| spec.name == release) else {
        return Ok(Vec::new());
    };
    let mut hooks = Vec::new();
    for moment in [Moment::PreDestroy, Moment::PostDestroy] {
        for hook in spec.hooks.get(&moment).into_iter().flatten() {
            hooks.push(format!("{release}: {} {}", moment.as_str(), described(selection, hook)?));
        }
    }
    Ok(hooks)
}

/// That a plan cannot be frozen, because a frozen plan is all that is read when it is carried out.
pub(crate) fn freezable(session: &Session, plan: &PlatformPlan) -> Result<(), Diagnostic> {
    if !session.runs_hooks {
        return Ok(());
    }
    let moments = [Moment::PreDeploy, Moment::PostDeploy];
    let changing = plan.releases.iter().filter(|release| release.changes_something());
    for release in changing {
        let spec = session.selection.resolved.iter().find(|spec| spec.name == release.release);
        let hook = spec.and_then(|spec| moments.iter().find_map(|moment| spec.hooks.get(moment)?.first()));
        if let Some(hook) = hook {
            let message = format!("release `{}` has hooks, and a frozen plan holds none", release.release);
            return Err(Diagnostic::error("plan/hooks", message)
                .at(hook.place.clone())
                .hint("deploy without freezing, or plan and deploy with --no-hooks and run them yourself"));
        }
    }
    Ok(())
}

/// What would be run: `command ./backup.sh`, `Job/migrate`.
pub(crate) fn described(selection: &Selection, hook: &HookSpec) -> Result<String, Diagnostic> {
    match &hook.runs {
        HookRuns::Command { words, .. } => {
            let words: Vec<String> = words
                .iter()
                .map(|word| selection.fill_late(&word.value, &word.place))
                .collect::<Result<_, _>>()?;
            let program = words.first().map(String::as_str).unwrap_or_default();
            // What has a slash is meant as a file of the project; everything else is looked for when it is run.
            if program.contains('/') {
                let path: PathBuf = selection.platform.root.join(program).components().collect();
                if !path.is_file() {
                    let message = format!("the program `{program}` is not there");
                    return Err(Diagnostic::error("hooks/missing", message)
                        .at(hook.place.clone())
                        .hint(format!("it is looked for at {}", path.display())));
                }
            }
            Ok(format!("command {}", words.join(" ")))
        }
        HookRuns::Job(file) => {
            let (manifest, shown) = manifest(selection, file)?;
            let objects = parse_manifests(&manifest, &shown)?;
            let names: Vec<String> = objects.iter().map(|object| object.key().to_string()).collect();
            Ok(names.join(", "))
        }
    }
}
