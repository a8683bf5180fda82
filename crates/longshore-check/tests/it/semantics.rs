//! What the specification of network policies says, row by row.

use longshore_check::flows::{ContainerPort, Direction, Flow, Labels, Network, Party, Pod, Policy, Protocol};
use longshore_object::parse_manifests;

fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn pod(namespace: &str, app: &str, address: &str) -> Pod {
    Pod {
        labels: labels(&[("app", app)]),
        ports: vec![
            ContainerPort { name: "sql".to_owned(), number: 5432, protocol: Protocol::Tcp },
            ContainerPort { name: "gossip".to_owned(), number: 7000, protocol: Protocol::Udp },
        ],
        addresses: vec![address.parse().expect("an address")],
        ..Pod::new(app, namespace)
    }
}

/// Policies by the YAML of their `spec`, all in the namespace `shop`.
fn network(specs: &[&str]) -> Network {
    let mut policies = Vec::new();
    for (at, spec) in specs.iter().enumerate() {
        let text = format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p{at}}}, spec: {spec}}}"
        );
        for object in parse_manifests(&text, "p.yaml").expect("a manifest") {
            policies.push(Policy::read(&object.to_json(), "shop"));
        }
    }
    let named = |name: &str, team: &str| {
        (name.to_owned(), labels(&[("kubernetes.io/metadata.name", name), ("team", team)]))
    };
    Network { policies, namespaces: [named("shop", "a"), named("edge", "b")].into(), complete: true }
}

/// Which ends refuse TCP 5432 from `web` to `db`, both in `shop`.
fn refused(specs: &[&str]) -> Vec<Direction> {
    ask(specs, Party::Pod(&pod("shop", "web", "10.1.0.1")), 5432, Protocol::Tcp)
}

fn ask(specs: &[&str], from: Party<'_>, port: u16, protocol: Protocol) -> Vec<Direction> {
    let db = pod("shop", "db", "10.1.0.2");
    let flow = Flow { from, to: Party::Pod(&db), port, protocol };
    network(specs).denials(&flow).into_iter().map(|denial| denial.direction).collect()
}

const IN: [Direction; 1] = [Direction::Ingress];
const OUT: [Direction; 1] = [Direction::Egress];
const OPEN: [Direction; 0] = [];

#[test]
fn which_directions_a_policy_is_about() {
    assert_eq!(refused(&[]), OPEN);
    for (spec, expected) in [
        // Ingress by default, egress only with rules for it.
        ("{podSelector: {}}", &IN[..]),
        ("{podSelector: {}, egress: []}", &IN),
        ("{podSelector: {}, egress: [{}]}", &IN),
        ("{podSelector: {}, ingress: [{}], egress: [{ports: [{port: 1}]}]}", &OUT),
        ("{podSelector: {}, policyTypes: []}", &IN),
        ("{podSelector: {}, policyTypes: [Egress]}", &OUT),
        // Rules for a direction that the policy is not about count for nothing.
        ("{podSelector: {}, policyTypes: [Egress], ingress: [{}]}", &OUT),
        ("{podSelector: {}, policyTypes: [Ingress], egress: [{}], ingress: [{}]}", &OPEN),
        ("{podSelector: {}, policyTypes: [Ingress, Egress]}", &[Direction::Egress, Direction::Ingress]),
        // It has a say about those that it chooses.
        ("{podSelector: {matchLabels: {app: db}}}", &IN),
        ("{podSelector: {matchLabels: {app: web}}}", &OPEN),
        ("{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}", &OUT),
        ("{podSelector: {matchLabels: {app: db}}, policyTypes: [Egress]}", &OPEN),
    ] {
        assert_eq!(refused(&[spec]), expected, "{spec}");
    }
}

