//! Commands over an environment that is on several clusters.

use std::path::Path;
use std::sync::Arc;

use longshore_diag::{Diagnostic, Place, counted};
use longshore_platform::{
    Behaviour, Fleet, Planned, PlatformPlan, PlatformStatus, Removed, Revision, Selection, Session, drift,
    history, plan_destroy, status,
};
use longshore_release::{Event, Observer, Silent};
use serde::Serialize;

use crate::args::{ClusterArgs, DestroyArgs, HistoryArgs, PlanArgs, StatusArgs};
use crate::commands::deploy::{agreed, doomed};
use crate::commands::frozen;
use crate::exit::ExitStatus;
use crate::printer::{Paint, Printer};
use crate::progress::Progress;
use crate::settings::{connect, note_commit};
use crate::view;

/// Results of several clusters for machines.
#[derive(Serialize)]
struct OnClusters<'a, T> {
    platform: &'a str,
    environment: &'a str,
    clusters: Vec<T>,
}

/// What one cluster gave, where that does not name it itself.
#[derive(Serialize)]
struct Named<'a, T> {
    cluster: &'a str,
    #[serde(flatten)]
    result: T,
}

#[derive(Serialize)]
struct Revisions {
    revisions: Vec<Revision>,
}

/// Tells of releases with their cluster in front.
struct Prefixed {
    cluster: String,
    inner: Arc<dyn Observer>,
}

impl Observer for Prefixed {
    fn observe(&self, release: &str, event: &Event) {
        self.inner.observe(&format!("{}/{release}", self.cluster), event);
    }
}

/// Reaches all clusters at once.
///
/// # Errors
/// Those of all clusters that cannot be reached.
pub(crate) async fn reach(
    selections: Vec<Selection>,
    cluster: &ClusterArgs,
    behaviour: impl Fn(&Selection) -> Behaviour,
    observer: Arc<dyn Observer>,
    printer: &Printer,
) -> anyhow::Result<Fleet> {
    let connecting = selections.into_iter().map(|selection| {
        let name = selection.cluster_name().unwrap_or_default().to_owned();
        let observer = Prefixed { cluster: name.clone(), inner: Arc::clone(&observer) };
        let behaviour = behaviour(&selection);
        async move {
            let connected = connect(selection, cluster, &behaviour, Arc::new(observer)).await;
            connected.map_err(|error| (name, error))
        }
    });
    let (mut sessions, mut failed) = (Vec::new(), Vec::new());
    for connected in futures::future::join_all(connecting).await {
        match connected {
            Ok(session) => sessions.push(session),
            Err((name, error)) => failed.push(match error.downcast::<Diagnostic>() {
                Ok(diagnostic) => diagnostic.within(format!("on cluster `{name}`"), None),
                Err(error) => Diagnostic::error("cluster/connect", format!("cluster `{name}`: {error:#}")),
            }),
        }
    }
    match all_told(failed, printer) {
        Some(error) => Err(error),
        None => Ok(Fleet::new(sessions)),
    }
}

/// Tells all errors but the last, which is given back.
fn all_told(errors: Vec<Diagnostic>, printer: &Printer) -> Option<anyhow::Error> {
    let mut errors = once(errors);
    let last = errors.pop()?;
    for error in errors {
        printer.diagnostic(&error);
    }
    Some(last.note("nothing was changed on any cluster").into())
}

/// What is wrong for several releases or clusters alike, as a secret that is missing, once: a note says where else.
fn once(errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut all: Vec<Diagnostic> = Vec::new();
    for error in errors {
        let is_same = |known: &&mut Diagnostic| {
            (known.code, &known.message, &known.place) == (error.code, &error.message, &error.place)
        };
        match all.iter_mut().find(is_same) {
            Some(known) if known.chain != error.chain => {
                let way: Vec<&str> = error.chain.iter().map(|link| &*link.doing).collect();
                let note = format!("so it is {}", way.join(" "));
                if !known.notes.contains(&note) {
                    known.notes.push(note);
                }
            }
            Some(_) => {}
            None => all.push(error),
        }
    }
    all
}

