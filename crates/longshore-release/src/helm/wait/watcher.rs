//! Waiting by watching: every change of the objects is judged until all are as they should be.
//!
//! Rules and words: <https://github.com/helm/helm/blob/v4.3.1/pkg/kube/statuswait.go>. One that has failed is not waited
//! for any longer, but the others are. One that was never seen counts as not ready, or as gone.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;

use futures::stream::{Stream, StreamExt, select_all};
use longshore_cluster::{Change, Error as ClusterError, Refusal, Selector};
use longshore_object::{Gvk, ObjectKey};
use serde_json::Value as Json;
use tokio::time::Instant;

use super::kstatus::{SCHEDULE_WINDOW, Status, Verdict, text};
use super::{Judge, WATCHER_DEFAULT, at};
use crate::helm::{Error, Operation, Resource, Result, Severity};

/// Waits until no object is on its way any longer.
///
/// # Errors
/// Those that are not current in the end, each with its status; that time is up; or that they may not be watched.
pub(super) async fn until_current(operation: &Operation, resources: &[Resource], judge: Judge) -> Result<()> {
    let awaited: Vec<&Resource> = resources.iter().filter(|resource| !is_paused(resource)).collect();
    let mut watched = Watched::new(operation, &awaited, judge);
    let arrived = watched.follow("waiting for resources", |watched| {
        let mut rest = watched.statuses.values().filter(|verdict| verdict.status != Status::Failed);
        rest.all(|verdict| verdict.status == Status::Current)
    });
    let in_time = arrived.await?;
    watched.told(&awaited, in_time, |object, verdict| match verdict.status {
        Status::Current => None,
        status => Some(format!(
            "resource {object} not ready. status: {}, message: {}",
            status.as_str(),
            verdict.message
        )),
    })
}

/// Waits until no object is there any longer.
///
/// # Errors
/// As [`until_current`], with those that are still there.
pub(super) async fn until_gone(operation: &Operation, resources: &[Resource]) -> Result<()> {
    let awaited: Vec<&Resource> = resources.iter().collect();
    let mut watched = Watched::new(operation, &awaited, Judge::All);
    let is_gone = |verdict: &Verdict| matches!(verdict.status, Status::NotFound | Status::Unknown);
    let arrived = watched.follow("waiting for resources to be deleted", |watched| {
        // What is not in the first list of its kind is not there.
        watched.unlisted.is_empty() && watched.statuses.values().all(is_gone)
    });
    let in_time = arrived.await?;
    watched.told(&awaited, in_time, |object, verdict| match verdict.status {
        Status::NotFound | Status::Unknown => None,
        status => Some(format!(
            "resource {object} still exists. status: {}, message: {}",
            status.as_str(),
            verdict.message
        )),
    })
}

/// A Deployment that is paused never gets ready.
fn is_paused(resource: &Resource) -> bool {
    resource.gvk == Gvk::new("apps/v1", "Deployment")
        && resource.object.pointer("/spec/paused").and_then(Json::as_bool).unwrap_or_default()
}

/// Objects of one kind in one namespace, which are watched together.
type Place = (Gvk, Option<String>);

/// Changes of one place.
type Changes = Pin<Box<dyn Stream<Item = (usize, std::result::Result<Change, ClusterError>)> + Send>>;

struct Watched<'o> {
    operation: &'o Operation,
    judge: Judge,
    places: Vec<Place>,
    statuses: BTreeMap<ObjectKey, Verdict>,
    /// Places of which it is not known yet what is there.
    unlisted: BTreeSet<usize>,
    /// Objects to be judged again at a time, though nothing happens to them.
    again: BTreeMap<ObjectKey, (Instant, Json)>,
}

impl<'o> Watched<'o> {
    fn new(operation: &'o Operation, resources: &[&Resource], judge: Judge) -> Self {
        let mut places: Vec<Place> = Vec::new();
        for resource in resources {
            let place = (resource.gvk.clone(), resource.namespace().map(str::to_owned));
            if !places.contains(&place) {
                places.push(place);
            }
        }
        let statuses = resources.iter().map(|resource| (resource.key(), Verdict::default())).collect();
        let unlisted = (0..places.len()).collect();
        Self { operation, judge, places, statuses, unlisted, again: BTreeMap::new() }
    }

