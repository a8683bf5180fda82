//! Files from version control: which system an address belongs to, and a copy of a repository kept by the `git` program.
//!
//! Rules and words are those of <https://github.com/Masterminds/vcs>, which Helm gets plugins with. Other systems than git
//! are recognised, so that they can be refused by name.

mod git;

use std::path::Path;

use longshore_go::url::Url;

pub use git::{Repository, VcsError};

/// A version control system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// Git.
    Git,
    /// Mercurial.
    Mercurial,
    /// Subversion.
    Subversion,
    /// Bazaar.
    Bazaar,
}

impl System {
    /// All of them: the program, and the folder that a copy has.
    const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Git, "git", ".git"),
        (Self::Subversion, "svn", ".svn"),
        (Self::Mercurial, "hg", ".hg"),
        (Self::Bazaar, "bzr", ".bzr"),
    ];

    /// The name of its program.
    pub fn program(self) -> &'static str {
        Self::ALL.iter().find(|(system, ..)| *system == self).map_or("git", |(_, program, _)| program)
    }

    /// The system that a folder is a copy of.
    pub fn of_folder(folder: &Path) -> Option<Self> {
        Self::ALL.iter().find(|(.., mark)| folder.join(mark).exists()).map(|(system, ..)| *system)
    }

    /// The system of an address, as far as the address itself tells: nobody is asked.
    ///
    /// ```
    /// use longshore_source::vcs::System;
    /// assert_eq!(System::of_address("https://github.com/databus23/helm-diff"), Some(System::Git));
    /// assert_eq!(System::of_address("https://example.com/helm-diff"), None);
    /// ```
    pub fn of_address(address: &str) -> Option<Self> {
        let url = parsed(address)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (scheme, host, path) = (text(&url.scheme), text(&url.host), text(&url.path));
        if scheme == "file" {
            return Self::of_folder(Path::new(&path));
        }
        if host.is_empty() {
            return None;
        }
        match scheme.as_str() {
            "git" | "git+ssh" => return Some(Self::Git),
            "bzr+ssh" => return Some(Self::Bazaar),
            "svn+ssh" => return Some(Self::Subversion),
            _ => {}
        }
        if let Some((_, system, parts)) = HOSTS.iter().find(|(known, ..)| *known == host) {
            // Below fewer parts there is no repository.
            let is_part = |part: &str| {
                !part.is_empty()
                    && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-~+".contains(&byte))
            };
            let all: Vec<&str> = path.strip_prefix('/').unwrap_or_default().split('/').collect();
            return (all.len() >= *parts && all.iter().all(|part| is_part(part))).then_some(*system);
        }
        let end = path.rsplit('.').next().filter(|end| path.len() > end.len());
        let by_end = Self::ALL.iter().find(|(_, program, _)| Some(*program) == end);
        let user = url.user.as_ref().map(|user| text(&user.name));
        let by_user = match user.as_deref() {
            Some("git") => Some(Self::Git),
            Some("hg") => Some(Self::Mercurial),
            _ => None,
        };
        by_end.map(|(system, ..)| *system).or(by_user)
    }
}

/// Hosts of which the system is known, and the parts that the path of a repository has.
const HOSTS: [(&str, System, usize); 10] = [
    ("github.com", System::Git, 2),
    ("bitbucket.org", System::Git, 2),
    ("launchpad.net", System::Bazaar, 1),
    ("git.launchpad.net", System::Git, 1),
    ("hub.jazz.net", System::Git, 3),
    ("go.googlesource.com", System::Git, 1),
    ("git.openstack.org", System::Git, 2),
    ("hg.code.sf.net", System::Mercurial, 3),
    ("git.code.sf.net", System::Git, 3),
    ("svn.code.sf.net", System::Subversion, 3),
];

/// An address, perhaps in the form of `scp`: `git@example.com:a/b`.
fn parsed(address: &str) -> Option<Url> {
    Url::parse(scp(address).as_deref().unwrap_or(address).as_bytes()).ok()
}

/// The address behind the form of `scp`.
fn scp(address: &str) -> Option<String> {
    let (user, rest) = address.split_once('@')?;
    let (host, path) = rest.split_once(':')?;
    let is_user = !user.is_empty() && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let is_host =
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    (is_user && is_host).then(|| format!("ssh://{user}@{host}/{path}"))
}

/// A name for the folder in which the copy of a repository is kept. Passwords are no part of it.
///
/// # Errors
/// It is no address.
///
/// ```
/// use longshore_source::vcs::cache_key;
/// assert_eq!(cache_key("https://user:secret@example.com/a/b.git")?, "https-user-example.com-a-b.git");
/// assert_eq!(cache_key("git@example.com:a/b")?, "git-example.com-a-b");
/// # Ok::<(), String>(())
/// ```
pub fn cache_key(address: &str) -> Result<String, String> {
    let is_scp = scp(address);
    let url =
        Url::parse(is_scp.as_deref().unwrap_or(address).as_bytes()).map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut key = String::new();
    if is_scp.is_none() && !url.scheme.is_empty() {
        key = format!("{}-", text(&url.scheme));
    }
    if let Some(user) = url.user.as_ref().filter(|user| !user.name.is_empty()) {
        key = format!("{key}{}-", text(&user.name));
    }
    Ok(format!("{key}{}{}", text(&url.host), text(&url.path)).replace(['/', ':'], "-"))
}

#[cfg(test)]
mod tests {
    use super::System;

    #[test]
    fn addresses_tell_their_system() {
        for (address, expected) in [
            ("https://github.com/a/b", Some(System::Git)),
            ("https://github.com/a", None),
            ("https://github.com/a/b/c d", None),
            ("git@example.com:a/b", Some(System::Git)),
            ("hg@example.com:a/b", Some(System::Mercurial)),
            ("https://example.com/a/b.git", Some(System::Git)),
            ("https://example.com/a/b.hg", Some(System::Mercurial)),
            ("https://example.com/a/b", None),
            ("ssh://git@example.com/a", Some(System::Git)),
            ("git://example.com/a", Some(System::Git)),
            ("svn+ssh://example.com/a", Some(System::Subversion)),
            ("https://launchpad.net/a", Some(System::Bazaar)),
            ("file:///nowhere", None),
            ("a/b", None),
            ("", None),
        ] {
            assert_eq!(System::of_address(address), expected, "{address}");
        }
    }
}
