//! Everybody with everybody: who there is, at which ports, and where that is not as a table has it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use longshore_check::flows::{ContainerPort, Direction, Flow, Labels, Network, Party, Pod, Policy, Protocol};
use longshore_object::{Object, Tree};

use super::table::Heading;

/// Ports that are tried of everybody: one that nobody has, and what cloud services listen on.
const ALWAYS: [(u16, Protocol); 3] = [(9, Protocol::Tcp), (80, Protocol::Tcp), (443, Protocol::Tcp)];

/// As the receiver of a row: all that the command does not make.
const ANYWHERE: &str = "anywhere";

const DNS: [(u16, Protocol); 2] = [(53, Protocol::Udp), (53, Protocol::Tcp)];

/// Who is tried though no row may name them.
const OUTSIDE: [&str; 5] = ["@", "@elsewhere", "dns", "world", "metadata"];

/// From whom, to whom, at which port.
pub(super) type Tried<'a> = (&'a str, &'a str, (u16, Protocol));

pub(super) enum Someone {
    Pod(Box<Pod>),
    Address(IpAddr),
}

impl Someone {
    fn party(&self) -> Party<'_> {
        match self {
            Self::Pod(pod) => Party::Pod(pod),
            Self::Address(address) => Party::Address(*address),
        }
    }
}

pub(super) struct Matrix {
    /// By the name that rows have.
    pub(super) parties: BTreeMap<String, Someone>,
    /// The ports that are tried of each.
    ports: BTreeMap<String, BTreeSet<(u16, Protocol)>>,
}

impl Matrix {
    /// Pods that a command makes, and others.
    pub(super) fn new(heading: &Heading<'_>, made: Vec<Pod>) -> Self {
        let mut parties = BTreeMap::new();
        let mut ports: BTreeMap<String, BTreeSet<(u16, Protocol)>> = BTreeMap::new();
        for (at, mut pod) in made.into_iter().enumerate() {
            let own = pod.ports.iter().map(|port| (port.number, port.protocol));
            ports.entry(pod.name.clone()).or_default().extend(own);
            pod.addresses = vec![[10, 244, 0, u8::try_from(at + 1).expect("few pods")].into()];
            let name = pod.name.clone();
            assert!(
                parties.insert(name.clone(), Someone::Pod(Box::new(pod))).is_none(),
                "{name} is there twice"
            );
        }
        let named = heading.rows.iter().flat_map(|row| [row.from, row.to]).filter(|name| *name != ANYWHERE);
        for name in OUTSIDE.into_iter().chain(named) {
            if !parties.contains_key(name) {
                parties.insert(name.to_owned(), someone(name, heading));
            }
        }
        for row in &heading.rows {
            ports.entry(row.to.to_owned()).or_default().insert(row.port);
        }
        ports.entry("dns".to_owned()).or_default().extend(DNS);
        // Who is let out to anywhere is seen at the ports that anybody has.
        let all: BTreeSet<(u16, Protocol)> = ports.values().flatten().copied().chain(ALWAYS).collect();
        for name in parties.keys() {
            let of_name = ports.entry(name.clone()).or_default();
            if is_made(name) { of_name.extend(ALWAYS) } else { of_name.extend(&all) }
        }
        Self { parties, ports }
    }

