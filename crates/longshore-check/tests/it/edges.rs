//! What releases declare, tried with policies.

use std::fmt::Write as _;

use longshore_check::flows::{Labels, Names, Network, Pod, Policy, Scene, blocked, declares, warnings};
use longshore_object::{Object, parse_manifests};

const SHOP: &str = "
{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {selector: {app: db}, ports: [{name: sql, port: 5432, targetPort: sql}, {name: metrics, port: 9187}]}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db, v: x}},
  spec: {containers: [{name: db, image: x, ports: [{name: sql, containerPort: 15432}]}]}}}}
---
{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {app.yaml: 'cache: redis://nowhere'}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}},
  spec: {containers: [{name: web, image: x, env: [{name: DATABASE, value: 'postgres://db/x'}], envFrom: [{configMapRef: {name: web}}]}]}}}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web}, spec: {rules: [{http: {paths: [{backend: {service: {name: web, port: {name: http}}}}]}}]}}
---
";

struct Case {
    text: String,
    pods: Vec<Pod>,
    names: Names,
    namespaces: Option<Vec<&'static str>>,
}

fn shop(policies: &str) -> Case {
    let mut text = SHOP.to_owned();
    for (at, spec) in policies.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
        let _ = write!(
            text,
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p{at}}}, spec: {spec}}}\n---\n"
        );
    }
    Case { text, pods: Vec::new(), names: Names::default(), namespaces: None }
}

impl Case {
    /// `what | hint` of each blocked connection.
    fn told(&self) -> Vec<String> {
        let objects = parse_manifests(&self.text, "a.yaml").expect("manifests");
        let objects: Vec<&Object> = objects.iter().collect();
        let policies = objects.iter().filter(|object| object.kind() == "NetworkPolicy");
        let network = Network {
            policies: policies.map(|object| Policy::read(&object.to_json(), "shop")).collect(),
            namespaces: self
                .namespaces
                .iter()
                .flatten()
                .map(|name| {
                    let labels = [("kubernetes.io/metadata.name".to_owned(), (*name).to_owned())];
                    ((*name).to_owned(), Labels::from(labels))
                })
                .collect(),
            complete: self.namespaces.is_some(),
        };
        let scene = Scene { objects: &objects, namespace: "shop", pods: &self.pods, names: &self.names };
        warnings(&blocked(&scene, &network)).iter().map(ToString::to_string).collect()
    }

    fn says(&self, expected: &[&str]) {
        let told = self.told();
        assert_eq!(told.len(), expected.len(), "{told:#?}");
        for (told, expected) in told.iter().zip(expected) {
            assert!(told.contains(expected), "{expected}\nis not in\n{told}");
        }
    }
}

const DNS: &str = "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], ports: [{port: 53, protocol: UDP}, {port: 53}]}]}";

#[test]
fn without_policies_and_with_open_ones_nothing_is_said() {
    shop("").says(&[]);
    shop("{podSelector: {}, ingress: [{}], egress: [{}], policyTypes: [Ingress, Egress]}").says(&[]);
}

#[test]
fn a_service_that_is_named_and_closed() {
    let closed = "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: wbe}}}]}]}";
    shop(closed).says(&["Deployment/web cannot reach Service/db:5432: NetworkPolicy/p0 does not let it in to StatefulSet/db at TCP 15432"]);
    shop(closed).says(&["add to `ingress` of NetworkPolicy/p0: `- {from: [{podSelector: {matchLabels: {app: web}}}], ports: [{protocol: TCP, port: 15432}]}`"]);
    // What it takes is said, and then it is open.
    shop(&format!("{closed}\n{{podSelector: {{matchLabels: {{app: db}}}}, ingress: [{{from: [{{podSelector: {{matchLabels: {{app: web}}}}}}], ports: [{{protocol: TCP, port: 15432}}]}}]}}")).says(&[]);
    // The port of the Service is not the one of the pod, which counts.
    shop("{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 5432}]}]}")
        .says(&["Service/db:5432"]);
    shop("{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: sql}]}]}").says(&[]);
    // Both ends, and several policies at one.
    let out = "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], ports: [{port: 53}, {port: 53, protocol: UDP}]}]}";
    shop(&format!("{closed}\n{{podSelector: {{}}, ingress: [{{from: [{{ipBlock: {{cidr: 10.0.0.0/8}}}}], ports: [{{port: 8080}}]}}]}}\n{out}")).says(&[
        "NetworkPolicy/p2 does not let it out to TCP 15432, and NetworkPolicy/p0 and NetworkPolicy/p1 do not let it in",
    ]);
}

