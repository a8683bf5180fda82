//! `helm pull`: getting the archive of a chart.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use longshore_chart::Level;
use longshore_chart::load::{MAX_CHART_BYTES, metadata, unpack};
use longshore_go::path;

use super::locate::{quoted, reason, wanted_version};
use super::registry::Out;
use super::{Settings, beside, download, flags, print, registry, remote};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

pub(super) fn command(level: Level) -> Command<Settings> {
    let mut all = flags::chart(level);
    all.extend([
        Flag::new("destination", Kind::Text, "folder to write the archive to").short('d').default("."),
        Flag::new("devel", Kind::Bool, "development versions too; the same as --version '>0.0.0-0'"),
        Flag::new("prov", Kind::Bool, "get the provenance too, without verifying it"),
        Flag::new("untar", Kind::Bool, "unpack the archive"),
        Flag::new("untardir", Kind::Text, "folder to unpack the archive in, below --destination")
            .default("."),
    ]);
    Command {
        usage: "pull [chart URL | repo/chartname] [...]",
        aliases: &["fetch"],
        short: "get the archive of a chart, and perhaps unpack it",
        long: "Gets the archives of charts from repositories; with --untar, what is in them.",
        flags: all,
        arguments: Arguments::AtLeast(1),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    registry::check_files(settings)?;
    matches.arguments.iter().try_for_each(|name| print(&pull(settings, matches, name, Out::of(settings))?))
}

/// Gets one chart, and says nothing of it.
pub(super) fn silently(settings: &Settings, matches: &Matches, name: &str) -> anyhow::Result<()> {
    registry::check_files(settings)?;
    pull(settings, matches, name, Out::Nowhere).map(|_| ())
}

/// Gets one chart: what there is to say, but for what came from a registry.
fn pull(settings: &Settings, matches: &Matches, name: &str, told: Out) -> anyhow::Result<String> {
    let mut said = String::new();
    let version = wanted_version(matches);
    let access = remote::of_flags(matches);
    let destination = Path::new(matches.text("destination"));
    let reference = match matches.text("repo") {
        "" => name.to_owned(),
        repository => download::find_in(settings, repository, name, &version, &access)?,
    };
    let archive = download::resolve(settings, &reference, &version, access)?.told_on(told);
    let untar = matches.is_on("untar");
    let temporary = if untar { Some(Temporary::new()?) } else { None };
    let folder = temporary.as_ref().map_or(destination, |temporary| &temporary.0);
    let saved = download::to_folder(settings, &archive, folder)?;
    if matches.is_on("verify") {
        said = download::verified(settings, &archive, &saved, matches.text("keyring"))?;
    } else if matches.is_on("prov")
        && let Err(problem) = download::provenance(settings, &archive, &saved)?
    {
        said = format!("WARNING: Verification not found for {reference}: {problem}\n");
    }
    if untar {
        let below = Path::new(matches.text("untardir"));
        expand(settings, name, &saved, &destination.join(below))?;
    }
    Ok(said)
}

/// A folder that is removed when it is no longer needed.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("helm-{}", std::process::id()));
        fs::create_dir_all(&path)
            .map_err(|error| anyhow!("failed to untar: mkdir {}: {}", path.display(), reason(&error)))?;
        Ok(Self(path))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Unpacks the archive of a chart into a folder of its name.
fn expand(settings: &Settings, name: &str, archive: &Path, folder: &Path) -> anyhow::Result<()> {
    // The folder that must not be there has the name that was asked for, which need not be the chart's.
    let last = name.rsplit('/').next().unwrap_or(name);
    let folder = cleaned(folder);
    let taken = cleaned(&folder.join(last));
    if taken.exists() {
        bail!("failed to untar: a file or directory with the name {} already exists", taken.display());
    }
    fs::create_dir_all(&taken)
        .map_err(|error| anyhow!("failed to untar (mkdir): mkdir {}: {}", taken.display(), reason(&error)))?;
    let bytes =
        fs::read(archive).map_err(|error| anyhow!("open {}: {}", archive.display(), reason(&error)))?;
    let files = unpack(&bytes, MAX_CHART_BYTES, settings.level)?;
    let mut chart = String::new();
    for file in files.iter().filter(|file| file.name == "Chart.yaml") {
        chart = metadata(file, settings.level)?.name;
    }
    match chart.as_str() {
        "" => bail!("chart name not specified"),
        "." | ".." => bail!("chart name {} is not allowed", quoted(&chart)),
        other if other.contains('/') => {
            bail!("chart name {} must not contain path separators", quoted(&chart))
        }
        _ => {}
    }
    let root = folder.join(&chart);
    for file in &files {
        save(&root, &file.name, file.data.as_bytes())?;
    }
    Ok(())
}

/// Writes a file below a folder, and through no link.
fn save(root: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let path = root.join(name);
    let above: Vec<&Path> = path.ancestors().take_while(|above| above.starts_with(root)).collect();
    if let Some(link) = above.iter().find(|above| above.is_symlink()) {
        bail!("{} is a link, and nothing is unpacked through links", link.display());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .map_err(|error| anyhow!("mkdir {}: {}", folder.display(), reason(&error)))?;
    }
    beside::write(&path, bytes).map_err(|error| anyhow!("open {}: {}", path.display(), reason(&error)))
}

fn cleaned(folder: &Path) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(&path::clean(folder.to_string_lossy().as_bytes())).into_owned())
}
