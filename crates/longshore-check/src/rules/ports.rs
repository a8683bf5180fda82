//! Probes and hooks that name a port which their container does not have.

use longshore_diag::{Diagnostic, nearest};
use longshore_object::Tree;
use longshore_object::references::pod_spec;

use super::Subject;
use crate::path;

/// Where a container may name one of its ports.
const ASKED: [&str; 10] = [
    "readinessProbe/httpGet",
    "readinessProbe/tcpSocket",
    "livenessProbe/httpGet",
    "livenessProbe/tcpSocket",
    "startupProbe/httpGet",
    "startupProbe/tcpSocket",
    "lifecycle/postStart/httpGet",
    "lifecycle/postStart/tcpSocket",
    "lifecycle/preStop/httpGet",
    "lifecycle/preStop/tcpSocket",
];

pub(super) fn find(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let object = subject.object;
    let Some((spec, base)) = pod_spec(object) else { return Vec::new() };
    let mut found = Vec::new();
    for list in ["initContainers", "containers"] {
        for (i, container) in spec.child(list).map_or(&[][..], Tree::items).iter().enumerate() {
            let ports = container.child("ports").map_or(&[][..], Tree::items);
            let known: Vec<&str> = ports.iter().filter_map(|port| port.child("name")?.as_str()).collect();
            for asked in ASKED {
                let port = container.get(&format!("/{asked}/port"));
                let Some(name) = port.and_then(Tree::as_str) else { continue };
                // A number in quotes is a number to the kubelet.
                if known.contains(&name) || name.parse::<u16>().is_ok() {
                    continue;
                }
                let container = container.child("name").and_then(Tree::as_str).unwrap_or_default();
                let what = asked.split('/').rev().nth(1).unwrap_or_default();
                let message = format!(
                    "{}: `{what}` of container `{container}` asks port `{name}`, which the container does not have",
                    object.key()
                );
                let error = Diagnostic::error("pods/no-port", message)
                    .at(path::place(object, &format!("{base}/{list}/{i}/{asked}/port")));
                found.push(match nearest(name, known.iter().copied()) {
                    Some(near) => error.hint(format!("did you mean `{near}`?")),
                    None if known.is_empty() => error.hint("the container names no port"),
                    None => error.hint(format!("its ports are {}", known.join(", "))),
                });
            }
        }
    }
    found
}