#[test]
fn a_service_without_a_port_is_closed_if_all_of_it_is() {
    let bare = |policy: &str| {
        let mut case = shop(policy);
        case.text =
            case.text.replace("{name: DATABASE, value: 'postgres://db/x'}", "{name: DB_HOST, value: db}");
        case
    };
    bare("{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 9187}]}]}").says(&[]);
    bare("{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]}").says(&["Service/db:5432"]);
    // A port that the Service does not have is another mistake.
    let mut other = shop("{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]}");
    other.text = other.text.replace("postgres://db/x", "http://db:1234");
    other.says(&[]);
}

#[test]
fn a_config_map_names_services_too() {
    let mut case =
        shop("{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}");
    case.text = case.text.replace("postgres://db/x", "none").replace("redis://nowhere", "postgres://db/x");
    // The addresses of new pods are not known, so that a range may hold them.
    case.says(&[]);
    case.text = case.text.replace(
        "ipBlock: {cidr: 10.0.0.0/8}",
        "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}",
    );
    case.says(&["Deployment/web cannot reach Service/db:5432"]);
}

/// Its own address a workload is told by configuration that all share; members of a StatefulSet are told one another's.
#[test]
fn nobody_but_a_stateful_set_calls_itself() {
    let own = |kind: &str| {
        let mut case = shop(
            "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}}]}]}",
        );
        case.text = case.text.replace("redis://nowhere", "http://web").replace(
            "kind: Deployment, metadata: {name: web}",
            &format!("kind: {kind}, metadata: {{name: web}}"),
        );
        case
    };
    own("Deployment").says(&[]);
    own("StatefulSet").says(&["StatefulSet/web cannot reach Service/web:80"]);
}

#[test]
fn a_route_is_closed_if_nobody_could_come_in() {
    let only = |from: &str| {
        shop(&format!("{{podSelector: {{matchLabels: {{app: web}}}}, ingress: [{{from: {from}}}]}}"))
    };
    let words = "Ingress/web: nobody outside of the namespace can reach Service/web:80, to which it sends: NetworkPolicy/p0 does not let it in to Deployment/web at TCP 8080";
    only("[{podSelector: {matchLabels: {app: db}}}]").says(&[words]);
    only("[{podSelector: {}}]").says(&[words]);
    only("[{ipBlock: {cidr: 10.0.0.0/8}}]").says(&[]);
    let named = "[{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress-nginx}}}]";
    only(named).says(&[]);
    // Where all namespaces are known, one has to be like that.
    let mut known = only(named);
    known.namespaces = Some(vec!["shop", "traefik"]);
    known.says(&[words]);
    known.namespaces = Some(vec!["shop", "ingress-nginx"]);
    known.says(&[]);
    // Somebody beside the release in its namespace may be the one who routes; so may the release's own pods.
    let mut beside = only("[{podSelector: {matchLabels: {app: router}}}]");
    beside.says(&[words]);
    beside.pods =
        vec![Pod { labels: [("app".to_owned(), "router".to_owned())].into(), ..Pod::new("Pod/r", "shop") }];
    beside.says(&[]);
    let mut own = only("[{podSelector: {matchLabels: {app: db}}}]");
    own.text += "{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: ours}}\n---\n";
    own.says(&[]);
    // Routes of the Gateway API, too.
    let mut route = only("[{podSelector: {}}]");
    route.text += "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r}, spec: {rules: [{backendRefs: [{name: web, port: 80}]}]}}\n---\n";
    route.says(&[&words.replace("Ingress/web:", "Ingress/web, HTTPRoute/r:")]);
}

