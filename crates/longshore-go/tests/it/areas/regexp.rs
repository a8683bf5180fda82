//! Patterns against recorded output of Go's regexp.

use longshore_go::regexp::Regexp;
use longshore_go::{List, Value, fmt, strconv};

use serde_json::Value as Json;

use super::value::bytes;

fn quoted(parts: Vec<&[u8]>) -> Vec<u8> {
    fmt::sprintf(b"%q", &[Value::List(List::strings(parts))])
}

/// The pattern, which may be made of parts: a text so many times, or once, twice and so on with a separator.
fn pattern(case: &Json) -> Vec<u8> {
    let mut out = bytes(&case["pattern"]);
    for part in case["parts"].as_array().into_iter().flatten() {
        let text = part["text"].as_str().unwrap();
        let times = usize::try_from(part["times"].as_u64().unwrap()).unwrap();
        out.extend(match part["separator"].as_str() {
            None => text.repeat(times).into_bytes(),
            Some(separator) => {
                (1..=times).map(|times| text.repeat(times)).collect::<Vec<_>>().join(separator).into_bytes()
            }
        });
    }
    out
}

/// What we say to a case, and what Go said.
pub(crate) fn check(case: &Json) -> (Vec<u8>, Vec<u8>) {
    let (pattern, text, with) = (pattern(case), bytes(&case["text"]), bytes(&case["with"]));
    let limit = usize::try_from(case["n"].as_i64().unwrap_or(0)).ok();
    let ours = match Regexp::compile(&pattern) {
        Err(error) if case["parts"].is_array() => {
            format!("error parsing regexp: {}", error.fault).into_bytes()
        }
        Err(error) => error.to_string().into_bytes(),
        Ok(compiled) => match case["call"].as_str().unwrap() {
            "Find" => {
                let found = strconv::quote(compiled.find(&text).unwrap_or_default());
                [compiled.is_match(&text).to_string().as_bytes(), b" ", &found].concat()
            }
            "FindAll" => quoted(compiled.find_all(&text, limit)),
            "Split" => quoted(compiled.split(&text, limit)),
            "Replace" => compiled.replace_all(&text, &with),
            "ReplaceLiteral" => compiled.replace_all_literal(&text, &with),
            _ => b"compiled".to_vec(),
        },
    };
    // An error shows bad bytes of the pattern as they are.
    let theirs = bytes(&case["want"]);
    let shown = |text: Vec<u8>| String::from_utf8_lossy(&text).into_owned().into_bytes();
    if case["call"] == "Compile" { (shown(ours), shown(theirs)) } else { (ours, theirs) }
}
