//! Vendoring: the archives of all locked charts, and what kustomizations name elsewhere, in folders of the project, so that
//! it renders without a network.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use longshore_diag::{Diagnostic, Place};
use serde::Serialize;

use crate::kustomize::{self, Kustomizations, Purpose};
use crate::locked::{VENDOR, digest, fetched, file_name};
use crate::platform::Platform;
use crate::project::Lock;
use crate::selection::Selection;
use crate::source::named;

/// What vendoring did.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Vendored {
    /// The folder.
    pub folder: String,
    /// Files that are there now and were not, or were others.
    pub written: Vec<String>,
    /// Those that were there as they should be.
    pub kept: Vec<String>,
    /// Those that nothing in the lock stands for.
    pub removed: Vec<String>,
    /// The same of what kustomizations name elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bases: Option<Box<Vendored>>,
}

/// What a folder is to hold.
struct Wanted {
    folder: PathBuf,
    /// Every file's name, and its bytes if they are not there yet.
    files: Vec<(String, Option<Vec<u8>>)>,
}

impl Wanted {
    fn in_folder(folder: PathBuf) -> Self {
        Self { folder, files: Vec::new() }
    }

    fn has(&self, name: &str) -> bool {
        self.files.iter().any(|(other, _)| other == name)
    }

    /// Writes what is not there, and takes out what is there, is one of `ours`, and is not wanted.
    fn write(self, ours: &dyn Fn(&str) -> bool) -> Result<Vendored, Diagnostic> {
        let shown = self.folder.display().to_string();
        let failed = |error: &io::Error| {
            Diagnostic::error("lock/vendor", format!("cannot be written: {error}")).at(Place::file(&shown))
        };
        let mut vendored = Vendored { folder: shown.clone(), ..Vendored::default() };
        let names: Vec<String> = self.files.iter().map(|(name, _)| name.clone()).collect();
        if self.files.iter().any(|(_, bytes)| bytes.is_some()) {
            fs::create_dir_all(&self.folder).map_err(|error| failed(&error))?;
        }
        for (name, bytes) in self.files {
            match bytes {
                Some(bytes) => {
                    replace(&self.folder.join(&name), &bytes).map_err(|error| failed(&error))?;
                    vendored.written.push(name);
                }
                None => vendored.kept.push(name),
            }
        }
        vendored.removed = surplus(&self.folder, &names, ours).map_err(|error| failed(&error))?;
        Ok(vendored)
    }
}

/// Puts the archive of every chart of the lock into the project's folder of vendored charts, and what the kustomizations of
/// `selections` take from elsewhere into that of bases; and takes out what the lock does not name.
///
/// # Errors
/// Something cannot be got, or is not what the lock says; a kustomization does not build: then nothing was written. The
/// folder cannot be written.
pub fn vendor(
    platform: &Platform,
    lock: &Lock,
    selections: &[Selection],
    sources: &dyn Kustomizations,
) -> Result<Vendored, Diagnostic> {
    let charts = charts(platform, lock, sources)?;
    let bases = bases(platform, lock, selections)?;
    let mut vendored =
        charts.write(&|name| Path::new(name).extension().is_some_and(|ending| ending == "tgz"))?;
    let bases = bases.write(&kustomize::is_vendored)?;
    let is_any = !(bases.written.is_empty() && bases.kept.is_empty() && bases.removed.is_empty());
    vendored.bases = is_any.then(|| Box::new(bases));
    Ok(vendored)
}

/// The archives of charts.
fn charts(platform: &Platform, lock: &Lock, sources: &dyn Kustomizations) -> Result<Wanted, Diagnostic> {
    let mut wanted = Wanted::in_folder(platform.root.join(VENDOR));
    for locked in &lock.charts {
        let name = file_name(lock, locked);
        if wanted.has(&name) {
            // Two ranges that led to the same version.
            continue;
        }
        if fs::read(wanted.folder.join(&name)).is_ok_and(|bytes| digest(&bytes) == locked.digest) {
            wanted.files.push((name, None));
            continue;
        }
        let bytes = fetched(sources, locked)?;
        let found = digest(&bytes);
        if found != locked.digest {
            let message = format!(
                "chart `{}` {} of {} is not the one that was locked: its archive is {found}, and {} says {}",
                locked.wanted.name, locked.version, locked.wanted.repo, lock.file, locked.digest
            );
            return Err(Diagnostic::error("lock/digest", message)
                .hint("find out why the repository gives out another one; `longshore update` locks it"));
        }
        wanted.files.push((name, Some(bytes)));
    }
    Ok(wanted)
}

/// What kustomizations take from elsewhere: they are built, since only that tells it with the credentials it may need.
fn bases(platform: &Platform, lock: &Lock, selections: &[Selection]) -> Result<Wanted, Diagnostic> {
    let mut wanted = Wanted::in_folder(platform.root.join(kustomize::VENDOR));
    if lock.bases.is_empty() && lock.files.is_empty() {
        return Ok(wanted);
    }
    for selection in selections {
        let selection = selection.with_lock(lock);
        for release in selection.all_wanted() {
            let taken = kustomize::taken(&selection, release, Purpose::Vendor);
            let taken = taken.map_err(|error| named(error, release))?;
            let bases = taken.bases.into_iter().filter_map(|base| base.vendored);
            for (name, bytes) in bases.chain(taken.files.into_iter().filter_map(|file| file.vendored)) {
                if !wanted.has(&name) {
                    wanted.files.push((name, bytes));
                }
            }
        }
    }
    wanted.files.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(wanted)
}

/// Removes those of `ours` that are not named.
fn surplus(folder: &Path, names: &[String], ours: &dyn Fn(&str) -> bool) -> io::Result<Vec<String>> {
    let mut removed = Vec::new();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(removed),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if ours(&name) && !names.contains(&name) {
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