#[test]
fn live_pods_stand_behind_a_service_that_no_workload_of_the_release_does() {
    let mut case = shop("{podSelector: {matchLabels: {made: up}}, policyTypes: [Ingress]}");
    case.text = case.text.replacen("selector: {app: db}", "selector: {made: up}", 1);
    case.says(&[]);
    case.pods = vec![Pod {
        labels: [("made".to_owned(), "up".to_owned())].into(),
        ports: vec![longshore_check::flows::ContainerPort {
            name: "sql".to_owned(),
            number: 1,
            protocol: longshore_check::flows::Protocol::Tcp,
        }],
        ..Pod::new("Pod/db-1", "shop")
    }];
    case.says(&["does not let it in to Pod/db-1 at TCP 1"]);
}

#[test]
fn names_are_asked_for_by_who_needs_them() {
    let to_db = "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: db}}}]}]}";
    let words = "Deployment/web cannot ask the cluster's DNS for names";
    shop(to_db).says(&[words]);
    let hint = "add to `egress` of NetworkPolicy/p0: `- {to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]}`";
    shop(to_db).says(&[hint]);
    shop(&format!("{to_db}\n{DNS}")).says(&[]);
    // Only over UDP.
    shop(&format!("{to_db}\n{}", DNS.replace(", {port: 53}", ""))).says(&[&format!("{words} over TCP")]);
    // For several alike it is said once.
    let two = shop(&to_db.replace("matchLabels: {app: web}}, policyTypes", "}, policyTypes"));
    two.says(&["StatefulSet/db, Deployment/web cannot ask"]);
    // Where DNS is is not known: any way out will do, and so will the cache of a node.
    for to in ["[{ipBlock: {cidr: 0.0.0.0/0}}]", "[]", "[{ipBlock: {cidr: 169.254.20.10/32}}]"] {
        let out = format!(
            "{{podSelector: {{}}, policyTypes: [Egress], egress: [{{to: {to}, ports: [{{port: 53}}, {{port: 53, protocol: UDP}}]}}]}}"
        );
        shop(&format!("{to_db}\n{out}")).says(&[]);
    }
    // Where it is known, it has to be that one.
    let far = "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}}], ports: [{port: 53}, {port: 53, protocol: UDP}]}]}";
    let mut known = shop(&format!("{to_db}\n{far}"));
    known.says(&[]);
    let labels = [("k8s-app", "kube-dns"), ("pod-template-hash", "5d9")];
    let coredns = Pod {
        labels: labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        addresses: vec!["10.0.0.9".parse().unwrap()],
        ..Pod::new("Pod/coredns", "kube-system")
    };
    known.names = Names::of_live(vec![coredns], Vec::new());
    known.says(&["StatefulSet/db cannot ask", words]);
    known.says(&["podSelector: {matchLabels: {k8s-app: kube-dns}}}]", ""]);
    known.text =
        known.text.replace("kubernetes.io/metadata.name: edge", "kubernetes.io/metadata.name: kube-system");
    known.says(&[]);
    // What changes with each rollout is no label to write a rule by.
    let labels = [("app", "dns"), ("pod-template-hash", "5d9"), ("controller-revision-hash", "7")];
    let bare = Pod {
        labels: labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        ..Pod::new("Pod/coredns", "kube-system")
    };
    let mut unnamed = shop(&format!("{to_db}\n{far}"));
    unnamed.names = Names::of_live(vec![bare], Vec::new());
    unnamed.says(&["podSelector: {matchLabels: {app: dns}}}]", ""]);
    // Who is shut in for good needs no names, nor does who has its own.
    shop("{podSelector: {matchLabels: {app: db}}, policyTypes: [Egress]}").says(&[]);
    let mut own = shop(to_db);
    own.text =
        own.text.replace("spec: {containers: [{name: web", "spec: {dnsPolicy: None, containers: [{name: web");
    own.says(&[]);
}

#[test]
fn what_declares_nothing_is_not_asked_about() {
    let declares = |text: &str| {
        let objects = parse_manifests(text, "a.yaml").unwrap();
        declares(&objects.iter().collect::<Vec<_>>())
    };
    assert!(declares(SHOP));
    assert!(!declares("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"));
}