    /// Takes in changes until all is `done`; whether that was in time.
    async fn follow(&mut self, doing: &str, done: impl Fn(&Self) -> bool) -> Result<bool> {
        let operation = self.operation;
        let within = if operation.timeout.is_zero() { WATCHER_DEFAULT } else { operation.timeout };
        let count = self.statuses.len().to_string();
        let shown = longshore_go::Duration(i64::try_from(within.as_nanos()).unwrap_or(i64::MAX)).to_string();
        operation.log.log(Severity::Debug, doing, &[("count", &count), ("timeout", &shown)]);
        if self.statuses.is_empty() {
            return Ok(true);
        }
        let cluster = &operation.cluster;
        let each = self.places.iter().enumerate().map(|(at, (gvk, namespace))| -> Changes {
            let changes = cluster.watch(gvk, namespace.as_deref(), &Selector::default());
            Box::pin(changes.map(move |change| (at, change)))
        });
        let mut changes = select_all(each);
        let until = Instant::now().checked_add(within);
        while !done(self) {
            let again = self.again.values().map(|(at, _)| *at).min();
            tokio::select! {
                Some((place, change)) = changes.next() => self.take(place, change).await?,
                () = at(again) => self.look_again().await,
                () = at(until) => return Ok(false),
            }
        }
        Ok(true)
    }

    async fn take(&mut self, place: usize, change: std::result::Result<Change, ClusterError>) -> Result<()> {
        match change {
            Ok(Change::All(objects)) => {
                let listed: BTreeSet<ObjectKey> =
                    objects.iter().map(|object| self.key(place, object)).collect();
                for object in objects {
                    self.judge(place, object).await;
                }
                if !self.unlisted.remove(&place) {
                    let gone: Vec<ObjectKey> = self
                        .statuses
                        .iter()
                        .filter(|(key, verdict)| {
                            verdict.status != Status::Unknown
                                && self.is_at(place, key)
                                && !listed.contains(*key)
                        })
                        .map(|(key, _)| key.clone())
                        .collect();
                    for key in gone {
                        self.set(&key, Verdict::not_found());
                    }
                }
            }
            Ok(Change::Put(object)) => self.judge(place, object).await,
            Ok(Change::Gone(object)) => {
                let key = self.key(place, &object);
                self.set(&key, Verdict::not_found());
            }
            Ok(Change::Trouble(message)) => tracing::debug!(message, "cannot watch at present"),
            Err(error) if error.is_forbidden() => {
                let Gvk { group, version, kind } = &self.places[place].0;
                let lists =
                    matches!(error.refusal(), Some(Refusal::Forbidden { verb, .. }) if verb == "list");
                let error = Error::from(error);
                return Err(if lists {
                    error.within(format!("failed to list {group}/{version}, Kind={kind}"))
                } else {
                    error
                });
            }
            // There is no such kind (any more), and so nothing of it.
            Err(error) => {
                tracing::debug!(%error, "nothing to watch");
                self.unlisted.remove(&place);
            }
        }
        Ok(())
    }

    fn key(&self, place: usize, object: &Json) -> ObjectKey {
        let (gvk, namespace) = &self.places[place];
        ObjectKey {
            group: gvk.group.clone(),
            kind: gvk.kind.clone(),
            namespace: namespace.clone(),
            name: text(object, "/metadata/name").to_owned(),
        }
    }

    fn is_at(&self, place: usize, key: &ObjectKey) -> bool {
        let (gvk, namespace) = &self.places[place];
        key.kind == gvk.kind && key.group == gvk.group && key.namespace == *namespace
    }

    async fn judge(&mut self, place: usize, object: Json) {
        let key = self.key(place, &object);
        if !self.statuses.contains_key(&key) {
            return;
        }
        let verdict = self.judge.verdict(self.operation, &object).await;
        if self.judge.again(&object, &verdict) {
            let window = SCHEDULE_WINDOW.unsigned_abs();
            self.again.insert(key.clone(), (Instant::now() + window, object));
        } else {
            self.again.remove(&key);
        }
        self.set(&key, verdict);
    }

    /// Judges those whose time has come.
    async fn look_again(&mut self) {
        let now = Instant::now();
        let due: Vec<ObjectKey> =
            self.again.iter().filter(|(_, (at, _))| *at <= now).map(|(key, _)| key.clone()).collect();
        for key in due {
            if let Some((_, object)) = self.again.remove(&key) {
                let verdict = self.judge.verdict(self.operation, &object).await;
                self.set(&key, verdict);
            }
        }
    }

    fn set(&mut self, key: &ObjectKey, verdict: Verdict) {
        if let Some(status) = self.statuses.get_mut(key) {
            *status = verdict;
        }
    }

    /// What is to be said in the end.
    fn told(
        &self,
        resources: &[&Resource],
        in_time: bool,
        say: impl Fn(&str, &Verdict) -> Option<String>,
    ) -> Result<()> {
        let mut problems: Vec<Error> = resources
            .iter()
            .filter_map(|resource| {
                let object = format!("{}/{}/{}", resource.gvk.kind, resource.namespace, resource.name);
                say(&object, self.statuses.get(&resource.key())?).map(Error::new)
            })
            .collect();
        if !in_time {
            problems.push(Error::deadline());
        }
        Error::join(problems, "\n").map_or(Ok(()), Err)
    }
}
