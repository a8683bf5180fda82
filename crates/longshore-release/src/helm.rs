//! What Helm does to a cluster, step by step as Helm does it.
//!
//! The operations beside this module are Longshore's own: a plan first, then an order by what needs what, resumed
//! wherever they were interrupted. These here are the drop-in's: Helm's order of kinds, its requests, its words, its
//! records, also where they could be better (design decision 2). What differs between Helm 3 and Helm 4 is asked of the
//! [`Level`].
//!
//! An [`Operation`] is the ground that all of it stands on. [`build()`] makes [`Resource`]s of a manifest; [`create()`]
//! and [`delete`] send them; [`wait`] waits for them; [`hooks`] runs what a chart wants run at a moment of a release's
//! life; [`uninstall`] and [`mod@test`] are whole commands. So are [`Install`], [`Upgrade`] and [`Rollback`], once their
//! chart is rendered ([`Draft`]): they change objects on the server's side or by patches that are made here (`csa`).

mod adopt;
mod build;
mod crds;
mod create;
mod csa;
pub mod delete;
mod draft;
mod error;
pub mod hooks;
mod install;
pub(crate) mod migrate;
mod ownership;
mod perform;
mod recreate;
mod resource;
mod rollback;
mod stored;
pub mod test;
pub mod uninstall;
mod update;
mod upgrade;
pub mod wait;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use longshore_chart::Level;
use longshore_cluster::Cluster;

pub use build::{build, read};
pub use crds::{Definitions, install_definitions};
pub use create::{CreateOptions, create, create_one};
pub use draft::{Draft, DryRun};
pub use error::{Error, Result};
pub use install::{Install, Interrupt};
pub use ownership::{mark, problem};
pub use perform::perform;
pub use resource::Resource;
pub use rollback::Rollback;
pub use update::UpdateOptions;
pub use upgrade::{Before, Upgrade};

use crate::{Clock, Records};

/// What every step of Helm's works with. Clones share everything.
#[derive(Clone)]
pub struct Operation {
    /// The cluster.
    pub cluster: Cluster,
    /// The namespace of the release, and of objects that name none.
    pub namespace: String,
    /// How long one step may take, as it was typed; what zero means depends on the step.
    pub timeout: Duration,
    /// Which Helm to be.
    pub level: Level,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Is told what Helm logs.
    pub log: Arc<dyn Log>,
    /// The release's records.
    pub records: Records,
    /// There is no cluster: objects are neither made nor waited for. So it is with records that are kept in memory.
    pub without_cluster: bool,
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}

impl Operation {
    /// Whether Helm 3 is to be followed.
    pub fn is_old(&self) -> bool {
        self.level.rules().major == 3
    }

    /// The same with another time for each step.
    pub fn within(&self, timeout: Duration) -> Self {
        Self { timeout, ..self.clone() }
    }
}

/// Whether the cluster answers.
///
/// # Errors
/// It does not, and why.
pub async fn reachable(operation: &Operation) -> Result<()> {
    if operation.without_cluster {
        return Ok(());
    }
    let around =
        if operation.is_old() { "Kubernetes cluster unreachable" } else { "kubernetes cluster unreachable" };
    let version = operation.cluster.fetch_version().await;
    version.map_err(|error| Error::new(error.as_client_go("/version")).within(around))?;
    Ok(())
}

/// How much a line of Helm's log matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Only said with `--debug`.
    Debug,
    /// For information.
    Info,
    /// Something is not as it should be.
    Warn,
    /// Something failed.
    Error,
}

impl Severity {
    /// The word of the log: `WARN`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

/// Where Helm's log goes.
pub trait Log: Send + Sync {
    /// A line with what is beside its text, by name.
    fn log(&self, severity: Severity, text: &str, beside: &[(&str, &str)]);
    /// A line that Helm writes with Go's old log, told with the file and line of Helm's source where that log says them.
    fn printed(&self, source: &str, text: &str);
    /// What the API server warns of.
    fn warned(&self, text: &str);
    /// What a hook's container wrote.
    fn output(&self, bytes: &[u8]);
}
