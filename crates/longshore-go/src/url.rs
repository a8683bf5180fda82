//! Go's `net/url`: taking addresses apart and putting them together.

mod escape;
mod parse;
mod resolve;

pub use escape::{path_escape, path_unescape, query_escape, query_unescape};

use escape::{Mode, escape, unescape, valid_encoded};

use crate::{Str, strconv};

/// Why a text is no URL, in Go's words: `parse "a b:": …`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parse {}: {problem}", strconv::quoted(.url))]
pub struct UrlError {
    /// What was to be read.
    pub url: Str,
    /// What is wrong with it.
    pub problem: String,
}

/// `url.URL`.
///
/// ```
/// use longshore_go::url::Url;
/// let url = Url::parse(b"https://u:p@example.org:8080/a%20b?q=1#top").unwrap();
/// assert_eq!(url.hostname(), b"example.org");
/// assert_eq!(url.path, b"/a b");
/// assert_eq!(url.to_bytes(), b"https://u:p@example.org:8080/a%20b?q=1#top");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Url {
    /// `https`, in lower case.
    pub scheme: Vec<u8>,
    /// What follows the scheme if that is no path: `a@b` in `mailto:a@b`.
    pub opaque: Vec<u8>,
    /// Name and password.
    pub user: Option<UserInfo>,
    /// Host and port.
    pub host: Vec<u8>,
    /// The path, escapes undone.
    pub path: Vec<u8>,
    /// The path as written, where that is not how it would be escaped.
    pub raw_path: Vec<u8>,
    /// Whether there is a question mark with nothing after it.
    pub force_query: bool,
    /// Whether a scheme is followed by a path without a host.
    pub omit_host: bool,
    /// What follows the question mark, as written.
    pub raw_query: Vec<u8>,
    /// What follows the number sign, escapes undone.
    pub fragment: Vec<u8>,
    /// The fragment as written, where that is not how it would be escaped.
    pub raw_fragment: Vec<u8>,
}

/// `url.Userinfo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserInfo {
    /// The name, escapes undone.
    pub name: Vec<u8>,
    /// The password, if there is one.
    pub password: Option<Vec<u8>>,
}

impl UserInfo {
    /// As it stands in a URL.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = escape(&self.name, Mode::User);
        if let Some(password) = &self.password {
            out.push(b':');
            out.extend(escape(password, Mode::User));
        }
        out
    }
}

impl Url {
    /// `url.Parse`.
    pub fn parse(text: &[u8]) -> Result<Self, UrlError> {
        parse::parse(text)
    }

    /// The host without its port and brackets (`URL.Hostname`).
    pub fn hostname(&self) -> &[u8] {
        let host = &self.host[..];
        let colon = host.iter().rposition(|&byte| byte == b':');
        let host = match colon {
            Some(colon) if host[colon + 1..].iter().all(u8::is_ascii_digit) => &host[..colon],
            _ => host,
        };
        match host {
            [b'[', inner @ .., b']'] => inner,
            host => host,
        }
    }

    /// The port, if the host has one (`URL.Port`).
    pub fn port(&self) -> Option<&[u8]> {
        let colon = self.host.iter().rposition(|&byte| byte == b':')?;
        let port = &self.host[colon + 1..];
        (!port.is_empty() && port.iter().all(u8::is_ascii_digit)).then_some(port)
    }

    /// The path with escapes, as written if that means the same (`URL.EscapedPath`).
    pub fn escaped_path(&self) -> Vec<u8> {
        if !self.raw_path.is_empty()
            && valid_encoded(&self.raw_path, Mode::Path)
            && unescape(&self.raw_path, Mode::Path).is_ok_and(|path| path == self.path)
        {
            return self.raw_path.clone();
        }
        if self.path == b"*" { self.path.clone() } else { escape(&self.path, Mode::Path) }
    }

    fn escaped_fragment(&self) -> Vec<u8> {
        if !self.raw_fragment.is_empty()
            && valid_encoded(&self.raw_fragment, Mode::Fragment)
            && unescape(&self.raw_fragment, Mode::Fragment).is_ok_and(|text| text == self.fragment)
        {
            return self.raw_fragment.clone();
        }
        escape(&self.fragment, Mode::Fragment)
    }

    /// The URL as text (`URL.String`).
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(&self.scheme);
            out.push(b':');
        }
        if self.opaque.is_empty() {
            self.push_hierarchy(&mut out);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        if self.force_query || !self.raw_query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.raw_query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend(self.escaped_fragment());
        }
        out
    }

    /// User, host and path.
    fn push_hierarchy(&self, out: &mut Vec<u8>) {
        let named = !self.host.is_empty() || self.user.is_some();
        if named || !self.scheme.is_empty() && !self.omit_host {
            if named || !self.path.is_empty() {
                out.extend_from_slice(b"//");
            }
            if let Some(user) = &self.user {
                out.extend(user.to_bytes());
                out.push(b'@');
            }
            out.extend(escape(&self.host, Mode::Host));
        }
        let path = self.escaped_path();
        if path.first().is_some_and(|&byte| byte != b'/') && !self.host.is_empty() {
            out.push(b'/');
        }
        let first = path.split(|&byte| byte == b'/').next().unwrap_or_default();
        if out.is_empty() && first.contains(&b':') {
            // Else the segment would be taken for a scheme.
            out.extend_from_slice(b"./");
        }
        out.extend(path);
    }
}
