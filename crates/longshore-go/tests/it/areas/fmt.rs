//! `fmt` against recorded output of Go's.

use longshore_go::{Value, fmt};

use serde_json::Value as Json;

use super::value::{bytes, value};

/// What we say to a case, and what Go said.
pub(crate) fn check(case: &Json) -> (Vec<u8>, Vec<u8>) {
    let args: Vec<Value> = case["args"].as_array().unwrap().iter().map(value).collect();
    let ours = match case["call"].as_str().unwrap() {
        "Sprint" => fmt::sprint(&args),
        "Sprintln" => fmt::sprintln(&args),
        _ => fmt::sprintf(&bytes(&case["format"]), &args),
    };
    (ours, bytes(&case["want"]))
}
