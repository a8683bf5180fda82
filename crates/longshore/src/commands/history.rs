//! `longshore history`: the revisions of the releases, and what is different between two of them.

use std::sync::Arc;

use longshore_platform::{compare, history};
use longshore_release::Silent;

use crate::args::{GlobalArgs, HistoryArgs};
use crate::commands::fleet;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::settings::{behaviour, connect, selections};
use crate::view;

/// Shows every revision that is recorded, or compares two.
pub(crate) async fn run(
    global: &GlobalArgs,
    args: &HistoryArgs,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let mut select = args.select.clone();
    select.only.extend(args.release.clone());
    let mut selections = selections(global, &select, None, Some(&args.cluster))?;
    let behaviour = behaviour(None, None, false);
    if selections.len() > 1 {
        return fleet::revisions(selections, args, &behaviour, printer).await;
    }
    let session = connect(selections.remove(0), &args.cluster, &behaviour, Arc::new(Silent)).await?;
    if let (Some(release), Some([from, to])) = (&args.release, args.diff.as_deref()) {
        let found = compare(&session, release, *from, *to).await?;
        let text = || view::comparison(&found, printer);
        printer.result_or_markdown(&found, text, || view::markdown::comparison(&found))?;
        return Ok(ExitStatus::Success);
    }
    let revisions = history(&session).await?;
    if revisions.is_empty() {
        printer.say(format!(
            "nothing of this platform is recorded in namespace `{}`",
            session.selection.chosen_namespaces().join("`, `")
        ));
    }
    printer.result(&revisions, || view::history(&revisions, printer))?;
    Ok(ExitStatus::Success)
}
