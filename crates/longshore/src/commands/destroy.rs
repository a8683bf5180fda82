//! `longshore destroy`: remove the releases, and data only where asked for.

use std::sync::Arc;

use longshore_diag::{Diagnostic, counted};
use longshore_platform::{Behaviour, destroy, plan_destroy};
use longshore_release::Observer;

use crate::args::{DestroyArgs, GlobalArgs};
use crate::commands::deploy::interrupted;
use crate::commands::{fleet, left};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::progress::Progress;
use crate::settings::{behaviour, connect, selections};
use crate::view;

/// Whether an error is that the project file does not name such an environment, or no such cluster of it.
fn leads_nowhere(error: &Diagnostic) -> bool {
    ["project/unknown-environment", "project/unknown-cluster"].contains(&error.code)
}

/// Removes the selection.
pub(crate) async fn run(
    global: &GlobalArgs,
    args: &DestroyArgs,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let behaviour = Behaviour { no_hooks: args.hooks.no_hooks, ..behaviour(None, Some(args.timeout), false) };
    let mut selections = match selections(global, &args.select, None, Some(&args.cluster)) {
        Ok(selections) => selections,
        Err(error) => match error.downcast::<Diagnostic>() {
            Ok(unknown) if leads_nowhere(&unknown) => {
                left::outside(global, args, &behaviour, unknown, printer).await?
            }
            Ok(other) => return Err(other.into()),
            Err(other) => return Err(other),
        },
    };
    if selections.len() > 1 {
        return fleet::remove(selections, args, &behaviour, printer).await;
    }
    let selection = selections.remove(0);
    let progress = Arc::new(Progress::new(printer));
    let observer: Arc<dyn Observer> = progress.clone();
    let session = connect(selection, &args.cluster, &behaviour, observer).await?;
    let removal = plan_destroy(&session, args.delete_data).await?;
    let expected = removal.expected(&session.context.namespace);
    if removal.is_empty() {
        printer.result(&expected, String::new)?;
        let places = session.selection.chosen_namespaces().join("`, `");
        printer.say(format!("nothing of this platform is in namespace `{places}`"));
        return Ok(ExitStatus::Success);
    }
    if args.dry_run {
        printer.result(&expected, || view::removal(&removal, &session.context.namespace, printer))?;
        return Ok(ExitStatus::Success);
    }
    if !args.yes {
        if !printer.can_ask() {
            let message = format!(
                "destroy removes {}, and there is nobody to ask",
                counted(removal.releases.len(), "release")
            );
            return Err(Diagnostic::error("cli/needs-yes", message)
                .hint("add --dry-run to look at it, --yes to go on")
                .into());
        }
        printer.say(view::removal(&removal, &session.context.namespace, printer));
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
    printer.result(&removed, || view::removed(&removed, session.environment(), printer))?;
    Ok(ExitStatus::Success)
}
