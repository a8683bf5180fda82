//! From files to a chart.
//!
//! The rules are Helm's loader's
//! (<https://github.com/helm/helm/blob/v4.3.1/pkg/chart/v2/loader/load.go>). Where Helm walks a Go map of
//! vendored charts, in random order, we go by folder name.

mod archive;
mod detect;
mod ignore;
mod tar;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use longshore_diag::Place;
use longshore_go::Bytes;
use longshore_yaml::sigs;

pub use archive::{MAX_CHART_BYTES, unpack};
pub use detect::{check_api, check_version, is_next, open, open_detected};
pub use ignore::Ignore;

use crate::Log;
use crate::compat::Level;
use crate::file::{extension, without_mark};
use crate::metadata::{ApiVersion, Decode, Lock, Metadata};
use crate::values::{self, Defaults};
use crate::{Chart, Error, ErrorKind, File};

/// Most charts inside one another.
const MAX_DEPTH: usize = 64;

/// What all archives of one chart may unpack to, and how deep they may nest.
#[derive(Debug)]
pub(crate) struct Budget {
    bytes: u64,
    depth: usize,
}

impl Default for Budget {
    fn default() -> Self {
        // Helm gives every archive its own 100 MiB, so that a chart of archives may be a bomb.
        Self { bytes: 4 * MAX_CHART_BYTES, depth: MAX_DEPTH }
    }
}

/// A chart from the bytes of an archive.
pub(crate) fn archive(bytes: &[u8], level: Level, budget: &mut Budget) -> Result<Chart, Error> {
    let files = unpack(bytes, budget.bytes, level)?;
    let used: u64 = files.iter().map(|file| file.data.len() as u64).sum();
    budget.bytes = budget.bytes.saturating_sub(used);
    self::files(files, level, budget)
}

/// Reads a YAML file into a struct of Helm.
pub(crate) fn fill(file: &File, into: &mut impl Decode, level: Level) -> Result<(), Error> {
    let fail = |text: String| Error::new(ErrorKind::Metadata, format!("cannot load {}: {text}", file.name));
    let value = sigs::to_json_value(&file.data).map_err(|error| {
        let (line, column) = (error.line().unwrap_or(0), error.column().unwrap_or(0));
        fail(error.to_string()).at(Place::new(file.name.clone(), line, column))
    })?;
    into.decode(&value, level.rules())
        .map_err(|error| fail(format!("error unmarshaling JSON: while decoding JSON: {error}")))
}

/// What a Chart.yaml says; nothing is checked.
///
/// # Errors
/// It is not YAML, or something in it is of the wrong kind, in Helm's words.
pub fn metadata(file: &File, level: Level) -> Result<Metadata, Error> {
    let mut metadata = Metadata::default();
    fill(file, &mut metadata, level)?;
    Ok(metadata)
}

/// The API version that a Chart.yaml says, which is all that is read of it: what 4.x looks at before it loads a chart.
///
/// # Errors
/// It is not YAML, or the version is no text, in Helm's words.
pub fn api_version(file: &File, level: Level) -> Result<String, Error> {
    let mut version = ApiVersion::default();
    fill(file, &mut version, level)?;
    Ok(version.0)
}

