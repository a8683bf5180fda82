//! Reading URLs.

use super::escape::{Mode, escape, unescape};
use super::{Url, UrlError, UserInfo};
use crate::{netip, strconv, strings};

type Step<T> = Result<T, String>;

pub(super) fn parse(text: &[u8]) -> Result<Url, UrlError> {
    let (whole, fragment) = cut(text, b'#');
    let mut url = whole_url(whole).map_err(|problem| UrlError { url: whole.into(), problem })?;
    if let Some(fragment) = fragment.filter(|fragment| !fragment.is_empty()) {
        url.fragment =
            unescape(fragment, Mode::Fragment).map_err(|problem| UrlError { url: text.into(), problem })?;
        if escape(&url.fragment, Mode::Fragment) != fragment {
            url.raw_fragment = fragment.to_vec();
        }
    }
    Ok(url)
}

/// Before and after the first `mark`, if there is one.
fn cut(text: &[u8], mark: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|&byte| byte == mark) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

fn whole_url(text: &[u8]) -> Step<Url> {
    if text.iter().any(|&byte| byte < b' ' || byte == 0x7F) {
        return Err("net/url: invalid control character in URL".into());
    }
    let mut url = Url::default();
    if text == b"*" {
        url.path = text.to_vec();
        return Ok(url);
    }
    let (scheme, mut rest) = scheme(text)?;
    url.scheme = scheme.to_ascii_lowercase();
    match rest.strip_suffix(b"?") {
        Some(before) if !before.contains(&b'?') => {
            url.force_query = true;
            rest = before;
        }
        _ => {
            let (before, query) = cut(rest, b'?');
            url.raw_query = query.unwrap_or_default().to_vec();
            rest = before;
        }
    }
    if !rest.starts_with(b"/") {
        if !url.scheme.is_empty() {
            url.opaque = rest.to_vec();
            return Ok(url);
        }
        if cut(rest, b'/').0.contains(&b':') {
            return Err("first path segment in URL cannot contain colon".into());
        }
    }
    let has_scheme = !url.scheme.is_empty();
    if (has_scheme || !rest.starts_with(b"///")) && rest.starts_with(b"//") {
        let end = rest[2..].iter().position(|&byte| byte == b'/').map_or(rest.len(), |at| at + 2);
        let authority;
        (authority, rest) = (&rest[2..end], &rest[end..]);
        read_authority(&mut url, authority)?;
    } else if has_scheme && rest.starts_with(b"/") {
        url.omit_host = true;
    }
    url.path = unescape(rest, Mode::Path)?;
    if escape(&url.path, Mode::Path) != rest {
        url.raw_path = rest.to_vec();
    }
    Ok(url)
}

/// The scheme, or nothing, and what follows its colon.
fn scheme(text: &[u8]) -> Step<(&[u8], &[u8])> {
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".into()),
            b':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok((b"", text))
}

fn read_authority(url: &mut Url, authority: &[u8]) -> Step<()> {
    let at = authority.iter().rposition(|&byte| byte == b'@');
    url.host = host(&url.scheme, &authority[at.map_or(0, |at| at + 1)..])?;
    let Some(at) = at else {
        return Ok(());
    };
    let user = &authority[..at];
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
    if !user.iter().all(allowed) {
        return Err("net/url: invalid userinfo".into());
    }
    let (name, password) = cut(user, b':');
    let name = unescape(name, Mode::User)?;
    let password = password.map(|password| unescape(password, Mode::User)).transpose()?;
    url.user = Some(UserInfo { name, password });
    Ok(())
}

fn host(scheme: &[u8], host: &[u8]) -> Step<Vec<u8>> {
    match host.iter().rposition(|&byte| byte == b'[') {
        Some(0) => return bracketed(host),
        Some(_) => return Err("invalid IP-literal".into()),
        None => {}
    }
    if let Some(first) = host.iter().position(|&byte| byte == b':') {
        let last = host.iter().rposition(|&byte| byte == b':').unwrap_or(first);
        // Databases name several hosts with ports; the web does not.
        let web = scheme == b"http" || scheme == b"https";
        check_port(&host[if web { first } else { last }..])?;
    }
    unescape(host, Mode::Host)
}

fn check_port(port: &[u8]) -> Step<()> {
    let valid = match port {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if valid {
        return Ok(());
    }
    let quoted = strconv::quote(port);
    Err(format!("invalid port {} after host", String::from_utf8_lossy(&quoted)))
}

/// `[::1]:80`
fn bracketed(host: &[u8]) -> Step<Vec<u8>> {
    let Some(close) = host.iter().rposition(|&byte| byte == b']') else {
        return Err("missing ']' in host".into());
    };
    let (inner, port) = (&host[1..close], &host[close + 1..]);
    check_port(port)?;
    let port = unescape(port, Mode::Host)?;
    let address = match strings::find(inner, b"%25") {
        Some(zone) => [unescape(&inner[..zone], Mode::Host)?, unescape(&inner[zone..], Mode::Zone)?].concat(),
        None => unescape(inner, Mode::Host)?,
    };
    match netip::parse_addr(&address) {
        Err(problem) => Err(format!("invalid host: {problem}")),
        Ok(netip::Family::V4) => Err("invalid IP-literal".into()),
        Ok(netip::Family::V6 { .. }) => Ok([b"[", &address[..], b"]", &port].concat()),
    }
}
