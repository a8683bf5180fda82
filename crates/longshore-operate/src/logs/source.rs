//! One container's log, followed until its pod is gone.
//!
//! A reading may end at any time and for any reason: the container was started again, the API server or the node's
//! daemon was, the connection broke. So an end is never taken for the end: reading goes on from the last lines
//! ([`super::seen`]) until a reading that began after the container had ended for good came to its end.
//!
//! Where a reading goes on, the log of the run before is read first, from the same time on: if the container was
//! started again in between, its last lines are there, and if it was not, nothing is. It is asked for after the present
//! run's log was opened, so that no run can end between the two unnoticed; if the run that was opened does, both
//! readings are of it. What the API server says of restarts comes later than they do, and decides nothing but how long
//! to wait.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use longshore_cluster::{Cluster, Error, LogLine, LogLines, LogRequest, LogSince, Refusal};
use longshore_diag::Diagnostic;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::seen::Seen;
use super::{Known, LogEvent, Source, Which, unreadable};

/// Between two readings that brought nothing, unless the pod changes before.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// How often the log of a pod that is gone is asked for in vain.
const LAST_TRIES: usize = 5;

/// Nobody listens any more.
struct Closed;

pub(super) struct Follower {
    pub(super) cluster: Cluster,
    pub(super) namespace: String,
    pub(super) source: Arc<Source>,
    pub(super) known: watch::Receiver<Known>,
    pub(super) out: mpsc::Sender<LogEvent>,
    pub(super) which: Which,
    /// Whether the pod came while we looked on: then all that it ever wrote is wanted.
    pub(super) is_new: bool,
}

/// How a reading ended.
#[derive(Clone, Copy)]
enum Read {
    /// As it should, with so many new lines.
    Whole(usize),
    /// It broke in the middle.
    Broken(usize),
    /// There is nothing to read now.
    Nothing,
    /// There never will be.
    Never,
}

/// What is kept between the readings.
#[derive(Default)]
struct State {
    seen: Seen,
    /// Whether a reading was opened before.
    attached: bool,
    /// When the run began that was read first: nothing older is wanted.
    begun: Option<Timestamp>,
    /// The restarts that were known when the last reading began.
    restarts: u64,
    /// Whether the last reading broke in the middle.
    broken: bool,
    told_unreadable: bool,
    told_gap: bool,
}

impl Follower {
    pub(super) async fn run(mut self) {
        // That nobody listens is no news to anybody.
        let _ = self.follow().await;
    }