/// Takes the errors of clusters for one, all others told.
pub(crate) fn told(printer: &Printer) -> impl Fn(Vec<Diagnostic>) -> anyhow::Error + '_ {
    |errors| all_told(errors, printer).unwrap_or_else(|| anyhow::anyhow!("no cluster answered"))
}

fn on_clusters<T>(fleet: &Fleet, clusters: Vec<T>) -> OnClusters<'_, T> {
    let selection = fleet.sessions().first().map(|session| &session.selection);
    OnClusters {
        platform: selection.map_or("", |selection| selection.platform.project.name.value.as_str()),
        environment: selection.map_or("", |selection| selection.environment.name.as_str()),
        clusters,
    }
}

/// Texts about clusters, one behind the other.
fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join("\n")
}

/// `longshore plan`
pub(crate) async fn plan(
    selections: Vec<Selection>,
    args: &PlanArgs,
    behaviour: &Behaviour,
    file: Option<&Path>,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let observer = Arc::new(Progress::new(printer));
    let mut fleet = reach(selections, &args.cluster, |_| behaviour.clone(), observer, printer).await?;
    if file.is_some() {
        fleet.sessions_mut().iter_mut().for_each(note_commit);
    }
    let planned = fleet.plan().await.map_err(told(printer))?;
    let status = show(&fleet, &planned, printer, args.detailed_exitcode)?;
    match file {
        Some(file) if status != ExitStatus::Failure => {
            let bytes = fleet.freeze(&planned).await.map_err(told(printer))?;
            frozen::write(&bytes, file, printer).map(|()| status)
        }
        _ => Ok(status),
    }
}

/// Shows plans. It fails if one could not be carried out.
pub(crate) fn show(
    fleet: &Fleet,
    planned: &[Planned],
    printer: &Printer,
    detailed: bool,
) -> anyhow::Result<ExitStatus> {
    let plans: Vec<&PlatformPlan> = planned.iter().map(|planned| &planned.plan).collect();
    printer.result_or_markdown(
        &on_clusters(fleet, plans.clone()),
        || joined(plans.iter().map(|plan| view::plan(plan, printer))),
        || joined(planned.iter().map(|one| view::markdown::plan(&one.plan, &one.digest()))),
    )?;
    let problems = problems(planned);
    for problem in &problems {
        printer.diagnostic(problem);
    }
    let changes = plans.iter().any(|plan| plan.changes_something());
    Ok(match (problems.is_empty(), detailed && changes) {
        (false, _) => ExitStatus::Failure,
        (true, true) => ExitStatus::Changes,
        (true, false) => ExitStatus::Success,
    })
}

fn problems(planned: &[Planned]) -> Vec<Diagnostic> {
    let of = |plan: &PlatformPlan| -> Vec<Diagnostic> {
        let problems = plan.problems().map(|(release, problem)| {
            let problem = problem.clone().within(format!("in release `{}`", release.release), None);
            problem.within(format!("on cluster `{}`", plan.cluster), None)
        });
        problems.collect()
    };
    planned.iter().flat_map(|planned| of(&planned.plan)).collect()
}

