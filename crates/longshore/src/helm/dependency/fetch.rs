//! Getting the archives of dependencies into the folder `charts`.
//!
//! They are gathered in a folder of their own beside it, so that an update that fails halfway changes nothing.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use longshore_chart::metadata::Dependency;
use longshore_go::semver::{Constraint, Version};
use longshore_source::Access;

use super::super::locate::{quoted, reason};
use super::super::registry::Out;
use super::super::{download, locate, package};
use super::archive::{self, Known};
use super::names::folder;
use super::{Manager, Signatures};

/// Gets all of them, and removes other archives. Those from folders get the versions of the charts there.
///
/// # Errors
/// One cannot be had; then `charts` is as it was.
pub(super) fn all(manager: &Manager<'_>, dependencies: &mut [Dependency]) -> anyhow::Result<()> {
    let known = archive::known(manager.settings)?;
    let charts = manager.path.join("charts");
    if charts.exists() && !charts.is_dir() {
        bail!("{} is not a directory", quoted(charts.as_os_str().as_encoded_bytes()));
    }
    let temporary = Temporary(manager.path.join(format!("tmpcharts-{}", std::process::id())));
    for path in [&charts, &temporary.0] {
        fs::create_dir_all(path).map_err(|error| anyhow!("mkdir {}: {}", path.display(), reason(&error)))?;
    }
    manager.tell(&format!("Saving {} charts\n", dependencies.len()))?;
    let mut fetched = BTreeSet::new();
    for dependency in dependencies.iter_mut() {
        if dependency.repository.is_empty() {
            let name = &dependency.name;
            manager.tell(&format!(
                "Dependency {name} did not declare a repository. Assuming it exists in the charts directory\n"
            ))?;
        }
        match one(manager, dependency, &known, &mut fetched, &charts, &temporary.0) {
            Ok(()) => {}
            Err(Failure::Plain(error)) => return Err(error),
            Err(Failure::Saving(error)) => {
                manager.tell(&format!("Save error occurred:  {error}\n"))?;
                return Err(error);
            }
        }
    }
    replace(manager, dependencies, &temporary.0, &charts)
}

/// A failure, and whether it is told as one of saving.
enum Failure {
    Plain(anyhow::Error),
    Saving(anyhow::Error),
}

/// Gets one of them into `folder`.
fn one(
    manager: &Manager<'_>,
    dependency: &mut Dependency,
    known: &[Known],
    fetched: &mut BTreeSet<String>,
    charts: &Path,
    to: &Path,
) -> Result<(), Failure> {
    let Dependency { name, version, repository, .. } = &*dependency;
    if repository.is_empty() {
        return check_vendored(manager, name, version, charts);
    }
    if repository.starts_with("file://") {
        if manager.settings.debug {
            manager.tell(&format!("Archiving {name} from repo {repository}\n")).map_err(Failure::Plain)?;
        }
        dependency.version = pack(manager, name, version, repository, to).map_err(Failure::Saving)?;
        return Ok(());
    }
    if repository.starts_with("oci://") {
        manager.tell(&format!("Downloading {name} from repo {repository}\n")).map_err(Failure::Plain)?;
        let url = format!("{repository}/{name}");
        return save(manager, &url, version, Access::default(), to).map_err(Failure::Saving);
    }
    let (url, access) = archive::find(manager.settings, name, version, repository, known)
        .map_err(|error| Failure::Saving(anyhow!("could not find : {error}")))?;
    if fetched.contains(&url) {
        return manager
            .tell(&format!("Already downloaded {name} from repo {repository}\n"))
            .map_err(Failure::Plain);
    }
    manager.tell(&format!("Downloading {name} from repo {repository}\n")).map_err(Failure::Plain)?;
    save(manager, &url, "", access, to).map_err(Failure::Saving)?;
    fetched.insert(url);
    Ok(())
}

/// Gets an archive into a folder, and checks its signature as far as that is wanted.
fn save(manager: &Manager<'_>, url: &str, version: &str, access: Access, to: &Path) -> anyhow::Result<()> {
    let saved = download::resolve(manager.settings, url, version, access).and_then(|archive| {
        let archive = if manager.is_aside { archive.told_on(Out::Error) } else { archive };
        let path = download::to_folder(manager.settings, &archive, to)?;
        check_signature(manager, &archive, &path, url)
    });
    saved.map_err(|error| anyhow!("could not download {url}: {error}"))
}

