//! Where things from elsewhere go, and what the destination is called.
//!
//! `localized-files/HOST/PATH` for a file, `localized-files/HOST/REPOSITORY/REF/FOLDER` for a folder of a repository;
//! user, password, port and query are left out
//! (<https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/localizer/util.go>).

use longshore_go::path;
use longshore_go::url::Url;

use crate::error::{Context, Error};
use crate::remote::Repository;

/// The folder for things from elsewhere.
pub(super) const FOLDER: &str = "localized-files";

/// What stands for the host of a repository on this machine.
const LOCAL_HOST: &str = "file-schemed";

/// What the names of destinations begin with.
const PREFIX: &str = "localized";

/// The place of a file behind a URL.
pub(super) fn of_file(url: &str) -> Result<String, Error> {
    let url = Url::parse(url.as_bytes()).map_err(|error| Error::new(error.to_string()))?;
    // As it is asked for: an escape may mean something to the host.
    Ok(join(&[FOLDER.as_bytes(), url.hostname(), &rooted(&url.escaped_path())]))
}

/// The place of a folder of a repository, of which `copy` is a copy and `root` the folder in it.
pub(super) fn of_root(
    written: &str,
    repository: &Repository,
    copy: &str,
    root: &str,
) -> Result<String, Error> {
    let host = host(repository).context(|| {
        format!("unable to parse host of remote root {}", longshore_go::strconv::quoted(written))
    })?;
    let path = repository.path();
    let path = path.strip_suffix(".git").unwrap_or(path);
    Ok(join(&[
        FOLDER.as_bytes(),
        &host,
        &rooted(path.as_bytes()),
        repository.reference.as_bytes(),
        relative(copy, root).as_bytes(),
    ]))
}

/// The name of a repository's host.
fn host(repository: &Repository) -> Result<Vec<u8>, Error> {
    let host = repository.host.as_str();
    let url = match host.split_once("://") {
        Some(("file", _)) => return Ok(LOCAL_HOST.as_bytes().to_vec()),
        Some(("https" | "http" | "ssh", _)) => host.to_owned(),
        // As `scp` has it: `user@host:`.
        _ => format!("ssh://{host}"),
    };
    let url = url.strip_suffix(':').unwrap_or(&url);
    let url = Url::parse(url.as_bytes()).map_err(|error| Error::new(error.to_string()))?;
    Ok(url.hostname().to_vec())
}

/// `localized-NAME`, and behind it the `ref` of a repository. The name is that of the folder, or of the repository if the
/// folder is all of it.
pub(super) fn default_destination(root: &str, copy: Option<&str>, repository: Option<&Repository>) -> String {
    let folder = String::from_utf8_lossy(path::base(root.as_bytes())).into_owned();
    match (copy, repository) {
        (Some(copy), Some(repository)) => {
            let path = repository.path().trim_end_matches('/');
            let name = if copy == root { path.rsplit('/').next().unwrap_or_default() } else { &folder };
            format!("{PREFIX}-{name}-{}", repository.reference.replace('/', "-"))
        }
        _ if folder == "/" => PREFIX.to_owned(),
        _ => format!("{PREFIX}-{folder}"),
    }
}

/// The path from one folder to another; both are absolute.
pub(super) fn relative(from: &str, to: &str) -> String {
    let path = path::relative(from.as_bytes(), to.as_bytes()).unwrap_or_else(|| to.as_bytes().to_vec());
    String::from_utf8_lossy(&path).into_owned()
}

/// Without `..` that would lead above its beginning.
fn rooted(path: &[u8]) -> Vec<u8> {
    path::join(&[b"/", path])
}

fn join(parts: &[&[u8]]) -> String {
    String::from_utf8_lossy(&path::join(parts)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_root(written: &str, folder: &str, expected: &str) {
        let repository = Repository::parse(written).unwrap();
        assert_eq!(of_root(written, &repository, "/copy", folder).unwrap(), expected);
    }

    #[test]
    fn hosts_are_named_without_user_and_port() {
        check_root(
            "https://me@x.example:8443/o/r.git//a?ref=v1",
            "/copy/b",
            "localized-files/x.example/o/r/v1/b",
        );
        check_root("github.com/o/r?ref=f/x", "/copy", "localized-files/github.com/o/r/f/x");
        check_root("git@github.com:o/r?ref=v1", "/copy", "localized-files/github.com/o/r/v1");
        check_root("me@x.example:o/../../r.git?ref=v1", "/copy", "localized-files/x.example/r/v1");
        check_root("file:///a/../b//c?ref=v1", "/copy/c", "localized-files/file-schemed/b/v1/c");
        assert_eq!(
            of_file("http://u:p@x.example:80/../a%20b?q#f").unwrap(),
            "localized-files/x.example/a%20b"
        );
    }

    #[test]
    fn destinations_are_called_after_folder_and_reference() {
        let of = |written: &str, root: &str| {
            let repository = Repository::parse(written).ok();
            default_destination(root, repository.as_ref().map(|_| "/copy"), repository.as_ref())
        };
        assert_eq!(of("../a", "/x/a"), "localized-a");
        assert_eq!(of("/", "/"), "localized");
        assert_eq!(of("https://x.example/o/r/a?ref=f/x", "/copy/a"), "localized-a-f-x");
        assert_eq!(of("https://x.example/o/r.git/?ref=v1", "/copy"), "localized-r.git-v1");
    }
}
