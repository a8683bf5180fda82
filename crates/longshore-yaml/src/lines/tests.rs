//! What is read line by line is what scanner and parser read.

use proptest::prelude::*;

use super::{Found, Lines};
use crate::composer::Nothing;
use crate::dialect::{Dialect, Limits};
use crate::node::{parse, parse_first, parse_thoroughly};
use crate::reader::Source;

const DIALECTS: [Dialect; 2] = [Dialect::V2, Dialect::V3];

/// How many documents are read here before one is for others, and whether there was such a one.
fn read(text: &str, dialect: Dialect) -> (usize, bool) {
    let source = Source::new(text.as_bytes());
    let Some(mut lines) = Lines::new(&source, dialect, &Limits::default(), false) else {
        return (0, true);
    };
    let mut count = 0;
    loop {
        match lines.document(&mut Nothing) {
            Found::Document => count += 1,
            Found::End => return (count, false),
            Found::Other => return (count, true),
        }
    }
}

fn check_same(text: &str) {
    let limits = Limits::default();
    for dialect in DIALECTS {
        let all = parse(text.as_bytes(), dialect, &limits);
        assert_eq!(all, parse_thoroughly(text.as_bytes(), dialect, false), "{dialect:?}: {text:?}");
        let first = parse_first(text.as_bytes(), dialect, &limits);
        let expected = parse_thoroughly(text.as_bytes(), dialect, true).map(|all| all.into_iter().next());
        assert_eq!(first, expected, "the first, {dialect:?}: {text:?}");
    }
}

#[test]
fn objects_are_read_here() {
    let object = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: \"a\"\n  labels: {app: web, 'n': \"1\"}\n\
                  spec:\n  template:\n    spec:\n      containers:\n      - name: main\n        image: r.example/a:1\n\
                  \x20       args: [--v, \"x: y\"]\n        args2: [\"--v\", \"x: y\"]\n";
    // A flow collection may hold words, but not what only may be one.
    assert_eq!(read(object, Dialect::V3), (0, true));
    let object = object.replace("        args: [--v, \"x: y\"]\n", "");
    let stream = format!("{object}---\n\n{object}");
    for dialect in DIALECTS {
        assert_eq!(read(&stream, dialect), (2, false));
    }
    check_same(&stream);
}

#[test]
fn values_with_comments_are_read_where_comments_do_not_count() {
    let values = "## é\n# x: y\na: 1 # one\nb: # two\n  c: \"#\" # three\n  - # four\n";
    let values = values.replace("  - # four\n", "d:\n- # four\n-\n- - e: é\n    f:\n  - []\n");
    assert_eq!(read(&values, Dialect::V2), (1, false));
    assert_eq!(read(&values, Dialect::V3), (0, true));
    check_same(&values);
}

#[test]
fn literal_texts_are_read_here() {
    let texts = [
        "a: |\n  b\n",
        "a: |-\n  b\n\n",
        "a: |+\n  b\n\n\nc: d\n",
        "a: |\n\n \n  b\n",
        "a: |\n  b\n   c\n\n  \td\n   \n  e",
        "- |\n b\n- c\n",
        "a:\n- |+\n\n b\n\n- c\n",
        "a: |  \n  # b\n  {c}: d\n---\ne: f\n",
        "a:\n  |\n  b\n",
        "a: |\n  é \u{a0}\n",
        "a: |+\n  b\n  ",
    ];
    for text in texts {
        let is_cut = text.ends_with("b\n  ");
        assert_eq!(read(text, Dialect::V2).1, is_cut, "{text:?}");
        check_same(text);
    }
    assert_eq!(read("a: | # b\n  c\n", Dialect::V2), (1, false));
    check_same("a: | # b\n  c\n");
    assert_eq!(read("a:\n  b\nc:\n  [d]\ne:\n  'f'\n", Dialect::V3), (1, false));
    check_same("a:\n  b\nc:\n  [d]\ne:\n  'f'\n");
}

