//! Why a wait failed, and how that is told.

use std::time::Duration;

use longshore_diag::{Diagnostic, Place};
use longshore_object::readiness::pod::{Cause, Problem};
use longshore_object::{Gvk, ObjectKey};

use super::cause::PodProblem;
use crate::error::Error;

/// Why a wait ended without success.
#[derive(Debug, thiserror::Error)]
pub enum WaitError {
    /// An object failed, or did not become ready in time.
    #[error("{0}")]
    Failed(Box<WaitFailure>),
    /// The objects could not be read.
    #[error(transparent)]
    Cluster(#[from] Error),
}

impl WaitError {
    /// For people.
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Failed(failure) => failure.diagnostic(),
            Self::Cluster(error) => error.diagnostic(),
        }
    }
}

impl From<WaitError> for Diagnostic {
    fn from(error: WaitError) -> Self {
        error.diagnostic()
    }
}

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitVerdict {
    /// Something failed, and waiting longer cannot help.
    Failed,
    /// Nothing got on any more.
    Idle {
        /// For how long.
        after: Duration,
    },
    /// The time was up.
    Deadline {
        /// The time.
        after: Duration,
    },
}

/// Everything that is known about a wait that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitFailure {
    /// How it ended.
    pub verdict: WaitVerdict,
    /// What is wrong, the root cause first. Empty if the time was up and nothing seems wrong.
    pub culprits: Vec<Culprit>,
    /// What was merely on its way, and what each was waiting for.
    pub waiting: Vec<(ObjectKey, String)>,
    /// How many objects were ready.
    pub ready: usize,
    /// Of how many.
    pub total: usize,
    /// What hindered the wait itself: pods that may not be read, a server that does not answer.
    pub remarks: Vec<String>,
    /// How long was waited.
    pub elapsed: Duration,
}

/// An object that something is wrong with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Culprit {
    /// Its kind.
    pub gvk: Gvk,
    /// Its identity.
    pub key: ObjectKey,
    /// Its uid; empty if it does not exist.
    pub uid: String,
    /// Where it was written.
    pub place: Option<Place>,
    /// What is wrong, in one sentence.
    pub reason: String,
    /// Whether waiting cannot help.
    pub certain: bool,
    /// Whether this deploy has changed the object.
    pub changed: bool,
    /// From the object down to the cause, one link each: `ReplicaSet/web-5d9`, `Pod/web-5d9-x`, `container web`,
    /// `Secret/db has no key pw`. The object itself is not in it.
    pub chain: Vec<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Other objects that fail for the very same reason, or because of this one.
    pub also: Vec<ObjectKey>,
    /// The pod that it comes from.
    pub pod: Option<PodCause>,
    /// The last events about the pod or the object, oldest first.
    pub events: Vec<String>,
    /// The last lines of the container, oldest first.
    pub logs: Vec<String>,
}

/// The pod, and the container, that a failure comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodCause {
    /// The pod's name.
    pub pod: String,
    /// The pod's uid.
    pub uid: String,
    /// What made the pod: `ReplicaSet/web-5d9`.
    pub owner: Option<String>,
    /// The image of the container.
    pub image: Option<String>,
    /// The claims that the pod mounts.
    pub claims: Vec<String>,
    /// The container; `None` for the pod as a whole.
    pub container: Option<String>,
    /// What kind of problem it is.
    pub cause: Cause,
    /// The API's own words.
    pub message: String,
    /// How often the container was restarted.
    pub restarts: i64,
}

impl PodCause {
    pub(super) fn of(found: &PodProblem) -> Self {
        Self {
            pod: found.pod.clone(),
            uid: found.uid.clone(),
            owner: found.owner.clone(),
            image: found.image.clone(),
            claims: found.claims.clone(),
            container: found.problem.container.clone(),
            cause: found.problem.cause,
            message: found.problem.message.clone(),
            restarts: found.problem.restarts,
        }
    }

    /// The problem by itself.
    pub(super) fn problem(&self) -> Problem {
        Problem {
            cause: self.cause,
            container: self.container.clone(),
            message: self.message.clone(),
            restarts: self.restarts,
        }
    }

    /// It in words, as the reason of a culprit has it.
    pub(super) fn describe(&self) -> String {
        self.problem().describe()
    }
}

/// How many objects are named one by one.
const NAMED: usize = 10;

impl WaitFailure {
    /// The root cause, if something is wrong.
    pub fn root(&self) -> Option<&Culprit> {
        self.culprits.first()
    }

    /// For people: the root cause with its evidence, then what else is missing.
    pub fn diagnostic(&self) -> Diagnostic {
        let root = self.root();
        let code = match self.verdict {
            WaitVerdict::Failed => "wait/failed",
            WaitVerdict::Idle { .. } => "wait/idle",
            WaitVerdict::Deadline { .. } => "wait/deadline",
        };
        let mut diagnostic = Diagnostic::error(code, self.to_string());
        if let Some(root) = root {
            if let Some(place) = &root.place {
                diagnostic = diagnostic.at(place.clone());
            }
            if !root.chain.is_empty() {
                let links = std::iter::once(root.key.to_string()).chain(root.chain.iter().cloned());
                diagnostic = diagnostic.note(links.collect::<Vec<_>>().join(" ← "));
            }
            if !root.also.is_empty() {
                let others: Vec<String> = root.also.iter().map(ToString::to_string).collect();
                diagnostic = diagnostic.note(format!("because of it also: {}", others.join(", ")));
            }
            for event in &root.events {
                diagnostic = diagnostic.note(format!("event: {event}"));
            }
            for line in &root.logs {
                diagnostic = diagnostic.note(format!("log: {line}"));
            }
        }
        for culprit in self.culprits.iter().skip(1).take(NAMED) {
            diagnostic = diagnostic.note(format!("{}: {}", culprit.key, culprit.reason));
        }
        for (key, reason) in self.waiting.iter().take(NAMED) {
            diagnostic = diagnostic.note(format!("{key}: {reason}"));
        }
        let named = self.culprits.len().min(NAMED + 1) + self.waiting.len().min(NAMED);
        let unnamed = (self.culprits.len() + self.waiting.len()).saturating_sub(named);
        if unnamed > 0 {
            diagnostic = diagnostic.note(format!("and {unnamed} more"));
        }
        for remark in &self.remarks {
            diagnostic = diagnostic.note(remark.clone());
        }
        match root.and_then(|root| root.hint.clone()) {
            Some(hint) => diagnostic.hint(hint),
            None if root.is_none() => diagnostic.hint(match self.verdict {
                WaitVerdict::Idle { .. } => {
                    "if it only needs long for one step, give it more with --idle-timeout"
                }
                _ => "give it more time with --timeout",
            }),
            None => diagnostic,
        }
    }
}

impl std::fmt::Display for WaitFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.verdict {
            WaitVerdict::Failed => {}
            WaitVerdict::Idle { after } => {
                let seconds = after.as_secs();
                write!(f, "nothing got on for {seconds} s, {} of {} ready: ", self.ready, self.total)?;
            }
            WaitVerdict::Deadline { after } => {
                write!(f, "{} of {} ready after {} s: ", self.ready, self.total, after.as_secs())?;
            }
        }
        match (self.root(), self.waiting.first()) {
            (Some(root), _) => write!(f, "{}: {}", root.key, root.reason),
            (None, Some((key, reason))) => write!(f, "{key}: {reason}"),
            (None, None) => f.write_str("nothing was waited for"),
        }
    }
}

impl std::error::Error for WaitFailure {}
