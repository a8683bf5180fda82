//! Waiting until objects are ready, and saying why they are not.
//!
//! [`Cluster::wait`] watches the objects, and, while a workload among them is not ready, the pods that
//! belong to it. Every change is judged by the rules of `longshore-object`; the wait ends when all are
//! ready, at the first *certain* failure (decision 8 of the design), or at its deadline. A failure names
//! one root cause: the pod, the container, the reason, what the server recorded about it, and the last
//! lines that the container wrote. A deadline says what is still missing, and why.
//!
//! Grace periods and the deadline are measured on tokio's clock. The state in between is a
//! `tracker::Tracker`, which knows neither clock nor cluster.

mod cause;
mod evidence;
mod failure;
mod feeds;
mod revision;
mod surroundings;
#[cfg(test)]
mod tests;
mod tracked;
mod tracker;

use std::time::Duration;

use futures::FutureExt as _;
use longshore_diag::Place;
use longshore_object::readiness::{Grace, Rules};
use longshore_object::{Gvk, Object, ObjectKey};
use tokio::time::{Instant, sleep_until};

pub use failure::{Culprit, PodCause, WaitError, WaitFailure, WaitVerdict};
use feeds::{Feeds, Told};
use tracker::Tracker;

use crate::cluster::Cluster;
use crate::error::Error;

/// An object to wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitTarget {
    /// Its kind, in the version to read it in.
    pub gvk: Gvk,
    /// Its identity. Without a namespace, a namespaced object is looked for in the default one.
    pub key: ObjectKey,
    /// Where it was written.
    pub place: Option<Place>,
}

impl WaitTarget {
    /// A written object that was applied as `key`.
    pub fn of(object: &Object, key: ObjectKey) -> Self {
        Self { gvk: object.gvk().clone(), key, place: Some(object.place().clone()) }
    }
}

/// How long to wait, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitOptions {
    /// How long in all.
    pub timeout: Duration,
    /// How long failures that may heal are borne.
    pub grace: Grace,
    /// What counts as ready beyond the default.
    pub rules: Rules,
    /// How many of a failed container's last lines are shown.
    pub log_lines: u32,
}

impl Default for WaitOptions {
    /// Five minutes, which is Helm's default too, and 20 lines.
    fn default() -> Self {
        Self {
            timeout: Duration::from_mins(5),
            grace: Grace::default(),
            rules: Rules::default(),
            log_lines: 20,
        }
    }
}

/// Something to tell while waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// An object became ready.
    Ready {
        /// The object.
        key: ObjectKey,
        /// How many are ready now.
        ready: usize,
        /// Of how many.
        total: usize,
    },
    /// An object is on its way, and its reason has changed.
    Waiting {
        /// The object.
        key: ObjectKey,
        /// What it waits for: `2 of 3 pods available`.
        reason: String,
    },
    /// Something is wrong with an object, and may yet heal.
    Failing {
        /// The object.
        key: ObjectKey,
        /// What is wrong.
        reason: String,
    },
    /// The server does not answer; the wait goes on.
    Trouble {
        /// What happened.
        message: String,
    },
}

/// What a wait that succeeded has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waited {
    /// How many objects are ready: all.
    pub objects: usize,
    /// How long it took.
    pub elapsed: Duration,
}

