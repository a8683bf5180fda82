//! Which proxy a request goes through, by the variables of the environment as Go reads them.
//!
//! Rules: <https://pkg.go.dev/golang.org/x/net/http/httpproxy>. `HTTP_PROXY` and `HTTPS_PROXY` (or in small letters)
//! name proxies, and `NO_PROXY` hosts that are reached without: `*` for all, names with what lies below them, names
//! behind a dot for only that, addresses, networks, each with a port if only that is meant. Hosts of this machine never go
//! through a proxy. A program that answers a web server's request (CGI) does not believe `HTTP_PROXY`, which there is a
//! header of the request.

use std::net::IpAddr;

use longshore_go::url::Url;

/// The proxies of an environment.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    http: Option<Url>,
    https: Option<Url>,
    exceptions: Vec<Exception>,
}

/// What is reached without a proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Exception {
    All,
    /// Addresses with the same first bits.
    Network(IpAddr, u32),
    Address(IpAddr, Option<String>),
    /// What ends in the name, which begins with a dot; itself too if `itself`.
    Name {
        below: String,
        itself: bool,
        port: Option<String>,
    },
}

impl Proxies {
    /// Those of the process's environment.
    pub fn from_environment() -> Self {
        Self::new(|name| std::env::var(name).ok())
    }

    /// Those that `variable` tells of.
    ///
    /// ```
    /// use longshore_source::Proxies;
    /// let proxies = Proxies::new(|name| match name {
    ///     "https_proxy" => Some("proxy:3128".into()),
    ///     "NO_PROXY" => Some("example.org,10.0.0.0/8".into()),
    ///     _ => None,
    /// });
    /// assert_eq!(proxies.choose("https://example.com/").as_deref(), Some("http://proxy:3128"));
    /// assert_eq!(proxies.choose("https://charts.example.org/"), None);
    /// assert_eq!(proxies.choose("http://example.com/"), None);
    /// ```
    pub fn new(variable: impl Fn(&str) -> Option<String>) -> Self {
        let any = |names: [&str; 2]| {
            names
                .into_iter()
                .find_map(|name| variable(name).filter(|value| !value.is_empty()))
                .unwrap_or_default()
        };
        let is_cgi = !any(["REQUEST_METHOD"; 2]).is_empty();
        Self {
            http: proxy(&any(["HTTP_PROXY", "http_proxy"])).filter(|_| !is_cgi),
            https: proxy(&any(["HTTPS_PROXY", "https_proxy"])),
            exceptions: exceptions(&any(["NO_PROXY", "no_proxy"])),
        }
    }

    /// The proxy for an address.
    pub fn choose(&self, url: &str) -> Option<String> {
        let url = Url::parse(url.as_bytes()).ok()?;
        let (proxy, default_port) = match url.scheme.as_slice() {
            b"https" => (&self.https, "443"),
            b"http" => (&self.http, "80"),
            _ => return None,
        };
        let proxy = proxy.as_ref()?;
        let host = String::from_utf8_lossy(url.hostname()).trim().to_ascii_lowercase();
        let port = url.port().map_or(default_port.into(), String::from_utf8_lossy);
        self.applies(&host, &port).then(|| String::from_utf8_lossy(&proxy.to_bytes()).into_owned())
    }

    fn applies(&self, host: &str, port: &str) -> bool {
        if host.is_empty() {
            return true;
        }
        if host == "localhost" {
            return false;
        }
        let ip = host.parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
        if ip.is_some_and(|ip| ip.is_loopback()) {
            return false;
        }
        !self.exceptions.iter().any(|exception| exception.covers(host, ip, port))
    }

    /// The rule for `reqwest`.
    pub(super) fn rule(self) -> reqwest::Proxy {
        // Go lets the proxy look names up, which has another name here.
        let remote = |proxy: String| match proxy.strip_prefix("socks5:") {
            Some(rest) => format!("socks5h:{rest}"),
            None => proxy,
        };
        reqwest::Proxy::custom(move |url| self.choose(url.as_str()).map(remote))
    }
}

impl Exception {
    fn covers(&self, host: &str, ip: Option<IpAddr>, port: &str) -> bool {
        let fits = |wanted: &Option<String>| wanted.as_ref().is_none_or(|wanted| wanted == port);
        match self {
            Self::All => true,
            Self::Network(network, bits) => ip.is_some_and(|ip| shares(*network, ip, *bits)),
            Self::Address(address, wanted) => ip == Some(*address) && fits(wanted),
            Self::Name { below, itself, port: wanted } => {
                let is_below = host.ends_with(below) || *itself && Some(host) == below.strip_prefix('.');
                is_below && fits(wanted)
            }
        }
    }
}

/// Whether two addresses have the same first bits.
fn shares(a: IpAddr, b: IpAddr, bits: u32) -> bool {
    match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => {
            let differ = a.to_bits() ^ b.to_bits();
            differ.leading_zeros() >= bits
        }
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros() >= bits,
        _ => false,
    }
}

