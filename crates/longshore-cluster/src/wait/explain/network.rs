//! Network policies as the cause of what a container waits for.
//!
//! That a declared connection is closed is certain; that a container fails because of it is told by its lines, or is
//! likely where it hangs or never becomes ready and says nothing else.

use longshore_check::flows::{Aim, Blocked};
use longshore_object::diagnosis::{About, Meaning, Reading, read_lines};

use super::{Facts, Root};
use crate::wait::failure::Culprit;

/// The port at which names are asked for.
const NAMES: u16 = 53;

/// The closed connection that the container's lines are about.
pub(super) fn of_lines(culprit: &Culprit, facts: &Facts) -> Option<Root> {
    let read = read_lines(&culprit.logs)?;
    facts.blocked.iter().find(|blocked| is_about(&read, blocked)).map(root)
}

/// As [`of_lines`]; where the lines are about nothing that is known, the first closed connection.
pub(super) fn of_silence(culprit: &Culprit, facts: &Facts) -> Option<Root> {
    match read_lines(&culprit.logs) {
        Some(_) => of_lines(culprit, facts),
        None => facts.blocked.first().map(root),
    }
}

/// Whether what a line says comes from this connection being closed.
fn is_about(read: &Reading, blocked: &Blocked) -> bool {
    match (&blocked.to, &read.about) {
        (_, About::Other | About::Denied(_) | About::Architecture) | (Aim::Service { .. }, About::Name) => {
            false
        }
        (Aim::Names, about) => *about == About::Name || read.port == Some(NAMES),
        (Aim::Service { name, port, .. }, About::Connection) => {
            let first = |host: &String| host.split('.').any(|label| label == name);
            // A line often has the Service's address in place of its name, and its port with it.
            match (&read.host, read.port) {
                (Some(host), _) if host.parse::<std::net::IpAddr>().is_err() => first(host),
                (_, Some(named)) => named == *port || named == blocked.port,
                (_, None) => true,
            }
        }
    }
}

fn root(blocked: &Blocked) -> Root {
    let to = match &blocked.to {
        Aim::Service { name, .. } => format!("Service/{name}"),
        Aim::Names => "the cluster's DNS".to_owned(),
    };
    let meaning = Meaning { what: blocked.what(), hint: blocked.hint() };
    Root { link: format!("{to} ← {}", blocked.who()), ..Root::of(meaning) }
}
