//! What a container wrote: its last lines, or all of it as it comes.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use kube::client::Body;

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
        let at = || Subject::object("read the log of", key(&Gvk::new("v1", "Pod"), Some(namespace), pod));
        match self.send(&request).await {
            Ok(reply) => Ok(String::from_utf8_lossy(&reply.body).lines().map(str::to_owned).collect()),
            Err(failure) => Err(Error::of(failure, at(), self.endpoint_shared(), None)),
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
        let request = Request { accept: "*/*", once: true, ..Request::get(path(namespace, pod, container)) };
        let at = || Subject::object("read the log of", key(&Gvk::new("v1", "Pod"), Some(namespace), pod));
        match self.transport().open(&request).await {
            Ok(body) => Ok(OpenLog(body)),
            Err(failure) => Err(Error::of(failure, at(), self.endpoint_shared(), None)),
        }
    }
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