/// A chart from its files.
pub(crate) fn files(
    files: impl IntoIterator<Item = File>,
    level: Level,
    budget: &mut Budget,
) -> Result<Chart, Error> {
    if budget.depth == 0 {
        return Err(Error::new(ErrorKind::Load, "charts are nested too deeply"));
    }
    let raw: Vec<File> = files.into_iter().collect();
    let mut metadata: Option<Metadata> = None;
    // An archive may hold several; each is read over the one before.
    for file in raw.iter().filter(|file| file.name == "Chart.yaml") {
        let content = metadata.get_or_insert_default();
        fill(file, content, level)?;
        if content.api_version.is_empty() {
            "v1".clone_into(&mut content.api_version);
        }
    }
    let mut chart = Chart::default();
    let mut templates = Vec::new();
    let mut plain = Vec::new();
    let mut warnings = Vec::new();
    let mut vendored: BTreeMap<String, Vec<File>> = BTreeMap::new();
    for file in &raw {
        match file.name.as_str() {
            "Chart.yaml" => {}
            "Chart.lock" => chart.lock = lock(file, level)?.map(Arc::new),
            "values.yaml" => {
                let values = values::read(&file.data, level).map_err(|error| {
                    error.within("cannot load values.yaml").at(Place::file("values.yaml"))
                })?;
                chart.values = Some(Arc::new(Defaults::of(&values)));
            }
            "values.schema.json" => chart.schema = Some(file.data.shared().clone()),
            "requirements.yaml" => {
                let content = metadata.get_or_insert_default();
                if content.api_version == "v1" {
                    plain.push(file.clone());
                } else {
                    warnings.push(logged(120, "Dependencies are handled in Chart.yaml since apiVersion \"v2\". We recommend migrating dependencies to Chart.yaml.", level));
                }
                fill(file, content, level)?;
            }
            "requirements.lock" => {
                chart.lock = lock(file, level)?.map(Arc::new);
                if metadata.get_or_insert_default().api_version == "v1" {
                    plain.push(file.clone());
                } else {
                    warnings.push(logged(138, "Dependency locking is handled in Chart.lock since apiVersion \"v2\". We recommend migrating to Chart.lock.", level));
                }
            }
            name if name.starts_with("templates/") => templates.push(file.clone()),
            name => match name.strip_prefix("charts/") {
                Some(below) if extension(name) != ".prov" => {
                    let folder = below.split('/').next().unwrap_or(below);
                    let file = File { name: below.to_owned(), ..file.clone() };
                    vendored.entry(folder.to_owned()).or_default().push(file);
                }
                _ => plain.push(file.clone()),
            },
        }
    }
    let Some(mut metadata) = metadata else {
        return Err(Error::new(ErrorKind::Load, "Chart.yaml file is missing"));
    };
    metadata
        .validate()
        .map_err(|text| Error::new(ErrorKind::Metadata, text).at(Place::file("Chart.yaml")))?;
    for (folder, files) in vendored {
        if folder.starts_with(['_', '.']) {
            continue;
        }
        budget.depth -= 1;
        let child = subchart(&folder, files, &metadata.name, level, budget);
        budget.depth += 1;
        let name = &metadata.name;
        let child =
            child.map_err(|error| error.within(format!("error unpacking subchart {folder} in {name}")))?;
        warnings.extend(child.warnings.iter().cloned());
        chart.dependencies.push(child);
    }
    chart.metadata = Arc::new(metadata);
    chart.templates = Arc::new(templates);
    chart.files = Arc::new(plain);
    chart.raw = Arc::new(raw);
    chart.warnings = Arc::new(warnings);
    Ok(chart)
}

/// A warning, which 3.22.0 logs in this line of its `load.go`.
fn logged(line: u32, text: &str, level: Level) -> Log {
    let place = if level.rules().logs_lines { format!("load.go:{line}: ") } else { String::new() };
    Log::info(format!("{place}Warning: {text}"))
}

fn lock(file: &File, level: Level) -> Result<Option<Lock>, Error> {
    let mut lock = Lock::default();
    fill(file, &mut lock, level)?;
    // One that says nothing is none.
    let is_there = !matches!(sigs::to_json_value(&file.data), Ok(longshore_go::Value::Nil));
    Ok(is_there.then_some(lock))
}

/// A vendored chart: an archive, or a folder.
fn subchart(
    folder: &str,
    files: Vec<File>,
    parent: &str,
    level: Level,
    budget: &mut Budget,
) -> Result<Chart, Error> {
    if extension(folder) == ".tgz" {
        let file = files.first().filter(|file| file.name == folder);
        let Some(file) = file else {
            let got = files.first().map_or("nothing", |file| file.name.as_str());
            let text = format!("error unpacking subchart tar in {parent}: expected {folder}, got {got}");
            return Err(Error::new(ErrorKind::Load, text));
        };
        return archive(&file.data, level, budget);
    }
    let below = files.into_iter().filter_map(|file| {
        let name = file.name.split_once('/')?.1.to_owned();
        Some(File { name, ..file })
    });
    self::files(below, level, budget)
}

/// The files of a folder as a loader reads them: byte order marks taken off.
///
/// # Errors
/// At 3.22 a file is larger than 5 MiB.
pub fn read_files(
    files: impl IntoIterator<Item = (String, impl Into<Bytes>)>,
    level: Level,
) -> Result<Vec<File>, Error> {
    let most = level.rules().max_file_bytes;
    let read = |(name, data): (String, Bytes)| {
        if let Some(most) = most.filter(|most| data.len() as u64 > *most) {
            let base = crate::file::base(&name);
            let text = format!("chart file \"{base}\" is larger than the maximum file size {most}");
            return Err(Error::new(ErrorKind::Load, text).at(Place::file(name)));
        }
        Ok(File::new(name, without_mark(data)))
    };
    files.into_iter().map(|(name, data)| read((name, data.into()))).collect()
}
