//! Charts as `template` and `package` of 4.x load them: by their API version, of which they ask first.
//!
//! Charts of API v3 are an experiment of 4.x. It makes them (`create`), shows and checks them as if they were of v2, and
//! renders them below one that is of v2; `template` and `package` load them only to refuse them. Rules:
//! <https://github.com/helm/helm/blob/v4.3.1/pkg/chart/loader/load.go>.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::{anyhow, bail};
use longshore_chart::load;
use longshore_chart::{Chart, Engine, File, Level};
use longshore_source::{Limits, read_file};

use super::dependency::{Manager, Signatures};
use super::locate::{self, check_archive, reason};
use super::settings::{Settings, tell_all};
use crate::cobra::Matches;

const METADATA: &str = "Chart.yaml";

/// Opens a chart for an engine that will render it; one of API v3 as well.
pub(super) fn open(path: &Path, engine: &Engine) -> anyhow::Result<Chart> {
    let level = engine.level();
    if !path.is_file() && path.exists() {
        return open_folder(path, level, Some(engine));
    }
    if level.rules().major == 3 || !path.exists() {
        return locate::open(path, level);
    }
    check_archive(path, &std::path::absolute(path)?)?;
    let bytes = read_file(path, &Limits::default()).map_err(|problem| anyhow!("{}", problem.message))?;
    let chart = load::open_detected(&path.display().to_string(), &bytes, level);
    let chart = chart.map_err(|error| anyhow!("{error}"))?;
    if !load::is_next(&chart, level.rules()) {
        tell_all(chart.warnings(), level);
    }
    Ok(chart)
}

/// Opens a chart that must be a folder.
fn open_folder(path: &Path, level: Level, engine: Option<&Engine>) -> anyhow::Result<Chart> {
    if level.rules().major == 3 {
        if path.is_file() {
            bail!("Chart.yaml file is missing");
        }
        return locate::load_for(path, level, engine);
    }
    if is_folder_next(path, level)? {
        // What is old about it nobody tells.
        return locate::load_telling(path, level, 1, None);
    }
    locate::load_for(path, level, engine)
}

/// Opens a folder, and tells nothing of what there is to say of it.
pub(super) fn open_silently(path: &Path, level: Level) -> anyhow::Result<Chart> {
    if level.rules().major > 3 {
        is_folder_next(path, level)?;
    }
    locate::load_telling(path, level, 0, None)
}

/// Whether the chart in a folder is of API v3.
fn is_folder_next(path: &Path, level: Level) -> anyhow::Result<bool> {
    let file = std::path::absolute(path)?.join(METADATA);
    let metadata = std::fs::read(&file).map_err(|error| {
        let file = file.display();
        let action = if error.kind() == ErrorKind::IsADirectory { "read" } else { "open" };
        anyhow!("unable to detect chart at {file}: {action} {file}: {}", reason(&error))
    })?;
    let is_next = load::check_version(&File::new(METADATA, metadata), level);
    is_next.map_err(|error| anyhow!("{error}"))
}

/// Opens a folder that is to be packed.
///
/// # Errors
/// Also if it is of API v3.
pub(super) fn open_to_pack(path: &Path, level: Level) -> anyhow::Result<Chart> {
    let chart = open_folder(path, level, None)?;
    load::check_api(&chart, level.rules()).map_err(|error| anyhow!("{error}"))?;
    Ok(chart)
}

/// What `template` looks at in a chart of API v3 before it refuses it. `path` is the chart's.
///
/// # Errors
/// What is wrong with the charts that it lists.
pub(super) fn check_listed(
    chart: &Chart,
    path: &Path,
    settings: &Settings,
    matches: &Matches,
    engine: &Engine,
) -> anyhow::Result<()> {
    // A file requirements.yaml is one of many here.
    let metadata = chart.raw().iter().find(|file| file.name == METADATA);
    let metadata = metadata.and_then(|file| load::metadata(file, settings.level).ok()).unwrap_or_default();
    let listed: Vec<_> = metadata.dependencies.iter().flatten().collect();
    let is_there = |name: &str| chart.dependencies().iter().any(|child| child.name() == name);
    let missing: Vec<&str> =
        listed.iter().map(|one| one.name.as_str()).filter(|name| !is_there(name)).collect();
    let problem = match chart.dependencies().len() {
        // More are listed than there are: Helm panics.
        there if there < listed.len() => return Ok(()),
        there if there > listed.len() => String::from("unsupported chart dependency type"),
        _ if missing.is_empty() => return Ok(()),
        _ => format!("found in Chart.yaml, but missing in charts/ directory: {}", missing.join(", ")),
    };
    if !matches.is_on("dependency-update") {
        bail!("{}: {problem}", settings.level.rules().missing_charts_advice);
    }
    updated(path, settings, matches, engine).map(|_| ())
}

/// The chart in a folder after `--dependency-update`.
pub(super) fn updated(
    path: &Path,
    settings: &Settings,
    matches: &Matches,
    engine: &Engine,
) -> anyhow::Result<Chart> {
    let mut manager = Manager::new(settings, path.to_owned(), matches.text("keyring"), Signatures::Ignored)?;
    manager.is_aside = true;
    manager.update()?;
    open(path, engine).map_err(|error| anyhow!("failed reloading chart after repo update: {error}"))
}
