//! What to do about a pending record that somebody left, or is still working on.

use std::pin::pin;
use std::time::Duration;

use futures::StreamExt;
use longshore_cluster::{Change, Selector};
use longshore_diag::Diagnostic;
use longshore_object::Gvk;
use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use crate::event::Event;
use crate::hold::{self, Hold};
use crate::prior::Prior;
use crate::record::{Release, Status};
use crate::store::{Store, Stored};
use crate::{Context, ReleaseError};

/// Real Helm names no holder. A pending record of its that is older than twice its default timeout is
/// taken for dead.
const FOREIGN_AGE: Duration = Duration::from_mins(10);

/// The history of a release on which nobody works.
pub(crate) struct Settled {
    /// All revisions, oldest first.
    pub(crate) history: Vec<Stored>,
    /// The newest record before anything was settled.
    found: Option<Newest>,
    /// Whether somebody held it: then objects may have changed until that one was found dead.
    was_held: bool,
}

impl Settled {
    /// Whether somebody has been at work on the release since `prior` was read.
    pub(crate) fn begun_after(&self, prior: &Prior) -> bool {
        self.begun_since(newest(&prior.history).as_ref())
    }

    /// The same since that was the newest record.
    pub(crate) fn begun_since(&self, known: Option<&Newest>) -> bool {
        self.was_held || self.found.as_ref() != known
    }
}

/// The newest record of a release by what tells whether it was written since: its revision and resource version.
pub(crate) type Newest = (u32, String);

/// The newest record of a history.
pub(crate) fn newest(history: &[Stored]) -> Option<Newest> {
    history.last().map(|last| (last.release.revision, last.resource_version.clone()))
}

/// What is to be done with a release on which nobody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    /// Another revision of it.
    Revision,
    /// Removing it.
    Removal,
}

/// Makes sure that nobody works on the release: a live holder is reported, a dead one's record is ended
/// as failed, unless it is a removal that is to be gone on with. Gives back the history as it is then; `known` is what
/// was read of it before.
///
/// # Errors
/// Somebody is working on it; the message names them.
pub(crate) async fn settle(
    context: &Context,
    store: &Store,
    name: &str,
    known: &Prior,
    aim: Aim,
) -> Result<Settled, ReleaseError> {
    let mut history = store.history_again(name, &known.history).await?;
    let found = newest(&history);
    let holder = history.last().and_then(|last| Some((last.clone(), held_by(last)?)));
    let was_held = holder.is_some();
    if let Some((last, (by, renewed))) = holder {
        observe(context, store, &last, &by, &renewed).await?;
        // The holder is dead, or has ended its work meanwhile: what counts is what stands there now.
        history = store.history(name).await?;
    }
    let settled = |history| Settled { history, found, was_held };
    let Some(last) = history.last_mut().filter(|last| is_open(last.release.info.status)) else {
        return Ok(settled(history));
    };
    if hold::read(&last.annotations) == Hold::Foreign && !context.force.adopt {
        refuse_if_young(context, &last.release)?;
    }
    let status = last.release.info.status;
    let message = format!("revision {} was left {status}; going on from there", last.release.revision);
    context.tell(name, Event::Warning(Diagnostic::warning("release/interrupted", message)));
    if status == Status::Uninstalling && aim == Aim::Removal {
        // Uninstalling again is how an interrupted uninstall goes on.
        return Ok(settled(history));
    }
    last.release.info.status = Status::Failed;
    last.release.info.description = format!("Interrupted while {status}");
    hold::let_go(&mut last.annotations);
    *last = store.update(last, context.clock.now()).await?;
    Ok(settled(history))
}

/// Who was quicker to write the revision that we wanted to write.
pub(crate) async fn outrun(store: &Store, name: &str, revision: u32) -> ReleaseError {
    match store.get(name, revision).await {
        Ok(Some(theirs)) => {
            let by = hold::holder(&theirs.annotations).unwrap_or("another command");
            busy(name, revision, by)
        }
        Ok(None) => ReleaseError::Raced { name: name.to_owned(), revision },
        Err(error) => error,
    }
}

fn busy(name: &str, revision: u32, by: &str) -> ReleaseError {
    let message = format!("{by} is working on release `{name}` (revision {revision})");
    Diagnostic::error("release/busy", message)
        .hint("wait until that has ended, then run the command again")
        .into()
}

fn is_open(status: Status) -> bool {
    status.is_pending() || status == Status::Uninstalling
}

/// Who holds an open record, and the renew time to compare with.
fn held_by(last: &Stored) -> Option<(String, String)> {
    match hold::read(&last.annotations) {
        Hold::Held { by, renewed } if is_open(last.release.info.status) => Some((by, renewed)),
        _ => None,
    }
}

/// Real Helm may still be at work on a young record.
fn refuse_if_young(context: &Context, release: &Release) -> Result<(), ReleaseError> {
    let age = release
        .info
        .last_deployed
        .timestamp()
        .and_then(|began| Duration::try_from(context.clock.now().duration_since(began)).ok());
    if age.is_none_or(|age| age >= FOREIGN_AGE) {
        return Ok(());
    }
    let (name, info) = (&release.name, &release.info);
    let message =
        format!("release `{name}` is {} since {}, begun by Helm", info.status, info.last_deployed.as_str());
    Err(Diagnostic::error("release/busy", message)
        .hint("wait until it ends; if no helm is running any more, take the release over with --adopt")
        .into())
}

/// Watches the holder's renew time for a full term on our own clock: comes back as soon as the record is written to or
/// the term is over.
///
/// # Errors
/// The holder is alive; the message names it.
async fn observe(
    context: &Context,
    store: &Store,
    last: &Stored,
    by: &str,
    renewed: &str,
) -> Result<(), ReleaseError> {
    let (name, revision, key) = (&last.release.name, last.release.revision, last.release.key());
    let term = hold::term(&last.annotations);
    let until = Instant::now() + term;
    let wait = format!("{by} was working on it; watching for {} s whether it still does", term.as_secs());
    context.tell(name, Event::Warning(Diagnostic::remark("release/held", wait)));
    tokio::select! {
        () = written(context, &key, &last.resource_version) => {}
        () = sleep_until(until) => {}
    }
    match store.get(name, revision).await?.as_ref().and_then(held_by) {
        Some((by, later)) if later != renewed => Err(busy(name, revision, &by)),
        Some(_) => {
            // Something else about it was written; the rest of the term counts as well.
            sleep_until(until).await;
            match store.get(name, revision).await?.as_ref().and_then(held_by) {
                Some((by, later)) if later != renewed => Err(busy(name, revision, &by)),
                _ => Ok(()),
            }
        }
        None => Ok(()),
    }
}

/// Comes back when the record was written to, or is gone; never, if it cannot be watched.
async fn written(context: &Context, key: &str, version: &str) {
    let selector = Selector { fields: Some(format!("metadata.name={key}")), ..Selector::default() };
    let secret = Gvk::new("v1", "Secret");
    let mut changes = pin!(context.cluster.watch(&secret, Some(&context.namespace), &selector));
    let differs = |live: &Value| live["metadata"]["resourceVersion"].as_str() != Some(version);
    while let Some(Ok(change)) = changes.next().await {
        match change {
            Change::All(found) if found.first().is_none_or(differs) => return,
            Change::Put(live) if differs(&live) => return,
            Change::Gone(_) => return,
            Change::All(_) | Change::Put(_) | Change::Trouble(_) => {}
        }
    }
    std::future::pending::<()>().await;
}
