//! Removing a release: what goes, what stays, and why.

mod claims;

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt, TryStreamExt};
use longshore_cluster::Selector;
use longshore_diag::Diagnostic;
use longshore_object::{Gvk, Object, ObjectKey, order};
use tokio::time::Instant;

use crate::around::Moment;
use crate::event::{Done, Event};
use crate::fault::FaultPoint;
use crate::plan::{ObjectAction, ObjectChange, Verified};
use crate::prepare::live;
use crate::prior::{Prior, objects};
use crate::record::Status;
use crate::store::{Store, Stored};
use crate::takeover::{Aim, Newest, newest};
use crate::work::Work;
use crate::{Context, ReleaseError, data, deploy, hold, ownership, removal as delete, takeover};

const CONCURRENCY: usize = 32;

/// What removing a release would do.
#[derive(Debug, Clone)]
pub struct Uninstall {
    /// The release.
    pub name: String,
    /// The namespace in which its records lie.
    pub namespace: String,
    /// The labels of its newest record, which say who has deployed it.
    pub labels: BTreeMap<String, String>,
    /// Whether there is a record of it; if not, only what an earlier removal kept is left.
    pub recorded: bool,
    /// Whether its `pre-delete` and `post-delete` hooks run. Those of a release that goes on under another name do not:
    /// they end what it still is.
    pub runs_hooks: bool,
    /// What happens to each object, in order.
    pub objects: Vec<ObjectChange>,
    kinds: BTreeMap<ObjectKey, Gvk>,
    /// Whether data goes, too.
    deletes_data: bool,
    /// The newest record as it was found.
    found: Option<Newest>,
}

impl Uninstall {
    /// Whether it deletes the namespace in which its own records lie, and with it those of all other releases there: it
    /// comes after them.
    pub fn takes_its_namespace(&self) -> bool {
        self.own_namespace().is_some()
    }

    /// Checks that it is still the removal of which `planned` was agreed to.
    ///
    /// # Errors
    /// The release was deployed by somebody else since, or has objects that nobody has agreed to delete: without its
    /// records nobody would know of them.
    pub fn still_is(&self, context: &Context, planned: &[ObjectChange]) -> Result<(), Diagnostic> {
        let name = &self.name;
        let stale = |message: String| {
            Diagnostic::error("release/stale-plan", message)
                .hint("it was left as it is; run the command again, and look at what it would remove")
        };
        if let Some(claim) = self.recorded.then(|| context.claim_on(&self.labels)).flatten() {
            let message = format!("release `{name}` was deployed by {claim} since its removal was planned");
            return Err(stale(message));
        }
        let more = self.beyond(planned);
        if more.is_empty() {
            return Ok(());
        }
        let message = format!(
            "release `{name}` has changed since its removal was planned, which now would delete more"
        );
        Err(more.into_iter().fold(stale(message), Diagnostic::note))
    }

    /// What it deletes that is not among the objects that were to go.
    fn beyond(&self, planned: &[ObjectChange]) -> Vec<String> {
        let is_deleted = |change: &&ObjectChange| change.action == ObjectAction::Delete;
        let planned: BTreeSet<&ObjectKey> =
            planned.iter().filter(is_deleted).map(|change| &change.object).collect();
        let deleted = self.objects.iter().filter(is_deleted).map(|change| &change.object);
        deleted.filter(|key| !planned.contains(key)).map(ToString::to_string).collect()
    }

    fn own_namespace(&self) -> Option<&ObjectChange> {
        let mut deleted = self.objects.iter().filter(|change| change.action == ObjectAction::Delete);
        deleted.find(|change| self.is_own_namespace(&change.object))
    }

    fn is_own_namespace(&self, key: &ObjectKey) -> bool {
        key.kind == "Namespace" && key.group.is_empty() && key.name == self.namespace
    }
}

