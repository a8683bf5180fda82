//! The files that a translation may read, and how many.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use longshore_diag::{Diagnostic, Place};

/// A folder of somebody's, and what is around it. Paths are relative to it, with `/` between their parts.
pub trait Files {
    /// The content of a file; nothing if it is not there.
    ///
    /// # Errors
    /// It is there and cannot be read, or is larger than `most` bytes.
    fn read(&self, path: &str, most: usize) -> Result<Option<Vec<u8>>, Diagnostic>;

    /// What is in a folder, by name; nothing if it is not there.
    ///
    /// # Errors
    /// It cannot be read.
    fn list(&self, folder: &str) -> Result<Vec<Entry>, Diagnostic>;
}

/// Something in a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// Files that are held in memory, by their paths.
#[derive(Debug, Clone, Default)]
pub struct Memory(BTreeMap<String, Vec<u8>>);

impl<const N: usize> From<[(&str, &str); N]> for Memory {
    fn from(files: [(&str, &str); N]) -> Self {
        files.into_iter().collect()
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Memory {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(files: I) -> Self {
        Self(files.into_iter().map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).collect())
    }
}

impl Files for Memory {
    fn read(&self, path: &str, most: usize) -> Result<Option<Vec<u8>>, Diagnostic> {
        match self.0.get(path) {
            Some(bytes) if bytes.len() > most => Err(too_large(path, most)),
            found => Ok(found.cloned()),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, Diagnostic> {
        let below = |path: &str| match folder {
            "" | "." => Some(path.to_owned()),
            _ => Some(path.strip_prefix(folder)?.strip_prefix('/')?.to_owned()),
        };
        let entries: BTreeSet<Entry> = self
            .0
            .keys()
            .filter_map(|path| below(path))
            .map(|rest| match rest.split_once('/') {
                Some((name, _)) => Entry { name: name.to_owned(), is_folder: true },
                None => Entry { name: rest, is_folder: false },
            })
            .collect();
        Ok(entries.into_iter().collect())
    }
}

/// Most bytes of one file, of all of them, and their number.
const FILE: usize = 8 << 20;
const ALL: usize = 64 << 20;
const NUMBER: usize = 5_000;

/// Reads files within a budget.
pub struct Reader<'a> {
    files: &'a dyn Files,
    bytes: Cell<usize>,
    number: Cell<usize>,
}

impl<'a> Reader<'a> {
    /// With a whole budget.
    pub fn new(files: &'a dyn Files) -> Self {
        Self { files, bytes: Cell::new(ALL), number: Cell::new(NUMBER) }
    }

    /// The content of a file; nothing if it is not there.
    ///
    /// # Errors
    /// As of [`Files::read`]; the budget is used up.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Diagnostic> {
        self.count(path)?;
        let most = FILE.min(self.bytes.get());
        let Some(bytes) = self.files.read(path, most)? else { return Ok(None) };
        self.bytes.set(self.bytes.get() - bytes.len().min(most));
        Ok(Some(bytes))
    }

    /// The same as text.
    ///
    /// # Errors
    /// As of [`Reader::read`]; it is not UTF-8.
    pub fn text(&self, path: &str) -> Result<Option<String>, Diagnostic> {
        let Some(bytes) = self.read(path)? else { return Ok(None) };
        let text = String::from_utf8(bytes).map_err(|_| {
            Diagnostic::error("import/encoding", "the file must be UTF-8, and is not").at(Place::file(path))
        })?;
        Ok(Some(text))
    }

    /// The text of a file that must be there.
    ///
    /// # Errors
    /// As of [`Reader::text`]; it is not there.
    pub fn required(&self, path: &str) -> Result<String, Diagnostic> {
        self.text(path)?.ok_or_else(|| {
            Diagnostic::error("import/missing", format!("there is no file `{path}`"))
                .hint("name a file or a folder that is there")
        })
    }

    /// What is in a folder.
    ///
    /// # Errors
    /// As of [`Files::list`]; the budget is used up.
    pub fn list(&self, folder: &str) -> Result<Vec<Entry>, Diagnostic> {
        self.count(folder)?;
        self.files.list(folder)
    }

    /// Whether there is a file of that path.
    pub fn has(&self, path: &str) -> bool {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.files
            .list(folder)
            .is_ok_and(|all| all.iter().any(|entry| entry.name == name && !entry.is_folder))
    }

    fn count(&self, path: &str) -> Result<(), Diagnostic> {
        let Some(left) = self.number.get().checked_sub(1) else {
            let message = format!("more than {NUMBER} files and folders were asked for");
            return Err(Diagnostic::error("import/too-much", message)
                .at(Place::file(path))
                .hint("choose a folder with less in it"));
        };
        self.number.set(left);
        Ok(())
    }
}

/// That a file is larger than is read.
pub fn too_large(path: &str, most: usize) -> Diagnostic {
    Diagnostic::error(
        "import/too-large",
        format!("the file is larger than the {most} bytes that are read of it"),
    )
    .at(Place::file(path))
    .hint("is it the right file?")
}

/// A path seen from a folder: `join("a/b", "../c")` is `a/c`. What leads out of where it begins keeps its `..`.
pub fn join(folder: &str, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let root = if folder.starts_with('/') { "/" } else { "" };
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{Files, Memory, Reader, join};

    #[test]
    fn paths_are_joined() {
        assert_eq!(join("a/b", "../c/./d"), "a/c/d");
        assert_eq!(join("", "../../x"), "../../x");
        assert_eq!(join("..", "x"), "../x");
        assert_eq!(join("a", ".."), "");
        assert_eq!(join("a", "/etc/x"), "/etc/x");
        assert_eq!(join("/a", "b"), "/a/b");
    }

    #[test]
    fn a_folder_is_listed_once() {
        let files = Memory::from([("a/x", ""), ("a/b/y", ""), ("a/b/z", ""), ("ab/c", "")]);
        let names: Vec<String> = files.list("a").unwrap().into_iter().map(|entry| entry.name).collect();
        assert_eq!(names, ["b", "x"]);
    }

    #[test]
    fn files_have_a_budget() {
        let big = "x".repeat((8 << 20) + 1);
        let files: Memory = [("big", &*big), ("a", "x")].into_iter().collect();
        let reader = Reader::new(&files);
        assert!(reader.read("big").unwrap_err().to_string().contains("larger than"));
        let last = (0..10_000).find_map(|_| reader.read("a").err()).unwrap();
        assert!(last.to_string().contains("more than 5000 files"), "{last}");
    }
}
