//! One snapshot per process and cluster, renewed when it turns out to be too old.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as AsyncMutex;
use tokio::time::Instant;

use super::Discovery;
use super::fetch::{Problem, fetch};
use crate::transport::Transport;

/// How long after a CustomResourceDefinition was written its kind may be missing from discovery. The
/// server publishes it when the definition is established, and its documents a moment later.
const SETTLING: Duration = Duration::from_secs(10);

/// A snapshot and its number: that of the asking which brought it.
type Snapshot = (Arc<Discovery>, u64);

/// The snapshot, if there is one.
#[derive(Default)]
pub(crate) struct Cache {
    snapshot: Mutex<Option<Snapshot>>,
    /// One asking at a time, however many tasks want one.
    asking: AsyncMutex<()>,
    /// How many were begun.
    begun: AtomicU64,
    definition_written: Mutex<Option<Instant>>,
}

impl Cache {
    /// The snapshot, if one was taken.
    pub(crate) fn current(&self) -> Option<Arc<Discovery>> {
        self.stamped().map(|(discovery, _)| discovery)
    }

    fn stamped(&self) -> Option<Snapshot> {
        self.snapshot.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The snapshot, taken now if there is none.
    pub(crate) async fn get(&self, transport: &Transport) -> Result<Arc<Discovery>, Problem> {
        match self.current() {
            Some(discovery) => Ok(discovery),
            None => self.newer_than(transport, 0).await,
        }
    }

    /// A snapshot whose asking began after this call did.
    pub(crate) async fn refresh(&self, transport: &Transport) -> Result<Arc<Discovery>, Problem> {
        self.newer_than(transport, self.begun.load(Ordering::SeqCst)).await
    }

    async fn newer_than(&self, transport: &Transport, old: u64) -> Result<Arc<Discovery>, Problem> {
        let _asking = self.asking.lock().await;
        if let Some((discovery, number)) = self.stamped()
            && number > old
        {
            return Ok(discovery);
        }
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let discovery = Arc::new(fetch(transport).await?);
        *self.snapshot.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((Arc::clone(&discovery), number));
        Ok(discovery)
    }

    /// Remembers that a definition was written, and that its kind may take a moment to appear.
    pub(crate) fn definition_written(&self) {
        *self.definition_written.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Until when an unknown kind may still appear.
    pub(crate) fn settling_until(&self) -> Option<Instant> {
        let written = *self.definition_written.lock().unwrap_or_else(PoisonError::into_inner);
        written.map(|written| written + SETTLING).filter(|until| *until > Instant::now())
    }
}
