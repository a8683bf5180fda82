//! An address that is told by how to get there from another one (`URL.ResolveReference`, RFC 3986, section 5.2).

use super::escape::{Mode, escape, unescape};
use super::{Url, UserInfo};

impl Url {
    /// The address that `reference`, which may be relative, means here.
    ///
    /// ```
    /// use longshore_go::url::Url;
    /// let base = Url::parse(b"https://example.org/charts/").unwrap();
    /// let resolve = |to: &[u8]| base.resolve(&Url::parse(to).unwrap()).to_bytes();
    /// assert_eq!(resolve(b"a.tgz"), b"https://example.org/charts/a.tgz");
    /// assert_eq!(resolve(b"../a.tgz"), b"https://example.org/a.tgz");
    /// assert_eq!(resolve(b"//example.com/x"), b"https://example.com/x");
    /// ```
    pub fn resolve(&self, reference: &Self) -> Self {
        let mut url = reference.clone();
        if url.scheme.is_empty() {
            url.scheme.clone_from(&self.scheme);
        }
        if !reference.scheme.is_empty() || !reference.host.is_empty() || reference.user.is_some() {
            url.set_path(&resolved(&reference.escaped_path(), b""));
            return url;
        }
        let set_place = |url: &mut Self, user: Option<UserInfo>, host: &[u8]| {
            url.user = user;
            url.host = host.to_vec();
        };
        if !reference.opaque.is_empty() {
            set_place(&mut url, None, b"");
            url.path.clear();
            return url;
        }
        if reference.path.is_empty() && !reference.force_query && reference.raw_query.is_empty() {
            url.raw_query.clone_from(&self.raw_query);
            if reference.fragment.is_empty() {
                url.fragment.clone_from(&self.fragment);
                url.raw_fragment.clone_from(&self.raw_fragment);
            }
        }
        if reference.path.is_empty() && !self.opaque.is_empty() {
            url.opaque.clone_from(&self.opaque);
            set_place(&mut url, None, b"");
            url.path.clear();
            return url;
        }
        set_place(&mut url, self.user.clone(), &self.host);
        url.set_path(&resolved(&self.escaped_path(), &reference.escaped_path()));
        url
    }

    /// Sets the path, which is escaped in a valid way.
    fn set_path(&mut self, escaped: &[u8]) {
        let Ok(path) = unescape(escaped, Mode::Path) else { return };
        self.raw_path = if escape(&path, Mode::Path) == escaped { Vec::new() } else { escaped.to_vec() };
        self.path = path;
    }
}

/// The path that `reference` means at `base`, without `.` and `..`.
fn resolved(base: &[u8], reference: &[u8]) -> Vec<u8> {
    let full = match reference.first() {
        None => base.to_vec(),
        Some(b'/') => reference.to_vec(),
        Some(_) => {
            let folder = base.iter().rposition(|&byte| byte == b'/').map_or(0, |at| at + 1);
            [&base[..folder], reference].concat()
        }
    };
    if full.is_empty() {
        return full;
    }
    let mut out = vec![b'/'];
    let mut first = true;
    let mut last: &[u8] = b"";
    for part in full.split(|&byte| byte == b'/') {
        last = part;
        match part {
            b"." => first = false,
            b".." => {
                let slash = out[1..].iter().rposition(|&byte| byte == b'/');
                out.truncate(slash.map_or(1, |at| at + 1));
                first = out.len() == 1;
            }
            part => {
                if !first {
                    out.push(b'/');
                }
                out.extend_from_slice(part);
                first = false;
            }
        }
    }
    if matches!(last, b"." | b"..") {
        out.push(b'/');
    }
    if out.starts_with(b"//") {
        out.remove(0);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::Url;

    /// The examples of RFC 3986, section 5.4, as Go 1.26 answers them.
    #[test]
    fn references_mean_what_the_standard_says() {
        let base = Url::parse(b"http://a/b/c/d;p?q").unwrap();
        for (reference, expected) in [
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q#s"),
            ("g#s", "http://a/b/c/g#s"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("g;x=1/../y", "http://a/b/c/y"),
            ("a%2Fb", "http://a/b/c/a%2Fb"),
        ] {
            let resolved = base.resolve(&Url::parse(reference.as_bytes()).unwrap()).to_bytes();
            assert_eq!(String::from_utf8_lossy(&resolved), expected, "{reference}");
        }
    }
}
