//! The ports of a service: those that are published, exposed, or that others address.

use std::collections::BTreeSet;

use longshore_yaml::Node;

use super::Context;
use crate::left::Left;
use crate::tree::{place, scalar};

/// A port of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Port {
    /// Its number.
    pub(super) number: u16,
    /// Whether it is UDP.
    pub(super) is_udp: bool,
}

impl Port {
    /// Its name among the ports of a container or Service.
    pub(super) fn name(self) -> String {
        format!("{}-{}", if self.is_udp { "udp" } else { "tcp" }, self.number)
    }
}

/// Most ports of one range.
const RANGE: u16 = 50;

/// Reads `ports` and `expose`, and adds what others address.
pub(super) fn read(
    context: &Context<'_>,
    service: &str,
    node: &Node,
    left: &mut Vec<Left>,
) -> BTreeSet<Port> {
    let mut all = BTreeSet::new();
    for entry in node.get("expose").into_iter().flat_map(Node::items) {
        let ports = scalar(entry).and_then(|text| parse(text).map(|(_, ports)| ports)).unwrap_or_default();
        all.extend(ports);
    }
    for entry in node.get("ports").into_iter().flat_map(Node::items) {
        let read = match scalar(entry) {
            Some(text) => parse(text),
            None => long(entry),
        };
        let Some((published, ports)) = read else {
            left.push(Left::new(
                place(context.file, entry),
                format!("`ports` of service `{service}`"),
                "it cannot be read as a port; it was left out",
            ));
            continue;
        };
        all.extend(ports);
        if let Some(published) = published {
            let advice = "reachable inside the cluster only; add an Ingress, a route or a Service of type LoadBalancer where it is to be reached from outside";
            left.push(Left::new(
                place(context.file, entry),
                format!("published port {published} of service `{service}`"),
                advice,
            ));
        }
    }
    let addressed = context.addressed.get(service).into_iter().flatten();
    all.extend(addressed.map(|number| Port { number: *number, is_udp: false }));
    all
}

/// `[HOST:][PUBLISHED:]CONTAINER[/PROTOCOL]`: what is published to others than this machine, and the container's ports.
fn parse(text: &str) -> Option<(Option<String>, Vec<Port>)> {
    let (text, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let (before, container) = text.rsplit_once(':').map_or((None, text), |(before, own)| (Some(before), own));
    let is_local = before.is_some_and(|before| {
        before.starts_with("127.") || before.starts_with("localhost") || before.starts_with("[::1]")
    });
    let published =
        before.filter(|_| !is_local).map(|before| before.rsplit(':').next().unwrap_or(before).to_owned());
    let (first, last) = container.split_once('-').unwrap_or((container, container));
    let (first, last) = (first.parse::<u16>().ok()?, last.parse::<u16>().ok()?);
    if first == 0 || last < first || last - first >= RANGE {
        return None;
    }
    let ports = (first..=last).map(|number| Port { number, is_udp: protocol == "udp" }).collect();
    Some((published.filter(|published| !published.is_empty()), ports))
}

/// `{target: 80, published: 8080, protocol: tcp}`
fn long(entry: &Node) -> Option<(Option<String>, Vec<Port>)> {
    let number = entry.get("target").and_then(scalar)?.parse::<u16>().ok().filter(|number| *number > 0)?;
    let is_udp = entry.get("protocol").and_then(scalar) == Some("udp");
    let is_local = entry.get("host_ip").and_then(scalar).is_some_and(|host| host.starts_with("127."));
    let published = entry.get("published").and_then(scalar).filter(|_| !is_local);
    Some((published.map(str::to_owned), vec![Port { number, is_udp }]))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn ports_in_all_their_forms() {
        let read = |text| {
            parse(text).map(|(published, ports)| {
                (published, ports.iter().map(|port| port.name()).collect::<Vec<_>>().join(" "))
            })
        };
        let some =
            |published: Option<&str>, ports: &str| Some((published.map(str::to_owned), ports.to_owned()));
        assert_eq!(read("80"), some(None, "tcp-80"));
        assert_eq!(read("8080:80"), some(Some("8080"), "tcp-80"));
        assert_eq!(read("127.0.0.1:8080:80"), some(None, "tcp-80"));
        assert_eq!(read("0.0.0.0:53:53/udp"), some(Some("53"), "udp-53"));
        assert_eq!(read("7000-7001:7000-7001"), some(Some("7000-7001"), "tcp-7000 tcp-7001"));
        for bad in ["", "x", "0", "9:1-900", "70000", "5-3"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
