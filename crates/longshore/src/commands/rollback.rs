//! `longshore rollback`: back to an earlier revision.

use std::sync::Arc;

use longshore_diag::Diagnostic;
use longshore_platform::{Behaviour, Selection, Session, plan_rollback};
use longshore_release::Observer;

use crate::args::{GlobalArgs, RollbackArgs};
use crate::commands::deploy::carry_out;
use crate::commands::fleet;
use crate::commands::plan::show;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::progress::Progress;
use crate::settings::{behaviour, connect, note_commit, selections, waiting};

/// Rolls back one release, or what the last deploy changed.
pub(crate) async fn run(
    global: &GlobalArgs,
    args: &RollbackArgs,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let mut selections = selections(global, &args.select, None, Some(&args.cluster))?;
    let progress = Arc::new(Progress::new(printer));
    let observer: Arc<dyn Observer> = progress.clone();
    if selections.len() > 1 {
        return on_several(selections, args, &progress, printer).await;
    }
    let selection = selections.remove(0);
    let behaviour = waiting(&args.wait, &selection, behaves(args));
    let mut session = connect(selection, &args.cluster, &behaviour, observer).await?;
    let release = args.release.clone().or_else(|| only_release(&session).filter(|_| args.to.is_some()));
    if let (Some(to), None) = (args.to, &release) {
        let message = format!("--to {to} is a revision of one release, and none is named");
        let error = Diagnostic::error("usage/no-release", message)
            .hint(format!("longshore rollback RELEASE --to {to}"));
        printer.diagnostic(&error);
        return Ok(ExitStatus::Usage);
    }
    let planned = plan_rollback(&session, release.as_deref(), args.revision.or(args.to)).await?;
    if args.dry_run {
        return show(&planned, printer, false);
    }
    note_commit(&mut session);
    carry_out(&session, planned, &progress, printer, args.yes, "rollback").await
}

/// Rolls back on all clusters of the environment.
async fn on_several(
    selections: Vec<Selection>,
    args: &RollbackArgs,
    progress: &Arc<Progress>,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    if let Some(to) = args.revision.or(args.to) {
        let error = fleet::one_only(&selections, &format!("revision {to}"));
        printer.diagnostic(&error);
        return Ok(ExitStatus::Usage);
    }
    let behaves = |on: &Selection| waiting(&args.wait, on, behaves(args));
    let observer: Arc<dyn Observer> = progress.clone();
    let mut fleet = fleet::reach(selections, &args.cluster, behaves, observer, printer).await?;
    let planned = fleet.plan_rollback(args.release.as_deref()).await.map_err(fleet::told(printer))?;
    if args.dry_run {
        return fleet::show(&fleet, &planned, printer, false);
    }
    fleet::carry_out(&mut fleet, planned, progress, printer, args.yes, "rollback").await
}

/// The release of a project that has just one, or of which one was chosen.
fn only_release(session: &Session) -> Option<String> {
    let mut releases = session.selection.releases();
    let first = releases.next()?.name.clone();
    releases.next().is_none().then_some(first)
}

fn behaves(args: &RollbackArgs) -> Behaviour {
    Behaviour { no_hooks: args.hooks.no_hooks, ..behaviour(Some(&args.force), None, false) }
}