/// Finds out what removing a release would do. `None` if there is nothing of it.
///
/// Volume claims, definitions, and objects marked `helm.sh/resource-policy: keep` stay unless
/// `delete_data`. Objects that the release does not own (any more) are left alone.
pub async fn prepare_uninstall(
    context: &Context,
    name: &str,
    delete_data: bool,
) -> Result<Option<Uninstall>, ReleaseError> {
    let store = Store::new(context.cluster.clone(), &context.namespace);
    let prior = Prior { history: store.history(name).await? };
    let known: Vec<Object> = prior.history.last().map(|last| objects(&last.release)).unwrap_or_default();
    let mut all: BTreeMap<ObjectKey, Object> = prior.objects(&context.namespace);
    all.extend(known.into_iter().map(|object| (object.key_in(&context.namespace), object)));
    let all: Vec<Object> = all.into_values().collect();
    let mut order: Vec<usize> = order::waves(&all, &context.namespace).into_iter().flatten().collect();
    order.reverse();
    let mut kinds = BTreeMap::new();
    let changes: Vec<Option<ObjectChange>> = stream::iter(order.iter().map(|index| &all[*index]))
        .map(|object| look(context, name, object, delete_data))
        .buffered(CONCURRENCY)
        .try_collect()
        .await?;
    for object in &all {
        kinds.insert(object.key_in(&context.namespace), object.gvk().clone());
    }
    let mut changes: Vec<ObjectChange> = changes.into_iter().flatten().collect();
    for key in claims::of_release(context, name, &all).await? {
        if changes.iter().all(|change| change.object != key) {
            kinds.insert(key.clone(), Gvk::new("v1", claims::KIND));
            changes.push(change(key, !delete_data));
        }
    }
    for (gvk, key) in kept_before(context, name).await? {
        if changes.iter().all(|change| change.object != key) {
            kinds.insert(key.clone(), gvk);
            changes.push(change(key, !delete_data));
        }
    }
    // What stays is told last.
    changes.sort_by_key(|change| change.action == ObjectAction::Keep);
    let recorded = !prior.history.is_empty();
    let something = recorded || changes.iter().any(|change| change.action == ObjectAction::Delete);
    Ok(something.then(|| Uninstall {
        name: name.to_owned(),
        namespace: context.namespace.clone(),
        labels: prior.last().map(|last| last.labels.clone()).unwrap_or_default(),
        recorded,
        runs_hooks: true,
        objects: changes,
        kinds,
        deletes_data: delete_data,
        found: newest(&prior.history),
    }))
}

/// Finds out again what removing a release would do, on which somebody else has been at work since.
///
/// # Errors
/// It is somebody else's by now, or would delete more.
async fn anew(context: &Context, old: &Uninstall) -> Result<Option<Uninstall>, ReleaseError> {
    let name = &old.name;
    let Some(mut new) = prepare_uninstall(context, name, old.deletes_data).await? else { return Ok(None) };
    new.runs_hooks = old.runs_hooks;
    new.still_is(context, &old.objects)?;
    Ok(Some(new))
}

async fn look(
    context: &Context,
    name: &str,
    object: &Object,
    delete_data: bool,
) -> Result<Option<ObjectChange>, ReleaseError> {
    let key = object.key_in(&context.namespace);
    let Some(live) = live(context, object.gvk(), &key).await? else { return Ok(None) };
    if !ownership::owns(&live, name, &context.namespace) {
        return Ok(None);
    }
    let kept = data::holds(&key) || ownership::is_kept(&live) || ownership::is_kept(&object.to_json());
    Ok(Some(change(key, kept && !delete_data)))
}

fn change(key: ObjectKey, keep: bool) -> ObjectChange {
    ObjectChange {
        destroys_data: !keep && data::holds(&key),
        object: key,
        action: if keep { ObjectAction::Keep } else { ObjectAction::Delete },
        fields: Vec::new(),
        verified: Verified::Verified,
        place: None,
    }
}

