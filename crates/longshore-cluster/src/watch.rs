//! Watching: the server tells of changes as they happen.
//!
//! A [`Watch`] is a list, kept up to date. It survives everything that may end a watch: the server's own
//! time limit, a proxy's, an API server that restarts, a version too old to go on from (410, answered
//! by a new list), a connection that is open and dead (nothing heard for longer than the server's limit).
//! What it does not survive it returns: no permission, no such kind.

mod lines;
#[cfg(test)]
mod tests;

use std::time::Duration;

use futures::stream::{self, Stream};
use longshore_object::Gvk;
use serde::Deserialize;
use serde_json::Value as Json;
use tokio::time::{Instant, timeout_at};

use crate::cluster::Cluster;
use crate::discovery::escape;
use crate::error::{Error, Subject};
use crate::objects::{Selector, typed};
use crate::options::RetryPolicy;
use crate::status::Status;
use crate::transport::{Backoff, Request};
use lines::Lines;

/// Between two attempts to get a watch going again; it never gives up, whoever waits has a deadline.
const AGAIN: RetryPolicy = RetryPolicy {
    attempts: u32::MAX,
    first: Duration::from_millis(200),
    longest: Duration::from_secs(5),
    budget: Duration::MAX,
};

/// What a watch tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// These objects there are; all others that were told of before are gone. Always the first.
    All(Vec<Json>),
    /// This object is new or has changed.
    Put(Json),
    /// This object is gone; its last state.
    Gone(Json),
    /// The server does not answer at present; the watch keeps trying.
    Trouble(String),
}

impl Cluster {
    /// Watches the objects of a kind in one namespace (or all). The stream ends only with an error.
    ///
    /// # Errors
    /// What trying again cannot help: no permission, no such kind.
    pub fn watch(
        &self,
        gvk: &Gvk,
        namespace: Option<&str>,
        selector: &Selector,
    ) -> impl Stream<Item = Result<Change, Error>> + Send + use<> {
        let watch = Watch {
            cluster: self.clone(),
            gvk: gvk.clone(),
            namespace: namespace.map(str::to_owned),
            selector: selector.clone(),
            version: None,
            lines: None,
            deadline: Instant::now(),
            backoff: Backoff::new(AGAIN),
            pause: None,
        };
        stream::unfold(Some(watch), |state| async move {
            let mut watch = state?;
            match watch.next().await {
                Ok(change) => Some((Ok(change), Some(watch))),
                Err(error) => Some((Err(error), None)),
            }
        })
    }

    /// Watches one object until it is deleted: `true`; `false` if the watch ended before.
    pub(crate) async fn next_deletion(
        &self,
        gvk: &Gvk,
        namespace: Option<&str>,
        name: &str,
        last: &mut Option<Json>,
    ) -> Result<bool, Error> {
        use futures::StreamExt as _;
        let selector = Selector { labels: None, fields: Some(format!("metadata.name={name}")) };
        let mut changes = std::pin::pin!(self.watch(gvk, namespace, &selector));
        while let Some(change) = changes.next().await {
            match change? {
                Change::All(found) if found.is_empty() => return Ok(true),
                Change::Gone(_) => return Ok(true),
                Change::All(mut found) => *last = found.pop(),
                Change::Put(live) => *last = Some(live),
                Change::Trouble(_) => {}
            }
        }
        Ok(false)
    }
}

/// The state between two changes.
struct Watch {
    cluster: Cluster,
    gvk: Gvk,
    namespace: Option<String>,
    selector: Selector,
    /// Where to go on from; `None` before the first list and after a 410.
    version: Option<String>,
    lines: Option<Lines>,
    /// When a silent watch is given up.
    deadline: Instant,
    backoff: Backoff,
    /// To be waited for before anything else is sent.
    pause: Option<Duration>,
}

#[derive(Deserialize)]
struct Event {
    r#type: String,
    object: Json,
}

