//! Rules about the charts that a chart depends on.

use super::{Folder, Report, Severity, load};
use crate::Chart;

pub(super) fn check(folder: &Folder, report: &mut Report) {
    let chart = match load(folder, report) {
        Ok(chart) => chart,
        Err(problem) => {
            report.rule(Severity::Error, "", Err(format!("unable to load chart\n\t{problem}")));
            return;
        }
    };
    let listed = || chart.metadata().dependencies.iter().flatten();
    let there = || chart.dependencies().iter().map(Chart::name);

    let unlisted = there().filter(|name| listed().all(|dependency| dependency.name != *name));
    report.rule(
        Severity::Error,
        &folder.path,
        none("chart metadata is missing these dependencies", unlisted),
    );

    let names: Vec<&str> = listed()
        .map(|dependency| if dependency.alias.is_empty() { &*dependency.name } else { &*dependency.alias })
        .collect();
    let again =
        names.iter().enumerate().filter(|(i, name)| names[..*i].contains(name)).map(|(_, name)| *name);
    report.rule(Severity::Error, &folder.path, none("multiple dependencies with name or alias", again));

    let missing =
        listed().map(|dependency| &*dependency.name).filter(|name| !there().any(|other| other == *name));
    report.rule(
        Severity::Warning,
        &folder.path,
        none("chart directory is missing these dependencies", missing),
    );
}

/// Refuses names, if there are any.
fn none<'n>(what: &str, names: impl Iterator<Item = &'n str>) -> Result<(), String> {
    let names: Vec<&str> = names.collect();
    if names.is_empty() { Ok(()) } else { Err(format!("{what}: {}", names.join(","))) }
}
