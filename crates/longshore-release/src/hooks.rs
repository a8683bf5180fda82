//! Hooks: which run when, in what order, and what becomes of them.
//!
//! The rules are Helm's ([charts hooks](https://helm.sh/docs/topics/charts_hooks/)): ascending weight,
//! then name; the object is deleted before it is made again unless another policy is given; Jobs and
//! Pods are waited for; a failed hook fails the operation. Two are stricter: what holds data is deleted only where a
//! policy says so, and what belongs to another release is neither deleted nor changed.

use longshore_diag::Diagnostic;
use longshore_object::{Object, ObjectKey, parse_manifests};

use crate::event::{Done, Event};
use crate::fault::FaultPoint;
use crate::plan::ReleaseAction;
use crate::prepare::live;
use crate::record::Hook;
use crate::{Context, ReleaseError, apply, data, ownership, removal, wait};

/// The events before and after an action.
pub(crate) fn events(action: ReleaseAction) -> (&'static str, &'static str) {
    match action {
        ReleaseAction::Install => ("pre-install", "post-install"),
        ReleaseAction::Rollback => ("pre-rollback", "post-rollback"),
        ReleaseAction::Upgrade | ReleaseAction::Nothing => ("pre-upgrade", "post-upgrade"),
    }
}

/// The hooks of an event in the order in which they run.
pub(crate) fn of_event<'a>(hooks: &'a [Hook], event: &str) -> Vec<&'a Hook> {
    let mut hooks: Vec<&Hook> = hooks.iter().filter(|hook| hook.events.iter().any(|e| e == event)).collect();
    hooks.sort_by(|a, b| (a.weight, &a.name).cmp(&(b.weight, &b.name)));
    hooks
}

/// What a plan says of the hooks that would run.
pub(crate) fn planned(hooks: &[Hook], action: ReleaseAction) -> Vec<String> {
    let (before, after) = events(action);
    [before, after]
        .into_iter()
        .flat_map(|event| {
            of_event(hooks, event).into_iter().map(move |hook| format!("{event} {}/{}", hook.kind, hook.name))
        })
        .collect()
}

/// Whether two revisions have the same hooks; how they last ran does not count.
pub(crate) fn same(a: &[Hook], b: &[Hook]) -> bool {
    let content = |hook: &Hook| (hook.path.clone(), hook.manifest.clone(), hook.events.clone());
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| content(a) == content(b))
}

/// Runs one hook to its end.
pub(crate) async fn run(
    context: &Context,
    release: &str,
    hook: &Hook,
    event: &str,
) -> Result<(), ReleaseError> {
    let objects = parse_manifests(&hook.manifest, &hook.path)?;
    for object in &objects {
        let key = object.key_in(&context.namespace);
        let is_there = is_ours_or_free(context, release, object)
            .await
            .map_err(|error| error.within(format!("in {event} hook {key}"), Some(object.place().clone())))?;
        let told = |succeeded| Event::Hook { key: key.clone(), event: event.to_owned(), succeeded };
        if is_there && has_policy(hook, "before-hook-creation") && !outlives(hook, object, &key) {
            delete(context, release, object).await?;
        }
        context.tell(release, told(None));
        let result = run_object(context, release, object).await;
        context.tell(release, told(Some(result.is_ok())));
        let over = if result.is_ok() { "hook-succeeded" } else { "hook-failed" };
        if has_policy(hook, over) {
            delete(context, release, object).await?;
        }
        result.map_err(|error| {
            ReleaseError::from(
                error
                    .into_diagnostic()
                    .within(format!("in {event} hook {key}"), Some(object.place().clone())),
            )
        })?;
    }
    Ok(())
}

async fn run_object(context: &Context, release: &str, object: &Object) -> Result<(), ReleaseError> {
    apply::beside(context, release, object).await?;
    context.faults.reached(release, FaultPoint::HookCreated).await;
    if matches!(object.kind(), "Job" | "Pod") {
        wait::until_complete(context, release, object).await?;
    }
    Ok(())
}

/// Whether an object of a hook is there, and may be the hook's: it carries the marks of no other release.
///
/// # Errors
/// It belongs to another release, and must not be deleted or changed by this one.
async fn is_ours_or_free(context: &Context, release: &str, object: &Object) -> Result<bool, Diagnostic> {
    let key = object.key_in(&context.namespace);
    let live = match live(context, object.gvk(), &key).await {
        Ok(Some(live)) => live,
        Ok(None) => return Ok(false),
        // Who may not look at it may still make it anew.
        Err(error) if error.is_forbidden() => return Ok(true),
        Err(error) => return Err(error.into_diagnostic()),
    };
    let was_ours = || context.formerly(release).any(|old| ownership::owns(&live, old, &context.namespace));
    match ownership::other_owner(&live, release, &context.namespace) {
        None => Ok(true),
        Some(_) if context.force.adopt || was_ours() => Ok(true),
        Some(owner) => Err(Diagnostic::error(
            "release/not-owned",
            format!("{key:#} exists and belongs to release `{owner}`"),
        )
        .hint("give the hook's object another name: a hook deletes and makes its objects anew")),
    }
}

/// Whether an object that holds data, or asks to be kept, stays what it is where no policy of the hook says otherwise:
/// data is deleted only where that was asked for (design decision 14).
fn outlives(hook: &Hook, object: &Object, key: &ObjectKey) -> bool {
    hook.delete_policies.is_empty() && is_lasting(object, key)
}

/// Whether deleting an object destroys data, or is what it asks not to be done.
fn is_lasting(object: &Object, key: &ObjectKey) -> bool {
    data::holds(key) || ownership::is_kept(&object.to_json())
}

/// `before-hook-creation` is the policy of a hook that names none. Definitions are never deleted.
fn has_policy(hook: &Hook, policy: &str) -> bool {
    if hook.kind == "CustomResourceDefinition" {
        return false;
    }
    if hook.delete_policies.is_empty() {
        return policy == "before-hook-creation";
    }
    hook.delete_policies.iter().any(|p| p == policy)
}

/// Deletes what a hook has made, when its release is gone. What holds data stays, as does what belongs to another release.
pub(crate) async fn leave(context: &Context, release: &str, object: &Object) -> Result<(), ReleaseError> {
    let key = object.key_in(&context.namespace);
    let Some(live) = live(context, object.gvk(), &key).await? else { return Ok(()) };
    if ownership::other_owner(&live, release, &context.namespace).is_some() {
        return Ok(());
    }
    if is_lasting(object, &key) || ownership::is_kept(&live) {
        context.tell(release, Event::Object { key, done: Done::Kept });
        return Ok(());
    }
    delete(context, release, object).await
}

async fn delete(context: &Context, release: &str, object: &Object) -> Result<(), ReleaseError> {
    let key = object.key_in(&context.namespace);
    removal::delete_and_wait(context, release, object.gvk(), &key).await
}
