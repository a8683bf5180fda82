//! A server that is a function, for unit tests: what a real one does only when it is unlucky.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use kube::Client;
use kube::client::Body;
use serde_json::Value as Json;
use tokio::time::Instant;

use crate::{Cluster, Endpoint, RetryPolicy};

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Method, path and query: `GET /api/v1/pods?limit=500`.
    pub(crate) line: String,
    pub(crate) at: Instant,
}

/// What it answers.
pub(crate) enum Answer {
    /// A whole answer.
    Json(u16, Json),
    /// With a header.
    With(u16, &'static str, &'static str, Json),
    /// Lines, and then what `End` says.
    Lines(Vec<String>, End),
    /// No answer: the connection fails in this way.
    Fail(io::ErrorKind),
    /// No answer, ever.
    Hang,
}

/// How a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// As it should.
    Clean,
    /// It breaks.
    Broken,
    /// It does not.
    Never,
}

/// What was asked so far.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Seen>>>);

impl Log {
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.0.lock().unwrap().clone()
    }

    /// The request lines.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }
}

/// A client of a server that answers by `answer`.
pub(crate) fn client(answer: impl FnMut(&Seen) -> Answer + Send + 'static) -> (Client, Log) {
    let log = Log::default();
    let answer = Arc::new(Mutex::new(answer));
    let kept = log.clone();
    let service = tower::service_fn(move |request: Request<Body>| {
        let (answer, log) = (Arc::clone(&answer), kept.clone());
        async move {
            let (parts, _) = request.into_parts();
            let path = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
            let seen = Seen { line: format!("{} {path}", parts.method), at: Instant::now() };
            log.0.lock().unwrap().push(seen.clone());
            let answer = answer.lock().unwrap()(&seen);
            respond(answer).await
        }
    });
    (Client::new(service, "default"), log)
}

/// The same as a cluster.
pub(crate) fn cluster(answer: impl FnMut(&Seen) -> Answer + Send + 'static) -> (Cluster, Log) {
    let (client, log) = client(answer);
    let endpoint = Endpoint::bare("https://test.example");
    (Cluster::from_client(client, endpoint, RetryPolicy::default()), log)
}

/// A failure as the API server words it.
pub(crate) fn status(code: u16, reason: &str, message: &str) -> Answer {
    let json = serde_json::json!({"kind": "Status", "apiVersion": "v1", "status": "Failure",
        "code": code, "reason": reason, "message": message});
    Answer::Json(code, json)
}

async fn respond(answer: Answer) -> io::Result<Response<Script>> {
    let whole = |code: u16, json: Json| {
        let script = Script { chunks: vec![json.to_string().into()], end: End::Clean };
        Response::builder().status(code).body(script).map_err(io::Error::other)
    };
    match answer {
        Answer::Json(code, json) => whole(code, json),
        Answer::With(code, name, value, json) => {
            let mut response = whole(code, json)?;
            response.headers_mut().insert(name, value.parse().map_err(io::Error::other)?);
            Ok(response)
        }
        Answer::Lines(lines, end) => {
            let chunks = lines.into_iter().rev().map(Into::into).collect();
            Response::builder().body(Script { chunks, end }).map_err(io::Error::other)
        }
        Answer::Fail(kind) => Err(kind.into()),
        Answer::Hang => std::future::pending().await,
    }
}

/// A body by script; the next chunk is the last.
struct Script {
    chunks: Vec<Bytes>,
    end: End,
}

impl http_body::Body for Script {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match (self.chunks.pop(), self.end) {
            (Some(chunk), _) => Poll::Ready(Some(Ok(Frame::data(chunk)))),
            (None, End::Clean) => Poll::Ready(None),
            (None, End::Broken) => {
                self.end = End::Clean;
                Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())))
            }
            (None, End::Never) => Poll::Pending,
        }
    }
}
