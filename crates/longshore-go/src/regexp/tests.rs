//! What is too much of a pattern is said quickly, and what is much but not too much runs on the plain
//! engine. (Where Go's limits lie is in `compat/go/regexp.jsonl`.)

use std::time::{Duration, Instant};

use super::{PATIENCE, Regexp};

#[test]
fn has_an_engine_for_what_automata_refuse() {
    let is_fast = |pattern: &str| Regexp::compile(pattern.as_bytes()).unwrap().fast(PATIENCE).is_some();
    assert!(is_fast(r"^(\pL{10}|(a|b)+c)$"));
    assert!(!is_fast(&format!("{}{}", "(a?".repeat(400), ")".repeat(400))));
    assert!(!is_fast(r"\pL{1000}"));
}

#[test]
fn both_engines_find_the_same() {
    let patterns = [r"(a*)(a|b)*?c", r"(?i)\bK(\w+)?|(é)", r"(?m)^(\S*)$", r"(|x)+y", r"(?:(a*)\b|a*)+a"];
    let text = "aabc Kelvin \u{212A}éé\n\nxxy ab a_a aa";
    for pattern in patterns {
        let found = |bytes: usize| {
            let pattern = Regexp::compile(pattern.as_bytes()).unwrap();
            pattern.fast(bytes);
            assert_eq!(pattern.fast.get().is_some(), bytes > 0);
            pattern.replace_all(text.as_bytes(), b"<$0,$1,$2>")
        };
        assert_eq!(found(0), found(PATIENCE), "{pattern}");
    }
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
        assert!(took < Duration::from_secs(30), "{took:?} for {}…", &pattern[..8]);
    }
}
