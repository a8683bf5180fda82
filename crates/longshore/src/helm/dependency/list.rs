//! `helm dependency list`: what a chart depends on, and whether it is there.

use std::fs;
use std::path::{Path, PathBuf};

use longshore_chart::Chart;
use longshore_chart::metadata::Dependency;
use longshore_go::semver::{Constraint, Version};

use super::super::locate::quoted;
use super::super::table::{max_width, table};
use super::super::{Settings, locate, paths, print};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

pub(super) fn command() -> Command<Settings> {
    Command {
        usage: "list CHART",
        aliases: &["ls"],
        short: "print what a chart depends on, and whether it is there",
        long: "Prints what a chart depends on, with the state of each: ok or unpacked if it is there, else what is wrong.",
        flags: vec![Flag::new("max-col-width", Kind::Uint, "longest text of a column").default("80")],
        arguments: Arguments::AtMost(1),
        exclusive: &[],
        children: Vec::new(),
        run: Some(list),
    }
}

fn list(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let name = matches.arguments.first().map_or(".", String::as_str);
    let path = paths::clean(Path::new(name));
    let chart = locate::open_as(&path, &path, settings.level)?;
    let folder = paths::clean(&path.join("charts"));
    let Some(wanted) = &chart.metadata().dependencies else {
        return print(&format!("WARNING: no dependencies at {}\n", folder.display()));
    };
    let mut rows = vec![["NAME", "VERSION", "REPOSITORY", "STATUS"].map(str::to_owned).to_vec()];
    rows.extend(wanted.iter().map(|dependency| {
        let state = state(&path, dependency, &chart, settings);
        vec![
            dependency.name.clone(),
            dependency.version.clone(),
            dependency.repository.clone(),
            state.to_owned(),
        ]
    }));
    let mut text = table(&rows, max_width(matches));
    text.push_str("\n\n");
    for file in entries(&folder) {
        let is_chart = file.is_dir() || file.extension().is_some_and(|extension| extension == "tgz");
        if !is_chart {
            continue;
        }
        let shown = quoted(file.display().to_string());
        let what = match locate::open(&file, settings.level) {
            Err(_) => " is not a chart.\n",
            Ok(chart) if wanted.iter().all(|dependency| dependency.name != chart.name()) => {
                " is not in Chart.yaml.\n"
            }
            Ok(_) => continue,
        };
        text.extend(["WARNING: ", &shown, what]);
    }
    print(&text)
}

/// What is in a folder, by name; hidden files are not looked at.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut all: Vec<PathBuf> = all.map(|entry| entry.path()).collect();
    all.sort();
    all
}

/// Whether a chart is there as wanted, as an archive or as a folder.
fn state(path: &Path, wanted: &Dependency, parent: &Chart, settings: &Settings) -> &'static str {
    let prefix = format!("{}-", wanted.name);
    let version = |file: &Path| {
        let name = file.file_name()?.to_str()?;
        Some(name.strip_prefix(&prefix)?.strip_suffix(".tgz")?.to_owned())
    };
    let mut archives: Vec<PathBuf> =
        entries(&path.join("charts")).into_iter().filter(|file| version(file).is_some()).collect();
    if archives.len() > 1 {
        // Another chart's name may begin with this one's.
        archives
            .retain(|file| version(file).is_some_and(|text| Version::parse_strict(text.as_bytes()).is_ok()));
        if archives.len() > 1 {
            return "too many matches";
        }
    }
    if let Some(archive) = archives.first() {
        return match locate::open(archive, settings.level) {
            Err(_) => "corrupt",
            Ok(chart) if chart.name() != wanted.name => "misnamed",
            Ok(chart) => mismatch(&chart, wanted).unwrap_or("ok"),
        };
    }
    match parent.dependencies().iter().rfind(|chart| chart.name() == wanted.name) {
        None => "missing",
        Some(chart) => mismatch(chart, wanted).unwrap_or("unpacked"),
    }
}

/// Why a chart's version is not the one that is wanted.
fn mismatch(chart: &Chart, wanted: &Dependency) -> Option<&'static str> {
    let version = &chart.metadata().version;
    if *version == wanted.version {
        return None;
    }
    match (Constraint::parse(wanted.version.as_bytes()), Version::parse(version.as_bytes())) {
        (Ok(constraint), Ok(version)) => (!constraint.check(&version)).then_some("wrong version"),
        _ => Some("invalid version"),
    }
}
