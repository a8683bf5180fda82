//! The logs of all pods of releases.
//!
//! [`follow`] watches the pods and follows each of their containers ([`source`]): through restarts, broken
//! connections and pods that come and go, with every line told once ([`seen`]). What it tells goes through a bounded
//! channel: if nobody reads, the nodes wait, and memory stays what it is. [`merged`] reads what there is in the order
//! of its times.

mod filter;
mod merge;
mod seen;
mod source;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use longshore_cluster::{Change, Cluster, Error, LogLine, Selector};
use longshore_diag::Diagnostic;
use longshore_object::Gvk;
use serde_json::Value as Json;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

pub use filter::Filter;
pub use merge::{Merged, merged};

use crate::pod::PodState;
use crate::scope::{Owner, Scope};

/// How many batches of lines may wait for their reader.
const WAITING: usize = 16;

/// A container whose log is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Whose pod it is.
    pub owner: Owner,
    /// The pod.
    pub pod: String,
    /// The container.
    pub container: String,
    /// A number of its own among the pods of this run, in the order in which they appeared: for colours.
    pub number: usize,
}

/// Which part of the logs.
#[derive(Debug, Clone, Default)]
pub struct Which {
    /// Only from so long ago on.
    pub since: Option<Duration>,
    /// Of each container only so many lines of those that are there already.
    pub tail: Option<u64>,
    /// The run before the present one.
    pub previous: bool,
    /// Only containers whose names this matches.
    pub containers: Filter,
}

/// What happens.
#[derive(Debug)]
pub enum LogEvent {
    /// A container's lines.
    Lines(Arc<Source>, Vec<LogLine>),
    /// Worth knowing: what could not be read, what may be missing.
    Told(Diagnostic),
    /// The pods are known: how many containers are followed at first.
    Begun(usize),
}

/// A follow that is under way. It ends when it is dropped.
pub struct Follow {
    events: mpsc::Receiver<LogEvent>,
    /// Ends the task with it.
    _task: JoinSet<()>,
}

impl Follow {
    /// What happens next; `None` if the pods cannot be watched any more, which was told before. Dropping the future
    /// loses nothing.
    pub async fn next(&mut self) -> Option<LogEvent> {
        self.events.recv().await
    }

    /// The same for a thread that may wait.
    pub fn blocking_next(&mut self) -> Option<LogEvent> {
        self.events.blocking_recv()
    }

    /// What has happened already.
    pub fn ready(&mut self) -> Option<LogEvent> {
        self.events.try_recv().ok()
    }
}

/// Follows the logs of all pods in a scope: those that there are, and those that come.
pub fn follow(cluster: &Cluster, scope: Scope, which: Which) -> Follow {
    let (out, events) = mpsc::channel(WAITING);
    let mut task = JoinSet::new();
    let pods = Pods { cluster: cluster.clone(), scope, which, out, number: 0 };
    task.spawn(pods.run());
    Follow { events, _task: task }
}

/// What a follower of a container knows of its pod.
#[derive(Debug, Clone)]
struct Known {
    state: PodState,
    /// Whether the pod is there no more.
    gone: bool,
}

/// The watch of the pods, and their followers.
struct Pods {
    cluster: Cluster,
    scope: Scope,
    which: Which,
    out: mpsc::Sender<LogEvent>,
    number: usize,
}

struct Pod {
    known: watch::Sender<Known>,
    owner: Owner,
    number: usize,
    /// Containers that are followed.
    followed: Vec<String>,
}

