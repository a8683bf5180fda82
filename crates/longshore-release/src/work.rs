//! Holding a pending record while the work goes on: renewing it, writing only while that succeeds, and ending it well
//! or badly.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;
use longshore_cluster::{Error as ClusterError, Refusal, WriteGuard};
use tokio::sync::{Mutex, Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::hold;
use crate::record::Release;
use crate::store::{Store, Stored};
use crate::{Clock, Context, ReleaseError};

/// For how many terms of its hold the API server may be away before the work is given up: two minutes, longer than a
/// restart, and than a request is tried again.
const PATIENCE: u32 = 8;

/// A record that this process holds.
#[derive(Clone)]
pub(crate) struct Held {
    store: Store,
    record: Arc<Mutex<Stored>>,
    key: String,
    name: String,
}

impl Held {
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn release_name(&self) -> &str {
        &self.name
    }

    /// Takes our name out of the record.
    pub(crate) async fn let_go(&self, now: Timestamp) -> Result<(), ReleaseError> {
        let mut record = self.record.lock().await;
        let ours = hold::holder(&record.annotations).map(str::to_owned);
        hold::let_go(&mut record.annotations);
        match self.write(&mut record, ours.as_deref(), now).await {
            // Nobody needs to be told any more.
            Err(ReleaseError::Lost { .. }) => Ok(()),
            written => written,
        }
    }

    /// Writes the record, which `ours` held until now. A refusal may have been the server's own race, or the echo of
    /// a write of ours whose answer got lost or was not waited for: if the record still carries our name, it is ours.
    async fn write(
        &self,
        record: &mut Stored,
        ours: Option<&str>,
        now: Timestamp,
    ) -> Result<(), ReleaseError> {
        let lost = match self.store.update(record, now).await {
            Err(lost @ ReleaseError::Lost { .. }) => lost,
            written => {
                *record = written?;
                return Ok(());
            }
        };
        let found = self.store.get(&self.name, record.release.revision).await?;
        let Some(found) = found.filter(|found| ours.is_some() && hold::holder(&found.annotations) == ours)
        else {
            return Err(lost);
        };
        record.resource_version = found.resource_version;
        *record = self.store.update(record, now).await?;
        Ok(())
    }
}

/// How sure it is that the record is ours.
#[derive(Debug, Clone, Copy)]
enum Holding {
    /// It was when this was sent: on the clock that stands still while the machine sleeps, and on the one that does not.
    Since(Instant, Timestamp),
    /// It is not any more, or nobody can tell.
    Lost(Why),
}

/// Why a record is no longer ours.
#[derive(Debug, Clone, Copy)]
enum Why {
    /// Somebody else wrote it.
    Taken,
    /// It could not be renewed for so long.
    Silent(Duration),
}

/// Work on a release, behind its pending record. Dropping it stops the renewal and leaves the record
/// pending: that is what an interruption looks like.
pub(crate) struct Work<'a> {
    context: &'a Context,
    held: Held,
    renewal: JoinHandle<()>,
    holding: watch::Receiver<Holding>,
    wanted: Arc<Notify>,
}

impl<'a> Work<'a> {
    /// Holds `record`, which was written with our name on it by a request that was sent at `since`.
    pub(crate) fn begin(context: &'a Context, store: Store, record: Stored, since: Instant) -> Self {
        let (key, name) = (record.release.key(), record.release.name.clone());
        let held = Held { store, record: Arc::new(Mutex::new(record)), key, name };
        context.held.add(held.clone());
        let (tell, holding) = watch::channel(Holding::Since(since, context.clock.now()));
        let wanted = Arc::new(Notify::new());
        let renewal = tokio::spawn(renew(context.clone(), held.clone(), tell, Arc::clone(&wanted)));
        Self { context, held, renewal, holding, wanted }
    }

    /// What every write to the cluster must ask first: a holder that could not renew for half a term stops writing.
    pub(crate) fn guard(&self) -> Arc<dyn WriteGuard> {
        Arc::new(Fence {
            holding: self.holding.clone(),
            wanted: Arc::clone(&self.wanted),
            half: self.context.term / 2,
            clock: Arc::clone(&self.context.clock),
        })
    }

    /// Does `work`, unless the hold is lost meanwhile.
    pub(crate) async fn during<T>(
        &self,
        work: impl Future<Output = Result<T, ReleaseError>>,
    ) -> Result<T, ReleaseError> {
        let mut holding = self.holding.clone();
        let lost = async move {
            let lost = holding.wait_for(|holding| matches!(holding, Holding::Lost(_))).await;
            lost.map(|lost| *lost)
        };
        tokio::select! {
            result = work => result,
            lost = lost => Err(self.lost(lost.unwrap_or(Holding::Lost(Why::Taken))).await),
        }
    }

