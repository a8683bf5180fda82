//! The state of a wait: all its targets, and what is around them. It asks nobody for anything and never
//! looks at a clock; changes and moments are passed in.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use longshore_object::Gvk;
use longshore_object::readiness::{Grace, Rules, is_ruled};
use serde_json::Value as Json;
use tokio::time::Instant;

use super::cause::{PodProblem, text};
use super::deployed::Deployed;
use super::failure::{Culprit, PodCause, WaitFailure, WaitVerdict};
use super::feeds::Source;
use super::revision::second;
use super::surroundings::{Concerned, Part, Surroundings};
use super::tracked::{Judging, Look, LookKey, State, Tracked, makes_pods};
use super::{Progress, WaitTarget};
use crate::error::Error;
use crate::trouble::is_known;
use crate::watch::Change;

/// A pod: namespace, name, uid.
pub(super) type PodId = (String, String, String);

pub(super) struct Tracker {
    tracked: Vec<Tracked>,
    index: BTreeMap<(Gvk, Option<String>, String), usize>,
    namespaces: BTreeMap<String, Surroundings>,
    /// Pods that are to be looked into, as their grace is over: `None` until somebody has.
    looks: BTreeMap<LookKey, Option<Look>>,
    /// Whether something has got on since it was last asked.
    got_on: bool,
    /// When judging anew may come to another verdict without any change.
    next_moment: Option<Instant>,
    /// What would explain failures, and may not be read.
    blind: BTreeSet<String>,
    /// Why the server does not answer at present.
    trouble: Option<String>,
    grace: Grace,
    rules: Rules,
    /// What was written after this second may not have had time to fail when the wait began.
    recent: String,
}

impl Tracker {
    /// `began`: when the wait did, as clocks on walls have it.
    pub(super) fn new(targets: Vec<WaitTarget>, grace: Grace, rules: Rules, began: Timestamp) -> Self {
        let tracked: Vec<Tracked> = targets.into_iter().map(Tracked::new).collect();
        let key = |t: &WaitTarget| (t.gvk.clone(), t.key.namespace.clone(), t.key.name.clone());
        let index = tracked.iter().enumerate().map(|(at, t)| (key(&t.target), at)).collect();
        Self {
            tracked,
            index,
            namespaces: BTreeMap::new(),
            looks: BTreeMap::new(),
            got_on: false,
            next_moment: None,
            blind: BTreeSet::new(),
            trouble: None,
            grace,
            rules,
            recent: second(&(began - grace.settle * 2).to_string()).to_owned(),
        }
    }

    pub(super) fn targets(&self) -> impl Iterator<Item = &WaitTarget> {
        self.tracked.iter().map(|tracked| &tracked.target)
    }

    /// Takes a change in; gives back a message if the server has come into trouble.
    pub(super) fn observe(&mut self, source: &Source, change: Change) -> Option<String> {
        if let Change::Trouble(message) = change {
            let news = self.trouble.as_ref() != Some(&message);
            self.trouble = Some(message.clone());
            return news.then_some(message);
        }
        self.trouble = None;
        match source {
            Source::Targets(gvk, namespace) => self.observe_targets(gvk, namespace.as_ref(), change),
            Source::Pods(namespace) => self.surround(namespace, Part::Pods, change),
            Source::ReplicaSets(namespace) => self.surround(namespace, Part::ReplicaSets, change),
            Source::Warnings(namespace) => self.surround(namespace, Part::Warnings, change),
        }
        None
    }

    fn observe_targets(&mut self, gvk: &Gvk, namespace: Option<&String>, change: Change) {
        let place = |live: &Json| {
            let name = text(live, "/metadata/name").to_owned();
            self.index.get(&(gvk.clone(), namespace.cloned(), name)).copied()
        };
        match change {
            Change::All(found) => {
                let there: BTreeSet<usize> = found.iter().filter_map(place).collect();
                let found: Vec<_> = found.into_iter().map(|live| (place(&live), live)).collect();
                for (at, tracked) in self.tracked.iter_mut().enumerate() {
                    let same =
                        tracked.target.gvk == *gvk && tracked.target.key.namespace.as_ref() == namespace;
                    if same && !there.contains(&at) {
                        tracked.remove(None);
                    }
                }
                for (at, live) in found {
                    if let Some(at) = at {
                        self.tracked[at].put(live);
                    }
                }
            }
            Change::Put(live) => {
                if let Some(at) = place(&live) {
                    self.tracked[at].put(live);
                }
            }
            Change::Gone(live) => {
                if let Some(at) = place(&live) {
                    self.tracked[at].remove(Some(live));
                }
            }
            Change::Trouble(_) => {}
        }
    }

