//! Addresses, names and URLs.

use longshore_go::netip::{Family, parse_addr};
use longshore_go::strconv;
use longshore_go::url::{Url, path_unescape};

use super::{rune, wrong};

pub(super) fn ipv4(text: &str) -> Result<(), String> {
    let groups: Vec<&str> = text.split('.').collect();
    if groups.len() != 4 {
        return wrong("expected four decimals");
    }
    for group in groups {
        if group.len() > 1 && group.starts_with('0') {
            return wrong("leading zeros");
        }
        let number = strconv::atoi(group.as_bytes()).map_err(|error| error.to_string())?;
        if !(0..=255).contains(&number) {
            return wrong("decimal must be between 0 and 255");
        }
    }
    Ok(())
}

pub(super) fn ipv6(text: &str) -> Result<(), String> {
    if !text.contains(':') {
        return wrong("missing colon");
    }
    match parse_addr(text.as_bytes())? {
        Family::V6 { zoned: true } => wrong("zone id is not a part of ipv6 address"),
        _ => Ok(()),
    }
}

pub(super) fn hostname(text: &str) -> Result<(), String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.len() > 253 {
        return wrong("more than 253 characters long");
    }
    for label in text.split('.') {
        if !(1..=63).contains(&label.len()) {
            return wrong("label must be 1 to 63 characters long");
        }
        if label.starts_with('-') {
            return wrong("label starts with hyphen");
        }
        if label.ends_with('-') {
            return wrong("label ends with hyphen");
        }
        if let Some(c) = label.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
            return Err(format!("invalid character {}", rune(c)));
        }
    }
    Ok(())
}

pub(super) fn email(text: &str) -> Result<(), String> {
    if text.len() > 254 {
        return wrong("more than 255 characters long");
    }
    let Some((local, domain)) = text.rsplit_once('@') else { return wrong("missing @") };
    if local.len() > 64 {
        return wrong("local part more than 64 characters long");
    }
    let quoted = local.strip_prefix('"').and_then(|local| local.strip_suffix('"'));
    if let Some(local) = quoted {
        if local.contains(['\\', '"']) {
            return wrong("backslash and quote are not allowed within quoted local part");
        }
    } else {
        if local.starts_with('.') {
            return wrong("starts with dot");
        }
        if local.ends_with('.') {
            return wrong("ends with dot");
        }
        if local.contains("..") {
            return wrong("consecutive dots");
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(c);
        if let Some(c) = local.chars().find(|c| !allowed(*c)) {
            return Err(format!("invalid character {}", rune(c)));
        }
    }
    if let Some(address) = domain.strip_prefix('[').and_then(|domain| domain.strip_suffix(']')) {
        return match address.strip_prefix("IPv6:") {
            Some(address) => ipv6(address).map_err(|problem| format!("invalid ipv6 address: {problem}")),
            None => ipv4(address).map_err(|problem| format!("invalid ipv4 address: {problem}")),
        };
    }
    hostname(domain).map_err(|problem| format!("invalid domain: {problem}"))
}

fn url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.as_bytes()).map_err(|error| error.to_string())?;
    let name = String::from_utf8_lossy(url.hostname()).into_owned();
    if name.contains(':') {
        if !(url.host.contains(&b'[') && url.host.contains(&b']')) {
            return Err("ipv6 address not enclosed in brackets".to_owned());
        }
        ipv6(&name).map_err(|problem| format!("invalid ipv6 address: {problem}"))?;
    }
    Ok(url)
}

pub(super) fn uri(text: &str) -> Result<(), String> {
    if url(text)?.scheme.is_empty() { wrong("relative url") } else { Ok(()) }
}

pub(super) fn uri_reference(text: &str) -> Result<(), String> {
    if text.contains('\\') {
        return wrong(r"contains \");
    }
    url(text).map(drop)
}

pub(super) fn uri_template(text: &str) -> Result<(), String> {
    for step in url(text)?.raw_path.split(|byte| *byte == b'/') {
        let step = path_unescape(step).map_err(|problem| format!("percent decode failed: {problem}"))?;
        let mut open = false;
        for byte in step {
            if matches!(byte, b'{' | b'}') {
                if (byte == b'{') == open {
                    return wrong("nested curly braces");
                }
                open = !open;
            }
        }
        if open {
            return wrong("no matching closing brace");
        }
    }
    Ok(())
}
