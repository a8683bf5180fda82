//! The layer that is made of single files.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tar::{Builder, EntryType, Header};

/// Something in a layer. Paths begin at the root.
#[derive(Debug, Clone)]
pub(super) enum Entry {
    /// A program, copied from this machine.
    Program(String, PathBuf),
    /// A file with this content.
    File(String, String),
    /// A file with this content that may be run.
    Script(String, String),
    /// A symbolic link and what it leads to.
    Link(String, String),
    /// A folder in which everybody may make files, each owning their own.
    Folder(String),
}

impl Entry {
    /// The file of this machine that it is a copy of.
    pub(super) fn source(&self) -> Option<&Path> {
        match self {
            Entry::Program(_, from) => Some(from),
            _ => None,
        }
    }

    fn path(&self) -> &str {
        match self {
            Entry::Program(path, _)
            | Entry::File(path, _)
            | Entry::Script(path, _)
            | Entry::Link(path, _)
            | Entry::Folder(path) => path,
        }
    }
}

/// Writes a layer with the folders above each entry. Equal entries give equal bytes: times are those of 1970.
pub(super) fn write(entries: &[Entry], to: impl Write) -> Result<()> {
    let mut builder = Builder::new(to);
    let mut made = BTreeSet::new();
    for entry in entries {
        let Some(path) = entry.path().strip_prefix('/').filter(|path| !path.is_empty()) else {
            bail!("{:?} does not begin at the root", entry.path());
        };
        for (end, _) in path.match_indices('/') {
            if made.insert(path[..end].to_owned()) {
                let mut header = header(EntryType::Directory, 0o755, 0);
                builder.append_data(&mut header, format!("{}/", &path[..end]), std::io::empty())?;
            }
        }
        match entry {
            Entry::Program(_, from) => {
                let file = File::open(from).with_context(|| format!("cannot read {}", from.display()))?;
                let size = file.metadata().with_context(|| format!("cannot read {}", from.display()))?.len();
                builder.append_data(&mut header(EntryType::Regular, 0o755, size), path, file)?;
            }
            Entry::File(_, content) | Entry::Script(_, content) => {
                let mode = if matches!(entry, Entry::Script(..)) { 0o755 } else { 0o644 };
                let mut header = header(EntryType::Regular, mode, content.len() as u64);
                builder.append_data(&mut header, path, content.as_bytes())?;
            }
            Entry::Link(_, to) => {
                builder.append_link(&mut header(EntryType::Symlink, 0o777, 0), path, to)?;
            }
            Entry::Folder(_) => {
                made.insert(path.to_owned());
                let mut header = header(EntryType::Directory, 0o1777, 0);
                builder.append_data(&mut header, format!("{path}/"), std::io::empty())?;
            }
        }
    }
    builder.into_inner().context("cannot finish the layer")?.flush().context("cannot finish the layer")
}

fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_before_what_is_in_them() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("web");
        std::fs::write(&program, "ELF").unwrap();
        let entries = [
            Entry::Program("/opt/web/bin/web".into(), program),
            Entry::File("/opt/web/settings".into(), "a=b\n".into()),
            Entry::Link("/bin/sh".into(), "busybox".into()),
            Entry::Folder("/tmp".into()),
        ];
        let mut bytes = Vec::new();
        write(&entries, &mut bytes).unwrap();
        let mut archive = tar::Archive::new(&bytes[..]);
        let found: Vec<(String, u32)> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                (entry.path().unwrap().display().to_string(), entry.header().mode().unwrap())
            })
            .collect();
        let expected = [
            ("opt/", 0o755),
            ("opt/web/", 0o755),
            ("opt/web/bin/", 0o755),
            ("opt/web/bin/web", 0o755),
            ("opt/web/settings", 0o644),
            ("bin/", 0o755),
            ("bin/sh", 0o777),
            ("tmp/", 0o1777),
        ];
        assert_eq!(found, expected.map(|(path, mode)| (path.to_owned(), mode)));
        let mut again = Vec::new();
        write(&entries, &mut again).unwrap();
        assert_eq!(bytes, again);
    }

    #[test]
    fn a_path_that_is_not_one_of_the_image_is_refused() {
        assert!(write(&[Entry::File("etc/x".into(), String::new())], Vec::new()).is_err());
    }
}