#[test]
fn who_is_a_peer() {
    let web = pod("shop", "web", "10.1.0.1");
    let front = pod("edge", "web", "10.2.0.1");
    let world = "192.0.2.7".parse().unwrap();
    for (from, in_shop, in_edge, outside) in [
        ("[]", true, true, true),
        ("[{podSelector: {}}]", true, false, false),
        ("[{podSelector: {matchLabels: {app: web}}}]", true, false, false),
        ("[{podSelector: {matchLabels: {app: other}}}]", false, false, false),
        ("[{namespaceSelector: {}}]", true, true, false),
        ("[{namespaceSelector: {matchLabels: {team: b}}}]", false, true, false),
        ("[{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}}]", false, true, false),
        // Both in one item: and. In two items: or.
        (
            "[{namespaceSelector: {matchLabels: {team: b}}, podSelector: {matchLabels: {app: x}}}]",
            false,
            false,
            false,
        ),
        (
            "[{namespaceSelector: {matchLabels: {team: b}}, podSelector: {matchLabels: {app: web}}}]",
            false,
            true,
            false,
        ),
        (
            "[{namespaceSelector: {matchLabels: {team: b}}}, {podSelector: {matchLabels: {app: web}}}]",
            true,
            true,
            false,
        ),
        ("[{namespaceSelector: null, podSelector: {}}]", true, false, false),
        ("[{ipBlock: {cidr: 192.0.2.0/24}}]", false, false, true),
        ("[{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.0/28]}}]", false, false, false),
        ("[{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.8/29]}}]", false, false, true),
        ("[{ipBlock: {cidr: 0.0.0.0/0}}]", true, true, true),
        ("[{ipBlock: {cidr: 10.1.0.1/32}}]", true, false, false),
        ("[{ipBlock: {cidr: \"::/0\"}}]", false, false, false),
        // What the server would refuse lets nobody through.
        ("[{ipBlock: {cidr: 10.0.0.0/33}}]", false, false, false),
        ("[{ipBlock: {cidr: nonsense}}]", false, false, false),
        ("[{}]", false, false, false),
    ] {
        let spec = format!("{{podSelector: {{}}, ingress: [{{from: {from}}}]}}");
        let open = |party| ask(&[&spec], party, 5432, Protocol::Tcp).is_empty();
        let found = (open(Party::Pod(&web)), open(Party::Pod(&front)), open(Party::Address(world)));
        assert_eq!(found, (in_shop, in_edge, outside), "{from}");
    }
}

#[test]
fn expressions_compare_labels() {
    for (expression, chosen) in [
        ("{key: app, operator: In, values: [db, x]}", true),
        ("{key: app, operator: In, values: [x]}", false),
        ("{key: none, operator: In, values: [x]}", false),
        ("{key: app, operator: NotIn, values: [x]}", true),
        ("{key: app, operator: NotIn, values: [x, db]}", false),
        // A label that is not there is in no list.
        ("{key: none, operator: NotIn, values: [x]}", true),
        ("{key: app, operator: Exists}", true),
        ("{key: none, operator: Exists}", false),
        ("{key: app, operator: DoesNotExist}", false),
        ("{key: none, operator: DoesNotExist}", true),
        ("{key: app, operator: Like, values: [db]}", false),
    ] {
        let spec = format!("{{podSelector: {{matchExpressions: [{expression}]}}}}");
        assert_eq!(!refused(&[&spec]).is_empty(), chosen, "{expression}");
        // All requirements must hold.
        let both =
            format!("{{podSelector: {{matchLabels: {{app: web}}, matchExpressions: [{expression}]}}}}");
        assert_eq!(refused(&[&both]), OPEN, "{expression}");
    }
}

#[test]
fn which_ports_are_let_through() {
    for (ports, number, protocol, open) in [
        ("[]", 5432, Protocol::Tcp, true),
        ("[{port: 5432}]", 5432, Protocol::Tcp, true),
        ("[{port: 5432}]", 5432, Protocol::Udp, false),
        ("[{port: 5432, protocol: UDP}]", 5432, Protocol::Tcp, false),
        ("[{protocol: TCP}]", 5432, Protocol::Tcp, true),
        ("[{protocol: TCP}]", 5432, Protocol::Udp, false),
        ("[{protocol: SCTP}]", 5432, Protocol::Sctp, true),
        ("[{}]", 5432, Protocol::Tcp, true),
        ("[{port: 80}, {port: 5432}]", 5432, Protocol::Tcp, true),
        ("[{port: 5000, endPort: 5432}]", 5432, Protocol::Tcp, true),
        ("[{port: 5000, endPort: 5431}]", 5432, Protocol::Tcp, false),
        ("[{port: 5432, endPort: 6000}]", 5432, Protocol::Tcp, true),
        ("[{port: sql}]", 5432, Protocol::Tcp, true),
        ("[{port: sql}]", 5433, Protocol::Tcp, false),
        ("[{port: sql, protocol: UDP}]", 5432, Protocol::Udp, false),
        ("[{port: gossip, protocol: UDP}]", 7000, Protocol::Udp, true),
        ("[{port: other}]", 5432, Protocol::Tcp, false),
        // What the server would refuse lets nothing through.
        ("[{port: 99999}]", 5432, Protocol::Tcp, false),
        ("[{port: 5432, protocol: ICMP}]", 5432, Protocol::Tcp, false),
    ] {
        let web = pod("shop", "web", "10.1.0.1");
        let incoming =
            format!("{{podSelector: {{matchLabels: {{app: db}}}}, ingress: [{{ports: {ports}}}]}}");
        assert_eq!(
            ask(&[&incoming], Party::Pod(&web), number, protocol).is_empty(),
            open,
            "{ports} {number}"
        );
        // Names are the receiver's in both directions.
        let outgoing = format!(
            "{{podSelector: {{matchLabels: {{app: web}}}}, policyTypes: [Egress], egress: [{{ports: {ports}}}]}}"
        );
        assert_eq!(
            ask(&[&outgoing], Party::Pod(&web), number, protocol).is_empty(),
            open,
            "{ports} {number}"
        );
    }
}