    /// Which ends refuse each flow that there could be.
    pub(super) fn outcome(&self, network: &Network) -> BTreeMap<Tried<'_>, Vec<Direction>> {
        self.outcome_for(network, |_| true)
    }

    /// Which ends refuse each flow of which a pod that some policy chooses is an end.
    pub(super) fn outcome_around(
        &self,
        network: &Network,
        policy: &Policy,
    ) -> BTreeMap<Tried<'_>, Vec<Direction>> {
        self.outcome_for(network, |party| match party {
            Someone::Pod(pod) => pod.namespace == policy.namespace && policy.selects.matches(&pod.labels),
            Someone::Address(_) => false,
        })
    }

    fn outcome_for(
        &self,
        network: &Network,
        is_asked: impl Fn(&Someone) -> bool,
    ) -> BTreeMap<Tried<'_>, Vec<Direction>> {
        let mut all = BTreeMap::new();
        for (from, sender) in &self.parties {
            for (to, receiver) in &self.parties {
                if !is_asked(sender) && !is_asked(receiver) {
                    continue;
                }
                if matches!((sender, receiver), (Someone::Address(_), Someone::Address(_))) {
                    continue;
                }
                for (port, protocol) in &self.ports[to] {
                    let flow =
                        Flow { from: sender.party(), to: receiver.party(), port: *port, protocol: *protocol };
                    let refused = network.denials(&flow).iter().map(|denial| denial.direction).collect();
                    all.insert((from.as_str(), to.as_str(), (*port, *protocol)), refused);
                }
            }
        }
        all
    }

    /// Where an outcome is not as the rows say: a flow that is shut or open by mistake, or that another end refuses.
    pub(super) fn differs(
        &self,
        heading: &Heading<'_>,
        outcome: &BTreeMap<Tried<'_>, Vec<Direction>>,
    ) -> Vec<String> {
        let mut rows = BTreeMap::new();
        let outside = || self.parties.keys().map(String::as_str).filter(|name| !is_made(name));
        for row in heading.rows.iter().filter(|row| row.to == ANYWHERE) {
            rows.extend(outside().map(|to| ((row.from, to, row.port), &row.refuse)));
        }
        // Rows that name somebody say it more exactly.
        let mut named = BTreeSet::new();
        for row in heading.rows.iter().filter(|row| row.to != ANYWHERE) {
            let flow = (row.from, row.to, row.port);
            assert!(
                named.insert(flow),
                "{} to {} at {:?} stands in several rows",
                row.from,
                row.to,
                row.port
            );
            rows.insert(flow, &row.refuse);
        }
        let is_guarded = |name: &str| is_made(name) && !heading.free.contains(&name);
        let mut wrong = Vec::new();
        for ((from, to, (port, protocol)), refused) in outcome {
            let is_wrong = match rows.get(&(*from, *to, (*port, *protocol))) {
                Some(refuse) => *refuse != refused,
                // Between others nothing is asked for.
                None => refused.is_empty() != heading.open && (is_guarded(from) || is_guarded(to)),
            };
            if is_wrong {
                let told = if refused.is_empty() {
                    "is let through".to_owned()
                } else {
                    format!("is refused by {}", ends(refused))
                };
                wrong.push(format!("{from} to {to} at {port}/{protocol} {told}"));
            }
        }
        wrong
    }

    /// Those that are called free and are chosen by a policy.
    pub(super) fn not_free(&self, heading: &Heading<'_>, network: &Network) -> Vec<String> {
        let is_chosen = |name: &&&str| {
            let Some(Someone::Pod(pod)) = self.parties.get(**name) else { panic!("there is no {name}") };
            let ways = [Direction::Egress, Direction::Ingress];
            ways.into_iter().any(|way| network.isolating(pod, way).next().is_some())
        };
        let chosen = heading.free.iter().filter(is_chosen);
        chosen.map(|name| format!("{name} is chosen by a policy")).collect()
    }
}

/// Whether a name is of a pod that the command makes.
fn is_made(name: &str) -> bool {
    name.contains('/') && !name.starts_with('@')
}

fn ends(refused: &[Direction]) -> String {
    refused.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

fn someone(name: &str, heading: &Heading<'_>) -> Someone {
    match name {
        "world" => Someone::Address([203, 0, 113, 7].into()),
        "metadata" => Someone::Address([169, 254, 169, 254].into()),
        "dns" => {
            let port = |protocol, name: &str| ContainerPort { name: name.to_owned(), number: 53, protocol };
            Someone::Pod(Box::new(Pod {
                labels: [("k8s-app".to_owned(), "kube-dns".to_owned())].into(),
                ports: vec![port(Protocol::Udp, "dns"), port(Protocol::Tcp, "dns-tcp")],
                addresses: vec![[10, 244, 9, 53].into()],
                ..Pod::new("dns", "kube-system")
            }))
        }
        _ => {
            assert!(name.starts_with('@'), "nobody is called {name}");
            let (namespace, _, labels) = place(name);
            let namespace = if namespace.is_empty() { heading.namespace } else { namespace };
            let addresses = vec![[10, 244, 9, 9].into()];
            Someone::Pod(Box::new(Pod { labels, addresses, ..Pod::new(name, namespace) }))
        }
    }
}

/// `@edge+name=ingress-nginx:app=x`: a namespace, its labels, and those of the pod.
fn place(name: &str) -> (&str, Labels, Labels) {
    let labels = |text: &str| {
        let pairs = text.split('&').filter_map(|label| label.split_once('='));
        pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    };
    let (namespace, of_pod) = name[1..].split_once(':').unwrap_or((&name[1..], ""));
    let (namespace, of_namespace) = namespace.split_once('+').unwrap_or((namespace, ""));
    (namespace, labels(of_namespace), labels(of_pod))
}

/// The labels of all namespaces that pods are in: those of the objects, and the name that every namespace has.
pub(super) fn namespaces(
    objects: &[Object],
    parties: &BTreeMap<String, Someone>,
) -> BTreeMap<String, Labels> {
    let mut all = BTreeMap::new();
    let mut add = |name: &str, labels: Labels| {
        let all: &mut Labels = all.entry(name.to_owned()).or_default();
        all.extend(labels);
        all.insert("kubernetes.io/metadata.name".to_owned(), name.to_owned());
    };
    for object in objects.iter().filter(|object| object.kind() == "Namespace") {
        let labels = object.get("/metadata/labels").and_then(Tree::as_map).into_iter().flatten();
        add(
            object.name(),
            labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect(),
        );
    }
    for (name, party) in parties {
        if let Someone::Pod(pod) = party {
            add(&pod.namespace, if name.starts_with('@') { place(name).1 } else { Labels::new() });
        }
    }
    all
}
