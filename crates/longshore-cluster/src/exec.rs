//! Running a command in a container.
//!
//! The connection is a WebSocket whose messages begin with the number of a stream: input 0, output 1, errors 2, how it
//! ended 3, the terminal's size 4, and from `v5` on 255, which says that a stream has ended. API servers from 1.30 on
//! take `v5.channel.k8s.io`; earlier ones `v4.channel.k8s.io`, which cannot say that the input has ended.
//!
//! Source: `k8s.io/apimachinery/pkg/util/remotecommand/constants.go`.

use bytes::{BufMut as _, Bytes, BytesMut};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt as _, StreamExt as _};
use longshore_object::Gvk;
use serde::Deserialize;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::cluster::Cluster;
use crate::discovery::escape;
use crate::error::{Error, Subject};
use crate::objects::key;
use crate::transport::Raw;

/// A stream can be ended by itself.
const CLOSING: &str = "v5.channel.k8s.io";
/// The same without that.
const PLAIN: &str = "v4.channel.k8s.io";

const INPUT: u8 = 0;
const OUTPUT: u8 = 1;
const ERRORS: u8 = 2;
const END: u8 = 3;
const SIZE: u8 = 4;
const CLOSE: u8 = 255;

/// A command and how it is run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExecOptions {
    /// The container; `None` where the pod has only one.
    pub container: Option<String>,
    /// The program and its arguments. No shell is in between.
    pub command: Vec<String>,
    /// Whether it gets an input.
    pub input: bool,
    /// Whether it gets a terminal; then its errors come with its output.
    pub terminal: bool,
}

/// A running command.
pub struct Exec {
    /// What it writes, and how it ends.
    pub reader: ExecReader,
    /// What it reads.
    pub writer: ExecWriter,
}

/// What comes from a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecOutput {
    /// It wrote this.
    Out(Bytes),
    /// It wrote this to its standard error.
    Err(Bytes),
    /// It has ended. Nothing follows.
    End(ExecEnd),
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecEnd {
    /// With this exit code; 128 and the signal's number if a signal ended it.
    Exit(i32),
    /// It could not be run, or its node lost it: why.
    Failed(String),
}

/// What a command writes.
pub struct ExecReader(SplitStream<WebSocketStream<Raw>>);

/// What a command reads.
pub struct ExecWriter {
    sink: SplitSink<WebSocketStream<Raw>, Message>,
    closes: bool,
}

impl Cluster {
    /// Runs a command in a container.
    ///
    /// # Errors
    /// There is no such pod or container, it does not run, or the user may not do that. That there is no such program
    /// shows only as [`ExecEnd::Failed`] or as exit code 126 or 127.
    pub async fn exec(&self, namespace: &str, pod: &str, options: &ExecOptions) -> Result<Exec, Error> {
        let path = options.path(namespace, pod);
        let opened = self.transport().websocket(&path, &[CLOSING, PLAIN]).await;
        let socket = opened.map_err(|failure| {
            let pod = key(&Gvk::new("v1", "Pod"), Some(namespace), pod);
            Error::of(failure, Subject::object("run a command in", pod), self.endpoint_shared(), None)
        })?;
        let closes = socket.protocol == CLOSING;
        let (sink, stream) = socket.stream.split();
        Ok(Exec { reader: ExecReader(stream), writer: ExecWriter { sink, closes } })
    }
}

impl ExecOptions {
    fn path(&self, namespace: &str, pod: &str) -> String {
        let (namespace, pod) = (escape(namespace), escape(pod));
        let mut path = format!("/api/v1/namespaces/{namespace}/pods/{pod}/exec?stdout=true");
        if let Some(container) = &self.container {
            path = format!("{path}&container={}", escape(container));
        }
        for (name, is_set) in [("stdin", self.input), ("stderr", !self.terminal), ("tty", self.terminal)] {
            if is_set {
                path = format!("{path}&{name}=true");
            }
        }
        for word in &self.command {
            path = format!("{path}&command={}", escape(word));
        }
        path
    }
}

impl ExecReader {
    /// What comes next. Dropping the future loses nothing.
    pub async fn next(&mut self) -> ExecOutput {
        loop {
            let message = match self.0.next().await {
                Some(Ok(Message::Binary(message))) => message,
                // Answered by the library.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                // Earlier servers send texts where nothing but text was written.
                Some(Ok(Message::Text(text))) => Bytes::copy_from_slice(text.as_bytes()),
                Some(Ok(Message::Close(_))) | None => {
                    let message = "the connection was closed before the command ended".to_owned();
                    return ExecOutput::End(ExecEnd::Failed(message));
                }
                Some(Err(error)) => {
                    let message = format!("the connection broke before the command ended: {error}");
                    return ExecOutput::End(ExecEnd::Failed(message));
                }
            };
            // Servers greet each stream with an empty message.
            let Some((stream, _)) = message.split_first().filter(|(_, rest)| !rest.is_empty()) else {
                continue;
            };
            match *stream {
                OUTPUT => return ExecOutput::Out(message.slice(1..)),
                ERRORS => return ExecOutput::Err(message.slice(1..)),
                END => return ExecOutput::End(ending(&message[1..])),
                _ => {}
            }
        }
    }
}

