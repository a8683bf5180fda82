//! A connection to a port of a pod.
//!
//! What the node understands is SPDY/3.1 (`portforward.k8s.io`): a stream for the bytes and one for what goes wrong.
//! API servers from 1.31 on carry it inside a WebSocket, which proxies let through; to earlier ones, and where that is
//! refused, the connection itself becomes SPDY. Both ways can end one direction alone (a half-close), which the
//! old WebSocket protocol `v4.channel.k8s.io` cannot.
//!
//! Each connection gets a session of its own. `kubectl` puts all into one, where a reader that stands still holds up
//! all others, because the node's side of SPDY has no flow control for each stream.
//!
//! Source: `k8s.io/cri-streaming/pkg/streaming/portforward/httpstream.go`.

mod spdy;
mod wire;

use std::io;

use bytes::{Bytes, BytesMut};
use http::{HeaderName, Method};
use longshore_object::Gvk;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;

use crate::cluster::Cluster;
use crate::discovery::escape;
use crate::error::{Error, Subject};
use crate::objects::key;
use crate::transport::{Failure, Upgrade};
use spdy::{Frame, Opening};
use wire::{Receiver, Sender};

/// The stream for what goes wrong, and the one for the bytes. Ours are odd.
const ERRORS: u32 = 1;
const DATA: u32 = 3;

/// Bytes that are sent in one frame.
const CHUNK: usize = 32 << 10;

/// More words about an error than anybody reads.
const MOST_WORDS: usize = 4 << 10;

/// An open way to a port of a pod.
#[derive(Debug)]
pub struct Forward {
    receiver: Receiver,
    sender: Sender,
}

/// Why a connection ended before both sides had said all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForwardError {
    /// The node says why: nobody listens on that port, the pod has ended.
    #[error("{0}")]
    Node(String),
    /// The way to the pod broke: the pod has gone, or its node, or the API server.
    #[error("the connection to the pod broke: {0}")]
    Broken(String),
    /// Our side of the connection went away.
    #[error("the local side broke: {0}")]
    Local(String),
}

impl Cluster {
    /// Opens a way to a port of a pod.
    ///
    /// # Errors
    /// There is no such pod, it does not run, or the user may not do that. That nobody listens shows only as
    /// [`ForwardError::Node`].
    pub async fn forward(&self, namespace: &str, pod: &str, port: u16) -> Result<Forward, Error> {
        let path = format!("/api/v1/namespaces/{}/pods/{}/portforward", escape(namespace), escape(pod));
        let (mut sender, receiver) = self.wire(&path).await.map_err(|failure| {
            let pod = key(&Gvk::new("v1", "Pod"), Some(namespace), pod);
            Error::of(failure, Subject::object("connect to", pod), self.endpoint_shared(), None)
        })?;
        let mut opening = Opening::default();
        let port = port.to_string();
        let mut bytes =
            opening.stream(ERRORS, &[("streamtype", "error"), ("port", &port), ("requestid", "0")]);
        // We have nothing to say there.
        bytes.extend_from_slice(&spdy::data(ERRORS, true, &[]));
        bytes.extend_from_slice(
            &opening.stream(DATA, &[("streamtype", "data"), ("port", &port), ("requestid", "0")]),
        );
        // If that breaks, the first read tells why.
        let _ = sender.send(bytes.freeze()).await;
        Ok(Forward { receiver, sender })
    }

    /// In a WebSocket, or else as it is.
    async fn wire(&self, path: &str) -> Result<(Sender, Receiver), Failure> {
        const TUNNEL: &str = "SPDY/3.1+portforward.k8s.io";
        if !self.transport().refuses_tunnels() {
            match self.transport().websocket(path, &[TUNNEL]).await {
                Ok(socket) => return Ok(wire::of_websocket(socket.stream)),
                // It is not about how we ask.
                Err(Failure::Status { status, attempts, after_doubt })
                    if matches!(status.code, 401 | 404) =>
                {
                    return Err(Failure::Status { status, attempts, after_doubt });
                }
                Err(failure) => tracing::debug!(?failure, "no SPDY in a WebSocket"),
            }
        }
        let headers =
            [(HeaderName::from_static("x-stream-protocol-version"), "portforward.k8s.io".to_owned())];
        let upgrade = Upgrade { method: &Method::POST, path, to: "SPDY/3.1", headers: &headers };
        let (_, raw) = self.transport().upgrade(upgrade).await?;
        self.transport().note_refused_tunnel();
        Ok(wire::of_stream(raw))
    }
}