impl Watch {
    async fn next(&mut self) -> Result<Change, Error> {
        loop {
            if let Some(pause) = self.pause.take() {
                tokio::time::sleep(pause).await;
            }
            let Some(version) = self.version.clone() else {
                let namespace = self.namespace.as_deref();
                match self.cluster.list(&self.gvk, namespace, &self.selector).await {
                    Ok(list) => {
                        self.version = Some(list.resource_version);
                        self.backoff = Backoff::new(AGAIN);
                        return Ok(Change::All(list.items));
                    }
                    Err(error) => return self.trouble(error),
                }
            };
            if self.lines.is_none() {
                let Self { cluster, gvk, namespace, selector, .. } = &*self;
                match open(cluster, gvk, namespace.as_deref(), selector, &version).await {
                    Ok(lines) => {
                        self.lines = Some(lines);
                        // A connection that is open and dead is noticed only after the server's limit.
                        self.deadline = Instant::now() + self.cluster.watch_limit() * 5 / 4;
                    }
                    Err(Error::Refused(refused)) if refused.status.code == 410 => {
                        self.version = None;
                        continue;
                    }
                    Err(error) => return self.trouble(error),
                }
            }
            if let Some(change) = self.read().await {
                return Ok(change);
            }
        }
    }

    /// The next change of the open watch; `None` if it told nothing or has ended.
    async fn read(&mut self) -> Option<Change> {
        let lines = self.lines.as_mut()?;
        let line = match timeout_at(self.deadline, lines.next()).await {
            Ok(Some(Ok(line))) => line,
            Ok(None) => {
                self.end();
                return None;
            }
            Ok(Some(Err(message))) => {
                tracing::debug!(message, kind = self.gvk.kind, "watch broke");
                self.end();
                return None;
            }
            Err(_) => {
                tracing::debug!(kind = self.gvk.kind, "watch fell silent");
                // What holds it up (a proxy that keeps answers back) may hold up the next one too; a list tells what
                // was missed all the same.
                self.version = None;
                self.end();
                return None;
            }
        };
        let Ok(event) = serde_json::from_slice::<Event>(&line) else {
            // Cut in the middle of a line.
            self.end();
            return None;
        };
        if event.r#type == "ERROR" {
            let status = Status::of_body(500, event.object.to_string().as_bytes());
            if status.code == 410 {
                self.version = None;
            }
            self.end();
            return None;
        }
        self.backoff = Backoff::new(AGAIN);
        let version = event.object.pointer("/metadata/resourceVersion").and_then(Json::as_str);
        if let Some(version) = version {
            self.version = Some(version.to_owned());
        }
        match event.r#type.as_str() {
            "ADDED" | "MODIFIED" => Some(Change::Put(typed(event.object, &self.gvk))),
            "DELETED" => Some(Change::Gone(typed(event.object, &self.gvk))),
            _ => None, // BOOKMARK: only the version
        }
    }

    /// The watch ended; the next one starts after a moment, which grows while nothing is told.
    fn end(&mut self) {
        self.lines = None;
        self.pause = self.backoff.next(Duration::ZERO);
    }

    /// What may pass is told and tried again; what will not is returned.
    fn trouble(&mut self, error: Error) -> Result<Change, Error> {
        let passing = match &error {
            Error::Connection { .. } => true,
            Error::Refused(refused) => matches!(refused.status.code, 410 | 429 | 500..),
            _ => false,
        };
        if !passing {
            return Err(error);
        }
        self.pause = self.backoff.next(Duration::ZERO);
        Ok(Change::Trouble(error.diagnostic().message.clone()))
    }
}

/// Opens a watch from a version on.
async fn open(
    cluster: &Cluster,
    gvk: &Gvk,
    namespace: Option<&str>,
    selector: &Selector,
    version: &str,
) -> Result<Lines, Error> {
    let at = || Subject::many("watch", gvk, namespace);
    let resource = cluster.resource_for(gvk, at).await?;
    let request = Request::get(format!(
        "{}?{}watch=true&allowWatchBookmarks=true&timeoutSeconds={}&resourceVersion={}",
        resource.collection(namespace),
        selector.query(),
        cluster.watch_limit().as_secs().max(1),
        escape(version),
    ));
    match cluster.transport().open(&request).await {
        Ok(body) => Ok(Lines::new(body)),
        Err(failure) => Err(Error::of(failure, at(), cluster.endpoint_shared(), None)),
    }
}