    async fn follow(&mut self) -> Result<(), Closed> {
        let began = Instant::now();
        let mut state = State::default();
        let mut quiet = 0;
        loop {
            if !self.begun().await {
                return Ok(());
            }
            let (is_final, gone) = self.is_final();
            let read = self.read(&mut state, began).await?;
            match read {
                Read::Never if state.broken => {
                    return self.tell_gap(&mut state, "its pod went away before all was read").await;
                }
                Read::Never => return Ok(()),
                Read::Whole(_) if is_final => return Ok(()),
                Read::Whole(0) | Read::Nothing => quiet += 1,
                Read::Whole(_) => quiet = 0,
                Read::Broken(new) => quiet = if new > 0 { 0 } else { quiet + 1 },
            }
            match read {
                Read::Broken(_) => state.broken = true,
                Read::Whole(_) => state.broken = false,
                Read::Nothing | Read::Never => {}
            }
            if gone && quiet > LAST_TRIES {
                let broken = state.broken;
                return if broken {
                    self.tell_gap(&mut state, "its pod went away before all was read").await
                } else {
                    Ok(())
                };
            }
            if quiet > 0 {
                let pause = PAUSES[(quiet - 1).min(PAUSES.len() - 1)];
                // A pod that changes may have new lines at once; one that is gone does not change any more.
                if let Ok(Err(_)) = tokio::time::timeout(pause, self.known.changed()).await {
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    /// Waits until the container has begun; `false` if it never will.
    async fn begun(&mut self) -> bool {
        let name = self.source.container.clone();
        let has_begun =
            |known: &Known| {
                known.gone
                    || known.state.has_ended()
                    || known.state.containers.iter().any(|container| {
                        container.name == name && (container.is_running || container.has_run)
                    })
            };
        match self.known.wait_for(has_begun).await {
            Ok(known) => {
                let container = known.state.containers.iter().find(|one| one.name == name);
                container.is_some_and(|container| container.is_running || container.has_run)
            }
            // The watch has ended, and with it the command.
            Err(_) => false,
        }
    }

    /// Whether nothing more can come than what is there now; and whether the pod is gone.
    fn is_final(&self) -> (bool, bool) {
        let known = self.known.borrow();
        let mine = known.state.containers.iter().find(|one| one.name == self.source.container);
        let terminated = mine.is_none_or(|container| container.is_terminated);
        let done = mine.is_some_and(|container| {
            container.is_init && container.is_terminated && container.reason.is_empty()
        });
        (known.gone || known.state.has_ended() || done || (known.state.is_deleting && terminated), known.gone)
    }

    /// One reading, to its end.
    async fn read(&mut self, state: &mut State, began: Instant) -> Result<Read, Closed> {
        let (restarts, started) = {
            let known = self.known.borrow_and_update();
            let mine = known.state.containers.iter().find(|one| one.name == self.source.container);
            mine.map_or((0, None), |container| (container.restarts, container.started))
        };
        let is_first = !state.attached;
        let since = state.seen.resume().or(state.begun).map(LogSince::Time);
        let mut wanted = LogRequest { follow: true, since, ..LogRequest::default() };
        if wanted.since.is_none() {
            // As time passes, so long ago becomes longer ago.
            wanted.since = self.which.since.map(|since| LogSince::Last(since + began.elapsed()));
        }
        let mut hidden = 0;
        if is_first {
            // None at all would tell nothing of where to go on: one is read, and not told.
            hidden = u64::from(self.which.tail == Some(0));
            wanted.tail_lines = self.which.tail.map(|lines| lines.max(1));
        }
        let mut lines = match self.open(&wanted).await {
            Ok(lines) => lines,
            Err(error) => return self.failed(state, error).await,
        };
        state.attached = true;
        if !is_first || self.is_new {
            if restarts > state.restarts + 1 {
                let runs = restarts - state.restarts - 1;
                let why =
                    format!("the node keeps one earlier run of a container, and {runs} more came and went");
                state.told_gap = false;
                self.tell_gap(state, &why).await?;
            }
            self.read_previous(state, &wanted).await?;
        } else {
            state.begun = started;
        }
        state.restarts = restarts;
        let mut batch = Vec::new();
        let mut new = 0;
        let mut checks_gap = !is_first;
        loop {
            let whole = match lines.read(&mut batch).await {
                Ok(true) => None,
                Ok(false) => Some(true),
                Err(_) => Some(false),
            };
            new += self.pass(state, &mut batch, &mut hidden).await?;
            if std::mem::take(&mut checks_gap) && state.seen.has_gap() {
                let why = "the log was cut off before it was read (rotated, or the clock was set back)";
                self.tell_gap(state, why).await?;
            }
            match whole {
                None => {}
                Some(true) => return Ok(Read::Whole(new)),
                Some(false) => return Ok(Read::Broken(new)),
            }
        }
    }

    /// Reads what is new of the run before. That there is none is as good.
    async fn read_previous(&mut self, state: &mut State, wanted: &LogRequest) -> Result<(), Closed> {
        let wanted = LogRequest { follow: false, previous: true, tail_lines: None, ..wanted.clone() };
        let Ok(mut lines) = self.open(&wanted).await else { return Ok(()) };
        let mut batch = Vec::new();
        loop {
            let more = lines.read(&mut batch).await;
            self.pass(state, &mut batch, &mut 0).await?;
            if !matches!(more, Ok(true)) {
                state.seen.read_again();
                return Ok(());
            }
        }
    }

    async fn open(&self, wanted: &LogRequest) -> Result<LogLines, Error> {
        let Source { pod, container, .. } = &*self.source;
        self.cluster.log_lines(&self.namespace, pod, container, wanted).await
    }

    /// Hands on the lines that are new; how many there were.
    async fn pass(
        &self,
        state: &mut State,
        batch: &mut Vec<LogLine>,
        hidden: &mut u64,
    ) -> Result<usize, Closed> {
        // What the node's daemon says itself is no line of the log, and says nothing that its end does not.
        batch.retain(|line| line.at.is_some() && state.seen.is_new(line));
        let new = batch.len();
        while *hidden > 0 && !batch.is_empty() {
            batch.remove(0);
            *hidden -= 1;
        }
        if batch.is_empty() {
            return Ok(new);
        }
        self.send(LogEvent::Lines(Arc::clone(&self.source), std::mem::take(batch))).await?;
        Ok(new)
    }

    async fn failed(&self, state: &mut State, error: Error) -> Result<Read, Closed> {
        match error.refusal() {
            Some(Refusal::NotFound) => return Ok(Read::Never),
            // Not begun, or its log is removed just now: the pod's state tells more.
            Some(Refusal::Invalid { .. } | Refusal::Other { .. }) if !self.known.borrow().gone => {}
            _ if state.told_unreadable => {}
            _ => {
                state.told_unreadable = true;
                self.send(LogEvent::Told(unreadable(&self.source, &error))).await?;
            }
        }
        let is_refused = error.is_forbidden();
        Ok(if is_refused { Read::Never } else { Read::Nothing })
    }

    /// Says once that lines may be missing.
    async fn tell_gap(&self, state: &mut State, why: &str) -> Result<(), Closed> {
        if std::mem::replace(&mut state.told_gap, true) {
            return Ok(());
        }
        let Source { pod, container, .. } = &*self.source;
        let message = format!("lines of {pod}/{container} may be missing: {why}");
        self.send(LogEvent::Told(Diagnostic::warning("logs/gap", message))).await
    }

    async fn send(&self, event: LogEvent) -> Result<(), Closed> {
        self.out.send(event).await.map_err(|_| Closed)
    }
}
