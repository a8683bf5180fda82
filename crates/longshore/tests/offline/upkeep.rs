//! What keeps the pods of each platform running and lets them go without a loss, as it is rendered: replicas, budgets and
//! autoscalers, probes, delays, commands, claims, ports, scrapes and rights. A chart's line that changes any of it shows
//! in a snapshot here, beside what is said of it.

use std::fmt::Write as _;

use longshore_testkit::Program;
use longshore_testkit::tools::workspace_root;
use serde_json::Value;

/// Fields of a workload, behind what they are called.
const OF_WORKLOADS: [(&str, &str); 8] = [
    ("pods", "/spec/replicas"),
    ("one after another", "/spec/podManagementPolicy"),
    ("strategy", "/spec/strategy"),
    ("strategy", "/spec/updateStrategy"),
    ("time to end", "/spec/template/spec/terminationGracePeriodSeconds"),
    ("spread", "/spec/template/spec/topologySpreadConstraints"),
    ("priority", "/spec/template/spec/priorityClassName"),
    ("token", "/spec/template/spec/automountServiceAccountToken"),
];

/// Fields of a container.
const OF_CONTAINERS: [&str; 8] = [
    "command",
    "args",
    "ports",
    "startupProbe",
    "readinessProbe",
    "livenessProbe",
    "lifecycle",
    "securityContext",
];

/// What is told of other kinds.
const OF_OTHERS: [(&str, &str); 6] = [
    ("ClusterRole", "/rules"),
    ("HorizontalPodAutoscaler", "/spec"),
    ("PodDisruptionBudget", "/spec"),
    ("Role", "/rules"),
    ("Service", "/spec"),
    ("ServiceMonitor", "/spec"),
];

fn items<'a>(object: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    object.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn names(list: impl Iterator<Item = String>) -> String {
    list.collect::<Vec<_>>().join(", ")
}

/// What of an object keeps pods running.
fn told(object: &Value, text: &mut String) {
    let (kind, name) = (object["kind"].as_str().unwrap(), object["metadata"]["name"].as_str().unwrap());
    if let Some((_, pointer)) = OF_OTHERS.iter().find(|(other, _)| *other == kind) {
        writeln!(text, "{kind}/{name}: {}", object.pointer(pointer).unwrap()).unwrap();
    }
    let pod = "/spec/template/spec";
    if object.pointer(pod).is_none() {
        return;
    }
    writeln!(text, "{kind}/{name}").unwrap();
    for (what, pointer) in OF_WORKLOADS {
        if let Some(value) = object.pointer(pointer) {
            writeln!(text, "  {what}: {value}").unwrap();
        }
    }
    let annotations = object.pointer("/spec/template/metadata/annotations").and_then(Value::as_object);
    let digests = annotations.into_iter().flatten().map(|(key, _)| key.clone());
    writeln!(text, "  starts anew with: {}", names(digests.filter(|key| key.contains("checksum")))).unwrap();
    let claim = |claim: &Value| claim["metadata"]["name"].as_str().unwrap().to_owned();
    writeln!(text, "  claims: {}", names(items(object, "/spec/volumeClaimTemplates").map(claim))).unwrap();
    for list in ["initContainers", "containers"] {
        for container in items(object, &format!("{pod}/{list}")) {
            writeln!(text, "  {list}/{}", container["name"].as_str().unwrap()).unwrap();
            for field in OF_CONTAINERS {
                if let Some(value) = container.get(field) {
                    writeln!(text, "    {field}: {value}").unwrap();
                }
            }
            let mount = |mount: &Value| {
                let part = mount["subPath"].as_str().map(|part| format!(" ({part})")).unwrap_or_default();
                format!(
                    "{}{part} at {}",
                    mount["name"].as_str().unwrap(),
                    mount["mountPath"].as_str().unwrap()
                )
            };
            writeln!(text, "    mounts: {}", names(items(container, "/volumeMounts").map(mount))).unwrap();
        }
    }
}

/// What the commands of a platform render.
fn upkeep(platform: &str, commands: &[&str]) -> String {
    let mut text = String::new();
    for command in commands {
        let outcome = Program::new(env!("CARGO_BIN_EXE_longshore"))
            .unwrap()
            .env("KUBECONFIG", "none")
            .env("KUBENTLY_TOKEN_B", "b")
            .env("KUBENTLY_TOKEN_C", "c")
            .args(["render", "-q", "-o", "json"])
            .args(command.split_whitespace())
            .folder(workspace_root().join("platforms").join(platform))
            .run()
            .unwrap();
        assert_eq!(outcome.code, Some(0), "{platform}: {command}\n{outcome}");
        let list: Value = serde_json::from_str(&outcome.stdout).unwrap();
        writeln!(text, "## {command}").unwrap();
        items(&list, "/items").for_each(|object| told(object, &mut text));
    }
    text
}

#[test]
fn ne2_nest_is_kept_running() {
    insta::assert_snapshot!("nest", upkeep("nest", &["-e production", "-e staging-alone"]));
}

#[test]
fn bc4_b2connect_is_kept_running() {
    insta::assert_snapshot!("b2connect", upkeep("b2connect", &["-e production"]));
}

#[test]
fn nowconnect_is_kept_running() {
    insta::assert_snapshot!("nowconnect", upkeep("nowconnect", &["-e production"]));
}

#[test]
fn al7_the_access_layer_is_kept_running() {
    insta::assert_snapshot!("access-layer", upkeep("access-layer", &["-e production"]));
}

#[test]
fn kubently_is_kept_running() {
    let commands = ["-e production --cluster main", "-e production --cluster b"];
    insta::assert_snapshot!("kubently", upkeep("kubently", &commands));
}
