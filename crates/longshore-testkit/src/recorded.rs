//! The text files of `compat/kustomize`: cases, each a command line with the files it finds, and what the original
//! answered to each.
//!
//! ```text
//! //- PATH               a file that every case of this text has
//! //= NAME: ARGUMENTS    a case; without arguments it is `build .`; `VARIABLE=VALUE` may stand in front, where `/case` is
//!                        the folder of the case
//! //- PATH               a file of this case; in place of the common one, if there is one at that path
//! //- PATH (escaped)     \n, \r, \t, \\ and \xFF stand for bytes; line ends do not count
//! //- PATH (program)     a file that may be executed
//! //- PATH (folder)      an empty folder
//! //- PATH -> TARGET     a link
//! //- PATH <- FOLDER     the files of a folder of this repository
//! ```
//!
//! Answers are of the same shape: `//= NAME (EXIT CODE)`, then the files `out` and `err`, if they are not empty, and
//! those that the command made, below `new/`. They are escaped where a file of text could not hold them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::tools::workspace_root;

/// The time in front of a line, as Go's `log` writes it.
const TIME: &[u8] = b"0000/00/00 00:00:00 ";

/// How the names of files begin through which plugins are told what to do.
const TEMPORARY: &[u8] = b"kust-plugin-config-";

/// How the last line begins that a program writes which dies of a bug of its own.
const PANIC: &str = "panic: ";

/// Hexadecimal digits of an address of Go's heap, at the least.
const SHORTEST_ADDRESS: usize = 8;

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A file with its bytes.
    File(Vec<u8>),
    /// A file that may be executed.
    Program(Vec<u8>),
    /// An empty folder.
    Folder,
    /// A link with what it leads to.
    Link(String),
}

/// A command line and the files that it finds where it is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Unique in its text.
    pub name: String,
    /// Variables of the environment; `/case` in a value is the folder of the case.
    variables: Vec<(String, String)>,
    /// Behind the program's name.
    pub arguments: Vec<String>,
    /// By path.
    pub files: BTreeMap<String, Entry>,
}

/// What a program answered to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Its exit code.
    pub code: i32,
    /// `out`, `err`, and the new files, below `new/`.
    pub files: BTreeMap<String, Entry>,
}

/// The cases of a text.
///
/// # Errors
/// Tells a line that cannot be understood, and a name that stands there twice.
pub fn cases(text: &str) -> Result<Vec<Case>> {
    let (common, blocks) = blocks(text)?;
    let mut cases: Vec<Case> = Vec::new();
    for (head, own) in blocks {
        let (name, arguments) = head.split_once(": ").unwrap_or((head, "build ."));
        if cases.iter().any(|case| case.name == name) {
            bail!("the name {name:?} stands there twice");
        }
        let mut arguments = arguments.split_whitespace().map(ToOwned::to_owned).peekable();
        let mut variables = Vec::new();
        while let Some(word) = arguments.next_if(|word: &String| word.contains('=')) {
            let (variable, value) = word.split_once('=').unwrap_or_default();
            variables.push((variable.to_owned(), value.to_owned()));
        }
        let mut files = common.clone();
        files.extend(own);
        cases.push(Case { name: name.to_owned(), variables, arguments: arguments.collect(), files });
    }
    Ok(cases)
}

/// The answers of a text, by the names of their cases.
///
/// # Errors
/// Tells a line that cannot be understood.
pub fn answers(text: &str) -> Result<BTreeMap<String, Answered>> {
    let mut answers = BTreeMap::new();
    for (head, files) in blocks(text)?.1 {
        let parsed = head.strip_suffix(')').and_then(|head| head.rsplit_once(" ("));
        let (name, code) = parsed.with_context(|| format!("no exit code in {head:?}"))?;
        let code = code.parse().with_context(|| format!("no exit code in {head:?}"))?;
        answers.insert(name.to_owned(), Answered { code, files });
    }
    Ok(answers)
}

impl Case {
    /// The variables of the environment if the case was laid out in `folder`.
    ///
    /// # Errors
    /// Tells a folder that is not there.
    pub fn environment(&self, folder: &Path) -> Result<Vec<(String, String)>> {
        let here = folder.canonicalize().with_context(|| format!("no {}", folder.display()))?;
        let here = here.to_str().context("a folder's name is no text")?;
        let value = |value: &str| value.replace("/case", here);
        Ok(self.variables.iter().map(|(name, text)| (name.clone(), value(text))).collect())
    }

