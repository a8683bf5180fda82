//! Addresses of git repositories: which texts are taken for one, and what they say.
//!
//! An entry of `resources` or `components` that is no file may be a repository with a folder in it:
//! `https://example.com/org/repo//overlay?ref=v1`. What is taken for one is decided by the text alone.
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/git/repospec.go>.

use std::time::Duration;

use longshore_go::url::query_unescape;
use longshore_go::{path, strconv};

use crate::error::Error;

/// How long each call of git may take, if the address does not say.
const TIMEOUT: Duration = Duration::from_secs(27);

/// What the address of a repository begins with.
const SCHEMES: [&str; 4] = ["ssh://", "https://", "http://", FILE];

const FILE: &str = "file://";

/// Parts of a path that are the repository's where nothing marks its end, as on GitHub.
const DEFAULT_PARTS: usize = 2;

/// A git repository and a folder in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// The address as it was written.
    pub written: String,
    /// What git is given.
    pub address: String,
    /// What of the address is scheme, user and host; the rest is the repository's path there.
    pub host: String,
    /// The folder with the kustomization, relative to the repository's.
    pub folder: String,
    /// Branch, tag or commit; empty for the default branch.
    pub reference: String,
    /// Whether submodules are fetched, too.
    pub submodules: bool,
    /// How long each call of git may take.
    pub timeout: Duration,
    /// Whether the address began with `git::`, which is ignored, with a warning.
    pub is_forced: bool,
}

impl Repository {
    /// What an address says.
    ///
    /// # Errors
    /// It is not taken for that of a repository.
    ///
    /// ```
    /// use longshore_kustomize::remote::Repository;
    /// let repository = Repository::parse("github.com/org/repo/overlays/prod?ref=v1.2")?;
    /// assert_eq!(repository.address, "https://github.com/org/repo");
    /// assert_eq!((&*repository.folder, &*repository.reference), ("overlays/prod", "v1.2"));
    /// assert!(Repository::parse("../base").is_err());
    /// # Ok::<(), longshore_kustomize::Error>(())
    /// ```
    pub fn parse(written: &str) -> Result<Self, Error> {
        if written.starts_with('/') {
            return Err(Error::new(format!("uri looks like abs path: {written}")));
        }
        let (address, query) = written.split_once('?').unwrap_or((written, ""));
        let forced = without_prefix(address, "git::");
        let (host, rest) = split_host(forced.unwrap_or(address))?;
        let (repository, folder) = split_path(&rest, host.starts_with(FILE));
        if repository.is_empty() {
            return Err(Error::new("failed to parse repo path segment"));
        }
        let inside = folder.strip_prefix('/').unwrap_or(folder);
        if path::clean(inside.as_bytes()).split(|&byte| byte == b'/').next() == Some(b"..") {
            return Err(Error::new(format!("url path exits repo: {rest}")));
        }
        let address = format!("{host}{repository}");
        let mut this = Self {
            written: written.to_owned(),
            address,
            host,
            folder: inside.to_owned(),
            reference: String::new(),
            submodules: true,
            timeout: TIMEOUT,
            is_forced: forced.is_some(),
        };
        this.read_query(query);
        Ok(this)
    }

    /// The repository's path at its host.
    pub fn path(&self) -> &str {
        &self.address[self.host.len()..]
    }

    /// What cannot be understood is as if it were not there.
    fn read_query(&mut self, query: &str) {
        let Some(values) = parse_query(query) else { return };
        let first = |name: &str| {
            let value = values.iter().find(|(key, _)| key == name);
            value.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
        };
        self.reference = first("ref").or_else(|| first("version")).unwrap_or_default();
        if let Some(timeout) = first("timeout").and_then(|text| duration(&text)) {
            self.timeout = timeout;
        }
        if let Some(value) = first("submodules").and_then(|text| strconv::parse_bool(text.as_bytes()).ok()) {
            self.submodules = value;
        }
    }
}

