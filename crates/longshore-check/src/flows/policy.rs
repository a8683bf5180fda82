//! Network policies as they are written, with the API server's defaults.

use serde_json::Value as Json;

use super::{Block, Direction, Party, Protocol, Selector};

/// A `NetworkPolicy`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its namespace, the only one in which it chooses pods.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The pods that it is about.
    pub selects: Selector,
    ingress: Option<Vec<Rule>>,
    egress: Option<Vec<Rule>>,
}

/// One item of `ingress` or `egress`: it lets through what is both of a peer and of a port.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// The others; empty for everybody.
    pub peers: Vec<Peer>,
    /// The ports; empty for all.
    pub ports: Vec<Ports>,
}

/// Somebody at the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// A range of addresses.
    Block(Block),
    /// Pods: of the policy's own namespace, or of all that are chosen.
    Pods {
        /// Which namespaces; `None` for the policy's own.
        namespaces: Option<Selector>,
        /// Which pods in them.
        pods: Selector,
    },
    /// A peer that says nothing, or something that is none: the API server refuses those.
    Nobody,
}

/// One item of `ports`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ports {
    /// Of which protocol.
    pub protocol: Protocol,
    /// Which.
    pub which: PortMatch,
}

/// Which ports of a protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PortMatch {
    /// All.
    All,
    /// From one number to another one, both included.
    Range(u16, u16),
    /// What the receiving pod calls so.
    Named(String),
}

impl Policy {
    /// Reads a policy, as a file or the server has it. `namespace` is where it is if it does not say.
    pub fn read(json: &Json, namespace: &str) -> Self {
        let text = |pointer: &str| json.pointer(pointer).and_then(Json::as_str);
        let spec = json.get("spec").unwrap_or(&Json::Null);
        let types = spec.get("policyTypes").and_then(Json::as_array).filter(|types| !types.is_empty());
        let egress = spec.get("egress").and_then(Json::as_array);
        // Without types every policy is about what comes in, and one with rules for what goes out about that too.
        let is_about = |direction: &str| match types {
            Some(types) => types.iter().any(|of| of.as_str() == Some(direction)),
            None => direction == "Ingress" || egress.is_some_and(|rules| !rules.is_empty()),
        };
        let rules = |list: &str, peers: &str| {
            let rules = spec.get(list).and_then(Json::as_array).into_iter().flatten();
            rules.map(|rule| Rule::read(rule, peers)).collect::<Vec<_>>()
        };
        Self {
            namespace: text("/metadata/namespace").unwrap_or(namespace).to_owned(),
            name: text("/metadata/name").unwrap_or_default().to_owned(),
            selects: spec.get("podSelector").map(Selector::read).unwrap_or_default(),
            ingress: is_about("Ingress").then(|| rules("ingress", "from")),
            egress: is_about("Egress").then(|| rules("egress", "to")),
        }
    }

    /// What it lets through in a direction; `None` if it is not about that one.
    pub fn rules(&self, direction: Direction) -> Option<&[Rule]> {
        match direction {
            Direction::Ingress => self.ingress.as_deref(),
            Direction::Egress => self.egress.as_deref(),
        }
    }
}

impl Rule {
    fn read(json: &Json, peers: &str) -> Self {
        let list = |key: &str| json.get(key).and_then(Json::as_array).into_iter().flatten();
        Self {
            peers: list(peers).map(Peer::read).collect(),
            // A port that cannot be read lets nothing through, where no port at all would let everything.
            ports: list("ports").map(|port| Ports::read(port).unwrap_or_else(Ports::none)).collect(),
        }
    }
}

impl Rule {
    /// Whether it lets through to pods of some kind, and not just to ranges of addresses.
    pub(super) fn is_to_pods(&self) -> bool {
        self.peers.is_empty() || self.peers.iter().any(|peer| matches!(peer, Peer::Pods { .. }))
    }
}

impl Peer {
    fn read(json: &Json) -> Self {
        if let Some(block) = json.get("ipBlock").filter(|block| !block.is_null()) {
            return Block::read(block).map_or(Self::Nobody, Self::Block);
        }
        let selector = |key: &str| json.get(key).filter(|selector| !selector.is_null()).map(Selector::read);
        match (selector("namespaceSelector"), selector("podSelector")) {
            (None, None) => Self::Nobody,
            (namespaces, pods) => Self::Pods { namespaces, pods: pods.unwrap_or_default() },
        }
    }
}

impl Ports {
    fn read(json: &Json) -> Option<Self> {
        let protocol = Protocol::read(json.get("protocol").and_then(Json::as_str))?;
        let which = match json.get("port") {
            None | Some(Json::Null) => PortMatch::All,
            Some(Json::String(name)) => PortMatch::Named(name.clone()),
            Some(number) => {
                let first = number.as_u64()?.try_into().ok()?;
                let last = json.get("endPort").and_then(Json::as_u64);
                PortMatch::Range(first, last.map_or(Some(first), |last| last.try_into().ok())?)
            }
        };
        Some(Self { protocol, which })
    }

    /// No port at all.
    fn none() -> Self {
        Self { protocol: Protocol::Tcp, which: PortMatch::Range(1, 0) }
    }

    /// Whether a port of whoever receives is one of them.
    pub(super) fn matches(&self, port: u16, protocol: Protocol, to: Party<'_>) -> bool {
        self.protocol == protocol
            && match (&self.which, to) {
                // What is not known may well call its port so.
                (PortMatch::All, _) | (PortMatch::Named(_), Party::Elsewhere { .. }) => true,
                (PortMatch::Range(first, last), _) => (*first..=*last).contains(&port),
                (PortMatch::Named(name), Party::Pod(pod)) => {
                    let mut ports = pod.ports.iter();
                    ports.any(|own| own.name == *name && own.protocol == protocol && own.number == port)
                }
                // Names are of pods.
                (PortMatch::Named(_), Party::Address(_)) => false,
            }
    }
}
