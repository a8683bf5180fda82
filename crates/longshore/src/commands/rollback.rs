//! `longshore rollback`: back to an earlier revision.

use std::sync::Arc;

use longshore_diag::Diagnostic;
use longshore_platform::{Session, plan_rollback};
use longshore_release::Observer;

use crate::args::{GlobalArgs, RollbackArgs};
use crate::commands::deploy::carry_out;
use crate::commands::plan::show;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::progress::Progress;
use crate::settings::{behaviour, connect, note_commit, selection, waiting};

/// Rolls back one release, or what the last deploy changed.
pub(crate) async fn run(
    global: &GlobalArgs,
    args: &RollbackArgs,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let selection = selection(global, &args.select, None, Some(&args.cluster))?;
    let behaviour = waiting(&args.wait, &selection, behaviour(Some(&args.force), None, false));
    let progress = Arc::new(Progress::new(printer));
    let observer: Arc<dyn Observer> = progress.clone();
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

/// The release of a project that has just one, or of which one was chosen.
fn only_release(session: &Session) -> Option<String> {
    let mut releases = session.selection.releases();
    let first = releases.next()?.name.clone();
    releases.next().is_none().then_some(first)
}