#[test]
fn policies_add_up_and_rules_do_not_mix() {
    let closed = "{podSelector: {}, policyTypes: [Ingress, Egress]}";
    let both = [Direction::Egress, Direction::Ingress];
    assert_eq!(refused(&[closed]), both);
    let lets_in = "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {}}]}]}";
    assert_eq!(refused(&[closed, lets_in]), OUT);
    let lets_out = "{podSelector: {matchLabels: {app: web}}, egress: [{}], policyTypes: [Egress]}";
    assert_eq!(refused(&[closed, lets_out]), IN);
    assert_eq!(refused(&[closed, lets_in, lets_out]), OPEN);
    // The peer of one rule and the port of another one are no rule.
    let apart = "{podSelector: {}, ingress: [{from: [{podSelector: {}}], ports: [{port: 1}]}, {from: [{ipBlock: {cidr: 192.0.2.0/24}}]}]}";
    assert_eq!(refused(&[apart]), IN);
    // A policy of another namespace has no say.
    let mut network = network(&[closed]);
    network.policies[0].namespace = "edge".to_owned();
    let (web, db) = (pod("shop", "web", "10.1.0.1"), pod("shop", "db", "10.1.0.2"));
    let flow = Flow { from: Party::Pod(&web), to: Party::Pod(&db), port: 1, protocol: Protocol::Tcp };
    assert!(network.allows(&flow));
}

#[test]
fn what_is_outside_of_policies() {
    let closed = network(&["{podSelector: {}, policyTypes: [Ingress, Egress]}"]);
    let (web, db) = (pod("shop", "web", "10.1.0.1"), pod("shop", "db", "10.1.0.2"));
    let flow = |from, to| Flow { from, to, port: 5432, protocol: Protocol::Tcp };
    // A pod and itself; two pods of one template are not.
    assert!(closed.allows(&flow(Party::Pod(&web), Party::Pod(&web))));
    let many = Pod { template: true, ..web.clone() };
    assert!(!closed.allows(&flow(Party::Pod(&many), Party::Pod(&many))));
    // Pods on their node's network are neither guarded nor told from it.
    let host = Pod { host_network: true, ..db.clone() };
    assert_eq!(closed.denials(&flow(Party::Pod(&web), Party::Pod(&host))).len(), 1);
    let one = network(&["{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {x: y}}}]}]}"]);
    assert!(one.allows(&flow(Party::Pod(&host), Party::Pod(&web))));
    assert!(!one.allows(&flow(Party::Pod(&db), Party::Pod(&web))));
    // A pod without known addresses may be in any range.
    let ranges = network(&["{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.9.0.0/16}}]}]}"]);
    let new = Pod { addresses: Vec::new(), ..web.clone() };
    assert!(ranges.allows(&flow(Party::Pod(&new), Party::Pod(&db))));
    assert!(!ranges.allows(&flow(Party::Pod(&web), Party::Pod(&db))));
    // What goes out to an address.
    let out = network(&[
        "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 192.0.2.0/24}}], ports: [{port: 5432}]}]}",
    ]);
    let address = |text: &str| Party::Address(text.parse().unwrap());
    assert!(out.allows(&flow(Party::Pod(&web), address("192.0.2.7"))));
    assert!(!out.allows(&flow(Party::Pod(&web), address("192.0.3.7"))));
}

