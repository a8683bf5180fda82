//! Reading files and folders.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use longshore_diag::{Diagnostic, Place};
use longshore_go::{Bytes, Str};

use crate::near;

/// From this size on, in bytes, a file of documentation is read when somebody looks at it.
const WORTH_PUTTING_OFF: u64 = 4 << 10;

/// Of so many at most, since they stay open.
const MOST_PUT_OFF: usize = 64;

/// How much may be read.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Sum of the sizes of all files, in bytes.
    pub total_bytes: u64,
    /// Number of files.
    pub files: usize,
    /// Depth of folders.
    pub depth: usize,
}

impl Default for Limits {
    /// Helm's own limit for a chart, 100 MiB, and more files than any honest tree has.
    fn default() -> Self {
        Self { total_bytes: 100 << 20, files: 50_000, depth: 64 }
    }
}

/// One file of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path below the tree's root, with `/` between its parts.
    pub path: String,
    /// Its content.
    pub bytes: Bytes,
}

/// The files of a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// The files as one walks a folder: by the names along their paths, so that `a/b` comes before `a-b`.
    pub files: Vec<SourceFile>,
    /// The symbolic links on the way, in the order of the names along their paths. The root is not among them, nor are
    /// those in folders that were not entered.
    pub links: Vec<PathBuf>,
}

/// Reads every file below `root` that `keep` accepts.
///
/// `keep` is asked for each folder and file with its path below the root and whether it is a folder; a
/// refused folder is not entered. That is where `.helmignore` is applied.
///
/// # Errors
/// `root` is no folder, something cannot be read, is neither file nor folder, is a circle of links, or
/// is larger than `limits`.
pub fn read_tree(
    root: &Path,
    limits: &Limits,
    keep: impl FnMut(&str, bool) -> bool,
) -> Result<Tree, Diagnostic> {
    walked(root, limits, keep, None)
}

/// The same, and shows each file to `seen` as soon as it is read.
///
/// Large files of documentation (`.md`) are opened and read when somebody looks at them.
///
/// # Errors
/// As [`read_tree`]. One that is read later and cannot be has an own [failure](Bytes::failure).
pub fn read_tree_telling(
    root: &Path,
    limits: &Limits,
    keep: impl FnMut(&str, bool) -> bool,
    mut seen: impl FnMut(&SourceFile),
) -> Result<Tree, Diagnostic> {
    walked(root, limits, keep, Some(&mut seen))
}

fn walked<'a>(
    root: &'a Path,
    limits: &'a Limits,
    mut keep: impl FnMut(&str, bool) -> bool,
    seen: Option<&'a mut dyn FnMut(&SourceFile)>,
) -> Result<Tree, Diagnostic> {
    if !root.is_dir() {
        return Err(missing(root, "a folder"));
    }
    let (tree, above) = (Tree::default(), Vec::new());
    let (left, buffer) = (limits.total_bytes, Vec::new());
    let mut walk = Walk { root, limits, left, tree, above, buffer, seen, put_off: 0 };
    walk.folder(root, "", false, &mut keep)?;
    Ok(walk.tree)
}

/// Reads one file.
///
/// # Errors
/// It is not there, cannot be read, or is larger than `limits.total_bytes`.
pub fn read_file(path: &Path, limits: &Limits) -> Result<Vec<u8>, Diagnostic> {
    if !path.is_file() {
        return Err(missing(path, "a file"));
    }
    let mut bytes = Vec::new();
    let length = capped(Opened::new(path)?, limits.total_bytes, limits, &mut bytes)?;
    bytes.truncate(length);
    Ok(bytes)
}

struct Walk<'a> {
    root: &'a Path,
    limits: &'a Limits,
    left: u64,
    tree: Tree,
    /// The folders we are in: a link back to one of them is a circle.
    above: Vec<PathBuf>,
    /// Room for a file while it is read: once for all files, so that only what is shared later takes new memory.
    buffer: Vec<u8>,
    /// Who is shown each file. Nobody shows that all of them are wanted at once.
    seen: Option<&'a mut dyn FnMut(&SourceFile)>,
    /// How many files are open, to be read when they are looked at.
    put_off: usize,
}

