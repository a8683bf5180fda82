//! `helm repo index`: making a repository of a folder with archives.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use longshore_chart::repository::{ChartVersion, Index, hex};
use longshore_go::path;
use longshore_go::url::Url;

use super::super::locate::reason;
use super::super::{Settings, beside, locate, now, repositories};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

pub(super) fn command() -> Command<Settings> {
    Command {
        usage: "index [DIR]",
        aliases: &[],
        short: "make the index of a folder with archives of charts",
        long: "Writes an index.yaml of the archives in a folder and in those right below it, so that a web server makes a
repository of it.",
        flags: vec![
            Flag::new("json", Kind::Bool, "JSON in place of YAML"),
            Flag::new("merge", Kind::Text, "index whose entries are taken over, if they are not there"),
            Flag::new("url", Kind::Text, "address of the repository, in front of the names of archives"),
        ],
        arguments: Arguments::Exactly(1),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let name = matches.arguments.first().map_or(".", String::as_str);
    let folder = locate::absolute(name)?;
    let mut index = of_folder(settings, &folder, matches.text("url"))?;
    let is_json = matches.is_on("json");
    match matches.text("merge") {
        "" => {}
        other if !Path::new(other).exists() => save(&Index::new(&now()), Path::new(other), is_json)?,
        other => {
            let other = repositories::load_index(settings, Path::new(other));
            index.merge(other.map_err(|error| anyhow!("merge failed: {error}"))?);
        }
    }
    index.sort();
    save(&index, &folder.join("index.yaml"), is_json)
}

fn save(index: &Index, path: &Path, is_json: bool) -> anyhow::Result<()> {
    let bytes = if is_json { index.to_json() } else { index.to_yaml().map_err(anyhow::Error::msg)? };
    beside::write(path, &bytes).map_err(|error| anyhow!("open {}: {}", path.display(), reason(&error)))
}

/// The index of the archives in a folder and right below it.
fn of_folder(settings: &Settings, folder: &Path, base: &str) -> anyhow::Result<Index> {
    let mut index = Index::new(&now());
    let mut archives = archives_in(folder);
    for below in entries(folder).into_iter().filter(|path| path.is_dir()) {
        archives.extend(archives_in(&below));
    }
    for archive in archives {
        // What is no chart is passed over.
        let Ok(chart) = locate::open(&archive, settings.level) else { continue };
        let digest = fs::read(&archive).map(|bytes| hex(&bytes));
        let digest = digest.map_err(|error| anyhow!("open {}: {}", archive.display(), reason(&error)))?;
        let below = archive.strip_prefix(folder).unwrap_or(&archive);
        let file = below.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let parent = below.parent().map(|parent| parent.to_string_lossy().into_owned()).unwrap_or_default();
        let base = joined(base, &parent);
        let url = if base.is_empty() { file.clone() } else { joined(&base, &file) };
        let mut version = ChartVersion::default();
        version.metadata.clone_from(chart.metadata());
        version.urls = Some(vec![url]);
        version.created = now();
        version.digest = digest;
        if let Err(problem) = index.add(version) {
            bail!("failed adding to {file} to index: validate failed for {file}: {problem}");
        }
    }
    Ok(index)
}

/// The entries of a folder by name.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    all.sort();
    all
}

fn archives_in(folder: &Path) -> Vec<PathBuf> {
    let is_archive =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(".tgz"));
    entries(folder).into_iter().filter(is_archive).collect()
}

/// An address with more behind it.
fn joined(base: &str, below: &str) -> String {
    let join = |path: &[u8]| -> Vec<u8> {
        let parts: Vec<&[u8]> =
            [path, below.as_bytes()].into_iter().filter(|part| !part.is_empty()).collect();
        if parts.is_empty() { Vec::new() } else { path::clean(&parts.join(&b'/')) }
    };
    let bytes = match Url::parse(base.as_bytes()) {
        Ok(mut url) => {
            url.path = join(&url.path);
            url.to_bytes()
        }
        Err(_) => join(base.as_bytes()),
    };
    String::from_utf8_lossy(&bytes).into_owned()
}
