//! Small worlds at random: namespaces, pods and policies with few names, addresses and ports, so that they meet often.

use longshore_check::flows::{ContainerPort, Labels, Network, Pod, Policy, Protocol};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

pub(crate) const NAMES: [&str; 3] = ["a", "b", "c"];

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&NAMES[..])
}

fn labels(most: usize) -> impl Strategy<Value = Labels> {
    prop::collection::btree_map(name().prop_map(str::to_owned), name().prop_map(str::to_owned), 0..most)
}

fn selector() -> impl Strategy<Value = Json> {
    let operator = prop::sample::select(&["In", "NotIn", "Exists", "DoesNotExist"][..]);
    let expression = (name(), operator, prop::sample::subsequence(NAMES.to_vec(), 1..3)).prop_map(
        |(key, operator, values)| match operator {
            "In" | "NotIn" => json!({"key": key, "operator": operator, "values": values}),
            _ => json!({"key": key, "operator": operator}),
        },
    );
    (labels(2), prop::collection::vec(expression, 0..2))
        .prop_map(|(labels, expressions)| json!({"matchLabels": labels, "matchExpressions": expressions}))
}

/// Ranges of the few addresses that there are, with holes.
fn block() -> impl Strategy<Value = Json> {
    let range = || (0..64u8, 24..=32u32).prop_map(|(host, bits)| format!("10.0.0.{host}/{bits}"));
    (prop_oneof![Just("0.0.0.0/0".to_owned()), range()], prop::collection::vec(range(), 0..3))
        .prop_map(|(cidr, except)| json!({"ipBlock": {"cidr": cidr, "except": except}}))
}

fn peer() -> impl Strategy<Value = Json> {
    prop_oneof![
        selector().prop_map(|pods| json!({"podSelector": pods})),
        selector().prop_map(|namespaces| json!({"namespaceSelector": namespaces})),
        (selector(), selector())
            .prop_map(|(namespaces, pods)| json!({"namespaceSelector": namespaces, "podSelector": pods})),
        block(),
    ]
}

fn port() -> impl Strategy<Value = Json> {
    let protocol = || prop::sample::select(&["TCP", "UDP", "SCTP"][..]);
    prop_oneof![
        (1..6u16).prop_map(|port| json!({"port": port})),
        (1..4u16, 0..4u16, protocol())
            .prop_map(|(port, more, of)| json!({"port": port, "endPort": port + more, "protocol": of})),
        (prop::sample::select(&["http", "dns", "none"][..]), protocol())
            .prop_map(|(name, of)| json!({"port": name, "protocol": of})),
        protocol().prop_map(|of| json!({"protocol": of})),
        Just(json!({})),
    ]
}

fn rules(peers: &'static str) -> impl Strategy<Value = Json> {
    let rule = (prop::collection::vec(peer(), 0..3), prop::collection::vec(port(), 0..3))
        .prop_map(move |(of, ports)| json!({peers: of, "ports": ports}));
    prop::collection::vec(rule, 0..3).prop_map(Json::from)
}

/// A policy as it is written, with its namespace; with types or without, with lists for them or without.
pub(crate) fn written() -> impl Strategy<Value = Json> {
    let types = prop::option::of(prop::sample::subsequence(vec!["Ingress", "Egress"], 0..=2));
    let incoming = prop::option::of(rules("from"));
    let outgoing = prop::option::of(rules("to"));
    (name(), selector(), types, incoming, outgoing).prop_map(
        |(namespace, pods, types, incoming, outgoing)| {
            let mut spec = json!({"podSelector": pods});
            let mut put = |key: &str, value: Option<Json>| {
                if let Some(value) = value {
                    spec[key] = value;
                }
            };
            put("policyTypes", types.map(|types| json!(types)));
            put("ingress", incoming);
            put("egress", outgoing);
            json!({"metadata": {"name": "p", "namespace": namespace}, "spec": spec})
        },
    )
}

pub(crate) fn policy() -> impl Strategy<Value = Policy> {
    written().prop_map(|policy| Policy::read(&policy, "none"))
}

pub(crate) fn pod() -> impl Strategy<Value = Pod> {
    let port = |name: &str, number, protocol| ContainerPort { name: name.to_owned(), number, protocol };
    (name(), labels(3), 0..64u8).prop_map(move |(namespace, labels, host)| Pod {
        labels,
        addresses: vec![[10, 0, 0, host].into()],
        ports: vec![
            port("http", 2, Protocol::Tcp),
            port("dns", 3, Protocol::Udp),
            port("dns", 4, Protocol::Tcp),
        ],
        ..Pod::new("pod", namespace)
    })
}

pub(crate) fn protocol() -> impl Strategy<Value = Protocol> {
    prop::sample::select(&[Protocol::Tcp, Protocol::Udp, Protocol::Sctp][..])
}

pub(crate) fn namespaces() -> impl Strategy<Value = Vec<(String, Labels)>> {
    prop::collection::vec(labels(2), NAMES.len())
        .prop_map(|all| NAMES.iter().map(|name| (*name).to_owned()).zip(all).collect())
}

prop_compose! {
    pub(crate) fn network()(policies in prop::collection::vec(policy(), 0..5), namespaces in namespaces()) -> Network {
        Network { policies, namespaces: namespaces.into_iter().collect(), complete: true }
    }
}
