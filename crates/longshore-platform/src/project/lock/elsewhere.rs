//! What the lock holds of kustomizations: git repositories by their commit, files behind URLs by their digest.
//!
//! Nobody's name and password stand in it, nor what is behind the `?` of a file's URL, which may be a token: of that a
//! digest does, so that two files are told apart.

use std::fmt::Write as _;

use longshore_diag::{Diagnostic, Place};
use longshore_kustomize::remote::{Repository, anonymous, is_commit, told};
use serde::Serialize;

use super::super::fields::Fields;
use super::{DIGEST, Lock, checked, is_digest};
use crate::locked::digest;

const BASE_KEYS: [&str; 5] = ["repository", "reference", "submodules", "commit", "digest"];
const FILE_KEYS: [&str; 3] = ["url", "query", "digest"];

/// A git repository that a kustomization builds on: what an entry is found by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct WantedBase {
    /// Its address, as git is given it.
    pub repository: String,
    /// Branch, tag or commit; empty for the default branch.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// Whether its submodules are taken, too.
    pub submodules: bool,
}

/// One locked repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LockedBase {
    /// What was wanted.
    #[serde(flatten)]
    pub wanted: WantedBase,
    /// The commit that it was.
    pub commit: String,
    /// SHA-256 of its files: `sha256:…`.
    pub digest: String,
}

/// A file behind a URL: what an entry is found by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct WantedFile {
    /// The URL up to its query.
    pub url: String,
    /// SHA-256 of its query, if there is one: `sha256:…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
}

/// One locked file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LockedFile {
    /// What was wanted.
    #[serde(flatten)]
    pub wanted: WantedFile,
    /// SHA-256 of its bytes: `sha256:…`.
    pub digest: String,
}

impl From<&Repository> for WantedBase {
    fn from(repository: &Repository) -> Self {
        Self {
            repository: anonymous(&repository.address),
            reference: repository.reference.clone(),
            submodules: repository.submodules,
        }
    }
}

impl WantedBase {
    /// The address with what is taken there.
    pub fn shown(&self) -> String {
        let at = if self.reference.is_empty() { "" } else { "?ref=" };
        let without = if self.submodules { "" } else { " (without submodules)" };
        format!("{}{at}{}{without}", self.repository, self.reference)
    }
}

impl From<&str> for WantedFile {
    fn from(url: &str) -> Self {
        let query = url.split_once('?').map(|(_, query)| digest(query.as_bytes()));
        Self { url: told(url), query }
    }
}

impl Lock {
    /// The entry for a repository.
    pub fn base(&self, wanted: &WantedBase) -> Option<&LockedBase> {
        self.bases.iter().find(|base| base.wanted == *wanted)
    }

    /// The entry for a file.
    pub fn file(&self, wanted: &WantedFile) -> Option<&LockedFile> {
        self.files.iter().find(|file| file.wanted == *wanted)
    }
}

/// The lists in the file, left out where they are empty.
pub(super) fn to_yaml(lock: &Lock) -> String {
    let mut bases: Vec<&LockedBase> = lock.bases.iter().collect();
    bases.sort_by(|a, b| a.wanted.cmp(&b.wanted));
    let mut files: Vec<&LockedFile> = lock.files.iter().collect();
    files.sort_by(|a, b| a.wanted.cmp(&b.wanted));
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut text = String::new();
    // Writing to a string does not fail.
    text.push_str(if bases.is_empty() { "" } else { "bases:\n" });
    for LockedBase { wanted, commit, digest } in bases {
        let _ = writeln!(text, "  - repository: {}", quoted(&wanted.repository));
        if !wanted.reference.is_empty() {
            let _ = writeln!(text, "    reference: {}", quoted(&wanted.reference));
        }
        if !wanted.submodules {
            text.push_str("    submodules: false\n");
        }
        let _ = writeln!(text, "    commit: {}\n    digest: {}", quoted(commit), quoted(digest));
    }
    text.push_str(if files.is_empty() { "" } else { "files:\n" });
    for LockedFile { wanted, digest } in files {
        let _ = writeln!(text, "  - url: {}", quoted(&wanted.url));
        if let Some(query) = &wanted.query {
            let _ = writeln!(text, "    query: {}", quoted(query));
        }
        let _ = writeln!(text, "    digest: {}", quoted(digest));
    }
    text
}

fn twice(what: &str, place: Place) -> Diagnostic {
    Diagnostic::error("lock/broken", format!("{what} is there twice")).at(place)
}

/// Reads the repositories.
pub(super) fn bases(lock: &Fields<'_>, file: &str) -> Result<Vec<LockedBase>, Diagnostic> {
    let mut bases: Vec<LockedBase> = Vec::new();
    for (at, node) in lock.list("bases")?.into_iter().enumerate() {
        let fields = Fields::read(file, format!("base {} of the lock file", at + 1), node, &BASE_KEYS)?;
        let is_address = |text: &str| {
            // Git would take it for an option, and what has a name and a password is nothing for this file.
            !text.is_empty() && !text.starts_with('-') && anonymous(text) == text
        };
        let what = "the address of a repository, without anybody's name and password";
        let repository = checked(&fields, "repository", what, &is_address)?.value;
        let reference = fields.string("reference")?.map(|placed| placed.value).unwrap_or_default();
        let submodules = fields.boolean("submodules")?.unwrap_or(true);
        let commit = checked(&fields, "commit", "a whole commit hash", &is_commit)?;
        if is_commit(&reference) && !reference.eq_ignore_ascii_case(&commit.value) {
            let message = format!("`{repository}` at {reference} is locked as another commit");
            return Err(Diagnostic::error("lock/broken", message).at(commit.place));
        }
        let digest = checked(&fields, "digest", DIGEST, &is_digest)?.value;
        let wanted = WantedBase { repository, reference, submodules };
        if bases.iter().any(|other| other.wanted == wanted) {
            return Err(twice(&format!("base `{}`", wanted.shown()), fields.place()));
        }
        bases.push(LockedBase { wanted, commit: commit.value, digest });
    }
    Ok(bases)
}

