//! What the last lines of a container say about why it ended, in the words of the usual runtimes.

use super::Meaning;

/// What some line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The cause and what to do.
    pub meaning: Meaning,
    /// The line that says it, counted from 0.
    pub line: usize,
    /// What it is about.
    pub about: About,
    /// The host that could not be found or reached, if it is about one.
    pub host: Option<String>,
    /// The port that could not be reached, if it is about a connection that names one.
    pub port: Option<u16>,
}

/// What a line is about, as far as somebody else may know more of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A name that does not resolve.
    Name,
    /// A connection that does not come about.
    Connection,
    /// Anything else.
    Other,
}

/// Phrases of runtimes for one thing.
struct Phrase {
    about: About,
    any: &'static [&'static str],
    read: fn(&str) -> (Meaning, Option<String>),
}

const PHRASES: &[Phrase] = &[
    Phrase {
        about: About::Other,
        any: &[
            "address already in use",
            "eaddrinuse",
            "address in use",
            "port is already allocated",
            "errno: 98",
            "failed to bind to",
        ],
        read: |line| {
            let port = port_in(line).map(|port| format!(" {port}")).unwrap_or_default();
            let meaning = Meaning::new(
                format!("the port{port} that it listens on is taken"),
                "another process of the pod has it (containers of a pod share their ports), or the node with hostNetwork",
            );
            (meaning, None)
        },
    },
    Phrase {
        about: About::Name,
        any: &[
            "no such host",
            "could not translate host name",
            "name or service not known",
            "name does not resolve",
            "unknownhostexception",
            "enotfound",
            "eai_again",
            "temporary failure in name resolution",
            "nodename nor servname",
            "failed to lookup address information",
            "getaddrinfo failed",
            "nxdomain",
            "bad address '",
            "server can't find",
            ":53: i/o timeout",
        ],
        read: |line| {
            let host = host_in(line);
            let name = host.as_ref().map(|host| format!(" `{host}`")).unwrap_or_default();
            let meaning = Meaning::new(
                format!("the name{name} does not resolve"),
                "check the Service's name and namespace, and that DNS of the cluster is reachable",
            );
            (meaning, host)
        },
    },
    Phrase {
        about: About::Other,
        any: &[
            "password authentication failed",
            "access denied for user",
            "wrongpass",
            "noauth authentication required",
            "access_refused",
            "invalid username-password",
        ],
        read: |_| {
            (
                Meaning::new(
                    "a server does not accept its credentials",
                    "compare the password with the server's; one that was drawn anew does not change what a database has stored",
                ),
                None,
            )
        },
    },
    Phrase {
        about: About::Connection,
        any: &["connection refused", "econnrefused"],
        read: |line| {
            let host = host_in(line);
            let name = host.as_ref().map(|host| format!(" `{host}`")).unwrap_or_default();
            (
                Meaning::new(
                    format!("nothing listens at{name}, which it needs"),
                    "look at the pods behind that Service, and at its port",
                ),
                host,
            )
        },
    },
    Phrase {
        about: About::Connection,
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
        read: |line| {
            let host = host_in(line);
            let name = host.as_ref().map_or("something".to_owned(), |host| format!("`{host}`"));
            (
                Meaning::new(
                    format!("{name} that it needs does not answer"),
                    "look at the pods behind that Service, at its port, and whether a network policy is in the way",
                ),
                host,
            )
        },
    },
    Phrase {
        about: About::Other,
        any: &["is forbidden: user \"", "cannot list resource", "cannot get resource"],
        read: |_| {
            (
                Meaning::new(
                    "its service account may not do what it wants",
                    "grant it a Role with the verb and resource that the line names",
                ),
                None,
            )
        },
    },
    Phrase {
        about: About::Other,
        any: &["exec format error"],
        read: |_| {
            (
                Meaning::new(
                    "its program is built for another architecture than the node's",
                    "build the image for that platform",
                ),
                None,
            )
        },
    },
    Phrase {
        about: About::Other,
        any: &["read-only file system"],
        read: |_| {
            (
                Meaning::new(
                    "it writes to a file system that is read-only",
                    "mount an emptyDir where it writes, or unset readOnlyRootFilesystem",
                ),
                None,
            )
        },
    },
    Phrase {
        about: About::Other,
        any: &["no space left on device"],
        read: |_| {
            (Meaning::new("a disk that it writes to is full", "make the volume larger, or clear it"), None)
        },
    },
    Phrase {
        about: About::Other,
        any: &["permission denied", "eacces"],
        read: |_| {
            (
                Meaning::new(
                    "it may not read, write or listen where it wants to",
                    "check runAsUser, fsGroup and the files' owners; ports below 1024 want NET_BIND_SERVICE",
                ),
                None,
            )
        },
    },
    Phrase {
        about: About::Other,
        any: &["java.lang.outofmemoryerror", "out of memory", "heap out of memory", "cannot allocate memory"],
        read: |_| {
            (
                Meaning::new(
                    "it ran out of memory by itself",
                    "raise its heap within the container's limit, or the limit",
                ),
                None,
            )
        },
    },
];