    /// Writes the files of the case.
    ///
    /// # Errors
    /// Tells what cannot be written.
    pub fn lay_out(&self, folder: &Path) -> Result<()> {
        for (path, entry) in &self.files {
            let path = folder.join(path);
            let above = path.parent().unwrap_or(folder);
            fs::create_dir_all(above).with_context(|| format!("cannot create {}", above.display()))?;
            match entry {
                Entry::File(bytes) => fs::write(&path, bytes),
                Entry::Program(bytes) => fs::write(&path, bytes)
                    .and_then(|()| crate::make_executable(&path).map_err(std::io::Error::other)),
                Entry::Folder => fs::create_dir_all(&path),
                Entry::Link(target) => std::os::unix::fs::symlink(target, &path),
            }
            .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    /// What a program answered that was started in `folder`, where the case was laid out. The folder is called `/case`,
    /// addresses are called `0xADDRESS`, times are zero, names of temporary files are one, and what follows a panic or begins with `Usage:` is not kept.
    ///
    /// # Errors
    /// Tells what cannot be read.
    pub fn answered(&self, folder: &Path, code: i32, out: &[u8], err: &[u8]) -> Result<Answered> {
        let here = folder.canonicalize().with_context(|| format!("no {}", folder.display()))?;
        let here = here.to_str().context("a folder's name is no text")?;
        let mut files = BTreeMap::new();
        for (name, bytes) in [("out", out.to_vec()), ("err", stable(err))] {
            if !bytes.is_empty() {
                let bytes = with_one_name(&without(&bytes, here));
                files.insert(name.to_owned(), Entry::File(bytes));
            }
        }
        let mut folders = vec![PathBuf::from(here)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
                let path = entry?.path();
                let name = path.strip_prefix(here)?.to_str().context("a file's name is no text")?.to_owned();
                if path.is_symlink() {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
                let is_old = matches!(
                    self.files.get(&name),
                    Some(Entry::File(old) | Entry::Program(old)) if *old == bytes
                );
                if !is_old {
                    files.insert(format!("new/{name}"), Entry::File(without(&bytes, here)));
                }
            }
        }
        Ok(Answered { code, files })
    }
}

impl Answered {
    /// Whether the program died of a bug of its own. Ours must fail then, in words of its own.
    #[must_use]
    pub fn panicked(&self) -> bool {
        let Some(Entry::File(err)) = self.files.get("err") else { return false };
        String::from_utf8_lossy(err).lines().any(|line| line.starts_with(PANIC))
    }

    /// The answer as it is recorded.
    #[must_use]
    pub fn written(&self, name: &str) -> String {
        let mut text = format!("//= {name} ({})\n", self.code);
        for (path, entry) in &self.files {
            let Entry::File(bytes) = entry else { continue };
            match std::str::from_utf8(bytes) {
                Ok(plain) if plain.ends_with('\n') && !plain.contains('\r') && !has_marks(plain) => {
                    let _ = write!(text, "//- {path}\n{plain}");
                }
                _ => {
                    let _ = writeln!(text, "//- {path} (escaped)\n{}", escaped(bytes));
                }
            }
        }
        text
    }
}

/// The files of a text.
type Files = BTreeMap<String, Entry>;

/// The common files, and for each case what stands behind its mark, and its files.
fn blocks(text: &str) -> Result<(Files, Vec<(&str, Files)>)> {
    let (mut common, mut blocks) = (Files::new(), Vec::<(&str, Files)>::new());
    let mut open: Option<(String, bool)> = None;
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let mark = line.trim_end_matches('\n');
        let files = blocks.last_mut().map_or(&mut common, |(_, files)| files);
        if let Some(name) = mark.strip_prefix("//= ") {
            open = None;
            blocks.push((name, Files::new()));
        } else if let Some(path) = mark.strip_prefix("//- ") {
            if let Some((path, from)) = path.split_once(" <- ") {
                open = None;
                copy(&workspace_root().join(from), path, files)?;
                continue;
            }
            let (path, entry, escaped) = if let Some((path, target)) = path.split_once(" -> ") {
                (path, Entry::Link(target.to_owned()), None)
            } else if let Some(path) = path.strip_suffix(" (program)") {
                (path, Entry::Program(Vec::new()), Some(false))
            } else if let Some(path) = path.strip_suffix(" (folder)") {
                (path, Entry::Folder, None)
            } else if let Some(path) = path.strip_suffix(" (escaped)") {
                (path, Entry::File(Vec::new()), Some(true))
            } else {
                (path, Entry::File(Vec::new()), Some(false))
            };
            files.insert(path.to_owned(), entry);
            open = escaped.map(|escaped| (path.to_owned(), escaped));
        } else if let Some((path, escaped)) = &open {
            let Some(Entry::File(bytes) | Entry::Program(bytes)) = files.get_mut(path) else { continue };
            if *escaped {
                unescape(mark, bytes).with_context(|| format!("line {}", at + 1))?;
            } else {
                bytes.extend_from_slice(line.as_bytes());
            }
        } else if !(mark.is_empty() || mark.starts_with('#')) {
            bail!("line {} belongs to no file: {mark}", at + 1);
        }
    }
    Ok((common, blocks))
}

/// Adds the files of a folder, below `path`.
fn copy(from: &Path, path: &str, files: &mut Files) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))? {
        let entry = entry?;
        let name = entry.file_name().into_string().ok().context("a file's name is no text")?;
        let path = if path == "." { name } else { format!("{path}/{name}") };
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &path, files)?;
            continue;
        }
        let bytes =
            fs::read(entry.path()).with_context(|| format!("cannot read {}", entry.path().display()))?;
        files.insert(path, Entry::File(bytes));
    }
    Ok(())
}

