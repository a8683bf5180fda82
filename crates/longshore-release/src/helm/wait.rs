//! Waiting as Helm does: for objects to be ready, for hooks to be over, for objects to be gone.
//!
//! Helm 4 has three ways, chosen by `--wait`
//! (<https://github.com/helm/helm/blob/v4.3.1/pkg/kube/client.go>): `watcher` watches and judges by kstatus; `legacy` asks
//! every two seconds and judges by Helm 3's rules; `hookOnly` watches hooks and waits for nothing else. Helm 3 only knows
//! `legacy`.
//!
//! These verdicts are Helm's. Those of `longshore deploy`, which explain more and fail earlier, are in
//! [`mod@longshore_object::readiness`].

mod judge;
mod kstatus;
mod legacy;
mod ready;
mod watcher;

use std::future::pending;
use std::str::FromStr;
use std::time::Duration;

use super::{Operation, Resource, Result};
use judge::Judge;
pub(super) use judge::selector;
use tokio::time::{Instant, sleep_until};

/// What a time of zero means to the watcher.
const WATCHER_DEFAULT: Duration = Duration::from_secs(30);

/// How objects are waited for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Strategy {
    /// By watching them, everything that has a status.
    Watcher,
    /// Only hooks, by watching them.
    #[default]
    HookOnly,
    /// By asking again and again.
    Legacy,
}

impl FromStr for Strategy {
    type Err = String;

    /// What `--wait` says at 4.x.
    ///
    /// ```
    /// use longshore_release::helm::wait::Strategy;
    /// assert_eq!("watcher".parse(), Ok(Strategy::Watcher));
    /// let problem = "never".parse::<Strategy>().unwrap_err();
    /// assert_eq!(problem, "invalid wait input \"never\". Valid inputs are watcher, hookOnly, and legacy");
    /// ```
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            // The last two are deprecated.
            "watcher" | "true" => Ok(Self::Watcher),
            "hookOnly" | "false" => Ok(Self::HookOnly),
            "legacy" => Ok(Self::Legacy),
            _ => Err(format!(
                "invalid wait input {}. Valid inputs are watcher, hookOnly, and legacy",
                longshore_go::strconv::quoted(text)
            )),
        }
    }
}

/// Waits until objects are ready; with `jobs`, until Jobs among them are over.
///
/// # Errors
/// What is not ready in the operation's time, or has failed for good.
pub async fn until_ready(
    operation: &Operation,
    resources: &[Resource],
    strategy: Strategy,
    jobs: bool,
) -> Result<()> {
    if operation.without_cluster {
        return Ok(());
    }
    match strategy {
        Strategy::HookOnly => Ok(()),
        Strategy::Watcher => {
            let judge = if jobs { Judge::WithJobs } else { Judge::All };
            watcher::until_current(operation, resources, judge).await
        }
        Strategy::Legacy => legacy::until_ready(operation, resources, jobs).await,
    }
}

/// Waits until objects are gone.
///
/// # Errors
/// What is still there when the operation's time is up.
pub async fn until_gone(operation: &Operation, resources: &[Resource], strategy: Strategy) -> Result<()> {
    if operation.without_cluster {
        return Ok(());
    }
    match strategy {
        Strategy::HookOnly => Ok(()),
        Strategy::Watcher => watcher::until_gone(operation, resources).await,
        Strategy::Legacy => legacy::until_gone(operation, resources).await,
    }
}

/// Waits until hooks are over: Jobs and Pods have ended well, all else is there.
///
/// # Errors
/// One has failed, or is not over in the operation's time.
pub async fn watch_until_ready(
    operation: &Operation,
    resources: &[Resource],
    strategy: Strategy,
) -> Result<()> {
    if operation.without_cluster {
        return Ok(());
    }
    if operation.is_old() || strategy == Strategy::Legacy {
        return legacy::watch_until_ready(operation, resources).await;
    }
    watcher::until_current(operation, resources, Judge::Hooks).await
}

/// Until a time, if there is one.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => pending().await,
    }
}
