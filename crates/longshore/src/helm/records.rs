//! Where releases are kept: what `HELM_DRIVER` names, and the cluster that holds it.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use longshore_chart::Level;
use longshore_chart::values::to_json;
use longshore_release::record::{Release, Status};
use longshore_release::{Memory, Records, Sql, SystemClock};
use longshore_source::{Limits, read_file};
use longshore_yaml::sigs;
use serde_json::Value as Json;
use tokio::runtime::{Builder, Runtime};

use super::cluster::{self, Live};
use super::locate::{logged, quoted, reason};
use super::{Settings, shown};
use crate::cobra::{Answer, Ask, ERROR, Fatal, Matches, NO_FILES};

/// Records, and what is needed to wait for them.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) records: Records,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Cluster(Live),
    /// In this process, with something to wait on.
    Here(Runtime),
}

impl Opened {
    /// Waits for an answer.
    pub(super) fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        match &self.place {
            Place::Cluster(live) => live.wait(answer),
            Place::Here(runtime) => runtime.block_on(answer),
        }
    }

    /// The cluster; none for records that live in this process, which need none.
    pub(super) fn live(&self) -> Option<&Live> {
        match &self.place {
            Place::Cluster(live) => Some(live),
            Place::Here(_) => None,
        }
    }
}

/// The records of the namespace, or of all where `everywhere` is set, in a cluster that answers.
///
/// # Errors
/// There is no such driver, or the cluster does not answer, in Helm's words.
pub(super) fn open(settings: &Settings, matches: &Matches, everywhere: bool) -> anyhow::Result<Opened> {
    let driver = std::env::var("HELM_DRIVER").unwrap_or_default();
    let namespace = if everywhere { "" } else { settings.namespace.as_str() };
    let clock = Arc::new(SystemClock);
    let reach = || Live::reach(settings, matches);
    let in_cluster = |live: Live, records| Opened { records, place: Place::Cluster(live) };
    Ok(match driver.as_str() {
        "secret" | "secrets" | "" => {
            let live = reach()?;
            let records = Records::secrets(live.cluster().clone(), namespace, clock);
            in_cluster(live, records)
        }
        "configmap" | "configmaps" => {
            let live = reach()?;
            let records = Records::config_maps(live.cluster().clone(), namespace, clock);
            in_cluster(live, records)
        }
        "memory" => {
            let records = Records::memory(memory(settings.level)?, namespace, clock);
            // For all namespaces Helm starts over, and asks the cluster whether it is there.
            let place = if everywhere {
                Place::Cluster(reach()?)
            } else {
                Place::Here(Builder::new_current_thread().enable_all().build()?)
            };
            Opened { records, place }
        }
        "sql" => {
            let connection = std::env::var("HELM_DRIVER_SQL_CONNECTION_STRING").unwrap_or_default();
            let runtime = cluster::runtime()?;
            let sql = runtime.block_on(Sql::connect(&connection)).map_err(|error| {
                fatal(settings.level, 83, &format!("unable to instantiate SQL driver: {error}"))
            })?;
            let live = Live::reach_on(runtime, settings, matches)?;
            in_cluster(live, Records::sql(sql, namespace, clock))
        }
        other => {
            let text = format!("unknown driver {}", quoted(other));
            return Err(fatal(settings.level, 83, &text));
        }
    })
}

/// What ends Helm before a command is looked at. `line` is that of 3.x's source.
fn fatal(level: Level, line: u32, text: &str) -> anyhow::Error {
    let said = match level.rules().major {
        3 => format!("helm.go:{line}: {text}"),
        _ => format!("level=INFO msg={}", logged(text)),
    };
    Fatal(said).into()
}