    fn surround(&mut self, namespace: &str, part: Part, change: Change) {
        let around = self.namespaces.entry(namespace.to_owned()).or_default();
        let concerned = around.observe(part, change);
        for tracked in &mut self.tracked {
            let here =
                tracked.target.key.namespace.as_deref() == Some(namespace) && makes_pods(&tracked.target.gvk);
            tracked.dirty |= here
                && match &concerned {
                    Concerned::All => true,
                    Concerned::These(uids) => uids.iter().any(|uid| uid == tracked.uid()),
                };
        }
    }

    /// Remembers that something that explains may not be read.
    pub(super) fn blind(&mut self, what: &'static str, error: &Error) {
        self.blind.insert(format!("{what} may not be read: {}", error.diagnostic().message));
    }

    /// Judges what has changed, and what a grace has run out on; returns what is worth telling.
    pub(super) fn judge(&mut self, now: Instant) -> Vec<Progress> {
        let due = self.next_moment.is_some_and(|moment| moment <= now);
        let mut judging = Judging {
            now,
            recent: &self.recent,
            grace: &self.grace,
            rules: &self.rules,
            looks: &mut self.looks,
            moments: Vec::new(),
        };
        let nothing = Surroundings::default();
        let mut judged = Vec::new();
        for (at, tracked) in self.tracked.iter_mut().enumerate() {
            let lasts = matches!(tracked.state, State::Failing { .. } | State::Waiting { pod: Some(_), .. })
                || tracked.settles_since.is_some();
            if !(tracked.dirty || due && lasts) {
                continue;
            }
            tracked.dirty = false;
            let namespace = tracked.target.key.namespace.as_deref();
            let around = namespace.and_then(|namespace| self.namespaces.get(namespace));
            tracked.state = tracked.judge(around.unwrap_or(&nothing), &mut judging);
            judged.push(at);
        }
        let kept = self.next_moment.filter(|_| !due);
        self.next_moment = judging.moments.into_iter().chain(kept).min();
        judged.into_iter().filter_map(|at| self.news(at)).collect()
    }

    /// What is new about a target, if anything.
    fn news(&mut self, at: usize) -> Option<Progress> {
        let (ready, total) = (self.ready(), self.tracked.len());
        let tracked = &mut self.tracked[at];
        let key = tracked.target.key.clone();
        let (words, progress) = match &tracked.state {
            State::Ready => {
                let ruled = tracked.live.as_ref().is_none_or(|live| is_ruled(live, &self.rules));
                ("ready", Progress::Ready { key, ready, total, ruled })
            }
            State::Waiting { reason, .. } if reason.is_empty() => return None,
            State::Waiting { reason, .. } => {
                (reason.as_str(), Progress::Waiting { key, reason: reason.clone() })
            }
            State::Failing { reason, .. } => {
                (reason.as_str(), Progress::Failing { key, reason: reason.clone() })
            }
        };
        if tracked.told.as_deref() == Some(words) {
            return None;
        }
        tracked.told = Some(words.to_owned());
        let new = tracked.seen.insert(words.to_owned());
        self.got_on |= new && !matches!(progress, Progress::Failing { .. });
        Some(progress)
    }

    /// Whether something has got on since this was last asked: an object became ready, or came to where it had not been
    /// before.
    pub(super) fn has_got_on(&mut self) -> bool {
        std::mem::take(&mut self.got_on)
    }

    fn ready(&self) -> usize {
        self.tracked.iter().filter(|tracked| tracked.state == State::Ready).count()
    }

    pub(super) fn all_ready(&self) -> bool {
        self.tracked.iter().all(|tracked| tracked.state == State::Ready)
    }

    pub(super) fn has_failed(&self) -> bool {
        self.tracked.iter().any(|t| matches!(t.state, State::Failing { fatal: true, .. }))
    }

    /// When judging anew may come to another verdict without any change.
    pub(super) fn next_moment(&self) -> Option<Instant> {
        self.next_moment
    }

    /// The namespaces in which a workload is there and not ready.
    pub(super) fn namespaces_to_explain(&self) -> Vec<String> {
        let unready = self.tracked.iter().filter(|t| t.live.is_some() && t.state != State::Ready);
        let workloads = unready.filter(|t| makes_pods(&t.target.gvk));
        let namespaces: BTreeSet<_> = workloads.filter_map(|t| t.target.key.namespace.clone()).collect();
        namespaces.into_iter().collect()
    }

