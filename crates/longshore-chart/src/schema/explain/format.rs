//! `format`: what is wrong with a text that is not of one.

mod net;
mod time;

use longshore_go::regexp::Regexp;
use longshore_go::strconv;

/// Checks a text; a format that Helm's library does not know allows everything.
///
/// # Errors
/// What is wrong, in the words of that library.
pub(super) fn check(name: &str, text: &str) -> Result<(), String> {
    match name {
        "regex" => Regexp::compile(text.as_bytes()).map(drop).map_err(|error| error.to_string()),
        "json-pointer" => pointer(text),
        "relative-json-pointer" => relative_pointer(text),
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
