//! Copies of git repositories that kustomizations build on.
//!
//! Kustomize calls the `git` program: an empty repository in a temporary folder, a shallow fetch of what is asked for, a
//! checkout, and submodules. Within one build the same address is fetched once, and the files of each commit are kept in
//! the cache. A full commit hash is taken from there; of anything else git is asked first which commit it is now.
//! Words and limits are Kustomize's
//! (<https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/git/cloner.go>).

use std::fs;
use std::path::{Path, PathBuf};

use longshore_kustomize::Error;
use longshore_kustomize::remote::{Repository, is_commit, told};
use tempfile::TempDir;

use super::cache::{Cache, Key, Record};
use super::git::Git;
use super::{Remotes, checkout, offline};

/// The copies that were made, gone when this is dropped.
#[derive(Debug, Default)]
pub(super) struct Copies {
    made: Vec<Copy>,
}

/// A copy of a repository.
#[derive(Debug)]
struct Copy {
    repository: Repository,
    folder: TempDir,
    commit: Option<String>,
}

impl Copies {
    /// The folder with the copy of a repository.
    ///
    /// # Errors
    /// There is no git, or it fails or takes too long.
    pub(super) fn get(&mut self, repository: &Repository, remotes: &Remotes) -> Result<PathBuf, Error> {
        let is_same = |made: &Repository| {
            (&made.address, &made.reference, made.submodules)
                == (&repository.address, &repository.reference, repository.submodules)
        };
        if let Some(made) = self.made.iter().find(|made| is_same(&made.repository)) {
            return Ok(made.folder.path().to_owned());
        }
        let (folder, commit) = copy(repository, remotes)?;
        let path = folder.path().to_owned();
        self.made.push(Copy { repository: repository.clone(), folder, commit });
        Ok(path)
    }

    /// The commit that the copy in a folder is of.
    pub(super) fn commit(&self, folder: &str) -> Option<String> {
        self.made.iter().find(|made| made.folder.path() == Path::new(folder))?.commit.clone()
    }

    /// What a path in one of the copies is called: `ADDRESS//PATH`, as kustomizations name it, without user and password.
    pub(super) fn called(&self, path: &str) -> Option<String> {
        self.made.iter().find_map(|made| {
            let rest = Path::new(path).strip_prefix(made.folder.path()).ok()?;
            Some(format!("{}//{}", told(&made.repository.address), rest.display()))
        })
    }
}

/// A copy, and the commit that it is of.
type Copied = (TempDir, Option<String>);

fn copy(repository: &Repository, remotes: &Remotes) -> Result<Copied, Error> {
    if repository.reference.starts_with('-') {
        // It would be an option of git.
        return Err(Error::new(format!("'{}' is no reference of a git repository", repository.reference)));
    }
    let cache = remotes.cache().filter(|_| !super::has_user(&repository.address));
    if remotes.is_offline {
        let kept = cache.as_ref().and_then(|cache| {
            let record = cache.recall(&key(repository, &repository.reference))?;
            unpack(cache, &record)
        });
        return kept.ok_or_else(|| offline(&repository.address, &repository.reference));
    }
    if let Some(kept) = cache.as_ref().and_then(|cache| unchanged(cache, repository)) {
        return Ok(kept);
    }
    let folder = fetch(repository)?;
    let commit = head(&folder);
    if let (Some(cache), Some(commit)) = (&cache, &commit) {
        keep(cache, repository, &folder, commit);
    }
    Ok((folder, commit))
}

/// What a reference of a repository is remembered by.
fn key(repository: &Repository, reference: &str) -> Key {
    let reference = if is_commit(reference) { reference.to_ascii_lowercase() } else { reference.to_owned() };
    let submodules = if repository.submodules { "submodules" } else { "" };
    Key::of(&["git", &repository.address, submodules, &reference])
}

/// The files of the commit that is asked for, if they are in the cache.
fn unchanged(cache: &Cache, repository: &Repository) -> Option<Copied> {
    let reference = &repository.reference;
    let known = cache.recall(&key(repository, reference))?;
    if is_commit(reference) {
        return unpack(cache, &known);
    }
    // A branch that moved back may still be there.
    let commit = Git::new(repository).ok()?.commit_of(reference)?;
    let record = if known.commit.as_ref() == Some(&commit) {
        known
    } else {
        cache.recall(&key(repository, &commit))?
    };
    let copied = unpack(cache, &record)?;
    let _ = cache.note(&key(repository, reference), &record);
    Some(copied)
}

fn unpack(cache: &Cache, record: &Record) -> Option<Copied> {
    let archive = cache.open(record)?;
    let folder = new_folder().ok()?;
    checkout::unpack(archive, folder.path()).ok()?;
    Some((folder, record.commit.clone()))
}

/// The commit of a fresh copy: behind a checkout of `FETCH_HEAD` there is no branch.
fn head(copy: &TempDir) -> Option<String> {
    let head = fs::read_to_string(copy.path().join(".git/HEAD")).unwrap_or_default();
    Some(head.trim().to_owned()).filter(|commit| is_commit(commit))
}

/// Keeps the files of a copy, for the commit and for the reference that led there. That they cannot be kept is no reason
/// to fail.
fn keep(cache: &Cache, repository: &Repository, copy: &TempDir, commit: &str) {
    let Ok(digest) = cache.store(|file| checkout::pack(copy.path(), file)) else { return };
    let record = Record { digest, tag: None, commit: Some(commit.to_owned()) };
    for reference in [commit, &repository.reference] {
        let _ = cache.note(&key(repository, reference), &record);
    }
}

fn fetch(repository: &Repository) -> Result<TempDir, Error> {
    let git = Git::new(repository)?;
    let folder = new_folder()?;
    let address = repository.address.as_str();
    let reference = if repository.reference.is_empty() { "HEAD" } else { &repository.reference };
    let run = |arguments: &[&str]| git.run(arguments, folder.path()).map(drop);
    run(&["init"])?;
    run(&["remote", "add", "origin", address])?;
    run(&["fetch", "--depth=1", address, reference])?;
    run(&["checkout", "FETCH_HEAD"])?;
    if repository.submodules {
        run(&["submodule", "update", "--init", "--recursive"])?;
    }
    Ok(folder)
}

pub(super) fn new_folder() -> Result<TempDir, Error> {
    let made = tempfile::Builder::new().prefix("kustomize-").tempdir();
    made.map_err(|error| Error::new(format!("cannot create a folder: {error}")))
}
