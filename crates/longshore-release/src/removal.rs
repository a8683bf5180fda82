//! Deleting one object and knowing that it is gone, with everything that it owned.

use std::time::Duration;

use longshore_cluster::{DeleteOptions, Propagation};
use longshore_diag::Diagnostic;
use longshore_object::diagnosis::{is_held_as_usual, why_held};
use longshore_object::{Gvk, ObjectKey};
use tokio::time::{Instant, sleep};

use crate::event::Event;
use crate::{Context, ReleaseError};

/// How often an object that does not go is looked at.
const LOOK: Duration = Duration::from_secs(5);
/// How long pods and what else an object owns may take to end before that is told.
const USUAL: Duration = Duration::from_secs(35);

/// Deletes an object and waits until it is gone. What it owns goes first (a Deployment's pods), so that
/// "gone" means all of it. That it was gone already is no error.
///
/// # Errors
/// The cluster refuses, or the object is still there after the context's timeout.
pub(crate) async fn delete_and_wait(
    context: &Context,
    release: &str,
    gvk: &Gvk,
    key: &ObjectKey,
) -> Result<(), ReleaseError> {
    let options = DeleteOptions { propagation: Propagation::Foreground, ..DeleteOptions::default() };
    let namespace = key.namespace.as_deref();
    if context.cluster.delete(gvk, namespace, &key.name, &options).await? {
        Box::pin(until_gone(context, release, gvk, key)).await?;
    }
    Ok(())
}

/// Waits until an object is gone whose deletion was asked for, and warns of what holds it.
///
/// # Errors
/// It is still there after the context's timeout, with what holds it.
pub async fn until_gone(
    context: &Context,
    release: &str,
    gvk: &Gvk,
    key: &ObjectKey,
) -> Result<(), ReleaseError> {
    let gone = context.cluster.wait_gone(gvk, key.namespace.as_deref(), &key.name, None, context.timeout);
    tokio::select! {
        gone = gone => Ok(gone?),
        never = telling(context, release, gvk, key) => match never {},
    }
}

/// Tells what holds an object, each time that it is something else.
async fn telling(context: &Context, release: &str, gvk: &Gvk, key: &ObjectKey) -> std::convert::Infallible {
    let began = Instant::now();
    let mut told = None;
    loop {
        sleep(LOOK).await;
        let Ok(Some(live)) = context.cluster.get(gvk, key.namespace.as_deref(), &key.name).await else {
            continue;
        };
        // How long it has been so is told, and is nothing new.
        let news = why_held(&live, None, &[]).map(|held| held.what);
        if news == told || is_held_as_usual(&live) && began.elapsed() < USUAL {
            continue;
        }
        if let Some(held) = context.cluster.why_held(&live).await {
            let warning = Diagnostic::warning("cluster/held", format!("{key}: {}", held.what));
            context.tell(release, Event::Warning(warning.hint(held.hint)));
        }
        told = news;
    }
}

/// Whether pods read an object of this identity when they start. Names of such often change with their content (those
/// that Kustomize generates), so that each change deletes the old one.
pub(crate) fn is_read_by_pods(key: &ObjectKey) -> bool {
    key.group.is_empty() && matches!(key.kind.as_str(), "ConfigMap" | "Secret")
}
