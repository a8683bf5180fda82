//! What a registry asks for before it lets somebody in: the header `WWW-Authenticate`
//! (<https://distribution.github.io/distribution/spec/auth/token/>).

use std::net::IpAddr;

use longshore_go::url::Url;

use super::error::quoted;

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// Name and password.
    Basic,
    /// A token, which is had from elsewhere.
    Bearer { realm: String, service: String, scopes: Vec<String> },
    /// Something that nobody here knows.
    Unknown,
}

impl Challenge {
    pub(super) fn parse(header: &str) -> Self {
        let (scheme, mut rest) = token(header);
        if scheme.eq_ignore_ascii_case("basic") {
            return Self::Basic;
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Self::Unknown;
        }
        let (mut realm, mut service, mut scopes) = (String::new(), String::new(), Vec::new());
        loop {
            let (key, behind) = token(rest.trim_start_matches([' ', '\t']));
            let Some((value, behind)) = value(behind) else { break };
            match key {
                "realm" => realm = value,
                "service" => service = value,
                "scope" => scopes = value.split(' ').map(str::to_owned).collect(),
                _ => {}
            }
            match behind.trim_start_matches([' ', '\t']).strip_prefix(',') {
                Some(behind) => rest = behind,
                None => break,
            }
        }
        Self::Bearer { realm, service, scopes }
    }
}

/// The value behind `=`, with or without quotes.
fn value(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start_matches([' ', '\t']).strip_prefix('=')?.trim_start_matches([' ', '\t']);
    if !text.starts_with('"') {
        let (value, rest) = token(text);
        return (!value.is_empty()).then(|| (value.to_owned(), rest));
    }
    let mut escaped = false;
    let end = text.char_indices().skip(1).find_map(|(at, c)| {
        let is_end = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        is_end.then_some(at)
    })?;
    let value = text[1..end].replace("\\\"", "\"").replace("\\\\", "\\");
    Some((value, &text[end + 1..]))
}

fn token(text: &str) -> (&str, &str) {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    text.split_at(text.find(|c| !is_token(c)).unwrap_or(text.len()))
}

/// Refuses to bring a password to where no registry would send somebody.
///
/// # Errors
/// What is wrong with the place.
pub(super) fn check_realm(realm: &str, registry: &Url) -> Result<(), String> {
    if realm.is_empty() {
        return Ok(());
    }
    let url = Url::parse(realm.as_bytes())
        .map_err(|error| format!("failed to parse bearer realm {}: {error}", quoted(realm)))?;
    match url.scheme.as_slice() {
        b"http" if registry.scheme == b"https" => {
            let realm = quoted(realm);
            return Err(format!("bearer realm {realm} uses http but registry was contacted over https"));
        }
        b"http" | b"https" => {}
        other => {
            let (realm, scheme) = (quoted(realm), quoted(other));
            return Err(format!("bearer realm {realm} uses unsupported scheme {scheme}"));
        }
    }
    let host = String::from_utf8_lossy(url.hostname()).into_owned();
    let is_near = host.parse::<IpAddr>().is_ok_and(|ip| match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_link_local() || ip.is_private() || ip.is_unspecified(),
        IpAddr::V6(ip) => {
            let first = ip.segments()[0];
            ip.is_loopback() || ip.is_unspecified() || first & 0xFFC0 == 0xFE80 || first & 0xFE00 == 0xFC00
        }
    });
    if is_near && url.hostname() != registry.hostname() {
        let host = quoted(&host);
        return Err(format!(
            "bearer realm host {host} is a loopback, link-local, private, or unspecified address"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use longshore_go::url::Url;

    use super::{Challenge, check_realm};

    #[test]
    fn what_is_asked_for_is_understood() {
        assert_eq!(Challenge::parse("Basic realm=\"x\""), Challenge::Basic);
        assert_eq!(Challenge::parse("Digest x"), Challenge::Unknown);
        let header =
            "bearer realm=\"https://a.example.com/t,o\\\"k\", service=r ,scope=\"repository:c:pull,push x\"";
        assert_eq!(
            Challenge::parse(header),
            Challenge::Bearer {
                realm: String::from("https://a.example.com/t,o\"k"),
                service: String::from("r"),
                scopes: vec![String::from("repository:c:pull,push"), String::from("x")],
            }
        );
    }

    #[test]
    fn passwords_go_nowhere_strange() {
        let check = |realm, registry: &str| check_realm(realm, &Url::parse(registry.as_bytes()).unwrap());
        assert_eq!(check("https://auth.example.com/token", "https://r.example.com"), Ok(()));
        assert_eq!(check("http://127.0.0.1:5001/token", "http://127.0.0.1:5000"), Ok(()));
        assert!(check("http://auth.example.com/token", "https://r.example.com").is_err());
        assert!(check("http://169.254.169.254/token", "http://r.example.com").is_err());
        assert!(check("file:///etc/passwd", "https://r.example.com").is_err());
    }
}
