//! What simulated pods, nodes and Services do, as KWOK stages of our own.
//!
//! A pod says what it plays by the annotation `longshore.dev/kwok`, or by an image tag `kwok-PLAY` (so that an upgrade
//! that changes nothing but the image can fail). The plays:
//!
//! | play | what is seen |
//! |---|---|
//! | `ready` (default) | Running and Ready after a moment; pods that are not always restarted then succeed, as those of Jobs |
//! | `never-ready` | Running, never Ready |
//! | `late-ready` | Running and not Ready for as long as `-run` says (200 ms), then Ready |
//! | `restart-once` | ends once with a non-zero exit code, is started again, and is Ready then |
//! | `crash-loop` | ends with a non-zero exit code, CrashLoopBackOff, restart counts grow; without restarts: phase Failed |
//! | `oom` | the same, killed for its memory (137, OOMKilled) |
//! | `fail` | another name of `crash-loop` that reads better on Jobs |
//! | `image-pull` | ErrImagePull and ImagePullBackOff in turn |
//! | `invalid-image` | InvalidImageName |
//! | `config-error` | CreateContainerConfigError, as for a missing Secret |
//! | `hang` | stays in ContainerCreating |
//!
//! More annotations, all optional: `longshore.dev/kwok-container` names the container that plays it (default: the one
//! with the tag, else the first; an init container is fine), `-delay` is how long the start takes, `-run` how long it
//! runs before it ends, `-backoff` the pause before a restart, `-stop` how long a deleted pod takes to go (each a
//! duration as `1.5s`), `-exit-code` and `-message` what they say.
//!
//! A Service of type LoadBalancer gets an address, unless it plays `hang`.
//!
//! How it works: a query over the object yields `PLAY/MOMENT`, where the moment is read off the status; each stage
//! names the pairs in which it acts and the moment that it leads to. One template renders every moment, another the
//! event that a kubelet would send.

use serde_json::{Value, json};