/// The address of a proxy; a bare host and port is one for HTTP.
fn proxy(text: &str) -> Option<Url> {
    if text.is_empty() {
        return None;
    }
    match Url::parse(text.as_bytes()) {
        Ok(url) if !url.scheme.is_empty() && !url.host.is_empty() => Some(url),
        _ => Url::parse(format!("http://{text}").as_bytes()).ok(),
    }
}

/// Host and port, if there are both (`net.SplitHostPort`).
fn split(text: &str) -> Option<(&str, &str)> {
    let (host, port) = text.rsplit_once(':')?;
    match host.strip_prefix('[') {
        Some(inner) => Some((inner.strip_suffix(']')?, port)),
        None => (!host.contains(':')).then_some((host, port)),
    }
}

fn exceptions(text: &str) -> Vec<Exception> {
    let mut all = Vec::new();
    for part in text.split(',') {
        let part = part.trim().to_ascii_lowercase();
        if part.is_empty() {
            continue;
        }
        if part == "*" {
            return vec![Exception::All];
        }
        if let Some((address, bits)) = part.split_once('/')
            && let (Ok(address), Ok(bits)) = (address.parse::<IpAddr>(), bits.parse::<u32>())
            && bits <= if address.is_ipv4() { 32 } else { 128 }
        {
            all.push(Exception::Network(address, bits));
            continue;
        }
        let (host, port) = match split(&part) {
            Some(("", _)) => continue,
            Some((host, port)) => (host, Some(port.to_owned()).filter(|port| !port.is_empty())),
            None => (part.as_str(), None),
        };
        if let Ok(address) = host.parse::<IpAddr>() {
            all.push(Exception::Address(address.to_canonical(), port));
            continue;
        }
        let host = if host.starts_with("*.") { &host[1..] } else { host };
        let itself = !host.starts_with('.');
        let below = if itself { format!(".{host}") } else { host.to_owned() };
        all.push(Exception::Name { below, itself, port });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::Proxies;

    fn is_direct(exceptions: &str, url: &str) -> bool {
        let proxies = Proxies::new(|name| match name {
            "HTTP_PROXY" | "HTTPS_PROXY" => Some("http://proxy:1".to_owned()),
            "NO_PROXY" => Some(exceptions.to_owned()),
            _ => None,
        });
        proxies.choose(url).is_none()
    }

    #[test]
    fn hosts_are_excepted_as_go_does() {
        for (exceptions, url, direct) in [
            ("", "http://example.org/", false),
            ("", "http://localhost:80/", true),
            ("", "http://127.0.0.2/", true),
            ("", "http://[::1]/", true),
            ("*", "http://example.org/", true),
            ("example.org", "https://example.org/", true),
            ("example.org", "https://a.example.org/", true),
            ("example.org", "https://anexample.org/", false),
            (".example.org", "https://example.org/", false),
            (".example.org", "https://a.example.org/", true),
            ("*.example.org", "https://a.example.org/", true),
            ("*.example.org", "https://example.org/", false),
            ("a, Example.ORG ,b", "https://example.org/", true),
            ("example.org:443", "https://example.org/", true),
            ("example.org:443", "http://example.org/", false),
            ("example.org:8080", "http://example.org:8080/", true),
            ("10.0.0.0/8", "http://10.1.2.3/", true),
            ("10.0.0.0/8", "http://11.1.2.3/", false),
            ("10.1.2.3", "http://10.1.2.3:99/", true),
            ("10.1.2.3:99", "http://10.1.2.3/", false),
            ("[fd00::1]:99", "http://[fd00::1]:99/", true),
            ("fd00::/8", "http://[fd00::1]/", true),
        ] {
            assert_eq!(is_direct(exceptions, url), direct, "{exceptions} {url}");
        }
    }

    #[test]
    fn a_variable_is_taken_in_either_case_and_not_within_a_web_server() {
        let choose = |variables: &[(&str, &str)], url: &str| {
            let value = |name: &str| {
                variables.iter().find(|(one, _)| *one == name).map(|(_, value)| (*value).to_owned())
            };
            Proxies::new(value).choose(url)
        };
        let url = "http://example.org/";
        assert_eq!(choose(&[("http_proxy", "p:1")], url).as_deref(), Some("http://p:1"));
        assert_eq!(
            choose(&[("http_proxy", "p:1"), ("HTTP_PROXY", "q:2")], url).as_deref(),
            Some("http://q:2")
        );
        assert_eq!(choose(&[("HTTP_PROXY", "socks5://p:1")], url).as_deref(), Some("socks5://p:1"));
        assert_eq!(choose(&[("HTTP_PROXY", "p:1"), ("REQUEST_METHOD", "GET")], url), None);
        assert_eq!(choose(&[("HTTPS_PROXY", "p:1")], url), None);
    }
}
