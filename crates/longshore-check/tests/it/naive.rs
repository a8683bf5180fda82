//! The evaluator against one that knows nothing of it: written from the text of the API, over the objects as they are
//! written, with sets of everybody instead of questions about one.

use std::collections::BTreeSet;

use longshore_check::flows::{Flow, Labels, Network, Party, Pod, Policy, Protocol};
use proptest::prelude::*;
use serde_json::Value as Json;

use crate::worlds::{namespaces, pod, protocol, written};

/// Somebody at an end of a connection, as it is drawn: a pod, or an address outside.
#[derive(Debug, Clone)]
enum End {
    Pod(Pod),
    Outside(u8),
}

impl End {
    fn party(&self) -> Party<'_> {
        match self {
            Self::Pod(pod) => Party::Pod(pod),
            Self::Outside(host) => Party::Address([10, 0, 0, *host].into()),
        }
    }

    /// The address as its bits, `0` and `1`.
    fn bits(&self) -> String {
        let host = match self {
            Self::Pod(pod) => pod.addresses[0].to_string(),
            Self::Outside(host) => format!("10.0.0.{host}"),
        };
        bits(&host)
    }
}

fn bits(address: &str) -> String {
    address.split('.').map(|part| format!("{:08b}", part.parse::<u8>().expect("a byte"))).collect()
}

struct World<'a> {
    policies: &'a [Json],
    namespaces: &'a [(String, Labels)],
}

fn list<'a>(json: &'a Json, key: &str) -> Vec<&'a Json> {
    json[key].as_array().map(|items| items.iter().collect()).unwrap_or_default()
}

fn words(json: &Json, key: &str) -> BTreeSet<String> {
    list(json, key).iter().map(|word| word.as_str().expect("a word").to_owned()).collect()
}

/// Whether nothing that a selector demands is missing.
fn is_chosen(selector: &Json, labels: &Labels) -> bool {
    let pairs: BTreeSet<(String, String)> = labels.clone().into_iter().collect();
    let wanted = selector["matchLabels"].as_object().into_iter().flatten();
    let wanted: BTreeSet<(String, String)> =
        wanted.map(|(key, value)| (key.clone(), value.as_str().expect("a text").to_owned())).collect();
    let mut lacks = !wanted.is_subset(&pairs);
    for expression in list(selector, "matchExpressions") {
        let key = expression["key"].as_str().expect("a key");
        let (has, values) = (labels.contains_key(key), words(expression, "values"));
        let is_one = labels.get(key).is_some_and(|value| values.contains(value));
        lacks |= match expression["operator"].as_str() {
            Some("In") => !is_one,
            Some("NotIn") => is_one,
            Some("Exists") => !has,
            Some("DoesNotExist") => has,
            other => unreachable!("{other:?}"),
        };
    }
    !lacks
}

/// Whether an address begins with all the bits of a range.
fn is_within(address: &str, range: &str) -> bool {
    let (base, length) = range.split_once('/').expect("a range");
    address.starts_with(&bits(base)[..length.parse::<usize>().expect("a length")])
}

impl World<'_> {
    fn is_allowed(&self, from: &End, to: &End, port: u16, protocol: Protocol) -> bool {
        self.end(from, to, "Egress", to, port, protocol) && self.end(to, from, "Ingress", to, port, protocol)
    }

    /// Whether one end lets it through.
    fn end(&self, own: &End, other: &End, way: &str, to: &End, port: u16, protocol: Protocol) -> bool {
        let End::Pod(pod) = own else { return true };
        let (rules, peers) = if way == "Egress" { ("egress", "to") } else { ("ingress", "from") };
        let mut is_guarded = false;
        for policy in self.policies.iter().filter(|p| p["metadata"]["namespace"] == pod.namespace.as_str()) {
            let spec = &policy["spec"];
            let mut types = words(spec, "policyTypes");
            if types.is_empty() {
                types.insert("Ingress".to_owned());
                types.extend((!list(spec, "egress").is_empty()).then(|| "Egress".to_owned()));
            }
            if !types.contains(way) || !is_chosen(&spec["podSelector"], &pod.labels) {
                continue;
            }
            is_guarded = true;
            for rule in list(spec, rules) {
                let (peers, ports) = (list(rule, peers), list(rule, "ports"));
                let peer = peers.is_empty() || peers.iter().any(|peer| self.is_peer(peer, pod, other));
                let port = ports.is_empty() || ports.iter().any(|of| is_port(of, to, port, protocol));
                if peer && port {
                    return true;
                }
            }
        }
        !is_guarded
    }

    fn is_peer(&self, peer: &Json, own: &Pod, other: &End) -> bool {
        if let Some(range) = peer["ipBlock"]["cidr"].as_str() {
            let address = other.bits();
            return is_within(&address, range)
                && words(&peer["ipBlock"], "except").iter().all(|hole| !is_within(&address, hole));
        }
        let End::Pod(other) = other else { return false };
        let near = match peer.get("namespaceSelector") {
            None => BTreeSet::from([own.namespace.clone()]),
            Some(selector) => {
                let chosen = self.namespaces.iter().filter(|(_, labels)| is_chosen(selector, labels));
                chosen.map(|(name, _)| name.clone()).collect()
            }
        };
        let pods = peer.get("podSelector").is_none_or(|selector| is_chosen(selector, &other.labels));
        near.contains(&other.namespace) && pods
    }
}

fn is_port(of: &Json, to: &End, port: u16, protocol: Protocol) -> bool {
    if of["protocol"].as_str().unwrap_or("TCP") != protocol.name() {
        return false;
    }
    let numbers: Vec<u16> = match &of["port"] {
        Json::Null => return true,
        Json::String(name) => match to {
            End::Pod(pod) => {
                let named = pod.ports.iter().filter(|p| p.name == *name && p.protocol == protocol);
                named.map(|port| port.number).collect()
            }
            End::Outside(_) => Vec::new(),
        },
        first => {
            let first = first.as_u64().expect("a number");
            let last = of["endPort"].as_u64().unwrap_or(first);
            (first..=last).map(|port| port.try_into().expect("a port")).collect()
        }
    };
    numbers.contains(&port)
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![4 => pod().prop_map(End::Pod), 1 => (0..64u8).prop_map(End::Outside)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// All pairs of four parties of a world, on a few ports.
    #[test]
    fn both_evaluators_say_the_same(
        policies in prop::collection::vec(written(), 0..5), namespaces in namespaces(),
        ends in prop::collection::vec(end(), 4), protocol in protocol(),
    ) {
        let network = Network {
            policies: policies.iter().map(|policy| Policy::read(policy, "none")).collect(),
            namespaces: namespaces.iter().cloned().collect(),
            complete: true,
        };
        let world = World { policies: &policies, namespaces: &namespaces };
        for (i, from) in ends.iter().enumerate() {
            for to in ends.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, to)| to) {
                for port in 1..6 {
                    let flow = Flow { from: from.party(), to: to.party(), port, protocol };
                    prop_assert_eq!(
                        network.allows(&flow), world.is_allowed(from, to, port, protocol),
                        "{:?} to {:?} at {} {}", from, to, protocol, port
                    );
                }
            }
        }
    }
}