/// What a pod plays.
const PLAY: &str = r#"
  (.metadata.annotations["longshore.dev/kwok"]
    // ([.spec.initContainers[]?, .spec.containers[] | .image | capture(":kwok-(?<play>[a-z-]+)$").play] | first)
    // "ready") as $play
  | (if $play == "restart-once" then
      (if ([.status.initContainerStatuses[]?, .status.containerStatuses[]? | .restartCount] | max // 0) >= 1
       then "late-ready" else "crash-loop" end)
     else $play end) as $play
  | (if $play == "late-ready" and any(.status.conditions[]?; .type == "Ready" and .status == "True")
     then "ready" else $play end) as $play
  | if $play == "ready" and .spec.restartPolicy != "Always" then "complete"
    elif ($play | . == "crash-loop" or . == "oom" or . == "fail") then
      (if .spec.restartPolicy == "Never" then "fail" else "crash-loop" end)
    elif ($play | . == "invalid-image" or . == "config-error") then "stuck"
    else $play end"#;

/// How far a pod has come.
const MOMENT: &str = r#"
  [.status.initContainerStatuses[]?, .status.containerStatuses[]?] as $all
  | if .metadata.deletionTimestamp then "deleted"
    elif (.status.phase == "Succeeded" or .status.phase == "Failed") then "ended"
    elif (.status.startTime | not) then "new"
    elif any($all[]; .state.waiting.reason == "CrashLoopBackOff") then "backoff"
    elif any($all[]; (.state.terminated.exitCode // 0) != 0) then "crashed"
    elif any($all[]; .state.waiting.reason == "ErrImagePull") then "pull-error"
    elif any($all[]; .state.waiting.reason == "ImagePullBackOff") then "pull-backoff"
    elif any($all[]; .state.running) then "running"
    elif all($all[]; .state.waiting.reason == "ContainerCreating" or .state.waiting.reason == "PodInitializing") then "created"
    else "stuck" end"#;

const CAST: &str = include_str!("../../stages/cast.tpl");
const STATUS: &str = include_str!("../../stages/pod.tpl");
const EVENT: &str = include_str!("../../stages/event.tpl");
const NODE: &str = include_str!("../../stages/node.tpl");
const SERVICE: &str = include_str!("../../stages/service.tpl");

/// One step in the life of a pod.
struct Step {
    name: &'static str,
    /// The pairs of play and moment in which it is taken.
    when: &'static [&'static str],
    /// The pause before it, in milliseconds or as a query that yields a duration, and the annotation that overrides it.
    pause: (&'static str, &'static str),
    /// The moment that it leads to.
    to: &'static str,
    /// Whether a kubelet reports it.
    event: bool,
}

const STEPS: &[Step] = &[
    Step {
        name: "start",
        when: &["ready/created", "complete/created"],
        pause: (r#""100ms""#, "delay"),
        to: "running",
        event: true,
    },
    Step {
        name: "start-unready",
        when: &["never-ready/created", "late-ready/created", "crash-loop/created", "fail/created"],
        pause: (r#""100ms""#, "delay"),
        to: "unready",
        event: true,
    },
    Step {
        name: "become-ready",
        when: &["late-ready/running"],
        pause: (r#""200ms""#, "run"),
        to: "running",
        event: false,
    },
    Step {
        name: "complete",
        when: &["complete/running"],
        pause: (r#""200ms""#, "run"),
        to: "succeeded",
        event: false,
    },
    Step { name: "fail", when: &["fail/running"], pause: (r#""200ms""#, "run"), to: "failed", event: false },
    Step {
        name: "crash",
        when: &["crash-loop/running"],
        pause: (r#""200ms""#, "run"),
        to: "crashed",
        event: false,
    },
    Step {
        name: "back-off",
        when: &["crash-loop/crashed"],
        pause: (r#""100ms""#, ""),
        to: "backoff",
        event: true,
    },
    Step {
        name: "restart",
        when: &["crash-loop/backoff"],
        // Quick until every rule about restarts has seen enough of them, then slow, to leave the API server in peace.
        pause: (
            r#"([.status.initContainerStatuses[]?, .status.containerStatuses[]? | .restartCount] | max) as $restarts
               | if $restarts < 6 then "300ms" else "10s" end"#,
            "backoff",
        ),
        to: "unready",
        event: true,
    },
    Step {
        name: "pull",
        when: &["image-pull/created"],
        pause: (r#""100ms""#, "delay"),
        to: "pull-error",
        event: true,
    },
    Step {
        name: "pull-back-off",
        when: &["image-pull/pull-error"],
        pause: (r#""300ms""#, ""),
        to: "pull-backoff",
        event: true,
    },
    Step {
        name: "pull-again",
        when: &["image-pull/pull-backoff"],
        pause: (r#""10s""#, "backoff"),
        to: "pull-error",
        event: true,
    },
    Step {
        name: "get-stuck",
        when: &["stuck/created"],
        pause: (r#""100ms""#, "delay"),
        to: "stuck",
        event: true,
    },
];

/// All stages as the text of one configuration file of KWOK.
pub(super) fn configuration() -> String {
    let mut stages = vec![
        node("node-start", "NotIn", None),
        node("node-heartbeat", "In", Some(20_000)),
        service(),
        pod("pod-create", &any_play("new"), None, &json!([patch(&moment("created", STATUS))])),
        pod(
            "pod-delete",
            // Once it is told to go at once, there is nothing left to do; finalizers may still hold it.
            &json!({
                "key": format!("select(.metadata.deletionGracePeriodSeconds != 0) | {MOMENT}"),
                "operator": "In",
                "values": ["deleted"],
            }),
            Some(pause(r#""100ms""#, "stop")),
            &json!([{"delete": true}]),
        ),
    ];
    for step in STEPS {
        let when = json!({
            "key": format!("({PLAY}) + \"/\" + ({MOMENT})"),
            "operator": "In",
            "values": step.when,
        });
        let mut steps = vec![patch(&moment(step.to, STATUS))];
        if step.event {
            steps.push(json!({"apply": {"template": moment(step.to, EVENT)}}));
        }
        let delay = pause(step.pause.0, step.pause.1);
        stages.push(pod(&format!("pod-{}", step.name), &when, Some(delay), &json!(steps)));
    }
    let documents: Vec<String> = stages.iter().map(ToString::to_string).collect();
    documents.join("\n---\n") + "\n"
}

fn stage(name: &str, kind: &str, conditions: &Value, delay: Option<Value>, steps: &Value) -> Value {
    let mut spec = json!({
        "resourceRef": {"apiGroup": "v1", "kind": kind},
        "selector": {"matchExpressions": conditions},
        "steps": steps,
    });
    if let Some(delay) = delay {
        spec["delay"] = delay;
    }
    json!({
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "Stage",
        "metadata": {"name": name},
        "spec": spec,
    })
}

fn pod(name: &str, condition: &Value, delay: Option<Value>, steps: &Value) -> Value {
    stage(name, "Pod", &json!([{"jq": condition}]), delay, steps)
}

fn any_play(moment: &str) -> Value {
    json!({"key": MOMENT, "operator": "In", "values": [moment]})
}

fn pause(query: &str, annotation: &str) -> Value {
    let query = if annotation.is_empty() {
        query.to_owned()
    } else {
        format!(r#".metadata.annotations["longshore.dev/kwok-{annotation}"] // ({query})"#)
    };
    json!({"durationMilliseconds": 100, "durationFrom": {"jq": {"expression": query}}})
}

fn moment(name: &str, template: &str) -> String {
    format!("{{{{- $moment := \"{name}\" -}}}}\n{CAST}{template}")
}

fn patch(template: &str) -> Value {
    json!({"patch": {"subresource": "status", "root": "status", "template": template}})
}

fn node(name: &str, operator: &str, pause: Option<u32>) -> Value {
    let ready = r#".status.conditions[]? | select(.type == "Ready") | .status"#;
    let conditions = json!([{"jq": {"key": ready, "operator": operator, "values": ["True"]}}]);
    let delay = pause.map(|milliseconds| {
        json!({"durationMilliseconds": milliseconds, "jitterDurationMilliseconds": milliseconds + 5_000})
    });
    let mut stage = stage(name, "Node", &conditions, delay, &json!([patch(NODE)]));
    stage["spec"]["immediateNextStage"] = json!(true);
    stage
}

fn service() -> Value {
    let waiting = r#"select(.spec.type == "LoadBalancer" and (.status.loadBalancer.ingress | not)
        and .metadata.annotations["longshore.dev/kwok"] != "hang") | "waiting""#;
    let conditions = json!([{"jq": {"key": waiting, "operator": "In", "values": ["waiting"]}}]);
    stage(
        "service-address",
        "Service",
        &conditions,
        Some(pause(r#""100ms""#, "delay")),
        &json!([patch(SERVICE)]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_is_a_document_with_a_name_of_its_own() {
        let text = configuration();
        let names: Vec<String> = text
            .split("\n---\n")
            .map(|document| {
                let stage: Value = serde_json::from_str(document).unwrap();
                assert_eq!(stage["kind"], "Stage");
                stage["metadata"]["name"].as_str().unwrap().to_owned()
            })
            .collect();
        let distinct: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
        assert_eq!(names.len(), STEPS.len() + 5);
    }

    #[test]
    fn no_pair_of_play_and_moment_has_two_stages() {
        let mut pairs: Vec<_> = STEPS.iter().flat_map(|step| step.when).collect();
        let all = pairs.len();
        pairs.sort_unstable();
        pairs.dedup();
        assert_eq!(pairs.len(), all);
    }
}
