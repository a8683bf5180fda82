//! What every operation works with.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use longshore_cluster::{Cluster, ClusterId, Deployed};
use longshore_object::diagnosis::wiring::Labels;
use longshore_object::readiness::{Grace, Rules};

use crate::around::Around;
use crate::event::{Event, Observer};
use crate::fault::Faults;
use crate::work::Held;

/// The field manager of everything that is applied. It is Helm's, so that real Helm finds no conflict
/// with what Longshore applied, and the reverse.
pub const FIELD_MANAGER: &str = "helm";

/// The identity of a release across clusters (design decision 4).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReleaseId {
    /// Which cluster.
    pub cluster: ClusterId,
    /// Which namespace of it.
    pub namespace: String,
    /// The release's name.
    pub name: String,
}

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.cluster, self.namespace, self.name)
    }
}

/// Tells the time, so that tests can.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// What may be overruled.
#[derive(Debug, Clone, Copy, Default)]
pub struct Force {
    /// Take over releases and objects that are not ours.
    pub adopt: bool,
    /// Overwrite fields that other managers own.
    pub overwrite: bool,
}

/// How objects are waited for.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// How long without anything getting on; `None` for as long as it takes.
    pub idle: Option<Duration>,
    /// How long failures that may heal are borne.
    pub grace: Grace,
    /// What counts as ready beyond the default.
    pub rules: Rules,
}

impl Default for Waiting {
    /// Four minutes without progress, and the default graces and rules.
    fn default() -> Self {
        Self { idle: Some(Duration::from_mins(4)), grace: Grace::default(), rules: Rules::default() }
    }
}

/// What every operation works with: a cluster, a namespace, who is acting, and who is told.
#[derive(Clone)]
pub struct Context {
    /// The cluster.
    pub cluster: Cluster,
    /// The namespace of the releases.
    pub namespace: String,
    /// Labels for the records: platform, environment, project file.
    pub labels: BTreeMap<String, String>,
    /// Annotations for the records: who, commit, pipeline run.
    pub provenance: BTreeMap<String, String>,
    /// The name that pending records carry: `ann@laptop (pid 71)`.
    pub holder: String,
    /// How long the objects of one release may take to become ready, or to be gone.
    pub timeout: Duration,
    /// How they are waited for.
    pub waiting: Waiting,
    /// What is deployed at present, which explains failures; nothing outside of a deploy.
    pub deployed: Arc<Deployed>,
    /// The labels of the pods of all releases that are deployed together, those whose turn has not come yet included.
    pub coming: Arc<Vec<Labels>>,
    /// What may be overruled.
    pub force: Force,
    /// Releases that had another name before: the new name and the old one. Objects of the old one are taken over.
    pub moved: Vec<(String, String)>,
    /// The names that the environment had before. What was deployed under one of them is this environment's.
    pub former_environments: Vec<String>,
    /// Objects (`Job/migrate`) that may be deleted and made anew where they cannot be changed in place.
    pub recreate: BTreeSet<String>,
    /// Whether a chart's `crds/` is left alone.
    pub skip_crds: bool,
    /// How long we may be silent before somebody else goes on: [`crate::HOLD_TERM`].
    pub term: Duration,
    /// Where tests make us stop.
    pub faults: Arc<dyn Faults>,
    /// Whether plans note what they are made from, to be frozen or to be compared with a frozen one.
    pub notes_basis: bool,
    /// What is done around the life of a release, beside its chart's hooks.
    pub around: Arc<dyn Around>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Is told what happens.
    pub observer: Arc<dyn Observer>,
    /// The records that are held now, for [`Context::let_go`].
    pub held: HeldRecords,
}

/// The pending records that this process holds.
#[derive(Clone, Default)]
pub struct HeldRecords(Arc<Mutex<Vec<Held>>>);

impl HeldRecords {
    pub(crate) fn add(&self, held: Held) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(held);
    }

    pub(crate) fn remove(&self, key: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|held| held.key() != key);
    }

    fn take(&self) -> Vec<Held> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Context {
    /// Tells the observer.
    #[expect(clippy::needless_pass_by_value, reason = "events are made where they are told")]
    pub(crate) fn tell(&self, release: &str, event: Event) {
        self.observer.observe(release, &event);
    }

    /// After an interruption: takes our name out of every record that is still pending, so that the next
    /// command can follow at once. The names of the releases concerned.
    pub async fn let_go(&self) -> Vec<String> {
        let mut names = Vec::new();
        for held in self.held.take() {
            names.push(held.release_name().to_owned());
            // A record that cannot be written now is found dead after a term; nothing is lost.
            if let Err(error) = held.let_go(self.clock.now()).await {
                tracing::debug!(%error, "could not let go of a record");
            }
        }
        names
    }

    /// The same in another namespace.
    #[must_use]
    pub fn in_namespace(&self, namespace: &str) -> Self {
        Self { namespace: namespace.to_owned(), ..self.clone() }
    }

    /// The names that a release had before.
    pub(crate) fn formerly<'a>(&'a self, release: &'a str) -> impl Iterator<Item = &'a str> {
        self.moved.iter().filter(move |(new, _)| new == release).map(|(_, old)| old.as_str())
    }

    /// The release's identity across clusters.
    pub async fn id(&self, name: &str) -> Result<ReleaseId, crate::ReleaseError> {
        Ok(ReleaseId {
            cluster: self.cluster.id().await?,
            namespace: self.namespace.clone(),
            name: name.to_owned(),
        })
    }
}
