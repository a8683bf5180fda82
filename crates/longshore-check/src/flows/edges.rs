//! Connections that a release declares: from its Ingresses and routes to the pods behind their Services, from its pods
//! to Services that their configuration names, and from its pods to the cluster's DNS.

use std::net::IpAddr;

use longshore_diag::Place;
use longshore_object::references::{Relation, pod_template, references};
use longshore_object::{Object, ObjectKey, Tree};

use super::hosts::{Known, Mention, mentions};
use super::{ContainerPort, Direction, Flow, Labels, Network, Party, Pod, Protocol};
use crate::flows::Denial;

/// What is known around a release.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The objects of the release.
    pub objects: &'a [&'a Object],
    /// The namespace of those that do not say theirs.
    pub namespace: &'a str,
    /// The live pods of that namespace, as far as they are known.
    pub pods: &'a [Pod],
    /// Who answers for names.
    pub names: &'a Names,
}

/// Who answers for names in the cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Its pods; empty if they are not known.
    pub pods: Vec<Pod>,
    /// The address of its Service, if it is known.
    pub addresses: Vec<IpAddr>,
}

/// A connection that a release declares and that network policies do not let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// What declares it: an Ingress, a route, a workload.
    pub by: ObjectKey,
    /// Where that is written.
    pub place: Place,
    /// Where it leads.
    pub to: Aim,
    /// The port at which its pods listen.
    pub port: u16,
    /// Of which protocol.
    pub protocol: Protocol,
    /// Which ends refuse it.
    pub denials: Vec<Denial>,
}

/// Where a connection leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    /// To a Service of the release.
    Service {
        /// Its name.
        name: String,
        /// Its own port.
        port: u16,
        /// What is behind it: `Deployment/db`.
        behind: String,
    },
    /// To the cluster's DNS.
    Names,
}

/// Whether a release declares anything that network policies could be in the way of.
pub fn declares(objects: &[&Object]) -> bool {
    let has_service = objects.iter().any(|object| is_service(object));
    objects
        .iter()
        .any(|object| pod_template(object).is_some() || has_service && !routes_to(object).is_empty())
}

/// The declared connections that are not let through, in the order of the objects.
pub fn blocked(scene: &Scene<'_>, network: &Network) -> Vec<Blocked> {
    let mut found = Vec::new();
    if network.policies.is_empty() {
        return found;
    }
    let services: Vec<Service<'_>> = scene.objects.iter().filter_map(|o| Service::of(o, scene)).collect();
    let own: Vec<Pod> = scene.objects.iter().filter_map(|o| Pod::of_workload(o, scene.namespace)).collect();
    // Who routes may be in the release, too; then its pods are as good as anybody's.
    let brings_router = scene.objects.iter().any(|o| matches!(o.kind(), "IngressClass" | "GatewayClass"));
    for object in scene.objects {
        let namespace = object.namespace().unwrap_or(scene.namespace);
        for (name, port) in routes_to(object) {
            let Some(service) = services.iter().find(|s| s.name == name && s.namespace == namespace) else {
                continue;
            };
            let of_release = own.iter().filter(|_| brings_router);
            let beside = scene.pods.iter().filter(|live| !own.iter().any(|own| is_of(live, own)));
            let mut routers: Vec<Party<'_>> = of_release.chain(beside).map(Party::Pod).collect();
            routers.push(Party::Elsewhere { namespace });
            found.extend(service.refuses(object, scene, network, &routers, port.as_ref()));
        }
        let Some(pod) = Pod::of_workload(object, scene.namespace) else { continue };
        let here = services.iter().filter(|service| service.namespace == pod.namespace);
        let known = Known { services: here.map(|service| service.name).collect(), namespace: &pod.namespace };
        let named = mentions(object, scene.objects, &known);
        for Mention { service, port } in &named {
            let Some(service) = services.iter().find(|s| s.name == service && s.namespace == pod.namespace)
            else {
                continue;
            };
            // Configuration that several share tells each of them its own address, too. Members of a StatefulSet do
            // call one another.
            if object.kind() != "StatefulSet" && service.pods.iter().all(|behind| behind.name == pod.name) {
                continue;
            }
            let port = port.map(Wanted::Number);
            let more = service.refuses(object, scene, network, &[Party::Pod(&pod)], port.as_ref());
            found.extend(more.into_iter().filter(|more| !found.contains(more)).collect::<Vec<_>>());
        }
        found.extend(asks_nobody(object, &pod, !named.is_empty(), scene, network));
    }
    found
}