/// Carries plans out, unless the user says no or interrupts.
pub(crate) async fn carry_out(
    fleet: &mut Fleet,
    planned: Vec<Planned>,
    progress: &Progress,
    printer: &Printer,
    yes: bool,
    command: &str,
) -> anyhow::Result<ExitStatus> {
    if let Some(error) = all_told(problems(&planned), printer) {
        return Err(error);
    }
    let doomed: Vec<String> = planned
        .iter()
        .flat_map(|one| {
            let plan = &one.plan;
            doomed(plan).map(move |line| format!("{}/{line}", plan.cluster))
        })
        .collect();
    if !agreed(&doomed, printer, yes, command)? {
        printer.say("nothing was changed");
        return Ok(ExitStatus::Failure);
    }
    for one in planned.iter().filter(|one| one.plan.changes_something()) {
        printer.say(view::summary(&one.plan, printer));
    }
    fleet.sessions_mut().iter_mut().for_each(note_commit);
    let outcome = tokio::select! {
        outcome = fleet.deploy(planned) => Some(outcome),
        _ = tokio::signal::ctrl_c() => None,
    };
    progress.finish();
    let Some(outcome) = outcome else {
        let open = fleet.let_go().await;
        let what =
            if open.is_empty() { String::new() } else { format!(" while working on {}", open.join(", ")) };
        printer.say(printer.paint_err(Paint::Bad, &format!("interrupted{what}")));
        printer.say(format!("run `longshore {command}` again: it goes on from here"));
        return Ok(ExitStatus::Interrupted);
    };
    let deployed = outcome?;
    printer.result(&deployed, || {
        joined(deployed.clusters.iter().map(|cluster| {
            let how = match &cluster.deployed {
                Some(deployed) => view::deployed(deployed, printer),
                None => format!("{}\n", printer.paint(Paint::Bad, "failed")),
            };
            format!("{}\n{how}", printer.paint(Paint::Bold, &cluster.cluster))
        }))
    })?;
    let mut status = ExitStatus::Success;
    for error in deployed.clusters.iter().filter_map(|cluster| cluster.error.as_ref()) {
        printer.diagnostic(error);
        status = ExitStatus::Failure;
    }
    Ok(status)
}

/// `longshore status`
pub(crate) async fn state(
    selections: Vec<Selection>,
    args: &StatusArgs,
    behaviour: &Behaviour,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    if args.watch {
        return Err(one_only(&selections, "--watch").into());
    }
    let observer = Arc::new(Silent);
    let mut fleet = reach(selections, &args.cluster, |_| behaviour.clone(), observer, printer).await?;
    for session in fleet.sessions_mut() {
        *session = session.clone().ignoring(args.ignore.clone());
    }
    if args.drift {
        let found = fleet.each(drift).await.map_err(told(printer))?;
        printer.result(&on_clusters(&fleet, found.iter().collect()), || {
            joined(found.iter().map(|found| view::drift(found, printer)))
        })?;
        let tells = args.detailed_exitcode && found.iter().any(|found| found.drifted);
        return Ok(if tells { ExitStatus::Changes } else { ExitStatus::Success });
    }
    let states: Vec<PlatformStatus> = fleet.each(status).await.map_err(told(printer))?;
    let healthy = states.iter().all(PlatformStatus::is_healthy);
    printer.result(&on_clusters(&fleet, states.iter().collect()), || {
        joined(states.iter().map(|state| view::status(state, args.notes, printer)))
    })?;
    Ok(if healthy { ExitStatus::Success } else { ExitStatus::Failure })
}

/// `longshore history`
pub(crate) async fn revisions(
    selections: Vec<Selection>,
    args: &HistoryArgs,
    behaviour: &Behaviour,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    if args.diff.is_some() {
        return Err(one_only(&selections, "--diff").into());
    }
    let observer = Arc::new(Silent);
    let fleet = reach(selections, &args.cluster, |_| behaviour.clone(), observer, printer).await?;
    let all = fleet.each(history).await.map_err(told(printer))?;
    let named = fleet.sessions().iter().zip(all).map(|(session, revisions)| Named {
        cluster: session.cluster_name(),
        result: Revisions { revisions },
    });
    let named: Vec<_> = named.collect();
    let text = || {
        joined(named.iter().map(|one| {
            let heading = printer.paint(Paint::Bold, one.cluster);
            format!("{heading}\n{}", view::history(&one.result.revisions, printer))
        }))
    };
    printer.result(&on_clusters(&fleet, named.iter().collect()), text)?;
    Ok(ExitStatus::Success)
}

