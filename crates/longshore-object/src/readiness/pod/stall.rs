//! What a healthy pod may do for a while, and a broken one for ever: run without being ready, stay in an init
//! container, wait for its volumes. Only its lasting, or an event of the kubelet's, tells them apart.

use std::time::Duration;

use serde_json::Value as Json;

use super::{Cause, Problem};
use crate::live::{condition, count, items, number, text};
use crate::readiness::Grace;

/// What a pod is busy with that may never end. Nothing for a pod that has ended, is ready, or has a problem that
/// says more.
pub fn stalls(pod: &Json) -> Vec<Problem> {
    let mut found = Vec::new();
    if text(pod, "/status/phase") == "Pending" || condition(pod, "Initialized").is_some_and(|c| c.is_false())
    {
        for status in items(pod, "/status/initContainerStatuses") {
            let running = status.pointer("/state/running").is_some_and(Json::is_object);
            let goes_on = is_sidecar(pod, text(status, "/name"));
            if running && !goes_on {
                found.push(problem(Cause::InitHangs, status, String::new()));
            }
        }
    }
    let ready = condition(pod, "Ready").is_none_or(|ready| ready.is_true());
    if text(pod, "/status/phase") == "Running" && !ready {
        let unready = items(pod, "/status/containerStatuses").iter().filter(|status| {
            status.pointer("/state/running").is_some_and(Json::is_object)
                && status.get("ready").and_then(Json::as_bool) == Some(false)
        });
        found.extend(unready.map(|status| {
            let probe = match probe_of(pod, text(status, "/name"), "readinessProbe") {
                Some(probe) => format!("its readiness probe ({}) does not succeed", in_words(probe)),
                None => String::new(),
            };
            problem(Cause::Unready, status, probe)
        }));
        let gates = items(pod, "/spec/readinessGates").iter().map(|gate| text(gate, "/conditionType"));
        let closed: Vec<&str> =
            gates.filter(|gate| !condition(pod, gate).is_some_and(|gate| gate.is_true())).collect();
        if found.is_empty() && !closed.is_empty() {
            let message = format!("readiness gate {} is not open", closed.join(", "));
            found.push(Problem { cause: Cause::Unready, container: None, message, restarts: 0 });
        }
    }
    found
}

/// How long a stall is borne: the grace of its cause, and what the container's own probes allow it to start.
pub fn patience(pod: &Json, problem: &Problem, grace: &Grace) -> Option<Duration> {
    let borne = problem.cause.grace(grace)?;
    let (Cause::Unready, Some(container)) = (problem.cause, &problem.container) else { return Some(borne) };
    let mut allowed = 0;
    if let Some(startup) = probe_of(pod, container, "startupProbe") {
        let period = number(startup, "/periodSeconds").unwrap_or(10);
        allowed += count(startup, "/initialDelaySeconds")
            + number(startup, "/failureThreshold").unwrap_or(3).saturating_mul(period);
    }
    if let Some(readiness) = probe_of(pod, container, "readinessProbe") {
        allowed += count(readiness, "/initialDelaySeconds");
    }
    // An hour, for probes that allow a century.
    Some(borne + Duration::from_secs(u64::try_from(allowed).unwrap_or(0).min(3600)))
}

/// The problem that a warning of the kubelet's tells of a pod whose containers have not been created: volumes that do
/// not mount, a sandbox that cannot be made. Nothing once the sandbox is there: the warning is over then.
pub fn mount_problem(pod: &Json, reason: &str, message: &str) -> Option<Problem> {
    let about = matches!(
        reason,
        "FailedMount"
            | "FailedMapVolume"
            | "FailedAttachVolume"
            | "FailedCreatePodSandBox"
            | "NetworkNotReady"
    );
    let scheduled = condition(pod, "PodScheduled").is_some_and(|c| c.is_true());
    let set_up = condition(pod, "PodReadyToStartContainers").is_some_and(|c| c.is_true());
    (about && scheduled && !set_up && text(pod, "/status/phase") == "Pending").then(|| Problem {
        cause: Cause::Mount,
        container: None,
        message: format!("{reason}: {}", message.trim()),
        restarts: 0,
    })
}

