//! `--set` and its kin, in good and bad grammar.

use super::text;
use crate::odd::case::Case;
use crate::random::Random;

const KINDS: &str = "set set set set-string set-json set-file set-literal";

const VALUES: &str = "a: {b: 1, c: [1, {x: y}, null], d: null}\nb: [1, 2, [3, 4]]\nc: text\ne: {f: {g: {h: 1.5}}}\nl: [{a: 1}, {b: 2}]\n";

const NOTES: &str = "{{ printf \"%#v\" .Values }}\n{{ toJson .Values }}\n";

/// What is joined to a soup.
const TOKENS: &[&str] = &[
    "a",
    "b",
    "c",
    "l",
    "global",
    ".",
    ".",
    ",",
    ",",
    "=",
    "=",
    "[",
    "]",
    "{",
    "}",
    "\\",
    "0",
    "1",
    "-1",
    "2",
    "null",
    "true",
    "1.5",
    "\"",
    "'",
    " ",
    "x y",
    "é",
    "\n",
    "010",
    "99999999999999999999",
    "[0]",
    "[1]",
    ".b",
    "\\,",
    "\\.",
    "\\=",
    "\\[",
    "\t",
    "#",
    ":",
    "日本",
    "\\\\",
    "TRUE",
    "Null",
    "[0][1]",
    "[2].x",
    "={",
    "}}",
    "f1",
    "False",
    "-0",
    "+1",
    "0x10",
    "1e3",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "[65536]",
    "[65537]",
    "[-1]",
    "[ 1]",
    "[a]",
    "[]",
    "..",
    ",,",
    "==",
    "\u{FEFF}",
];

const SCALARS: &[&str] = &[
    "1",
    "0",
    "-1",
    "01",
    "00",
    "true",
    "TRUE",
    "false",
    "null",
    "NULL",
    "nil",
    "",
    " ",
    "1.5",
    "1e6",
    "text",
    "a b",
    "a\\,b",
    "a\\",
    "\\",
    "\"q\"",
    "{a,b}",
    "{}",
    "{,}",
    "{a,{b,c}}",
    "{1,null,true}",
    "{a",
    "a}",
    "{a}b",
    "{a\\,b}",
    "{ a , b }",
    "[1]",
    "[1,2]",
    "{\"a\":1}",
    "é",
    "f1",
    "f2",
    "x=y",
    "9223372036854775807",
    "9223372036854775808",
    "-0",
    "+1",
    "0x1",
    "1_000",
    "12:30",
    "~",
    "yes",
    "@x",
    "a.b",
    "a[0]",
    "\n",
    "1\n",
    "0755",
    "0o7",
    "infinity",
    "{a=1,b=2}",
    "{{a}}",
    "null ",
    " null",
    "\\{a\\}",
    "\u{1F600}",
    "''",
];

const JSON: &[&str] = &[
    "1",
    "1.5",
    "1e6",
    "1e400",
    "-0",
    "01",
    "1.",
    "null",
    "true",
    "\"x\"",
    "\"\\u00e9\"",
    "\"\\ud800\"",
    "[1,2]",
    "[]",
    "{}",
    "{\"a\":1}",
    "{\"a\":{\"b\":null}}",
    "[1,",
    "{\"a\":",
    "",
    " ",
    "\"x",
    "nul",
    "[1,2]]",
    "1 2",
    "\"a\\\"b\"",
    "{\"a\":1,\"a\":2}",
    "9223372036854775808",
    "12345678901234567890123",
    "\"\\x\"",
    "\"\t\"",
    "{a:1}",
    "'x'",
    "[{\"a\":[{}]}]",
    "1,c=2",
    "\"x\",c=2",
    "{\"b\":[1]},c=3",
    " 1",
    "1 ",
    "\n1\n",
    "tru",
    "-",
    "+1",
    ".5",
    "0x1",
    "Infinity",
    "NaN",
    "\"\u{0}\"",
];

fn key(random: &mut Random) -> String {
    let mut key = random.word("a b c d e l n global a.b a.c e.f.g.h e.f l b x.y.z");
    for _ in 0..random.below(3) {
        key.push_str(random.one(&[
            "[0]",
            "[1]",
            "[2]",
            "[0].a",
            "[0][1]",
            ".b",
            ".c",
            ".",
            "[5]",
            "\\.x",
            "[0]b",
            "[",
            "]",
            "[]",
            "\\[0]",
            " ",
            "[01]",
            "[+1]",
            "[-1]",
            "[1e0]",
            "é",
            ".global",
            "..x",
            "\"",
            "[0]]",
            "[[0]]",
            "\\",
            "[65536]",
            "[65537]",
            "[99999999999999999999]",
        ]));
    }
    key
}

/// One flag's text.
pub(super) fn flag(random: &mut Random, kind: &str) -> String {
    if random.chance(25) {
        return (0..1 + random.below(9)).map(|_| random.one(TOKENS)).collect();
    }
    if kind == "set-json" && random.chance(30) {
        return random
            .one(&[
                "{\"a\":1}",
                " {\"a\":{\"b\":null}} ",
                "{\"b\":[1]}",
                "{}",
                "{",
                "{\"a\":1}x",
                "{\"a\" 1}",
                "{\"c\":{\"d\":1}, \"a\":{\"z\":[]}}",
                "{\"a\":1,}",
                "\n{\"x\":1e3}",
                "{\"x\":1e400}",
                "{\"x\":\"\\ud800\"}",
                "[1]",
                "null",
                "{\"n\":12345678901234567890}",
                "{\"a\":1}{}",
            ])
            .to_string();
    }
    let mut text = String::new();
    for number in 0..1 + random.below(3) {
        if number > 0 {
            text.push(',');
        }
        text.push_str(&key(random));
        if random.chance(96) {
            text.push('=');
        }
        text.push_str(if kind == "set-json" && random.chance(90) {
            random.one(JSON)
        } else {
            random.one(SCALARS)
        });
    }
    if random.chance(10) {
        text::mutate(random, &mut text);
    }
    text
}

/// A case.
pub(crate) fn case(random: &mut Random) -> Case {
    let mut case = Case {
        files: vec![
            ("Chart.yaml".to_owned(), b"{apiVersion: v2, name: c, version: 1.0.0}".to_vec()),
            ("templates/NOTES.txt".to_owned(), NOTES.into()),
        ],
        ..Case::default()
    };
    if random.chance(60) {
        case.files.push(("values.yaml".to_owned(), VALUES.into()));
    }
    if random.chance(40) {
        case.values.push(VALUES.into());
    }
    for _ in 0..1 + random.below(3) {
        let kind = random.word(KINDS);
        let text = flag(random, &kind);
        case.flags.push((kind, text));
    }
    if random.chance(1) {
        // Deep and long ones.
        let deep = ["a."; 35][..28 + random.below(7)].concat();
        case.flags.push(("set".to_owned(), format!("{deep}b=1")));
    }
    case
}