    /// A pod that has not got on within its grace, and into which nobody has looked yet.
    pub(super) fn to_look_into(&self) -> Option<(PodId, PodProblem)> {
        self.tracked.iter().find_map(|tracked| match &tracked.state {
            State::Failing { pod: Some(pod), .. }
                if self.looks.get(&(pod.uid.clone(), pod.problem.cause)) == Some(&None) =>
            {
                let namespace = tracked.target.key.namespace.clone()?;
                Some(((namespace, pod.pod.clone(), pod.uid.clone()), pod.clone()))
            }
            _ => None,
        })
    }

    /// Whether somebody is at work on a pod that seems stuck: a node is on its way.
    pub(super) fn is_excused(&self) -> bool {
        self.tracked.iter().any(|tracked| match &tracked.state {
            State::Failing { pod: Some(pod), .. } => {
                self.looks.get(&(pod.uid.clone(), pod.problem.cause)) == Some(&Some(Look::Excused))
            }
            _ => false,
        })
    }

    /// What a look has shown.
    pub(super) fn settle(&mut self, pod: &PodProblem, look: Look) {
        self.looks.insert((pod.uid.clone(), pod.problem.cause), Some(look));
        for tracked in &mut self.tracked {
            tracked.dirty |=
                matches!(&tracked.state, State::Failing { pod: Some(of), .. } if of.uid == pod.uid);
        }
    }

    /// Pods whose containers are being made, an image of which may still be on its way.
    pub(super) fn starting_pods(&self) -> Vec<PodId> {
        let of = |(namespace, around): (&String, &Surroundings)| {
            let starts = |pod: &&Json| text(pod, "/status/phase") == "Pending";
            let id = |pod: &Json| {
                (
                    namespace.clone(),
                    text(pod, "/metadata/name").to_owned(),
                    text(pod, "/metadata/uid").to_owned(),
                )
            };
            around.pods.items().iter().filter(starts).map(id).collect::<Vec<_>>()
        };
        self.namespaces.iter().flat_map(of).collect()
    }

    /// The failure as far as it is known here: without events and logs.
    pub(super) fn failure(&self, verdict: WaitVerdict, deployed: &Deployed) -> WaitFailure {
        let mut culprits = Vec::new();
        let mut waiting = Vec::new();
        for tracked in &self.tracked {
            let key = tracked.target.key.clone();
            match &tracked.state {
                State::Ready => {}
                State::Waiting { reason, .. } if reason.is_empty() => {
                    waiting.push((key, "the server was not reached".to_owned()));
                }
                // What hangs on others can be told when the time is up.
                State::Waiting { reason, pod: None }
                    if verdict != WaitVerdict::Failed && is_known(&tracked.target.gvk) =>
                {
                    culprits.push(culprit(tracked, deployed, reason.clone(), None, false));
                }
                State::Waiting { reason, pod: None } => waiting.push((key, reason.clone())),
                // When the time is up, what only lasts is what it was lost with.
                State::Waiting { reason, .. } if verdict == WaitVerdict::Failed => {
                    waiting.push((key, reason.clone()));
                }
                State::Waiting { pod: Some(pod), .. } => {
                    let reason = pod.problem.describe();
                    culprits.push(culprit(tracked, deployed, reason, Some(pod), false));
                }
                State::Failing { reason, pod, fatal } => {
                    culprits.push(culprit(tracked, deployed, reason.clone(), pod.as_ref(), *fatal));
                }
            }
        }
        // What this deploy has changed is likelier to be the cause than what stands as it stood.
        culprits.sort_by_key(|culprit| {
            (
                !culprit.certain,
                !culprit.changed,
                // A route may wait for what a pod is wrong with, and not the other way round.
                is_known(&culprit.gvk),
                culprit.pod.as_ref().map(|pod| pod.cause),
                culprit.key.clone(),
            )
        });
        WaitFailure {
            verdict,
            culprits,
            waiting,
            ready: self.ready(),
            total: self.tracked.len(),
            remarks: self.blind.iter().cloned().chain(self.trouble.clone()).collect(),
            elapsed: Duration::ZERO,
        }
    }
}

fn culprit(
    tracked: &Tracked,
    deployed: &Deployed,
    reason: String,
    pod: Option<&PodProblem>,
    certain: bool,
) -> Culprit {
    let key = tracked.target.key.clone();
    Culprit {
        gvk: tracked.target.gvk.clone(),
        changed: deployed.is_changed(&key),
        key,
        uid: tracked.uid().to_owned(),
        place: tracked.target.place.clone(),
        reason,
        certain,
        pod: pod.map(PodCause::of),
        chain: Vec::new(),
        hint: None,
        also: Vec::new(),
        events: Vec::new(),
        logs: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
