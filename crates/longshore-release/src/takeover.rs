//! What to do about a pending record that somebody left, or is still working on.

use std::time::Duration;

use longshore_diag::Diagnostic;
use tokio::time::sleep;

use crate::event::Event;
use crate::hold::{self, HOLD_TERM, Hold};
use crate::record::{Release, Status};
use crate::store::{Store, Stored};
use crate::{Context, ReleaseError};

/// Real Helm names no holder. A pending record of its that is older than twice its default timeout is
/// taken for dead.
const FOREIGN_AGE: Duration = Duration::from_mins(10);

/// Makes sure that nobody works on the release: a live holder is reported, a dead one's record is ended
/// as failed. Gives back the history as it is then.
///
/// # Errors
/// Somebody is working on it; the message names them.
pub(crate) async fn settle(
    context: &Context,
    store: &Store,
    name: &str,
) -> Result<Vec<Stored>, ReleaseError> {
    let mut history = store.history(name).await?;
    if let Some((by, renewed)) = history.last().and_then(held_by) {
        observe(context, store, &history[history.len() - 1], &by, &renewed).await?;
        // The holder is dead, or has ended its work meanwhile: what counts is what stands there now.
        history = store.history(name).await?;
    }
    let Some(last) = history.last_mut().filter(|last| is_open(last.release.info.status)) else {
        return Ok(history);
    };
    if hold::read(&last.annotations) == Hold::Foreign {
        refuse_if_young(context, &last.release)?;
    }
    let status = last.release.info.status;
    let message = format!("revision {} was left {status}; going on from there", last.release.revision);
    context.tell(name, Event::Warning(Diagnostic::warning("release/interrupted", message)));
    if status == Status::Uninstalling {
        // Uninstalling again is how an interrupted uninstall goes on.
        return Ok(history);
    }
    last.release.info.status = Status::Failed;
    last.release.info.description = format!("Interrupted while {status}");
    hold::let_go(&mut last.annotations);
    *last = store.update(last, context.clock.now()).await?;
    Ok(history)
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
        .hint(format!("wait until it ends; if no helm is running, `helm rollback {name}` ends it"))
        .into())
}

/// Watches the holder's renew time for a full term on our own clock.
async fn observe(
    context: &Context,
    store: &Store,
    last: &Stored,
    by: &str,
    renewed: &str,
) -> Result<(), ReleaseError> {
    let (name, revision) = (&last.release.name, last.release.revision);
    let wait =
        format!("{by} was working on it; watching for {} s whether it still does", HOLD_TERM.as_secs());
    context.tell(name, Event::Warning(Diagnostic::remark("release/held", wait)));
    sleep(HOLD_TERM).await;
    match store.get(name, revision).await?.as_ref().and_then(held_by) {
        Some((by, later)) if later != renewed => {
            let message = format!("{by} is working on release `{name}` (revision {revision})");
            Err(Diagnostic::error("release/busy", message)
                .hint("wait until that has ended, then run the command again")
                .into())
        }
        _ => Ok(()),
    }
}
