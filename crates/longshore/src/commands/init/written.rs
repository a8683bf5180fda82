//! Files that are written all or not at all, and never over one that is there.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use longshore_diag::{Diagnostic, Place};
use longshore_platform::project::FILE_NAME;

/// Files to be written below a folder.
pub(super) struct Written {
    root: PathBuf,
    files: Vec<(PathBuf, String)>,
}

impl Written {
    /// Into a folder that has no project file.
    ///
    /// # Errors
    /// It has one.
    pub(super) fn into(root: &Path) -> Result<Self, Diagnostic> {
        let file = root.join(FILE_NAME);
        if file.symlink_metadata().is_ok() {
            return Err(Diagnostic::error("init/exists", "there is a project file already")
                .at(Place::file(file.display().to_string()))
                .hint("edit it, or choose another folder with --dir"));
        }
        Ok(Self { root: root.to_path_buf(), files: Vec::new() })
    }

    /// Adds a file.
    pub(super) fn add(&mut self, path: &str, text: &str) {
        self.files.push((self.root.join(path), text.to_owned()));
    }

    /// Adds a file that does as it is if it is there.
    pub(super) fn add_unless_there(&mut self, path: &str, text: &str) {
        if self.root.join(path).symlink_metadata().is_err() {
            self.add(path, text);
        }
    }

    /// Writes all of them: their paths as they are shown.
    ///
    /// # Errors
    /// One is there already, or cannot be written: then none is.
    pub(super) fn write(self) -> Result<Vec<PathBuf>, Diagnostic> {
        for (path, _) in &self.files {
            if path.symlink_metadata().is_ok() {
                return Err(Diagnostic::error(
                    "init/exists",
                    "a file is there already that would be written",
                )
                .at(Place::file(path.display().to_string()))
                .hint("move it away, or choose another folder with --dir"));
            }
        }
        let mut done: Vec<PathBuf> = Vec::new();
        for (path, text) in &self.files {
            if let Err(error) = write(path, text) {
                for written in &done {
                    // What cannot be taken back is told by its name in the error's place: the user sees both.
                    let _ = fs::remove_file(written);
                }
                return Err(Diagnostic::error("init/unwritable", format!("cannot be written: {error}"))
                    .at(Place::file(path.display().to_string()))
                    .hint("choose another folder with --dir, or see to it that you may write there"));
            }
            done.push(path.clone());
        }
        Ok(done
            .into_iter()
            .map(|path| path.strip_prefix("./").map(Path::to_path_buf).unwrap_or(path))
            .collect())
    }
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}
