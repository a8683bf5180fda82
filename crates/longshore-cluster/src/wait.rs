//! Waiting until objects are ready, and saying why they are not.
//!
//! [`Cluster::wait`] watches the objects, and, while a workload among them is not ready, the pods that
//! belong to it. Every change is judged by the rules of `longshore-object`; the wait ends when all are
//! ready, at the first *certain* failure (decision 8 of the design), when nothing has got on for a while, or
//! at its deadline. A failure names one root cause in one sentence, the chain from the object down to it,
//! what the server recorded about it, and the last lines that the container wrote. A deadline says what is
//! still missing, and why.
//!
//! Grace periods and deadlines are measured on tokio's clock. The state in between is a
//! `tracker::Tracker`, which knows neither clock nor cluster.

mod cause;
mod deployed;
mod dns;
mod evidence;
mod explain;
mod failure;
mod feeds;
mod look;
mod revision;
mod surroundings;
#[cfg(test)]
mod tests;
mod tracked;
mod tracker;

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use jiff::Timestamp;
use longshore_diag::Place;
use longshore_object::readiness::{Grace, Rules, custom};
use longshore_object::{Gvk, Object, ObjectKey};
use tokio::time::{Instant, sleep_until};

pub use deployed::Deployed;
pub(crate) use evidence::newest_warning;
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
    /// Whether it is cleared away by itself when it has done its work: a Job with a time to live.
    pub clears_itself: bool,
    /// Whether an annotation of it says when it is ready.
    pub ruled: bool,
}

impl WaitTarget {
    /// A written object that was applied as `key`.
    pub fn of(object: &Object, key: ObjectKey) -> Self {
        Self {
            place: Some(object.place().clone()),
            clears_itself: object.get("/spec/ttlSecondsAfterFinished").is_some(),
            ruled: object.annotation(custom::annotation::PATH).is_some(),
            ..Self::named(object.gvk().clone(), key)
        }
    }

    /// An object of which no more than its identity is known.
    pub fn named(gvk: Gvk, key: ObjectKey) -> Self {
        Self { gvk, key, place: None, clears_itself: false, ruled: false }
    }
}

/// How long to wait, and for what.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitOptions {
    /// How long in all.
    pub timeout: Duration,
    /// How long without anything getting on; `None` for as long as it takes. What a grace is still running for, and
    /// an image that is being pulled, is waited for all the same.
    pub idle: Option<Duration>,
    /// How long failures that may heal are borne.
    pub grace: Grace,
    /// What counts as ready beyond the default.
    pub rules: Rules,
    /// How many of a failed container's last lines are shown.
    pub log_lines: u32,
    /// What was deployed, to explain a failure by it.
    pub deployed: Arc<Deployed>,
}

impl Default for WaitOptions {
    /// Five minutes, which is Helm's default too, four of them without progress, and 20 lines.
    fn default() -> Self {
        Self {
            timeout: Duration::from_mins(5),
            idle: Some(Duration::from_mins(4)),
            grace: Grace::default(),
            rules: Rules::default(),
            log_lines: 20,
            deployed: Arc::default(),
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
        /// Whether a rule says so; if not, it is ready because it exists.
        ruled: bool,
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
        let targets = self.with_namespaces(targets, &options.rules).await?;
        let total = targets.len();
        let mut tracker = Tracker::new(targets, options.grace, options.rules.clone(), Timestamp::now());
        let mut feeds = Feeds::of(self, tracker.targets(), &options.rules);
        let mut got_on = started;
        loop {
            for progress in tracker.judge(Instant::now()) {
                report(progress);
            }
            if tracker.all_ready() {
                return Ok(Waited { objects: total, elapsed: started.elapsed() });
            }
            if let Some((id, pod)) = tracker.to_look_into() {
                let look = look::into(self, &id, &pod).await;
                tracker.settle(&pod, look);
                continue;
            }
            if tracker.has_failed() {
                return Err(self.failure(&tracker, WaitVerdict::Failed, options, started).await);
            }
            for namespace in tracker.namespaces_to_explain() {
                feeds.explain(self, &namespace);
            }
            if tracker.has_got_on() {
                got_on = Instant::now();
            }
            // A grace that runs ends by itself, in a verdict of its own.
            let busy = tracker.next_moment().is_some() || tracker.is_excused();
            let idle = options.idle.filter(|_| !busy).map(|idle| got_on + idle);
            let moments = [tracker.next_moment(), idle, Some(deadline)];
            let until = moments.into_iter().flatten().min().unwrap_or(deadline);
            tokio::select! {
                told = feeds.next() => {
                    let Some(told) = told else { continue };
                    take(&mut tracker, told, &mut report)?;
                    // What is there already is judged together.
                    while let Some(Some(told)) = feeds.next().now_or_never() {
                        take(&mut tracker, told, &mut report)?;
                    }
                    continue;
                }
                () = sleep_until(until) => {}
            }
            let now = Instant::now();
            let verdict = match (options.idle, idle) {
                _ if now >= deadline => WaitVerdict::Deadline { after: options.timeout },
                (Some(after), Some(idle)) if now >= idle => WaitVerdict::Idle { after },
                _ => continue,
            };
            for progress in tracker.judge(now) {
                report(progress);
            }
            if tracker.all_ready() {
                continue;
            }
            if matches!(verdict, WaitVerdict::Idle { .. })
                && look::pulls(self, &tracker.starting_pods()).await
            {
                got_on = Instant::now();
                continue;
            }
            return Err(self.failure(&tracker, verdict, options, started).await);
        }
    }

    /// Fills in the namespaces that targets leave open, and takes them from cluster-wide ones.
    async fn with_namespaces(
        &self,
        targets: Vec<WaitTarget>,
        rules: &Rules,
    ) -> Result<Vec<WaitTarget>, WaitError> {
        let mut all = Vec::with_capacity(targets.len());
        for mut target in targets {
            if tracked::is_ready_by_existing(&target, rules) {
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
        let mut failure = tracker.failure(verdict, &options.deployed);
        failure.elapsed = started.elapsed();
        // Large, and rarely needed.
        Box::pin(evidence::gather(self, &mut failure, options)).await;
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
