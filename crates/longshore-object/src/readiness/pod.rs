//! Pods: the verdict, and what exactly is wrong with which container.

use std::fmt::Write as _;
use std::time::Duration;

mod stall;

use serde_json::Value as Json;

use super::{Grace, Readiness};
use crate::live::{condition, count, items, text};

pub use stall::{mount_problem, patience, stalls};

/// What keeps a pod from running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The image reference cannot be parsed (`InvalidImageName`), or may not be pulled and is not there
    /// (`ErrImageNeverPull`).
    ImageName,
    /// A ConfigMap or Secret is there and lacks the key.
    MissingKey,
    /// The container cannot be configured for another reason: a Secret that does not exist (yet).
    Config,
    /// The container cannot be created or started.
    Start,
    /// The image cannot be pulled (`ErrImagePull`, `ImagePullBackOff`).
    ImagePull,
    /// Killed for using more memory than its limit.
    OutOfMemory,
    /// It ends again and again.
    CrashLoop,
    /// The pod ended and is not started again.
    Ended,
    /// A volume cannot be mounted, or the pod's sandbox not be made.
    Mount,
    /// A claim of the pod has no volume.
    Claim,
    /// No node takes it.
    Unschedulable,
    /// An init container runs on and on.
    InitHangs,
    /// It runs, and its readiness probe (or whatever else decides) does not say that it is ready.
    Unready,
}

impl Cause {
    /// Whether it may be a healthy pod's way to become ready: only its lasting makes it a failure.
    pub fn is_stall(self) -> bool {
        matches!(self, Self::InitHangs | Self::Unready)
    }

    /// How long it is borne; `None` for what is certain at once or counted in restarts.
    pub fn grace(self, grace: &Grace) -> Option<Duration> {
        match self {
            Self::ImageName | Self::MissingKey | Self::Ended | Self::OutOfMemory | Self::CrashLoop => None,
            Self::ImagePull => Some(grace.pull),
            Self::Unschedulable => Some(grace.unschedulable),
            Self::Claim => Some(grace.volume),
            Self::InitHangs => Some(grace.init),
            Self::Unready => Some(grace.probe),
            Self::Config | Self::Start | Self::Mount => Some(grace.other),
        }
    }
}

/// One thing that is wrong with a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What it is.
    pub cause: Cause,
    /// The container; `None` for the pod as a whole.
    pub container: Option<String>,
    /// The API's own words.
    pub message: String,
    /// How often the container was restarted.
    pub restarts: i64,
}

impl Problem {
    /// Whether waiting cannot help any more, `lasting` being how long the observer has seen this problem.
    pub fn is_certain(&self, grace: &Grace, lasting: Duration) -> bool {
        match (self.cause, self.cause.grace(grace)) {
            (_, Some(borne)) => lasting >= borne,
            (Cause::CrashLoop | Cause::OutOfMemory, None) => self.restarts >= grace.restarts,
            (_, None) => true,
        }
    }

    /// How the container ended, if its words tell: `exit code 3`.
    pub fn exit_code(&self) -> Option<i64> {
        let rest = self.message.strip_prefix("exit code ")?;
        rest.split(|c: char| !c.is_ascii_digit() && c != '-').next()?.parse().ok()
    }

    /// `container gateway keeps crashing (4 restarts)`: the description without the API's words.
    pub fn headline(&self) -> String {
        Self { message: String::new(), ..self.clone() }.describe()
    }