    async fn lost(&self, holding: Holding) -> ReleaseError {
        let name = self.held.name.clone();
        if let Holding::Lost(Why::Silent(silent)) = holding {
            return ReleaseError::Silent { name, seconds: silent.as_secs() };
        }
        let revision = self.held.record.lock().await.release.revision;
        let by = match self.held.store.get(&name, revision).await {
            Ok(Some(now)) => hold::holder(&now.annotations).unwrap_or("another command").to_owned(),
            _ => "somebody who removed it".to_owned(),
        };
        ReleaseError::Lost { name, by }
    }

    /// Changes the record and writes it, still held.
    pub(crate) async fn update(&self, change: impl FnOnce(&mut Release)) -> Result<(), ReleaseError> {
        let mut record = self.held.record.lock().await;
        change(&mut record.release);
        self.held.write(&mut record, Some(&self.context.holder), self.context.clock.now()).await
    }

    /// A copy of the record as it is now.
    pub(crate) async fn release(&self) -> Release {
        self.held.record.lock().await.release.clone()
    }

    /// Changes the record for the last time and lets it go.
    pub(crate) async fn end(self, change: impl FnOnce(&mut Release)) -> Result<Release, ReleaseError> {
        // First the lock, then the end of the renewal: one that is under way must not be cut off between
        // the server's write and our knowledge of it.
        let mut record = self.held.record.lock().await;
        self.renewal.abort();
        change(&mut record.release);
        hold::let_go(&mut record.annotations);
        self.held.write(&mut record, Some(&self.context.holder), self.context.clock.now()).await?;
        self.context.held.remove(&self.held.key);
        Ok(record.release.clone())
    }
}

impl Drop for Work<'_> {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

/// Lets writes through while the record was renewed within half a term.
///
/// A process that was stopped (SIGSTOP, a laptop's lid) for longer finds itself in the middle of a request or about to
/// send one; each is held back until the record was renewed, which fails if somebody else has gone on.
struct Fence {
    holding: watch::Receiver<Holding>,
    wanted: Arc<Notify>,
    half: Duration,
    clock: Arc<dyn Clock>,
}

impl WriteGuard for Fence {
    fn holds(&self) -> bool {
        match *self.holding.borrow() {
            Holding::Since(since, told) => {
                let slept = Duration::try_from(self.clock.now().duration_since(told));
                // A clock that was set back tells nothing.
                since.elapsed() < self.half && !slept.is_ok_and(|slept| slept >= self.half)
            }
            Holding::Lost(_) => false,
        }
    }

    fn regained(&self) -> BoxFuture<'_, ()> {
        let mut holding = self.holding.clone();
        Box::pin(async move {
            holding.mark_unchanged();
            while !self.holds() {
                self.wanted.notify_one();
                if holding.changed().await.is_err() {
                    // The work has ended, and this with it.
                    std::future::pending::<()>().await;
                }
            }
        })
    }
}

/// Renews the record until it is aborted, or lost.
async fn renew(context: Context, held: Held, tell: watch::Sender<Holding>, wanted: Arc<Notify>) {
    let every = context.term / 3;
    let mut ticks = interval_at(Instant::now() + every, every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut renewed = Instant::now();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = wanted.notified() => {}
        }
        let mut record = held.record.lock().await;
        let (sent, now) = (Instant::now(), context.clock.now());
        hold::take(&mut record.annotations, &context);
        match held.write(&mut record, Some(&context.holder), now).await {
            Ok(()) => {
                renewed = Instant::now();
                tell.send_replace(Holding::Since(sent, now));
            }
            Err(ReleaseError::Lost { .. }) => {
                tell.send_replace(Holding::Lost(Why::Taken));
                return;
            }
            Err(error) => {
                tracing::debug!(%error, "could not renew a record");
                let patience = if may_recover(&error) { context.term * PATIENCE } else { context.term / 2 };
                if renewed.elapsed() >= patience {
                    tell.send_replace(Holding::Lost(Why::Silent(renewed.elapsed())));
                    return;
                }
            }
        }
    }
}

/// Whether waiting may help: the server is away, or has too much to do.
fn may_recover(error: &ReleaseError) -> bool {
    match error {
        ReleaseError::Cluster(error) => match error.as_ref() {
            ClusterError::Connection { .. } => true,
            other => matches!(other.refusal(), Some(Refusal::Busy | Refusal::ServerFailed { .. })),
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests;
