//! `longshore history`: the revisions of the releases.

use std::sync::Arc;

use longshore_platform::history;
use longshore_release::Silent;

use crate::args::{GlobalArgs, HistoryArgs};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::settings::{behaviour, connect, selection};
use crate::view;

/// Shows every revision that is recorded.
pub(crate) async fn run(
    global: &GlobalArgs,
    args: &HistoryArgs,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let mut select = args.select.clone();
    select.only.extend(args.release.clone());
    let selection = selection(global, &select, None, Some(&args.cluster))?;
    let session = connect(selection, &args.cluster, &behaviour(None, None, false), Arc::new(Silent)).await?;
    let revisions = history(&session).await?;
    if revisions.is_empty() {
        printer.say(format!(
            "nothing of this platform is recorded in namespace `{}`",
            session.selection.namespace
        ));
    }
    printer.result(&revisions, || view::history(&revisions, printer))?;
    Ok(ExitStatus::Success)
}
