//! `longshore status`: what runs, and how well; with `--drift` what is not as it was deployed.

use std::sync::Arc;

use longshore_operate::{Live, Scope};
use longshore_platform::{Session, drift, status};
use longshore_release::Silent;

use crate::args::{GlobalArgs, StatusArgs};
use crate::commands::{fleet, one_namespace};
use crate::exit::ExitStatus;
use crate::live;
use crate::printer::Printer;
use crate::settings::{behaviour, connect, selections};
use crate::terminal::Stop;
use crate::view;

/// Shows the state; fails (1) if something is not deployed or not ready. What has drifted is no failure, but for
/// `--detailed-exitcode` (2).
pub(crate) async fn run(
    global: &GlobalArgs,
    args: &StatusArgs,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let mut selections = selections(global, &args.select, None, Some(&args.cluster))?;
    let behaviour = behaviour(None, None, false);
    if selections.len() > 1 {
        return fleet::state(selections, args, &behaviour, printer).await;
    }
    let session = connect(selections.remove(0), &args.cluster, &behaviour, Arc::new(Silent)).await?;
    let session = session.ignoring(args.ignore.clone());
    if args.drift {
        let found = drift(&session).await?;
        printer.result(&found, || view::drift(&found, printer))?;
        let tells = args.detailed_exitcode && found.drifted;
        return Ok(if tells { ExitStatus::Changes } else { ExitStatus::Success });
    }
    if args.watch {
        return watch(&session, printer).await;
    }
    let state = status(&session).await?;
    printer.result(&state, || view::status(&state, args.notes, printer))?;
    Ok(if state.is_healthy() { ExitStatus::Success } else { ExitStatus::Failure })
}

/// Shows the state as it changes, until it is interrupted.
async fn watch(session: &Session, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let namespace = one_namespace(session, "--watch", "--only")?;
    let releases = session.selection.releases().map(|release| release.name.clone());
    let scope = Scope::read(&session.cluster, &namespace, releases).await?;
    let showing = live::show(Live::new(&session.cluster, scope), live::Shown::on_stdout(printer));
    let mut stop = Stop::new()?;
    tokio::select! {
        // A reader that went away has seen enough.
        () = showing => Ok(ExitStatus::Success),
        () = stop.asked() => Ok(ExitStatus::Interrupted),
    }
}
