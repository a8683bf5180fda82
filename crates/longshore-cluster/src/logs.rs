//! The last lines that a container wrote.

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
        let mut path = format!(
            "/api/v1/namespaces/{}/pods/{}/log?limitBytes={}",
            escape(namespace),
            escape(pod),
            options.limit_bytes
        );
        if let Some(container) = container {
            path = format!("{path}&container={}", escape(container));
        }
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
}