impl Pods {
    async fn run(mut self) {
        let gvk = Gvk::new("v1", "Pod");
        let namespace = self.scope.namespace.clone();
        let mut changes = std::pin::pin!(self.cluster.watch(&gvk, Some(&namespace), &Selector::default()));
        let mut pods: BTreeMap<String, Pod> = BTreeMap::new();
        let mut followers = JoinSet::new();
        let mut is_first = true;
        let mut troubled = false;
        loop {
            let change = tokio::select! {
                change = changes.next() => change,
                // Only so that what has ended is forgotten.
                Some(_) = followers.join_next() => continue,
            };
            // Told once, until the watch goes on.
            let was_troubled =
                std::mem::replace(&mut troubled, matches!(change, Some(Ok(Change::Trouble(_)))));
            match change {
                Some(Ok(Change::All(found))) => {
                    let live: Vec<PodState> = found.iter().map(PodState::of).collect();
                    pods.retain(|uid, pod| {
                        let stays = live.iter().any(|state| state.uid == *uid);
                        if !stays {
                            pod.known.send_modify(|known| known.gone = true);
                        }
                        stays
                    });
                    for (json, state) in found.iter().zip(live) {
                        self.put(json, &state, is_first, &mut pods, &mut followers);
                    }
                    if std::mem::take(&mut is_first)
                        && self.out.send(LogEvent::Begun(followers.len())).await.is_err()
                    {
                        return;
                    }
                }
                Some(Ok(Change::Put(json))) => {
                    let state = PodState::of(&json);
                    self.put(&json, &state, false, &mut pods, &mut followers);
                }
                Some(Ok(Change::Gone(json))) => {
                    if let Some(pod) = pods.remove(&PodState::of(&json).uid) {
                        pod.known.send_modify(|known| known.gone = true);
                    }
                }
                Some(Ok(Change::Trouble(_))) if was_troubled => {}
                Some(Ok(Change::Trouble(message))) => {
                    let told = Diagnostic::warning("logs/watch", format!("new pods are not seen: {message}"));
                    if self.out.send(LogEvent::Told(told)).await.is_err() {
                        return;
                    }
                }
                Some(Err(error)) => {
                    let _ = self.out.send(LogEvent::Told(error.diagnostic())).await;
                    return;
                }
                None => return,
            }
        }
    }

    /// Notes the state of a pod, and follows containers of it that are new.
    fn put(
        &mut self,
        json: &Json,
        state: &PodState,
        is_first: bool,
        pods: &mut BTreeMap<String, Pod>,
        followers: &mut JoinSet<()>,
    ) {
        let uid = state.uid.clone();
        if !pods.contains_key(&uid) {
            let Some(owner) = self.scope.owner(json) else { return };
            let (known, _) = watch::channel(Known { state: state.clone(), gone: false });
            pods.insert(uid.clone(), Pod { known, owner, number: self.number, followed: Vec::new() });
            self.number += 1;
        }
        let Some(pod) = pods.get_mut(&uid) else { return };
        pod.known.send_if_modified(|known| {
            let is_new = known.state != *state;
            known.state.clone_from(state);
            is_new
        });
        for container in &state.containers {
            if pod.followed.contains(&container.name)
                || !self.which.containers.allows(container.name.as_bytes())
            {
                continue;
            }
            pod.followed.push(container.name.clone());
            let source = Source {
                owner: pod.owner.clone(),
                pod: state.name.clone(),
                container: container.name.clone(),
                number: pod.number,
            };
            let follower = source::Follower {
                cluster: self.cluster.clone(),
                namespace: self.scope.namespace.clone(),
                source: Arc::new(source),
                known: pod.known.subscribe(),
                out: self.out.clone(),
                // Of what comes while we look on, all is wanted.
                which: if is_first { self.which.clone() } else { Which::default() },
                is_new: !is_first,
            };
            followers.spawn(follower.run());
        }
    }
}

/// What is told if a log cannot be read: once for each container, as it may be tried often.
fn unreadable(source: &Source, error: &Error) -> Diagnostic {
    let diagnostic = error.diagnostic();
    let message =
        format!("the log of {}/{} cannot be read: {}", source.pod, source.container, diagnostic.message);
    let told = Diagnostic::warning("logs/unreadable", message);
    match &diagnostic.hint {
        Some(hint) => told.hint(hint.clone()),
        None => told,
    }
}
