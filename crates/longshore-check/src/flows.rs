//! Network policies, evaluated: whether somebody may open a connection to somebody, and if not, which policies are in
//! the way and what rule would let it through.
//!
//! The rules are those of [`networking.k8s.io/v1`](https://kubernetes.io/docs/concepts/services-networking/network-policies/):
//! a pod that no policy chooses for a direction is open in it; one that some policies choose is open to what any of
//! them lets through. Both ends have a say: the sender's egress and the receiver's ingress. Answers need no rule.
//!
//! [`blocked`] tries with them what a release declares: its routes, the Services that its pods' configuration names, and
//! the cluster's DNS.
//!
//! What the specification leaves open, or what is not known here, counts as let through, because a warning that is
//! wrong costs more than one that is missing: pods on the network of their node, a pod whose addresses are not known
//! and a policy that names addresses, a label of a namespace that could not be read.

mod block;
mod edges;
mod hosts;
mod party;
mod policy;
mod rule;
mod selector;
mod told;

use std::collections::BTreeMap;
use std::fmt;

pub use block::Block;
pub use edges::{Aim, Blocked, Names, Scene, blocked, declares};
pub(crate) use party::is_given;
pub use party::{ContainerPort, Party, Pod, Protocol};
pub use policy::{Peer, Policy, PortMatch, Ports, Rule};
pub use rule::Missing;
pub use selector::{Operator, Requirement, Selector};
pub use told::warnings;

/// Labels of a pod or a namespace.
pub type Labels = BTreeMap<String, String>;

/// Which end of a connection a policy is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// The sender's: what goes out.
    Egress,
    /// The receiver's: what comes in.
    Ingress,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Egress => "egress",
            Self::Ingress => "ingress",
        })
    }
}

/// A connection that somebody wants to open. The port is the one on which the receiver listens, behind its Service.
#[derive(Debug, Clone, Copy)]
pub struct Flow<'a> {
    /// Who opens it.
    pub from: Party<'a>,
    /// Who is to answer.
    pub to: Party<'a>,
    /// The port of the receiver.
    pub port: u16,
    /// Of which protocol.
    pub protocol: Protocol,
}

/// One end that does not let a connection through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// Which end.
    pub direction: Direction,
    /// Namespace of the policies.
    pub namespace: String,
    /// The policies that choose the pod for this direction, by name. Each of them could let it through, and none does.
    pub policies: Vec<String>,
    /// The rule that would, in any of them.
    pub missing: Missing,
}

/// The policies and namespaces of a cluster, as far as they are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// All policies of the namespaces in question.
    pub policies: Vec<Policy>,
    /// The labels of namespaces. Of one that is not here only the label with its name is known, which every
    /// namespace has.
    pub namespaces: BTreeMap<String, Labels>,
    /// Whether `namespaces` has all that there are.
    pub complete: bool,
}

impl Network {
    /// Which ends do not let a connection through: none if it is allowed.
    ///
    /// ```
    /// use longshore_check::flows::{Flow, Network, Party, Pod, Policy, Protocol};
    /// let closed = serde_json::json!({"metadata": {"name": "closed", "namespace": "shop"},
    ///     "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}});
    /// let network = Network { policies: vec![Policy::read(&closed, "shop")], ..Network::default() };
    /// let (web, db) = (Pod::new("web", "shop"), Pod::new("db", "shop"));
    /// let flow = Flow { from: Party::Pod(&web), to: Party::Pod(&db), port: 5432, protocol: Protocol::Tcp };
    /// assert_eq!(network.denials(&flow)[0].policies, ["closed"]);
    /// ```
    pub fn denials(&self, flow: &Flow<'_>) -> Vec<Denial> {
        // A pod always reaches itself.
        if let (Party::Pod(from), Party::Pod(to)) = (flow.from, flow.to)
            && std::ptr::eq(from, to)
            && !from.template
        {
            return Vec::new();
        }
        let ends = [(Direction::Egress, flow.from, flow.to), (Direction::Ingress, flow.to, flow.from)];
        ends.into_iter()
            .filter_map(|(direction, own, other)| self.denial(direction, own, other, flow))
            .collect()
    }

