//! How a connection that is not let through is told.

use longshore_diag::Diagnostic;

use super::edges::{Aim, Blocked};
use super::{Denial, Direction, Protocol};

impl Blocked {
    /// What is wrong, without who has it: `it cannot reach Service/db:5432: NetworkPolicy/db does not let it in …`.
    pub fn what(&self) -> String {
        let whom = match &self.to {
            Aim::Service { name, port, .. } if self.is_of_route() => {
                format!("nobody outside of the namespace can reach Service/{name}:{port}, to which it sends")
            }
            Aim::Service { name, port, .. } => format!("it cannot reach Service/{name}:{port}"),
            Aim::Names if self.protocol == Protocol::Tcp => {
                "it cannot ask the cluster's DNS for names over TCP, where long answers come".to_owned()
            }
            Aim::Names => "it cannot ask the cluster's DNS for names".to_owned(),
        };
        format!("{whom}: {}", self.who())
    }

    /// Who is in the way: `NetworkPolicy/db does not let it in to Deployment/db at TCP 5432`.
    pub fn who(&self) -> String {
        let said = |denial: &Denial| {
            let names: Vec<String> =
                denial.policies.iter().map(|name| format!("NetworkPolicy/{name}")).collect();
            let (does, at) = (if names.len() == 1 { "does" } else { "do" }, self.at());
            match (denial.direction, &self.to) {
                (Direction::Egress, _) => format!("{} {does} not let it out to {at}", names.join(" and ")),
                (Direction::Ingress, Aim::Service { behind, .. }) => {
                    format!("{} {does} not let it in to {behind} at {at}", names.join(" and "))
                }
                (Direction::Ingress, Aim::Names) => {
                    format!("{} {does} not let it in at {at}", names.join(" and "))
                }
            }
        };
        self.denials.iter().map(said).collect::<Vec<_>>().join(", and ")
    }

    /// The rules that are missing.
    pub fn hint(&self) -> String {
        let rule = |denial: &Denial| {
            let name = match &denial.policies[..] {
                [one] => format!("NetworkPolicy/{one}"),
                _ => "one of them".to_owned(),
            };
            format!("add to `{}` of {name}: `- {}`", denial.direction, denial.missing.item())
        };
        let rules = self.denials.iter().map(rule).collect::<Vec<_>>().join("; ");
        if self.is_of_route() { format!("{rules} (or only from where the controller runs)") } else { rules }
    }

    fn at(&self) -> String {
        format!("{} {}", self.protocol, self.port)
    }

    fn is_of_route(&self) -> bool {
        self.by.kind == "Ingress" || self.by.kind.ends_with("Route")
    }
}

/// As warnings, those in one about which the same is to be said.
pub fn warnings(all: &[Blocked]) -> Vec<Diagnostic> {
    let mut groups: Vec<Vec<&Blocked>> = Vec::new();
    for blocked in all {
        let same = |group: &&mut Vec<&Blocked>| {
            let first = group[0];
            (&first.to, &first.denials, first.is_of_route())
                == (&blocked.to, &blocked.denials, blocked.is_of_route())
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(blocked),
            None => groups.push(vec![blocked]),
        }
    }
    groups.iter().map(|group| warning(group)).collect()
}

fn warning(group: &[&Blocked]) -> Diagnostic {
    let first = group[0];
    let by = group.iter().map(|blocked| blocked.by.to_string()).collect::<Vec<_>>().join(", ");
    let what = match first.what().strip_prefix("it ") {
        Some(rest) => format!("{by} {rest}"),
        None => format!("{by}: {}", first.what()),
    };
    Diagnostic::warning("wiring/blocked", what).at(first.place.clone()).hint(first.hint())
}