#[test]
fn somebody_elsewhere_is_let_in_if_anybody_would_be() {
    let open = |from: &str, complete: bool| {
        let mut network = network(&[&format!(
            "{{podSelector: {{}}, ingress: [{{from: {from}, ports: [{{port: sql}}]}}]}}"
        )]);
        network.complete = complete;
        let db = pod("shop", "db", "10.1.0.2");
        let from = Party::Elsewhere { namespace: "shop" };
        network.allows(&Flow { from, to: Party::Pod(&db), port: 5432, protocol: Protocol::Tcp })
    };
    for (from, known, unknown) in [
        ("[]", true, true),
        ("[{podSelector: {}}]", false, false),
        ("[{namespaceSelector: {}}]", true, true),
        ("[{namespaceSelector: {matchLabels: {team: b}}}]", true, true),
        // The only one with that label is the pod's own.
        ("[{namespaceSelector: {matchLabels: {team: a}}}]", false, true),
        ("[{namespaceSelector: {matchLabels: {team: b}}, podSelector: {matchLabels: {app: x}}}]", true, true),
        ("[{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress-nginx}}}]", false, true),
        ("[{ipBlock: {cidr: 10.0.0.0/8}}]", true, true),
    ] {
        assert_eq!((open(from, true), open(from, false)), (known, unknown), "{from}");
    }
}

#[test]
fn the_rule_that_is_missing_lets_it_through() {
    let closed = "{podSelector: {}, policyTypes: [Ingress, Egress]}";
    let mut web = pod("shop", "web", "10.1.0.1");
    web.labels.insert("pod-template-hash".to_owned(), "5d9".to_owned());
    web.identity = labels(&[("app", "web")]);
    let odd = labels(&[("on", "true"), ("x.io/v", "1")]);
    let odd = Pod { identity: odd.clone(), labels: odd, ..pod("edge", "web", "10.2.0.1") };
    let db = pod("shop", "db", "10.1.0.2");
    let of_web = "{matchLabels: {app: web}}";
    for (from, to, direction, expected) in [
        (
            Party::Pod(&web),
            Party::Pod(&db),
            Direction::Ingress,
            format!("{{from: [{{podSelector: {of_web}}}], ports: [{{protocol: TCP, port: 5432}}]}}"),
        ),
        (
            Party::Pod(&web),
            Party::Pod(&db),
            Direction::Egress,
            "{to: [{podSelector: {matchLabels: {app: db}}}], ports: [{protocol: TCP, port: 5432}]}".to_owned(),
        ),
        (
            Party::Pod(&odd),
            Party::Pod(&db),
            Direction::Ingress,
            "{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}, podSelector: {matchLabels: {\"on\": \"true\", x.io/v: \"1\"}}}], ports: [{protocol: TCP, port: 5432}]}".to_owned(),
        ),
        (
            Party::Pod(&web),
            Party::Address("192.0.2.7".parse().unwrap()),
            Direction::Egress,
            "{to: [{ipBlock: {cidr: \"192.0.2.7/32\"}}], ports: [{protocol: TCP, port: 5432}]}".to_owned(),
        ),
        (
            Party::Elsewhere { namespace: "shop" },
            Party::Pod(&db),
            Direction::Ingress,
            "{ports: [{protocol: TCP, port: 5432}]}".to_owned(),
        ),
    ] {
        let flow = Flow { from, to, port: 5432, protocol: Protocol::Tcp };
        let denials = network(&[closed]).denials(&flow);
        let denial = denials.iter().find(|denial| denial.direction == direction).unwrap();
        assert_eq!((denial.namespace.as_str(), &denial.policies[..]), ("shop", &["p0".to_owned()][..]));
        let item = denial.missing.item();
        assert_eq!(item, expected);
        // With it in a policy of its own, that end is open.
        let opened = format!("{{podSelector: {{}}, policyTypes: [{}], {direction}: [{item}]}}", title(direction));
        let left = network(&[closed, &opened]).denials(&flow);
        assert!(left.iter().all(|denial| denial.direction != direction), "{item}: {left:?}");
    }
}

fn title(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "Ingress",
        Direction::Egress => "Egress",
    }
}
