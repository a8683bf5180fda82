//! `longshore plan`: what a deploy would change, to be looked at or frozen.

use std::sync::Arc;

use longshore_platform::{Behaviour, Planned, freeze, plan};

use crate::args::{GlobalArgs, PlanArgs};
use crate::commands::{fleet, frozen, left};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::progress::Progress;
use crate::settings::{behaviour, connect, note_commit, selections};
use crate::view;

/// Plans, shows, freezes where a file is named, and changes nothing.
pub(crate) async fn run(
    global: &GlobalArgs,
    args: &PlanArgs,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let mut selections = selections(global, &args.select, Some(&args.method), Some(&args.cluster))?;
    let file = global.plan_file();
    let behaviour = Behaviour {
        skip_crds: args.skip.skip_crds,
        prune: args.prune,
        no_hooks: args.hooks.no_hooks,
        freezes: file.is_some(),
        ..behaviour(Some(&args.force), None, args.create_namespace)
    };
    if args.prune {
        selections.extend(
            left::behind(global, &args.select, &args.cluster, &selections, &behaviour, printer).await?,
        );
    }
    if selections.len() > 1 {
        return fleet::plan(selections, args, &behaviour, file, printer).await;
    }
    let selection = selections.remove(0);
    let mut session = connect(selection, &args.cluster, &behaviour, Arc::new(Progress::new(printer))).await?;
    if file.is_some() {
        note_commit(&mut session);
    }
    let planned = plan(&session).await?;
    let status = show(&planned, printer, args.detailed_exitcode)?;
    match file {
        Some(file) if status != ExitStatus::Failure => {
            frozen::write(&freeze(&session, &planned).await?, file, printer).map(|()| status)
        }
        _ => Ok(status),
    }
}

/// Shows a plan. It fails if it could not be carried out.
pub(crate) fn show(planned: &Planned, printer: &Printer, detailed: bool) -> anyhow::Result<ExitStatus> {
    printer.result_or_markdown(
        &planned.plan,
        || view::plan(&planned.plan, printer),
        || view::markdown::plan(&planned.plan, &planned.digest()),
    )?;
    let mut failed = false;
    for (release, problem) in planned.plan.problems() {
        printer.diagnostic(&problem.clone().within(format!("in release `{}`", release.release), None));
        failed = true;
    }
    Ok(match (failed, detailed && planned.plan.changes_something()) {
        (true, _) => ExitStatus::Failure,
        (false, true) => ExitStatus::Changes,
        (false, false) => ExitStatus::Success,
    })
}
