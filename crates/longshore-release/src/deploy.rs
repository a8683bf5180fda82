//! Carrying a plan out: pending record, hooks, apply, deletions, wait, final record.

use std::collections::BTreeMap;
use std::sync::Arc;

use longshore_cluster::Deployed;
use longshore_diag::Diagnostic;
use longshore_object::ObjectKey;
use tokio::time::Instant;

use crate::apply::{self, Part};
use crate::around::Moment;
use crate::event::{Done, Event};
use crate::fault::FaultPoint;
use crate::mask::Masked;
use crate::plan::{ObjectAction, ReleaseAction};
use crate::prepare::{Intent, PLATFORM_LABEL, Premises, Prepared, prepare};
use crate::prior::Prior;
use crate::record::{Hook, HookPhase, Info, Release, Status, Time};
use crate::store::Store;
use crate::takeover::Aim;
use crate::work::Work;
use crate::{Context, ReleaseError, hold, hooks, remarks, removal, set_image, takeover, wait};

/// What all labels of records begin with that say whose a release is, and where it belongs.
const OUR_LABELS: &str = "longshore.dev/";

/// Helm's default for `--history-max`.
const HISTORY_MAX: usize = 10;

/// Carries a plan out and waits until everything in it is ready.
///
/// If the plan changes nothing, nothing is written; that its objects are ready is checked all the same.
///
/// Dropping the future at any point leaves a pending record that the next command goes on from;
/// [`Context::let_go`] lets it do so at once.
///
/// # Errors
/// The plan has problems; somebody else works on the release; the cluster refuses an object, or an
/// object does not become ready. The revision is then recorded as failed, and what was applied stays.
pub async fn deploy(context: &Context, prepared: Prepared) -> Result<Release, ReleaseError> {
    if let Some(problem) = prepared.plan.problems.first() {
        return Err(problem.clone().into());
    }
    let observer = Arc::new(Masked { observer: context.observer.clone(), mask: prepared.mask.clone() });
    let context = &Context { observer, ..context.clone() };
    let name = prepared.plan.release.clone();
    let store = Store::new(context.cluster.clone(), &context.namespace);
    if !prepared.plan.changes_something() {
        wait::still_ready(context, &name, &prepared.candidate.objects).await?;
        tracing::info!(requests = context.cluster.requests(), "nothing to do");
        context.tell(&name, Event::Finished(format!("unchanged at revision {}", prepared.plan.revision)));
        let deployed = prepared.prior.deployed().map(|stored| stored.release.clone());
        return deployed.ok_or(ReleaseError::Raced { name, revision: prepared.plan.revision });
    }
    context.faults.reached(&name, FaultPoint::Planned).await;
    let settled = takeover::settle(context, &store, &name, &prepared.prior, Aim::Revision).await?;
    context.faults.reached(&name, FaultPoint::Settled).await;
    let prepared = if settled.begun_after(&prepared.prior) {
        Box::pin(anew(context, prepared)).await?
    } else {
        prepared
    };
    let prior = Prior { history: settled.history };
    let record = pending(context, &prepared, &prior);
    let revision = record.revision;
    let mut annotations = context.provenance.clone();
    set_image::note(&prepared.candidate, &mut annotations);
    hold::take(&mut annotations, context);
    let since = Instant::now();
    let stored = match store.create(record, annotations, context.clock.now()).await {
        Err(ReleaseError::Raced { .. }) => return Err(takeover::outrun(&store, &name, revision).await),
        created => created?,
    };
    let work = Work::begin(context, store.clone(), stored, since);
    context.faults.reached(&name, FaultPoint::PendingWritten).await;
    context.tell(&name, Event::Started(verb(&prepared, revision)));
    let guarded = Context {
        cluster: context.cluster.guarded(work.guard()),
        deployed: Arc::new(deployed(context, &prepared)),
        ..context.clone()
    };
    match Box::pin(work.during(carry_out(&guarded, &work, &prepared, &prior))).await {
        Ok(()) => {
            supersede(context, &store, &prior).await?;
            let description = done(prepared.intent, prepared.plan.action);
            let release = work
                .end(|release| {
                    release.info.status = Status::Deployed;
                    release.info.description = description;
                })
                .await?;
            context.faults.reached(&name, FaultPoint::Ended).await;
            prune(context, &store, &prior).await?;
            tracing::info!(requests = context.cluster.requests(), "deployed");
            context.tell(&name, Event::Finished(format!("deployed revision {revision}")));
            Ok(release)
        }
        Err(error @ (ReleaseError::Lost { .. } | ReleaseError::Silent { .. })) => Err(error),
        Err(error) => {
            let error = error.masked(&prepared.mask);
            let description = failed(prepared.intent, prepared.plan.action, &name, &error);
            let ended = work
                .end(|release| {
                    release.info.status = Status::Failed;
                    release.info.description = description;
                })
                .await;
            if let Err(second) = ended {
                tracing::debug!(error = %second, "could not record the failure");
            }
            Err(error)
        }
    }
}