/// Whether a live pod seems to be one of a workload.
fn is_of(live: &Pod, workload: &Pod) -> bool {
    !workload.identity.is_empty()
        && workload.identity.iter().all(|(key, value)| live.labels.get(key) == Some(value))
}

/// A port of a Service as somebody names it.
enum Wanted {
    Number(u16),
    Name(String),
}

fn is_service(object: &Object) -> bool {
    object.gvk().group.is_empty() && object.kind() == "Service"
}

/// The Services to which an Ingress or a route sends, each with the port.
fn routes_to(object: &Object) -> Vec<(String, Option<Wanted>)> {
    let found = references(object).into_iter().filter(|reference| {
        reference.relation == Relation::Backend
            && reference.target.kind == "Service"
            && reference.target.namespace.is_none()
            && (object.kind() == "Ingress" || object.kind().ends_with("Route"))
    });
    let with_port = found.map(|reference| {
        let parent = reference.field.rsplit_once('/').map_or("", |(parent, _)| parent);
        let number =
            |tree: &Tree| tree.as_i64().and_then(|port| u16::try_from(port).ok()).map(Wanted::Number);
        let name = |tree: &Tree| tree.as_str().map(|name| Wanted::Name(name.to_owned()));
        let at = |pointer: &str| object.get(&format!("{parent}/{pointer}"));
        // `service.port.number` and `.name` of an Ingress, `port` of a route.
        let port = at("port/number").or_else(|| at("port")).and_then(number);
        (reference.target.name, port.or_else(|| at("port/name").and_then(name)))
    });
    with_port.collect()
}

struct Service<'a> {
    name: &'a str,
    namespace: &'a str,
    object: &'a Object,
    /// The workloads behind it, or else live pods.
    pods: Vec<Pod>,
}

impl<'a> Service<'a> {
    fn of(object: &'a Object, scene: &Scene<'a>) -> Option<Self> {
        let selector = object.get("/spec/selector").and_then(Tree::as_map)?;
        if !is_service(object) || selector.is_empty() || object.str_at("/spec/type") == Some("ExternalName") {
            return None;
        }
        let namespace = object.namespace().unwrap_or(scene.namespace);
        let selects = |labels: &Labels| {
            selector.iter().all(|(key, value)| labels.get(key).map(String::as_str) == value.as_str())
        };
        let chosen = |pod: &Pod| pod.namespace == namespace && selects(&pod.labels);
        let own = scene.objects.iter().filter(|object| !matches!(object.kind(), "Job" | "CronJob"));
        let own = own.filter_map(|object| Pod::of_workload(object, scene.namespace));
        let mut pods: Vec<Pod> = own.filter(chosen).collect();
        if pods.is_empty() {
            pods = scene.pods.iter().filter(|pod| chosen(pod)).cloned().collect();
        }
        Some(Self { name: object.name(), namespace, object, pods })
    }

    /// What keeps all of `from` from it. Without a port only if it is so for all of its ports: any may be meant.
    fn refuses(
        &self,
        by: &Object,
        scene: &Scene<'_>,
        network: &Network,
        from: &[Party<'_>],
        wanted: Option<&Wanted>,
    ) -> Option<Blocked> {
        let ports = self.object.get("/spec/ports").map_or(&[][..], Tree::items).iter();
        let ports = ports.filter_map(|port| {
            let number: u16 = port.child("port")?.as_i64()?.try_into().ok()?;
            let is_wanted = match wanted {
                None => true,
                Some(Wanted::Number(wanted)) => *wanted == number,
                Some(Wanted::Name(name)) => port.child("name").and_then(Tree::as_str) == Some(name),
            };
            is_wanted.then_some((port, number))
        });
        let mut first = None;
        for (port, number) in ports {
            let blocked = self.refuses_at(by, scene, network, from, port, number)?;
            first = first.or(Some(blocked));
        }
        first
    }

    fn refuses_at(
        &self,
        by: &Object,
        scene: &Scene<'_>,
        network: &Network,
        from: &[Party<'_>],
        port: &Tree,
        number: u16,
    ) -> Option<Blocked> {
        let protocol = Protocol::read(port.child("protocol").and_then(Tree::as_str))?;
        for pod in &self.pods {
            let target = match port.child("targetPort") {
                None => number,
                Some(target) => match (target.as_i64(), target.as_str()) {
                    (Some(target), _) => target.try_into().ok()?,
                    (None, Some(name)) => pod.port_named(name, protocol).or_else(|| name.parse().ok())?,
                    (None, None) => number,
                },
            };
            let flow = |from: &Party<'_>| {
                network.denials(&Flow { from: *from, to: Party::Pod(pod), port: target, protocol })
            };
            let refused: Vec<Vec<Denial>> = from.iter().map(flow).collect();
            // The last is who it is most likely: whoever asks has put it there.
            let Some(denials) = refused.last().filter(|_| refused.iter().all(|denials| !denials.is_empty()))
            else {
                continue;
            };
            let behind = pod.name.clone();
            return Some(Blocked {
                by: by.key_in(scene.namespace),
                place: by.place().clone(),
                to: Aim::Service { name: self.name.to_owned(), port: number, behind },
                port: target,
                protocol,
                denials: denials.clone(),
            });
        }
        None
    }
}

/// Where a node keeps its own cache of names, if it has one.
const NODE_CACHE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(169, 254, 20, 10));