impl Forward {
    /// Carries bytes between a local connection and the port until both sides have ended, or one is gone. Each
    /// direction ends by itself, and each is held up by its own reader only.
    ///
    /// # Errors
    /// Why it ended early.
    pub async fn carry<R, W>(self, local_reader: R, local_writer: W) -> Result<(), ForwardError>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        // Questions whether we are there. A flood of them needs no answer to each.
        let (asked, questions) = mpsc::channel(4);
        let mut inbound = std::pin::pin!(inbound(self.receiver, local_writer, asked));
        let mut outbound = std::pin::pin!(outbound(self.sender, local_reader, questions));
        tokio::select! {
            // Only this side knows that all is over: what the local side has to say may end long before.
            ended = &mut inbound => ended,
            Err(error) = &mut outbound => match &error {
                // What the node says of it is on its way, if it is its doing.
                ForwardError::Broken(_) => inbound.await.and(Err(error)),
                _ => Err(error),
            },
        }
    }
}

/// From the pod to the local side. Comes back when the node has ended both streams.
async fn inbound<W: AsyncWrite + Unpin>(
    mut receiver: Receiver,
    mut local: W,
    asked: mpsc::Sender<u32>,
) -> Result<(), ForwardError> {
    let mut buffer = BytesMut::new();
    let mut words = BytesMut::new();
    let mut data_ended = false;
    let told = |words: &BytesMut| {
        let words = String::from_utf8_lossy(words).trim().to_owned();
        if words.is_empty() { Ok(()) } else { Err(ForwardError::Node(words)) }
    };
    loop {
        while let Some(frame) = Frame::read(&mut buffer).map_err(ForwardError::Broken)? {
            match frame {
                Frame::Data { stream: DATA, last, bytes } => {
                    local.write_all(&bytes).await.map_err(|error| gone(&error))?;
                    if last && !data_ended {
                        data_ended = true;
                        // A local side that has gone does not mind.
                        let _ = local.shutdown().await;
                    }
                }
                Frame::Data { stream: ERRORS, last, bytes } => {
                    let room = MOST_WORDS.saturating_sub(words.len()).min(bytes.len());
                    words.extend_from_slice(&bytes[..room]);
                    if last {
                        // It is the last that a node ends.
                        local.flush().await.map_err(|error| gone(&error))?;
                        return told(&words);
                    }
                }
                Frame::Reset { stream: DATA } if !data_ended => {
                    told(&words)?;
                    return Err(ForwardError::Broken("the node has reset it".to_owned()));
                }
                Frame::Reset { .. } | Frame::GoAway => {
                    told(&words)?;
                    return if data_ended {
                        Ok(())
                    } else {
                        Err(ForwardError::Broken("the node ends it".into()))
                    };
                }
                // Our own questions have odd numbers; we ask none.
                Frame::Ping { id } => drop(asked.try_send(id)),
                Frame::Data { .. } | Frame::Other => {}
            }
        }
        let broken = match receiver.read(&mut buffer).await {
            Ok(true) => continue,
            Ok(false) => "it was closed".to_owned(),
            Err(message) => message,
        };
        told(&words)?;
        return if data_ended { Ok(()) } else { Err(ForwardError::Broken(broken)) };
    }
}

/// From the local side to the pod, and answers to questions. Comes back only with an error.
async fn outbound<R: AsyncRead + Unpin>(
    mut sender: Sender,
    mut local: R,
    mut questions: mpsc::Receiver<u32>,
) -> Result<(), ForwardError> {
    let mut buffer = BytesMut::with_capacity(CHUNK);
    let mut is_open = true;
    loop {
        let bytes: Bytes = tokio::select! {
            Some(id) = questions.recv() => spdy::ping(id),
            read = local.read_buf(&mut buffer), if is_open => {
                // A local side that breaks off has said all.
                is_open = read.is_ok_and(|count| count > 0);
                let frame = spdy::data(DATA, !is_open, &buffer);
                buffer.clear();
                buffer.reserve(CHUNK);
                frame
            }
            else => std::future::pending().await,
        };
        sender.send(bytes).await.map_err(ForwardError::Broken)?;
    }
}

fn gone(error: &io::Error) -> ForwardError {
    ForwardError::Local(error.to_string())
}
