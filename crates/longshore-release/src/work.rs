//! Holding a pending record while the work goes on: renewing it, and ending it well or badly.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::hold::{self, HOLD_TERM, RENEW_EVERY};
use crate::record::Release;
use crate::store::{Store, Stored};
use crate::{Context, ReleaseError};

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
        match self.store.update(&record, now).await {
            // The interruption may have cut off our own renewal after the server had written it.
            Err(ReleaseError::Lost { .. }) => {
                let found = self.store.get(&self.name, record.release.revision).await?;
                let Some(mut found) =
                    found.filter(|found| hold::holder(&found.annotations) == ours.as_deref())
                else {
                    return Ok(());
                };
                hold::let_go(&mut found.annotations);
                *record = self.store.update(&found, now).await?;
                Ok(())
            }
            written => {
                *record = written?;
                Ok(())
            }
        }
    }
}

/// Work on a release, behind its pending record. Dropping it stops the renewal and leaves the record
/// pending: that is what an interruption looks like.
pub(crate) struct Work<'a> {
    context: &'a Context,
    held: Held,
    renewal: JoinHandle<()>,
    lost: watch::Receiver<bool>,
}

impl<'a> Work<'a> {
    /// Holds `record`, which was just written with our name on it.
    pub(crate) fn begin(context: &'a Context, store: Store, record: Stored) -> Self {
        let (key, name) = (record.release.key(), record.release.name.clone());
        let held = Held { store, record: Arc::new(Mutex::new(record)), key, name };
        context.held.add(held.clone());
        let (tell, lost) = watch::channel(false);
        let renewal = tokio::spawn(renew(context.clone(), held.clone(), tell));
        Self { context, held, renewal, lost }
    }

    /// Does `work`, unless the hold is lost meanwhile: a holder that could not renew for half a term
    /// stops writing.
    pub(crate) async fn during<T>(
        &self,
        work: impl Future<Output = Result<T, ReleaseError>>,
    ) -> Result<T, ReleaseError> {
        let mut lost = self.lost.clone();
        tokio::select! {
            result = work => result,
            _ = lost.wait_for(|lost| *lost) => Err(ReleaseError::Lost {
                name: self.held.name.clone(),
                by: "nobody that we could reach: the record could not be renewed".to_owned(),
            }),
        }
    }

    /// Changes the record and writes it, still held.
    pub(crate) async fn update(&self, change: impl FnOnce(&mut Release)) -> Result<(), ReleaseError> {
        let mut record = self.held.record.lock().await;
        change(&mut record.release);
        *record = self.held.store.update(&record, self.context.clock.now()).await?;
        Ok(())
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
        *record = self.held.store.update(&record, self.context.clock.now()).await?;
        self.context.held.remove(&self.held.key);
        Ok(record.release.clone())
    }
}

impl Drop for Work<'_> {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

/// Renews the record until it is aborted; says so when it could not for half a term.
async fn renew(context: Context, held: Held, lost: watch::Sender<bool>) {
    let mut ticks = interval_at(Instant::now() + RENEW_EVERY, RENEW_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut renewed = Instant::now();
    loop {
        ticks.tick().await;
        let mut record = held.record.lock().await;
        let now = context.clock.now();
        hold::take(&mut record.annotations, &context.holder, now);
        match held.store.update(&record, now).await {
            Ok(written) => {
                *record = written;
                renewed = Instant::now();
            }
            Err(ReleaseError::Lost { .. }) => {
                lost.send_replace(true);
                return;
            }
            Err(error) => {
                tracing::debug!(%error, "could not renew a record");
                if renewed.elapsed() >= HOLD_TERM / 2 {
                    lost.send_replace(true);
                    return;
                }
            }
        }
    }
}
