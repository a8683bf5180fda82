//! Services that configuration names: addresses in environment variables, arguments and ConfigMaps.
//!
//! A word is an address of a Service if what stands around it says so: `http://web`, `web:8080`, `web.shop.svc`, a
//! whole value of a variable that is called a host. Secrets are never looked into.

use std::collections::BTreeSet;

use longshore_object::references::{Relation, pod_spec, references};
use longshore_object::{Object, Tree};

/// A Service that a text names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mention {
    /// The Service's name.
    pub(super) service: String,
    /// The port that is named with it, or that the scheme has.
    pub(super) port: Option<u16>,
}

/// What is to be found: the names of Services, all in one namespace.
pub(super) struct Known<'a> {
    pub(super) services: BTreeSet<&'a str>,
    pub(super) namespace: &'a str,
}

/// Schemes of addresses with the port that they mean.
const SCHEMES: [(&str, u16); 14] = [
    ("http", 80),
    ("ws", 80),
    ("https", 443),
    ("wss", 443),
    ("redis", 6379),
    ("rediss", 6379),
    ("postgres", 5432),
    ("postgresql", 5432),
    ("mysql", 3306),
    ("amqp", 5672),
    ("amqps", 5671),
    ("nats", 4222),
    ("mongodb", 27017),
    ("ldap", 389),
];

/// Ends of names of variables whose value is a host by itself.
const HOST_VARIABLES: [&str; 11] = [
    "HOST", "HOSTS", "HOSTNAME", "SERVER", "SERVERS", "ADDR", "ADDRESS", "ENDPOINT", "BROKER", "BROKERS",
    "URL",
];

/// The Services that a workload's containers are told of, by variables, arguments and ConfigMaps of the release.
pub(super) fn mentions(workload: &Object, objects: &[&Object], known: &Known<'_>) -> BTreeSet<Mention> {
    let mut found = BTreeSet::new();
    let Some((spec, _)) = pod_spec(workload) else { return found };
    let lists = ["containers", "initContainers"].into_iter();
    for container in lists.filter_map(|list| spec.child(list)).flat_map(Tree::items) {
        for word in
            ["command", "args"].into_iter().filter_map(|key| container.child(key)).flat_map(Tree::items)
        {
            found.extend(word.as_str().into_iter().flat_map(|text| in_text(text, known)));
        }
        for variable in container.child("env").map_or(&[][..], Tree::items) {
            let text = |key: &str| variable.child(key).and_then(Tree::as_str).unwrap_or_default();
            found.extend(in_variable(text("name"), text("value"), known));
        }
    }
    for reference in references(workload).iter().filter(|reference| reference.relation == Relation::Mounts) {
        let is_named = |o: &&&Object| o.kind() == "ConfigMap" && o.name() == reference.target.name;
        if reference.target.kind != "ConfigMap" {
            continue;
        }
        let data = objects.iter().find(is_named).and_then(|map| map.get("/data")).and_then(Tree::as_map);
        for (key, value) in data.into_iter().flatten() {
            found.extend(in_variable(key, value.as_str().unwrap_or_default(), known));
        }
    }
    found
}

/// The Services in the value of a variable (or of a key of a ConfigMap, which may become one).
fn in_variable(name: &str, value: &str, known: &Known<'_>) -> Vec<Mention> {
    let mut found = in_text(value, known);
    let name = name.to_ascii_uppercase();
    if HOST_VARIABLES.iter().any(|end| name.ends_with(end)) {
        let bare = value.split(',').filter_map(|part| service_of(part.trim(), known));
        found.extend(bare.map(|service| Mention { service: service.to_owned(), port: None }));
    }
    found
}

/// The Services whose addresses stand in a text.
fn in_text(text: &str, known: &Known<'_>) -> Vec<Mention> {
    let mut found = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with(['#', ';']) || line.trim_start().starts_with("//") {
            continue;
        }
        let is_of_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        let mut rest = 0;
        while let Some(start) = line[rest..].find(is_of_host).map(|at| rest + at) {
            let end = line[start..].find(|c| !is_of_host(c)).map_or(line.len(), |at| start + at);
            rest = end;
            if let Some(service) = service_of(&line[start..end], known) {
                found.extend(address(&line[..start], &line[start..end], &line[end..], service));
            }
        }
    }
    found
}

