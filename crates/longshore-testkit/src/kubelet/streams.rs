//! Commands and ports, over WebSockets as a kubelet of 1.36 takes them.

use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use bytes::{Buf as _, Bytes, BytesMut};
use flate2::{Decompress, FlushDecompress};
use futures::stream::SplitSink;
use futures::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::http1::Asked;

/// Answers the handshake with a protocol.
async fn accept<S>(mut stream: S, asked: &Asked, protocol: &str) -> Result<WebSocketStream<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let offered = asked.headers.get("sec-websocket-protocol").map_or("", String::as_str);
    if !offered.split(',').any(|one| one.trim() == protocol) {
        bail!("{protocol} is not among {offered}");
    }
    let key = asked.headers.get("sec-websocket-key").context("no handshake of a WebSocket")?;
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-accept: {}\r\nsec-websocket-protocol: {protocol}\r\n\r\n",
        derive_accept_key(key.as_bytes())
    );
    stream.write_all(answer.as_bytes()).await?;
    Ok(WebSocketStream::from_raw_socket(stream, Role::Server, None).await)
}

/// A message of a stream.
fn message(stream: u8, bytes: &[u8]) -> Message {
    let mut all = vec![stream];
    all.extend_from_slice(bytes);
    Message::Binary(all.into())
}

/// Runs the command on this machine. What a terminal's size is told to be, it writes to the output.
pub(super) async fn exec<S>(stream: S, asked: &Asked) -> Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let words: Vec<&str> =
        asked.query.iter().filter(|(name, _)| name == "command").map(|(_, word)| word.as_str()).collect();
    let (sink, mut incoming) = accept(stream, asked, "v5.channel.k8s.io").await?.split();
    let (out, outgoing) = mpsc::channel(16);
    let sending = tokio::spawn(send(sink, outgoing));
    let (program, arguments) = words.split_first().context("no command")?;
    let input = if asked.is("input") { Stdio::piped() } else { Stdio::null() };
    let mut command = Command::new(program);
    command.args(arguments).stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            let status = serde_json::json!({"status": "Failure", "reason": "InternalError",
                "message": format!("error executing command: {error}")});
            out.send(message(3, status.to_string().as_bytes())).await?;
            drop(out);
            return sending.await?;
        }
    };
    let copies = [
        tokio::spawn(copy(child.stdout.take().context("it was asked for")?, 1, out.clone())),
        tokio::spawn(copy(child.stderr.take().context("it was asked for")?, 2, out.clone())),
    ];
    let mut stdin = child.stdin.take();
    let sizes = out.clone();
    let reading = tokio::spawn(async move {
        while let Some(Ok(incoming)) = incoming.next().await {
            let Message::Binary(mut bytes) = incoming else { continue };
            match (bytes.get_u8(), &mut stdin) {
                (0, Some(stdin)) => drop(stdin.write_all(&bytes).await),
                (255, _) => stdin = None,
                (4, _) => drop(sizes.send(message(1, &[b"size ", &bytes[..], b"\n"].concat())).await),
                _ => {}
            }
        }
    });
    let status = child.wait().await?;
    for copy in copies {
        copy.await??;
    }
    let end = match status.code() {
        Some(0) => serde_json::json!({"status": "Success"}),
        code => serde_json::json!({"status": "Failure", "reason": "NonZeroExitCode",
            "message": "command terminated with non-zero exit code",
            "details": {"causes": [{"reason": "ExitCode", "message": code.unwrap_or(137).to_string()}]}}),
    };
    out.send(message(3, end.to_string().as_bytes())).await?;
    reading.abort();
    // What was aborted gives back its end of the channel.
    let _ = reading.await;
    drop(out);
    sending.await?
}

async fn copy(mut from: impl AsyncRead + Unpin, stream: u8, to: mpsc::Sender<Message>) -> Result<()> {
    let mut buffer = BytesMut::new();
    while from.read_buf(&mut buffer).await? > 0 {
        to.send(message(stream, &buffer.split())).await?;
    }
    Ok(())
}

async fn send<S>(
    mut sink: SplitSink<WebSocketStream<S>, Message>,
    mut from: mpsc::Receiver<Message>,
) -> Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(message) = from.recv().await {
        sink.send(message).await?;
    }
    Ok(sink.close().await?)
}

