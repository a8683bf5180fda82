//! A project as it lies on disk: its file, the folder that its paths are relative to, and its lock.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use longshore_diag::{Diagnostic, Place};

use crate::project::{FILE_NAME, Lock, Project, parse, parse_lock};

/// A project and the folder that its paths are relative to.
#[derive(Debug, Clone)]
pub struct Platform {
    /// What the file says.
    pub project: Project,
    /// The file's folder.
    pub root: PathBuf,
    /// What `longshore.lock` beside it says, if that is there.
    pub lock: Option<Lock>,
}

impl Platform {
    /// Reads a project file. `path` is the file, or a folder that holds a `longshore.yaml`; without it
    /// the nearest one in `here` or above is taken.
    ///
    /// # Errors
    /// There is no such file, it cannot be read, or [`parse`] finds a mistake in it; or so it is with the lock beside it.
    pub fn load(path: Option<&Path>, here: &Path) -> Result<Self, Diagnostic> {
        let mut platform = Self::read(&find(path, here)?)?;
        platform.lock = read_lock(&platform.lock_file())?;
        Ok(platform)
    }

    fn read(file: &Path) -> Result<Self, Diagnostic> {
        let shown = file.display().to_string();
        let bytes = fs::read(file).map_err(|error| {
            Diagnostic::error("project/unreadable", format!("cannot be read: {error}"))
                .at(Place::file(&shown))
        })?;
        let text = text(bytes, &shown)?;
        let root = file.parent().filter(|parent| !parent.as_os_str().is_empty());
        let root = root.unwrap_or(Path::new(".")).to_path_buf();
        Ok(Self { project: parse(&text, &shown)?, root, lock: None })
    }

    /// The same to make the lock anew: one that cannot be read counts as none.
    ///
    /// # Errors
    /// As of [`Self::load`] for the project file.
    pub fn load_to_lock(path: Option<&Path>, here: &Path) -> Result<Self, Diagnostic> {
        let file = find(path, here)?;
        let mut platform = Self::read(&file)?;
        platform.lock = read_lock(&platform.lock_file()).unwrap_or_default();
        Ok(platform)
    }

    /// The lock file: beside the project file, of its name.
    pub fn lock_file(&self) -> PathBuf {
        Path::new(&self.project.file).with_extension("lock")
    }
}

/// The lock, if there is one.
fn read_lock(file: &Path) -> Result<Option<Lock>, Diagnostic> {
    let shown = file.display().to_string();
    match fs::read_to_string(file) {
        Ok(text) => parse_lock(&text, &shown).map(Some),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let message = format!("cannot be read: {error}");
            Err(Diagnostic::error("lock/unreadable", message).at(Place::file(&shown)))
        }
    }
}

fn find(path: Option<&Path>, here: &Path) -> Result<PathBuf, Diagnostic> {
    if let Some(path) = path {
        let file = if path.is_dir() { path.join(FILE_NAME) } else { path.to_path_buf() };
        if file.is_file() {
            return Ok(file);
        }
        let message = format!("there is no project file at `{}`", file.display());
        return Err(Diagnostic::error("project/missing", message).hint("`longshore init` writes a first one"));
    }
    for folder in here.ancestors() {
        let file = folder.join(FILE_NAME);
        if file.is_file() {
            // The way a person would write it: relative where it lies in the present folder.
            return Ok(if folder == here { PathBuf::from(FILE_NAME) } else { file });
        }
    }
    let message = format!("there is no {FILE_NAME} in this folder or above it");
    Err(Diagnostic::error("project/missing", message)
        .hint("`longshore init` writes a first one; `-f FILE` names one that lies elsewhere"))
}

/// The text of a project file, which is UTF-8.
fn text(bytes: Vec<u8>, shown: &str) -> Result<String, Diagnostic> {
    // Of the ASCII letters that a file begins with, UTF-16 has every other byte 0; PowerShell's `>` writes it.
    let is_utf16 = bytes.starts_with(&[0xff, 0xfe])
        || bytes.starts_with(&[0xfe, 0xff])
        || bytes.iter().take(4).any(|byte| *byte == 0);
    if is_utf16 {
        return Err(Diagnostic::error(
            "project/unreadable",
            "the project file is UTF-16, and has to be UTF-8",
        )
        .at(Place::file(shown))
        .hint(format!("save it as UTF-8, as with `iconv -f UTF-16 -t UTF-8 {shown}`")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.split(|byte| *byte == b'\n').count() as u32;
        Diagnostic::error("project/unreadable", "the project file is not UTF-8")
            .at(Place::new(shown, line, 0))
            .hint("save it as UTF-8")
    })
}