/// What the lines say, the oldest first in `lines`: the phrase that explains most, in the newest line that has it.
///
/// ```
/// use longshore_object::diagnosis::read_lines;
/// let read = read_lines(&["starting", "Error: listen EADDRINUSE: address already in use :::8080"]).unwrap();
/// assert_eq!(read.meaning.what, "the port 8080 that it listens on is taken");
/// ```
pub fn read_lines<S: AsRef<str>>(lines: &[S]) -> Option<Reading> {
    PHRASES.iter().find_map(|phrase| {
        let found = lines.iter().enumerate().rev().find(|(_, line)| {
            let line = line.as_ref().to_lowercase();
            phrase.any.iter().any(|words| line.contains(words))
        })?;
        let line = found.1.as_ref();
        let (meaning, host) = (phrase.read)(line);
        let port = port_in(line).filter(|_| phrase.about == About::Connection);
        Some(Reading { meaning, line: found.0, about: phrase.about, host, port })
    })
}

/// The port that a line about a socket names: the last number behind a colon or the word `port`.
fn port_in(line: &str) -> Option<u16> {
    let lower = line.to_lowercase();
    let digits = |text: &str| -> Option<u16> {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok().filter(|port| *port > 0)
    };
    let behind_colon = lower.rmatch_indices(':').find_map(|(at, _)| digits(&lower[at + 1..]));
    behind_colon
        .or_else(|| lower.rmatch_indices("port ").find_map(|(at, words)| digits(&lower[at + words.len()..])))
}

