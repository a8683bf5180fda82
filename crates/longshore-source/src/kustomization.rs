//! The files of kustomizations on disk, behind URLs and in git repositories, with Go's words for what is wrong with them.

mod cache;
pub mod checkout;
mod git;
mod remote;
mod web;

use longshore_go::os::reason;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use longshore_kustomize::files::{Entry, EntryKind};
use longshore_kustomize::remote::{Repository, told};
use longshore_kustomize::{Error, Files, Resolved};

use crate::Http;
use cache::Cache;
use remote::Copies;

/// Most bytes of one file.
const MAX_FILE: u64 = 256 << 20;

/// Most links that a path may lead over.
const MAX_LINKS: usize = 255;

/// How what lies elsewhere is got: by default anew each time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remotes {
    /// The folder in which it is kept between builds. A file behind a URL is taken from there if the server says that it
    /// is the same, and a repository if the commit is; a server is asked each time but for a full commit hash.
    pub cache: Option<PathBuf>,
    /// Ask no server: what is not in the cache is an error.
    pub is_offline: bool,
}

impl Remotes {
    fn cache(&self) -> Option<Cache> {
        self.cache.as_deref().map(Cache::new)
    }
}

/// Files on disk, paths being relative to the folder that the command was started in.
#[derive(Debug, Default)]
pub struct KustomizationFiles {
    remotes: Remotes,
    copies: RefCell<Copies>,
    /// Folders that were found to be folders, and no links lead to: a build asks for the same ones for each of its files.
    folders: RefCell<BTreeSet<PathBuf>>,
}

impl KustomizationFiles {
    /// Files on disk and elsewhere.
    pub fn new(remotes: Remotes) -> Self {
        Self { remotes, ..Self::default() }
    }
}

impl Files for KustomizationFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        let file = fs::File::open(path).map_err(|error| failed("open", path, &error))?;
        // Its size, and room for the end to be noticed, so that it is read at once.
        let size = file.metadata().map_or(0, |metadata| metadata.len().min(MAX_FILE) as usize);
        let mut bytes = Vec::with_capacity(size + 1);
        let read = file.take(MAX_FILE + 1).read_to_end(&mut bytes);
        read.map_err(|error| failed("read", path, &error))?;
        if bytes.len() as u64 > MAX_FILE {
            return Err(Error::new(format!("read {path}: file is larger than {MAX_FILE} bytes")));
        }
        Ok(bytes)
    }

    fn resolve(&self, path: &str) -> Result<Resolved, Error> {
        let absolute = std::path::absolute(path)
            .map_err(|error| Error::new(format!("abs path error on '{path}' : {}", reason(&error))))?;
        let (real, is_folder) = follow(&clean(&absolute), &mut self.folders.borrow_mut())
            .map_err(|error| Error::new(format!("evalsymlink failure on '{path}' : {error}")))?;
        let text = |path: &Path| path.to_string_lossy().into_owned();
        if is_folder {
            return Ok(Resolved { folder: text(&real), file: String::new() });
        }
        let folder = real.parent().map(text).unwrap_or_default();
        let file = real.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Resolved { folder, file })
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, Error> {
        let refused = |error: io::Error| failed("open", folder, &error);
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).map_err(refused)? {
            let entry = entry.map_err(refused)?;
            let kind = entry.file_type().map_err(refused)?;
            let kind = match kind {
                kind if kind.is_symlink() => EntryKind::Link,
                kind if kind.is_dir() => EntryKind::Folder,
                _ => EntryKind::File,
            };
            entries.push(Entry { name: entry.file_name().to_string_lossy().into_owned(), kind });
        }
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn fetch(&self, url: &str) -> Result<Vec<u8>, Error> {
        web::read(&Http::new("Go-http-client/1.1"), url, &self.remotes)
    }

    fn fetch_known(&self, url: &str, digest: &str) -> Result<Vec<u8>, Error> {
        let kept = self.remotes.cache().and_then(|cache| cache.known(digest.strip_prefix("sha256:")?));
        kept.map_or_else(|| self.fetch(url), Ok)
    }

    fn commit(&self, copy: &str) -> Option<String> {
        self.copies.borrow().commit(copy)
    }

    fn called(&self, path: &str) -> Option<String> {
        self.copies.borrow().called(path)
    }

    fn copy(&self, repository: &Repository) -> Result<String, Error> {
        let folder = self.copies.borrow_mut().get(repository, &self.remotes)?;
        Ok(folder.to_string_lossy().into_owned())
    }
}

/// Whether an address has a user's name in it for a web server, with or without a password.
fn has_user(address: &str) -> bool {
    let Some((scheme, rest)) = address.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.rsplit_once('@') {
        // Of other protocols the name is that of all users, as in `git@…`.
        Some((user, _)) => scheme.to_ascii_lowercase().starts_with("http") || user.contains(':'),
        None => false,
    }
}

/// Says that something is not in the cache, and what to do. Of the address, names, passwords and queries are left out.
fn offline(address: &str, reference: &str) -> Error {
    let at = if reference.is_empty() { String::new() } else { format!(" at '{reference}'") };
    let hint = if has_user(address) {
        "addresses with a user's name are not kept"
    } else {
        "build once without --offline and LONGSHORE_OFFLINE"
    };
    Error::new(format!("offline, and {}{at} is not in the cache: {hint}", told(address)))
}

/// Without `.` and `..`, by the text alone.
fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    clean
}

/// Follows the links of an absolute path (`filepath.EvalSymlinks`): where it leads, and whether to a folder. `folders` are
/// those that are known to be what they are called.
fn follow(path: &Path, folders: &mut BTreeSet<PathBuf>) -> Result<(PathBuf, bool), String> {
    let mut waiting: Vec<PathBuf> = parts(path);
    let mut real = PathBuf::from("/");
    let mut is_folder = true;
    let mut links = 0;
    while let Some(part) = waiting.pop() {
        if part.as_os_str() == ".." {
            real.pop();
            continue;
        }
        let next = real.join(&part);
        if folders.contains(&next) {
            real = next;
            is_folder = true;
            continue;
        }
        let metadata = fs::symlink_metadata(&next)
            .map_err(|error| format!("lstat {}: {}", next.display(), reason(&error)))?;
        if metadata.is_symlink() {
            links += 1;
            if links > MAX_LINKS {
                return Err(String::from("EvalSymlinks: too many links"));
            }
            let to = fs::read_link(&next)
                .map_err(|error| format!("readlink {}: {}", next.display(), reason(&error)))?;
            if to.is_absolute() {
                real = PathBuf::from("/");
            }
            waiting.extend(parts(&to));
        } else if !metadata.is_dir() && !waiting.is_empty() {
            return Err(String::from("not a directory"));
        } else {
            is_folder = metadata.is_dir();
            if is_folder {
                folders.insert(next.clone());
            }
            real = next;
        }
    }
    Ok((real, is_folder))
}

/// The names of a path, the last one first.
fn parts(path: &Path) -> Vec<PathBuf> {
    let part = |part: Component<'_>| match part {
        Component::Normal(name) => Some(PathBuf::from(name)),
        Component::ParentDir => Some(PathBuf::from("..")),
        _ => None,
    };
    let mut parts: Vec<PathBuf> = path.components().filter_map(part).collect();
    parts.reverse();
    parts
}

fn failed(what: &str, path: &str, error: &io::Error) -> Error {
    Error::new(format!("{what} {path}: {}", reason(error)))
}