fn has_marks(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("//= ") || line.starts_with("//- "))
}

fn unescape(line: &str, bytes: &mut Vec<u8>) -> Result<()> {
    let mut rest = line;
    while let Some((plain, escape)) = rest.split_once('\\') {
        bytes.extend_from_slice(plain.as_bytes());
        let kind = escape.chars().next().context("a line ends in a backslash")?;
        rest = &escape[kind.len_utf8()..];
        match kind {
            'n' => bytes.push(b'\n'),
            'r' => bytes.push(b'\r'),
            't' => bytes.push(b'\t'),
            '\\' => bytes.push(b'\\'),
            'x' => {
                let (hex, behind) = rest.split_at_checked(2).context("\\x wants two digits")?;
                bytes.push(u8::from_str_radix(hex, 16).context("\\x wants two digits")?);
                rest = behind;
            }
            other => bail!("\\{other} is no escape"),
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(())
}

/// What [`unescape`] makes the bytes of, a line for each of theirs.
fn escaped(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\n' => text.push_str("\\n\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                '\\' => text.push_str("\\\\"),
                '/' if text.is_empty() || text.ends_with('\n') => text.push_str("\\x2f"),
                other => text.push(other),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text.strip_suffix('\n').map(ToOwned::to_owned).unwrap_or(text)
}

/// What is the same each time of standard error, and not only in the original's words: neither times in front of lines,
/// nor what follows a panic, nor the help that follows a mistake.
fn stable(err: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for line in err.split_inclusive(|&byte| byte == b'\n') {
        if line == b"Usage:\n" {
            break;
        }
        match line.split_at_checked(TIME.len()) {
            Some((time, rest)) if time.iter().zip(TIME).all(|(byte, like)| is_like(*byte, *like)) => {
                text.extend_from_slice(TIME);
                text.extend_from_slice(rest);
            }
            _ => text.extend_from_slice(line),
        }
        if line.starts_with(PANIC.as_bytes()) {
            break;
        }
    }
    without_addresses(&text)
}

/// Whether a byte is what stands in [`TIME`], where zeros are any digits.
fn is_like(byte: u8, like: u8) -> bool {
    if like == b'0' { byte.is_ascii_digit() } else { byte == like }
}

/// The bytes with what Go prints of a pointer called the same each time.
fn without_addresses(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, behind)) = rest.split_first() {
        let digits = rest.strip_prefix(b"0x").unwrap_or_default();
        let length = digits.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if length >= SHORTEST_ADDRESS {
            text.extend_from_slice(b"0xADDRESS");
            rest = &digits[length..];
        } else {
            text.push(first);
            rest = behind;
        }
    }
    text
}

