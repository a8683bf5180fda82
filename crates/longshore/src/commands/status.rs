//! `longshore status`: what runs, and how well; with `--drift` what is not as it was deployed.

use std::sync::Arc;

use longshore_platform::{drift, status};
use longshore_release::Silent;

use crate::args::{GlobalArgs, StatusArgs};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::settings::{behaviour, connect, selection};
use crate::view;

/// Shows the state; fails (1) if something is not deployed or not ready. What has drifted is no failure, but for
/// `--detailed-exitcode` (2).
pub(crate) async fn run(
    global: &GlobalArgs,
    args: &StatusArgs,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let selection = selection(global, &args.select, None, Some(&args.cluster))?;
    let session = connect(selection, &args.cluster, &behaviour(None, None, false), Arc::new(Silent)).await?;
    let session = session.ignoring(args.ignore.clone());
    if args.drift {
        let found = drift(&session).await?;
        printer.result(&found, || view::drift(&found, printer))?;
        let tells = args.detailed_exitcode && found.drifted;
        return Ok(if tells { ExitStatus::Changes } else { ExitStatus::Success });
    }
    let state = status(&session).await?;
    printer.result(&state, || view::status(&state, args.notes, printer))?;
    Ok(if state.is_healthy() { ExitStatus::Success } else { ExitStatus::Failure })
}
