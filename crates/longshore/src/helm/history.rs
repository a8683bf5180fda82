//! `helm history`: the revisions of a release.
//!
//! Rules: <https://github.com/helm/helm/blob/v4.3.1/pkg/cmd/history.go>.

use longshore_chart::Level;
use longshore_go::strconv;
use longshore_release::record::Release;
use serde::Serialize;

use super::format::{self, Format};
use super::table::table;
use super::{Settings, print, records, shown, times};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

const ROLLBACK: &str = "show-rollback-revision";

pub(super) fn command(level: Level) -> Command<Settings> {
    let mut flags =
        vec![Flag::new("max", Kind::Int, "at most so many revisions").default("256"), format::flag()];
    if level.rules().major > 3 {
        flags.push(Flag::new(ROLLBACK, Kind::Bool, "in the table, to which revision a rollback went back"));
    }
    Command {
        usage: "history RELEASE_NAME",
        aliases: &["hist"],
        short: "print the revisions of a release",
        long: "Prints the revisions of a release that are still known, the oldest first.",
        flags,
        arguments: Arguments::Exactly(1),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

/// A row.
#[derive(Debug, Serialize)]
struct Row {
    revision: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<String>,
    status: String,
    chart: String,
    app_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rollback_revision: Option<u32>,
    description: String,
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let is_old = settings.level.rules().major == 3;
    let form = format::of(matches);
    let name = matches.arguments.first().map_or("", String::as_str);
    let opened = records::open(settings, matches, false)?;
    let mut history = records::history(&opened, name)?;
    history.sort_by_key(|release| release.revision);
    let most = strconv::parse_int(matches.text("max").as_bytes(), 0, 64).unwrap_or_default();
    let most = usize::try_from(most).unwrap_or_default();
    let history = &history[history.len().saturating_sub(most)..];
    if form != Format::Table {
        let rows: Vec<Row> = history.iter().map(|release| row(release, is_old)).collect();
        return format::print(&rows, form);
    }
    let shows_rollbacks = !is_old && matches.is_on(ROLLBACK);
    let mut lines = vec![line(
        ["REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION", "ROLLBACK", "DESCRIPTION"]
            .map(str::to_owned),
        shows_rollbacks,
    )];
    for release in history {
        let row = row(release, is_old);
        let updated = times::ansic(&times::read(&release.info.last_deployed));
        let rollback = row.rollback_revision.map(|revision| revision.to_string()).unwrap_or_default();
        let cells = [
            row.revision.to_string(),
            updated,
            row.status,
            row.chart,
            row.app_version,
            rollback,
            row.description,
        ];
        lines.push(line(cells, shows_rollbacks));
    }
    print(&(table(&lines, 0) + "\n"))
}

/// The cells of a line, with that of rollbacks or without.
fn line(cells: [String; 7], shows_rollbacks: bool) -> Vec<String> {
    let mut cells = Vec::from(cells);
    if !shows_rollbacks {
        cells.remove(5);
    }
    cells
}

fn row(release: &Release, is_old: bool) -> Row {
    let time = times::read(&release.info.last_deployed);
    let updated = match (time.is_zero(), is_old) {
        (false, _) => Some(times::json(&time)),
        (true, true) => Some(String::new()),
        (true, false) => None,
    };
    Row {
        revision: release.revision,
        updated,
        status: release.info.status.to_string(),
        chart: shown::chart(release),
        app_version: shown::app_version(release).unwrap_or(shown::MISSING).to_owned(),
        rollback_revision: Some(release.info.rollback_revision).filter(|revision| *revision > 0 && !is_old),
        description: release.info.description.clone(),
    }
}
