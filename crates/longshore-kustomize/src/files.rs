//! Where files come from: the trait through which a build sees the world.

use crate::charts::Charts;
use crate::error::Error;
use crate::programs::Programs;
use crate::remote::Repository;

/// A path that is absolute, clean and free of links, taken apart into a folder and a file in it; the file is empty if the
/// path is a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The folder.
    pub folder: String,
    /// The file's name.
    pub file: String,
}

/// What is in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
}

/// What something in a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A link, wherever it leads.
    Link,
    /// Anything else.
    File,
}

/// The files that a build may read.
///
/// Paths are absolute, or relative to where the command was started. Messages are those of Go's file functions (`open
/// /a/b: no such file or directory`), because Kustomize prints them.
pub trait Files {
    /// The bytes of a file.
    ///
    /// # Errors
    /// It cannot be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, Error>;

    /// What the path leads to, links followed (`filesys.CleanedAbs`).
    ///
    /// # Errors
    /// It does not exist: `evalsymlink failure on 'PATH' : lstat …`.
    fn resolve(&self, path: &str) -> Result<Resolved, Error>;

    /// What is in a folder, in the order of the names.
    ///
    /// # Errors
    /// It cannot be read.
    fn list(&self, folder: &str) -> Result<Vec<Entry>, Error> {
        Err(Error::new(format!("folders cannot be listed here: {folder}")))
    }

    /// The bytes behind a URL of `http` or `https`.
    ///
    /// # Errors
    /// [`Error::http`] if a server refuses, else why there is no answer.
    fn fetch(&self, url: &str) -> Result<Vec<u8>, Error> {
        Err(Error::new(format!("files behind URLs cannot be read here: {url}")))
    }

    /// The same of bytes whose SHA-256 is known (`sha256:…`), so that a cache may have them. Whether they are those is for
    /// the caller to see.
    ///
    /// # Errors
    /// As of [`Files::fetch`].
    fn fetch_known(&self, url: &str, digest: &str) -> Result<Vec<u8>, Error> {
        let _ = digest;
        self.fetch(url)
    }

    /// The folder, absolute and free of links, with a copy of a git repository.
    ///
    /// # Errors
    /// It cannot be fetched; [`Error::timeout`] if that takes too long.
    fn copy(&self, repository: &Repository) -> Result<String, Error> {
        Err(Error::new(format!("git repositories cannot be fetched here: {}", repository.address)))
    }

    /// The commit that a copy of a repository is of, by the folder that [`Files::copy`] gave; none where that is not known.
    fn commit(&self, copy: &str) -> Option<String> {
        let _ = copy;
        None
    }

    /// What people call a file or folder in a copy of a repository: the address, without anybody's password, and the path
    /// in it. None for others.
    fn called(&self, path: &str) -> Option<String> {
        let _ = path;
        None
    }

    /// What inflates charts; without it they are refused.
    fn charts(&self) -> Option<&dyn Charts> {
        None
    }

    /// What runs programs; without it generators and transformers that are programs are refused.
    fn programs(&self) -> Option<&dyn Programs> {
        None
    }
}
