//! What holds of all policies, tried with random ones.

use longshore_check::flows::{Flow, Party, Pod, Policy, Protocol, Selector};
use proptest::prelude::*;
use serde_json::json;

use crate::worlds::{NAMES, network, pod, policy};

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
        idle.selects = Selector::read(&json!({"matchLabels": {"nobody": "has this"}}));
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
