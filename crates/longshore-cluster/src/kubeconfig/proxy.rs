//! Whether a proxy stands between us and a server: the rules of Go's `net/http`.
//!
//! `kube` 5.0 has rules of its own, but it compares `NO_PROXY` with the proxy's address instead of the
//! server's, knows no `HTTP_PROXY`, and refuses lists that Go accepts; so the choice is made here and
//! handed to it. Source of the rules: <https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config>.

use std::net::IpAddr;

use http::Uri;

use crate::options::Environment;

/// The proxy for `server`. An entry in the kubeconfig wins over the environment and knows no exceptions.
///
/// # Errors
/// The address that cannot be understood, without its user name and password.
pub(crate) fn choose(
    server: &Uri,
    entry: Option<&str>,
    environment: &Environment,
) -> Result<Option<Uri>, String> {
    if let Some(entry) = entry.filter(|entry| !entry.is_empty()) {
        return parse(entry).map(Some);
    }
    let https = server.scheme_str() != Some("http");
    let names: &[&str] = if https { &["HTTPS_PROXY", "https_proxy"] } else { &["HTTP_PROXY", "http_proxy"] };
    let Some(value) = environment.first(names) else {
        return Ok(None);
    };
    let host = server.host().unwrap_or_default();
    let port = server.port_u16().unwrap_or(if https { 443 } else { 80 });
    let exceptions = environment.first(&["NO_PROXY", "no_proxy"]).unwrap_or_default();
    if bypassed(host, port, exceptions) {
        return Ok(None);
    }
    parse(value).map(Some)
}

fn parse(value: &str) -> Result<Uri, String> {
    let with_scheme = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    // Names are resolved by the proxy in either case, as Go does it.
    let with_scheme = match with_scheme.strip_prefix("socks5h://") {
        Some(rest) => format!("socks5://{rest}"),
        None => with_scheme,
    };
    let uri: Uri = with_scheme.parse().map_err(|_| "not an address".to_owned())?;
    match uri.scheme_str() {
        _ if uri.host().is_none() => Err("no host in the address".to_owned()),
        Some("http" | "https" | "socks5") => Ok(uri),
        other => Err(format!("scheme `{}` is not one of http, https, socks5", other.unwrap_or_default())),
    }
}

/// Whether `NO_PROXY` (or the host being this machine) keeps a server from being proxied.
fn bypassed(host: &str, port: u16, exceptions: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let ip: Option<IpAddr> = host.parse().ok();
    if host == "localhost" || ip.is_some_and(|ip| ip.is_loopback()) {
        return true;
    }
    exceptions
        .split(',')
        .map(|entry| entry.trim().to_ascii_lowercase())
        .filter(|entry| !entry.is_empty())
        .any(|entry| matches(&entry, &host, ip, port))
}

fn matches(entry: &str, host: &str, ip: Option<IpAddr>, port: u16) -> bool {
    if entry == "*" {
        return true;
    }
    if let Some((net, bits)) = entry.split_once('/')
        && let (Ok(net), Ok(bits)) = (net.parse::<IpAddr>(), bits.parse::<u32>())
    {
        return ip.is_some_and(|ip| in_network(ip, net, bits));
    }
    let (name, wanted) = split_port(entry);
    if wanted.is_some_and(|wanted| wanted != port) {
        return false;
    }
    if let Ok(entry) = name.parse::<IpAddr>() {
        return ip == Some(entry);
    }
    let name = name.strip_prefix('*').filter(|n| n.starts_with('.')).unwrap_or(name);
    match name.strip_prefix('.') {
        Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')),
        None => host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.')),
    }
}

fn split_port(entry: &str) -> (&str, Option<u16>) {
    if entry.parse::<IpAddr>().is_ok() {
        return (entry, None);
    }
    match entry.rsplit_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() => {
            let name = name.trim_start_matches('[').trim_end_matches(']');
            (name, port.parse().ok())
        }
        _ => (entry, None),
    }
}

fn in_network(ip: IpAddr, net: IpAddr, bits: u32) -> bool {
    match (ip, net) {
        (IpAddr::V4(ip), IpAddr::V4(net)) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            ip.to_bits() & mask == net.to_bits() & mask
        }
        (IpAddr::V6(ip), IpAddr::V6(net)) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            ip.to_bits() & mask == net.to_bits() & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{bypassed, choose};
    use crate::options::Environment;

    /// One row: an entry of `NO_PROXY`, hosts that it exempts, hosts that it does not.
    fn check(entry: &str, exempt: &[(&str, u16)], proxied: &[(&str, u16)]) {
        for (host, port) in exempt {
            assert!(bypassed(host, *port, entry), "{host}:{port} by {entry}");
        }
        for (host, port) in proxied {
            assert!(!bypassed(host, *port, entry), "{host}:{port} by {entry}");
        }
    }

    #[test]
    fn exceptions_are_read_as_go_reads_them() {
        check("", &[("localhost", 1), ("127.0.0.9", 1), ("[::1]", 1)], &[("a.com", 1)]);
        check("*", &[("a.com", 443)], &[]);
        check("foo.com", &[("foo.com", 443), ("a.foo.com", 80), ("FOO.com", 1)], &[("afoo.com", 443)]);
        check(".foo.com", &[("a.foo.com", 443)], &[("foo.com", 443)]);
        check("*.foo.com", &[("a.foo.com", 443)], &[("foo.com", 443)]);
        check("foo.com:6443", &[("foo.com", 6443)], &[("foo.com", 443)]);
        check(
            "10.0.0.0/8, 192.168.1.7",
            &[("10.9.8.7", 443), ("192.168.1.7", 6443)],
            &[("11.0.0.1", 443), ("192.168.1.8", 443)],
        );
        check("0.0.0.0/0", &[("8.8.8.8", 1)], &[("dns.google", 1)]);
        check("fd00::/8", &[("[fd00::1]", 443)], &[("[fe80::1]", 443)]);
        check("[fd00::1]:6443", &[("[fd00::1]", 6443)], &[("[fd00::1]", 443)]);
    }

    #[test]
    fn the_scheme_of_the_server_chooses_the_variable() {
        let environment = Environment::new(
            [
                ("HTTPS_PROXY", ""),
                ("https_proxy", "proxy:3128"),
                ("http_proxy", "socks5h://user:pw@socks:1080"),
                ("NO_PROXY", "inside.example"),
            ],
            None,
        );
        let chosen = |server: &str, entry| {
            choose(&server.parse().unwrap(), entry, &environment).unwrap().map(|uri| uri.to_string())
        };
        assert_eq!(chosen("https://a.example", None).unwrap(), "http://proxy:3128/");
        assert_eq!(chosen("http://a.example", None).unwrap(), "socks5://user:pw@socks:1080/");
        assert_eq!(chosen("https://k8s.inside.example:6443", None), None);
        let entry = Some("https://p:1");
        assert_eq!(chosen("https://k8s.inside.example", entry).unwrap(), "https://p:1/");
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_named_without_its_password() {
        let server = "https://a.example".parse().unwrap();
        for bad in ["ftp://user:hunter2@host", "http://", "http://us er:hunter2@h"] {
            let error = choose(&server, Some(bad), &Environment::default()).unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
