//! Lines of the usual runtimes.

use super::{About, read_lines};

#[test]
fn lines_of_the_usual_runtimes() {
    for (line, what, host) in [
        ("listen tcp :8080: bind: address already in use", "the port 8080 that it listens on is taken", None),
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
        ("psql: redis-x: Name or service not known", "the name `redis-x` does not resolve", Some("redis-x")),
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
        ("exec /app: exec format error", "its program is not made for the node's architecture", None),
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
        ("connect to db:5432 failed: Connection timed out", "`db` that it needs does not answer", Some("db")),
        (
            "java.net.SocketTimeoutException: connect timed out",
            "something that it needs does not answer",
            None,
        ),
        (
            "dial tcp: lookup db on 10.96.0.10:53: read udp 10.2.0.7:40312->10.96.0.10:53: i/o timeout",
            "no name server answers when it looks up `db`",
            Some("db"),
        ),
        ("open /data/x: permission denied", "it may not read, write or listen where it wants to", None),
    ] {
        let read = read_lines(&["first", line, "bye"]).unwrap_or_else(|| panic!("{line}"));
        assert_eq!((read.meaning.what.as_str(), read.host.as_deref(), read.line), (what, host, 1), "{line}");
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

/// A name that does not exist, and a name server that does not answer: the second is never the name's fault.
#[test]
fn lookups_that_nobody_answers() {
    for (line, what, host) in [
        (
            "dial tcp: lookup redis on 10.96.0.10:53: read udp 10.244.0.5:41234->10.96.0.10:53: read: connection refused",
            "no name server answers when it looks up `redis`",
            Some("redis"),
        ),
        (
            "dial tcp: lookup db.shop on 10.96.0.10:53: read udp 10.1.0.5:4->10.96.0.10:53: i/o timeout",
            "no name server answers when it looks up `db.shop`",
            Some("db.shop"),
        ),
        (
            "lookup db on 10.96.0.10:53: server misbehaving",
            "no name server answers when it looks up `db`",
            Some("db"),
        ),
        (
            "Error: getaddrinfo EAI_AGAIN rabbit rabbit:5672",
            "no name server answers when it looks up `rabbit`",
            Some("rabbit"),
        ),
        (
            "could not translate host name \"pg\" to address: Temporary failure in name resolution",
            "no name server answers when it looks up `pg`",
            Some("pg"),
        ),
        (
            ";; connection timed out; no servers could be reached",
            "no name server answers when it looks up a name",
            None,
        ),
        (
            "java.net.UnknownHostException: kafka: Temporary failure in name resolution",
            "no name server answers when it looks up `kafka`",
            Some("kafka"),
        ),
    ] {
        let read = read_lines(&[line]).unwrap_or_else(|| panic!("{line}"));
        assert_eq!((read.meaning.what.as_str(), read.host.as_deref()), (what, host), "{line}");
        assert_eq!(read.about, About::Name, "{line}");
    }
    assert_eq!(read_lines(&["lookup db: no such host"]).unwrap().about, About::Name);
    let refused = read_lines(&["connect: connection refused"]).unwrap();
    assert_eq!(
        (refused.meaning.what.as_str(), refused.about),
        ("nothing listens at an address that it needs", About::Connection)
    );
}
