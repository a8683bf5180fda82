//! One target of a wait: what is known of it, and the verdict that follows.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use longshore_object::Gvk;
use longshore_object::diagnosis::why_held;
use longshore_object::readiness::pod::Cause;
use longshore_object::readiness::{Grace, Readiness, Rules, readiness_by, unproved};
use serde_json::Value as Json;
use tokio::time::Instant;

use super::WaitTarget;
use super::cause::{PodProblem, ended_pods, pod_problems, refusal, text};
use super::revision::{changed_at, fails_of_old, second};
use super::surroundings::Surroundings;

/// Targets that are ready by existing, so that watching them would tell nothing.
pub(super) fn is_ready_by_existing(target: &WaitTarget, rules: &Rules) -> bool {
    !target.ruled && !rules.awaits_kind(&target.gvk.group, &target.gvk.kind)
}

/// Kinds that make pods.
pub(super) fn makes_pods(gvk: &Gvk) -> bool {
    matches!(
        (gvk.group.as_str(), gvk.kind.as_str()),
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
            | ("batch", "Job")
            | ("", "ReplicationController")
    )
}

/// How far a target has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// It is on its way; empty before the server was asked. With a pod that does what only its lasting makes wrong.
    Waiting { reason: String, pod: Option<PodProblem> },
    /// Something is wrong. `fatal`: waiting cannot help.
    Failing { reason: String, pod: Option<PodProblem>, fatal: bool },
    /// It is what was asked for.
    Ready,
}

/// Causes that somebody has to look into before they are certain: what excuses them is told by events only.
fn is_looked_into(cause: Cause) -> bool {
    matches!(cause, Cause::Unschedulable | Cause::Claim | Cause::Mount)
}

/// How a verdict is reached, and when the next one may differ although nothing happens.
pub(super) struct Judging<'a> {
    pub(super) now: Instant,
    /// What was written after this second, on the server's clock and to the second, may not have had time to fail when
    /// the wait began.
    pub(super) recent: &'a str,
    pub(super) grace: &'a Grace,
    pub(super) rules: &'a Rules,
    /// What looking into a pod has shown; see `Tracker::to_look_into`.
    pub(super) looks: &'a mut BTreeMap<LookKey, Option<Look>>,
    /// Moments at which a grace runs out.
    pub(super) moments: Vec<Instant>,
}

/// A look into a pod: its uid, and of which cause.
pub(super) type LookKey = (String, Cause);

/// What a look into a pod has shown, when its grace was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// It is as it seems.
    Confirmed,
    /// Somebody is at work on it: a node is on its way, an image is being pulled.
    Excused,
    /// Waiting cannot help, even before its grace is over: the storage class does not exist.
    Hopeless,
}

/// A problem of a pod, over time: pod uid, container, cause.
type ProblemKey = (String, Option<String>, Cause);

/// A target and what is known of it.
pub(super) struct Tracked {
    pub(super) target: WaitTarget,
    pub(super) live: Option<Json>,
    pub(super) state: State,
    /// Something about it, or its pods, has changed since it was judged.
    pub(super) dirty: bool,
    /// What was last told of it.
    pub(super) told: Option<String>,
    /// Everything that was told of its way, so that going back and forth is no progress.
    pub(super) seen: BTreeSet<String>,
    /// Whether the server has been asked for it.
    asked: bool,
    /// Its last state, if it was there and is no longer.
    last: Option<Json>,
    /// Since when the object itself has been failing in a way that may heal.
    failing_since: Option<Instant>,
    /// Since when its pods have had their problems.
    problems: BTreeMap<ProblemKey, Instant>,
    /// Whether the wait has seen it there and not ready.
    was_unready: bool,
    /// Since when it has been ready without a proof of it.
    pub(super) settles_since: Option<Instant>,
    /// How often that has come to nothing.
    fallen_back: u32,
}

impl Tracked {
    pub(super) fn new(target: WaitTarget) -> Self {
        Self {
            target,
            live: None,
            state: State::Waiting { reason: String::new(), pod: None },
            dirty: true,
            told: None,
            seen: BTreeSet::new(),
            asked: false,
            last: None,
            failing_since: None,
            problems: BTreeMap::new(),
            was_unready: false,
            settles_since: None,
            fallen_back: 0,
        }
    }

