//! One request and its answer: limits, deadlines, second attempts, and credentials that ran out.
//!
//! Everything that goes to the API server passes through [`Transport::send`] (or, for streams,
//! [`Transport::open`]). It knows nothing of objects: paths and bytes go in, bytes or a [`Failure`] come
//! out, and [`crate::Error`] gives a failure its meaning. Dropping a future abandons its request; the
//! caller must then assume that the server may have carried it out.

mod client;
mod connect;
mod guard;
mod retry;
#[cfg(test)]
mod tests;
mod upgrade;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, header};
use http_body_util::BodyExt as _;
use kube::Client;
use kube::client::Body;
use tokio::sync::Semaphore;
use tokio::time::timeout;

pub(crate) use client::client;
pub use connect::{ConnectError, ConnectProblem};
pub(crate) use retry::Backoff;
pub(crate) use upgrade::{Raw, Upgrade};

use crate::cluster::WriteGuard;
use crate::options::RetryPolicy;
use crate::status::Status;

/// A request before it is sent. Cheap to clone: it may be sent several times.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) path: String,
    pub(crate) content_type: &'static str,
    pub(crate) accept: &'static str,
    pub(crate) body: Bytes,
    /// Whether carrying it out twice is as good as once.
    pub(crate) repeatable: bool,
    /// Whether it names the resource version that it expects: then a conflict is an answer.
    pub(crate) fenced: bool,
    /// Whether one attempt is enough: its answer is wanted, not needed.
    pub(crate) once: bool,
}

impl Request {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            content_type: "application/json",
            accept: "application/json",
            body: Bytes::new(),
            repeatable: true,
            fenced: false,
            once: false,
        }
    }

    pub(crate) fn with_body(method: Method, path: impl Into<String>, body: Bytes) -> Self {
        let repeatable = method != Method::POST;
        Self { method, body, repeatable, ..Self::get(path) }
    }

    fn build(&self, guard: Option<&Arc<dyn WriteGuard>>) -> Result<http::Request<Body>, http::Error> {
        let mut builder = http::Request::builder()
            .method(self.method.clone())
            .uri(&self.path)
            .header(header::ACCEPT, self.accept);
        if !self.body.is_empty() {
            builder = builder.header(header::CONTENT_TYPE, self.content_type);
        }
        if let Some(guard) = guard {
            builder = builder.extension(guard::Guard(Arc::clone(guard)));
        }
        builder.body(Body::from(self.body.to_vec()))
    }
}

/// An answer that is not a failure.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) code: u16,
    pub(crate) body: Bytes,
    /// The texts of its `Warning` headers, which is how the server speaks of deprecations.
    pub(crate) warnings: Vec<String>,
    /// Whether an earlier attempt may have been carried out, although no answer came.
    pub(crate) after_doubt: bool,
}

/// Why there is no answer to use.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server answered with a failure.
    Status {
        status: Box<Status>,
        /// How often it was asked.
        attempts: u32,
        /// Whether an earlier attempt may have been carried out.
        after_doubt: bool,
    },
    /// There was no answer.
    Connect(Box<ConnectError>),
}

/// How to get new credentials: the configuration that the client was built from.
type Renewal = Option<Box<kube::Config>>;

/// The way to one API server.
pub(crate) struct Transport {
    client: Mutex<(u64, Client)>,
    renewal: Renewal,
    /// One asking for credentials at a time, however many requests were turned away.
    renewing: tokio::sync::Mutex<()>,
    permits: Semaphore,
    retry: RetryPolicy,
    request_timeout: Duration,
    reached: AtomicBool,
    /// Whether the server does not carry SPDY in a WebSocket, as was found out.
    refuses_tunnels: AtomicBool,
    sent: AtomicU64,
}