/// What failures are explained by: the objects, and which of them this deploy changes.
fn deployed(context: &Context, prepared: &Prepared) -> Deployed {
    let objects = prepared.candidate.objects.iter();
    let objects = objects.map(|object| (object.key_in(&context.namespace), object.clone())).collect();
    let changes = prepared.plan.objects.iter().filter(|change| {
        matches!(change.action, ObjectAction::Create | ObjectAction::Update | ObjectAction::Recreate)
    });
    Deployed::new(objects, changes.map(|change| change.object.clone()).collect())
}

/// Plans again what was planned before somebody else was at work on the release, who has ended since.
///
/// # Errors
/// The new plan has problems, or deletes what the old one did not.
async fn anew(context: &Context, old: Prepared) -> Result<Prepared, ReleaseError> {
    let name = old.plan.release.clone();
    let new = prepare(context, &name, old.candidate, old.intent, &Premises::default()).await?;
    if let Some(problem) = new.plan.problems.first() {
        return Err(problem.clone().into());
    }
    if let Some(basis) = &old.basis {
        basis.still_holds(&new)?;
    }
    let more = new.plan.deletes_beyond(&old.plan);
    if !more.is_empty() {
        let message =
            format!("release `{name}` has changed since the plan was made, which now would delete more");
        let error = more.into_iter().fold(Diagnostic::error("release/stale-plan", message), Diagnostic::note);
        return Err(error.hint("nothing was changed; look at the plan again").into());
    }
    Ok(new)
}

/// The record that says what is about to happen.
fn pending(context: &Context, prepared: &Prepared, prior: &Prior) -> Release {
    let now = Time::from(context.clock.now());
    let status = match (prepared.intent, prepared.plan.action) {
        (Intent::Rollback { .. }, _) => Status::PendingRollback,
        (_, ReleaseAction::Install) => Status::PendingInstall,
        _ => Status::PendingUpgrade,
    };
    let candidate = &prepared.candidate;
    let first = prior.history.first().map(|stored| stored.release.info.first_deployed.clone());
    let labels = labels(&context.labels, prior.last());
    Release {
        name: prepared.plan.release.clone(),
        info: Info {
            first_deployed: first.filter(|time| !time.is_zero()).unwrap_or_else(|| now.clone()),
            last_deployed: now,
            deleted: Time::default(),
            description: "Operation in progress".to_owned(),
            status,
            rollback_revision: match prepared.intent {
                Intent::Rollback { to } => to,
                Intent::Deploy => 0,
            },
            notes: candidate.notes.clone(),
        },
        chart: candidate.chart.clone(),
        config: candidate.config.clone(),
        manifest: candidate.manifest.clone(),
        hooks: candidate.hooks.clone(),
        revision: prior.next_revision(),
        namespace: context.namespace.clone(),
        apply_method: "ssa".to_owned(),
        labels,
    }
}

/// The labels of the next record: those that somebody has put on the last one stay, ours are said anew each time.
fn labels(ours: &BTreeMap<String, String>, last: Option<&Release>) -> BTreeMap<String, String> {
    let mut labels = last.map(|last| last.labels.clone()).unwrap_or_default();
    // Who works for no platform has nothing to say of that.
    if ours.contains_key(PLATFORM_LABEL) {
        labels.retain(|key, _| !key.starts_with(OUR_LABELS));
    }
    labels.extend(ours.clone());
    labels
}

/// Everything between the pending and the final record.
async fn carry_out(
    context: &Context,
    work: &Work<'_>,
    prepared: &Prepared,
    prior: &Prior,
) -> Result<(), ReleaseError> {
    let name = &prepared.plan.release;
    let candidate = &prepared.candidate;
    let (first, last) = match prepared.intent {
        Intent::Deploy => (Moment::PreDeploy, Moment::PostDeploy),
        Intent::Rollback { .. } => (Moment::PreRollback, Moment::PostRollback),
    };
    context.around.act(context, name, first).await?;
    apply::in_order(context, name, &candidate.crds, &prepared.todo, Part::Beside).await?;
    wait::until_ready(context, name, &candidate.crds).await?;
    let (before, after) = hooks::events(prepared.plan.action);
    run_hooks(context, work, &candidate.hooks, before).await?;
    apply::in_order(context, name, &candidate.objects, &prepared.todo, Part::Marked).await?;
    context.faults.reached(name, FaultPoint::AllApplied).await;
    delete_removed(context, prepared, prior, |key| !removal::is_read_by_pods(key)).await?;
    wait::until_ready(context, name, &candidate.objects).await?;
    context.faults.reached(name, FaultPoint::Ready).await;
    Box::pin(remarks::remarks(context, name, &candidate.objects, &candidate.hooks)).await;
    // Until the new pods are ready the old ones may start again, and read what they were made for.
    delete_removed(context, prepared, prior, removal::is_read_by_pods).await?;
    run_hooks(context, work, &candidate.hooks, after).await?;
    context.around.act(context, name, last).await
}

