//! The phrases of runtimes, the one that explains most first.

use super::{About, host_in, port_in};
use crate::diagnosis::{Meaning, denied};

/// Phrases of runtimes for one thing.
pub(super) struct Phrase {
    /// One of these is in the line, which is in lower case.
    pub(super) any: &'static [&'static str],
    /// What it means: the line, and all lines.
    pub(super) read: fn(&str, &[&str]) -> Told,
}

/// What a line tells.
pub(super) struct Told {
    pub(super) meaning: Meaning,
    pub(super) host: Option<String>,
    pub(super) about: About,
}

impl Told {
    fn plain(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { meaning: Meaning::new(what, hint), host: None, about: About::Other }
    }

    /// About a host: its name takes the place of `{}`, and a line that names none has words of its own.
    fn host(line: &str, named: &str, unnamed: &str, hint: &str, about: About) -> Self {
        let host = host_in(line);
        let what = match &host {
            Some(host) => named.replace("{}", host),
            None => unnamed.to_owned(),
        };
        Self { meaning: Meaning::new(what, hint), host, about }
    }
}

pub(super) const PHRASES: &[Phrase] = &[
    Phrase {
        any: &[
            "address already in use",
            "eaddrinuse",
            "address in use",
            "port is already allocated",
            "errno: 98",
            "failed to bind to",
        ],
        read: |line, _| {
            let port = port_in(line).map(|port| format!(" {port}")).unwrap_or_default();
            Told::plain(
                format!("the port{port} that it listens on is taken"),
                "another process of the pod has it (containers of a pod share their ports), or the node with hostNetwork",
            )
        },
    },
    // A name server that does not answer, which is not a name that does not exist. A resolver that is refused says
    // so in the words of a refused connection.
    Phrase {
        any: &[
            "eai_again",
            "temporary failure in name resolution",
            "server misbehaving",
            ":53: read: connection refused",
            ":53: i/o timeout",
            "no servers could be reached",
            "dns request timed out",
        ],
        read: |line, _| {
            Told::host(
                line,
                "no name server answers when it looks up `{}`",
                "no name server answers when it looks up a name",
                "look at the pods behind Service kube-system/kube-dns, and at NetworkPolicies that keep the pod from port 53",
                About::Name,
            )
        },
    },
    Phrase {
        any: &[
            "no such host",
            "could not translate host name",
            "name or service not known",
            "name does not resolve",
            "unknownhostexception",
            "enotfound",
            "nodename nor servname",
            "failed to lookup address information",
            "getaddrinfo failed",
            "nxdomain",
            "bad address '",
            "server can't find",
        ],
        read: |line, _| {
            Told::host(
                line,
                "the name `{}` does not resolve",
                "a name that it needs does not resolve",
                "check the Service's name and namespace, and that DNS of the cluster is reachable",
                About::Name,
            )
        },
    },
    Phrase {
        any: &[
            "password authentication failed",
            "access denied for user",
            "wrongpass",
            "noauth authentication required",
            "access_refused",
            "invalid username-password",
        ],
        read: |_, _| {
            Told::plain(
                "a server does not accept its credentials",
                "compare the password with the server's; one that was drawn anew does not change what a database has stored",
            )
        },
    },
    Phrase {
        any: &["connection refused", "econnrefused"],
        read: |line, _| {
            Told::host(
                line,
                "nothing listens at `{}`, which it needs",
                "nothing listens at an address that it needs",
                "look at the pods behind that Service, and at its port",
                About::Connection,
            )
        },
    },
    Phrase {
        any: &[
            "connection timed out",
            "connect timed out",
            "connection attempt timed out",
            "timed out connecting",
            "timed out while connecting",
            "i/o timeout",
            "etimedout",
            "no route to host",
            "ehostunreach",
            "network is unreachable",
            "enetunreach",
            "timeout expired",
        ],
        read: |line, _| {
            Told::host(
                line,
                "`{}` that it needs does not answer",
                "something that it needs does not answer",
                "look at the pods behind that Service, at its port, and whether a network policy is in the way",
                About::Connection,
            )
        },
    },
    Phrase {
        any: &["is forbidden: user ", "cannot list resource", "cannot get resource", "cannot get path"],
        read: |line, all| match denied::read(line, all) {
            Some((meaning, denied)) => Told { meaning, host: None, about: About::Denied(Box::new(denied)) },
            None => Told::plain(
                "its service account may not do what it wants",
                "grant it a Role with the verb and resource that the line names",
            ),
        },
    },
    Phrase {
        any: &["exec format error"],
        read: |_, _| Told {
            meaning: crate::diagnosis::image::other_architecture(None),
            host: None,
            about: About::Architecture,
        },
    },
    Phrase {
        any: &["read-only file system"],
        read: |_, _| {
            Told::plain(
                "it writes to a file system that is read-only",
                "mount an emptyDir where it writes, or unset readOnlyRootFilesystem",
            )
        },
    },
    Phrase {
        any: &["no space left on device"],
        read: |_, _| Told::plain("a disk that it writes to is full", "make the volume larger, or clear it"),
    },
    Phrase {
        any: &["permission denied", "eacces"],
        read: |_, _| {
            Told::plain(
                "it may not read, write or listen where it wants to",
                "check runAsUser, fsGroup and the files' owners; ports below 1024 want NET_BIND_SERVICE",
            )
        },
    },
    Phrase {
        any: &["java.lang.outofmemoryerror", "out of memory", "heap out of memory", "cannot allocate memory"],
        read: |_, _| {
            Told::plain(
                "it ran out of memory by itself",
                "raise its heap within the container's limit, or the limit",
            )
        },
    },
];