/// Reads the files.
pub(super) fn files(lock: &Fields<'_>, file: &str) -> Result<Vec<LockedFile>, Diagnostic> {
    let mut files: Vec<LockedFile> = Vec::new();
    for (at, node) in lock.list("files")?.into_iter().enumerate() {
        let fields = Fields::read(file, format!("file {} of the lock file", at + 1), node, &FILE_KEYS)?;
        let is_url = |text: &str| longshore_kustomize::loader::is_url(text) && told(text) == text;
        let what = "a URL of http or https, without a query and without anybody's name and password";
        let url = checked(&fields, "url", what, &is_url)?.value;
        let query = match fields.string("query")? {
            Some(_) => Some(checked(&fields, "query", DIGEST, &is_digest)?.value),
            None => None,
        };
        let digest = checked(&fields, "digest", DIGEST, &is_digest)?.value;
        let wanted = WantedFile { url, query };
        if files.iter().any(|other| other.wanted == wanted) {
            return Err(twice(&format!("file `{}`", wanted.url), fields.place()));
        }
        files.push(LockedFile { wanted, digest });
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use longshore_kustomize::remote::Repository;

    use super::super::parse_lock;
    use super::{Lock, LockedBase, LockedFile, WantedBase, WantedFile};

    fn lock() -> Lock {
        let base = |address: &str, commit: &str| LockedBase {
            wanted: WantedBase::from(&Repository::parse(address).unwrap()),
            commit: commit.repeat(20),
            digest: format!("sha256:{}", "c3".repeat(32)),
        };
        let file = |url: &str| LockedFile {
            wanted: WantedFile::from(url),
            digest: format!("sha256:{}", "d4".repeat(32)),
        };
        Lock {
            bases: vec![
                base("https://me:hunter2@x.example/o/r//a?ref=v1&submodules=false", "a1"),
                base("git@x.example:o/r.git/a", "b2"),
            ],
            files: vec![
                file("https://me:hunter2@x.example/a.yaml?token=hunter2"),
                file("https://x.example/a.yaml"),
            ],
            ..Lock::default()
        }
    }

    #[test]
    fn what_is_written_is_read_again_and_holds_no_secret() {
        let lock = lock();
        let text = lock.to_yaml();
        assert!(!text.contains("hunter2"), "{text}");
        let again = parse_lock(&text, "longshore.lock").unwrap();
        assert_eq!(again.to_yaml(), text);
        for base in &lock.bases {
            assert_eq!(again.base(&base.wanted), Some(base));
        }
        for file in &lock.files {
            assert_eq!(again.file(&file.wanted), Some(file));
        }
        assert_eq!(again.file(&WantedFile::from("https://x.example/a.yaml?token=other")), None);
    }

    #[test]
    fn mistakes_are_told_with_their_lines() {
        let text = lock().to_yaml();
        let check = |from: &str, to: &str, expected: &str| {
            assert!(text.contains(from), "{text}");
            let error = parse_lock(&text.replacen(from, to, 1), "longshore.lock").unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
            assert!(error.ends_with("(`longshore update` writes it anew)"), "{error}");
        };
        check(
            &"b2".repeat(20),
            "main",
            "longshore.lock:7:13: `commit` of base 1 of the lock file must be a whole commit hash, not `main`",
        );
        let pinned = format!("reference: \"{}\"", "e5".repeat(20));
        check("reference: \"v1\"", &pinned, "longshore.lock:12:13: `https://x.example/o/r` at e5e5");
        check(
            "\"git@x.example:o/r.git\"",
            "\"--upload-pack=x\"",
            "longshore.lock:6:17: `repository` of base 1",
        );
        check(
            "https://x.example/o/r",
            "https://me:x@x.example/o/r",
            "longshore.lock:9:17: `repository` of base 2",
        );
        check("submodules: false", "submodules: no-no", "longshore.lock:11:17: `submodules` of base 2");
        check("sha256:c3", "sha256:C3", "longshore.lock:8:13: `digest` of base 1");
        check("https://x.example/a.yaml", "file:///a.yaml", "longshore.lock:15:10: `url` of file 1");
        check("    query: ", "    query: x #", "longshore.lock:18:12: `query` of file 2");
        let bases = text.find("  - repository").unwrap()..text.find("files:").unwrap();
        let twice = text.replacen("files:", &format!("{}files:", &text[bases]), 1);
        let error = parse_lock(&twice, "longshore.lock").unwrap_err().to_string();
        assert!(
            error.starts_with("longshore.lock:14:5: base `git@x.example:o/r.git` is there twice"),
            "{error}"
        );
    }
}
