//! What a live pod says of itself, read once.

use jiff::Timestamp;
use serde_json::Value as Json;

/// The text at a JSON pointer, or the empty one.
pub(crate) fn text<'a>(json: &'a Json, pointer: &str) -> &'a str {
    json.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}

/// The list at a JSON pointer, or the empty one.
pub(crate) fn list<'a>(json: &'a Json, pointer: &str) -> &'a [Json] {
    json.pointer(pointer).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// A container of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerState {
    /// Its name.
    pub name: String,
    /// Whether it runs before the others, and ends before they begin.
    pub is_init: bool,
    /// How often it was started again.
    pub restarts: u64,
    /// Whether it runs now.
    pub is_running: bool,
    /// Whether it has ended and is not started again by what is known now.
    pub is_terminated: bool,
    /// Whether it is ready.
    pub is_ready: bool,
    /// When the present or last run began.
    pub started: Option<Timestamp>,
    /// Whether a run of it has ended, so that there is a log even where it does not run.
    pub has_run: bool,
    /// Why it waits or how it ended: `CrashLoopBackOff`, `exit code 1`, `OOMKilled`; empty if it runs.
    pub reason: String,
}

/// A pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodState {
    /// Its name.
    pub name: String,
    /// Which one of that name.
    pub uid: String,
    /// `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`.
    pub phase: String,
    /// Its containers, those that run first first.
    pub containers: Vec<ContainerState>,
    /// Whether it takes traffic.
    pub is_ready: bool,
    /// Whether it is being deleted.
    pub is_deleting: bool,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Why it is not running: `Unschedulable: 0/3 nodes are available`.
    pub reason: String,
}

impl PodState {
    /// Reads a live pod.
    pub fn of(pod: &Json) -> Self {
        let is_true = |kind: &str| {
            list(pod, "/status/conditions")
                .iter()
                .any(|condition| text(condition, "/type") == kind && text(condition, "/status") == "True")
        };
        let mut containers = Vec::new();
        for (spec, statuses, is_init) in [
            ("/spec/initContainers", "/status/initContainerStatuses", true),
            ("/spec/containers", "/status/containerStatuses", false),
            ("/spec/ephemeralContainers", "/status/ephemeralContainerStatuses", false),
        ] {
            for declared in list(pod, spec) {
                let name = text(declared, "/name");
                let status = list(pod, statuses).iter().find(|status| text(status, "/name") == name);
                // One that is started again for ever is no step on the way.
                let is_init = is_init && text(declared, "/restartPolicy") != "Always";
                containers.push(container(name, is_init, status));
            }
        }
        Self {
            name: text(pod, "/metadata/name").to_owned(),
            uid: text(pod, "/metadata/uid").to_owned(),
            phase: text(pod, "/status/phase").to_owned(),
            containers,
            is_ready: is_true("Ready"),
            is_deleting: !text(pod, "/metadata/deletionTimestamp").is_empty(),
            created: text(pod, "/metadata/creationTimestamp").parse().ok(),
            reason: own_reason(pod),
        }
    }

    /// Whether all is over for it.
    pub fn has_ended(&self) -> bool {
        matches!(self.phase.as_str(), "Succeeded" | "Failed")
    }

    /// How often its containers were started again.
    pub fn restarts(&self) -> u64 {
        self.containers.iter().map(|container| container.restarts).sum()
    }

    /// Its state in a few words, as a person would tell it.
    pub fn words(&self) -> String {
        let total = self.containers.iter().filter(|container| !container.is_init).count();
        let ready =
            self.containers.iter().filter(|container| !container.is_init && container.is_ready).count();
        let mut words = if self.is_deleting {
            "terminating".to_owned()
        } else if self.has_ended() {
            let ended = self.containers.iter().find(|container| !container.reason.is_empty());
            match ended.filter(|_| self.phase == "Failed") {
                Some(container) => format!("failed: {}", container.reason),
                None if self.reason.is_empty() => self.phase.to_lowercase(),
                None => format!("{}: {}", self.phase.to_lowercase(), self.reason),
            }
        } else if let Some(stuck) = self.containers.iter().find(|container| !container.reason.is_empty()) {
            let which = if total > 1 || stuck.is_init { format!("{}: ", stuck.name) } else { String::new() };
            format!("{which}{}", stuck.reason)
        } else if self.is_ready {
            "ready".to_owned()
        } else if !self.reason.is_empty() {
            self.reason.clone()
        } else if self.phase == "Running" {
            format!("running, {ready} of {total} ready")
        } else {
            self.phase.to_lowercase()
        };
        match self.restarts() {
            0 => {}
            1 => words.push_str(", 1 restart"),
            restarts => words = format!("{words}, {restarts} restarts"),
        }
        words
    }
}

