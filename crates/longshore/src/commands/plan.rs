//! `longshore plan`: what a deploy would change.

use std::sync::Arc;

use longshore_platform::{Behaviour, Planned, plan};

use crate::args::{GlobalArgs, PlanArgs};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::progress::Progress;
use crate::settings::{behaviour, connect, selection};
use crate::view;

/// Plans, shows, and changes nothing.
pub(crate) async fn run(
    global: &GlobalArgs,
    args: &PlanArgs,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let selection = selection(global, &args.select, Some(&args.method), Some(&args.cluster))?;
    let behaviour = Behaviour {
        skip_crds: args.skip.skip_crds,
        ..behaviour(Some(&args.force), None, args.create_namespace)
    };
    let session = connect(selection, &args.cluster, &behaviour, Arc::new(Progress::new(printer))).await?;
    let planned = plan(&session).await?;
    show(&planned, printer, args.detailed_exitcode)
}

/// Shows a plan. It fails if it could not be carried out.
pub(crate) fn show(planned: &Planned, printer: &Printer, detailed: bool) -> anyhow::Result<ExitStatus> {
    printer.result(&planned.plan, || view::plan(&planned.plan, printer))?;
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