/// Checks the signature of an archive as far as that is wanted.
fn check_signature(
    manager: &Manager<'_>,
    archive: &download::Archive,
    path: &Path,
    url: &str,
) -> anyhow::Result<()> {
    match manager.signatures {
        Signatures::Ignored => return Ok(()),
        Signatures::Needed => {}
        Signatures::IfThere => {
            if let Err(why) = download::provenance(manager.settings, archive, path)? {
                return manager.tell(&format!("WARNING: Verification not found for {url}: {why}\n"));
            }
        }
    }
    download::verified(manager.settings, archive, path, manager.keyring).map(|_| ())
}

/// Checks a chart that simply lies in `charts`.
fn check_vendored(manager: &Manager<'_>, name: &str, version: &str, charts: &Path) -> Result<(), Failure> {
    let path = charts.join(name);
    let chart = locate::load(&path, manager.settings.level)
        .map_err(|error| Failure::Plain(anyhow!("unable to load chart '{}': {error}", path.display())))?;
    let own = &chart.metadata().version;
    match is_allowed(name, version, own) {
        Err(error) => Err(Failure::Plain(error)),
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::Saving(anyhow!(
            "dependency {name} at version {own} does not satisfy the constraint {version}"
        ))),
    }
}

/// Packs a chart of another folder: its version.
fn pack(
    manager: &Manager<'_>,
    name: &str,
    version: &str,
    repository: &str,
    to: &Path,
) -> anyhow::Result<String> {
    let chart = locate::load(&folder(repository, &manager.path)?, manager.settings.level)?;
    let own = chart.metadata().version.clone();
    if !is_allowed(name, version, &own)? {
        bail!("can't get a valid version for dependency {name}");
    }
    let chart = package::aged(chart, manager.fixed_age);
    package::save(&chart, to, manager.age())?;
    Ok(own)
}

fn is_allowed(name: &str, constraint: &str, version: &str) -> anyhow::Result<bool> {
    let constraint = Constraint::parse(constraint.as_bytes())
        .map_err(|error| anyhow!("dependency {name} has an invalid version/constraint format: {error}"))?;
    Ok(constraint.check(&Version::parse(version.as_bytes())?))
}

/// Moves what was gathered into `charts`, and removes archives there that are no longer needed.
fn replace(manager: &Manager<'_>, dependencies: &[Dependency], from: &Path, to: &Path) -> anyhow::Result<()> {
    let level = manager.settings.level;
    let before = files(to)?;
    let mut moved = BTreeSet::new();
    for file in files(from)? {
        let name = file.file_name().unwrap_or_default().to_owned();
        let shown = file.display();
        if let Err(error) = locate::open_as(&file, &file, level) {
            manager.tell(&format!("Could not verify {shown} for moving: {error} (Skipping)"))?;
        } else if let Err(error) = fs::rename(&file, to.join(&name)) {
            manager.tell(&format!("Unable to move {shown} to charts dir {} (Skipping)", reason(&error)))?;
        }
        moved.insert(name);
    }
    manager.tell("Deleting outdated charts\n")?;
    for file in before {
        if file.file_name().is_some_and(|name| moved.contains(name)) {
            continue;
        }
        let shown = file.display();
        let chart = match locate::open_as(&file, &file, level) {
            Ok(chart) => chart,
            Err(error) => {
                manager.tell(&format!("Could not verify {shown} for deletion: {error} (Skipping)\n"))?;
                continue;
            }
        };
        let is_vendored = |one: &Dependency| one.repository.is_empty() && one.name == chart.name();
        if dependencies.iter().any(is_vendored) {
            continue;
        }
        if let Err(error) = fs::remove_file(&file) {
            manager.tell(&format!("Could not delete {shown}: {} (Skipping)", reason(&error)))?;
        }
    }
    Ok(())
}

/// The files of a folder by name, folders left out.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let failed = |error: std::io::Error| anyhow!("open {}: {}", folder.display(), reason(&error));
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        match entry.file_type() {
            Ok(kind) if !kind.is_dir() => all.push(entry.path()),
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    all.sort();
    Ok(all)
}

/// A folder that is removed when it is no longer needed.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