fn container(name: &str, is_init: bool, status: Option<&Json>) -> ContainerState {
    let none = Json::Null;
    let status = status.unwrap_or(&none);
    let state = |which: &str| status.pointer(&format!("/state/{which}")).filter(|state| state.is_object());
    let (running, terminated, waiting) = (state("running"), state("terminated"), state("waiting"));
    let last = status.pointer("/lastState/terminated").filter(|state| state.is_object());
    let started = |state: Option<&Json>| state.and_then(|state| text(state, "/startedAt").parse().ok());
    let reason = match (waiting, terminated) {
        (Some(waiting), _) => waited(waiting, last),
        // That an init container has done its work is no news.
        (None, Some(terminated)) if terminated["exitCode"].as_i64() == Some(0) => String::new(),
        (None, Some(terminated)) => ended(terminated),
        (None, None) => String::new(),
    };
    ContainerState {
        name: name.to_owned(),
        is_init,
        restarts: status["restartCount"].as_u64().unwrap_or(0),
        is_running: running.is_some(),
        is_terminated: terminated.is_some(),
        is_ready: status["ready"].as_bool().unwrap_or(false),
        started: started(running).or_else(|| started(terminated)).or_else(|| started(last)),
        has_run: terminated.is_some() || last.is_some(),
        reason,
    }
}

/// Why a container waits. Being created is what they all do first.
fn waited(waiting: &Json, last: Option<&Json>) -> String {
    match text(waiting, "/reason") {
        "ContainerCreating" | "PodInitializing" => String::new(),
        "CrashLoopBackOff" => match last {
            Some(last) => format!("CrashLoopBackOff ({})", ended(last)),
            None => "CrashLoopBackOff".to_owned(),
        },
        reason => reason.to_owned(),
    }
}

/// How a container ended.
fn ended(terminated: &Json) -> String {
    let code = terminated["exitCode"].as_i64().unwrap_or(0);
    match text(terminated, "/reason") {
        "Error" | "Completed" | "" => format!("exit code {code}"),
        reason => reason.to_owned(),
    }
}

/// What is in the way of the pod itself: nowhere to run, or evicted.
fn own_reason(pod: &Json) -> String {
    let reason = text(pod, "/status/reason");
    if !reason.is_empty() {
        return reason.to_owned();
    }
    let unscheduled = list(pod, "/status/conditions").iter().find(|condition| {
        text(condition, "/type") == "PodScheduled" && text(condition, "/status") == "False"
    });
    let Some(condition) = unscheduled else { return String::new() };
    let (reason, message) = (text(condition, "/reason"), text(condition, "/message"));
    // The first sentence: the rest counts nodes.
    let message = message.split(". ").next().unwrap_or_default();
    if message.is_empty() { reason.to_owned() } else { format!("{reason}: {message}") }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::PodState;

    #[expect(clippy::needless_pass_by_value, reason = "`json!` makes values")]
    fn words(status: Json) -> String {
        let pod = json!({"metadata": {"name": "web"}, "spec": {"containers": [{"name": "app"}],
            "initContainers": [{"name": "wait"}]}, "status": status});
        PodState::of(&pod).words()
    }

    #[test]
    fn a_state_is_told_in_a_few_words() {
        let app = |state: Json, last: Json, restarts: u64| {
            json!({"phase": "Running", "containerStatuses":
                [{"name": "app", "restartCount": restarts, "state": state, "lastState": last}]})
        };
        let running = json!({"running": {"startedAt": "2026-11-22T01:00:00Z"}});
        assert_eq!(words(app(running.clone(), json!({}), 0)), "running, 0 of 1 ready");
        let mut ready = app(running, json!({}), 1);
        ready["conditions"] = json!([{"type": "Ready", "status": "True"}]);
        assert_eq!(words(ready), "ready, 1 restart");
        let loops = json!({"waiting": {"reason": "CrashLoopBackOff"}});
        let last = json!({"terminated": {"exitCode": 3, "reason": "Error"}});
        assert_eq!(words(app(loops, last, 4)), "CrashLoopBackOff (exit code 3), 4 restarts");
        let killed = json!({"terminated": {"exitCode": 137, "reason": "OOMKilled"}});
        assert_eq!(words(app(killed, json!({}), 0)), "OOMKilled");
        let pull = json!({"waiting": {"reason": "ImagePullBackOff"}});
        assert_eq!(words(app(pull, json!({}), 0)), "ImagePullBackOff");
        assert_eq!(
            words(app(json!({"waiting": {"reason": "ContainerCreating"}}), json!({}), 0)),
            "running, 0 of 1 ready"
        );
    }

    #[test]
    fn what_is_in_the_way_of_the_pod_is_said() {
        let unschedulable = json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False",
            "reason": "Unschedulable", "message": "0/1 nodes are available: 1 Insufficient cpu. preemption: none"}]});
        assert_eq!(words(unschedulable), "Unschedulable: 0/1 nodes are available: 1 Insufficient cpu");
        let init = json!({"phase": "Pending", "initContainerStatuses": [{"name": "wait",
            "state": {"terminated": {"exitCode": 1, "reason": "Error"}}}]});
        assert_eq!(words(init), "wait: exit code 1");
        assert_eq!(words(json!({"phase": "Failed", "reason": "Evicted"})), "failed: Evicted");
        assert_eq!(words(json!({"phase": "Succeeded"})), "succeeded");
    }
}
