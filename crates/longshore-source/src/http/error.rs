//! Why there is no file, in the words of Go's `net/http`, which scripts know from Helm.

use longshore_go::strconv::quoted;
use std::error::Error as StdError;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};

use longshore_go::url::{Url, UrlError, UserInfo};
use rustls::{CertificateError, InvalidMessage};

use super::{Proxies, TlsFiles};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The address is none.
    #[error("{0}")]
    Url(String),
    /// The server says something else than "200 OK".
    #[error("failed to fetch {url} : {text}")]
    Status {
        /// The address, without a password.
        url: String,
        /// The status code.
        code: u16,
        /// Code and words.
        text: String,
    },
    /// There is no answer at all.
    #[error("Get {}: {problem}", quoted(.url))]
    NoAnswer {
        /// The address, without a password.
        url: String,
        /// Why.
        problem: String,
    },
    /// The answer broke off.
    #[error("{0}")]
    Body(String),
    /// The answer is larger than is taken.
    #[error("the answer from {url} is larger than {max_bytes} bytes")]
    TooLarge {
        /// The address, without a password.
        url: String,
        /// The bytes that are taken.
        max_bytes: u64,
    },
    /// Files of certificates cannot be used.
    #[error("can't create TLS config for client: {}", joined(.problems))]
    Tls {
        /// The files.
        files: TlsFiles,
        /// What is wrong with them.
        problems: Vec<TlsFileError>,
    },
    /// Something else.
    #[error("{0}")]
    Other(String),
}

/// What is wrong with a file of certificates, in the words of Helm 4.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsFileError {
    /// It cannot be read.
    #[error("{}: {}: open {path}: {reason}", unreadable(.what), quoted(.path))]
    Unreadable {
        /// `cert`, `key` or `CA`.
        what: &'static str,
        /// Its name.
        path: String,
        /// Why.
        reason: String,
    },
    /// There is no certificate of an authority in it.
    #[error("failed to append certificates from pem block")]
    NoAuthority,
    /// Certificate and key cannot be used.
    #[error("unable to load cert from key pair: {0}")]
    Identity(String),
}

fn unreadable(what: &str) -> String {
    if what == "CA" { String::from("can't read CA file") } else { format!("unable to read {what} file") }
}

fn joined(problems: &[TlsFileError]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Reads an address.
pub(super) fn check_url(url: &str) -> Result<Url, HttpError> {
    let parsed = Url::parse(url.as_bytes()).map_err(|error| {
        HttpError::Url(UrlError { url: guarded(url).as_str().into(), ..error }.to_string())
    })?;
    let no_answer = |problem: String| Err(HttpError::NoAnswer { url: shown(&parsed), problem });
    match parsed.scheme.as_slice() {
        b"http" | b"https" if parsed.host.is_empty() => {
            no_answer(String::from("http: no Host in request URL"))
        }
        b"http" | b"https" => Ok(parsed),
        other => no_answer(format!("unsupported protocol scheme {}", quoted(other))),
    }
}

/// The address with stars for its password.
pub(super) fn shown(url: &Url) -> String {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let whole = text(url.to_bytes());
    match &url.user {
        Some(user @ UserInfo { password: Some(_), .. }) => {
            let name = UserInfo { name: user.name.clone(), password: None };
            let stars = text(name.to_bytes()) + ":***@";
            whole.replacen(&(text(user.to_bytes()) + "@"), &stars, 1)
        }
        _ => whole,
    }
}

/// The same for what is no address.
fn guarded(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    match rest.rsplit_once('@') {
        Some((user, rest)) if user.contains(':') => {
            format!("{scheme}://{}:***@{rest}", user.split(':').next().unwrap_or_default())
        }
        _ => url.to_owned(),
    }
}

impl HttpError {
    /// A client that cannot be made.
    pub(super) fn of_client(error: &reqwest::Error) -> Self {
        Self::Other(innermost(error).to_string())
    }

    /// A request without an answer.
    pub(crate) fn of_request(error: &reqwest::Error, asked: &Url) -> Self {
        // After a redirect the last address counts.
        let last = error.url().and_then(|url| Url::parse(url.as_str().as_bytes()).ok());
        let is_other = |last: &Url| last.host != asked.host || last.path != asked.path && last.path != b"/";
        let url = last.filter(is_other).unwrap_or_else(|| asked.clone());
        Self::NoAnswer { url: shown(&url), problem: problem(error, &url) }
    }

    /// An answer that broke off.
    pub(crate) fn of_body(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            let words =
                "context deadline exceeded (Client.Timeout or context cancellation while reading body)";
            return Self::Body(words.to_owned());
        }
        let io = chain(error).find_map(|link| link.downcast_ref::<io::Error>());
        Self::Body(match io.map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionReset) => String::from("read: connection reset by peer"),
            _ => String::from("unexpected EOF"),
        })
    }
}

