//! What is to be written: folders and files below the destination.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::loader::join;

/// Most bytes of all files.
const MAX_BYTES: usize = 1 << 30;

/// Something to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// A folder.
    Folder,
    /// A file with these bytes.
    File(Vec<u8>),
}

/// Folders and files by their paths, which are relative to the destination; a folder stands before what is in it.
#[derive(Clone, Debug)]
pub struct Tree {
    destination: String,
    entries: BTreeMap<String, Written>,
    bytes: usize,
}

impl Tree {
    /// Nothing yet.
    pub(super) fn new(destination: &str) -> Self {
        Self { destination: destination.to_owned(), entries: BTreeMap::new(), bytes: 0 }
    }

    /// All of it.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Written)> {
        self.entries.iter().map(|(path, written)| (path.as_str(), written))
    }

    /// Whether there is something at a path.
    pub(super) fn has(&self, path: &str) -> bool {
        path == "." || self.entries.contains_key(path)
    }

    /// Whether there is a file at a path.
    pub(super) fn has_file(&self, path: &str) -> bool {
        matches!(self.entries.get(path), Some(Written::File(_)))
    }

    /// A folder, and those above it.
    ///
    /// # Errors
    /// A file is in the way.
    pub(super) fn make_folder(&mut self, path: &str) -> Result<(), Error> {
        self.check(path)?;
        if path == "." {
            return Ok(());
        }
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        for end in ends {
            let folder = &path[..end];
            match self.entries.get(folder) {
                Some(Written::Folder) => {}
                Some(Written::File(_)) => {
                    let place = join(&self.destination, folder);
                    return Err(Error::new(format!("mkdir {place}: not a directory")));
                }
                None => {
                    self.entries.insert(folder.to_owned(), Written::Folder);
                }
            }
        }
        Ok(())
    }

    /// A file, in a folder that is there; one that is there is overwritten.
    ///
    /// # Errors
    /// A folder is in the way, or it becomes too much.
    pub(super) fn write(&mut self, path: &str, content: Vec<u8>) -> Result<(), Error> {
        self.check(path)?;
        let place = || join(&self.destination, path);
        if matches!(self.entries.get(path), Some(Written::Folder)) || path == "." {
            return Err(Error::new(format!("open {}: is a directory", place())));
        }
        self.bytes = self.bytes.saturating_add(content.len());
        if self.bytes > MAX_BYTES {
            let text = format!("write {}: localized files have more than {MAX_BYTES} bytes", place());
            return Err(Error::new(text));
        }
        self.entries.insert(path.to_owned(), Written::File(content));
        Ok(())
    }

    /// Refuses paths that lead out of the destination.
    fn check(&self, path: &str) -> Result<(), Error> {
        if path == ".." || path.starts_with("../") || path.starts_with('/') {
            let text = format!("{path} leads out of localize destination {}", self.destination);
            return Err(Error::new(text));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_folders_are_in_each_others_way() {
        let mut tree = Tree::new("/d");
        tree.make_folder("a/b").unwrap();
        tree.write("a/f", Vec::new()).unwrap();
        let text = |result: Result<(), Error>| result.unwrap_err().to_string();
        assert_eq!(text(tree.make_folder("a/f/g")), "mkdir /d/a/f: not a directory");
        assert_eq!(text(tree.write("a/b", Vec::new())), "open /d/a/b: is a directory");
        assert_eq!(text(tree.write("../x", Vec::new())), "../x leads out of localize destination /d");
        assert_eq!(tree.entries().map(|(path, _)| path).collect::<Vec<_>>(), ["a", "a/b", "a/f"]);
    }
}