impl Walk<'_> {
    /// Reads a folder, which is `linked` if a link led to it or to one that it is in.
    fn folder(
        &mut self,
        folder: &Path,
        prefix: &str,
        linked: bool,
        keep: &mut impl FnMut(&str, bool) -> bool,
    ) -> Result<(), Diagnostic> {
        if self.above.len() > self.limits.depth || linked && self.is_circle(folder)? {
            return Err(Diagnostic::error(
                "source/depth",
                "folders lie too deep, or a link leads back into itself",
            )
            .at(Place::file(folder.display().to_string())));
        }
        self.above.push(folder.to_owned());
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
            let entry = entry.map_err(|error| unreadable(folder, &error))?;
            let Ok(name) = entry.file_name().into_string() else {
                return Err(Diagnostic::error("source/name", "a file name is not UTF-8")
                    .at(Place::file(entry.path().display().to_string())));
            };
            entries.push((name, entry));
        }
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (name, entry) in entries {
            let path = entry.path();
            let below = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
            // The folder mostly knows what its entries are: then they need not be asked.
            let own = entry.file_type().map_err(|error| unreadable(&path, &error))?;
            let is_link = own.is_symlink();
            let kind = if is_link {
                self.tree.links.push(PathBuf::from(&below));
                fs::metadata(&path).map_err(|error| unreadable(&path, &error))?.file_type()
            } else {
                own
            };
            if kind.is_dir() {
                if keep(&below, true) {
                    self.folder(&path, &below, linked || is_link, keep)?;
                }
            } else if !kind.is_file() {
                let message = "neither a file nor a folder";
                return Err(Diagnostic::error("source/irregular", message)
                    .at(Place::file(path.display().to_string())));
            } else if keep(&below, false) {
                self.file(&path, below)?;
            }
        }
        self.above.pop();
        Ok(())
    }

    /// Whether the folder is one of those that we are in.
    fn is_circle(&self, folder: &Path) -> Result<bool, Diagnostic> {
        let real = |path: &Path| fs::canonicalize(path).map_err(|error| unreadable(path, &error));
        let here = real(folder)?;
        for above in &self.above {
            if real(above)? == here {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn file(&mut self, path: &Path, below: String) -> Result<(), Diagnostic> {
        if self.tree.files.len() >= self.limits.files {
            return Err(too_large(self.root, &format!("more than {} files", self.limits.files)));
        }
        let opened = Opened::new(path)?;
        let bytes = if self.may_wait(&below, opened.length) {
            self.put_off += 1;
            self.left -= opened.length;
            Bytes::later(opened.length as usize, move || opened.content())
        } else {
            let length = capped(opened, self.left, self.limits, &mut self.buffer)?;
            self.left -= length as u64;
            self.buffer[..length].into()
        };
        let file = SourceFile { path: below, bytes };
        if let Some(seen) = &mut self.seen {
            seen(&file);
        }
        self.tree.files.push(file);
        Ok(())
    }

    /// Whether a file is read only when somebody looks at it.
    fn may_wait(&self, below: &str, length: u64) -> bool {
        let worth_it = WORTH_PUTTING_OFF..=self.left;
        self.seen.is_some()
            && self.put_off < MOST_PUT_OFF
            && Path::new(below).extension().is_some_and(|extension| extension == "md")
            && worth_it.contains(&length)
    }
}

/// A file that is about to be read.
struct Opened {
    path: PathBuf,
    file: File,
    /// What it holds now, in bytes; 0 for what tells no length (a pipe, or a file that the kernel makes up).
    length: u64,
}

impl Opened {
    fn new(path: &Path) -> Result<Self, Diagnostic> {
        let file = File::open(path).map_err(|error| unreadable(path, &error))?;
        let length = file.metadata().map_or(0, |about| about.len());
        Ok(Self { path: path.to_owned(), file, length })
    }

    /// All that it held when it was opened.
    fn content(self) -> Result<Str, String> {
        let mut content = Vec::with_capacity(usize::try_from(self.length).unwrap_or_default());
        self.file
            .take(self.length)
            .read_to_end(&mut content)
            .map_err(|error| unreadable(&self.path, &error).to_string())?;
        Ok(content.into())
    }
}

/// Reads the file's bytes, of which there may be at most `left`, to the front of `room`, which grows as needed; gives how
/// many there are.
fn capped(opened: Opened, left: u64, limits: &Limits, room: &mut Vec<u8>) -> Result<usize, Diagnostic> {
    let Opened { path, mut file, length } = opened;
    let fail = |error| unreadable(&path, &error);
    let mut read = 0;
    if length == 0 || length > left {
        // What tells no length is read to its end.
        room.clear();
        read = file.take(left + 1).read_to_end(room).map_err(fail)?;
    } else {
        // Of others we take what they hold now, mostly at once.
        let length = length as usize;
        if room.len() < length {
            room.resize(length, 0);
        }
        while read < length {
            match file.read(&mut room[read..length]) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(fail(error)),
            }
        }
    }
    if read as u64 > left {
        return Err(too_large(&path, &format!("more than {} MiB in all", limits.total_bytes >> 20)));
    }
    Ok(read)
}

fn missing(path: &Path, wanted: &str) -> Diagnostic {
    let found = if path.exists() { "is something else" } else { "does not exist" };
    let error =
        Diagnostic::error("source/missing", format!("`{}` should be {wanted} and {found}", path.display()));
    match near(path).filter(|_| !path.exists()) {
        Some(meant) => error.hint(format!("did you mean `{}`?", meant.display())),
        None => error,
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("source/unreadable", format!("cannot be read: {error}"))
        .at(Place::file(path.display().to_string()))
}

fn too_large(path: &Path, what: &str) -> Diagnostic {
    Diagnostic::error("source/too-large", what).at(Place::file(path.display().to_string()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;

    use super::{Limits, read_file, read_tree, read_tree_telling};

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    #[test]
    fn files_come_as_one_walks_and_refused_folders_are_not_entered() {
        let dir = tree(&[("b", "1"), ("a/z", "2"), ("a-b", "3"), ("skip/x", "4")]);
        let files =
            read_tree(dir.path(), &Limits::default(), |path, folder| !(folder && path == "skip")).unwrap();
        let paths: Vec<&str> = files.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["a/z", "a-b", "b"]);
    }

    #[test]
    fn a_tree_over_the_limit_is_refused() {
        let dir = tree(&[("a", "12345"), ("b", "12345")]);
        let limits = Limits { total_bytes: 9, ..Limits::default() };
        assert_eq!(read_tree(dir.path(), &limits, |_, _| true).unwrap_err().code, "source/too-large");
        let limits = Limits { files: 1, ..Limits::default() };
        assert_eq!(read_tree(dir.path(), &limits, |_, _| true).unwrap_err().code, "source/too-large");
    }

    #[test]
    fn documentation_is_read_when_it_is_looked_at_and_as_it_was_then() {
        let text = "x".repeat(5000);
        let dir = tree(&[("README.md", &text), ("small.md", "1"), ("values.yaml", &text)]);
        let mut seen = Vec::new();
        let telling = |limits: &Limits, seen: &mut Vec<bool>| {
            read_tree_telling(dir.path(), limits, |_, _| true, |file| seen.push(file.bytes.is_here()))
        };
        let files = telling(&Limits::default(), &mut seen).unwrap().files;
        assert_eq!(seen, [false, true, true]);
        // It was opened when the others were read: what becomes of its name does not matter, nor what is added.
        fs::OpenOptions::new()
            .append(true)
            .open(dir.path().join("README.md"))
            .unwrap()
            .write_all(b"more")
            .unwrap();
        fs::remove_file(dir.path().join("README.md")).unwrap();
        assert_eq!(
            (files[0].bytes.len(), files[0].bytes.shared(), files[0].bytes.failure()),
            (5000, &text.as_str().into(), None)
        );
        fs::write(dir.path().join("README.md"), &text).unwrap();
        let limits = Limits { total_bytes: 10_000, ..Limits::default() };
        assert_eq!(telling(&limits, &mut seen).unwrap_err().code, "source/too-large");
        assert!(read_tree(dir.path(), &Limits::default(), |_, _| true).unwrap().files[0].bytes.is_here());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_told() {
        use std::os::unix::fs::symlink;
        let dir = tree(&[("real/x", "1"), ("skip/y", "2"), ("tree/a-b", "3"), ("tree/skip/z", "4")]);
        let root = dir.path().join("tree");
        symlink("../real", root.join("a")).unwrap();
        symlink("a/x", root.join("b")).unwrap();
        symlink("../real/x", root.join("skip/link")).unwrap();
        let found = read_tree(&root, &Limits::default(), |path, _| path != "skip").unwrap();
        let paths: Vec<&str> = found.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["a/x", "a-b", "b"]);
        let links: Vec<&str> = found.links.iter().filter_map(|link| link.to_str()).collect();
        assert_eq!(links, ["a", "b"]);
        symlink("tree", dir.path().join("other")).unwrap();
        let other =
            read_tree(&dir.path().join("other"), &Limits::default(), |path, _| path == "a-b").unwrap();
        assert_eq!((other.files.len(), other.links.len()), (1, 2));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_back_into_the_tree_is_refused() {
        let dir = tree(&[("a/b", "x")]);
        std::os::unix::fs::symlink(dir.path(), dir.path().join("a/loop")).unwrap();
        assert_eq!(read_tree(dir.path(), &Limits::default(), |_, _| true).unwrap_err().code, "source/depth");
    }

    #[test]
    fn what_is_not_there_is_named() {
        let dir = tree(&[]);
        let error = read_file(&dir.path().join("values.yaml"), &Limits::default()).unwrap_err();
        assert!(error.message.ends_with("values.yaml` should be a file and does not exist"), "{error}");
        assert_eq!(
            read_tree(&dir.path().join("chart"), &Limits::default(), |_, _| true).unwrap_err().code,
            "source/missing"
        );
    }
}