#[test]
fn documents_of_both_kinds_follow_each_other() {
    let stream = "a: 1\n---\nb: >\n  two\n---\nc: &x 3\n---\nd: [4]\n---\ne: 'it''s'\n---\nf:\n- 6\n";
    for dialect in DIALECTS {
        assert_eq!(read(stream, dialect), (1, true));
    }
    check_same(stream);
    check_same(&format!("{stream}---\ng: *x\n"));
    check_same(&format!("# head\n{stream}---\n# head\ng: 7\n# foot\n---\nh: 8\n"));
}

/// Whatever is not plainly one thing is for others.
#[test]
fn odd_documents_are_for_others() {
    let odd = [
        "",
        "\n",
        "# a\n",
        "---\n",
        "---\n---\n",
        "--- a\n",
        "a\n",
        "- a\n b\n",
        "a: b\n  c\n",
        "a: b\n  c: d\n",
        "a:\n  b\n  c\n",
        "a:\nb\n",
        "a:\n  b\n   c: d\n",
        "a: b: c\n",
        "a: - b\n",
        "a:\tb\n",
        "a: b\tc\n",
        "\ta: b\n",
        "a: &b c\n",
        "a: *b\n",
        "a: !!str b\n",
        "a: |\n",
        "a: |2\n   b\n",
        "a: |\n   \n b\n",
        "a: |\n\tb\n",
        "a: |\n  \tb\n",
        "a: | b\n",
        "a: |\nb: c\n",
        "a: |\n  b\n ",
        "a: |\n  b\n c: d\n",
        "a: |\n  b\n\t\n",
        "|\n  a\n",
        "a: |-+\n b\n",
        "a: >\n b\n",
        "a: \"\\n\"\n",
        "a: ''''\n",
        "a: 'b\n  c'\n",
        "a: {b}\n",
        "a: {b: c,}\n",
        "a: [b: c]\n",
        "a: [b,\n c]\n",
        "a: {b: c}: d\n",
        "{a: b}\n",
        "? a\n: b\n",
        ": a\n",
        "a: b\n...\n",
        "%YAML 1.1\n---\na: b\n",
        "a: b\r\n",
        "a: b\u{85}",
        "a: @b\n",
        "a: `b\n",
        "a: %b\n",
        "- a\nb: c\n",
        "a: b\n- c\n",
        "  a: b\nc: d\n",
        "a:\n  b: c\n d: e\n",
        "é: b\n",
        "\u{feff}a: b\n# \u{feff}\n",
        "a: \"b\"c\n",
        "a: \"b\"#c\n",
        "a: [b]c\n",
        "a: [\"b\":c]\n",
        "a: {\"b\":c}\n",
        "a: [b #c]\n",
        "a: [-1]\n",
        "a: [--b]\n",
    ];
    for text in odd {
        assert!(DIALECTS.iter().any(|dialect| read(text, *dialect).1), "{text:?} was read");
        check_same(text);
        check_same(&format!("x: 1\n---\n{text}"));
        check_same(&format!("{text}\n---\nx: 1\n"));
    }
    let long = format!("{}: 1\n", "k".repeat(1100));
    let deep = format!("{}a\n", "- ".repeat(150));
    for text in [long.as_str(), deep.as_str()] {
        assert!(read(text, Dialect::V2).1);
        check_same(text);
    }
}

/// What lines are made of.
fn piece() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "a",
        "b",
        "key",
        "x y",
        "1",
        "-1",
        "1.5",
        "~",
        "null",
        "true",
        "é",
        "http://x",
        "a:b",
        "a#b",
        "<<",
        "=",
        "\"q\"",
        "\"q: #\"",
        "\"\\n\"",
        "'s'",
        "'it''s'",
        "\"",
        "'",
        "{}",
        "[]",
        "{a: b}",
        "[1, x]",
        "{a: [b, {c: d}], 'e': \"f\"}",
        "[a: b]",
        "{a}",
        "#c",
        " # c",
        "|",
        ">-",
        "&a",
        "*a",
        "!t",
        "?",
        "%",
        "@",
        ",",
        "]",
        "}",
        "-",
        "--",
        "---",
        "...",
        "\t",
        "\u{a0}",
    ]);
    words.prop_map(String::from)
}