impl Transport {
    pub(crate) fn new(
        client: Client,
        renewal: Renewal,
        concurrency: usize,
        retry: RetryPolicy,
        request_timeout: Duration,
    ) -> Self {
        Self {
            client: Mutex::new((0, client)),
            renewal,
            renewing: tokio::sync::Mutex::new(()),
            permits: Semaphore::new(concurrency.max(1)),
            retry,
            request_timeout,
            reached: AtomicBool::new(false),
            refuses_tunnels: AtomicBool::new(false),
            sent: AtomicU64::new(0),
        }
    }

    /// How many requests were sent so far, second attempts included.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    fn client(&self) -> (u64, Client) {
        let guard = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        (guard.0, guard.1.clone())
    }

    /// Asks for new credentials, unless another request did so since `generation`.
    /// Whether there is reason to try again.
    async fn renew(&self, generation: u64) -> bool {
        let Some(config) = &self.renewal else {
            return false;
        };
        let _renewing = self.renewing.lock().await;
        if self.client().0 != generation {
            return true;
        }
        let config = (**config).clone();
        match client(config).await {
            Ok(client) => {
                let mut guard = self.client.lock().unwrap_or_else(PoisonError::into_inner);
                *guard = (generation + 1, client);
                true
            }
            Err(error) => {
                // Not the error itself: a plugin's may quote its output.
                let problem = ConnectError::of_client(&error).problem;
                tracing::debug!(?problem, "credentials could not be renewed");
                false
            }
        }
    }

    /// Sends a request until it is answered, refused for good, or the policy's patience ends.
    ///
    /// The first contact is not repeated when nobody listens: a wrong address must be found at once.
    /// `guard` is asked before each attempt of what is no mere question.
    pub(crate) async fn send(
        &self,
        request: &Request,
        guard: Option<&Arc<dyn WriteGuard>>,
    ) -> Result<Reply, Failure> {
        let guard = guard.filter(|_| request.method != Method::GET);
        let mut backoff = Backoff::new(self.retry);
        let mut doubt = false;
        let mut renewed = false;
        loop {
            let (generation, client) = self.client();
            let failure = match self.attempt(&client, request, guard).await {
                Ok(mut reply) => {
                    reply.after_doubt = doubt;
                    return Ok(reply);
                }
                // It may have been withheld at the last moment: the next attempt waits first.
                Err(Attempt::Connect(_))
                    if request.repeatable && guard.is_some_and(|guard| !guard.holds()) =>
                {
                    doubt = true;
                    continue;
                }
                Err(failure) => failure,
            };
            let (wait, doubtful) = match &failure {
                Attempt::Status(status, _) if status.code == 401 && !renewed => {
                    renewed = true;
                    if self.renew(generation).await {
                        continue;
                    }
                    (None, false)
                }
                Attempt::Status(status, after) => retry::of_status(status, *after, request.fenced),
                Attempt::Connect(error) => retry::of_connection(error, self.reached.load(Ordering::Relaxed)),
            };
            doubt |= doubtful;
            let again = wait.filter(|_| !request.once && (request.repeatable || !doubtful));
            let pause = again.and_then(|asked| backoff.next(asked));
            let Some(pause) = pause else {
                return Err(match failure {
                    Attempt::Status(status, _) => Failure::Status {
                        status: Box::new(status),
                        attempts: backoff.attempts(),
                        after_doubt: doubt,
                    },
                    Attempt::Connect(mut error) => {
                        error.attempts = backoff.attempts();
                        Failure::Connect(Box::new(error))
                    }
                });
            };
            tracing::debug!(path = request.path, ?pause, "trying again");
            tokio::time::sleep(pause).await;
        }
    }

    /// One attempt, with a permit held until the answer's last byte.
    async fn attempt(
        &self,
        client: &Client,
        request: &Request,
        guard: Option<&Arc<dyn WriteGuard>>,
    ) -> Result<Reply, Attempt> {
        let _permit = loop {
            let permit = self.permits.acquire().await;
            debug_assert!(permit.is_ok(), "the semaphore is never closed");
            let Some(guard) = guard.filter(|guard| !guard.holds()) else { break permit };
            // Without the permit: whatever renews the guard needs one.
            drop(permit);
            guard.regained().await;
        };
        self.sent.fetch_add(1, Ordering::Relaxed);
        let exchange = async {
            let response = self.start(client, request, guard).await?;
            let code = response.status().as_u16();
            let warnings = warnings(response.headers());
            let after = retry::after(response.headers());
            let body = response.into_body().collect().await;
            let body = body.map_err(|e| Attempt::Connect(ConnectError::broken(&e)))?.to_bytes();
            if code >= 400 {
                return Err(Attempt::Status(Status::of_body(code, &body), after));
            }
            Ok(Reply { code, body, warnings, after_doubt: false })
        };
        match timeout(self.request_timeout, exchange).await {
            Ok(result) => result,
            Err(_) => Err(Attempt::Connect(ConnectError::no_answer(self.request_timeout))),
        }
    }

    /// Sends and waits for the answer's head.
    async fn start(
        &self,
        client: &Client,
        request: &Request,
        guard: Option<&Arc<dyn WriteGuard>>,
    ) -> Result<http::Response<Body>, Attempt> {
        let built =
            request.build(guard).map_err(|error| Attempt::Connect(ConnectError::unsendable(&error)))?;
        match client.send(built).await {
            Ok(response) => {
                self.reached.store(true, Ordering::Relaxed);
                Ok(response)
            }
            Err(error) => Err(Attempt::Connect(ConnectError::of_client(&error))),
        }
    }

    /// What a refusal says; nothing if its end does not come in time.
    async fn words_of(&self, refusal: http::Response<Body>) -> Bytes {
        match timeout(self.request_timeout, refusal.into_body().collect()).await {
            Ok(Ok(body)) => body.to_bytes(),
            _ => Bytes::new(),
        }
    }

    /// Opens a stream (a watch, a log). One attempt: whoever reads streams starts them again anyhow.
    /// Only the head is bound by the request timeout.
    pub(crate) async fn open(&self, request: &Request) -> Result<Body, Failure> {
        let mut renewed = false;
        loop {
            let (generation, client) = self.client();
            self.sent.fetch_add(1, Ordering::Relaxed);
            let started = timeout(self.request_timeout, self.start(&client, request, None)).await;
            let response = match started {
                Ok(Ok(response)) => response,
                Ok(Err(Attempt::Connect(error))) => return Err(Failure::Connect(Box::new(error))),
                Ok(Err(Attempt::Status(status, _))) => return Err(Failure::once(status)),
                Err(_) => {
                    let error = ConnectError::no_answer(self.request_timeout);
                    return Err(Failure::Connect(Box::new(error)));
                }
            };
            let code = response.status().as_u16();
            if code < 400 {
                return Ok(response.into_body());
            }
            if code == 401 && !renewed {
                renewed = true;
                if self.renew(generation).await {
                    continue;
                }
            }
            let body = self.words_of(response).await;
            return Err(Failure::once(Status::of_body(code, &body)));
        }
    }
}

impl Failure {
    fn once(status: Status) -> Self {
        Self::Status { status: Box::new(status), attempts: 1, after_doubt: false }
    }
}

/// How one attempt failed.
enum Attempt {
    /// With an answer, and the wait it asked for.
    Status(Status, Option<Duration>),
    /// Without one.
    Connect(ConnectError),
}

/// The texts of `Warning: 299 - "…"` headers. Source: RFC 7234 section 5.5.
fn warnings(headers: &http::HeaderMap) -> Vec<String> {
    headers
        .get_all(header::WARNING)
        .iter()
        .filter_map(|value| std::str::from_utf8(value.as_bytes()).ok())
        .filter_map(|value| {
            let quoted = &value[value.find('"')? + 1..];
            let mut text = String::new();
            let mut escaped = false;
            for c in quoted.chars() {
                match c {
                    '\\' if !escaped => escaped = true,
                    '"' if !escaped => return Some(text),
                    c => {
                        escaped = false;
                        text.push(c);
                    }
                }
            }
            None
        })
        .collect()
}
