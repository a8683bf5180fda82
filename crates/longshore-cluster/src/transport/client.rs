//! Building the client: TCP, perhaps a proxy, TLS, credentials.
//!
//! The parts are `kube`'s and `hyper`'s; they are put together here instead of by `kube::client::ClientBuilder`
//! for two reasons. Its sockets collect small packets (Nagle), which costs 40 ms on every resumed TLS
//! session, so on every connection but the first. And it logs each failed answer as an error, where a
//! failed answer may be just what was expected.

use std::time::Duration;

use base64::Engine as _;
use http::{HeaderValue, Uri};
use hyper_timeout::TimeoutConnector;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::legacy::connect::{Connection, HttpConnector};
use hyper_util::rt::TokioExecutor;
use kube::client::ConfigExt as _;
use kube::{Client, Config, Error};
use tower::{BoxError, Service, ServiceBuilder};

use super::guard::GuardedBody;

/// After how long of silence the system asks whether the other side is still there.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// How often it asks then before it gives the connection up: a log that nobody writes to may be silent for hours, and
/// that its connection is dead must show within a minute.
const KEEPALIVE_PROBES: u32 = 3;
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// Builds a client in the background: a credential plugin is a process that may take its time, and may
/// ask the user for a password.
pub(crate) async fn client(config: Config) -> Result<Client, Error> {
    longshore_tls::install();
    match tokio::task::spawn_blocking(move || build(&config)).await {
        Ok(client) => client,
        Err(error) => Err(Error::Service(error.into())),
    }
}

fn build(config: &Config) -> Result<Client, Error> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(KEEPALIVE));
    tcp.set_keepalive_interval(Some(KEEPALIVE_INTERVAL));
    tcp.set_keepalive_retries(Some(KEEPALIVE_PROBES));
    let Some(proxy) = &config.proxy_url else {
        return over(tcp, config);
    };
    let user = proxy.authority().and_then(|all| all.as_str().rsplit_once('@')).map(|(user, _)| user);
    match proxy.scheme_str() {
        Some("socks5") => {
            let mut socks = SocksV5::new(proxy.clone(), tcp);
            if let Some((name, password)) = user.and_then(|user| user.split_once(':')) {
                socks = socks.with_auth(unescaped(name), unescaped(password));
            }
            over(socks, config)
        }
        Some("https") => {
            let secured = config.rustls_https_connector_with_connector(tcp)?;
            over(authorised(Tunnel::new(proxy.clone(), secured), user), config)
        }
        _ => over(authorised(Tunnel::new(proxy.clone(), tcp), user), config),
    }
}

/// A tunnel with the proxy's user name and password.
fn authorised<C>(tunnel: Tunnel<C>, user: Option<&str>) -> Tunnel<C> {
    let Some(user) = user else { return tunnel };
    let encoded = base64::engine::general_purpose::STANDARD.encode(unescaped(user));
    match HeaderValue::from_str(&format!("Basic {encoded}")) {
        Ok(header) => tunnel.with_auth(header),
        // Base64 is always a header's value.
        Err(_) => tunnel,
    }
}

/// Undoes percent-encoding; what is not valid stays as it is.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).filter(|hex| *first == b'%' && hex.iter().all(u8::is_ascii_hexdigit));
        let decoded = digits
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// TLS, timeouts and credentials over a way to the server.
fn over<C>(connector: C, config: &Config) -> Result<Client, Error>
where
    C: Service<Uri> + Clone + Send + Sync + 'static,
    C::Response: Connection + hyper::rt::Read + hyper::rt::Write + Send + Unpin + 'static,
    C::Future: Send + 'static,
    C::Error: std::error::Error + Send + Sync + 'static,
{
    let secured = config.rustls_https_connector_with_connector(connector)?;
    let mut timed = TimeoutConnector::new(secured);
    timed.set_connect_timeout(config.connect_timeout);
    let http = legacy::Builder::new(TokioExecutor::new()).build::<_, GuardedBody>(timed);
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(BoxError::from)
        .map_request(GuardedBody::of)
        .service(http);
    Ok(Client::new(service, config.default_namespace.clone()))
}

#[cfg(test)]
mod tests {
    use super::unescaped;

    #[test]
    fn percent_encoding_is_undone_and_nothing_else() {
        assert_eq!(unescaped("jane:pa%40ss%3Aw%C3%A9"), "jane:pa@ss:wé");
        for same in ["", "plain", "100%", "%zz", "%+A", "a%4"] {
            assert_eq!(unescaped(same), same);
        }
    }
}
