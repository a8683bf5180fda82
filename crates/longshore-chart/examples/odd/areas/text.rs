//! Texts: likely and unlikely ones, and changes to a text that nobody meant.

use crate::random::Random;

const BITS: &[&str] = &[
    " ",
    "\n",
    "\t",
    "\r\n",
    ":",
    "-",
    "---\n",
    "{",
    "}",
    "{{",
    "}}",
    "[",
    "]",
    "\"",
    "'",
    "#",
    "&a",
    "*a",
    "!!str",
    "|",
    ">",
    "%",
    "@",
    "`",
    ",",
    "~",
    "null",
    "0",
    "é",
    "\u{FEFF}",
    "\u{2028}",
    "\u{85}",
    "\u{0}",
    "\\",
    "...",
    "? ",
    "<<: ",
    "1e3",
    "\u{1F600}",
    "}}\n{{",
    "- ",
    "\u{7f}",
    "$",
];

/// Changes a text in one place.
pub(super) fn mutate(random: &mut Random, text: &mut String) {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let at = *random.pick(&places);
    match random.below(4) {
        0 => text.insert_str(at, random.one(BITS)),
        1 if at < text.len() => {
            text.remove(at);
        }
        2 => {
            let to = *random.pick(&places);
            let (from, to) = (at.min(to), at.max(to).min(at.min(to) + 12));
            if text.is_char_boundary(to) {
                let piece = text[from..to].to_owned();
                text.insert_str(from, &piece);
            }
        }
        _ => {
            let to = *random.pick(&places);
            let (from, to) = (at.min(to), at.max(to).min(at.min(to) + 8));
            if text.is_char_boundary(to) {
                text.replace_range(from..to, "");
            }
        }
    }
}

/// A scalar of YAML.
pub(super) fn scalar(random: &mut Random) -> &'static str {
    random.one(&[
        "1",
        "0",
        "-1",
        "1.5",
        "1e6",
        "1000000",
        "true",
        "false",
        "null",
        "~",
        "\"\"",
        "text",
        "\"a b\"",
        "yes",
        "0755",
        "0x1F",
        "1_000",
        "12:30",
        "2001-01-01",
        ".inf",
        "-.5",
        "12345678901234567890",
        "\"1\"",
        "'x'",
        "[]",
        "{}",
        "[1, 2]",
        "{a: 1}",
        "é",
        "!!str 1",
        "!!binary aGk=",
        "9007199254740993",
        "[null, {a: null}]",
        "\"null\"",
        "1e400",
        "0.1",
        "on",
        "\"\\u0000\"",
        "[[1], []]",
        "{a: {b: {c: 1}}}",
    ])
}
