//! The difference of two revisions as text.

use std::fmt::Write;

use longshore_platform::{Comparison, ObjectDifference, ObjectPresence, Revision};

use crate::printer::{Paint, Printer};
use crate::view::plan::field_line;

/// What is different, in the words of a plan.
pub(crate) fn comparison(found: &Comparison, printer: &Printer) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(
        out,
        "{} {} → {}",
        printer.paint(Paint::Bold, &found.release),
        told(&found.from),
        told(&found.to)
    );
    for field in &found.values {
        let _ = writeln!(out, "  {} {}", printer.paint(Paint::Changed, "~ value"), field_line(field));
    }
    for (objects, what) in [(&found.objects, ""), (&found.hooks, "hook ")] {
        for object in objects {
            let (sign, paint) = sign(object);
            let _ = writeln!(out, "  {}", printer.paint(paint, &format!("{sign} {what}{}", object.object)));
            for field in &object.fields {
                let _ = writeln!(out, "      {}", field_line(field));
            }
        }
    }
    if is_same(found) {
        let _ = writeln!(out, "  {}", printer.paint(Paint::Dim, "no differences"));
    }
    out
}

pub(super) fn is_same(found: &Comparison) -> bool {
    found.values.is_empty() && found.objects.is_empty() && found.hooks.is_empty()
}

/// `3 (web-1.0.0, 2026-11-21 20:00:00, by ann@laptop, commit 1234567)`.
pub(super) fn told(revision: &Revision) -> String {
    let mut about =
        vec![revision.chart.clone(), revision.updated.chars().take(19).collect::<String>().replace('T', " ")];
    about.extend(revision.by.as_ref().map(|by| format!("by {by}")));
    about.extend(revision.commit.as_ref().map(|commit| format!("commit {commit}")));
    format!("{} ({})", revision.revision, about.join(", "))
}

fn sign(object: &ObjectDifference) -> (&'static str, Paint) {
    match object.presence {
        ObjectPresence::Added => ("+", Paint::Good),
        ObjectPresence::Removed => ("-", Paint::Bad),
        ObjectPresence::Changed => ("~", Paint::Changed),
    }
}