impl ExecWriter {
    /// Sends input. Comes back when it is on its way, so that who writes faster than the command reads is slowed down.
    ///
    /// # Errors
    /// The connection broke; the reader tells why.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.send(INPUT, bytes).await
    }

    /// Ends the input. With a server older than 1.30 that cannot be said, and the command goes on waiting for it:
    /// `false`.
    ///
    /// # Errors
    /// As [`ExecWriter::write`].
    pub async fn close(&mut self) -> Result<bool, String> {
        if self.closes {
            self.send(CLOSE, &[INPUT]).await?;
        }
        Ok(self.closes)
    }

    /// Tells the size of our terminal.
    ///
    /// # Errors
    /// As [`ExecWriter::write`].
    pub async fn resize(&mut self, columns: u16, rows: u16) -> Result<(), String> {
        self.send(SIZE, format!("{{\"Width\":{columns},\"Height\":{rows}}}").as_bytes()).await
    }

    async fn send(&mut self, stream: u8, bytes: &[u8]) -> Result<(), String> {
        let mut message = BytesMut::with_capacity(bytes.len() + 1);
        message.put_u8(stream);
        message.extend_from_slice(bytes);
        self.sink.send(Message::Binary(message.freeze())).await.map_err(|error| error.to_string())
    }
}

/// The status with which a command ends. Source: `v4ErrorDecoder` of client-go.
fn ending(bytes: &[u8]) -> ExecEnd {
    #[derive(Deserialize)]
    struct Ended {
        #[serde(default)]
        status: String,
        #[serde(default)]
        reason: String,
        #[serde(default)]
        message: String,
        #[serde(default)]
        details: Details,
    }
    #[derive(Deserialize, Default)]
    struct Details {
        #[serde(default)]
        causes: Vec<Cause>,
    }
    #[derive(Deserialize)]
    struct Cause {
        #[serde(default)]
        reason: String,
        #[serde(default)]
        message: String,
    }
    let Ok(ended) = serde_json::from_slice::<Ended>(bytes) else {
        return ExecEnd::Failed(String::from_utf8_lossy(bytes).into_owned());
    };
    if ended.status == "Success" {
        return ExecEnd::Exit(0);
    }
    let code = ended.details.causes.iter().find(|cause| cause.reason == "ExitCode");
    match code.and_then(|cause| cause.message.parse().ok()) {
        Some(code) if ended.reason == "NonZeroExitCode" => ExecEnd::Exit(code),
        _ => ExecEnd::Failed(ended.message),
    }
}

#[cfg(test)]
mod tests {
    use super::{ExecEnd, ExecOptions, ending};

    #[test]
    fn a_command_is_words_and_not_a_line() {
        let options = ExecOptions {
            container: Some("app".into()),
            command: vec!["sh".into(), "-c".into(), "echo a&b; exit 3".into()],
            input: true,
            terminal: false,
        };
        assert_eq!(
            options.path("shop", "web-1"),
            "/api/v1/namespaces/shop/pods/web-1/exec?stdout=true&container=app&stdin=true&stderr=true\
             &command=sh&command=-c&command=echo%20a%26b%3B%20exit%203"
        );
        let on_terminal = ExecOptions { terminal: true, ..ExecOptions::default() };
        assert_eq!(on_terminal.path("a", "b"), "/api/v1/namespaces/a/pods/b/exec?stdout=true&tty=true");
    }

    #[test]
    fn an_end_is_a_code_or_words() {
        let of = |json: &str| ending(json.as_bytes());
        assert_eq!(of(r#"{"metadata":{},"status":"Success"}"#), ExecEnd::Exit(0));
        let failed =
            r#"{"status":"Failure","reason":"NonZeroExitCode","message":"command terminated with non-zero
            exit code","details":{"causes":[{"reason":"ExitCode","message":"7"}]}}"#
                .replace('\n', " ");
        assert_eq!(of(&failed), ExecEnd::Exit(7));
        let broken = r#"{"status":"Failure","reason":"InternalError","message":"no such program"}"#;
        assert_eq!(of(broken), ExecEnd::Failed("no such program".into()));
        assert_eq!(of("gone"), ExecEnd::Failed("gone".into()));
    }
}
