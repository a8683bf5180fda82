//! A plan as text: one line per object, one per field that changes.

use std::fmt::Write;

use longshore_diag::counted;
use longshore_platform::{GoneEnvironment, PlatformPlan, Reason, Unlisted};
use longshore_release::{
    ConflictOutcome, FIELD_MANAGER, FieldChange, FieldConflict, ObjectAction, ObjectChange, ReleaseAction,
    ReleasePlan, Verified,
};
use serde_json::Value;

use crate::printer::{Paint, Printer};

/// Longer values are cut: a plan is read, not parsed.
const MAX_VALUE: usize = 90;

/// The whole plan.
pub(crate) fn plan(plan: &PlatformPlan, printer: &Printer) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(
        out,
        "{} in {} ({}, cluster {})",
        printer.paint(Paint::Bold, &plan.platform),
        plan.environment,
        spaces(&plan.namespace, &plan.namespaces),
        plan.cluster
    );
    if let Some(given) = given(plan) {
        let _ = writeln!(out, "with {given}");
    }
    for (at, namespace) in plan.created().into_iter().enumerate() {
        let line = printer.paint(Paint::Good, &format!("+ Namespace/{namespace}"));
        let _ = writeln!(out, "{}{line}", if at == 0 { "\n" } else { "" });
    }
    for release in &plan.releases {
        out.push('\n');
        release_plan(&mut out, &plan.shown(release), release, printer);
    }
    for unlisted in unlisted(plan) {
        let name = printer.paint(Paint::Bold, &unlisted.release);
        let _ = writeln!(out, "\n{name}{}: {}", elsewhere(plan, &unlisted.namespace), fate(unlisted));
        for change in unlisted.objects.iter().filter(|_| unlisted.removed) {
            object(&mut out, change, printer);
        }
    }
    for line in gone(plan) {
        let _ = writeln!(out, "\n{line}");
    }
    if !plan.warnings.is_empty() {
        out.push('\n');
    }
    for warning in &plan.warnings {
        let _ = writeln!(out, "{} {warning}", printer.paint(Paint::Changed, "warning:"));
    }
    let _ = writeln!(out, "\n{}", totals(plan));
    out
}

/// The variables that were given on the command line: `--var replicas=3 --var tag="v1"`.
pub(super) fn given(plan: &PlatformPlan) -> Option<String> {
    let given: Vec<String> =
        plan.vars.iter().map(|(name, given)| format!("--var {name}={}", value(given))).collect();
    (!given.is_empty()).then(|| given.join(" "))
}

/// `namespace shop`, or `namespaces shop, shop-logs`.
pub(super) fn spaces(one: &str, several: &[String]) -> String {
    match several {
        [] => format!("namespace {one}"),
        several => format!("namespaces {}", several.join(", ")),
    }
}

/// What becomes of a release that the project file does not want where it lies.
pub(super) fn fate(unlisted: &Unlisted) -> String {
    let wanted = unlisted.wanted.join(", ");
    let why = match unlisted.reason {
        Reason::Renamed => {
            let to = unlisted.moved_to.as_deref().unwrap_or_default();
            return format!("moved to {to}; what is left of it is removed");
        }
        Reason::TakenOut => "not in the project file (any more)".to_owned(),
        Reason::SwitchedOff => "switched off".to_owned(),
        Reason::PlacedElsewhere => format!("placed on {wanted} now"),
        Reason::ClusterLeft => "the environment is not on this cluster (any more)".to_owned(),
        Reason::NamespaceChanged => format!(
            "wanted in namespace {wanted} now (objects cannot move there: it is installed there anew, without the data here)"
        ),
    };
    if unlisted.removed {
        return format!("{why}, and removed");
    }
    let count = unlisted.objects.iter().filter(|change| change.action == ObjectAction::Delete).count();
    let kept: Vec<String> = unlisted.kept().map(|change| change.object.to_string()).collect();
    let kept = if kept.is_empty() { String::new() } else { format!("; {} would stay", kept.join(", ")) };
    format!(
        "deployed, but {why}; it is left alone (--prune removes it, with {}{kept})",
        counted(count, "object")
    )
}

