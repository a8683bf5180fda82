//! Requests and answers: one for each connection.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::log::Reading;
use super::{State, held, streams};

/// What is asked for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// The parts of the path.
    pub(super) path: Vec<String>,
    /// The query; a name may come several times.
    pub(super) query: Vec<(String, String)>,
    /// The headers, their names in small letters.
    pub(super) headers: BTreeMap<String, String>,
}

impl Asked {
    /// The first value of a name in the query.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// Whether something is asked for by `true` or `1`.
    pub(super) fn is(&self, name: &str) -> bool {
        matches!(self.value(name), Some("true" | "1"))
    }
}

/// Answers one request.
pub(super) async fn serve<S>(mut stream: S, state: &State) -> Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (asked, line) = head(&mut stream).await?;
    held(&state.asked).push(line);
    match asked.path.first().map(String::as_str) {
        Some("containerLogs") => log(stream, &asked, state).await,
        Some("exec") => streams::exec(stream, &asked).await,
        Some("portForward") => streams::forward(stream, &asked).await,
        _ => refuse(&mut stream, "404 Not Found", "nothing is here").await,
    }
}

async fn refuse(stream: &mut (impl AsyncWrite + Unpin), status: &str, text: &str) -> Result<()> {
    let answer =
        format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{text}", text.len());
    stream.write_all(answer.as_bytes()).await?;
    Ok(stream.shutdown().await?)
}

async fn head(stream: &mut (impl AsyncRead + Unpin)) -> Result<(Asked, String)> {
    /// No API server sends more.
    const MOST: usize = 64 << 10;
    let mut bytes = BytesMut::new();
    // Byte by byte, so that nothing of what follows the head is taken.
    while !bytes.ends_with(b"\r\n\r\n") {
        if bytes.len() > MOST || stream.read_buf(&mut (&mut bytes).limit(1)).await? == 0 {
            bail!("no head");
        }
    }
    let text = String::from_utf8(bytes.to_vec())?;
    let mut lines = text.lines();
    let target = lines.next().and_then(|line| line.split(' ').nth(1)).context("no request line")?.to_owned();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut asked = Asked {
        path: path.split('/').filter(|part| !part.is_empty()).map(unescaped).collect(),
        ..Asked::default()
    };
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        asked.query.push((unescaped(name), unescaped(value)));
    }
    for line in lines {
        if let Some((name, value)) = line.split_once(':') {
            asked.headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
    }
    Ok((asked, target))
}

use bytes::BufMut as _;

fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match (first, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            (byte, _) => {
                bytes.push(if *byte == b'+' { b' ' } else { *byte });
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A container's log in chunks, to its end or for as long as it is followed.
async fn log(mut stream: impl AsyncWrite + Unpin, asked: &Asked, state: &State) -> Result<()> {
    let [_, _, pod, container] = &asked.path[..] else {
        return refuse(&mut stream, "400 Bad Request", "a path has four parts").await;
    };
    let key = (pod.clone(), container.clone());
    let begun = held(&state.logs).get_mut(&key).map(|log| log.begin(asked));
    let mut reading: Reading = match begun {
        None => {
            let text = format!("container \"{container}\" in pod \"{pod}\" is waiting to start");
            return refuse(&mut stream, "400 Bad Request", &text).await;
        }
        Some(None) => {
            let text = format!("previous terminated container \"{container}\" in pod \"{pod}\" not found");
            return refuse(&mut stream, "400 Bad Request", &text).await;
        }
        Some(Some(reading)) => reading,
    };
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n")
        .await?;
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    loop {
        let mut text = String::new();
        let ended = match held(&state.logs).get(&key) {
            Some(log) => log.read(&mut reading, &mut text),
            None => true,
        };
        if !text.is_empty() {
            stream.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes()).await?;
            stream.flush().await?;
        } else if ended || !asked.is("follow") {
            stream.write_all(b"0\r\n\r\n").await?;
            return Ok(stream.shutdown().await?);
        } else {
            tick.tick().await;
        }
    }
}
