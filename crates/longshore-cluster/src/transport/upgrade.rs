//! Connections that become something else: WebSocket for commands in containers, SPDY for their ports.
//!
//! They go the same way as every request (proxy, TLS, credentials, impersonation), and are asked for again once with
//! new credentials if the server no longer takes the old ones. What follows the server's `101` is the caller's.

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use kube::client::Body;
use std::sync::atomic::Ordering;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::{ConnectError, ConnectProblem, Failure, Transport};
use crate::status::Status;

/// The stream under an upgraded connection.
pub(crate) type Raw = TokioIo<Upgraded>;

/// A connection that speaks WebSocket, with the protocol that the server chose.
pub(crate) struct WebSocket {
    pub(crate) stream: WebSocketStream<Raw>,
    pub(crate) protocol: String,
}

/// What the connection is to become.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Upgrade<'a> {
    pub(crate) method: &'a Method,
    /// Path and query.
    pub(crate) path: &'a str,
    /// `websocket`, `SPDY/3.1`.
    pub(crate) to: &'static str,
    /// More headers.
    pub(crate) headers: &'a [(HeaderName, String)],
}

impl Transport {
    /// Opens a WebSocket with one of the protocols, the dearest first.
    pub(crate) async fn websocket(&self, path: &str, protocols: &[&str]) -> Result<WebSocket, Failure> {
        let key = generate_key();
        let headers = [
            (header::SEC_WEBSOCKET_VERSION, "13".to_owned()),
            (header::SEC_WEBSOCKET_KEY, key.clone()),
            (header::SEC_WEBSOCKET_PROTOCOL, protocols.join(", ")),
        ];
        let upgrade = Upgrade { method: &Method::GET, path, to: "websocket", headers: &headers };
        let (answer, raw) = self.upgrade(upgrade).await?;
        let said = |name| answer.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if said(header::SEC_WEBSOCKET_ACCEPT) != derive_accept_key(key.as_bytes()) {
            return Err(nonsense("its answer is not to our handshake"));
        }
        let protocol = said(header::SEC_WEBSOCKET_PROTOCOL).to_owned();
        if !protocols.contains(&protocol.as_str()) {
            return Err(nonsense(&format!("it chose the protocol `{protocol}`, which was not offered")));
        }
        let stream = WebSocketStream::from_raw_socket(raw, Role::Client, None).await;
        Ok(WebSocket { stream, protocol })
    }

    /// Whether it is known that SPDY in a WebSocket is refused where bare SPDY is taken.
    pub(crate) fn refuses_tunnels(&self) -> bool {
        self.refuses_tunnels.load(Ordering::Relaxed)
    }

    /// Remembers that.
    pub(crate) fn note_refused_tunnel(&self) {
        self.refuses_tunnels.store(true, Ordering::Relaxed);
    }

    /// Makes a connection something else; the answer's headers and the stream.
    pub(crate) async fn upgrade(&self, wanted: Upgrade<'_>) -> Result<(HeaderMap, Raw), Failure> {
        let mut renewed = false;
        loop {
            let (generation, client) = self.client();
            let request = wanted.build().map_err(|error| unsent(ConnectError::unsendable(&error)))?;
            self.sent.fetch_add(1, Ordering::Relaxed);
            let response = match timeout(self.request_timeout, client.send(request)).await {
                Ok(Ok(response)) => response,
                Ok(Err(error)) => return Err(unsent(ConnectError::of_client(&error))),
                Err(_) => return Err(unsent(ConnectError::no_answer(self.request_timeout))),
            };
            self.reached.store(true, Ordering::Relaxed);
            let code = response.status();
            if code == StatusCode::SWITCHING_PROTOCOLS {
                let headers = response.headers().clone();
                let upgraded = hyper::upgrade::on(response).await;
                let upgraded = upgraded.map_err(|error| unsent(ConnectError::broken(&error)))?;
                return Ok((headers, TokioIo::new(upgraded)));
            }
            if code == StatusCode::UNAUTHORIZED && !renewed {
                renewed = true;
                if self.renew(generation).await {
                    continue;
                }
            }
            let body = self.words_of(response).await;
            if code.is_success() {
                return Err(nonsense(&format!(
                    "it answers {code} where the connection should become {}",
                    wanted.to
                )));
            }
            return Err(Failure::once(Status::of_body(code.as_u16(), &body)));
        }
    }
}

impl Upgrade<'_> {
    fn build(&self) -> Result<http::Request<Body>, http::Error> {
        let mut request = http::Request::builder()
            .method(self.method.clone())
            .uri(self.path)
            .header(header::CONNECTION, HeaderValue::from_static("Upgrade"))
            .header(header::UPGRADE, HeaderValue::from_static(self.to));
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        request.body(Body::from(Vec::new()))
    }
}

fn unsent(error: ConnectError) -> Failure {
    Failure::Connect(Box::new(error))
}

/// A server that answers and does not know what it was asked.
fn nonsense(message: &str) -> Failure {
    let message = format!("the server does not open the connection as asked: {message}");
    unsent(ConnectError::new(ConnectProblem::Other { message }))
}