    /// Whether a connection is let through at both ends.
    pub fn allows(&self, flow: &Flow<'_>) -> bool {
        self.denials(flow).is_empty()
    }

    /// The policies that choose a pod for a direction: without any it is open.
    pub fn isolating<'a>(&'a self, pod: &'a Pod, direction: Direction) -> impl Iterator<Item = &'a Policy> {
        self.policies.iter().filter(move |policy| {
            !pod.host_network
                && policy.namespace == pod.namespace
                && policy.rules(direction).is_some()
                && policy.selects.matches(&pod.labels)
        })
    }

    fn denial(
        &self,
        direction: Direction,
        own: Party<'_>,
        other: Party<'_>,
        flow: &Flow<'_>,
    ) -> Option<Denial> {
        let Party::Pod(pod) = own else { return None };
        let mut policies = Vec::new();
        for policy in self.isolating(pod, direction) {
            let rules = policy.rules(direction).unwrap_or_default();
            if rules.iter().any(|rule| self.lets_through(rule, policy, other, flow)) {
                return None;
            }
            policies.push(policy.name.clone());
        }
        if policies.is_empty() {
            return None;
        }
        let missing = Missing::of(direction, other, &pod.namespace, flow);
        Some(Denial { direction, namespace: pod.namespace.clone(), policies, missing })
    }

    fn lets_through(&self, rule: &Rule, policy: &Policy, other: Party<'_>, flow: &Flow<'_>) -> bool {
        let of_peer = rule.peers.is_empty() || rule.peers.iter().any(|p| self.is_peer(p, policy, other));
        let of_port = rule.ports.is_empty()
            || rule.ports.iter().any(|port| port.matches(flow.port, flow.protocol, flow.to));
        of_peer && of_port
    }

    /// Whether a party is one that a rule names.
    fn is_peer(&self, peer: &Peer, policy: &Policy, party: Party<'_>) -> bool {
        match (peer, party) {
            (Peer::Nobody, _) | (Peer::Pods { .. }, Party::Address(_)) => false,
            (_, Party::Pod(pod)) if pod.host_network => true,
            (Peer::Block(block), Party::Pod(pod)) => {
                pod.addresses.is_empty() || pod.addresses.iter().any(|address| block.contains(*address))
            }
            (Peer::Block(block), Party::Address(address)) => block.contains(address),
            (Peer::Pods { namespaces: None, pods }, Party::Pod(pod)) => {
                pod.namespace == policy.namespace && pods.matches(&pod.labels)
            }
            (Peer::Pods { namespaces: Some(namespaces), pods }, Party::Pod(pod)) => {
                self.is_namespace(namespaces, &pod.namespace) && pods.matches(&pod.labels)
            }
            (Peer::Block(_), Party::Elsewhere { .. }) => true,
            (Peer::Pods { namespaces: None, .. }, Party::Elsewhere { namespace }) => {
                policy.namespace != namespace
            }
            (Peer::Pods { namespaces: Some(namespaces), .. }, Party::Elsewhere { namespace }) => {
                let mut known = self.namespaces.keys().filter(|name| *name != namespace);
                !self.complete || known.any(|name| self.is_namespace(namespaces, name))
            }
        }
    }

    /// Whether a namespace has these labels, or may have them.
    fn is_namespace(&self, selector: &Selector, name: &str) -> bool {
        if let Some(labels) = self.namespaces.get(name) {
            return selector.matches(labels);
        }
        selector.may_match(&Labels::from([(NAMESPACE_NAME.to_owned(), name.to_owned())]))
    }
}

/// The label that the API server gives every namespace.
pub(crate) const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";
