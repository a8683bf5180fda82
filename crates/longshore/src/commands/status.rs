//! `longshore status`: what runs, and how well.

use std::sync::Arc;

use longshore_platform::status;
use longshore_release::Silent;

use crate::args::{GlobalArgs, StatusArgs};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::settings::{behaviour, connect, selection};
use crate::view;

/// Shows the state; fails (1) if something is not deployed or not ready.
pub(crate) async fn run(
    global: &GlobalArgs,
    args: &StatusArgs,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let selection = selection(global, &args.select, None, Some(&args.cluster))?;
    let session = connect(selection, &args.cluster, &behaviour(None, None, false), Arc::new(Silent)).await?;
    let state = status(&session).await?;
    printer.result(&state, || view::status(&state, args.notes, printer))?;
    Ok(if state.is_healthy() { ExitStatus::Success } else { ExitStatus::Failure })
}