/// The host that a line about a name or a connection is about.
fn host_in(line: &str) -> Option<String> {
    let trimmed = |text: &str| {
        let text = text.trim_matches(|c: char| "\"'`()[]<>,;".contains(c)).trim_end_matches(['.', ':']);
        text.to_owned()
    };
    for (before, after) in [
        ("could not translate host name \"", "\""),
        ("could not translate host name '", "'"),
        ("connection to server at \"", "\""),
        ("connect to ", " "),
        ("connecting to ", " "),
        ("bad address '", "'"),
        ("lookup ", " "),
        ("lookup ", ":"),
        ("enotfound ", " "),
        ("eai_again ", " "),
        ("unknownhostexception: ", ":"),
        ("can't find ", ":"),
        ("host='", "'"),
        ("dial tcp ", ": "),
        ("econnrefused ", " "),
        ("etimedout ", " "),
        ("ehostunreach ", " "),
        ("resolve host: ", " "),
        ("resolve host name ", " "),
    ] {
        let padded = format!("{line} ");
        let lower = padded.to_lowercase();
        let Some(at) = lower.find(before) else { continue };
        let rest = padded.get(at + before.len()..)?;
        let found = &rest[..rest.find(after).unwrap_or(rest.len())];
        let found = trimmed(found.trim());
        let bare = found.rsplit_once(':').map_or(found.as_str(), |(host, port)| {
            if port.chars().all(|c| c.is_ascii_digit()) { host } else { found.as_str() }
        });
        let plausible = !bare.is_empty()
            && bare.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
        if plausible {
            return Some(bare.to_owned());
        }
    }
    // `redis-mastr: Name or service not known`
    let lower = line.to_lowercase();
    for words in
        [": name or service not known", ": name does not resolve", ": temporary failure in name resolution"]
    {
        if let Some(at) = lower.find(words) {
            let word = line.get(..at)?.rsplit([' ', ':']).next().map(trimmed)?;
            return (!word.is_empty()).then_some(word);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{About, read_lines};

    #[test]
    fn lines_of_the_usual_runtimes() {
        for (line, what, host) in [
            (
                "listen tcp :8080: bind: address already in use",
                "the port 8080 that it listens on is taken",
                None,
            ),
            (
                "Error: listen EADDRINUSE: address already in use 0.0.0.0:3000",
                "the port 3000 that it listens on is taken",
                None,
            ),
            ("OSError: [Errno 98] Address already in use", "the port that it listens on is taken", None),
            (
                "Web server failed to start. Port 8081 was already in use: Address already in use",
                "the port 8081 that it listens on is taken",
                None,
            ),
            (
                "dial tcp: lookup redis-mastr on 10.96.0.10:53: no such host",
                "the name `redis-mastr` does not resolve",
                Some("redis-mastr"),
            ),
            (
                "dial tcp: lookup db.shop.svc: no such host",
                "the name `db.shop.svc` does not resolve",
                Some("db.shop.svc"),
            ),
            (
                "could not translate host name \"pg\" to address: Name or service not known",
                "the name `pg` does not resolve",
                Some("pg"),
            ),
            (
                "java.net.UnknownHostException: kafka-0: Name or service not known",
                "the name `kafka-0` does not resolve",
                Some("kafka-0"),
            ),
            ("Error: getaddrinfo ENOTFOUND rabbit", "the name `rabbit` does not resolve", Some("rabbit")),
            (
                "psql: redis-x: Name or service not known",
                "the name `redis-x` does not resolve",
                Some("redis-x"),
            ),
            (
                "wget: bad address 'nowhere.example'",
                "the name `nowhere.example` does not resolve",
                Some("nowhere.example"),
            ),
            (
                "dial tcp 10.1.2.3:5432: connect: connection refused",
                "nothing listens at `10.1.2.3`, which it needs",
                Some("10.1.2.3"),
            ),
            (
                "FATAL: password authentication failed for user \"shop\"",
                "a server does not accept its credentials",
                None,
            ),
            (
                "exec /app: exec format error",
                "its program is built for another architecture than the node's",
                None,
            ),
            (
                "dial tcp 10.96.3.4:5432: i/o timeout",
                "`10.96.3.4` that it needs does not answer",
                Some("10.96.3.4"),
            ),
            (
                "Error: connect ETIMEDOUT 10.96.3.4:6379",
                "`10.96.3.4` that it needs does not answer",
                Some("10.96.3.4"),
            ),
            (
                "connect to db:5432 failed: Connection timed out",
                "`db` that it needs does not answer",
                Some("db"),
            ),
            (
                "java.net.SocketTimeoutException: connect timed out",
                "something that it needs does not answer",
                None,
            ),
            (
                "dial tcp: lookup db on 10.96.0.10:53: read udp 10.2.0.7:40312->10.96.0.10:53: i/o timeout",
                "the name `db` does not resolve",
                Some("db"),
            ),
            ("open /data/x: permission denied", "it may not read, write or listen where it wants to", None),
        ] {
            let read = read_lines(&["first", line, "bye"]).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(
                (read.meaning.what.as_str(), read.host.as_deref(), read.line),
                (what, host, 1),
                "{line}"
            );
        }
        assert_eq!(read_lines(&["all is well"]), None);
        for (line, about, port) in [
            ("dial tcp 10.96.3.4:5432: i/o timeout", About::Connection, Some(5432)),
            ("dial tcp 10.96.3.4:5432: connect: connection refused", About::Connection, Some(5432)),
            ("lookup db: no such host", About::Name, None),
            ("listen tcp :8080: bind: address already in use", About::Other, None),
        ] {
            let read = read_lines(&[line]).unwrap();
            assert_eq!((read.about, read.port), (about, port), "{line}");
        }
    }
}
