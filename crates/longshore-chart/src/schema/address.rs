//! Where things of a schema are: addresses of documents, and pointers within them.

use longshore_go::strconv;
use longshore_go::url::{Url, path_escape, path_unescape};

use super::json::Json;

/// In double quotes, as Go's `%q`.
pub(super) fn quoted(text: &str) -> String {
    String::from_utf8_lossy(&strconv::quote(text.as_bytes())).into_owned()
}

/// What stands before the number sign, and behind it.
pub(super) fn split(text: &str) -> (&str, &str) {
    text.split_once('#').unwrap_or((text, ""))
}

/// [`split`], with the escapes behind the number sign undone.
pub(super) fn split_fragment(text: &str) -> Result<(&str, String), String> {
    let (address, fragment) = split(text);
    let fragment =
        decode(fragment).map_err(|problem| format!("error in parsing {}: {problem}", quoted(text)))?;
    Ok((address, fragment))
}

pub(super) fn decode(text: &str) -> Result<String, String> {
    if !text.contains('%') {
        return Ok(text.to_owned());
    }
    path_unescape(text.as_bytes()).map(|text| String::from_utf8_lossy(&text).into_owned())
}

/// Escaped, but for the slashes.
fn encode(text: &str) -> String {
    let escape = |step: &str| String::from_utf8_lossy(&path_escape(step.as_bytes())).into_owned();
    text.split('/').map(escape).collect::<Vec<_>>().join("/")
}

/// An address with a place in its document.
pub(super) fn shown(url: &str, fragment: &str) -> String {
    format!("{url}#{}", encode(fragment))
}

/// One step of a pointer.
pub(super) fn escape(step: &str) -> String {
    if step.contains(['~', '/']) { step.replace('~', "~0").replace('/', "~1") } else { step.to_owned() }
}

fn unescape(step: &str) -> Option<String> {
    let mut parts = step.split('~');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push(match part.as_bytes().first()? {
            b'0' => '~',
            b'1' => '/',
            _ => return None,
        });
        out.push_str(&part[1..]);
    }
    Some(out)
}

/// The pointer to what is one step further.
pub(super) fn below(pointer: &str, step: &str) -> String {
    format!("{pointer}/{}", escape(step))
}

/// What a pointer leads to in the document of this address.
pub(super) fn lookup<'j>(document: &'j Json, url: &str, pointer: &str) -> Result<&'j Json, String> {
    let mut json = document;
    for step in pointer.split('/').skip(1) {
        let step =
            unescape(step).ok_or_else(|| format!("invalid json-pointer {}", quoted(&shown(url, pointer))))?;
        let next = match json {
            Json::Object(map) => map.get(&step),
            Json::Array(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => None,
        };
        json = next.ok_or_else(|| format!("json-pointer in {} not found", quoted(&shown(url, pointer))))?;
    }
    Ok(json)
}

/// What a reference means at an address: the address it leads to, and the place there.
pub(super) fn join(base: &str, reference: &str) -> Result<(String, String), String> {
    let wrong = |url: &str, problem: String| format!("error in parsing {}: {problem}", quoted(url));
    let (to, fragment) = split_fragment(reference)?;
    if to.is_empty() {
        return Ok((base.to_owned(), fragment));
    }
    let base_url = Url::parse(base.as_bytes()).map_err(|error| wrong(base, error.to_string()))?;
    let url = Url::parse(to.as_bytes()).map_err(|error| wrong(to, error.to_string()))?;
    let mut resolved = base_url.resolve(&url);
    if url.scheme.is_empty() && !base_url.opaque.is_empty() {
        resolved.opaque = base_url.opaque;
    }
    Ok((String::from_utf8_lossy(&resolved.to_bytes()).into_owned(), fragment))
}

#[cfg(test)]
mod tests {
    use super::{join, lookup, shown};
    use crate::schema::json::Json;

    #[test]
    fn references_lead_to_documents_and_places() {
        let at = "file:///values.schema.json";
        for (reference, expected) in [
            ("#/a%20b", (at, "/a b")),
            ("x.json#c", ("file:///x.json", "c")),
            ("http://x/y", ("http://x/y", "")),
            ("urn:a", ("urn:a", "")),
        ] {
            let (url, place) = join(at, reference).unwrap();
            assert_eq!((url.as_str(), place.as_str()), expected);
        }
        assert_eq!(join(at, "#%zz").unwrap_err(), r##"error in parsing "#%zz": invalid URL escape "%zz""##);
        let json = Json::read(br#"{"a/b": [1, {"~": true}]}"#).unwrap();
        assert_eq!(lookup(&json, at, "/a~1b/1/~0"), Ok(&Json::Bool(true)));
        assert_eq!(
            lookup(&json, at, "/a b").unwrap_err(),
            r#"json-pointer in "file:///values.schema.json#/a%20b" not found"#
        );
        assert_eq!(
            lookup(&json, at, "/~2").unwrap_err(),
            r#"invalid json-pointer "file:///values.schema.json#/~2""#
        );
        assert_eq!(shown("x", "/$defs/a"), "x#/$defs/a");
    }
}