/// An address without the user's name and password, query and fragment: what may be told of it.
///
/// ```
/// use longshore_kustomize::remote::told;
/// assert_eq!(told("https://me:secret@x.example/o/r?ref=v1"), "https://x.example/o/r");
/// ```
pub fn told(address: &str) -> String {
    let plain = address.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = plain.split_once("://") else { return plain.to_owned() };
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// An address without a user's name and password, if they are such that nobody else may see them; the user of SSH, as in
/// `git@…`, is everybody's.
///
/// ```
/// use longshore_kustomize::remote::anonymous;
/// assert_eq!(anonymous("https://me:secret@x.example/o/r"), "https://x.example/o/r");
/// assert_eq!(anonymous("ssh://git@x.example/o/r"), "ssh://git@x.example/o/r");
/// ```
pub fn anonymous(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (authority, path) = rest.find(['/', '?', '#']).map_or((rest, ""), |at| rest.split_at(at));
    let is_web = scheme.to_ascii_lowercase().starts_with("http");
    match authority.rsplit_once('@') {
        Some((user, host)) if is_web || user.contains(':') => format!("{scheme}://{host}{path}"),
        _ => address.to_owned(),
    }
}

/// Whether a reference can mean nothing but one commit: a whole SHA-1 or SHA-256.
pub fn is_commit(reference: &str) -> bool {
    matches!(reference.len(), 40 | 64) && reference.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What is said of a repository that another build may find changed: no reference, a branch, a tag.
///
/// ```
/// use longshore_kustomize::remote::{Repository, movable};
/// let at = |reference: &str| Repository::parse(&format!("https://x.example/o/r?ref={reference}"));
/// assert!(movable(&at("v1.2")?).is_some());
/// assert_eq!(movable(&at(&"a1".repeat(20))?), None);
/// # Ok::<(), longshore_kustomize::Error>(())
/// ```
pub fn movable(repository: &Repository) -> Option<String> {
    let at = match repository.reference.as_str() {
        reference if is_commit(reference) => return None,
        "" => "its default branch".to_owned(),
        reference => format!("`{reference}`"),
    };
    Some(format!("`{}` is taken at {at}, which may be another commit tomorrow", told(&repository.address)))
}

/// The same of a file behind a URL; a part of its path that is a commit says that it stays as it is.
pub fn movable_file(url: &str) -> Option<String> {
    let address = told(url);
    let stays = address.split('/').any(is_commit);
    (!stays).then(|| format!("`{address}` may be another file tomorrow: its address names no commit"))
}

/// The kind of finding that says so ([`crate::Finding::code`]).
pub const UNPINNED: &str = "kustomize/unpinned";

/// What to do about either.
pub const PIN: &str = "`longshore update` locks it; or name a whole commit hash, or copy it into the project (`longshore kustomize localize`)";

/// The names and values of a query; none if it is broken.
fn parse_query(query: &str) -> Option<Vec<(String, String)>> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let text =
            |part: &str| Some(String::from_utf8_lossy(&query_unescape(part.as_bytes()).ok()?).into_owned());
        if pair.contains(';') { None } else { Some((text(name)?, text(value)?)) }
    });
    pairs.collect()
}

/// Seconds, or a duration of Go's; more than nothing.
fn duration(text: &str) -> Option<Duration> {
    if let Ok(seconds @ 1..) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let nanoseconds = longshore_go::Duration::parse(text.as_bytes()).ok()?.0;
    u64::try_from(nanoseconds).ok().filter(|nanoseconds| *nanoseconds > 0).map(Duration::from_nanos)
}

/// Scheme, user and host as git is given them, and the path behind.
fn split_host(address: &str) -> Result<(String, String), Error> {
    let scheme = SCHEMES.into_iter().find(|scheme| without_prefix(address, scheme).is_some());
    let rest = scheme.map_or(address, |scheme| &address[scheme.len()..]);
    let (user, rest) = split_user(rest);
    let is_github = ["github.com/", "github.com:"].iter().any(|host| without_prefix(rest, host).is_some());
    let is_scp = scheme.is_none() && (!user.is_empty() || is_github);
    if scheme.is_none() && !is_scp {
        return Err(Error::new("failed to parse scheme"));
    }
    if scheme == Some(FILE) {
        return Ok((FILE.to_owned(), format!("{user}{rest}")));
    }
    let slash = rest.find('/');
    let colon = rest.find(':').filter(|_| is_scp);
    let end = match (slash, colon) {
        (None, colon) => colon,
        (Some(slash), Some(colon)) if colon > 0 && colon < slash => Some(colon),
        (slash, _) => slash,
    };
    let (host, path) = end.map_or((rest, ""), |end| rest.split_at(end + 1));
    if is_github {
        let by_ssh = scheme == Some("ssh://") || !user.is_empty();
        let host = if by_ssh { format!("{user}github.com:") } else { "https://github.com/".to_owned() };
        return Ok((host, path.to_owned()));
    }
    if host.is_empty() {
        return Err(Error::new("failed to parse host segment"));
    }
    Ok((format!("{}{user}{host}", scheme.unwrap_or_default()), path.to_owned()))
}

