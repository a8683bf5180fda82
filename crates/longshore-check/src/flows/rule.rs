//! The rule that is missing, as it would be written.

use std::fmt::Write as _;

use super::{Direction, Flow, Labels, NAMESPACE_NAME, Party, Protocol};

/// A rule that would let one connection through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    direction: Direction,
    /// The other end; empty if it is not known, and everybody would have to be let through.
    peer: String,
    ports: Vec<(Protocol, u16)>,
}

impl Missing {
    /// The rule that lets `flow` through at the end of a pod of `namespace`, the other one being `other`.
    pub(super) fn of(direction: Direction, other: Party<'_>, namespace: &str, flow: &Flow<'_>) -> Self {
        let peer = match other {
            Party::Pod(pod) => {
                let pods = format!("podSelector: {}", selector(&pod.lasting_labels()));
                if pod.namespace == namespace {
                    format!("{{{pods}}}")
                } else {
                    let name = Labels::from([(NAMESPACE_NAME.to_owned(), pod.namespace.clone())]);
                    format!("{{namespaceSelector: {}, {pods}}}", selector(&name))
                }
            }
            Party::Address(address) => {
                let bits = if address.is_ipv4() { 32 } else { 128 };
                format!("{{ipBlock: {{cidr: {}}}}}", scalar(&format!("{address}/{bits}")))
            }
            Party::Elsewhere { .. } => String::new(),
        };
        Self { direction, peer, ports: vec![(flow.protocol, flow.port)] }
    }

    /// The rule for the same port of another protocol, too.
    pub(super) fn also(&mut self, protocol: Protocol) {
        self.ports.extend(self.ports.first().map(|(_, port)| (protocol, *port)));
    }

    /// The rule as an item of `ingress` or `egress`, on one line of YAML.
    pub fn item(&self) -> String {
        let ports =
            self.ports.iter().map(|(protocol, port)| format!("{{protocol: {protocol}, port: {port}}}"));
        let ports = format!("ports: [{}]", ports.collect::<Vec<_>>().join(", "));
        let key = match self.direction {
            Direction::Ingress => "from",
            Direction::Egress => "to",
        };
        match self.peer.as_str() {
            "" => format!("{{{ports}}}"),
            peer => format!("{{{key}: [{peer}], {ports}}}"),
        }
    }
}

/// A selector of all of these labels; one without labels chooses everything.
fn selector(labels: &Labels) -> String {
    if labels.is_empty() {
        return "{}".to_owned();
    }
    let mut text = String::from("{matchLabels: {");
    for (at, (key, value)) in labels.iter().enumerate() {
        let comma = if at > 0 { ", " } else { "" };
        let _ = write!(text, "{comma}{}: {}", scalar(key), scalar(value));
    }
    text.push_str("}}");
    text
}

/// A text as YAML reads it back: quoted unless it is plainly a word.
fn scalar(text: &str) -> String {
    const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/'))
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    // JSON's form of a text is YAML's, too.
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}