impl Cluster {
    /// Waits until all targets are ready. `report` is called with every change, from within this future.
    ///
    /// Kinds that are ready by existing (ConfigMaps, Secrets, roles) and PersistentVolumeClaims, which
    /// bind only when a pod wants them, are not looked at.
    ///
    /// # Errors
    /// [`WaitError::Failed`] with the cause, at a certain failure or at the deadline;
    /// [`WaitError::Cluster`] if the objects may not be read.
    ///
    /// ```no_run
    /// use longshore_cluster::{Cluster, WaitOptions, WaitTarget};
    /// # async fn example(cluster: Cluster, targets: Vec<WaitTarget>) {
    /// let waited = cluster.wait(targets, &WaitOptions::default(), |progress| println!("{progress:?}")).await;
    /// if let Err(error) = waited {
    ///     println!("{}", error.diagnostic());
    /// }
    /// # }
    /// ```
    pub async fn wait(
        &self,
        targets: Vec<WaitTarget>,
        options: &WaitOptions,
        mut report: impl FnMut(Progress) + Send,
    ) -> Result<Waited, WaitError> {
        let started = Instant::now();
        let deadline = started + options.timeout;
        let targets = self.with_namespaces(targets).await?;
        let total = targets.len();
        let mut tracker = Tracker::new(targets, options.grace, options.rules);
        let mut feeds = Feeds::of(self, tracker.targets());
        loop {
            for progress in tracker.judge(Instant::now()) {
                report(progress);
            }
            if tracker.all_ready() {
                return Ok(Waited { objects: total, elapsed: started.elapsed() });
            }
            if let Some(pod) = tracker.unscheduled() {
                // An autoscaler may be at work on it, which only events tell.
                let excused = evidence::scale_up(self, &pod).await;
                tracker.settle_unscheduled(&pod, excused);
                continue;
            }
            if tracker.has_failed() {
                let verdict = WaitVerdict::Failed;
                return Err(self.failure(&tracker, verdict, options, started).await);
            }
            for namespace in tracker.namespaces_to_explain() {
                feeds.explain(self, &namespace);
            }
            let until = tracker.next_moment().map_or(deadline, |moment| moment.min(deadline));
            tokio::select! {
                told = feeds.next() => {
                    let Some(told) = told else { continue };
                    take(&mut tracker, told, &mut report)?;
                    // What is there already is judged together.
                    while let Some(Some(told)) = feeds.next().now_or_never() {
                        take(&mut tracker, told, &mut report)?;
                    }
                }
                () = sleep_until(until) => {}
            }
            if Instant::now() >= deadline {
                for progress in tracker.judge(Instant::now()) {
                    report(progress);
                }
                if tracker.all_ready() {
                    continue;
                }
                let verdict = WaitVerdict::Deadline { after: options.timeout };
                return Err(self.failure(&tracker, verdict, options, started).await);
            }
        }
    }

    /// Fills in the namespaces that targets leave open, and takes them from cluster-wide ones.
    async fn with_namespaces(&self, targets: Vec<WaitTarget>) -> Result<Vec<WaitTarget>, WaitError> {
        let mut all = Vec::with_capacity(targets.len());
        for mut target in targets {
            if tracked::is_ready_by_existing(&target.gvk) {
                all.push(target);
                continue;
            }
            let at = || crate::error::Subject::object("wait for", target.key.clone());
            let resource = self.resource_for(&target.gvk, at).await?;
            let namespace = self.place(&resource, target.key.namespace.as_deref());
            target.key.namespace = namespace.map(str::to_owned);
            all.push(target);
        }
        Ok(all)
    }

    async fn failure(
        &self,
        tracker: &Tracker,
        verdict: WaitVerdict,
        options: &WaitOptions,
        started: Instant,
    ) -> WaitError {
        let mut failure = tracker.failure(verdict);
        failure.elapsed = started.elapsed();
        evidence::gather(self, &mut failure, options.log_lines).await;
        WaitError::Failed(Box::new(failure))
    }
}

/// Hands one change on to the tracker.
fn take(tracker: &mut Tracker, told: Told, report: &mut (impl FnMut(Progress) + Send)) -> Result<(), Error> {
    match told {
        Told::Change(source, change) => {
            if let Some(message) = tracker.observe(&source, change) {
                report(Progress::Trouble { message });
            }
            Ok(())
        }
        Told::Blind { what, error } => {
            tracker.blind(what, &error);
            Ok(())
        }
        Told::Ended(error) => Err(*error),
    }
}