/// A line: how far it is indented, dashes, a key, a value.
fn line() -> impl Strategy<Value = String> {
    let indent = prop::sample::select(vec!["", "", "", "  ", "  ", "    ", "      ", " ", "   "]);
    let dashes = prop::sample::select(vec!["", "", "", "- ", "- ", "-", "- - ", "-   "]);
    let colon = prop::sample::select(vec!["", ": ", ": ", ": ", ":", ":  ", " : "]);
    let value = prop::collection::vec(piece(), 0..3).prop_map(|pieces| pieces.join(" "));
    let literal = prop::sample::select(vec!["|", "|-", "|+", "| "]).prop_map(String::from);
    let value = prop_oneof![4 => value, 1 => literal];
    let end = prop::sample::select(vec!["", "", "", " ", " #c", "#c"]);
    let parts = (indent, dashes, piece(), colon, value, end);
    let built = parts.prop_map(|(indent, dashes, key, colon, value, end)| {
        format!("{indent}{dashes}{key}{colon}{value}{end}")
    });
    let whole = prop::sample::select(vec![
        "", "", " ", "   ", "---", "# c", "  # c", "a:", "  b: c", "- d", "  - e: f", "    g:",
    ]);
    prop_oneof![3 => built, 2 => whole.prop_map(String::from)]
}

/// Lines that belong together: a tree of keys, items and words as people write it.
fn tree() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "a",
        "b1",
        "x y",
        "\"q\"",
        "''",
        "{}",
        "[a, \"b\"]",
        "{c: d}",
        "1",
        "-2",
        "~",
        "",
        "é",
    ]);
    let leaf = word.prop_map(|word| vec![String::from(word)]);
    let block = leaf.prop_recursive(5, 40, 5, |inner| {
        let key = prop::sample::select(vec!["a", "b-c", "\"d e\"", "f/g", "1"]);
        let within = |line: &String, by: &str| format!("{by}{line}");
        let mapping =
            prop::collection::vec((key, inner.clone(), any::<bool>()), 1..4).prop_map(move |entries| {
                let mut lines = Vec::new();
                for (key, value, is_level) in entries {
                    match &value[..] {
                        [only]
                            if !only.contains(": ")
                                && !only.ends_with(':')
                                && !only.starts_with("- ")
                                && only != "-" =>
                        {
                            lines.push(format!("{key}: {only}"));
                        }
                        more => {
                            lines.push(format!("{key}:"));
                            let by = if is_level && more[0].starts_with('-') { "" } else { "  " };
                            lines.extend(more.iter().map(|line| within(line, by)));
                        }
                    }
                }
                lines
            });
        let sequence = prop::collection::vec(inner, 1..4).prop_map(|items| {
            let mut lines = Vec::new();
            for item in items {
                let own = item.iter().enumerate().map(|(at, line)| {
                    let by = if at == 0 { "- " } else { "  " };
                    format!("{by}{line}")
                });
                lines.extend(own);
            }
            lines
        });
        prop_oneof![mapping, sequence]
    });
    block.prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 4096 } else { 200_000 }))]

    #[test]
    fn lines_are_read_as_by_scanner_and_parser(lines in prop::collection::vec(line(), 1..9)) {
        check_same(&lines.join("\n"));
    }

    #[test]
    fn trees_are_read_as_by_scanner_and_parser(trees in prop::collection::vec(tree(), 1..4), end in any::<bool>()) {
        let text = trees.join("\n---\n") + if end { "\n" } else { "" };
        check_same(&text);
    }
}