/// An error and its causes.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    // A chain is as long as the layers are deep; the bound is against one that bites its tail.
    std::iter::successors(Some(error), |error| cause(*error)).take(32)
}

/// What an error comes from, also where an `io::Error` hides it.
fn cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
        None => error.source(),
    }
}

fn innermost<'a>(error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    chain(error).last().unwrap_or(error)
}

/// Why there is no answer from `url`.
fn problem(error: &reqwest::Error, url: &Url) -> String {
    if error.is_timeout() {
        return String::from("context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
    }
    if let Some(error) = chain(error).find_map(|link| link.downcast_ref::<rustls::Error>()) {
        return of_tls(error, url);
    }
    // Whom we really wanted to reach.
    let proxy = Proxies::from_environment().choose(&String::from_utf8_lossy(&url.to_bytes()));
    let proxy = proxy.and_then(|proxy| Url::parse(proxy.as_bytes()).ok());
    let (dialled, through) = proxy.as_ref().map_or((url, ""), |proxy| (proxy, "proxyconnect tcp: "));
    let texts: Vec<String> = chain(error).map(ToString::to_string).collect();
    if texts.iter().any(|text| text.contains("dns error")) {
        let host = String::from_utf8_lossy(dialled.hostname());
        return format!("{through}dial tcp: lookup {host}: no such host");
    }
    if let Some(hyper) = chain(error).find_map(|link| link.downcast_ref::<hyper::Error>()) {
        if hyper.is_incomplete_message() || hyper.is_closed() {
            return String::from("EOF");
        }
        if hyper.is_parse() {
            return String::from("net/http: HTTP/1.x transport connection broken: malformed HTTP response");
        }
    }
    let io = chain(error).filter_map(|link| link.downcast_ref::<io::Error>()).last();
    let words = match io.map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => "connection refused",
        Some(io::ErrorKind::NetworkUnreachable) => "network is unreachable",
        Some(io::ErrorKind::HostUnreachable) => "no route to host",
        Some(io::ErrorKind::ConnectionReset) => return String::from("read: connection reset by peer"),
        Some(io::ErrorKind::UnexpectedEof) => return String::from("EOF"),
        // Why a SOCKS proxy cannot be reached is not told.
        None if texts.iter().any(|text| text.contains("create underlying connection")) => "failed",
        _ => return texts.last().cloned().unwrap_or_default(),
    };
    match address(dialled) {
        Some(address) => format!("{through}dial tcp {address}: connect: {words}"),
        None => format!("{through}dial tcp: connect: {words}"),
    }
}

/// The address that Go would have said it cannot reach: the first one of the host.
fn address(url: &Url) -> Option<SocketAddr> {
    let host = str::from_utf8(url.hostname()).ok()?;
    let port = url.port().and_then(|port| str::from_utf8(port).ok()?.parse().ok());
    let port = port.unwrap_or(match url.scheme.as_slice() {
        b"https" => 443,
        b"socks5" | b"socks5h" => 1080,
        _ => 80,
    });
    match host.parse::<IpAddr>() {
        Ok(ip) => Some(SocketAddr::new(ip, port)),
        Err(_) => (host, port).to_socket_addrs().ok()?.next(),
    }
}

/// What is wrong between the two sides.
fn of_tls(error: &rustls::Error, url: &Url) -> String {
    let host = String::from_utf8_lossy(url.hostname());
    let refused = |why: String| format!("tls: failed to verify certificate: x509: {why}");
    match error {
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            String::from("http: server gave HTTP response to HTTPS client")
        }
        rustls::Error::AlertReceived(alert) => {
            let words = format!("{alert:?}");
            format!("remote error: tls: {}", spaced(&words))
        }
        rustls::Error::InvalidCertificate(why) => refused(match why {
            // A certificate of an authority that a server shows is one that is not known.
            CertificateError::UnknownIssuer | CertificateError::BadSignature | CertificateError::Other(_) => {
                String::from("certificate signed by unknown authority")
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
                if host.parse::<IpAddr>().is_ok() =>
            {
                format!("cannot validate certificate for {host} because it doesn't contain any IP SANs")
            }
            CertificateError::NotValidForName => format!("certificate is not valid for {host}"),
            CertificateError::NotValidForNameContext { presented, .. } => {
                let names: Vec<&str> = presented.iter().map(|name| dns_name(name)).collect();
                match names.as_slice() {
                    [] => format!("certificate is not valid for any names, but wanted to match {host}"),
                    names => format!("certificate is valid for {}, not {host}", names.join(", ")),
                }
            }
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => {
                String::from("certificate has expired or is not yet valid")
            }
            other => other.to_string(),
        }),
        other => other.to_string(),
    }
}

/// The name in rustls's `DnsName("a")`.
fn dns_name(name: &str) -> &str {
    name.split('"').nth(1).unwrap_or(name)
}

/// `BadCertificate` as `bad certificate`.
fn spaced(words: &str) -> String {
    let mut text = String::new();
    for letter in words.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}
