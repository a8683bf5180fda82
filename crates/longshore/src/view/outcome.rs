//! How a deploy or a removal ended, as text.

use std::fmt::Write;

use longshore_platform::{Deployed, Removal, Removed};
use longshore_release::ObjectAction;

use crate::printer::{Paint, Printer};
use crate::view::table::Table;

/// After a deploy or a rollback.
pub(crate) fn deployed(deployed: &Deployed, printer: &Printer) -> String {
    let mut out = String::new();
    let mut table = Table::bare(0);
    for release in &deployed.releases {
        let how = if release.changed {
            printer.paint(Paint::Good, "deployed")
        } else {
            printer.paint(Paint::Dim, "unchanged")
        };
        table.row([release.release.clone(), how, format!("revision {}", release.revision)]);
    }
    out.push_str(&table.render());
    if !deployed.removed.is_empty() {
        let _ = writeln!(out, "removed {}", deployed.removed.join(", "));
    }
    let noted: Vec<_> =
        deployed.releases.iter().filter(|release| release.changed && !release.notes.is_empty()).collect();
    match noted.as_slice() {
        [] => {}
        // Writing to a string does not fail.
        [one] => {
            let _ = write!(out, "\nNotes of {}:\n{}\n", one.release, one.notes.trim_end());
        }
        several => {
            let _ = writeln!(out, "{} releases have notes: longshore status --notes", several.len());
        }
    }
    if deployed.removed.is_empty() && deployed.releases.iter().all(|release| !release.changed) {
        let _ = writeln!(out, "nothing has changed: {} is as it should be", deployed.platform);
    }
    out
}

/// What a removal would do.
pub(crate) fn removal(removal: &Removal, printer: &Printer) -> String {
    let mut out = String::new();
    for release in &removal.releases {
        let _ = writeln!(out, "{}", printer.paint(Paint::Bold, &release.name));
        for change in &release.objects {
            let (sign, paint, why) = match change.action {
                ObjectAction::Keep => ("=", Paint::Dim, " stays"),
                _ if change.destroys_data => ("-", Paint::Bad, " (destroys data)"),
                _ => ("-", Paint::Bad, ""),
            };
            let _ = writeln!(out, "  {}", printer.paint(paint, &format!("{sign} {}{why}", change.object)));
        }
    }
    for hook in &removal.hooks {
        let _ = writeln!(out, "hook of {hook}");
    }
    if removal.namespace {
        out.push_str("the namespace too, if nothing else is left in it\n");
    }
    out
}

/// After a removal.
pub(crate) fn removed(removed: &Removed, printer: &Printer) -> String {
    let mut out = format!("removed {}\n", removed.releases.join(", "));
    if removed.namespace_deleted {
        let _ = writeln!(out, "deleted namespace {}", removed.namespace);
    }
    if !removed.kept.is_empty() {
        let _ = writeln!(
            out,
            "{}",
            printer.paint(Paint::Bold, "kept, because they hold data or ask to be kept:")
        );
        for object in &removed.kept {
            let _ = writeln!(out, "  {object}");
        }
        let _ = writeln!(out, "delete them with `longshore destroy --delete-data`");
    }
    out
}
