//! The state of a platform as text.

use std::fmt::Write;

use longshore_platform::{PlatformStatus, ReleaseStatus};

use crate::printer::{Paint, Printer};
use crate::view::plan::field_line;
use crate::view::table::Table;

/// The whole state: releases, what is not ready, what was changed by hand, host names.
pub(crate) fn status(state: &PlatformStatus, notes: bool, printer: &Printer) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(
        out,
        "{} in {} (namespace {}, cluster {})\n",
        printer.paint(Paint::Bold, &state.platform),
        state.environment,
        state.namespace,
        state.cluster
    );
    let mut table = Table::new(&["RELEASE", "STATUS", "REVISION", "UPDATED", "CHART", "READY"]);
    for release in &state.releases {
        let ready = release.objects.iter().filter(|object| object.ready).count();
        let all = release.objects.len();
        table.row([
            release.release.clone(),
            printer.paint(paint(&release.status), &release.status),
            if release.revision == 0 { "-".to_owned() } else { release.revision.to_string() },
            release.updated.chars().take(19).collect::<String>().replace('T', " "),
            release.chart.clone(),
            printer.paint(if ready == all { Paint::Good } else { Paint::Changed }, &format!("{ready}/{all}")),
        ]);
    }
    out.push_str(&table.render());
    for release in &state.releases {
        details(&mut out, release, printer);
    }
    if !state.hosts.is_empty() {
        out.push_str("\nFor DNS or /etc/hosts:\n");
        for line in &state.hosts {
            let _ = writeln!(out, "  {}  {}", line.address, line.host);
        }
    }
    for release in state.releases.iter().filter(|release| notes && !release.notes.is_empty()) {
        let heading = printer.paint(Paint::Bold, &format!("Notes of {}", release.release));
        let _ = write!(out, "\n{heading}\n{}\n", release.notes.trim_end());
    }
    out
}

fn details(out: &mut String, release: &ReleaseStatus, printer: &Printer) {
    let waiting: Vec<_> = release.objects.iter().filter(|object| !object.ready).collect();
    if waiting.is_empty()
        && release.drift.is_empty()
        && release.status != "failed"
        && release.holder.is_none()
    {
        return;
    }
    let _ = writeln!(out, "\n{}", printer.paint(Paint::Bold, &release.release));
    if let Some(holder) = &release.holder {
        let _ = writeln!(out, "  {holder} is working on it");
    }
    if release.status == "failed" {
        let _ = writeln!(out, "  {}", printer.paint(Paint::Bad, &release.description));
    }
    let mut table = Table::bare(2);
    for object in waiting {
        table.row([object.object.clone(), printer.paint(Paint::Changed, &object.message)]);
    }
    out.push_str(&table.render());
    for drift in &release.drift {
        match &drift.manager {
            Some(manager) => {
                let _ = writeln!(out, "  {} was changed by {manager}:", drift.object);
            }
            None if drift.fields.is_empty() => {
                let _ = writeln!(out, "  {} is gone", drift.object);
            }
            None => {
                let _ = writeln!(out, "  {} is not as it was deployed (now → deployed):", drift.object);
            }
        }
        for field in &drift.fields {
            let _ = writeln!(out, "    {}", field_line(field));
        }
    }
}

fn paint(status: &str) -> Paint {
    match status {
        "deployed" => Paint::Good,
        "failed" => Paint::Bad,
        "not deployed" => Paint::Dim,
        _ => Paint::Changed,
    }
}
