//! Hooks: objects that a chart wants made at a moment of a release's life, and waited for.
//!
//! Rules: <https://github.com/helm/helm/blob/v4.3.1/pkg/action/hooks.go>. Hooks of an event run one after the other, by
//! weight and then by name. A Job or a Pod is over when it has ended; anything else when it is there. What becomes of a
//! hook's object is said by its policies: deleted before it is made again (if nothing is said), when all hooks of the
//! event have succeeded, or when it has failed. Definitions are never deleted.
//!
//! **Invariant**: the record in the cluster says that a hook runs before its object is made, so that a run that was cut
//! short shows.

mod logs;

use longshore_cluster::Propagation;

use super::wait::{self, Strategy};
use super::{CreateOptions, Error, Operation, Result, Severity, build, create, delete};
use crate::record::{Hook, HookExecution, HookPhase, Release};

/// Delete the hook's object before it is made again.
const BEFORE_CREATION: &str = "before-hook-creation";
/// Delete it when the hooks of its event have succeeded.
const SUCCEEDED: &str = "hook-succeeded";
/// Delete it when it has failed.
const FAILED: &str = "hook-failed";

/// How hooks are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct How {
    /// How they are waited for.
    pub strategy: Strategy,
    /// Whether the server merges them into what is there.
    pub server_side: bool,
}

/// Runs the hooks of an event, and deletes and shows of them what their policies say.
///
/// How each went is in the release's hooks, but the record is only written when a hook begins: whoever calls writes the
/// end.
///
/// # Errors
/// The first hook that failed, or whose object could not be made or deleted.
pub async fn run(operation: &Operation, release: &mut Release, event: &str, how: How) -> Result<()> {
    let (result, left) = run_keeping(operation, release, event, how).await;
    let Some(left) = left else { return result };
    left.clear(operation, release).await?;
    result
}

/// Runs the hooks of an event, and says what is left to be deleted and shown afterwards.
///
/// # Errors
/// As [`run`], in the first part of what is returned.
pub async fn run_keeping(
    operation: &Operation,
    release: &mut Release,
    event: &str,
    how: How,
) -> (Result<()>, Option<Left>) {
    let mut executing: Vec<usize> = (0..release.hooks.len())
        // A hook that names its event twice runs twice.
        .flat_map(|at| release.hooks[at].events.iter().filter(|own| *own == event).map(move |_| at))
        .collect();
    executing.sort_by(|a, b| {
        let (a, b) = (&release.hooks[*a], &release.hooks[*b]);
        (a.weight, &a.name).cmp(&(b.weight, &b.name))
    });
    for (done, at) in executing.iter().enumerate() {
        match run_one(operation, release, *at, event, how).await {
            Ok(()) => {}
            Err(Failure::Before(error)) => return (Err(error), None),
            Err(Failure::Waiting(error)) => {
                let hook = &release.hooks[*at];
                logs::show(operation, release, hook, FAILED).await;
                let left = Left { how, failed: Some(*at), succeeded: executing[..done].to_vec() };
                return (Err(error), Some(left));
            }
        }
    }
    (Ok(()), Some(Left { how, failed: None, succeeded: executing }))
}

/// When a hook went wrong.
enum Failure {
    /// Before there was an object to be waited for.
    Before(Error),
    /// While it was waited for.
    Waiting(Error),
}

async fn run_one(
    operation: &Operation,
    release: &mut Release,
    at: usize,
    event: &str,
    how: How,
) -> std::result::Result<(), Failure> {
    let hook = &mut release.hooks[at];
    if hook.delete_policies.is_empty() {
        hook.delete_policies.push(BEFORE_CREATION.to_owned());
    }
    let path = hook.path.clone();
    delete_by(operation, hook, BEFORE_CREATION, how).await.map_err(Failure::Before)?;
    let built = build(operation, &hook.manifest, true).await;
    let resources = built.map_err(|error| {
        Failure::Before(error.within(format!("unable to build kubernetes object for {event} hook {path}")))
    })?;
    hook.last_run = HookExecution {
        started_at: operation.clock.now().into(),
        phase: HookPhase::Running,
        ..HookExecution::default()
    };
    record(operation, release).await;
    let created = create(operation, &resources, CreateOptions::new(how.server_side)).await;
    let waited = match created {
        Ok(()) => {
            wait::watch_until_ready(operation, &resources, how.strategy).await.map_err(Failure::Waiting)
        }
        Err(error) => Err(Failure::Before(error.within(format!("warning: Hook {event} {path} failed")))),
    };
    let last = &mut release.hooks[at].last_run;
    last.completed_at = operation.clock.now().into();
    last.phase = if waited.is_ok() { HookPhase::Succeeded } else { HookPhase::Failed };
    waited
}

/// Writes the record; that it could not be written is only said.
pub(super) async fn record(operation: &Operation, release: &Release) {
    if let Err(error) = operation.records.update(release).await {
        let (revision, error) = (release.revision.to_string(), error.to_string());
        let beside = [("name", &*release.name), ("revision", &*revision), ("error", &*error)];
        let severity = if operation.is_old() { Severity::Debug } else { Severity::Warn };
        operation.log.log(severity, "failed to update release", &beside);
    }
}

/// What is left to be deleted and shown of hooks that ran.
#[derive(Debug)]
pub struct Left {
    how: How,
    /// The one that failed, among the release's hooks.
    failed: Option<usize>,
    /// Those that succeeded, in the order in which they ran.
    succeeded: Vec<usize>,
}

impl Left {
    /// The same with so many hooks in front of those that there were.
    pub(super) fn behind(self, before: usize) -> Self {
        Self {
            how: self.how,
            failed: self.failed.map(|at| at + before),
            succeeded: self.succeeded.into_iter().map(|at| at + before).collect(),
        }
    }

    /// Deletes and shows it. `release` has the hooks that ran, at the places where they were.
    ///
    /// # Errors
    /// The first deletion that failed; of the hook that failed itself it is only said.
    pub async fn clear(self, operation: &Operation, release: &Release) -> Result<()> {
        let how = self.how;
        if let Some(failed) = self.failed {
            let hook = &release.hooks[failed];
            if let Err(error) = delete_by(operation, hook, FAILED, how).await {
                let text = format!("error deleting the hook resource on hook failure: {error}");
                operation.log.printed("hooks.go:105", &text);
            }
            for at in self.succeeded {
                delete_by(operation, &release.hooks[at], SUCCEEDED, how).await?;
            }
            return Ok(());
        }
        for at in self.succeeded.into_iter().rev() {
            let hook = &release.hooks[at];
            logs::show(operation, release, hook, SUCCEEDED).await;
            delete_by(operation, hook, SUCCEEDED, how).await?;
        }
        Ok(())
    }
}

/// Deletes a hook's object if its policies say so.
async fn delete_by(operation: &Operation, hook: &Hook, policy: &str, how: How) -> Result<()> {
    if hook.kind == "CustomResourceDefinition" || !hook.delete_policies.iter().any(|own| own == policy) {
        return Ok(());
    }
    let built = build(operation, &hook.manifest, false).await;
    let resources = built.map_err(|error| {
        error.within(format!("unable to build kubernetes object for deleting hook {}", hook.path))
    })?;
    if let Err(errors) = delete::delete(operation, &resources, Propagation::Background).await {
        return Err(Error::join(errors, "; ").unwrap_or_else(|| Error::new("")));
    }
    // Older ones wait in any case, newer ones only with a strategy that does.
    let strategy = if operation.is_old() { Strategy::Legacy } else { how.strategy };
    wait::until_gone(operation, &resources, strategy).await
}
