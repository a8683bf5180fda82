//! What a new lock changes, as text.

use std::fmt::Write;

use longshore_platform::project::{LockedBase, LockedChart};
use longshore_platform::{
    BaseChange, ChartChange, FileChange, ImageChange, RenderedChange, Update, Vendored,
};

use crate::printer::{Paint, Printer};
use crate::view::plan::field_line;

/// A line for each chart, base, file and image; what changes in objects behind them.
pub(crate) fn update(update: &Update, printer: &Printer) -> String {
    let mut out = String::new();
    for change in &update.charts {
        chart(change, printer, &mut out);
    }
    for change in &update.bases {
        base(change, printer, &mut out);
    }
    for change in &update.files {
        file(change, printer, &mut out);
    }
    for change in &update.images {
        image(change, printer, &mut out);
    }
    for change in update.rendered.iter().flatten() {
        rendered(change, printer, &mut out);
    }
    out
}

fn chart(change: &ChartChange, printer: &Printer, out: &mut String) {
    let ChartChange { wanted, releases, old, new } = change;
    let (paint, what) = match (old, new) {
        (Some(old), Some(new)) if old == new => (Paint::Dim, format!("  {}", told(new))),
        (Some(old), Some(new)) => (Paint::Changed, format!("~ {} → {}", told(old), told(new))),
        (None, Some(new)) => (Paint::Good, format!("+ {}", told(new))),
        (Some(old), None) => (Paint::Bad, format!("- {}", told(old))),
        (None, None) => return,
    };
    let used = match releases.as_slice() {
        [] => "no release wants it any more".to_owned(),
        releases => format!("for {}", releases.join(", ")),
    };
    // Writing to a string does not fail.
    let _ = writeln!(
        out,
        "{} {} of {}, {used}",
        printer.paint(paint, &format!("{} {}", wanted.name, what)),
        wanted.wanted,
        wanted.repo
    );
    let (Some(old), Some(new)) = (old, new) else { return };
    if old.digest != new.digest {
        let _ = writeln!(out, "    {} → {}", old.digest, new.digest);
        if old.version == new.version {
            let warning = "the same version is another archive now: find out why before you deploy it";
            let _ = writeln!(out, "    {}", printer.paint(Paint::Bad, warning));
        }
    }
}

/// Digits of a commit or digest that are shown.
const DIGITS: usize = 12;

fn base(change: &BaseChange, printer: &Printer, out: &mut String) {
    let commit = |locked: &LockedBase| locked.commit.chars().take(DIGITS).collect::<String>();
    let (old, new) = (change.old.as_ref(), change.new.as_ref());
    pinned(&change.wanted.shown(), old.map(commit), new.map(commit), &change.releases, printer, out);
    if let (Some(old), Some(new)) = (old, new)
        && old.commit == new.commit
        && old.digest != new.digest
    {
        let warning = "the same commit has other files here: does git change them as it checks them out?";
        let _ = writeln!(out, "    {}", printer.paint(Paint::Bad, warning));
    }
}

fn file(change: &FileChange, printer: &Printer, out: &mut String) {
    let new = change.new.as_ref().map(|file| short(&file.digest));
    pinned(&change.wanted.url, change.old.as_deref().map(short), new, &change.releases, printer, out);
}

fn image(change: &ImageChange, printer: &Printer, out: &mut String) {
    let (old, new) = (change.old.as_deref().map(short), change.new.as_deref().map(short));
    pinned(&change.image, old, new, &change.releases, printer, out);
}

fn short(digest: &str) -> String {
    digest.chars().take("sha256:".len() + DIGITS).collect()
}

/// A line of what is locked by a commit or digest.
fn pinned(
    named: &str,
    old: Option<String>,
    new: Option<String>,
    releases: &[String],
    printer: &Printer,
    out: &mut String,
) {
    let (paint, what) = match (old, new) {
        (Some(old), Some(new)) if old == new => (Paint::Dim, format!("  {new}")),
        (Some(old), Some(new)) => (Paint::Changed, format!("~ {old} → {new}")),
        (None, Some(new)) => (Paint::Good, format!("+ {new}")),
        (Some(old), None) => (Paint::Bad, format!("- {old}")),
        (None, None) => (Paint::Bad, "! not locked".to_owned()),
    };
    let used = match releases {
        [] => "no release has it any more".to_owned(),
        releases => format!("for {}", releases.join(", ")),
    };
    // Writing to a string does not fail.
    let _ = writeln!(out, "{}, {used}", printer.paint(paint, &format!("{named} {what}")));
}

fn told(chart: &LockedChart) -> String {
    if chart.app_version.is_empty() {
        return chart.version.clone();
    }
    format!("{} (app {})", chart.version, chart.app_version)
}

fn rendered(change: &RenderedChange, printer: &Printer, out: &mut String) {
    let at = change.cluster.as_ref().map(|cluster| format!(" on {cluster}")).unwrap_or_default();
    let heading = format!("{} in {}{at}", change.release, change.environment);
    let _ = writeln!(out, "{}", printer.paint(Paint::Bold, &heading));
    for object in &change.objects {
        let (sign, paint) = match object.action {
            "create" => ("+", Paint::Good),
            "delete" => ("-", Paint::Bad),
            _ => ("~", Paint::Changed),
        };
        let _ = writeln!(out, "  {}", printer.paint(paint, &format!("{sign} {}", object.object)));
        for field in &object.fields {
            let _ = writeln!(out, "      {}", field_line(field));
        }
    }
    if change.objects.is_empty() {
        let _ = writeln!(out, "  {}", printer.paint(Paint::Dim, "no differences"));
    }
}

/// What was put into the project.
pub(crate) fn vendored(vendored: &Vendored, printer: &Printer) -> String {
    let mut out = String::new();
    for (names, sign, paint) in [
        (&vendored.written, "+", Paint::Good),
        (&vendored.kept, " ", Paint::Dim),
        (&vendored.removed, "-", Paint::Bad),
    ] {
        for name in names {
            let _ = writeln!(out, "{}", printer.paint(paint, &format!("{sign} {}/{name}", vendored.folder)));
        }
    }
    if let Some(bases) = &vendored.bases {
        out.push_str(&self::vendored(bases, printer));
    }
    out
}
