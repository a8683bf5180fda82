//! Where things that outlive one run are kept: built tools and the state of clusters.
//!
//! The cache lies outside the checkout, so that `git clean` and a second checkout do not cost a build of Kubernetes.
//! Several processes may use it at once; whoever changes something holds a [`Lock`] on it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The variable that moves the cache elsewhere.
pub const CACHE_VARIABLE: &str = "LONGSHORE_CACHE";

/// The folder of the cache: `$LONGSHORE_CACHE`, else `$XDG_CACHE_HOME/longshore`, else `~/.cache/longshore`.
pub fn root() -> Result<PathBuf> {
    root_from(|name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)).context(
        "neither LONGSHORE_CACHE nor XDG_CACHE_HOME nor HOME is set, so there is no place for a cache",
    )
}

fn root_from(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    variable(CACHE_VARIABLE)
        .or_else(|| variable("XDG_CACHE_HOME").map(|home| home.join("longshore")))
        .or_else(|| variable("HOME").map(|home| home.join(".cache/longshore")))
}

/// An exclusive lock between processes, held until it is dropped or its process ends.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock at `path`, waiting for whoever holds it; `waiting` is called if it has to wait.
    ///
    /// This blocks its thread: call it from `spawn_blocking` where others share the thread.
    pub fn take(path: &Path, mut waiting: impl FnMut()) -> Result<Self> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
        }
        let failed = || format!("cannot lock {}", path.display());
        loop {
            let file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .write(true)
                .open(path)
                .with_context(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    waiting();
                    file.lock().with_context(failed)?;
                }
                Err(TryLockError::Error(error)) => return Err(error).with_context(failed),
            }
            // Whoever held it may have removed it; then this is the lock of nothing.
            let ours = file.metadata().with_context(failed)?;
            if fs::metadata(path).is_ok_and(|now| (now.dev(), now.ino()) == (ours.dev(), ours.ino())) {
                return Ok(Self { path: path.to_owned(), _file: file });
            }
        }
    }

    /// Lets go of it and removes its file, for locks whose subject is gone.
    pub fn remove(self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Writes a file so that readers see the old content or the new, never a part.
pub fn write_atomically(path: &Path, content: &[u8]) -> Result<()> {
    let folder = path.parent().context("a file needs a folder")?;
    let mut file = tempfile::NamedTempFile::new_in(folder)
        .with_context(|| format!("cannot write in {}", folder.display()))?;
    file.write_all(content).with_context(|| format!("cannot write {}", path.display()))?;
    file.persist(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_found_in_order() {
        let with = |set: &'static [(&str, &str)]| {
            root_from(move |name| {
                set.iter().find(|(key, _)| *key == name).map(|(_, value)| PathBuf::from(value))
            })
        };
        assert_eq!(
            with(&[("LONGSHORE_CACHE", "/a"), ("XDG_CACHE_HOME", "/b"), ("HOME", "/c")]),
            Some("/a".into())
        );
        assert_eq!(with(&[("XDG_CACHE_HOME", "/b"), ("HOME", "/c")]), Some("/b/longshore".into()));
        assert_eq!(with(&[("HOME", "/c")]), Some("/c/.cache/longshore".into()));
        assert_eq!(with(&[]), None);
    }

    #[test]
    fn a_second_taker_waits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/lock");
        let first = Lock::take(&path, || panic!("nobody holds it yet")).unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        let second = std::thread::spawn(move || {
            let lock = Lock::take(&path, || sender.send(()).unwrap());
            lock.unwrap();
        });
        receiver.recv().unwrap();
        assert!(!second.is_finished());
        drop(first);
        second.join().unwrap();
    }

    #[test]
    fn a_removed_lock_is_taken_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = Lock::take(&path, || {}).unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        let waiter = {
            let path = path.clone();
            std::thread::spawn(move || Lock::take(&path, || sender.send(()).unwrap()).unwrap())
        };
        receiver.recv().unwrap();
        first.remove();
        let _second = waiter.join().unwrap();
        assert!(path.exists());
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write_atomically(&path, b"one").unwrap();
        write_atomically(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