fn problem(cause: Cause, status: &Json, message: String) -> Problem {
    Problem {
        cause,
        container: Some(text(status, "/name").to_owned()),
        message,
        restarts: count(status, "/restartCount"),
    }
}

fn spec_of<'a>(pod: &'a Json, container: &str) -> Option<&'a Json> {
    let lists = ["/spec/initContainers", "/spec/containers"].into_iter();
    lists.flat_map(|list| items(pod, list)).find(|spec| text(spec, "/name") == container)
}

fn is_sidecar(pod: &Json, container: &str) -> bool {
    spec_of(pod, container).is_some_and(|spec| text(spec, "/restartPolicy") == "Always")
}

fn probe_of<'a>(pod: &'a Json, container: &str, kind: &str) -> Option<&'a Json> {
    spec_of(pod, container)?.get(kind)
}

/// `GET :8080/ready`, `TCP :5432`, `exec pg_isready`.
fn in_words(probe: &Json) -> String {
    let port = |pointer: &str| probe.pointer(pointer).map(super::super::custom::words_of).unwrap_or_default();
    if probe.get("httpGet").is_some() {
        return format!("GET :{}{}", port("/httpGet/port"), text(probe, "/httpGet/path"));
    }
    if probe.get("tcpSocket").is_some() {
        return format!("TCP :{}", port("/tcpSocket/port"));
    }
    if probe.get("grpc").is_some() {
        return format!("gRPC :{}", port("/grpc/port"));
    }
    let words = items(probe, "/exec/command").iter().filter_map(Json::as_str).take(3).collect::<Vec<_>>();
    format!("exec {}", words.join(" "))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::{mount_problem, patience, stalls};
    use crate::readiness::Grace;
    use crate::readiness::pod::Cause;

    #[test]
    fn what_runs_and_is_not_ready_is_a_stall_with_its_probes_own_time() {
        let pod = json!({
            "spec": {"containers": [{"name": "web",
                "readinessProbe": {"httpGet": {"port": "http", "path": "/ready"}, "initialDelaySeconds": 5},
                "startupProbe": {"tcpSocket": {"port": 80}, "failureThreshold": 30, "periodSeconds": 2}}]},
            "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "False"}],
                "containerStatuses": [{"name": "web", "ready": false, "state": {"running": {}}}]}});
        let found = stalls(&pod);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].describe(),
            "container web runs and does not become ready: its readiness probe (GET :http/ready) does not succeed"
        );
        let grace = Grace::default();
        assert_eq!(patience(&pod, &found[0], &grace), Some(grace.probe + Duration::from_secs(65)));
    }

    #[test]
    fn an_init_container_that_runs_is_a_stall_and_a_sidecar_is_none() {
        let pod = |policy: &str| {
            json!({"spec": {"initContainers": [{"name": "wait", "restartPolicy": policy}]},
            "status": {"phase": "Pending", "conditions": [{"type": "Ready", "status": "False"}],
                "initContainerStatuses": [{"name": "wait", "ready": false, "state": {"running": {}}}]}})
        };
        assert_eq!(stalls(&pod("")).iter().map(|p| p.cause).collect::<Vec<_>>(), [Cause::InitHangs]);
        assert!(stalls(&pod("Always")).is_empty());
        assert!(
            stalls(
                &json!({"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}})
            )
            .is_empty()
        );
    }

    #[test]
    fn a_mount_that_failed_is_over_once_the_sandbox_is_there() {
        let pod = |set_up: &str| {
            json!({"status": {"phase": "Pending", "conditions": [
                {"type": "PodScheduled", "status": "True"},
                {"type": "PodReadyToStartContainers", "status": set_up}]}})
        };
        let message = "MountVolume.SetUp failed for volume \"c\" : secret \"tls\" not found";
        assert_eq!(mount_problem(&pod("False"), "FailedMount", message).map(|p| p.cause), Some(Cause::Mount));
        assert_eq!(mount_problem(&pod("True"), "FailedMount", message), None);
        assert_eq!(mount_problem(&pod("False"), "BackOff", message), None);
    }
}