    pub(super) fn put(&mut self, live: Json) {
        self.live = Some(live);
        self.last = None;
        self.asked = true;
        self.dirty = true;
    }

    /// It is gone; `last` is how the server last had it.
    pub(super) fn remove(&mut self, last: Option<Json>) {
        let before = self.live.take();
        if let Some(live) = last.or(before) {
            self.last = Some(live);
        }
        self.asked = true;
        self.dirty = true;
    }

    /// The live object's uid.
    pub(super) fn uid(&self) -> &str {
        self.live.as_ref().map(|live| text(live, "/metadata/uid")).unwrap_or_default()
    }

    /// The verdict, as things stand.
    pub(super) fn judge(&mut self, around: &Surroundings, judging: &mut Judging<'_>) -> State {
        if is_ready_by_existing(&self.target, judging.rules) {
            return State::Ready;
        }
        let Some(live) = self.live.take() else {
            return self.absent(judging);
        };
        let state = self.judge_live(&live, around, judging);
        self.live = Some(live);
        state
    }

    fn judge_live(&mut self, live: &Json, around: &Surroundings, judging: &mut Judging<'_>) -> State {
        if let Some(held) = why_held(live, None, &[]).filter(|_| !clears_itself(live)) {
            self.is_unready();
            // What has a finalizer whose controller is gone stays as it is for ever.
            let fatal = self.outlasts(judging.grace.other, judging);
            return State::Failing { reason: held.what, pod: None, fatal };
        }
        let verdict = verdict_of(live, judging.rules);
        if verdict.is_ready() {
            self.failing_since = None;
            self.problems.clear();
            return self.settle(live, judging);
        }
        self.is_unready();
        let pods = around.pods.items();
        let of_old = fails_of_old(live);
        if let Readiness::Failed { reason, certain: true } = &verdict
            && text(live, "/kind") != "Pod"
            && !of_old
        {
            let mut pod = problems_of(live, around, judging).into_iter().next();
            if pod.is_none() {
                pod = ended_pods(live, pods, judging.grace).into_iter().next();
            }
            return State::Failing { reason: reason.clone(), pod, fatal: true };
        }
        if let Some(reason) = refusal(live, around.replica_sets.items(), around.warnings.items()) {
            return State::Failing { reason, pod: None, fatal: true };
        }
        let found = problems_of(live, around, judging);
        let mut stall = None;
        if let Some((problem, fatal)) = self.worst(found, judging) {
            if fatal || !problem.problem.cause.is_stall() {
                let reason = problem.problem.describe();
                return State::Failing { reason, pod: Some(problem), fatal };
            }
            stall = Some(problem);
        }
        match verdict {
            Readiness::Failed { reason, certain } => {
                let fatal = self.outlasts(judging.grace.other, judging) || certain && !of_old;
                State::Failing { reason, pod: None, fatal }
            }
            Readiness::Progressing { reason } => {
                self.failing_since = None;
                State::Waiting { reason, pod: stall }
            }
            Readiness::Ready => State::Ready,
        }
    }

    /// Notes that it is not ready now, whatever it was.
    fn is_unready(&mut self) {
        self.was_unready = true;
        if self.settles_since.take().is_some() {
            self.fallen_back += 1;
        }
    }

    /// The state of a ready object: a workload that is ready because it runs has to stay so for a while, unless it has
    /// been ready since before the wait. Each time that this came to nothing it has to for longer, because a node that is
    /// busy hears late of what has ended.
    fn settle(&mut self, live: &Json, judging: &mut Judging<'_>) -> State {
        let is_new = self.was_unready || second(changed_at(live)) >= judging.recent;
        let Some(unproved) = unproved(live).filter(|_| is_new && !self.target.ruled) else {
            return State::Ready;
        };
        let needed = (judging.grace.settle * (1 + self.fallen_back)).saturating_sub(unproved.proved);
        let since = *self.settles_since.get_or_insert(judging.now);
        if judging.now - since >= needed {
            return State::Ready;
        }
        judging.moments.push(since + needed);
        let reason = format!(
            "runs, and has to go on for {needed:?}, as container {} has no readiness probe",
            unproved.container
        );
        State::Waiting { reason, pod: None }
    }