    /// `container gateway: CrashLoopBackOff …`, as a person wants to read it.
    pub fn describe(&self) -> String {
        let what = match self.cause {
            Cause::ImageName => "cannot use the image",
            Cause::MissingKey => "lacks a key of its configuration",
            Cause::Config => "cannot be configured",
            Cause::Start => "cannot be started",
            Cause::ImagePull => "cannot pull its image",
            Cause::OutOfMemory => "was killed for its memory",
            Cause::CrashLoop => "keeps crashing",
            Cause::Ended => "ended",
            Cause::Mount => "cannot be set up",
            Cause::Claim => "waits for a volume",
            Cause::Unschedulable => "fits no node",
            Cause::InitHangs => "does not end, and nothing starts before it has",
            Cause::Unready => "runs and does not become ready",
        };
        let who = match &self.container {
            Some(name) => format!("container {name}"),
            None => "the pod".to_owned(),
        };
        let mut text = format!("{who} {what}");
        if self.restarts > 0 {
            let plural = if self.restarts == 1 { "" } else { "s" };
            let _ = write!(text, " ({} restart{plural})", self.restarts);
        }
        if !self.message.is_empty() {
            text.push_str(": ");
            text.push_str(&self.message);
        }
        text
    }
}

/// Everything that is wrong with a live pod, the gravest cause first; nothing for a pod that is merely
/// not ready yet.
pub fn problems(pod: &Json) -> Vec<Problem> {
    let mut found = Vec::new();
    let has_failed = text(pod, "/status/phase") == "Failed";
    for list in ["/status/initContainerStatuses", "/status/containerStatuses"] {
        for status in items(pod, list) {
            found.extend(container_problem(status).or_else(|| if has_failed { None } else { crash(status) }));
        }
    }
    if has_failed {
        found.extend(ended(pod));
    }
    if let Some(scheduled) = condition(pod, "PodScheduled").filter(|c| c.reason == "Unschedulable") {
        found.push(Problem {
            cause: if is_about_claims(scheduled.message) { Cause::Claim } else { Cause::Unschedulable },
            container: None,
            message: scheduled.message.to_owned(),
            restarts: 0,
        });
    }
    found.sort_by_key(|problem| problem.cause);
    found
}

/// Whether the scheduler waits for nothing but volumes: claims that are to be bound before any pod, or that do not
/// exist yet.
fn is_about_claims(message: &str) -> bool {
    message.contains("unbound immediate PersistentVolumeClaims")
        || (message.contains("persistentvolumeclaim \"") && message.contains("not found"))
}

fn container_problem(status: &Json) -> Option<Problem> {
    let reason = text(status, "/state/waiting/reason");
    let message = text(status, "/state/waiting/message");
    let restarts = count(status, "/restartCount");
    let problem = |cause, message: String| Problem {
        cause,
        container: Some(text(status, "/name").to_owned()),
        message,
        restarts,
    };
    let waiting = |cause| {
        let words = if message.is_empty() { reason.to_owned() } else { format!("{reason}: {message}") };
        Some(problem(cause, words))
    };
    match reason {
        "InvalidImageName" | "ErrImageNeverPull" => waiting(Cause::ImageName),
        "CreateContainerConfigError"
            if message.contains("couldn't find key") || message.contains("non-existent config key") =>
        {
            waiting(Cause::MissingKey)
        }
        "CreateContainerConfigError" => waiting(Cause::Config),
        "CreateContainerError"
        | "RunContainerError"
        | "StartError"
        | "PreStartHookError"
        | "PostStartHookError" => waiting(Cause::Start),
        "ErrImagePull"
        | "ImagePullBackOff"
        | "ImageInspectError"
        | "RegistryUnavailable"
        | "SignatureValidationFailed" => waiting(Cause::ImagePull),
        "CrashLoopBackOff" => Some(problem(last_cause(status), last_words(status))),
        _ if restarts > 0 && text(status, "/state/terminated/reason") == "OOMKilled" => {
            Some(problem(Cause::OutOfMemory, exit_words(status, "/state/terminated")))
        }
        _ => None,
    }
}

/// Between two restarts a crashing container is merely terminated, and the kubelet may take as long as its pause to say
/// `CrashLoopBackOff` (80 s with the fourth). One that ended well has done what it is for, as an init container does.
fn crash(status: &Json) -> Option<Problem> {
    let restarts = count(status, "/restartCount");
    (restarts > 0 && count(status, "/state/terminated/exitCode") != 0).then(|| Problem {
        cause: Cause::CrashLoop,
        container: Some(text(status, "/name").to_owned()),
        message: exit_words(status, "/state/terminated"),
        restarts,
    })
}

