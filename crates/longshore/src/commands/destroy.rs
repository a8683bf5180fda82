//! `longshore destroy`: remove the releases, and data only where asked for.

use std::sync::Arc;

use longshore_diag::Diagnostic;
use longshore_platform::{Behaviour, destroy, plan_destroy};
use longshore_release::Observer;

use crate::args::{DestroyArgs, GlobalArgs};
use crate::commands::deploy::interrupted;
use crate::commands::fleet;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::progress::Progress;
use crate::settings::{behaviour, connect, selections};
use crate::view;

/// Removes the selection.
pub(crate) async fn run(
    global: &GlobalArgs,
    args: &DestroyArgs,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let mut selections = selections(global, &args.select, None, Some(&args.cluster))?;
    let behaviour = Behaviour { no_hooks: args.hooks.no_hooks, ..behaviour(None, Some(args.timeout), false) };
    if selections.len() > 1 {
        return fleet::remove(selections, args, &behaviour, printer).await;
    }
    let selection = selections.remove(0);
    let progress = Arc::new(Progress::new(printer));
    let observer: Arc<dyn Observer> = progress.clone();
    let session = connect(selection, &args.cluster, &behaviour, observer).await?;
    let removal = plan_destroy(&session, args.delete_data).await?;
    let expected = removal.expected(&session.selection.namespace);
    if removal.is_empty() {
        printer.result(&expected, String::new)?;
        printer.say(format!("nothing of this platform is in namespace `{}`", expected.namespace));
        return Ok(ExitStatus::Success);
    }
    if args.dry_run {
        printer.result(&expected, || view::removal(&removal, printer))?;
        return Ok(ExitStatus::Success);
    }
    if !args.yes {
        if !printer.can_ask() {
            let message =
                format!("destroy removes {} releases, and there is nobody to ask", removal.releases.len());
            return Err(Diagnostic::error("cli/needs-yes", message)
                .hint("look at `longshore destroy --dry-run`, then add --yes")
                .into());
        }
        printer.say(view::removal(&removal, printer));
        if !printer.ask(&format!("remove all this from `{}`?", session.cluster.name()))? {
            printer.say("nothing was changed");
            return Ok(ExitStatus::Failure);
        }
    }
    let outcome = tokio::select! {
        outcome = destroy(&session, &removal) => Some(outcome),
        _ = tokio::signal::ctrl_c() => None,
    };
    progress.finish();
    let Some(outcome) = outcome else {
        return Ok(interrupted(&session, printer, "destroy").await);
    };
    let removed = outcome?;
    printer.result(&removed, || view::removed(&removed, printer))?;
    Ok(ExitStatus::Success)
}
