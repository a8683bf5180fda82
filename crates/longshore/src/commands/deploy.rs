//! `longshore deploy`: plan, ask where something would be deleted, carry out, wait.

use std::sync::Arc;
use std::time::Duration;

use longshore_diag::{Diagnostic, counted};
use longshore_operate::Scope;
use longshore_platform::{Behaviour, Planned, PlatformPlan, Selection, Session, deploy, plan};
use longshore_release::Observer;

use crate::args::{DeployArgs, GlobalArgs};
use crate::commands::plan::show;
use crate::commands::{fleet, frozen, left};
use crate::exit::ExitStatus;
use crate::printer::{Paint, Printer};
use crate::progress::Progress;
use crate::settings::{behaviour, connect, deploying, note_commit, selections};
use crate::view;

/// How long the live view may take to hear of the last changes.
const LAST_PICTURE: Duration = Duration::from_millis(300);

/// Deploys the selection.
pub(crate) async fn run(
    global: &GlobalArgs,
    args: &DeployArgs,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    if let Some(file) = &args.plan {
        return frozen::deploy(args, file, printer).await;
    }
    let mut selections = selections(global, &args.select, Some(&args.method), Some(&args.cluster))?;
    let behaviour = Behaviour {
        skip_crds: args.skip.skip_crds,
        prune: args.prune,
        no_hooks: args.hooks.no_hooks,
        ..behaviour(Some(&args.force), None, args.create_namespace)
    };
    if args.prune {
        selections.extend(
            left::behind(global, &args.select, &args.cluster, &selections, &behaviour, printer).await?,
        );
    }
    if selections.len() > 1 {
        return on_several(selections, args, &behaviour, printer).await;
    }
    let selection = selections.remove(0);
    let behaviour = deploying(&args.wait, args.rollback_on_failure, &selection, behaviour);
    let progress = Arc::new(Progress::new(printer));
    let observer: Arc<dyn Observer> = progress.clone();
    let mut session = connect(selection, &args.cluster, &behaviour, observer).await?;
    let planned = plan(&session).await?;
    if args.dry_run {
        return show(&planned, printer, false);
    }
    note_commit(&mut session);
    carry_out(&session, planned, &progress, printer, args.yes, "deploy").await
}

/// Deploys to all clusters of the environment.
async fn on_several(
    selections: Vec<Selection>,
    args: &DeployArgs,
    behaviour: &Behaviour,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let behaves = |on: &Selection| deploying(&args.wait, args.rollback_on_failure, on, behaviour.clone());
    let progress = Arc::new(Progress::new(printer));
    let observer: Arc<dyn Observer> = progress.clone();
    let mut fleet = fleet::reach(selections, &args.cluster, behaves, observer, printer).await?;
    let planned = fleet.plan().await.map_err(fleet::told(printer))?;
    if args.dry_run {
        return fleet::show(&fleet, &planned, printer, false);
    }
    fleet::carry_out(&mut fleet, planned, &progress, printer, args.yes, "deploy").await
}

/// Carries a plan out, unless the user says no or interrupts.
pub(crate) async fn carry_out(
    session: &Session,
    planned: Planned,
    progress: &Progress,
    printer: &Printer,
    yes: bool,
    command: &str,
) -> anyhow::Result<ExitStatus> {
    let problems: Vec<_> = planned
        .plan
        .problems()
        .map(|(release, problem)| problem.clone().within(format!("in release `{}`", release.release), None))
        .collect();
    if let Some((last, rest)) = problems.split_last() {
        for problem in rest {
            printer.diagnostic(problem);
        }
        return Err(last.clone().note("nothing was changed").into());
    }
    let doomed: Vec<String> = doomed(&planned.plan).collect();
    if !agreed(&doomed, printer, yes, command)? {
        printer.say("nothing was changed");
        return Ok(ExitStatus::Failure);
    }
    if planned.plan.changes_something() && !printer.tells_programs() {
        printer.say(view::summary(&planned.plan, printer));
    }
    // The tree is about one namespace.
    let scope = match &session.selection.chosen_namespaces()[..] {
        [one] => Some(Scope::of(one, planned.objects())),
        _ => None,
    };
    let mut showing = std::pin::pin!(progress.show(&session.cluster, scope));
    let outcome = tokio::select! {
        outcome = deploy(session, planned) => Some(outcome),
        _ = tokio::signal::ctrl_c() => None,
        never = &mut showing => match never {},
    };
    if printer.shows_progress() && outcome.is_some() {
        // What the last picture shows is to be how things ended.
        let _ = tokio::time::timeout(LAST_PICTURE, &mut showing).await;
    }
    progress.finish();
    let Some(outcome) = outcome else {
        return Ok(interrupted(session, printer, command).await);
    };
    let deployed = outcome?;
    printer.result(&deployed, || view::deployed(&deployed, printer))?;
    Ok(ExitStatus::Success)
}

/// The objects that a plan deletes, each behind its release; with their namespaces, where that is another.
pub(crate) fn doomed(plan: &PlatformPlan) -> impl Iterator<Item = String> + '_ {
    plan.deletions().map(|(release, key)| match &key.namespace {
        Some(namespace) if *namespace != plan.namespace => format!("{release}: {key:#}"),
        _ => format!("{release}: {key}"),
    })
}

/// After Ctrl-C: lets the next command follow at once, and says how things stand.
pub(crate) async fn interrupted(session: &Session, printer: &Printer, command: &str) -> ExitStatus {
    let open = session.context.let_go().await;
    let open: Vec<String> = open.iter().map(|name| session.selection.shown(name)).collect();
    let what = if open.is_empty() { String::new() } else { format!(" while working on {}", open.join(", ")) };
    if printer.tells_programs() {
        let told = Diagnostic::warning("cli/interrupted", format!("interrupted{what}"));
        printer.remark(&told.hint(format!("run `longshore {command}` again: it goes on from here")));
        return ExitStatus::Interrupted;
    }
    printer.say(printer.paint_err(Paint::Bad, &format!("interrupted{what}")));
    printer.say(format!("run `longshore {command}` again: it goes on from here"));
    ExitStatus::Interrupted
}

/// Asks before objects are deleted. Nobody is asked whether to create or change something: that is what
/// the command is for, and `longshore plan` shows it.
pub(crate) fn agreed(doomed: &[String], printer: &Printer, yes: bool, command: &str) -> anyhow::Result<bool> {
    if doomed.is_empty() || yes {
        return Ok(true);
    }
    if !printer.can_ask() {
        let message =
            format!("this {command} deletes {}, and there is nobody to ask", counted(doomed.len(), "object"));
        let error = Diagnostic::error("cli/needs-yes", message);
        let error = doomed.iter().cloned().fold(error, Diagnostic::note);
        return Err(error.hint("add --dry-run to look at it, --yes to go on").into());
    }
    printer.say(printer.paint_err(Paint::Bad, "to be deleted:"));
    for line in doomed {
        printer.say(format!("  {line}"));
    }
    Ok(printer.ask("go on?")?)
}
