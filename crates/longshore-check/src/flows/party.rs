//! Who may be at an end of a connection.

use std::fmt;
use std::net::IpAddr;

use longshore_object::Object;
use longshore_object::references::pod_template;
use serde_json::Value as Json;

use super::Labels;

/// A protocol above IP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// TCP, which is what a port is of that does not say.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl Protocol {
    /// Reads a `protocol` field; `None` for one that the API does not have.
    pub fn read(text: Option<&str>) -> Option<Self> {
        match text {
            None | Some("" | "TCP") => Some(Self::Tcp),
            Some("UDP") => Some(Self::Udp),
            Some("SCTP") => Some(Self::Sctp),
            Some(_) => None,
        }
    }

    /// `TCP`, as the API has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A port that a container says it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerPort {
    /// Its name; empty if it has none.
    pub name: String,
    /// Its number.
    pub number: u16,
    /// Of which protocol.
    pub protocol: Protocol,
}

/// Labels that Kubernetes itself puts on pods.
const GIVEN: [&str; 9] = [
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "controller-revision-hash",
    "controller-uid",
    "job-name",
    "pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
];

/// Whether a label is one that Kubernetes puts on pods by itself: it changes with each revision, or is of one pod.
pub(crate) fn is_given(key: &str) -> bool {
    GIVEN.contains(&key)
}

/// A pod, or all pods of a template: what network policies see of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pod {
    /// Whose pod it is, for people: `Deployment/web`.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its labels.
    pub labels: Labels,
    /// Those of its labels by which its workload chooses it; they are what a rule would name it by.
    pub identity: Labels,
    /// The ports that its containers name.
    pub ports: Vec<ContainerPort>,
    /// Its addresses, if they are known.
    pub addresses: Vec<IpAddr>,
    /// Whether it is on the network of its node, where policies do not reach.
    pub host_network: bool,
    /// Whether it stands for all pods of a template, one of which is not the other.
    pub template: bool,
}

impl Pod {
    /// A pod without labels and ports.
    pub fn new(name: impl Into<String>, namespace: impl Into<String>) -> Self {
        Self { name: name.into(), namespace: namespace.into(), ..Self::default() }
    }

    /// The pods that a workload makes; `None` for other kinds. `namespace` is where it is if it does not say.
    pub fn of_workload(object: &Object, namespace: &str) -> Option<Self> {
        let (template, _) = pod_template(object)?;
        let namespace = object.namespace().unwrap_or(namespace);
        let selector = object.get("/spec/selector/matchLabels").map(longshore_object::Tree::to_json);
        let identity = selector.as_ref().map(strings).unwrap_or_default();
        Some(Self {
            identity,
            template: true,
            ..Self::of_json(object.key().to_string(), namespace, &template.to_json())
        })
    }

    /// A pod as the server has it.
    pub fn of_live(pod: &Json) -> Self {
        let text = |pointer: &str| pod.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
        let name = format!("Pod/{}", text("/metadata/name"));
        let mut found = Self::of_json(name, text("/metadata/namespace"), pod);
        let addresses = pod.pointer("/status/podIPs").and_then(Json::as_array).into_iter().flatten();
        let addresses = addresses.filter_map(|address| address.get("ip")?.as_str());
        found.addresses = addresses.filter_map(|address| address.parse().ok()).collect();
        found
    }

    /// What a pod and a template have in common.
    fn of_json(name: String, namespace: &str, json: &Json) -> Self {
        let list = |pointer: &str| json.pointer(pointer).and_then(Json::as_array).into_iter().flatten();
        let containers = list("/spec/containers").chain(list("/spec/initContainers"));
        let ports = containers.filter_map(|container| container.get("ports")?.as_array()).flatten();
        let port = |json: &Json| {
            Some(ContainerPort {
                name: json.get("name").and_then(Json::as_str).unwrap_or_default().to_owned(),
                number: json.get("containerPort")?.as_u64()?.try_into().ok()?,
                protocol: Protocol::read(json.get("protocol").and_then(Json::as_str))?,
            })
        };
        Self {
            name,
            namespace: namespace.to_owned(),
            labels: json.pointer("/metadata/labels").map(strings).unwrap_or_default(),
            ports: ports.filter_map(port).collect(),
            host_network: json.pointer("/spec/hostNetwork").and_then(Json::as_bool) == Some(true),
            ..Self::default()
        }
    }

    /// The labels by which a rule would choose it: those of its workload, else all that outlive a rollout.
    pub(crate) fn lasting_labels(&self) -> Labels {
        let labels = if self.identity.is_empty() { &self.labels } else { &self.identity };
        labels.clone().into_iter().filter(|(key, _)| !is_given(key)).collect()
    }

    /// The number of the port of that name and protocol.
    pub fn port_named(&self, name: &str, protocol: Protocol) -> Option<u16> {
        let found = self.ports.iter().find(|port| port.name == name && port.protocol == protocol)?;
        Some(found.number)
    }
}

fn strings(json: &Json) -> Labels {
    let map = json.as_object().into_iter().flatten();
    map.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// An end of a connection.
#[derive(Debug, Clone, Copy)]
pub enum Party<'a> {
    /// A pod.
    Pod(&'a Pod),
    /// An address outside of the cluster.
    Address(IpAddr),
    /// Somebody of whom only is known that it is no pod of this namespace: a pod of another one with any labels, a
    /// node, or any address. It is let through if *anybody* of that kind would be.
    Elsewhere {
        /// The namespace in which it is not.
        namespace: &'a str,
    },
}
