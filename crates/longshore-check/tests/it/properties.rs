//! What holds of all policies, tried with random ones.

use longshore_check::flows::{Flow, Labels, Network, Party, Pod, Policy, Protocol};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const NAMES: [&str; 3] = ["a", "b", "c"];

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&NAMES[..])
}

fn selector() -> impl Strategy<Value = Json> {
    let expression = (name(), prop::sample::select(&["In", "NotIn", "Exists", "DoesNotExist"][..]), name())
        .prop_map(|(key, operator, value)| match operator {
            "In" | "NotIn" => json!({"key": key, "operator": operator, "values": [value]}),
            _ => json!({"key": key, "operator": operator}),
        });
    let labels = prop::collection::btree_map(name(), name(), 0..2);
    (labels, prop::collection::vec(expression, 0..2))
        .prop_map(|(labels, expressions)| json!({"matchLabels": labels, "matchExpressions": expressions}))
}

fn peer() -> impl Strategy<Value = Json> {
    prop_oneof![
        selector().prop_map(|pods| json!({"podSelector": pods})),
        selector().prop_map(|namespaces| json!({"namespaceSelector": namespaces})),
        (selector(), selector())
            .prop_map(|(namespaces, pods)| json!({"namespaceSelector": namespaces, "podSelector": pods})),
        (0..32u32).prop_map(|bits| json!({"ipBlock": {"cidr": format!("10.0.0.0/{bits}")}})),
    ]
}

fn port() -> impl Strategy<Value = Json> {
    prop_oneof![
        (1..4u16).prop_map(|port| json!({"port": port})),
        (1..4u16, 4..6u16).prop_map(|(port, last)| json!({"port": port, "endPort": last, "protocol": "UDP"})),
        Just(json!({"port": "http"})),
        Just(json!({"protocol": "TCP"})),
    ]
}

fn rules(peers: &'static str) -> impl Strategy<Value = Json> {
    let rule = (prop::collection::vec(peer(), 0..3), prop::collection::vec(port(), 0..3))
        .prop_map(move |(of, ports)| json!({peers: of, "ports": ports}));
    prop::collection::vec(rule, 0..3).prop_map(Json::from)
}

fn policy() -> impl Strategy<Value = Policy> {
    let types = prop::sample::subsequence(vec!["Ingress", "Egress"], 0..=2);
    (name(), selector(), types, rules("from"), rules("to")).prop_map(
        |(namespace, pods, types, incoming, outgoing)| {
            let policy = json!({"metadata": {"name": "p"}, "spec": {
                "podSelector": pods, "policyTypes": types, "ingress": incoming, "egress": outgoing}});
            Policy::read(&policy, namespace)
        },
    )
}

fn pod() -> impl Strategy<Value = Pod> {
    let labels =
        prop::collection::btree_map(name().prop_map(str::to_owned), name().prop_map(str::to_owned), 0..3);
    (name(), labels, 0..64u8).prop_map(|(namespace, labels, host): (_, Labels, _)| Pod {
        labels,
        addresses: vec![[10, 0, 0, host].into()],
        ports: vec![longshore_check::flows::ContainerPort {
            name: "http".to_owned(),
            number: 2,
            protocol: Protocol::Tcp,
        }],
        ..Pod::new("pod", namespace)
    })
}

fn namespaces() -> impl Strategy<Value = Vec<(String, Labels)>> {
    let labels =
        prop::collection::btree_map(name().prop_map(str::to_owned), name().prop_map(str::to_owned), 0..2);
    prop::collection::vec(labels, NAMES.len())
        .prop_map(|all| NAMES.iter().map(|name| (*name).to_owned()).zip(all).collect())
}

prop_compose! {
    fn network()(policies in prop::collection::vec(policy(), 0..5), namespaces in namespaces()) -> Network {
        Network { policies, namespaces: namespaces.into_iter().collect(), complete: true }
    }
}

fn flow<'a>(from: &'a Pod, to: &'a Pod, port: u16, udp: bool) -> Flow<'a> {
    let protocol = if udp { Protocol::Udp } else { Protocol::Tcp };
    Flow { from: Party::Pod(from), to: Party::Pod(to), port, protocol }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Neither a policy that chooses nobody, nor the order of policies, nor one that is there twice changes anything.
    #[test]
    fn what_changes_nothing(
        network in network(), idle in policy(), from in pod(), to in pod(), port in 1..6u16, udp: bool, turn in 0..5usize,
    ) {
        let flow = flow(&from, &to, port, udp);
        let before = network.allows(&flow);
        let mut more = network.clone();
        let mut idle = idle;
        idle.selects = longshore_check::flows::Selector::read(&json!({"matchLabels": {"nobody": "has this"}}));
        more.policies.push(idle);
        prop_assert_eq!(more.allows(&flow), before);
        let mut turned = network.clone();
        if !turned.policies.is_empty() {
            let by = turn % turned.policies.len();
            turned.policies.rotate_left(by);
            turned.policies.push(turned.policies[0].clone());
        }
        prop_assert_eq!(turned.allows(&flow), before);
    }

    /// Policies add up: what one set of them lets through, more policies on pods that it guards already do not take away.
    #[test]
    fn policies_only_add_where_a_pod_is_guarded_already(
        network in network(), other in policy(), from in pod(), to in pod(), port in 1..6u16, udp: bool,
    ) {
        let closed = json!({"metadata": {"name": "closed"},
            "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}});
        let flow = flow(&from, &to, port, udp);
        let mut guarded = network;
        guarded.policies.extend(NAMES.iter().map(|namespace| Policy::read(&closed, namespace)));
        let before = guarded.allows(&flow);
        guarded.policies.push(other);
        prop_assert!(!before || guarded.allows(&flow));
    }

    /// The rule that is said to be missing is enough, and nothing is missing without a policy that chooses the pod.
    #[test]
    fn what_is_missing_is_enough(
        network in network(), from in pod(), to in pod(), port in 1..6u16, udp: bool,
    ) {
        let flow = flow(&from, &to, port, udp);
        let mut network = network;
        // Names of namespaces are labels of theirs, which the rule goes by.
        for (name, labels) in &mut network.namespaces {
            labels.insert("kubernetes.io/metadata.name".to_owned(), name.clone());
        }
        for denial in network.denials(&flow) {
            let key = denial.direction.to_string();
            let text = format!(
                "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: opened, namespace: {}}}, spec: {{podSelector: {{}}, policyTypes: [{}], {key}: [{}]}}}}",
                denial.namespace, if key == "egress" { "Egress" } else { "Ingress" }, denial.missing.item(),
            );
            let object = &longshore_object::parse_manifests(&text, "n.yaml").unwrap()[0];
            network.policies.push(Policy::read(&object.to_json(), "x"));
        }
        prop_assert!(network.allows(&flow));
    }
}