/// `longshore destroy`
pub(crate) async fn remove(
    selections: Vec<Selection>,
    args: &DestroyArgs,
    behaviour: &Behaviour,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let progress = Arc::new(Progress::new(printer));
    let observer: Arc<dyn Observer> = progress.clone();
    let fleet = reach(selections, &args.cluster, |_| behaviour.clone(), observer, printer).await?;
    let removals =
        fleet.each(|session| plan_destroy(session, args.delete_data)).await.map_err(told(printer))?;
    let sessions = fleet.sessions();
    let expected: Vec<Named<'_, Removed>> = sessions
        .iter()
        .zip(&removals)
        .map(|(session, removal)| Named {
            cluster: session.cluster_name(),
            result: removal.expected(&session.context.namespace),
        })
        .collect();
    let text = || {
        joined(sessions.iter().zip(&removals).map(|(session, removal)| {
            let heading = printer.paint(Paint::Bold, session.cluster_name());
            format!("{heading}\n{}", view::removal(removal, &session.context.namespace, printer))
        }))
    };
    if removals.iter().all(longshore_platform::Removal::is_empty) {
        printer.result(&on_clusters(&fleet, expected), String::new)?;
        printer.say("nothing of this platform is on any of its clusters");
        return Ok(ExitStatus::Success);
    }
    if args.dry_run {
        printer.result(&on_clusters(&fleet, expected), text)?;
        return Ok(ExitStatus::Success);
    }
    if !args.yes {
        if !printer.can_ask() {
            let count: usize = removals.iter().map(|removal| removal.releases.len()).sum();
            let message =
                format!("destroy removes {}, and there is nobody to ask", counted(count, "release"));
            return Err(Diagnostic::error("cli/needs-yes", message)
                .hint("add --dry-run to look at it, --yes to go on")
                .into());
        }
        printer.say(text());
        if !printer.ask(&format!("remove all this from {}?", counted(sessions.len(), "cluster")))? {
            printer.say("nothing was changed");
            return Ok(ExitStatus::Failure);
        }
    }
    let outcome = tokio::select! {
        outcome = fleet.destroy(&removals) => Some(outcome),
        _ = tokio::signal::ctrl_c() => None,
    };
    progress.finish();
    let Some(outcome) = outcome else {
        fleet.let_go().await;
        printer.say(printer.paint_err(Paint::Bad, "interrupted"));
        printer.say("run `longshore destroy` again: it goes on from here");
        return Ok(ExitStatus::Interrupted);
    };
    let environment = sessions.first().map(Session::environment).unwrap_or_default();
    let (mut removed, mut errors) = (Vec::new(), Vec::new());
    for (session, outcome) in sessions.iter().zip(outcome) {
        match outcome {
            Ok(result) => removed.push(Named { cluster: session.cluster_name(), result }),
            Err(error) => errors.push(error),
        }
    }
    printer.result(&on_clusters(&fleet, removed.iter().collect()), || {
        joined(removed.iter().map(|one| {
            let heading = printer.paint(Paint::Bold, one.cluster);
            format!("{heading}\n{}", view::removed(&one.result, environment, printer))
        }))
    })?;
    for error in &errors {
        printer.diagnostic(error);
    }
    Ok(if errors.is_empty() { ExitStatus::Success } else { ExitStatus::Failure })
}

/// What is about one cluster, and was asked for several.
pub(crate) fn one_only(selections: &[Selection], flag: &str) -> Diagnostic {
    let names: Vec<&str> = selections.iter().filter_map(Selection::cluster_name).collect();
    let place = selections.first().map(|selection| selection.environment.place.clone());
    Diagnostic::error("usage/which-cluster", format!("{flag} is about one cluster"))
        .at(place.unwrap_or_else(|| Place::file("longshore.yaml")))
        .hint(format!("choose one with `--cluster {}`", names.join("|")))
}

#[cfg(test)]
mod tests {
    use longshore_diag::{Diagnostic, Place};

    use super::once;

    #[test]
    fn a_secret_that_several_releases_want_is_told_once() {
        let of = |message: &str, release: &str, cluster: &str| {
            Diagnostic::error("secrets/unavailable", message)
                .at(Place::new("longshore.yaml", 3, 1))
                .within(format!("in release `{release}`"), None)
                .within(format!("on cluster `{cluster}`"), None)
        };
        let told = once(vec![
            of("no token", "api", "main"),
            of("no token", "executor", "b"),
            of("no key", "api", "main"),
            of("no token", "executor", "b"),
        ]);
        assert_eq!(told.len(), 2);
        assert_eq!(told[0].notes, ["so it is in release `executor` on cluster `b`"]);
        assert!(told[1].notes.is_empty());
    }
}
