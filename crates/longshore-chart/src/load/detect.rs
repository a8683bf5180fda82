//! Opening a chart's archive as a command does that was given the file.
//!
//! Some commands of Helm 4 first ask of which kind the outermost chart is
//! (<https://github.com/helm/helm/blob/v4.3.1/pkg/chart/loader/load.go>); what they say of a broken archive is less.

use longshore_diag::Place;

use super::archive::NO_GZIP;
use super::{Budget, MAX_CHART_BYTES, api_version, unpack};
use crate::compat::{Level, Rules};
use crate::{Chart, Error, ErrorKind, File};

/// Loads the archive that a file of that name holds.
///
/// # Errors
/// As [`Chart::unpack`]; bytes that are no gzip are told of with the file's name.
pub fn open(name: &str, bytes: &[u8], level: Level) -> Result<Chart, Error> {
    let files = unpack(bytes, MAX_CHART_BYTES, level).map_err(|error| told(name, error, level))?;
    super::files(files, level, &mut Budget::default()).map_err(|error| told(name, error, level))
}

/// The same, where the kind of chart is asked for first.
///
/// # Errors
/// `unable to load chart archive` for an archive that is broken, `unsupported chart version`.
pub fn open_detected(name: &str, bytes: &[u8], level: Level) -> Result<Chart, Error> {
    let refuse = |text: &str| Error::new(ErrorKind::Load, text);
    let files = unpack(bytes, MAX_CHART_BYTES, level).map_err(|error| match error.to_string().as_str() {
        NO_GZIP => told(name, error, level),
        _ => refuse("unable to load chart archive"),
    })?;
    let about = files.iter().find(|file| file.name == "Chart.yaml");
    let about = about.ok_or_else(|| refuse("unable to detect chart version, no Chart.yaml found"))?;
    check_version(about, level)?;
    super::files(files, level, &mut Budget::default()).map_err(|error| told(name, error, level))
}

/// Checks that a Chart.yaml is of a kind of chart that is known, and says whether it is of API v3.
///
/// # Errors
/// `unsupported chart version`; as [`api_version`].
pub fn check_version(about: &File, level: Level) -> Result<bool, Error> {
    match api_version(about, level)?.as_str() {
        "" | "v1" | "v2" => Ok(false),
        "v3" => Ok(true),
        _ => Err(Error::new(ErrorKind::Load, "unsupported chart version")),
    }
}

/// Whether a level takes a chart for one of API v3: an experiment of 4.x, which makes, shows and checks such charts and
/// renders them below one of v2, but neither renders nor packs one by itself.
pub fn is_next(chart: &Chart, rules: &Rules) -> bool {
    rules.major > 3 && chart.metadata().api_version == "v3"
}

/// Refuses a chart by its API version, as 4.x does before it renders or packs one.
///
/// # Errors
/// `invalid chart apiVersion`, `unsupported chart version`.
pub fn check_api(chart: &Chart, rules: &Rules) -> Result<(), Error> {
    let refuse = |text: &str| Err(Error::new(ErrorKind::Load, text).at(Place::file("Chart.yaml")));
    match chart.metadata().api_version.as_str() {
        _ if is_next(chart, rules) => refuse("invalid chart apiVersion"),
        "" | "v1" | "v2" => Ok(()),
        _ if rules.major > 3 => refuse("unsupported chart version"),
        _ => Ok(()),
    }
}

/// Helm 4 takes the error of an archive within for one of this archive.
fn told(name: &str, error: Error, level: Level) -> Error {
    let text = error.to_string();
    let is_within = level.rules().major > 3 && text.ends_with(&format!(": {NO_GZIP}"));
    if text != NO_GZIP && !is_within {
        return error;
    }
    let text = format!("file '{name}' does not appear to be a valid chart file (details: {text})");
    Error::new(ErrorKind::Load, text)
}