/// The releases that the project file does not want where they lie, in groups.
pub(super) fn unlisted(plan: &PlatformPlan) -> Vec<&Unlisted> {
    let mut unlisted: Vec<&Unlisted> = plan.unlisted.iter().collect();
    unlisted.sort_by(|a, b| (a.reason, &a.namespace).cmp(&(b.reason, &b.namespace)));
    unlisted
}

/// ` in namespace old`, where that is not the plan's.
pub(super) fn elsewhere(plan: &PlatformPlan, namespace: &str) -> String {
    if plan.namespace == namespace { String::new() } else { format!(" in namespace {namespace}") }
}

/// What environments have left that the project file does not name.
pub(super) fn gone(plan: &PlatformPlan) -> Vec<String> {
    let one = |gone: &GoneEnvironment| {
        let places: Vec<String> = gone
            .releases
            .iter()
            .map(|(namespace, releases)| format!("{} in namespace {namespace}", releases.join(", ")))
            .collect();
        format!(
            "environment {0}, which is not in the project file (any more), has {1}; `longshore destroy -e {0}` removes it",
            gone.environment,
            places.join("; ")
        )
    };
    plan.gone_environments.iter().map(one).collect()
}

/// One line that says what a deploy is about to do.
pub(crate) fn summary(plan: &PlatformPlan, printer: &Printer) -> String {
    format!(
        "{} to {} ({}, cluster {}): {}",
        printer.paint_err(Paint::Bold, &plan.platform),
        plan.environment,
        spaces(&plan.namespace, &plan.namespaces),
        plan.cluster,
        totals(plan)
    )
}

pub(super) fn totals(plan: &PlatformPlan) -> String {
    if !plan.changes_something() {
        return "no changes".to_owned();
    }
    let parts = [
        (plan.created().len() + plan.count(ObjectAction::Create), "to create"),
        (plan.count(ObjectAction::Update), "to change"),
        (plan.count(ObjectAction::Delete), "to delete"),
        (plan.count(ObjectAction::Keep), "kept"),
        (plan.count(ObjectAction::Nothing), "unchanged"),
    ];
    let shown: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    shown.join(", ")
}

fn release_plan(out: &mut String, shown: &str, plan: &ReleasePlan, printer: &Printer) {
    let _ = writeln!(out, "{}: {} ({})", printer.paint(Paint::Bold, shown), what_happens(plan), plan.chart);
    if !plan.waits_for.is_empty() {
        let line = format!("waits for {}: not tried before that is there", plan.waits_for.join(" and "));
        let _ = writeln!(out, "  {}", printer.paint(Paint::Changed, &line));
    }
    for change in plan.objects.iter().filter(|change| change.action != ObjectAction::Nothing) {
        object(out, change, printer);
    }
    let touched = plan.objects.iter().any(|change| change.action != ObjectAction::Nothing);
    if plan.action != ReleaseAction::Nothing && !touched && plan.problems.is_empty() {
        let _ = writeln!(out, "  {}", printer.paint(Paint::Dim, "no object changes, only the record"));
    }
    for hook in &plan.hooks {
        let _ = writeln!(out, "  {} {hook}", printer.paint(Paint::Dim, "hook"));
    }
    for conflict in &plan.conflicts {
        let paint = match conflict.outcome {
            ConflictOutcome::Open | ConflictOutcome::Overwritten => Paint::Bad,
            ConflictOutcome::Left | ConflictOutcome::Adopted => Paint::Dim,
        };
        let _ = writeln!(out, "  {}", printer.paint(paint, &conflict_line(conflict)));
    }
    for warning in &plan.warnings {
        let _ = writeln!(out, "  {} {warning}", printer.paint(Paint::Changed, "warning:"));
    }
}

