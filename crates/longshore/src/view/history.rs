//! Revisions as text.

use longshore_platform::Revision;

use crate::printer::{Paint, Printer};
use crate::view::table::Table;

/// A line for each revision, oldest first.
pub(crate) fn history(revisions: &[Revision], printer: &Printer) -> String {
    let has_vars = revisions.iter().any(|revision| revision.vars.is_some());
    let mut heads = vec![
        "RELEASE",
        "REVISION",
        "UPDATED",
        "STATUS",
        "CHART",
        "DESCRIPTION",
        "BY",
        "COMMIT",
        "RUN",
        "PLAN",
    ];
    heads.extend(has_vars.then_some("VARS"));
    let mut table = Table::new(&heads);
    for revision in revisions {
        let paint = match revision.status.as_str() {
            "deployed" => Paint::Good,
            "failed" => Paint::Bad,
            "superseded" => Paint::Dim,
            _ => Paint::Changed,
        };
        let short = |text: &str, length: usize| match text.char_indices().nth(length) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        };
        let plan = revision.plan.as_deref().map(|plan| plan.trim_start_matches("sha256:"));
        let mut cells = vec![
            revision.shown(),
            revision.revision.to_string(),
            revision.updated.chars().take(19).collect::<String>().replace('T', " "),
            printer.paint(paint, &revision.status),
            revision.chart.clone(),
            short(&revision.description, 60),
            revision.by.clone().unwrap_or_else(|| "-".to_owned()),
            revision.commit.as_deref().map_or_else(|| "-".to_owned(), |commit| short(commit, 12)),
            revision.pipeline_run.as_deref().map_or_else(|| "-".to_owned(), |run| short(run, 20)),
            plan.map_or_else(|| "-".to_owned(), |plan| plan.chars().take(12).collect()),
        ];
        let vars = revision.vars.as_ref().map_or_else(|| "-".to_owned(), |vars| short(&vars.to_string(), 60));
        cells.extend(has_vars.then_some(vars));
        table.row(cells);
    }
    table.render()
}