fn last_cause(status: &Json) -> Cause {
    if text(status, "/lastState/terminated/reason") == "OOMKilled" {
        Cause::OutOfMemory
    } else {
        Cause::CrashLoop
    }
}

/// How the container last ended; its back-off message where that is not known.
fn last_words(status: &Json) -> String {
    if status.pointer("/lastState/terminated").is_some_and(Json::is_object) {
        exit_words(status, "/lastState/terminated")
    } else {
        text(status, "/state/waiting/message").to_owned()
    }
}

fn exit_words(status: &Json, base: &str) -> String {
    let code = count(status, &format!("{base}/exitCode"));
    let reason = text(status, &format!("{base}/reason"));
    let message = text(status, &format!("{base}/message")).trim();
    let mut words = format!("exit code {code}");
    if !reason.is_empty() && reason != "Error" {
        let _ = write!(words, ", {reason}");
    }
    if !message.is_empty() {
        let _ = write!(words, ", {message}");
    }
    words
}

/// Why a pod whose phase is `Failed` has failed: the containers that ended badly, or the pod's own reason
/// (`Evicted`, `DeadlineExceeded`, `NodeAffinity`).
fn ended(pod: &Json) -> Vec<Problem> {
    let mut found = Vec::new();
    for list in ["/status/initContainerStatuses", "/status/containerStatuses"] {
        for status in items(pod, list) {
            if count(status, "/state/terminated/exitCode") == 0 {
                continue;
            }
            let killed = text(status, "/state/terminated/reason") == "OOMKilled";
            if killed && count(status, "/restartCount") > 0 {
                continue; // reported already
            }
            found.push(Problem {
                cause: Cause::Ended,
                container: Some(text(status, "/name").to_owned()),
                message: exit_words(status, "/state/terminated"),
                restarts: count(status, "/restartCount"),
            });
        }
    }
    if found.is_empty() {
        let (reason, message) = (text(pod, "/status/reason"), text(pod, "/status/message"));
        found.push(Problem {
            cause: Cause::Ended,
            container: None,
            message: [reason, message]
                .into_iter()
                .filter(|words| !words.is_empty())
                .collect::<Vec<_>>()
                .join(": "),
            restarts: 0,
        });
    }
    found
}

/// The verdict on a pod by itself.
pub(super) fn verdict(pod: &Json) -> Readiness {
    if text(pod, "/status/phase") == "Succeeded" {
        return Readiness::Ready;
    }
    if let Some(worst) = problems(pod).first() {
        return Readiness::failed(worst.describe(), worst.is_certain(&Grace::default(), Duration::ZERO));
    }
    if condition(pod, "Ready").is_some_and(|c| c.is_true()) {
        return Readiness::Ready;
    }
    let reason = match text(pod, "/status/phase") {
        "Running" => not_ready(pod),
        _ if condition(pod, "PodScheduled").is_some_and(|c| c.reason == "SchedulingGated") => {
            "held back by a scheduling gate".to_owned()
        }
        _ if condition(pod, "PodScheduled").is_some_and(|c| c.is_true()) => "starting".to_owned(),
        _ => "not scheduled yet".to_owned(),
    };
    Readiness::progressing(reason)
}

fn not_ready(pod: &Json) -> String {
    let names: Vec<&str> = items(pod, "/status/containerStatuses")
        .iter()
        .filter(|status| status.get("ready").and_then(Json::as_bool) == Some(false))
        .map(|status| text(status, "/name"))
        .collect();
    if names.is_empty() {
        "running, not ready yet".to_owned()
    } else {
        format!("running, not ready yet: {}", names.join(", "))
    }
}
