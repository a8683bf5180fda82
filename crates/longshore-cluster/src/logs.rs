//! What a container wrote: its last lines, or all of it as it comes.

mod lines;

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use kube::client::Body;

pub use lines::{LogLine, LogLines};

use crate::cluster::Cluster;
use crate::discovery::escape;
use crate::error::{Error, Subject};
use crate::objects::key;
use crate::transport::Request;
use longshore_object::Gvk;

/// Which part of a container's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogOptions {
    /// Of the run before the present one.
    pub previous: bool,
    /// The last so many lines; `None` for all.
    pub tail_lines: Option<u32>,
    /// At most so many bytes.
    pub limit_bytes: u32,
}

impl Default for LogOptions {
    /// All lines of the present run, at most 1 MiB.
    fn default() -> Self {
        Self { previous: false, tail_lines: None, limit_bytes: 1 << 20 }
    }
}

/// Which part of a container's log is to be had as lines with their times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogRequest {
    /// Whether the answer goes on while the container does.
    pub follow: bool,
    /// Of the run before the present one.
    pub previous: bool,
    /// Only lines from then on. Only whole seconds reach the node: the fraction is cut off.
    pub since: Option<LogSince>,
    /// The last so many lines; `None` for all.
    pub tail_lines: Option<u64>,
}

/// From when on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogSince {
    /// That moment, by the node's clock.
    Time(Timestamp),
    /// So long ago.
    Last(Duration),
}

impl Cluster {
    /// Reads a container's log so far, without following it. Bytes that are not UTF-8 are replaced.
    ///
    /// # Errors
    /// If there is no such pod or container, if it has not started, or if its node cannot be reached.
    pub async fn logs(
        &self,
        namespace: &str,
        pod: &str,
        container: Option<&str>,
        options: &LogOptions,
    ) -> Result<Vec<String>, Error> {
        let mut path = format!("{}&limitBytes={}", path(namespace, pod, container), options.limit_bytes);
        if options.previous {
            path.push_str("&previous=true");
        }
        if let Some(lines) = options.tail_lines {
            path = format!("{path}&tailLines={lines}");
        }
        let request = Request { accept: "*/*", once: true, ..Request::get(path) };
        match self.send(&request).await {
            Ok(reply) => Ok(String::from_utf8_lossy(&reply.body).lines().map(str::to_owned).collect()),
            Err(failure) => Err(Error::of(failure, subject(namespace, pod), self.endpoint_shared(), None)),
        }
    }

    /// Opens a container's log so far, all of it, without following it.
    ///
    /// # Errors
    /// As [`Cluster::logs`].
    pub async fn open_log(
        &self,
        namespace: &str,
        pod: &str,
        container: Option<&str>,
    ) -> Result<OpenLog, Error> {
        Ok(OpenLog(self.open_at(namespace, pod, path(namespace, pod, container)).await?))
    }

    /// Opens a container's log as lines with their times. Nothing is kept of it: who reads slowly makes the node wait.
    ///
    /// # Errors
    /// As [`Cluster::logs`]; with `previous` also if there was no run before.
    pub async fn log_lines(
        &self,
        namespace: &str,
        pod: &str,
        container: &str,
        wanted: &LogRequest,
    ) -> Result<LogLines, Error> {
        let path = format!("{}{}", path(namespace, pod, Some(container)), wanted.query());
        Ok(LogLines::new(self.open_at(namespace, pod, path).await?))
    }

    async fn open_at(&self, namespace: &str, pod: &str, path: String) -> Result<Body, Error> {
        let request = Request { accept: "*/*", once: true, ..Request::get(path) };
        let opened = self.transport().open(&request).await;
        opened.map_err(|failure| Error::of(failure, subject(namespace, pod), self.endpoint_shared(), None))
    }
}

impl LogRequest {
    /// The rest of the query. Source: `PodLogOptions` of the core API.
    fn query(&self) -> String {
        let mut query = "&timestamps=true".to_owned();
        if self.follow {
            query.push_str("&follow=true");
        }
        if self.previous {
            query.push_str("&previous=true");
        }
        match self.since {
            Some(LogSince::Time(time)) => {
                let whole = Timestamp::from_second(time.as_second()).unwrap_or(time);
                query = format!("{query}&sinceTime={}", escape(&whole.to_string()));
            }
            // The server takes no 0.
            Some(LogSince::Last(ago)) => {
                query = format!("{query}&sinceSeconds={}", ago.as_secs().max(1));
            }
            None => {}
        }
        if let Some(lines) = self.tail_lines {
            query = format!("{query}&tailLines={lines}");
        }
        query
    }
}

fn subject(namespace: &str, pod: &str) -> Subject {
    Subject::object("read the log of", key(&Gvk::new("v1", "Pod"), Some(namespace), pod))
}

/// The path of a container's log, with the beginning of a query.
fn path(namespace: &str, pod: &str, container: Option<&str>) -> String {
    let (namespace, pod) = (escape(namespace), escape(pod));
    let container = escape(container.unwrap_or_default());
    format!("/api/v1/namespaces/{namespace}/pods/{pod}/log?container={container}")
}

/// A container's log as it comes. It may be of any length; nothing of it is kept.
#[derive(Debug)]
pub struct OpenLog(Body);

impl OpenLog {
    /// The next bytes; `None` at the end. Dropping the future loses nothing.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn next(&mut self) -> Option<Result<Bytes, String>> {
        loop {
            match self.0.frame().await? {
                Ok(frame) => match frame.into_data() {
                    Ok(data) if !data.is_empty() => return Some(Ok(data)),
                    _ => {}
                },
                Err(error) => return Some(Err(error.to_string())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{LogRequest, LogSince};

    #[test]
    fn only_whole_seconds_are_asked_for() {
        let since = |since| LogRequest { since: Some(since), ..LogRequest::default() }.query();
        let time = "2026-11-22T01:02:03.987654321Z".parse().unwrap();
        assert_eq!(since(LogSince::Time(time)), "&timestamps=true&sinceTime=2026-11-22T01%3A02%3A03Z");
        let ago = since(LogSince::Last(Duration::from_millis(1)));
        assert_eq!(ago, "&timestamps=true&sinceSeconds=1");
        let all = LogRequest { follow: true, previous: true, tail_lines: Some(7), ..LogRequest::default() };
        assert_eq!(all.query(), "&timestamps=true&follow=true&previous=true&tailLines=7");
    }
}
