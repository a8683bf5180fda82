//! Hooks: which run when, in what order, and what becomes of them.
//!
//! The rules are Helm's ([charts hooks](https://helm.sh/docs/topics/charts_hooks/)): ascending weight,
//! then name; the object is deleted before it is made again unless another policy is given; Jobs and
//! Pods are waited for; a failed hook fails the operation.

use longshore_object::{Object, parse_manifests};

use crate::event::Event;
use crate::fault::FaultPoint;
use crate::plan::ReleaseAction;
use crate::record::Hook;
use crate::{Context, ReleaseError, apply, removal, wait};

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
        let told = |succeeded| Event::Hook { key: key.clone(), event: event.to_owned(), succeeded };
        if has_policy(hook, "before-hook-creation") {
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

pub(crate) async fn delete(context: &Context, release: &str, object: &Object) -> Result<(), ReleaseError> {
    let key = object.key_in(&context.namespace);
    removal::delete_and_wait(context, release, object.gvk(), &key).await
}
