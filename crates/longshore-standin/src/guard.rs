//! Who is let in: whoever shows a token of which the service knows the digest.
//!
//! Digests are compared in constant time, and all of them each time, so that how long an answer takes says nothing of
//! how much of a token was right, nor which one it was.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};

/// What begins the name of a file with a digest; behind it stands whose it is.
const FILE: &str = "token.";

/// As whom somebody is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor(pub String);

/// The tokens that are known, by their digests.
#[derive(Debug, Clone)]
pub struct Guard {
    /// Where files `token.NAME` with `sha256:` and a digest in hexadecimal lie.
    folder: Option<PathBuf>,
    /// Digests of the keys of clients.
    keys: Vec<String>,
}

impl Guard {
    /// A guard of a folder of digests, and of keys.
    pub fn new(folder: Option<PathBuf>, keys: &[String]) -> Self {
        Self { folder, keys: keys.iter().map(|key| sha256(key)).collect() }
    }

    /// Whose token it is, if it is known.
    pub fn knows(&self, token: &str) -> Option<Visitor> {
        let shown = sha256(token);
        let mut found = None;
        let keys = self.keys.iter().map(|digest| ("client".to_owned(), digest.clone()));
        for (name, digest) in self.tokens().into_iter().chain(keys) {
            if verify_slices_are_equal(digest.as_bytes(), shown.as_bytes()).is_ok() {
                found = Some(Visitor(name));
            }
        }
        found
    }

    /// The digests of the folder, read anew each time: a Secret changes while it is mounted.
    fn tokens(&self) -> BTreeMap<String, String> {
        let entries = self.folder.as_ref().and_then(|folder| fs::read_dir(folder).ok());
        let paths = entries.into_iter().flatten().flatten().map(|entry| entry.path());
        let tokens = paths.filter_map(|path| {
            let name = path.file_name()?.to_str()?.strip_prefix(FILE)?.to_owned();
            Some((name, fs::read_to_string(&path).ok()?.trim().to_owned()))
        });
        tokens.collect()
    }
}

/// `sha256:` and the digest of a text in hexadecimal.
fn sha256(text: &str) -> String {
    let mut written = "sha256:".to_owned();
    for byte in digest(&SHA256, text.as_bytes()).as_ref() {
        let _ = write!(written, "{byte:02x}");
    }
    written
}

#[cfg(test)]
mod tests {
    use longshore_testkit::Project;

    use super::*;

    #[test]
    fn a_digest_is_written_as_sha256sum_writes_it() {
        assert_eq!(sha256(""), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    /// KB9: a token is known by its digest, until the file is gone.
    #[test]
    fn a_token_is_known_while_its_digest_is_there() {
        let folder = Project::new("").unwrap();
        folder.write("token.eu", &format!("{}\n", sha256("abc"))).unwrap();
        folder.write("API_KEYS", &sha256("not a token")).unwrap();
        let guard = Guard::new(Some(folder.path().to_owned()), &["key".to_owned()]);
        assert_eq!(guard.knows("abc"), Some(Visitor("eu".to_owned())));
        assert_eq!(guard.knows("key"), Some(Visitor("client".to_owned())));
        for unknown in ["abd", "", "not a token", &sha256("abc")] {
            assert_eq!(guard.knows(unknown), None, "{unknown}");
        }
        fs::remove_file(folder.path().join("token.eu")).unwrap();
        assert_eq!(guard.knows("abc"), None);
    }
}