/// Whether a pod may not ask for names, though it seems to need them: its configuration names a Service, or its
/// policies let it out to pods, which nobody reaches by address. A pod that is shut in for good is left alone.
fn asks_nobody(
    object: &Object,
    pod: &Pod,
    named: bool,
    scene: &Scene<'_>,
    network: &Network,
) -> Option<Blocked> {
    let policy = pod_template(object).and_then(|(template, _)| template.get("/spec/dnsPolicy")?.as_str());
    let reaches_pods = || {
        let mut rules = network.isolating(pod, Direction::Egress).filter_map(|p| p.rules(Direction::Egress));
        rules.any(|rules| rules.iter().any(super::Rule::is_to_pods))
    };
    if matches!(policy, Some("None" | "Default")) || !(named || reaches_pods()) {
        return None;
    }
    let usual = [Names::usual()];
    let pods = if scene.names.pods.is_empty() { &usual[..] } else { &scene.names.pods[..] };
    let elsewhere = Party::Elsewhere { namespace: &pod.namespace };
    let refuses = |protocol: Protocol| {
        let flow = |to, port| network.denials(&Flow { from: Party::Pod(pod), to, port, protocol });
        let is_open = |to, port| flow(to, port).is_empty();
        let addresses = scene.names.addresses.iter().chain([&NODE_CACHE]);
        // Clusters differ in where it is; where that is not known, any way out at its port will do.
        let unknown = scene.names.pods.is_empty() && [53, 5353].iter().any(|port| is_open(elsewhere, *port));
        let port_of = |pod: &Pod| pod.port_named(port_name(protocol), protocol).unwrap_or(53);
        if unknown
            || addresses.into_iter().any(|address| is_open(Party::Address(*address), 53))
            || pods.iter().any(|pod| is_open(Party::Pod(pod), port_of(pod)))
        {
            return None;
        }
        let first = pods.first()?;
        Some(Blocked {
            by: object.key_in(scene.namespace),
            place: object.place().clone(),
            to: Aim::Names,
            port: port_of(first),
            protocol,
            denials: flow(Party::Pod(first), port_of(first)),
        })
    };
    let tcp = refuses(Protocol::Tcp);
    match refuses(Protocol::Udp) {
        Some(mut udp) => {
            for denial in udp.denials.iter_mut().filter(|_| tcp.is_some()) {
                denial.missing.also(Protocol::Tcp);
            }
            Some(udp)
        }
        // TCP is for long answers only.
        None => tcp.filter(|_| named),
    }
}

fn port_name(protocol: Protocol) -> &'static str {
    if protocol == Protocol::Udp { "dns" } else { "dns-tcp" }
}

impl Names {
    /// The live pods that answer, and the addresses of their Service.
    pub fn of_live(mut pods: Vec<Pod>, addresses: Vec<IpAddr>) -> Self {
        for pod in &mut pods {
            // The one label that they have had in every version.
            let label = pod.labels.iter().find(|(key, _)| *key == "k8s-app");
            pod.identity = label.map(|(key, value)| (key.clone(), value.clone())).into_iter().collect();
        }
        Self { pods, addresses }
    }

    /// A pod of CoreDNS as clusters usually have it.
    fn usual() -> Pod {
        let label = Labels::from([("k8s-app".to_owned(), "kube-dns".to_owned())]);
        let port = |protocol| ContainerPort { name: port_name(protocol).to_owned(), number: 53, protocol };
        Pod {
            labels: label.clone(),
            identity: label,
            ports: vec![port(Protocol::Udp), port(Protocol::Tcp)],
            ..Pod::new("Deployment/coredns", "kube-system")
        }
    }
}
