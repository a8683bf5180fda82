//! Hostile input is refused quickly, with a clear error, and without deep recursion.

use std::fmt::Write;
use std::time::{Duration, Instant};

use longshore_go::{Map, Value};
use longshore_yaml::{Dialect, ErrorKind, Limits, check_syntax, parse, sigs};

/// The error of reading `input` in both dialects and into a value, each within a second.
fn refused(input: &str) -> String {
    let limits = Limits::default();
    let start = Instant::now();
    let error = sigs::to_value(input.as_bytes()).expect_err("refused");
    for dialect in [Dialect::V2, Dialect::V3] {
        assert!(parse(input.as_bytes(), dialect, &limits).is_err());
        assert!(check_syntax(input.as_bytes(), dialect, &limits).is_err());
    }
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!(error.kind(), ErrorKind::Limit);
    error.to_string()
}

#[test]
fn depth() {
    let message = "error converting YAML to JSON: yaml: exceeded max depth of 1000";
    for open in ["[", "{a: ", "- ", "? ", "[a: "] {
        assert_eq!(refused(&open.repeat(10_000)), message, "{open:?}");
    }
    let mut stairs = String::new();
    for level in 0..3000 {
        stairs.push_str(&" ".repeat(level));
        stairs.push_str("a:\n");
    }
    assert_eq!(
        refused(&stairs),
        "error converting YAML to JSON: yaml: line 1001: exceeded max depth of 1000"
    );
}

#[test]
fn depth_by_aliases() {
    // Each anchor holds the one before, a hundred levels down.
    let mut text = String::from("- &a0 x\n");
    for i in 1..100 {
        let (open, close) = ("[".repeat(100), "]".repeat(100));
        writeln!(text, "- &a{i} {open}*a{} {close}", i - 1).expect("memory");
    }
    let error = sigs::to_value(text.as_bytes()).expect_err("too deep");
    assert!(error.to_string().ends_with("exceeded max depth of 1000"), "{error}");
}

#[test]
fn aliases() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let items = vec![format!("*a{}", i - 1); 10].join(", ");
        writeln!(text, "a{i}: &a{i} [{items}]").expect("memory");
    }
    let start = Instant::now();
    let error = sigs::to_value(text.as_bytes()).expect_err("a bomb");
    assert!(start.elapsed() < Duration::from_secs(10));
    assert_eq!(
        error.to_string(),
        "error converting YAML to JSON: yaml: document contains excessive aliasing"
    );
}

#[test]
fn aliases_of_long_text() {
    let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 300].join(", "));
    let error = sigs::to_value(text.as_bytes()).expect_err("300 MiB");
    assert!(error.to_string().ends_with("excessive aliasing"), "{error}");
}

#[test]
fn size_and_nodes() {
    let limits = Limits { bytes: 10, nodes: 3, ..Limits::default() };
    let error = parse(b"aaaaaaaaaaa", Dialect::V2, &limits).expect_err("too long");
    assert_eq!(error.to_string(), "yaml: document is larger than 10 bytes");
    let error = parse(b"[a, b, c]", Dialect::V2, &limits).expect_err("too many");
    assert_eq!(error.to_string(), "yaml: document has more than 3 nodes");
    assert_eq!((error.line(), error.column()), (Some(1), Some(8)));
}

#[test]
fn cyclic_values() {
    let map = Map::new();
    map.insert("self", Value::Map(map.clone()));
    let error = sigs::marshal(&Value::Map(map.clone())).expect_err("a cycle");
    assert_eq!(
        error.to_string(),
        "error marshaling into JSON: json: unsupported value: encountered a cycle via map[string]interface {}"
    );
    // Break the cycle, or it is never freed.
    map.remove(b"self");
}