/// The records in the files that the environment names.
fn memory(level: Level) -> anyhow::Result<Memory> {
    let files = std::env::var("HELM_MEMORY_DRIVER_DATA").unwrap_or_default();
    let mut all: Vec<Release> = Vec::new();
    for file in files.split(':') {
        let path = Path::new(file);
        let bytes = read_file(path, &Limits::default()).map_err(|problem| {
            let why = match std::fs::metadata(path) {
                Ok(found) if found.is_dir() => format!("read {file}: is a directory"),
                Ok(_) => problem.message.clone(),
                Err(error) => format!("open {file}: {}", reason(&error)),
            };
            fatal(level, 122, &format!("Unable to read memory driver data{why}"))
        })?;
        let wrong =
            |why: String| fatal(level, 127, &format!("Unable to unmarshal memory driver data: {why}"));
        let value = sigs::to_value(&bytes).map_err(|error| wrong(error.to_string()))?;
        let releases: Vec<Release> = match to_json(&value) {
            Json::Null => Vec::new(),
            json @ Json::Array(_) => {
                serde_json::from_value(json).map_err(|error| wrong(error.to_string()))?
            }
            json => {
                let kind = match json {
                    Json::Object(_) => "object",
                    Json::String(_) => "string",
                    Json::Bool(_) => "bool",
                    _ => "number",
                };
                let package = if level.rules().major == 3 { "release" } else { "v1" };
                return Err(wrong(format!(
                    "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go value of type []*{package}.Release"
                )));
            }
        };
        all.extend(releases);
    }
    Memory::with(all).map_err(|error| fatal(level, 132, &error.to_string()))
}

/// One revision of a release; zero or less is the last one.
///
/// # Errors
/// There is none, in Helm's words.
pub(super) fn content(opened: &Opened, name: &str, revision: i64) -> anyhow::Result<Release> {
    if longshore_chart::metadata::validate_release_name(name).is_err() {
        anyhow::bail!("releaseContent: Release name is invalid: {name}");
    }
    if revision <= 0 {
        return Ok(opened.wait(opened.records.last(name))?);
    }
    // No record has a number that is larger.
    let revision = u32::try_from(revision).unwrap_or(u32::MAX);
    Ok(opened.wait(opened.records.get(name, revision))?)
}

/// All revisions of a release, in the driver's order.
///
/// # Errors
/// There is none, in Helm's words.
pub(super) fn history(opened: &Opened, name: &str) -> anyhow::Result<Vec<Release>> {
    if longshore_chart::metadata::validate_release_name(name).is_err() {
        anyhow::bail!("release name is invalid: {name}");
    }
    Ok(opened.wait(opened.records.history(name))?)
}

/// Releases that a shell may offer: each with its chart and status.
pub(super) fn names(ask: &Ask<'_>, level: Level) -> Answer {
    let given = &ask.matches.arguments;
    let settings = Settings::new(level, ask.matches);
    let found =
        open(&settings, ask.matches, false).and_then(|opened| Ok(opened.wait(opened.records.newest())?));
    let Ok(mut found) = found else { return Answer::default() };
    found.retain(|release| release.info.status != Status::Unknown);
    found.sort_by(|a, b| a.name.cmp(&b.name));
    let candidates = found
        .iter()
        .filter(|release| !given.contains(&release.name))
        .map(|release| {
            format!("{}\t{} -> {}", release.name, release.chart_name_version(), release.info.status)
        })
        .collect();
    Answer::new(candidates, NO_FILES)
}

/// Revisions of the release that was typed.
pub(super) fn revisions(ask: &Ask<'_>, level: Level) -> Answer {
    let [name] = ask.matches.arguments.as_slice() else { return Answer::new(Vec::new(), NO_FILES) };
    let settings = Settings::new(level, ask.matches);
    let found = open(&settings, ask.matches, false).and_then(|opened| history(&opened, name));
    let Ok(found) = found else { return Answer::new(Vec::new(), ERROR) };
    let candidates = found.iter().map(|release| {
        let chart = release.chart_name_version();
        format!(
            "{}\tApp: {}, Chart: {chart}",
            release.revision,
            shown::app_version(release).unwrap_or_default()
        )
    });
    Answer::new(candidates.collect(), NO_FILES)
}

/// Namespaces that a shell may offer.
pub(super) fn namespaces(ask: &Ask<'_>) -> Answer {
    match Live::namespaces(ask.matches) {
        Ok(names) => Answer::new(names, NO_FILES),
        Err(_) => Answer::default(),
    }
}