/// Whether what stands around a name makes an address of it, and with which port.
fn address(before: &str, name: &str, after: &str, service: &str) -> Option<Mention> {
    let mention = |port| Some(Mention { service: service.to_owned(), port });
    let digits: String =
        after.strip_prefix(':').unwrap_or_default().chars().take_while(char::is_ascii_digit).collect();
    // What follows the scheme, or the credentials behind it.
    let (scheme, credentials) = match before.rsplit_once("://") {
        Some((scheme, credentials)) if !credentials.contains([' ', '/', '"', '\'']) => {
            (scheme.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default(), credentials)
        }
        _ => ("", ""),
    };
    let behind_scheme = before.ends_with("://")
        || (!scheme.is_empty() && (credentials.ends_with('@') || credentials.ends_with(',')));
    if !digits.is_empty() {
        let glued = before.ends_with(['/', '.', '_', '$']) && !behind_scheme;
        return if glued { None } else { digits.parse().ok().and_then(|port| mention(Some(port))) };
    }
    if behind_scheme {
        let usual = SCHEMES.iter().find(|(name, _)| *name == scheme.to_ascii_lowercase());
        return mention(usual.map(|(_, port)| *port));
    }
    let whole = name.split('.').any(|label| label == "svc");
    if whole && !before.ends_with(['/', '_']) { mention(None) } else { None }
}

/// The Service that a host names from within its namespace, or by the whole name; also of a pod behind it.
fn service_of<'a>(host: &str, known: &Known<'a>) -> Option<&'a str> {
    let labels: Vec<&str> = host.trim_end_matches('.').split('.').collect();
    let beyond = |rest: &[&str]| match rest {
        [] => true,
        [namespace, rest @ ..] => {
            *namespace == known.namespace && matches!(rest, [] | ["svc"] | ["svc", "cluster", "local"])
        }
    };
    let at = |index: usize| -> Option<&'a str> {
        let service = known.services.get::<str>(labels.get(index)?)?;
        beyond(&labels[index + 1..]).then_some(*service)
    };
    // `db-0.db`: a pod of a StatefulSet behind its Service.
    at(0).or_else(|| at(1))
}

#[cfg(test)]
mod tests {
    use super::{Known, in_text, in_variable};

    fn known() -> Known<'static> {
        Known { services: ["web", "db", "kafka-headless"].into(), namespace: "shop" }
    }

    #[test]
    fn addresses_in_texts() {
        for (text, expected) in [
            ("http://web", "web:80"),
            ("https://web/path", "web:443"),
            ("http://web:8080/x", "web:8080"),
            ("grpc://web", "web:"),
            ("postgres://user:pw@db/shop", "db:5432"),
            ("postgres://user:pw@db:6432/shop", "db:6432"),
            ("jdbc:postgresql://db:5432/x", "db:5432"),
            ("db:5432", "db:5432"),
            ("db.shop:5432", "db:5432"),
            ("db.shop.svc", "db:"),
            ("db.shop.svc.cluster.local.", "db:"),
            ("db.shop.svc.cluster.local:1", "db:1"),
            ("kafka-0.kafka-headless.shop.svc.cluster.local:9093", "kafka-headless:9093"),
            (
                "0@kafka-0.kafka-headless:9093,1@kafka-1.kafka-headless:9093",
                "kafka-headless:9093 kafka-headless:9093",
            ),
            ("proxy_pass http://web:80;\nserver db:5432;", "web:80 db:5432"),
            ("--upstream=http://web", "web:80"),
            ("mongodb://a@db,web/x", "db:27017 web:27017"),
            // Not this namespace, not a Service, not an address.
            ("http://web.other", ""),
            ("http://web.example.com", ""),
            ("http://webs:80 xdb:5432", ""),
            ("the web is db", ""),
            ("image: example.com/web:80", ""),
            ("# http://web", ""),
            ("/var/run/web:80", ""),
            ("http://x/web", ""),
            ("$(web:80)", "web:80"),
        ] {
            let found = in_text(text, &known()).into_iter();
            let shown =
                found.map(|m| format!("{}:{}", m.service, m.port.map(|p| p.to_string()).unwrap_or_default()));
            assert_eq!(shown.collect::<Vec<_>>().join(" "), expected, "{text}");
        }
    }

    #[test]
    fn a_host_by_itself_is_one_where_the_variable_says_so() {
        for (name, value, count) in [
            ("DB_HOST", "db", 1),
            ("db_host", "db", 1),
            ("PGHOST", "db.shop", 1),
            ("REDIS_SERVERS", "web, db", 2),
            ("MODE", "web", 0),
            ("DB_HOST", "localhost", 0),
        ] {
            assert_eq!(in_variable(name, value, &known()).len(), count, "{name}={value}");
        }
    }
}
