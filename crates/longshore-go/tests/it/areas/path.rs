//! Paths, their patterns and URLs against recorded output of Go's.

use longshore_go::url::{Url, query_escape};
use longshore_go::{Value, fmt, path};
use serde_json::Value as Json;

use super::value::bytes;

fn quoted(parts: &[&[u8]]) -> Vec<u8> {
    let each = parts.iter().map(|part| fmt::sprintf(b"%q", &[Value::str(*part)]));
    each.collect::<Vec<_>>().join(&b' ')
}

/// What we say to a case, and what Go said.
pub(crate) fn check(case: &Json) -> (Vec<u8>, Vec<u8>) {
    let (a, b) = (bytes(&case["a"]), bytes(&case["b"]));
    let ours = match case["call"].as_str().unwrap() {
        "Path" => {
            let parts = quoted(&[&path::clean(&a), path::base(&a), &path::dir(&a), path::ext(&a)]);
            [&parts[..], b" ", path::is_abs(&a).to_string().as_bytes()].concat()
        }
        "Join" => path::join(&[&a, &b]),
        "Match" => match path::matches(&a, &b) {
            Ok(matched) => matched.to_string().into_bytes(),
            Err(error) => error.to_string().into_bytes(),
        },
        "QueryEscape" => query_escape(&a),
        _ => match Url::parse(&a) {
            Ok(url) => quoted(&[
                &url.scheme,
                &url.opaque,
                &url.user.as_ref().map(longshore_go::url::UserInfo::to_bytes).unwrap_or_default(),
                &url.host,
                url.hostname(),
                &url.path,
                &url.raw_query,
                &url.fragment,
                &url.to_bytes(),
            ]),
            Err(error) => error.to_string().into_bytes(),
        },
    };
    (ours, bytes(&case["want"]))
}
