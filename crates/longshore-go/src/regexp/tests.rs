//! What is too much of a pattern is said quickly, and what is much but not too much runs on the plain
//! engine. (Where Go's limits lie is in `compat/go/regexp.jsonl`.)

use std::time::{Duration, Instant};

use super::{Engine, Regexp};

#[test]
fn has_an_engine_for_what_automata_refuse() {
    let is_plain =
        |pattern: &str| matches!(Regexp::compile(pattern.as_bytes()).unwrap().engine, Engine::Plain(_));
    assert!(!is_plain(r"^(\pL{10}|(a|b)+c)$"));
    assert!(is_plain(&format!("{}{}", "(a?".repeat(400), ")".repeat(400))));
    assert!(is_plain(r"\pL{1000}"));
}

#[test]
fn judges_hostile_patterns_quickly() {
    let mut patterns = vec![
        "[[:".repeat(400_000),
        "[".repeat(1 << 20),
        r"[\pL\pN".repeat(100_000),
        "(?i)[^a-\u{1E900}]".repeat(20_000),
        "a|b|".repeat(250_000),
        "ab|".repeat(300_000),
        "(a*)".repeat(250_000),
        "{1".repeat(500_000),
        "(((((".repeat(200_000),
        "x{1000}".repeat(100_000),
        "(x{500}y{500}){1000}".to_owned(),
        "(?i)".repeat(250_000),
        r"\Q".repeat(500_000),
        "a".repeat(1 << 20),
        ".{1000}".repeat(100),
        r"\pL{1000}\pN{1000}".to_owned(),
    ];
    patterns.push(format!("({})*", "a?".repeat(100_000)));
    for pattern in patterns {
        let start = Instant::now();
        let _ = Regexp::compile(pattern.as_bytes());
        let took = start.elapsed();
        // A second is the aim in a release build; tests are compiled without optimisation and share cores.
        assert!(took < Duration::from_secs(8), "{took:?} for {}…", &pattern[..8]);
    }
}
