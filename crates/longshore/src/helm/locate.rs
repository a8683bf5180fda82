//! Finding the chart that an argument means, and the files that values name.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use longshore_chart::{Chart, Error, Level, values};
use longshore_go::{Map, strconv};
use longshore_platform::{OpenError, open_chart};

use super::verify;
use crate::cobra::Matches;

/// Where the chart lies that is meant.
///
/// # Errors
/// There is none, in Helm's words. Repositories and registries cannot be asked yet.
pub(super) fn locate(name: &str, level: Level, matches: &Matches) -> anyhow::Result<PathBuf> {
    let name = name.trim();
    if matches.is_on("dependency-update") {
        bail!("--dependency-update is not there yet");
    }
    if matches.text("repo").is_empty() {
        let path = Path::new(name);
        if path.exists() {
            if matches.is_on("verify") {
                let archive =
                    longshore_go::path::clean(std::path::absolute(path)?.to_string_lossy().as_bytes());
                let archive = String::from_utf8_lossy(&archive);
                verify::check(&archive, &format!("{archive}.prov"), matches.text("keyring"), level)?;
            }
            return Ok(path.to_owned());
        }
        if path.is_absolute() || name.starts_with('.') {
            bail!("path {} not found", quoted(name));
        }
        if !name.contains('/') {
            bail!("non-absolute URLs should be in form of repo_name/path_to_chart, got: {name}");
        }
    }
    bail!("{name}: charts from repositories and registries are not there yet; give a folder or an archive")
}

/// Opens it.
pub(super) fn open(path: &Path, level: Level) -> anyhow::Result<Chart> {
    if let Err(error) = std::fs::metadata(path) {
        bail!("stat {}: {}", path.display(), reason(&error));
    }
    if path.is_file() {
        check_archive(path, &std::path::absolute(path)?)?;
        return load(path, level);
    }
    open_folder(path, level)
}

/// Opens a chart that must be a folder.
pub(super) fn open_folder(path: &Path, level: Level) -> anyhow::Result<Chart> {
    if level.rules().major > 3
        && let Err(error) = std::fs::metadata(path.join("Chart.yaml"))
    {
        let file = std::path::absolute(path)?.join("Chart.yaml");
        let file = file.display();
        bail!("unable to detect chart at {file}: open {file}: {}", reason(&error));
    }
    if path.is_file() {
        bail!("Chart.yaml file is missing");
    }
    load(path, level)
}

pub(super) fn load(path: &Path, level: Level) -> anyhow::Result<Chart> {
    open_chart(path, level).map_err(|error| match error {
        OpenError::Chart(error) => anyhow!("{error}"),
        OpenError::Files(diagnostic) => anyhow!("{}", diagnostic.message),
    })
}

/// Refuses what is no archive, with what Go takes it for.
fn check_archive(path: &Path, absolute: &Path) -> anyhow::Result<()> {
    const SNIFFED: usize = 512;
    let mut start = Vec::new();
    let file =
        std::fs::File::open(path).map_err(|error| anyhow!("open {}: {}", path.display(), reason(&error)))?;
    file.take(SNIFFED as u64).read_to_end(&mut start)?;
    if start.starts_with(&[0x1F, 0x8B, 0x08]) {
        return Ok(());
    }
    let shown = absolute.display();
    if absolute.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
        bail!("file '{shown}' seems to be a YAML file, but expected a gzipped archive");
    }
    // A shorter file is looked at with zeros behind it.
    let is_text = |byte: &u8| matches!(byte, b'\t' | b'\n' | 0x0C | b'\r' | 0x1B | 0x20..);
    let kind = if start.starts_with(b"PK\x03\x04") {
        "application/zip"
    } else if start.len() == SNIFFED && start.iter().all(is_text) {
        "text/plain; charset=utf-8"
    } else {
        "application/octet-stream"
    };
    bail!("file '{shown}' does not appear to be a gzipped archive; got '{kind}'")
}

/// The values of all flags.
pub(super) fn user_values(matches: &Matches, level: Level) -> anyhow::Result<Map> {
    let mut files = Vec::new();
    for name in matches.all("values") {
        files.push((name.clone(), read(name).map_err(anyhow::Error::msg)?));
    }
    let sources = values::Sources {
        files,
        set_json: matches.all("set-json").to_vec(),
        set: matches.all("set").to_vec(),
        set_string: matches.all("set-string").to_vec(),
        set_file: matches.all("set-file").to_vec(),
        set_literal: matches.all("set-literal").to_vec(),
    };
    values::merge(&sources, level, &mut |name| read(name)).map_err(|error: Error| anyhow!("{error}"))
}

/// A file that values come from; `-` is standard input.
fn read(name: &str) -> Result<Vec<u8>, String> {
    if name.trim() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        return Ok(bytes);
    }
    if let Some((scheme @ ("http" | "https" | "oci"), _)) = name.split_once("://") {
        return Err(format!("{name}: values over {scheme} are not there yet; give a file"));
    }
    std::fs::read(name).map_err(|error| format!("open {name}: {}", reason(&error)))
}

/// Go's words for why a file cannot be had.
pub(super) fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// A value as Go's log writes it: quoted only where it must be.
pub(super) fn logged(text: &str) -> String {
    let is_plain = |c: char| !matches!(c, ' ' | '"' | '=') && strconv::is_print(c);
    if !text.is_empty() && text.chars().all(is_plain) { text.to_owned() } else { quoted(text) }
}

/// A text as Go quotes it.
pub(super) fn quoted(text: &str) -> String {
    String::from_utf8_lossy(&strconv::quote(text.as_bytes())).into_owned()
}
