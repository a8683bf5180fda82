//! Tables of flows, read.
//!
//! ```text
//! ## render -e production
//! in nest-prod
//! + @ingress-nginx  Deployment/nest  5000
//! - Deployment/nest  metadata  80  egress
//! ```
//!
//! A heading is what `longshore` is called with. `in` says which namespace objects are in that name none, `open` that
//! there are no policies, and everybody may talk to everybody, `free` which pods no policy chooses,
//! `idle` a change of a policy by which nothing changes. Other lines are flows that are let through (`+`) or not
//! (`-`, with the end that refuses: `egress`, `ingress` or `both`): from whom, to whom, at which ports. Several of whom
//! the same holds are written with commas, ports as `53/UDP`.
//!
//! Who: `Deployment/nest` is a pod that the command makes; `@monitoring` is one without labels in that namespace,
//! `@monitoring:app=prometheus` one with these (`&` between several), `@:app=x` one in the namespace of `in`,
//! `@edge+name=x` one in a namespace of that label; `dns` is CoreDNS; `world` and
//! `metadata` are addresses; `anywhere`, as the receiver, is all of those.

use longshore_check::flows::{Direction, Protocol};

/// One command and what it has to show.
#[derive(Debug)]
pub(super) struct Heading<'a> {
    /// What `longshore` is called with.
    pub(super) command: &'a str,
    /// The namespace of objects that name none.
    pub(super) namespace: &'a str,
    /// Whether there are no policies.
    pub(super) open: bool,
    /// Changes that change nothing, because another rule lets the same through.
    pub(super) idle: Vec<&'a str>,
    /// Pods that no policy chooses.
    pub(super) free: Vec<&'a str>,
    pub(super) rows: Vec<Row<'a>>,
}

/// One flow.
#[derive(Debug, Clone)]
pub(super) struct Row<'a> {
    pub(super) from: &'a str,
    pub(super) to: &'a str,
    pub(super) port: (u16, Protocol),
    /// Which ends refuse it; none if it is let through.
    pub(super) refuse: Vec<Direction>,
}

pub(super) fn read(text: &str) -> Vec<Heading<'_>> {
    let mut all: Vec<Heading<'_>> = Vec::new();
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("## ") {
            all.push(Heading {
                idle: Vec::new(),
                command,
                namespace: "",
                open: false,
                free: Vec::new(),
                rows: Vec::new(),
            });
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let [first, rest @ ..] = &words[..] else { continue };
        if first.starts_with('#') {
            continue;
        }
        let heading = all.last_mut().expect("rows stand below a heading");
        match *first {
            "in" => heading.namespace = rest[0],
            "idle" => heading.idle.push(line["idle".len()..].trim()),
            "free" => heading.free.extend(rest),
            "open" => heading.open = true,
            "+" => heading.rows.extend(rows(rest, &[])),
            "-" => {
                let (refuse, rest) = rest.split_last().expect("a row has an end");
                heading.rows.extend(rows(
                    rest,
                    match *refuse {
                        "egress" => &[Direction::Egress],
                        "ingress" => &[Direction::Ingress],
                        "both" => &[Direction::Egress, Direction::Ingress],
                        other => panic!("{other} in {line}"),
                    },
                ));
            }
            other => panic!("{other} in {line}"),
        }
    }
    all
}

fn rows<'a>(words: &[&'a str], refuse: &[Direction]) -> Vec<Row<'a>> {
    let [from, to, ports] = words else { panic!("from, to and ports in {words:?}") };
    let mut all = Vec::new();
    for from in from.split(',') {
        for to in to.split(',') {
            for port in ports.split(',') {
                all.push(Row { from, to, port: port_of(port), refuse: refuse.to_vec() });
            }
        }
    }
    all
}

fn port_of(text: &str) -> (u16, Protocol) {
    let (number, protocol) = text.split_once('/').unwrap_or((text, "TCP"));
    let protocol = Protocol::read(Some(protocol)).expect("a protocol");
    (number.parse().unwrap_or_else(|_| panic!("{text} is no port")), protocol)
}