/// Connects to a port of this machine: SPDY/3.1 in a WebSocket. Each side may end its direction by itself.
pub(super) async fn forward<S>(stream: S, asked: &Asked) -> Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sink, mut incoming) = accept(stream, asked, "SPDY/3.1+portforward.k8s.io").await?.split();
    let (out, outgoing) = mpsc::channel(16);
    let sending = tokio::spawn(send(sink, outgoing));
    // It asks whether the other side is there, and wants to hear so before anything goes on.
    out.send(Message::Binary(Bytes::from_static(&[0x80, 3, 0, 6, 0, 0, 0, 4, 0, 0, 0, 2]))).await?;
    let mut buffer = BytesMut::new();
    let mut headers = Decompress::new(true);
    let mut streams: (Option<u32>, Option<u32>) = (None, None);
    let mut to_port = None;
    let mut was_answered = false;
    while let Some(Ok(incoming)) = incoming.next().await {
        let Message::Binary(bytes) = incoming else { continue };
        buffer.extend_from_slice(&bytes);
        while buffer.len() >= 8 {
            let length = (buffer[5] as usize) << 16 | (buffer[6] as usize) << 8 | buffer[7] as usize;
            if buffer.len() < 8 + length {
                break;
            }
            let mut frame = buffer.split_to(8 + length).freeze();
            let first = frame.get_u32();
            let last = frame.get_u32() >> 24 & 1 == 1;
            match first {
                0x8003_0001 => {
                    let id = frame.get_u32();
                    frame.advance(6);
                    let opened = opened(&mut headers, &frame)?;
                    let value = |name: &str| {
                        opened.iter().find(|(one, _)| one == name).map(|(_, value)| value.clone())
                    };
                    match value("streamtype").as_deref() {
                        Some("error") => streams.0 = Some(id),
                        _ => streams.1 = Some(id),
                    }
                    if let (Some(errors), Some(data)) = streams {
                        let port: u16 = value("port").context("no port")?.parse()?;
                        match TcpStream::connect(("127.0.0.1", port)).await {
                            Ok(connection) => {
                                let (reader, writer) = connection.into_split();
                                to_port = Some(writer);
                                tokio::spawn(from_port(reader, errors, data, out.clone()));
                            }
                            Err(error) => {
                                let text = format!(
                                    "failed to connect to localhost:{port} inside namespace: {error}"
                                );
                                out.send(data_frame(errors, true, text.as_bytes())).await?;
                            }
                        }
                    }
                }
                0x8003_0006 => was_answered = true,
                id if Some(id) == streams.1 => {
                    if let Some(port) = &mut to_port {
                        port.write_all(&frame).await?;
                        if last {
                            port.shutdown().await?;
                            to_port = None;
                            if !was_answered {
                                bail!("nobody answered whether somebody is there");
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }
    drop(out);
    sending.await?
}

/// The headers of a new stream.
fn opened(state: &mut Decompress, block: &[u8]) -> Result<Vec<(String, String)>> {
    let mut text = Vec::with_capacity(64 << 10);
    state.decompress_vec(block, &mut text, FlushDecompress::Sync)?;
    let mut text = Bytes::from(text);
    let count = text.get_u32();
    let mut word = || {
        let length = text.get_u32() as usize;
        String::from_utf8(text.split_to(length).to_vec())
    };
    (0..count).map(|_| Ok((word()?, word()?))).collect()
}

fn data_frame(stream: u32, last: bool, bytes: &[u8]) -> Message {
    let mut frame = stream.to_be_bytes().to_vec();
    frame.extend_from_slice(&(u32::from(last) << 24 | bytes.len() as u32).to_be_bytes());
    frame.extend_from_slice(bytes);
    Message::Binary(frame.into())
}

/// From the port to the other side; then both streams end.
async fn from_port(
    mut port: impl AsyncRead + Unpin,
    errors: u32,
    data: u32,
    out: mpsc::Sender<Message>,
) -> Result<()> {
    let mut buffer = BytesMut::new();
    while port.read_buf(&mut buffer).await.unwrap_or(0) > 0 {
        out.send(data_frame(data, false, &buffer.split())).await?;
    }
    out.send(data_frame(data, true, &[])).await?;
    out.send(data_frame(errors, true, &[])).await?;
    Ok(())
}
