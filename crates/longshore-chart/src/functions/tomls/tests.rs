//! What the recorded cases do not reach.

use longshore_go::time::Location;

use super::Zones;
use super::parser::{Failure, parse};

fn error(text: &[u8]) -> String {
    match parse(text, &Zones { local: Location::Utc, offset: 0 }) {
        Err(Failure::Returned(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_nested_too_deeply_is_refused() {
    for text in ["a = ".to_owned() + &"[".repeat(100_000), "a = ".to_owned() + &"{b=".repeat(100_000)] {
        assert!(error(text.as_bytes()).ends_with("nested too deeply"));
    }
    let header = format!("[{}a]", "a.".repeat(100_000));
    assert!(error(header.as_bytes()).ends_with("nested too deeply"));
}

#[test]
fn long_names_come_to_an_end() {
    use std::fmt::Write as _;
    let mut text = String::new();
    for number in 0..4_000 {
        let _ = writeln!(text, "[{number}{}.a]", ".a".repeat(240));
    }
    assert!(error(text.as_bytes()).ends_with("the names of the keys are too long"));
}

#[test]
fn bytes_that_are_no_text_are_refused_where_they_stand() {
    assert_eq!(error(b"a = 1\nb = \"\xFF\""), "toml: line 2 (last key \"b\"): invalid UTF-8 byte: 0xff");
    assert_eq!(
        error(b"a\0"),
        "toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8"
    );
}