    /// The gravest problem that is certain, or else the gravest; remembers since when each has lasted.
    fn worst(&mut self, found: Vec<PodProblem>, judging: &mut Judging<'_>) -> Option<(PodProblem, bool)> {
        let before = std::mem::take(&mut self.problems);
        let mut worst: Option<(PodProblem, bool)> = None;
        for problem in found {
            let cause = problem.problem.cause;
            let key = (problem.uid.clone(), problem.problem.container.clone(), cause);
            let since = before.get(&key).copied().unwrap_or(judging.now);
            self.problems.insert(key, since);
            let lasting = judging.now - since;
            let mut certain = match problem.patience {
                Some(borne) => lasting >= borne,
                None => problem.problem.is_certain(judging.grace, lasting),
            };
            if let Some(borne) = problem.patience.filter(|_| !certain) {
                judging.moments.push(since + borne);
            }
            if is_looked_into(cause) {
                // A claim may be known to be hopeless sooner than its grace is over.
                let look_at = match cause {
                    Cause::Claim => judging.grace.unschedulable.min(judging.grace.volume),
                    _ => problem.patience.unwrap_or_default(),
                };
                if lasting >= look_at {
                    let looked = judging.looks.entry((problem.uid.clone(), cause)).or_default();
                    certain = match looked {
                        Some(Look::Hopeless) => true,
                        Some(Look::Confirmed) => certain,
                        Some(Look::Excused) | None => false,
                    };
                } else {
                    judging.moments.push(since + look_at);
                }
            }
            if worst.as_ref().is_none_or(|(_, sure)| certain && !sure) {
                worst = Some((problem, certain));
            }
        }
        worst
    }

    /// Whether the object has been failing for longer than `grace`, from its first failing verdict on.
    fn outlasts(&mut self, grace: Duration, judging: &mut Judging<'_>) -> bool {
        let since = *self.failing_since.get_or_insert(judging.now);
        let over = judging.now - since >= grace;
        if !over {
            judging.moments.push(since + grace);
        }
        over
    }

    /// The state of an object that is not there.
    fn absent(&mut self, judging: &mut Judging<'_>) -> State {
        if !self.asked {
            return State::Waiting { reason: String::new(), pod: None };
        }
        let mut reason = "it does not exist";
        // A Job that is cleared away when it has finished may have done so before anybody looked.
        if self.last.is_none() && self.target.clears_itself {
            return State::Ready;
        }
        if let Some(last) = &self.last {
            // A finished Job may be set to be cleared away.
            if clears_itself(last) {
                match verdict_of(last, judging.rules) {
                    Readiness::Ready => return State::Ready,
                    Readiness::Failed { reason, .. } => {
                        return State::Failing { reason, pod: None, fatal: true };
                    }
                    Readiness::Progressing { .. } => {}
                }
            }
            reason = "it was deleted while it was waited for";
        }
        let fatal = self.outlasts(judging.grace.other, judging);
        State::Failing { reason: reason.to_owned(), pod: None, fatal }
    }
}

/// Whether an object is cleared away when it has finished, as a Job may be.
fn clears_itself(live: &Json) -> bool {
    live.pointer("/spec/ttlSecondsAfterFinished").is_some()
}

/// The verdict on a live object. One that is cleared away is judged by how it ended, also while it goes.
fn verdict_of(live: &Json, rules: &Rules) -> Readiness {
    if !clears_itself(live) || live.pointer("/metadata/deletionTimestamp").is_none() {
        return readiness_by(live, rules);
    }
    let mut ended = live.clone();
    if let Some(Json::Object(metadata)) = ended.get_mut("metadata") {
        metadata.remove("deletionTimestamp");
    }
    readiness_by(&ended, rules)
}

/// What is wrong with the pods of a target, with what is around it.
fn problems_of(live: &Json, around: &Surroundings, judging: &Judging<'_>) -> Vec<PodProblem> {
    let (sets, pods) = (around.replica_sets.items(), around.pods.items());
    pod_problems(live, sets, pods, around.warnings.items(), judging.grace)
}
