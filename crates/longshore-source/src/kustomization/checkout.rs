//! The files of a repository's copy as an archive, and back. What git itself keeps beside them (`.git`) is left out: it
//! names the address, and nothing builds on it.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::SHA256;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use super::cache::hex;

/// Most bytes of all files of a copy that is kept.
const MAX_BYTES: u64 = 1 << 30;

/// Most files and folders of one.
const MAX_ENTRIES: usize = 200_000;

/// A copy of a repository that was taken out of an archive; its folder is gone when this is dropped.
#[derive(Debug)]
pub struct Checkout(TempDir);

impl Checkout {
    /// Takes the files out of what [`zip`] made.
    ///
    /// # Errors
    /// It is no such archive, or its files cannot be written.
    pub fn unzip(archive: &[u8]) -> io::Result<Self> {
        let folder =
            super::remote::new_folder().map_err(|error| io::Error::other(error.text().to_owned()))?;
        unpack(GzDecoder::new(archive), folder.path())?;
        Ok(Self(folder))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.0.path()
    }
}

/// The files of a folder as a compressed archive.
///
/// # Errors
/// Something cannot be read, or it is too much.
pub fn zip(folder: &Path) -> io::Result<Vec<u8>> {
    let mut to = GzEncoder::new(Vec::new(), Compression::default());
    pack(folder, &mut to)?;
    to.finish()
}

/// The SHA-256 of the files of a folder, `sha256:…`: of a text for each file and link in the order of their paths, with
/// what it is (`file`, `program` or `link`), the SHA-256 of what is in it, its path, and a NUL. Unlike that of an archive
/// it is the same whoever has packed them.
///
/// # Errors
/// Something cannot be read, or it is too much.
pub fn digest(folder: &Path) -> io::Result<String> {
    let sha256 = |bytes: &[u8]| hex(aws_lc_rs::digest::digest(&SHA256, bytes).as_ref());
    let mut lines = Vec::new();
    walk(folder, &mut |path, below, metadata| {
        let (kind, content) = if metadata.is_symlink() {
            ("link", sha256(fs::read_link(path)?.as_os_str().as_bytes()))
        } else if metadata.is_file() {
            let kind = if metadata.permissions().mode() & 0o100 == 0 { "file" } else { "program" };
            (kind, sha256(&fs::read(path)?))
        } else {
            return Ok(());
        };
        lines.push((below.as_os_str().as_bytes().to_vec(), format!("{kind} {content} ")));
        Ok(())
    })?;
    lines.sort_unstable();
    let text: Vec<u8> =
        lines.into_iter().flat_map(|(path, line)| [line.as_bytes(), &path, b"\0"].concat()).collect();
    Ok(format!("sha256:{}", sha256(&text)))
}

/// Writes the files of a folder as an archive.
///
/// # Errors
/// Something cannot be read or written, or it is too much.
pub(super) fn pack(folder: &Path, to: &mut dyn io::Write) -> io::Result<()> {
    let mut archive = tar::Builder::new(to);
    archive.mode(tar::HeaderMode::Deterministic);
    archive.follow_symlinks(false);
    walk(folder, &mut |path, below, _| archive.append_path_with_name(path, below))?;
    archive.finish()
}

/// Goes over all files and folders but git's own: where each is, its path below the folder, what it is.
fn walk(
    folder: &Path,
    each: &mut dyn FnMut(&Path, &Path, &fs::Metadata) -> io::Result<()>,
) -> io::Result<()> {
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
            each(&path, &below, &metadata)?;
            if metadata.is_dir() {
                waiting.push(below);
            }
        }
    }
    Ok(())
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

        let unzipped = Checkout::unzip(&zip(from.path()).unwrap()).unwrap();
        assert_eq!(digest(unzipped.folder()).unwrap(), digest(from.path()).unwrap());
    }

    #[test]
    fn a_digest_is_that_of_files_and_their_places() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, "x").unwrap();
        let first = digest(folder.path()).unwrap();
        let mut seen = vec![first.clone()];
        let mut differs = || {
            let now = digest(folder.path()).unwrap();
            assert!(!seen.contains(&now));
            seen.push(now);
        };
        fs::write(&file, "y").unwrap();
        differs();
        fs::rename(&file, folder.path().join("b")).unwrap();
        differs();
        std::os::unix::fs::symlink("y", &file).unwrap();
        differs();
        fs::remove_file(&file).unwrap();
        fs::rename(folder.path().join("b"), &file).unwrap();
        fs::write(&file, "x").unwrap();
        assert_eq!(digest(folder.path()).unwrap(), first);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        differs();
    }
}