/// `upgrade to revision 4`.
pub(super) fn what_happens(plan: &ReleasePlan) -> String {
    match plan.action {
        ReleaseAction::Install => "install".to_owned(),
        ReleaseAction::Upgrade => format!("upgrade to revision {}", plan.revision),
        ReleaseAction::Rollback => format!("roll back, as revision {}", plan.revision),
        ReleaseAction::Nothing => format!("unchanged at revision {}", plan.revision),
    }
}

fn object(out: &mut String, change: &ObjectChange, printer: &Printer) {
    let (sign, paint) = match change.action {
        ObjectAction::Create => ("+", Paint::Good),
        ObjectAction::Update => ("~", Paint::Changed),
        ObjectAction::Recreate => ("±", Paint::Bad),
        ObjectAction::Delete => ("-", Paint::Bad),
        ObjectAction::Keep => ("=", Paint::Dim),
        ObjectAction::Nothing => (" ", Paint::Dim),
    };
    let mut line = format!("{sign} {}", change.object);
    if change.action == ObjectAction::Keep {
        line.push_str(" leaves the release and stays in the cluster");
    }
    if change.destroys_data {
        line.push_str(" (destroys data)");
    }
    if let Verified::WaitsFor(object) = &change.verified {
        let _ = write!(line, " (not tried: waits for {object})");
    }
    let _ = writeln!(out, "  {}", printer.paint(paint, &line));
    for field in &change.fields {
        let owners = others(field).map(|owners| format!(" (owned by {owners})")).unwrap_or_default();
        let _ = writeln!(out, "      {}{}", field_line(field), printer.paint(Paint::Dim, &owners));
    }
}

/// `= Deployment/web spec.replicas stays 5, as kube-controller-manager (scale) has set it; the release says 2`.
pub(super) fn conflict_line(conflict: &FieldConflict) -> String {
    let FieldConflict { object, field, manager, .. } = conflict;
    let shown = |found: &Option<Value>| found.as_ref().map_or_else(|| "absent".to_owned(), value);
    let (live, ours) = (shown(&conflict.live), shown(&conflict.ours));
    let owner = match &conflict.subresource {
        Some(subresource) => format!("{manager} ({subresource})"),
        None => manager.clone(),
    };
    match conflict.outcome {
        ConflictOutcome::Open => {
            format!("! {object} {field} is owned by {owner}: it is {live}, and the release says {ours}")
        }
        ConflictOutcome::Left => {
            format!("= {object} {field} stays {live}: {owner} scales it (the release says {ours})")
        }
        ConflictOutcome::Adopted => {
            format!("= {object} {field} stays {live}, owned by {owner} (the release says {ours}; --adopt)")
        }
        ConflictOutcome::Overwritten => {
            format!("! {object} {field} is taken from {owner}: {live} → {ours} (--overwrite)")
        }
    }
}

/// The owners of a field that are not the release itself.
pub(super) fn others(field: &FieldChange) -> Option<String> {
    let others: Vec<&str> =
        field.owners.iter().map(String::as_str).filter(|owner| *owner != FIELD_MANAGER).collect();
    (!others.is_empty()).then(|| others.join(", "))
}

/// `path: old → new`.
pub(super) fn field_line(field: &FieldChange) -> String {
    match (&field.old, &field.new) {
        (Some(old), Some(new)) => format!("{}: {} → {}", field.path, value(old), value(new)),
        (None, Some(new)) => format!("{}: {} (new)", field.path, value(new)),
        (Some(old), None) => format!("{}: {} (goes)", field.path, value(old)),
        (None, None) => field.path.clone(),
    }
}

pub(super) fn value(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.replace('\n', "⏎"),
        other => other.to_string(),
    };
    if text.chars().count() <= MAX_VALUE {
        return text;
    }
    let cut: String = text.chars().take(MAX_VALUE).collect();
    format!("{cut}…")
}
