//! `format`: what texts may look like, and what is wrong with one that does not.

mod net;
mod time;

use longshore_go::regexp::Regexp;
use longshore_go::strconv;

/// Checks a text; a format that is not known allows everything.
///
/// # Errors
/// What is wrong, in the words of the library that Helm uses.
pub(super) fn check(name: &str, text: &str) -> Result<(), String> {
    match name {
        "regex" => Regexp::compile(text.as_bytes()).map(drop).map_err(|error| error.to_string()),
        "json-pointer" => pointer(text),
        "relative-json-pointer" => relative_pointer(text),
        "uuid" => uuid(text),
        "semver" => semver(text),
        "duration" => time::duration(text),
        "period" => time::period(text),
        "date" => time::date(text),
        "time" => time::time(text),
        "date-time" => time::date_time(text),
        "ipv4" => net::ipv4(text),
        "ipv6" => net::ipv6(text),
        "hostname" => net::hostname(text),
        "email" => net::email(text),
        "uri" | "iri" => net::uri(text),
        "uri-reference" | "iri-reference" => net::uri_reference(text),
        "uri-template" => net::uri_template(text),
        _ => Ok(()),
    }
}

/// One of the library's texts.
fn wrong(text: &str) -> Result<(), String> {
    Err(text.to_owned())
}

/// A character in single quotes, as Go's `%q`.
fn rune(c: char) -> String {
    String::from_utf8_lossy(&strconv::quote_rune(c)).into_owned()
}

fn pointer(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Ok(());
    }
    let Some(rest) = text.strip_prefix('/') else { return wrong("not starting with /") };
    for step in rest.split('/') {
        if step.split('~').skip(1).any(|behind| !behind.starts_with(['0', '1'])) {
            return wrong("~ must be followed by 0 or 1");
        }
    }
    Ok(())
}

fn relative_pointer(text: &str) -> Result<(), String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return wrong("must start with non-negative integer");
    }
    if digits > 1 && text.starts_with('0') {
        return wrong("starts with zero");
    }
    match &text[digits..] {
        "#" => Ok(()),
        rest => pointer(rest),
    }
}

fn uuid(text: &str) -> Result<(), String> {
    const SIZES: [usize; 5] = [8, 4, 4, 4, 12];
    let groups: Vec<&str> = text.split('-').collect();
    if groups.len() != SIZES.len() {
        return wrong("must have 5 elements");
    }
    for (number, (group, size)) in groups.iter().zip(SIZES).enumerate() {
        if group.len() != size {
            return Err(format!("element {} must be {size} characters long", number + 1));
        }
        if let Some(c) = group.chars().find(|c| !c.is_ascii_hexdigit()) {
            return Err(format!("non-hex character {}", rune(c)));
        }
    }
    Ok(())
}

fn semver(text: &str) -> Result<(), String> {
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let strange = |id: &str| id.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-');
    if build == Some("") {
        return wrong("build is empty");
    }
    for id in build.into_iter().flat_map(|build| build.split('.')) {
        if id.is_empty() {
            return wrong("build identifier is empty");
        }
        if let Some(c) = strange(id) {
            return Err(format!("invalid character {} in build identifier", rune(c)));
        }
    }
    let (core, before) = text.split_once('-').map_or((text, None), |(core, before)| (core, Some(before)));
    for id in before.into_iter().flat_map(|before| before.split('.')) {
        if id.is_empty() {
            return wrong("pre-release identifier is empty");
        }
        if let Some(c) = strange(id) {
            return Err(format!("invalid character {} in pre-release identifier", rune(c)));
        }
        if id.len() > 1 && id.starts_with('0') && id.bytes().all(|byte| byte.is_ascii_digit()) {
            return wrong("pre-release numeric identifier starts with zero");
        }
    }
    let versions: Vec<&str> = core.split('.').collect();
    if versions.len() != 3 {
        return wrong("versionCore must have 3 numbers separated by dot");
    }
    for (name, version) in ["major", "minor", "patch"].iter().zip(versions) {
        if version.is_empty() {
            return Err(format!("{name} is empty"));
        }
        if version.len() > 1 && version.starts_with('0') {
            return Err(format!("{name} starts with zero"));
        }
        if !version.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("{name} contains non-digit"));
        }
    }
    Ok(())
}