/// Deletes what the plan deletes and `chosen` chooses, in the reverse of the order of applying.
async fn delete_removed(
    context: &Context,
    prepared: &Prepared,
    prior: &Prior,
    chosen: impl Fn(&ObjectKey) -> bool,
) -> Result<(), ReleaseError> {
    let objects = prior.objects(&context.namespace);
    for change in prepared.plan.objects.iter().rev().filter(|change| chosen(&change.object)) {
        let done = match change.action {
            ObjectAction::Delete => Done::Deleted,
            ObjectAction::Keep => Done::Kept,
            _ => continue,
        };
        if let Some(object) = objects.get(&change.object).filter(|_| done == Done::Deleted) {
            let key = &change.object;
            removal::delete_and_wait(context, &prepared.plan.release, object.gvk(), key).await?;
            context.faults.reached(&prepared.plan.release, FaultPoint::ObjectDeleted).await;
        }
        context.tell(&prepared.plan.release, Event::Object { key: change.object.clone(), done });
    }
    Ok(())
}

/// Runs the hooks of an event and writes down how each ended.
pub(crate) async fn run_hooks(
    context: &Context,
    work: &Work<'_>,
    all: &[Hook],
    event: &str,
) -> Result<(), ReleaseError> {
    let release = work.release().await.name;
    let mut runs: BTreeMap<String, (Time, Option<Time>, HookPhase)> = BTreeMap::new();
    let mut result = Ok(());
    for hook in hooks::of_event(all, event) {
        let began = Time::from(context.clock.now());
        result = hooks::run(context, &release, hook, event).await;
        context.faults.reached(&release, FaultPoint::HookEnded).await;
        let phase = if result.is_ok() { HookPhase::Succeeded } else { HookPhase::Failed };
        runs.insert(hook.path.clone() + &hook.name, (began, Some(Time::from(context.clock.now())), phase));
        if result.is_err() {
            break;
        }
    }
    if !runs.is_empty() {
        work.update(|release| {
            for hook in &mut release.hooks {
                if let Some((began, ended, phase)) = runs.get(&(hook.path.clone() + &hook.name)) {
                    hook.last_run.started_at = began.clone();
                    hook.last_run.completed_at = ended.clone().unwrap_or_default();
                    hook.last_run.phase = *phase;
                }
            }
        })
        .await?;
        context.faults.reached(&release, FaultPoint::HooksRecorded).await;
    }
    result
}

/// Every revision that was deployed until now is superseded.
async fn supersede(context: &Context, store: &Store, prior: &Prior) -> Result<(), ReleaseError> {
    for stored in prior.history.iter().filter(|stored| stored.release.info.status == Status::Deployed) {
        let mut stored = stored.clone();
        stored.release.info.status = Status::Superseded;
        let name = stored.release.name.clone();
        store.update(&stored, context.clock.now()).await?;
        context.faults.reached(&name, FaultPoint::Superseded).await;
    }
    Ok(())
}

/// Removes the oldest revisions beyond Helm's limit. None of them is deployed any more.
async fn prune(context: &Context, store: &Store, prior: &Prior) -> Result<(), ReleaseError> {
    let surplus = (prior.history.len() + 1).saturating_sub(HISTORY_MAX);
    for stored in prior.history.iter().take(surplus) {
        store.delete(&stored.release).await?;
        context.faults.reached(&stored.release.name, FaultPoint::Pruned).await;
    }
    Ok(())
}

fn verb(prepared: &Prepared, revision: u32) -> String {
    match (prepared.intent, prepared.plan.action) {
        (Intent::Rollback { to }, _) => format!("rolling back to revision {to}, as revision {revision}"),
        (_, ReleaseAction::Install) => "installing".to_owned(),
        _ => format!("upgrading to revision {revision}"),
    }
}

/// Helm's words for the end of an operation.
fn done(intent: Intent, action: ReleaseAction) -> String {
    match (intent, action) {
        (Intent::Rollback { to }, _) => format!("Rollback to {to}"),
        (_, ReleaseAction::Install) => "Install complete".to_owned(),
        _ => "Upgrade complete".to_owned(),
    }
}

fn failed(intent: Intent, action: ReleaseAction, name: &str, error: &ReleaseError) -> String {
    match (intent, action) {
        (Intent::Rollback { .. }, _) => format!("Rollback \"{name}\" failed: {error}"),
        (_, ReleaseAction::Install) => format!("Release \"{name}\" failed: {error}"),
        _ => format!("Upgrade \"{name}\" failed: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Release, labels};

    /// A record that was once deployed into a namespace of the command line's is not marked so for ever.
    #[test]
    fn our_labels_are_said_anew_and_those_of_others_stay() {
        let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let mut last: Release = serde_json::from_str(r#"{"name": "web", "version": 1}"#).unwrap();
        last.labels = map(&[
            ("team", "a"),
            ("longshore.dev/namespace-chosen", "true"),
            ("longshore.dev/platform", "shop"),
        ]);
        let ours = map(&[("longshore.dev/platform", "shop"), ("longshore.dev/cluster", "eu")]);
        let mut expected = ours.clone();
        expected.insert("team".to_owned(), "a".to_owned());
        assert_eq!(labels(&ours, Some(&last)), expected);
        assert_eq!(labels(&ours, None), ours);
        assert_eq!(labels(&BTreeMap::new(), Some(&last)), last.labels);
    }
}
