//! Where things that outlive one run are kept: built tools and the state of clusters.
//!
//! The cache lies outside the checkout, so that `git clean` and a second checkout do not cost a build of Kubernetes.
//! Several processes may use it at once; whoever changes something holds a [`Lock`] on it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
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
    _file: File,
}

impl Lock {
    /// Takes the lock at `path`, waiting for whoever holds it; `waiting` is called once if it has to wait.
    ///
    /// This blocks its thread: call it from `spawn_blocking` where others share the thread.
    pub fn take(path: &Path, waiting: impl FnOnce()) -> Result<Self> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
        }
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .with_context(|| format!("cannot open the lock {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waiting();
                file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        Ok(Self { _file: file })
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
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write_atomically(&path, b"one").unwrap();
        write_atomically(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
