//! Processors and memory.

use longshore_yaml::Node;

use super::words::size;
use crate::tree::{flow, map, scalar};

/// `resources` of a container, from `deploy.resources` or the older keys.
pub(super) fn read(service: &Node) -> Option<Node> {
    let deploy = |side: &str, key: &str| service.at(&["deploy", "resources", side, key]).and_then(scalar);
    let own = |key: &str| service.get(key).and_then(scalar);
    let limits =
        quantities(deploy("limits", "cpus").or(own("cpus")), deploy("limits", "memory").or(own("mem_limit")));
    let requests = quantities(
        deploy("reservations", "cpus"),
        deploy("reservations", "memory").or(own("mem_reservation")),
    );
    let mut node = Node::mapping();
    if let Some(requests) = requests {
        node.set("requests", requests);
    }
    if let Some(limits) = limits {
        node.set("limits", limits);
    }
    (!node.content.is_empty()).then_some(node)
}

fn quantities(cpus: Option<&str>, memory: Option<&str>) -> Option<Node> {
    let cpus = cpus.and_then(|text| text.parse::<f64>().ok()).filter(|cpus| *cpus > 0.0);
    let cpus = cpus.map(|cpus| format!("{:.0}m", (cpus * 1000.0).max(1.0)));
    let memory = memory.and_then(size);
    let all = [("cpu", cpus), ("memory", memory)];
    let node = map(all.into_iter().filter_map(|(key, text)| Some((key, Node::string(text?)))));
    (!node.content.is_empty()).then(|| flow(node))
}