/// The path of the repository, and that of the folder in it; both are empty if it has too few parts.
fn split_path(path: &str, takes_all: bool) -> (&str, &str) {
    const MARK: &str = "_git/";
    if let Some(at) = path.find(MARK) {
        let end = path[at + MARK.len()..].find('/').map_or(path.len(), |end| at + MARK.len() + end);
        return (&path[..end], path.get(end + 1..).unwrap_or_default());
    }
    if let Some(parts) = path.split_once("//") {
        return parts;
    }
    if let Some(at) = path.find(".git") {
        return path.split_at(at + ".git".len());
    }
    if takes_all {
        return (path, "");
    }
    let mut slashes = path.match_indices('/').map(|(at, _)| at);
    match (slashes.nth(DEFAULT_PARTS - 2), slashes.next()) {
        (None, _) => ("", ""),
        (Some(_), None) => (path, ""),
        (Some(_), Some(end)) => (&path[..end], &path[end + 1..]),
    }
}

/// `name@`, if there is one: letters, digits and dashes behind a letter.
fn split_user(text: &str) -> (&str, &str) {
    let Some(at) = text.find('@') else { return ("", text) };
    let name = &text[..at];
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_name { text.split_at(at + 1) } else { ("", text) }
}

/// What follows a prefix in any case.
fn without_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &str, expected: Result<(&str, &str, &str), &str>) {
        let parsed = Repository::parse(written);
        let got = parsed.as_ref().map(|this| (&*this.address, &*this.folder, &*this.reference));
        assert_eq!(got.map_err(Error::text), expected, "{written}");
    }

    #[test]
    fn addresses_are_taken_apart() {
        check("https://github.com/o/r", Ok(("https://github.com/o/r", "", "")));
        check("github.com/o/r/a/b?ref=x", Ok(("https://github.com/o/r", "a/b", "x")));
        check("GITHUB.com/o/r?version=x&ref=y", Ok(("https://github.com/o/r", "", "y")));
        check("git@github.com:o/r.git/a", Ok(("git@github.com:o/r.git", "a", "")));
        check("ssh://git@github.com/o/r", Ok(("git@github.com:o/r", "", "")));
        check("http://github.com/o/r", Ok(("https://github.com/o/r", "", "")));
        check("https://x.example/o/r//a//b", Ok(("https://x.example/o/r", "a//b", "")));
        check("https://x.example/o/p/_git/r/a", Ok(("https://x.example/o/p/_git/r", "a", "")));
        check("https://x.example/o/p/_git/r", Ok(("https://x.example/o/p/_git/r", "", "")));
        check("file:///a/b/c", Ok(("file:///a/b/c", "", "")));
        check("file:///a/b//c", Ok(("file:///a/b", "c", "")));
        check("git::https://x.example/o/r", Ok(("https://x.example/o/r", "", "")));
        check("me@x.example:o/r/a", Ok(("me@x.example:o/r", "a", "")));
    }

    #[test]
    fn other_texts_are_no_addresses() {
        check("/a/b", Err("uri looks like abs path: /a/b"));
        check("../base", Err("failed to parse scheme"));
        check("x.example/o/r", Err("failed to parse scheme"));
        check("https://x.example/o", Err("failed to parse repo path segment"));
        check("https://x.example", Err("failed to parse repo path segment"));
        check("https://x.example/o/r//../a", Err("url path exits repo: o/r//../a"));
    }

    #[test]
    fn queries_say_how_to_fetch() {
        let fetch = |query: &str| {
            let this = Repository::parse(&format!("https://x.example/o/r?{query}")).unwrap();
            (this.submodules, this.timeout.as_secs_f64())
        };
        assert_eq!(fetch(""), (true, 27.0));
        assert_eq!(fetch("timeout=61&submodules=false"), (false, 61.0));
        assert_eq!(fetch("timeout=1m30s"), (true, 90.0));
        assert_eq!(fetch("timeout=-1&submodules=x"), (true, 27.0));
    }
}
