//! Vendoring: the archives of all locked charts in a folder of the project, so that it renders without a network.

use std::fs;
use std::io;
use std::path::Path;

use longshore_diag::{Diagnostic, Place};
use serde::Serialize;

use crate::kustomize::Kustomizations;
use crate::locked::{VENDOR, digest, file_name};
use crate::platform::Platform;
use crate::project::{Lock, WantedChart};

/// What vendoring did.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Vendored {
    /// The folder.
    pub folder: String,
    /// Archives that are there now and were not, or were others.
    pub written: Vec<String>,
    /// Those that were there as they should be.
    pub kept: Vec<String>,
    /// Archives that no entry of the lock names.
    pub removed: Vec<String>,
}

/// Puts the archive of every chart of the lock into the project's folder of vendored charts, and takes out those that it
/// does not name.
///
/// # Errors
/// A chart cannot be got, or is not what the lock says: then nothing was written. The folder cannot be written.
pub fn vendor(
    platform: &Platform,
    lock: &Lock,
    sources: &dyn Kustomizations,
) -> Result<Vendored, Diagnostic> {
    let folder = platform.root.join(VENDOR);
    let shown = folder.display().to_string();
    let mut vendored = Vendored { folder: shown.clone(), ..Vendored::default() };
    let mut new = Vec::new();
    let mut names = Vec::new();
    for locked in &lock.charts {
        let name = file_name(lock, locked);
        if names.contains(&name) {
            // Two ranges that led to the same version.
            continue;
        }
        if fs::read(folder.join(&name)).is_ok_and(|bytes| digest(&bytes) == locked.digest) {
            vendored.kept.push(name.clone());
        } else {
            let exact = WantedChart { wanted: locked.version.clone(), ..locked.wanted.clone() };
            let bytes = sources.archive(&exact, Some(&locked.digest))?;
            let found = digest(&bytes);
            if found != locked.digest {
                let message = format!(
                    "chart `{}` {} of {} is not the one that was locked: its archive is {found}, and {} says {}",
                    locked.wanted.name, locked.version, locked.wanted.repo, lock.file, locked.digest
                );
                return Err(Diagnostic::error("lock/digest", message)
                    .hint("find out why the repository gives out another one; `longshore update` locks it"));
            }
            new.push((name.clone(), bytes));
        }
        names.push(name);
    }
    let failed = |error: &io::Error| {
        Diagnostic::error("lock/vendor", format!("cannot be written: {error}")).at(Place::file(&shown))
    };
    if !new.is_empty() {
        fs::create_dir_all(&folder).map_err(|error| failed(&error))?;
    }
    for (name, bytes) in new {
        replace(&folder.join(&name), &bytes).map_err(|error| failed(&error))?;
        vendored.written.push(name);
    }
    vendored.removed = surplus(&folder, &names).map_err(|error| failed(&error))?;
    Ok(vendored)
}

/// Removes archives that are not named.
fn surplus(folder: &Path, names: &[String]) -> io::Result<Vec<String>> {
    let mut removed = Vec::new();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(removed),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_some_and(|extension| extension == "tgz") && !names.contains(&name) {
            fs::remove_file(&path)?;
            removed.push(name);
        }
    }
    removed.sort();
    Ok(removed)
}

/// Writes a file beside its place and moves it there when it is whole.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_extension(format!("part-{}", std::process::id()));
    let written = fs::write(&part, bytes).and_then(|()| fs::rename(&part, path));
    written.inspect_err(|_| {
        let _ = fs::remove_file(&part);
    })
}
