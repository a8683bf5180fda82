//! The logs of several containers as they are now, in the order of their times.
//!
//! All are open at once, and of each at most one batch is in memory: the one with the oldest line goes first. The
//! order is that of the nodes' clocks.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;

use longshore_cluster::{Cluster, LogLine, LogLines, LogRequest, LogSince, Selector};
use longshore_diag::Diagnostic;
use longshore_object::Gvk;

use super::{Source, Which, unreadable};
use crate::pod::PodState;
use crate::scope::Scope;

/// Logs that are read together.
pub struct Merged {
    logs: Vec<Log>,
    /// The time of the next line of each log.
    heads: BinaryHeap<Reverse<(i64, usize)>>,
    /// What could not be read.
    pub told: Vec<Diagnostic>,
}

struct Log {
    source: Arc<Source>,
    lines: LogLines,
    ready: VecDeque<LogLine>,
}

/// Opens the logs of all pods in a scope.
///
/// # Errors
/// The pods cannot be listed. A log that cannot be read is told in [`Merged::told`].
pub async fn merged(cluster: &Cluster, scope: &Scope, which: &Which) -> Result<Merged, Diagnostic> {
    let pods = cluster.list(&Gvk::new("v1", "Pod"), Some(&scope.namespace), &Selector::default()).await;
    let pods = pods.map_err(|error| error.diagnostic())?.items;
    let wanted = LogRequest {
        follow: false,
        previous: which.previous,
        since: which.since.map(LogSince::Last),
        // The server's 0 is none, which needs no asking.
        tail_lines: which.tail,
    };
    let mut merged = Merged { logs: Vec::new(), heads: BinaryHeap::new(), told: Vec::new() };
    let mut number = 0;
    for pod in &pods {
        let Some(owner) = scope.owner(pod) else { continue };
        let state = PodState::of(pod);
        for container in &state.containers {
            let has_log = if which.previous {
                container.restarts > 0
            } else {
                container.is_running || container.has_run
            };
            if !has_log || !which.containers.allows(container.name.as_bytes()) {
                continue;
            }
            let source = Source {
                owner: owner.clone(),
                pod: state.name.clone(),
                container: container.name.clone(),
                number,
            };
            match cluster.log_lines(&scope.namespace, &source.pod, &source.container, &wanted).await {
                Ok(lines) => {
                    merged.logs.push(Log { source: Arc::new(source), lines, ready: VecDeque::new() });
                    merged.refill(merged.logs.len() - 1, 0).await;
                }
                Err(error) => merged.told.push(unreadable(&source, &error)),
            }
        }
        number += 1;
    }
    Ok(merged)
}

impl Merged {
    /// How many logs there are.
    pub fn len(&self) -> usize {
        self.logs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.logs.is_empty()
    }

    /// The next line; `None` at the end of all.
    pub async fn next(&mut self) -> Option<(Arc<Source>, LogLine)> {
        let Reverse((at, index)) = self.heads.pop()?;
        let log = &mut self.logs[index];
        let line = log.ready.pop_front()?;
        let source = Arc::clone(&log.source);
        self.refill(index, at).await;
        Some((source, line))
    }

    /// Notes the time of the log's next line, if it has one. A line without a time goes with the one before.
    async fn refill(&mut self, index: usize, before: i64) {
        let log = &mut self.logs[index];
        if log.ready.is_empty() {
            let mut batch = Vec::new();
            if let Err(message) = log.lines.read(&mut batch).await {
                let Source { pod, container, .. } = &*log.source;
                let message = format!("the log of {pod}/{container} broke off: {message}");
                self.told.push(Diagnostic::warning("logs/broken", message));
            }
            log.ready.extend(batch);
        }
        if let Some(line) = log.ready.front() {
            self.heads.push(Reverse((line.at.unwrap_or(before), index)));
        }
    }
}
