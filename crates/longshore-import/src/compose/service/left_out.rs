//! What a pod cannot have, or has in another way, and why.

use longshore_yaml::Node;

use crate::compose::Context;
use crate::left::Left;
use crate::tree::{is_true, place, scalar};

/// Keys that are translated elsewhere, or say something that a cluster does anyway.
const KNOWN: [&str; 46] = [
    "image",
    "build",
    "command",
    "entrypoint",
    "environment",
    "env_file",
    "ports",
    "expose",
    "volumes",
    "depends_on",
    "healthcheck",
    "deploy",
    "restart",
    "networks",
    "container_name",
    "hostname",
    "user",
    "working_dir",
    "secrets",
    "configs",
    "profiles",
    "tmpfs",
    "shm_size",
    "stop_grace_period",
    "cap_add",
    "cap_drop",
    "read_only",
    "extra_hosts",
    "stdin_open",
    "tty",
    "mem_limit",
    "mem_reservation",
    "cpus",
    "scale",
    "logging",
    "init",
    "platform",
    "pull_policy",
    "links",
    "attach",
    "annotations",
    "labels",
    "security_opt",
    "stop_signal",
    "ulimits",
    "extends",
];

/// Keys of which a person must know what becomes of them.
const TOLD: [(&str, &str); 20] = [
    (
        "privileged",
        "left out; if it cannot do without, set `securityContext.privileged`, which most clusters refuse",
    ),
    (
        "network_mode",
        "left out; pods have addresses of their own: set `hostNetwork` if it must be the node's",
    ),
    ("devices", "left out; devices of a node are asked for by resources of a device plugin"),
    ("device_cgroup_rules", "left out; devices of a node are asked for by resources of a device plugin"),
    ("gpus", "left out; ask for them by resources (`nvidia.com/gpu`)"),
    ("runtime", "left out; set `runtimeClassName`"),
    ("pid", "left out; set `hostPID` or `shareProcessNamespace` if it cannot do without"),
    ("ipc", "left out; set `hostIPC` if it cannot do without"),
    ("userns_mode", "left out; set `hostUsers`"),
    ("cgroup_parent", "left out; the kubelet makes control groups"),
    ("cgroup", "left out; the kubelet makes control groups"),
    ("sysctls", "left out; set `securityContext.sysctls` of the pod, if the cluster allows them"),
    ("dns", "left out; set `dnsConfig`"),
    ("dns_search", "left out; set `dnsConfig`"),
    ("dns_opt", "left out; set `dnsConfig`"),
    ("volumes_from", "left out; name the volumes themselves"),
    ("external_links", "left out; an ExternalName Service gives a host another name"),
    ("domainname", "left out; a Service's name is the host's"),
    ("group_add", "left out; set `supplementalGroups`"),
    ("develop", "left out; it is for development on one machine"),
];

/// Tells of what is left out of a service.
pub(super) fn tell(context: &Context<'_>, service: &str, node: &Node, left: &mut Vec<Left>) {
    let mut say = |key: &Node, what: &str, advice: &str| {
        left.push(Left::new(place(context.file, key), format!("`{what}` of service `{service}`"), advice));
    };
    for (key, value) in node.entries() {
        let name = key.value.as_str();
        if let Some((_, advice)) = TOLD.iter().find(|(told, _)| *told == name) {
            let is_off = name == "privileged" && !is_true(Some(value));
            let is_usual = name == "network_mode" && matches!(scalar(value), Some("bridge" | "default"));
            if !is_off && !is_usual {
                say(key, name, advice);
            }
        } else if name == "build" && node.get("image").is_none() {
            // Told with its image.
        } else if name == "build" {
            let advice = "a cluster builds no images: build it and push it to a registry";
            say(key, name, advice);
        } else if name == "security_opt" {
            for option in crate::tree::texts(Some(value)) {
                if !option.replace('=', ":").starts_with("no-new-privileges") {
                    say(key, "security_opt", "left out; set `seccompProfile` or `appArmorProfile`");
                    break;
                }
            }
        } else if name == "ulimits" {
            say(key, name, "left out; limits are those of the container runtime");
        } else if name == "labels"
            && value.content.iter().any(|item| item.value.as_str().starts_with("traefik"))
        {
            say(key, name, "left out; routes of a cluster are Ingresses or HTTPRoutes");
        } else if name == "extends" {
            // Resolved before.
        } else if !KNOWN.contains(&name) && !name.starts_with("x-") {
            say(key, name, "not known; it was left out");
        }
    }
    let deploy = node.get("deploy").into_iter().flat_map(Node::entries);
    for (key, _) in deploy {
        match key.value.as_str() {
            "resources" | "replicas" | "mode" | "restart_policy" | "labels" | "endpoint_mode" => {}
            "update_config" | "rollback_config" => {
                say(key, key.value.as_str(), "left out; set the workload's update strategy");
            }
            "placement" => say(
                key,
                "placement",
                "left out; set `nodeSelector`, `affinity` or `topologySpreadConstraints`",
            ),
            other => say(key, other, "not known; it was left out"),
        }
    }
    if let Some(key) = node.at(&["deploy", "resources", "reservations"]).and_then(|all| all.key("devices")) {
        say(key, "devices", "left out; ask for them by resources (`nvidia.com/gpu`)");
    }
}
