//! The files of a repository's copy as an archive, and back. What git itself keeps beside them (`.git`) is left out: it
//! names the address, and nothing builds on it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Most bytes of all files of a copy that is kept.
const MAX_BYTES: u64 = 1 << 30;

/// Most files and folders of one.
const MAX_ENTRIES: usize = 200_000;

/// Writes the files of a folder as an archive.
///
/// # Errors
/// Something cannot be read or written, or it is too much.
pub(super) fn pack(folder: &Path, to: &mut dyn io::Write) -> io::Result<()> {
    let mut archive = tar::Builder::new(to);
    archive.mode(tar::HeaderMode::Deterministic);
    archive.follow_symlinks(false);
    let (mut bytes, mut entries) = (0, 0);
    let mut waiting = vec![PathBuf::new()];
    while let Some(below) = waiting.pop() {
        let mut names: Vec<_> = fs::read_dir(folder.join(&below))?
            .map(|entry| Ok(entry?.file_name()))
            .collect::<io::Result<_>>()?;
        names.sort_unstable();
        for name in names.into_iter().filter(|name| name != ".git") {
            let below = below.join(name);
            let path = folder.join(&below);
            let metadata = fs::symlink_metadata(&path)?;
            entries += 1;
            if metadata.is_file() {
                bytes += metadata.len();
            }
            if bytes > MAX_BYTES || entries > MAX_ENTRIES {
                return Err(io::Error::other("the repository is too large to be kept"));
            }
            archive.append_path_with_name(&path, &below)?;
            if metadata.is_dir() {
                waiting.push(below);
            }
        }
    }
    archive.finish()
}

/// Writes the files of an archive into an empty folder.
///
/// # Errors
/// Something cannot be read or written.
pub(super) fn unpack(archive: impl io::Read, folder: &Path) -> io::Result<()> {
    let mut archive = tar::Archive::new(archive);
    let mut bytes = 0;
    for entry in archive.entries()? {
        let mut entry = entry?;
        bytes += entry.header().size()?;
        if bytes > MAX_BYTES {
            return Err(io::Error::other("the repository is too large"));
        }
        // Refuses to write outside of the folder, also over links.
        if !entry.unpack_in(folder)? {
            return Err(io::Error::other("a path leads out of the repository"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_gits_own_files_come_back() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let write = |path: &str| {
            let path = from.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        };
        ["a/b/c.yaml", "z", ".git/config", "a/.git", ".gitignore"].into_iter().for_each(write);
        fs::create_dir(from.path().join("empty")).unwrap();
        std::os::unix::fs::symlink("../../outside", from.path().join("a/link")).unwrap();
        let mut bytes = Vec::new();
        pack(from.path(), &mut bytes).unwrap();
        unpack(&bytes[..], to.path()).unwrap();
        let there = |path: &str| fs::symlink_metadata(to.path().join(path)).is_ok();
        assert!(["a/b/c.yaml", "z", ".gitignore", "empty"].into_iter().all(there));
        assert!(![".git", "a/.git"].into_iter().any(there));
        assert_eq!(fs::read_link(to.path().join("a/link")).unwrap(), Path::new("../../outside"));
    }
}
