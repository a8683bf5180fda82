//! What kustomizations name elsewhere as files of the project: what they are called, and whether they are what is locked.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use longshore_diag::{Diagnostic, Place};
use longshore_source::checkout::{self, Checkout};

use crate::locked::digest;
use crate::project::{Lock, LockedBase, LockedFile};

/// The folder, beside the project file.
pub(crate) const VENDOR: &str = "vendor/bases";

/// Digits of a commit, or of a file's digest, in a name.
const DIGITS: usize = 12;
/// Digits of a repository's digest behind those.
const MORE_DIGITS: usize = 8;
const ARCHIVE: &str = ".tar.gz";

/// What a repository is called: by its commit, and by its files, since those of its submodules may be among them.
pub(super) fn name_of_base(base: &LockedBase) -> String {
    let address = base.wanted.repository.trim_end_matches('/');
    let last = address.rsplit(['/', ':']).next().unwrap_or_default();
    let name = plain(last.trim_end_matches(".git"), "base");
    format!(
        "{name}-{}-{}{ARCHIVE}",
        base.commit.chars().take(DIGITS).collect::<String>().to_ascii_lowercase(),
        digits(&base.digest, MORE_DIGITS)
    )
}

/// What a file is called: by what is in it.
pub(super) fn name_of_file(file: &LockedFile) -> String {
    let last = plain(file.wanted.url.rsplit('/').next().unwrap_or_default(), "file");
    let (name, ending) = last.rsplit_once('.').map_or((&*last, ""), |(name, ending)| (name, ending));
    let dot = if ending.is_empty() { "" } else { "." };
    format!("{name}-{}{dot}{ending}", digits(&file.digest, DIGITS))
}

/// Whether a name is one of those: nothing else in the folder is touched.
pub(crate) fn is_vendored(name: &str) -> bool {
    let ends = |text: &str, count: usize| -> Option<usize> {
        let (before, digits) = text.rsplit_once('-')?;
        let is_hex = digits.len() == count && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_hex && !before.is_empty()).then_some(before.len())
    };
    match name.strip_suffix(ARCHIVE) {
        Some(stem) => ends(stem, MORE_DIGITS).is_some_and(|at| ends(&stem[..at], DIGITS).is_some()),
        None => ends(name.rsplit_once('.').map_or(name, |(stem, _)| stem), DIGITS).is_some(),
    }
}

fn digits(digest: &str, count: usize) -> String {
    digest.trim_start_matches("sha256:").chars().take(count).collect()
}

/// A text as part of a file's name.
fn plain(text: &str, without: &str) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let plain: String = text.chars().filter(is_plain).collect();
    let plain = plain.trim_matches('.');
    if plain.is_empty() { without.to_owned() } else { plain.to_owned() }
}

/// The vendored copy of a repository, if there is one.
///
/// # Errors
/// It cannot be read, or is not what the lock says.
pub(super) fn base(root: &Path, lock: &Lock, locked: &LockedBase) -> Result<Option<Checkout>, Diagnostic> {
    let path = root.join(VENDOR).join(name_of_base(locked));
    let Some(bytes) = read(&path)? else { return Ok(None) };
    let unzipped = Checkout::unzip(&bytes).and_then(|checkout| {
        let found = checkout::digest(checkout.folder())?;
        Ok((checkout, found))
    });
    match unzipped {
        Ok((checkout, found)) if found == locked.digest => Ok(Some(checkout)),
        Ok((_, found)) => Err(changed(&path, &found, &lock.file, &locked.digest)),
        Err(error) => {
            let message = format!("this is no archive of a repository: {error}");
            Err(Diagnostic::error("lock/digest", message)
                .at(Place::file(path.display().to_string()))
                .hint(AGAIN))
        }
    }
}

/// The vendored bytes of a file, if they are there.
///
/// # Errors
/// They cannot be read, or are not what the lock says.
pub(super) fn file(root: &Path, lock: &Lock, locked: &LockedFile) -> Result<Option<Vec<u8>>, Diagnostic> {
    let path = root.join(VENDOR).join(name_of_file(locked));
    let Some(bytes) = read(&path)? else { return Ok(None) };
    let found = digest(&bytes);
    if found == locked.digest {
        return Ok(Some(bytes));
    }
    Err(changed(&path, &found, &lock.file, &locked.digest))
}

const AGAIN: &str = "the vendored file was changed: `longshore vendor` gets the locked one again";

fn changed(path: &Path, found: &str, lock: &str, wanted: &str) -> Diagnostic {
    let path = path.display();
    let message = format!("{path} is not what was locked: its SHA-256 is {found}, and {lock} says {wanted}");
    Diagnostic::error("lock/digest", message).hint(AGAIN)
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, Diagnostic> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let message = format!("cannot be read: {error}");
            Err(Diagnostic::error("lock/vendor", message).at(Place::file(path.display().to_string())))
        }
    }
}

#[cfg(test)]
mod tests {
    use longshore_kustomize::remote::Repository;

    use super::{is_vendored, name_of_base, name_of_file};
    use crate::project::{LockedBase, LockedFile, WantedBase, WantedFile};

    #[test]
    fn names_are_plain_and_known_again() {
        let base = |address: &str| {
            name_of_base(&LockedBase {
                wanted: WantedBase::from(&Repository::parse(address).unwrap()),
                commit: "a1".repeat(20),
                digest: format!("sha256:{}", "b2".repeat(32)),
            })
        };
        let file = |url: &str| {
            name_of_file(&LockedFile {
                wanted: WantedFile::from(url),
                digest: format!("sha256:{}", "c3".repeat(32)),
            })
        };
        for (name, expected) in [
            (base("https://x.example/o/r.git//a"), "r-a1a1a1a1a1a1-b2b2b2b2.tar.gz"),
            (base("git@x.example:o/web/a"), "web-a1a1a1a1a1a1-b2b2b2b2.tar.gz"),
            (file("https://x.example/a/map.v1.yaml?token=x"), "map.v1-c3c3c3c3c3c3.yaml"),
            (file("https://x.example/a/.."), "file-c3c3c3c3c3c3"),
            (file("https://x.example/a/b c%2F"), "bc2F-c3c3c3c3c3c3"),
        ] {
            assert_eq!(name, expected);
            assert!(is_vendored(&name), "{name}");
        }
        for other in
            ["README.md", "notes-2026.txt", "-c3c3c3c3c3c3.yaml", "r-b2b2b2b2.tar.gz", "c3c3c3c3c3c3"]
        {
            assert!(!is_vendored(other), "{other}");
        }
    }
}
