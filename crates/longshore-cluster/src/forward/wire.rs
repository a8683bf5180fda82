//! The bytes under SPDY: in messages of a WebSocket, or as they are.

use std::fmt;

use bytes::{Bytes, BytesMut};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::transport::Raw;

/// Where bytes come from.
pub(super) enum Receiver {
    Messages(SplitStream<WebSocketStream<Raw>>),
    Stream(ReadHalf<Raw>),
}

/// Where bytes go.
pub(super) enum Sender {
    Messages(SplitSink<WebSocketStream<Raw>, Message>),
    Stream(WriteHalf<Raw>),
}

/// Over a WebSocket.
pub(super) fn of_websocket(socket: WebSocketStream<Raw>) -> (Sender, Receiver) {
    let (sink, stream) = socket.split();
    (Sender::Messages(sink), Receiver::Messages(stream))
}

/// Over a bare connection.
pub(super) fn of_stream(raw: Raw) -> (Sender, Receiver) {
    let (reader, writer) = tokio::io::split(raw);
    (Sender::Stream(writer), Receiver::Stream(reader))
}

impl Receiver {
    /// Adds what has come to the buffer; `false` at the end.
    pub(super) async fn read(&mut self, buffer: &mut BytesMut) -> Result<bool, String> {
        match self {
            Self::Stream(stream) => match stream.read_buf(buffer).await {
                Ok(count) => Ok(count > 0),
                Err(error) => Err(error.to_string()),
            },
            Self::Messages(messages) => loop {
                match messages.next().await {
                    Some(Ok(Message::Binary(bytes))) => {
                        buffer.extend_from_slice(&bytes);
                        return Ok(true);
                    }
                    Some(Ok(Message::Close(_))) | None => return Ok(false),
                    // Pings are answered by the library.
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error.to_string()),
                }
            },
        }
    }
}

impl Sender {
    pub(super) async fn send(&mut self, bytes: Bytes) -> Result<(), String> {
        let sent = match self {
            Self::Messages(sink) => {
                return sink.send(Message::Binary(bytes)).await.map_err(|e| e.to_string());
            }
            Self::Stream(stream) => stream.write_all(&bytes).await,
        };
        sent.map_err(|error| error.to_string())
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Self::Messages(_)) { "websocket" } else { "stream" })
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Self::Messages(_)) { "websocket" } else { "stream" })
    }
}
