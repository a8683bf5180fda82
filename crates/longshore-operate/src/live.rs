//! The live state of releases, kept up to date by watches.

use std::collections::BTreeSet;

use futures::stream::{self, BoxStream, SelectAll};
use futures::{FutureExt as _, StreamExt as _};
use longshore_cluster::{Change, Cluster, Selector};
use longshore_diag::Diagnostic;
use longshore_object::Gvk;

use crate::scope::Scope;
use crate::tree::{Node, Objects, is_shown, tree};

/// What a watch of a kind tells.
type Fed = (Gvk, Result<Change, longshore_cluster::Error>);

/// The releases of a scope, as they are now.
pub struct Live {
    scope: Scope,
    objects: Objects,
    feeds: SelectAll<BoxStream<'static, Fed>>,
    /// Kinds that have not told anything yet.
    silent: BTreeSet<Gvk>,
}

/// What has happened.
#[derive(Debug)]
pub enum LiveChange {
    /// Something is another.
    Changed,
    /// Something cannot be looked at, or not at present.
    Told(Diagnostic),
}

impl Live {
    /// Begins to watch what the scope has, and what belongs to that.
    pub fn new(cluster: &Cluster, scope: Scope) -> Self {
        let shown = scope.objects().filter(|object| is_shown(object, &scope.namespace));
        let mut kinds: BTreeSet<Gvk> = shown.map(|object| object.gvk().clone()).collect();
        let has = |kinds: &BTreeSet<Gvk>, kind: &str| kinds.iter().any(|gvk| gvk.kind == kind);
        if has(&kinds, "Deployment") {
            kinds.insert(Gvk::new("apps/v1", "ReplicaSet"));
        }
        if has(&kinds, "CronJob") {
            kinds.insert(Gvk::new("batch/v1", "Job"));
        }
        kinds.insert(Gvk::new("v1", "Pod"));
        let feed = |gvk: &Gvk| -> BoxStream<'static, Fed> {
            let named = gvk.clone();
            let changes = cluster.watch(gvk, Some(&scope.namespace), &Selector::default());
            changes.map(move |change| (named.clone(), change)).boxed()
        };
        let feeds = stream::select_all(kinds.iter().map(feed));
        Self { objects: Objects::default(), feeds, silent: kinds.clone(), scope }
    }

    /// What happens next; `None` when nothing can be watched. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<LiveChange> {
        let (gvk, change) = self.feeds.next().await?;
        Some(self.apply(&gvk, change))
    }

    /// The same without waiting: what has come already.
    pub fn ready(&mut self) -> Option<LiveChange> {
        let (gvk, change) = self.feeds.next().now_or_never()??;
        Some(self.apply(&gvk, change))
    }

    fn apply(&mut self, gvk: &Gvk, change: Result<Change, longshore_cluster::Error>) -> LiveChange {
        self.silent.remove(gvk);
        match change {
            Ok(Change::All(found)) => self.objects.all(gvk, found),
            Ok(Change::Put(object)) => self.objects.put(gvk, object),
            Ok(Change::Gone(object)) => self.objects.remove(gvk, &object),
            Ok(Change::Trouble(message)) => {
                let message = format!("changes of {} are not seen at present: {message}", gvk.kind);
                return LiveChange::Told(Diagnostic::warning("live/trouble", message));
            }
            Err(error) => {
                let message = format!("{} cannot be watched: {}", gvk.kind, error.diagnostic().message);
                return LiveChange::Told(Diagnostic::warning("live/unwatched", message));
            }
        }
        LiveChange::Changed
    }

    /// Whether every kind was heard of, so that the tree is whole.
    pub fn is_complete(&self) -> bool {
        self.silent.is_empty()
    }

    /// The releases as they are now.
    pub fn tree(&self) -> Vec<Node> {
        tree(&self.scope, &self.objects)
    }
}
