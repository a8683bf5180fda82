//! What is not as it was deployed, as text.

use std::fmt::Write;

use longshore_diag::counted;
use longshore_platform::{PlatformDrift, ReleaseDrift};
use longshore_release::{Author, Cause, DriftState, FieldDrift, ObjectDrift, Writer};

use crate::printer::{Paint, Printer};
use crate::view::plan::{spaces, value};

/// Every release, and what of it is different.
pub(crate) fn drift(found: &PlatformDrift, printer: &Printer) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(
        out,
        "{} in {} ({}, cluster {})",
        printer.paint(Paint::Bold, &found.platform),
        found.environment,
        spaces(&found.namespace, &found.namespaces),
        found.cluster
    );
    for release in &found.releases {
        let _ = writeln!(out, "\n{}", heading(release, printer));
        if let Some(holder) = &release.holder {
            let _ = writeln!(out, "  {holder} is working on it");
        }
        for object in &release.drift {
            write_object(&mut out, object, printer);
        }
        if release.drift.is_empty() {
            let _ = writeln!(
                out,
                "  {}",
                printer.paint(Paint::Good, &format!("{}, as deployed", counted(release.objects, "object")))
            );
        }
    }
    let _ = writeln!(out, "\n{}", totals(found));
    out
}

/// `web: revision 3, deployed 2026-11-22 01:02:03 by ann@laptop`.
fn heading(release: &ReleaseDrift, printer: &Printer) -> String {
    let by = release.deployed_by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    format!(
        "{}: revision {}, {} {}{by}",
        printer.paint(Paint::Bold, &release.shown()),
        release.revision,
        release.status,
        moment(&release.updated)
    )
}

fn totals(found: &PlatformDrift) -> String {
    let all = || found.releases.iter().flat_map(|release| &release.drift);
    match all().filter(|object| !object.is_expected()).count() {
        0 if all().next().is_none() => "everything is as it was deployed".to_owned(),
        0 => "nothing is other than it should be".to_owned(),
        1 => "1 object is not as it was deployed".to_owned(),
        count => format!("{count} objects are not as they were deployed"),
    }
}

/// One object: a line, and one for each field.
pub(super) fn write_object(out: &mut String, drift: &ObjectDrift, printer: &Printer) {
    let paint = if drift.is_expected() { Paint::Dim } else { Paint::Changed };
    let line = match drift.state {
        DriftState::Changed => drift.object.to_string(),
        DriftState::Missing if drift.is_expected() => format!("{} is not there (yet)", drift.object),
        DriftState::Missing => format!("{} is gone", drift.object),
        DriftState::Terminating => format!("{} is being deleted", drift.object),
        DriftState::Added => {
            let by = drift.by.as_ref().map(|by| format!(": made by {}", writer(by))).unwrap_or_default();
            format!("{} carries its labels and is no part of it{by}", drift.object)
        }
    };
    let _ = writeln!(out, "  {}", printer.paint(paint, &line));
    for field in &drift.fields {
        let _ = writeln!(out, "    {}", field_line(field));
        let _ = writeln!(out, "      {}", printer.paint(Paint::Dim, &why(field)));
    }
}

/// `path: deployed → live`.
fn field_line(field: &FieldDrift) -> String {
    match (&field.deployed, &field.live) {
        (Some(deployed), Some(live)) => format!("{}: {} → {}", field.path, value(deployed), value(live)),
        (Some(deployed), None) => format!("{}: {} → nothing", field.path, value(deployed)),
        (None, Some(live)) => format!("{}: nothing → {}", field.path, value(live)),
        (None, None) => field.path.clone(),
    }
}

fn why(field: &FieldDrift) -> String {
    let Some(by) = &field.by else {
        return match field.cause {
            Cause::Rollout => "the deploy has not come to it".to_owned(),
            _ => "changed by somebody who left no name".to_owned(),
        };
    };
    let what = match (&field.deployed, &field.live) {
        _ if by.guessed => "gone, perhaps taken away by",
        _ if field.cause == Cause::Autoscaler => "scaled by",
        (None, _) => "added by",
        _ => "changed by",
    };
    format!("{what} {}", writer(by))
}

/// `kubectl-set, by hand, at 2026-11-22 01:02:03`.
fn writer(by: &Writer) -> String {
    let mut text = by.manager.clone();
    if let Some(subresource) = &by.subresource {
        let _ = write!(text, " ({subresource})");
    }
    text.push_str(match by.author {
        Author::Human => ", by hand",
        Author::Controller => ", a controller",
        Author::Release => ", in a deploy",
        Author::Program => "",
    });
    if let Some(time) = &by.time {
        let _ = write!(text, ", at {}", moment(time));
    }
    text
}

/// `2026-11-22 01:02:03`; UTC where the time was.
pub(super) fn moment(time: &str) -> String {
    time.chars().take(19).collect::<String>().replace('T', " ")
}
