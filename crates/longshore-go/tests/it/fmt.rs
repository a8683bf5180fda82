//! `fmt` against recorded output of Go's.

use longshore_go::{Value, fmt};

use crate::cases::{bytes, replay, value};

#[test]
fn prints_as_go_does() {
    replay("fmt.jsonl", 200, |case| {
        let args: Vec<Value> = case["args"].as_array().unwrap().iter().map(value).collect();
        let ours = match case["call"].as_str().unwrap() {
            "Sprint" => fmt::sprint(&args),
            "Sprintln" => fmt::sprintln(&args),
            _ => fmt::sprintf(&bytes(&case["format"]), &args),
        };
        (ours, bytes(&case["want"]))
    });
}
