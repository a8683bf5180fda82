//! `longshore rollback`: back to an earlier revision.

use std::sync::Arc;

use longshore_platform::plan_rollback;
use longshore_release::Observer;

use crate::args::{GlobalArgs, RollbackArgs};
use crate::commands::deploy::carry_out;
use crate::commands::plan::show;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::progress::Progress;
use crate::settings::{behaviour, connect, note_commit, selection};

/// Rolls back one release, or what the last deploy changed.
pub(crate) async fn run(
    global: &GlobalArgs,
    args: &RollbackArgs,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let selection = selection(global, &args.select, None, Some(&args.cluster))?;
    let behaviour = behaviour(Some(&args.force), Some(args.timeout), false);
    let progress = Arc::new(Progress::new(printer));
    let observer: Arc<dyn Observer> = progress.clone();
    let mut session = connect(selection, &args.cluster, &behaviour, observer).await?;
    let planned = plan_rollback(&session, args.release.as_deref(), args.revision).await?;
    if args.dry_run {
        return show(&planned, printer, false);
    }
    note_commit(&mut session);
    carry_out(&session, planned, &progress, printer, args.yes, "rollback").await
}
