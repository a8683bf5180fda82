//! Waiting for the objects of a release, told to the observer as it goes on.

use std::pin::pin;
use std::sync::Arc;

use futures::StreamExt;
use longshore_cluster::{Change, Error as ClusterError, Progress, Selector, WaitOptions, WaitTarget};
use longshore_diag::Diagnostic;
use longshore_object::Object;
use serde_json::Value;
use tokio::time::timeout;

use crate::event::{Event, Observer};
use crate::{Context, ReleaseError};

/// Waits until every object is ready.
///
/// # Errors
/// The first certain failure with its cause, or the deadline with what is missing.
pub(crate) async fn until_ready(
    context: &Context,
    release: &str,
    objects: &[Object],
) -> Result<(), ReleaseError> {
    let targets: Vec<WaitTarget> = objects
        .iter()
        .filter(|object| context.waiting.rules.awaits(object))
        .map(|object| WaitTarget::of(object, object.key_in(&context.namespace)))
        .collect();
    if targets.is_empty() {
        return Ok(());
    }
    context.tell(release, Event::Waiting(targets.len()));
    let options = WaitOptions {
        timeout: context.timeout,
        idle: context.waiting.idle,
        grace: context.waiting.grace,
        rules: context.waiting.rules.clone(),
        deployed: Arc::clone(&context.deployed),
        ..WaitOptions::default()
    };
    let report = |progress| context.tell(release, event(progress));
    match context.cluster.wait(targets, &options, report).await {
        Ok(_) => Ok(()),
        Err(error) => Err(error.diagnostic().into()),
    }
}

/// As [`until_ready`], for objects that should be ready already: only what is not is told.
///
/// # Errors
/// As [`until_ready`].
pub(crate) async fn still_ready(
    context: &Context,
    release: &str,
    objects: &[Object],
) -> Result<(), ReleaseError> {
    let quiet = Context { observer: Arc::new(OnlyProblems(context.observer.clone())), ..context.clone() };
    until_ready(&quiet, release, objects).await
}

/// Passes on what is not ready (yet), and what becomes ready after that.
struct OnlyProblems(Arc<dyn Observer>);

impl Observer for OnlyProblems {
    fn observe(&self, release: &str, event: &Event) {
        if !matches!(event, Event::Waiting(_) | Event::Progress { ready: true, .. }) {
            self.0.observe(release, event);
        }
    }
}

/// Waits until a Job or Pod has done its work. A Pod that runs is not done yet.
///
/// # Errors
/// It failed, with its cause, or did not end in time.
pub(crate) async fn until_complete(
    context: &Context,
    release: &str,
    object: &Object,
) -> Result<(), ReleaseError> {
    until_ready(context, release, std::slice::from_ref(object)).await?;
    if object.kind() != "Pod" {
        return Ok(());
    }
    let key = object.key_in(&context.namespace);
    let selector = Selector { fields: Some(format!("metadata.name={}", key.name)), ..Selector::default() };
    let mut changes = pin!(context.cluster.watch(object.gvk(), key.namespace.as_deref(), &selector));
    let ended = timeout(context.timeout, async {
        while let Some(change) = changes.next().await {
            let pods = match change? {
                Change::All(pods) => pods,
                Change::Put(pod) => vec![pod],
                Change::Gone(_) => return Ok(Some(false)),
                Change::Trouble(_) => continue,
            };
            if let Some(succeeded) = pods.first().and_then(succeeded) {
                return Ok(Some(succeeded));
            }
        }
        Ok::<_, ClusterError>(None)
    });
    let message = match ended.await {
        Ok(Ok(Some(true))) => return Ok(()),
        Ok(Ok(_)) => format!("{key} failed"),
        Ok(Err(error)) => return Err(error.into()),
        Err(_) => format!("{key} still runs after {} s", context.timeout.as_secs()),
    };
    Err(Diagnostic::error("release/hook", message).at(object.place().clone()).into())
}

fn succeeded(pod: &Value) -> Option<bool> {
    match pod["status"]["phase"].as_str()? {
        "Succeeded" => Some(true),
        "Failed" => Some(false),
        _ => None,
    }
}

fn event(progress: Progress) -> Event {
    match progress {
        Progress::Ready { key, ruled: true, .. } => {
            Event::Progress { key, message: "ready".to_owned(), ready: true }
        }
        Progress::Ready { key, .. } => {
            let message = "exists; no rule says when its kind is ready".to_owned();
            Event::Progress { key, message, ready: true }
        }
        Progress::Waiting { key, reason } | Progress::Failing { key, reason } => {
            Event::Progress { key, message: reason, ready: false }
        }
        Progress::Trouble { message } => Event::Warning(Diagnostic::warning("cluster/trouble", message)),
    }
}