/// The bytes with temporary files of plugins called the same each time.
fn with_one_name(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(TEMPORARY.len()).position(|part| part == TEMPORARY) {
        let (before, behind) = rest.split_at(at + TEMPORARY.len());
        text.extend_from_slice(before);
        text.extend_from_slice(b"NAME");
        let length = behind.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        rest = &behind[length..];
    }
    text.extend_from_slice(rest);
    text
}

/// The bytes with the folder's path called `/case`.
fn without(bytes: &[u8], here: &str) -> Vec<u8> {
    let mut rest = bytes;
    let mut text = Vec::with_capacity(bytes.len());
    while let Some(at) = rest.windows(here.len()).position(|part| part == here.as_bytes()) {
        text.extend_from_slice(&rest[..at]);
        text.extend_from_slice(b"/case");
        rest = &rest[at + here.len()..];
    }
    text.extend_from_slice(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_have_the_common_files_and_their_own() {
        let text = "# why\n//- a\nx\n//= one\n//- a\ny\n//= two: build b --flag\n//- b (escaped)\n1\\r\n\\n\\x2f\n//- c -> a\n//- d (folder)\n";
        let cases = cases(text).unwrap();
        assert_eq!(cases.len(), 2);
        assert_eq!(cases[0].files["a"], Entry::File(b"y\n".to_vec()));
        assert_eq!(cases[1].arguments, ["build", "b", "--flag"]);
        assert_eq!(cases[1].files["a"], Entry::File(b"x\n".to_vec()));
        assert_eq!(cases[1].files["b"], Entry::File(b"1\r\n/".to_vec()));
        assert_eq!((&cases[1].files["c"], &cases[1].files["d"]), (&Entry::Link("a".into()), &Entry::Folder));
    }

    #[test]
    fn a_folder_of_the_repository_is_copied() {
        let cases = cases("//- here <- crates/longshore-testkit\n//= a\n").unwrap();
        let Entry::File(bytes) = &cases[0].files["here/src/recorded.rs"] else { panic!("no file") };
        assert_eq!(bytes, include_bytes!("recorded.rs"));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let bytes: [&[u8]; 5] = [b"a\n", b"no end", b"cr\r\n", b"//= mark\n\\\n", b"\xff\n//- \n"];
        for bytes in bytes {
            let files = BTreeMap::from([("out".to_owned(), Entry::File(bytes.to_vec()))]);
            let answered = Answered { code: 1, files };
            assert_eq!(answers(&answered.written("a b")).unwrap()["a b"], answered, "{bytes:?}");
        }
    }

    #[test]
    fn new_files_are_part_of_an_answer() {
        let folder = tempfile::tempdir().unwrap();
        let case = cases("//= a: x\n//- old\n1\n").unwrap().swap_remove(0);
        case.lay_out(folder.path()).unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        fs::write(folder.path().join("sub/new"), "2\n").unwrap();
        let here = folder.path().canonicalize().unwrap();
        let error = format!("no {}/x\n", here.display());
        let answered = case.answered(folder.path(), 3, b"", error.as_bytes()).unwrap();
        assert_eq!(answered.written("a"), "//= a (3)\n//- err\nno /case/x\n//- new/sub/new\n2\n");
        let answered =
            case.answered(folder.path(), 2, b"", b"&{0xc000123456 0x1}\npanic: no\n0x12\n").unwrap();
        assert_eq!(answered.files["err"], Entry::File(b"&{0xADDRESS 0x1}\npanic: no\n".to_vec()));
        assert!(answered.panicked());
        let err = b"2026/11/21 01:02:03 careful\nError: no\nUsage:\n  x\n";
        let answered = case.answered(folder.path(), 1, b"", err).unwrap();
        assert_eq!(answered.files["err"], Entry::File(b"0000/00/00 00:00:00 careful\nError: no\n".to_vec()));
    }

    #[test]
    fn mistakes_are_told() {
        assert!(cases("words\n").is_err());
        assert!(cases("//= a\n//= a\n").is_err());
        assert!(cases("//= a\n//- b (escaped)\n\\q\n").is_err());
        assert!(answers("//= a\n").is_err());
        assert!(cases("//= a\n//- b <- no/such/folder\n").is_err());
    }
}
