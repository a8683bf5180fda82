//! One target of a wait: what is known of it, and the verdict that follows.

use std::collections::BTreeMap;
use std::time::Duration;

use longshore_object::Gvk;
use longshore_object::readiness::pod::Cause;
use longshore_object::readiness::{Grace, Readiness, Rules, is_awaited, readiness_by};
use serde_json::Value as Json;
use tokio::time::Instant;

use super::WaitTarget;
use super::cause::{PodProblem, ended_pods, pod_problems, refusal, text};
use super::revision::fails_of_old;
use super::surroundings::Surroundings;

/// Kinds that are ready by existing, so that watching them would tell nothing.
pub(super) fn is_ready_by_existing(gvk: &Gvk) -> bool {
    !is_awaited(&gvk.group, &gvk.kind)
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
    /// It is on its way; empty before the server was asked.
    Waiting { reason: String },
    /// Something is wrong. `fatal`: waiting cannot help.
    Failing { reason: String, pod: Option<PodProblem>, fatal: bool },
    /// It is what was asked for.
    Ready,
}

/// How a verdict is reached, and when the next one may differ although nothing happens.
pub(super) struct Judging<'a> {
    pub(super) now: Instant,
    pub(super) grace: &'a Grace,
    pub(super) rules: Rules,
    /// By pod: what is known of a scale-up for it; see `Tracker::unscheduled`.
    pub(super) scale_ups: &'a mut BTreeMap<String, Option<bool>>,
    /// Moments at which a grace runs out.
    pub(super) moments: Vec<Instant>,
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
    /// Whether the server has been asked for it.
    asked: bool,
    /// Its last state, if it was there and is no longer.
    last: Option<Json>,
    /// Since when the object itself has been failing in a way that may heal.
    failing_since: Option<Instant>,
    /// Since when its pods have had their problems.
    problems: BTreeMap<ProblemKey, Instant>,
}

impl Tracked {
    pub(super) fn new(target: WaitTarget) -> Self {
        Self {
            target,
            live: None,
            state: State::Waiting { reason: String::new() },
            dirty: true,
            told: None,
            asked: false,
            last: None,
            failing_since: None,
            problems: BTreeMap::new(),
        }
    }

    pub(super) fn put(&mut self, live: Json) {
        self.live = Some(live);
        self.last = None;
        self.asked = true;
        self.dirty = true;
    }

    pub(super) fn remove(&mut self) {
        if let Some(live) = self.live.take() {
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
        if is_ready_by_existing(&self.target.gvk) {
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
        let verdict = readiness_by(live, judging.rules);
        if verdict.is_ready() {
            self.failing_since = None;
            self.problems.clear();
            return State::Ready;
        }
        let pods = around.pods.items();
        let of_old = fails_of_old(live);
        if let Readiness::Failed { reason, certain: true } = &verdict
            && text(live, "/kind") != "Pod"
            && !of_old
        {
            let mut pod = pod_problems(live, around.replica_sets.items(), pods).into_iter().next();
            if pod.is_none() {
                pod = ended_pods(live, pods).into_iter().next();
            }
            return State::Failing { reason: reason.clone(), pod, fatal: true };
        }
        if let Some(reason) = refusal(live, around.replica_sets.items(), around.refusals.items()) {
            return State::Failing { reason, pod: None, fatal: true };
        }
        let found = pod_problems(live, around.replica_sets.items(), pods);
        if let Some((problem, fatal)) = self.worst(found, judging) {
            let reason = problem.problem.describe();
            return State::Failing { reason, pod: Some(problem), fatal };
        }
        match verdict {
            Readiness::Failed { reason, certain } => {
                let fatal = self.outlasts(judging.grace.other, judging) || certain && !of_old;
                State::Failing { reason, pod: None, fatal }
            }
            Readiness::Progressing { reason } => {
                self.failing_since = None;
                State::Waiting { reason }
            }
            Readiness::Ready => State::Ready,
        }
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
            let grace = judging.grace;
            let mut certain = problem.problem.is_certain(grace, judging.now - since);
            if !certain {
                let lasts = match cause {
                    Cause::ImagePull => Some(grace.pull),
                    Cause::Unschedulable => Some(grace.unschedulable),
                    Cause::Config | Cause::Start => Some(grace.other),
                    _ => None,
                };
                judging.moments.extend(lasts.map(|lasts| since + lasts));
            } else if cause == Cause::Unschedulable {
                // Somebody has to look whether a node is on its way.
                let looked = judging.scale_ups.entry(problem.uid.clone()).or_default();
                certain = *looked == Some(false);
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
            return State::Waiting { reason: String::new() };
        }
        let mut reason = "it does not exist";
        if let Some(last) = &self.last {
            // A finished Job may be set to be cleared away.
            let cleared = last.pointer("/spec/ttlSecondsAfterFinished").is_some();
            if cleared && readiness_by(last, judging.rules).is_ready() {
                return State::Ready;
            }
            reason = "it was deleted while it was waited for";
        }
        let fatal = self.outlasts(judging.grace.other, judging);
        State::Failing { reason: reason.to_owned(), pod: None, fatal }
    }
}