/// Cluster-wide objects with data that an earlier removal kept: no record names them any more, but their
/// marks do. Who may not list them does not own any.
async fn kept_before(context: &Context, name: &str) -> Result<Vec<(Gvk, ObjectKey)>, ReleaseError> {
    let managed = Selector::labels(format!("{}={}", ownership::MANAGED_BY, ownership::HELM));
    let mut kept = Vec::new();
    for gvk in [
        Gvk::new("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        Gvk::new("v1", "PersistentVolume"),
        Gvk::new("v1", "Namespace"),
    ] {
        let found = match context.cluster.list(&gvk, None, &managed).await {
            Ok(found) => found.items,
            Err(error) if error.is_forbidden() => continue,
            Err(error) => return Err(error.into()),
        };
        for object in found.iter().filter(|object| ownership::owns(object, name, &context.namespace)) {
            let key = ObjectKey {
                group: gvk.group.clone(),
                kind: gvk.kind.clone(),
                namespace: None,
                name: object["metadata"]["name"].as_str().unwrap_or_default().to_owned(),
            };
            kept.push((gvk.clone(), key));
        }
    }
    Ok(kept)
}

/// Removes the release: hooks, objects (waiting until they are gone), and its records.
///
/// What is removed is what was planned: where somebody has written the release's records since, it is found out again.
///
/// # Errors
/// Somebody works on the release, or has deployed it since so that more would go; a hook fails, or an object does not go
/// away in time. The record stays `uninstalling` then, and the next removal goes on.
pub async fn uninstall(context: &Context, removal: &Uninstall) -> Result<(), ReleaseError> {
    let context = &context.in_namespace(&removal.namespace);
    let store = Store::new(context.cluster.clone(), &context.namespace);
    let name = &removal.name;
    context.faults.reached(name, FaultPoint::Planned).await;
    let own = removal.own_namespace();
    if let Some(own) = own
        && is_going(context, &own.object).await?
    {
        // Its records go with it, or are gone: nothing is written into a namespace that is being deleted.
        delete_objects(context, removal).await?;
        delete_namespace(context, removal, own).await?;
        context.tell(name, Event::Finished("removed what was left".to_owned()));
        return Ok(());
    }
    let settled = takeover::settle(context, &store, name, &Prior::default(), Aim::Removal).await?;
    context.faults.reached(name, FaultPoint::Settled).await;
    let again =
        if settled.begun_since(removal.found.as_ref()) { anew(context, removal).await? } else { None };
    let removal = again.as_ref().unwrap_or(removal);
    let own = removal.own_namespace();
    let history = settled.history;
    let Some(last) = history.last() else {
        delete_objects(context, removal).await?;
        if let Some(own) = own {
            delete_namespace(context, removal, own).await?;
        }
        context.tell(name, Event::Finished("removed what was left".to_owned()));
        return Ok(());
    };
    let mut last: Stored = last.clone();
    context.tell(name, Event::Started("uninstalling".to_owned()));
    last.release.info.status = Status::Uninstalling;
    "Deletion in progress (or silently failed)".clone_into(&mut last.release.info.description);
    hold::take(&mut last.annotations, context);
    let since = Instant::now();
    let last = store.update(&last, context.clock.now()).await?;
    let hooks = if removal.runs_hooks { last.release.hooks.clone() } else { Vec::new() };
    let work = Work::begin(context, store.clone(), last, since);
    context.faults.reached(name, FaultPoint::PendingWritten).await;
    let guarded = &Context { cluster: context.cluster.guarded(work.guard()), ..context.clone() };
    let removing = work.during(async {
        // What goes on under another name is not destroyed.
        if removal.runs_hooks {
            guarded.around.act(guarded, name, Moment::PreDestroy).await?;
        }
        deploy::run_hooks(guarded, &work, &hooks, "pre-delete").await?;
        delete_objects(guarded, removal).await?;
        deploy::run_hooks(guarded, &work, &hooks, "post-delete").await?;
        if removal.runs_hooks {
            guarded.around.act(guarded, name, Moment::PostDestroy).await?;
        }
        Ok(())
    });
    Box::pin(removing).await?;
    work.end(|release| "Uninstallation complete".clone_into(&mut release.info.description)).await?;
    context.faults.reached(name, FaultPoint::Ended).await;
    if let Some(own) = own {
        // The records go with it: while it is there so are they, and the next removal goes on.
        delete_namespace(context, removal, own).await?;
        context.tell(name, Event::Finished("uninstalled".to_owned()));
        return Ok(());
    }
    // The newest goes last: while it is there the next removal goes on.
    for stored in &history {
        store.delete(&stored.release).await?;
        context.faults.reached(name, FaultPoint::RecordDeleted).await;
    }
    context.tell(name, Event::Finished("uninstalled".to_owned()));
    Ok(())
}

/// Whether a namespace is being deleted.
async fn is_going(context: &Context, key: &ObjectKey) -> Result<bool, ReleaseError> {
    let found = live(context, &Gvk::new("v1", "Namespace"), key).await?;
    Ok(found.is_some_and(|found| !found["metadata"]["deletionTimestamp"].is_null()))
}

/// Deletes the namespace in which the release's records lie, and waits until it is gone with all that is in it.
async fn delete_namespace(
    context: &Context,
    removal: &Uninstall,
    own: &ObjectChange,
) -> Result<(), ReleaseError> {
    let (name, key) = (&removal.name, &own.object);
    delete::delete_and_wait(context, name, &removal.kinds[key], key).await?;
    context.faults.reached(name, FaultPoint::ObjectDeleted).await;
    context.tell(name, Event::Object { key: key.clone(), done: Done::Deleted });
    Ok(())
}

/// Deletes the objects in order of kinds, then waits until all of them are gone. The namespace in which the release's own
/// records lie is left to [`delete_namespace`].
async fn delete_objects(context: &Context, removal: &Uninstall) -> Result<(), ReleaseError> {
    let name = &removal.name;
    let own = removal.own_namespace().map(|change| &change.object);
    stream::iter(removal.objects.iter().filter(|change| Some(&change.object) != own))
        .map(|change| async move {
            let key = &change.object;
            let mut done = Done::Kept;
            if change.action == ObjectAction::Delete {
                done = Done::Deleted;
                delete::delete_and_wait(context, name, &removal.kinds[key], key).await?;
                context.faults.reached(name, FaultPoint::ObjectDeleted).await;
            }
            if done == Done::Kept && key.kind == claims::KIND {
                claims::mark(context, name, key).await?;
            }
            context.tell(name, Event::Object { key: key.clone(), done });
            Ok::<_, ReleaseError>(())
        })
        .buffered(CONCURRENCY)
        .try_collect::<Vec<()>>()
        .await?;
    Ok(())
}
