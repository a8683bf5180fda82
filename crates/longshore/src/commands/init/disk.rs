//! Files of a folder on disk, for `longshore-import`.
//!
//! What is translated may name files elsewhere. Those of the same repository are read; what lies outside of it is not,
//! so that a file of others cannot bring files of this machine into a project.

use std::env;
use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use longshore_diag::{Diagnostic, Place};
use longshore_import::{Entry, Files};

/// A folder, and how far upwards files may be read.
pub(super) struct Disk {
    base: PathBuf,
    root: PathBuf,
}

impl Disk {
    /// The root is the repository that the folder is in; without one the present folder if it is above, else itself.
    pub(super) fn new(base: &Path) -> Self {
        let whole = base.canonicalize().unwrap_or_else(|_| base.to_path_buf());
        let repository = whole.ancestors().find(|folder| folder.join(".git").exists());
        let here = env::current_dir().and_then(|here| here.canonicalize()).ok();
        let here = here.as_deref().filter(|here| whole.starts_with(here));
        let root = repository.or(here).unwrap_or(&whole).to_path_buf();
        Self { base: base.to_path_buf(), root }
    }

    /// A path that is there; none if it is not.
    fn at(&self, path: &str) -> Result<Option<PathBuf>, Diagnostic> {
        let joined = self.base.join(path);
        let Ok(whole) = joined.canonicalize() else { return Ok(None) };
        if whole.starts_with(&self.root) {
            return Ok(Some(joined));
        }
        let message = format!("it lies outside of `{}`, and is not read", self.root.display());
        Err(Diagnostic::error("import/outside", message)
            .at(Place::file(joined.display().to_string()))
            .hint("copy it into the repository, or begin with a folder that holds both"))
    }
}

impl Files for Disk {
    fn read(&self, path: &str, most: usize) -> Result<Option<Vec<u8>>, Diagnostic> {
        let Some(found) = self.at(path)? else { return Ok(None) };
        if !found.is_file() {
            return Ok(None);
        }
        let unreadable = |error| {
            Diagnostic::error("import/unreadable", format!("cannot be read: {error}")).at(Place::file(path))
        };
        let mut bytes = Vec::new();
        let file = fs::File::open(&found).map_err(unreadable)?;
        file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() > most {
            return Err(longshore_import::too_large(path, most));
        }
        Ok(Some(bytes))
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, Diagnostic> {
        let Some(found) = self.at(folder)? else { return Ok(Vec::new()) };
        let Ok(read) = fs::read_dir(&found) else { return Ok(Vec::new()) };
        let mut entries: Vec<Entry> = read
            .filter_map(Result::ok)
            .filter_map(|entry| {
                // A folder that is a link is not walked into: it may lead round in a circle.
                let kind = entry.file_type().ok()?;
                let is_file = kind.is_file() || (kind.is_symlink() && entry.path().is_file());
                let name = entry.file_name().into_string().ok()?;
                (is_file || kind.is_dir()).then_some(Entry { name, is_folder: kind.is_dir() })
            })
            .collect();
        entries.sort();
        Ok(entries)
    }
}

/// The way from one folder to another, as a project file has it.
pub(super) fn between(from: &Path, to: &Path) -> String {
    let whole = |path: &Path| {
        // A folder that is still to be made has no canonical form: the nearest one above it has.
        let there = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
        let here = env::current_dir().unwrap_or_default();
        match there {
            Some((above, whole)) => whole.join(path.strip_prefix(above).unwrap_or(Path::new(""))),
            None => here.join(path),
        }
    };
    let (from, to) = (whole(from), whole(to));
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from
        .components()
        .skip(common)
        .filter(|part| matches!(part, Component::Normal(_)))
        .map(|_| "..".to_owned());
    let down = to.components().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}
