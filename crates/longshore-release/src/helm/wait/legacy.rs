//! Waiting by asking, every two seconds, as Helm 3 does and Helm 4 with `--wait=legacy`.
//!
//! Rules and words: <https://github.com/helm/helm/blob/v4.3.1/pkg/kube/wait.go>.

use std::pin::pin;
use std::time::Duration;

use futures::StreamExt;
use longshore_cluster::{Change, Error as ClusterError, Selector};
use serde_json::Value as Json;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::at;
use super::kstatus::{conditions, text};
use super::ready::{Problem, is_ready};
use crate::helm::{Error, Operation, Resource, Result, Severity, perform};

/// Between two questions.
const EVERY: Duration = Duration::from_secs(2);
/// How often asking about one object may fail in a row.
const RETRIES: usize = 30;

/// Asks until all objects are ready.
///
/// # Errors
/// Time is up, a Job has failed, or an object cannot be asked for.
pub(super) async fn until_ready(operation: &Operation, resources: &[Resource], jobs: bool) -> Result<()> {
    let mut failures = vec![0; resources.len()];
    poll(operation, async || {
        for (resource, failures) in resources.iter().zip(&mut failures) {
            match is_ready(operation, resource, jobs).await {
                Ok(is_ready) => {
                    *failures = 0;
                    if !is_ready {
                        return Ok(false);
                    }
                }
                Err(problem) if is_passing(&problem) => {
                    *failures += 1;
                    return if *failures > RETRIES { Err(problem.into()) } else { Ok(false) };
                }
                Err(problem) => return Err(problem.into()),
            }
        }
        Ok(true)
    })
    .await
}

/// Whether it may be another answer the next time.
fn is_passing(problem: &Problem) -> bool {
    match problem {
        Problem::Cluster(ClusterError::Refused(refused)) => {
            matches!(refused.status.code, 0 | 429 | 500 | 502..)
        }
        Problem::Cluster(ClusterError::Unauthorized { .. }) => false,
        Problem::Cluster(_) | Problem::Other(_) => true,
    }
}

/// Asks until all objects are gone.
///
/// # Errors
/// Time is up, or an object cannot be asked for.
pub(super) async fn until_gone(operation: &Operation, resources: &[Resource]) -> Result<()> {
    poll(operation, async || {
        for resource in resources {
            if resource.live(&operation.cluster).await?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    })
    .await
}

/// Asks at once and then again and again, until there is an answer or time is up. Time is only looked at between two
/// questions.
async fn poll(operation: &Operation, mut ask: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    let deadline = deadline(operation, operation.is_old());
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    loop {
        if ask().await? {
            return Ok(());
        }
        tokio::select! {
            biased;
            () = at(deadline) => return Err(Error::deadline()),
            _ = ticks.tick() => {}
        }
    }
}

/// When time is up; never, if it is zero and that does not count as `at_once`.
fn deadline(operation: &Operation, at_once: bool) -> Option<Instant> {
    if operation.timeout.is_zero() && !at_once {
        return None;
    }
    Instant::now().checked_add(operation.timeout)
}

/// Watches hooks until they are over; only Jobs and Pods take time.
///
/// # Errors
/// One has failed, or time is up.
pub(super) async fn watch_until_ready(operation: &Operation, resources: &[Resource]) -> Result<()> {
    perform(operation, resources, async |resource| watch_one(operation, resource).await).await
}

async fn watch_one(operation: &Operation, resource: &Resource) -> Result<()> {
    let judge: JudgeHook = match resource.gvk.kind.as_str() {
        "Job" => ended_job,
        "Pod" => ended_pod,
        _ => return Ok(()),
    };
    let selector =
        Selector { fields: Some(format!("metadata.name={}", resource.name)), ..Selector::default() };
    let watching = async {
        loop {
            match watch_once(operation, resource, &selector, judge).await {
                Err(Stopped::Watching(error)) => {
                    // What may not be watched now may be later.
                    tracing::debug!(%error, "cannot watch at present");
                    at(Instant::now().checked_add(EVERY)).await;
                }
                Err(Stopped::Judged(error)) => return Err(error),
                Ok(()) => return Ok(()),
            }
        }
    };
    tokio::select! {
        biased;
        done = watching => done,
        () = at(deadline(operation, false)) => Err(Error::new("timed out waiting for the condition")),
    }
}

/// Why a hook is not watched any longer.
enum Stopped {
    /// It cannot be watched.
    Watching(ClusterError),
    /// It has failed.
    Judged(Error),
}

/// Tells a hook that is over from one that is not, and from one that has failed.
type JudgeHook = fn(&Operation, &Json, &str) -> Result<bool>;

async fn watch_once(
    operation: &Operation,
    resource: &Resource,
    selector: &Selector,
    judge: JudgeHook,
) -> std::result::Result<(), Stopped> {
    let mut changes = pin!(operation.cluster.watch(&resource.gvk, resource.namespace(), selector));
    let mut was_there = false;
    while let Some(change) = changes.next().await {
        let objects = match change.map_err(Stopped::Watching)? {
            Change::All(objects) if objects.is_empty() && was_there => return Ok(()),
            Change::All(objects) => objects,
            Change::Put(object) => vec![object],
            Change::Gone(_) => return Ok(()),
            Change::Trouble(_) => continue,
        };
        for object in &objects {
            was_there = true;
            if judge(operation, object, &resource.name).map_err(Stopped::Judged)? {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Whether a Job has ended.
fn ended_job(operation: &Operation, job: &Json, name: &str) -> Result<bool> {
    for condition in conditions(job).filter(|condition| condition.status == "True") {
        match condition.kind {
            "Complete" => return Ok(true),
            "Failed" => {
                let reason = condition.reason;
                if !operation.is_old() {
                    let beside = [("job", name), ("reason", reason)];
                    operation.log.log(Severity::Error, "job failed", &beside);
                }
                return Err(Error::new(format!("job {name} failed: {reason}")));
            }
            _ => {}
        }
    }
    Ok(false)
}

/// Whether a Pod has ended.
fn ended_pod(operation: &Operation, pod: &Json, name: &str) -> Result<bool> {
    match text(pod, "/status/phase") {
        "Succeeded" => Ok(true),
        "Failed" => {
            if !operation.is_old() {
                operation.log.log(Severity::Error, "pod failed", &[("pod", name)]);
            }
            Err(Error::new(format!("pod {name} failed")))
        }
        _ => Ok(false),
    }
}
