//! How a deploy or a removal ended, as text.

use std::fmt::Write;

use longshore_platform::{Deployed, Removal, Removed, RemovedRelease};
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
        table.row([release.shown(), how, format!("revision {}", release.revision)]);
    }
    out.push_str(&table.render());
    for removed in &deployed.removed {
        let RemovedRelease { release, namespace, kept } = removed;
        let place = if *namespace == deployed.namespace {
            String::new()
        } else {
            format!(" from namespace {namespace}")
        };
        let _ = writeln!(out, "removed {release}{place}");
        if !kept.is_empty() {
            let _ = writeln!(
                out,
                "  kept, because it holds data or asks to be kept (in namespace {namespace}; kubectl deletes it): {}",
                kept.join(", ")
            );
        }
    }
    let noted: Vec<_> =
        deployed.releases.iter().filter(|release| release.changed && !release.notes.is_empty()).collect();
    match noted.as_slice() {
        [] => {}
        // Writing to a string does not fail.
        [one] => {
            let _ = write!(out, "\nNotes of {}:\n{}\n", one.shown(), one.notes.trim_end());
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
pub(crate) fn removal(removal: &Removal, namespace: &str, printer: &Printer) -> String {
    let mut out = String::new();
    for release in &removal.releases {
        let mut heading = printer.paint(Paint::Bold, &release.name);
        if release.namespace != namespace {
            let _ = write!(heading, " in namespace {}", release.namespace);
        }
        if removal.is_unlisted(release) {
            heading.push_str(" (the project file does not want it there any more)");
        }
        let _ = writeln!(out, "{heading}");
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
    for namespace in &removal.namespaces {
        let _ = writeln!(out, "namespace {namespace} too, if nothing else is left in it");
    }
    out
}

/// After a removal.
pub(crate) fn removed(removed: &Removed, environment: &str, printer: &Printer) -> String {
    let mut out = format!("removed {}\n", removed.releases.join(", "));
    for namespace in removed.all_deleted() {
        let _ = writeln!(out, "deleted namespace {namespace}");
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
        let others = match removed.unlisted.as_slice() {
            [] => String::new(),
            unlisted => {
                format!(" (those of {} with kubectl: no file names it any more)", unlisted.join(", "))
            }
        };
        let _ = writeln!(out, "delete them with `longshore destroy -e {environment} --delete-data`{others}");
    }
    out
}
