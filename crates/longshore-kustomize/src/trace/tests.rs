//! What is known of fields after one or several steps.

use longshore_yaml::{Dialect, Limits, Node, parse_first};

use super::past::{Gone, Past, follow};

fn node(text: &str) -> Node {
    parse_first(text.as_bytes(), Dialect::V3, &Limits::default()).unwrap().unwrap().root().clone()
}

/// All leaves below a field, as `VALUES AND STEPS`.
fn leaves(node: &Node, past: &Past, path: &str, out: &mut Vec<String>) {
    if !past.changes.is_empty() {
        let changes: Vec<String> = past
            .changes
            .iter()
            .map(|change| format!("{}@{}", change.value.as_deref().unwrap_or("gone"), change.step))
            .collect();
        out.push(format!("{path}: {}", changes.join(" ")));
    }
    for (at, item) in node.items().iter().enumerate() {
        leaves(item, past.item(at).expect("each item has a past"), &format!("{path}.{at}"), out);
    }
    for (key, value) in node.entries() {
        leaves(
            value,
            past.field(&key.value).expect("each field has a past"),
            &format!("{path}.{}", key.value),
            out,
        );
    }
}

/// Goes from text to text, and compares what is known of the last one, and of what is gone.
fn check(texts: &[&str], expected: &[&str], expected_gone: &[&str]) {
    let mut gone: Vec<Gone> = Vec::new();
    let mut state = (node(texts[0]), Past::new(&node(texts[0]), 0));
    for (step, text) in (1..).zip(&texts[1..]) {
        let new = node(text);
        let past = follow(&state.0, state.1, &new, step, &mut gone);
        state = (new, past);
    }
    let mut found = Vec::new();
    leaves(&state.0, &state.1, "", &mut found);
    assert_eq!(found, expected, "{texts:?}");
    let gone: Vec<String> = gone
        .iter()
        .map(|gone| {
            format!("{} was {}", gone.path.join("."), gone.changes[0].value.as_deref().unwrap_or("gone"))
        })
        .collect();
    assert_eq!(gone, expected_gone, "{texts:?}");
}

#[test]
fn a_field_that_stays_keeps_its_past() {
    check(&["{a: 1, b: x}", "{b: x, a: 2}"], &[".b: x@0", ".a: 1@0 2@1"], &[]);
    check(&["{a: 1}", "{a: \"1\"}"], &[".a: 1@0"], &[]);
    check(&["{a: {}}", "{a: {b: 1}}", "{a: {b: 2}}"], &[".a.b: 1@1 2@2"], &["a was {}"]);
}

#[test]
fn what_is_taken_away_is_remembered() {
    check(&["{a: {b: 1, c: [2]}, d: 3}", "{d: 3}"], &[".d: 3@0"], &["a.b was 1", "a.c.0 was 2"]);
    check(&["{a: 1}", "{a: [1]}"], &[".a.0: 1@1"], &["a was 1"]);
}

#[test]
fn items_are_known_by_their_names_wherever_they_stand() {
    let before = "[{name: a, image: x}, {name: b, image: y}]";
    let after = "[{name: c, image: z}, {name: b, image: y2}, {name: a, image: x}]";
    check(
        &[before, after],
        &[
            ".0.name: c@1",
            ".0.image: z@1",
            ".1.name: b@0",
            ".1.image: y@0 y2@1",
            ".2.name: a@0",
            ".2.image: x@0",
        ],
        &[],
    );
}

#[test]
fn an_item_that_gets_another_name_is_the_same_item() {
    check(
        &["[{name: a, image: x}, {name: b, image: y}]", "[{name: n, image: x}, {name: b, image: y}]"],
        &[".0.name: a@0 n@1", ".0.image: x@0", ".1.name: b@0", ".1.image: y@0"],
        &[],
    );
}

#[test]
fn items_without_names_are_known_by_what_they_say() {
    check(&["[a, b]", "[c, a, b]"], &[".0: c@1", ".1: a@0", ".2: b@0"], &[]);
    check(
        &["[{x: {k: 1, l: 2}}]", "[{y: 0}, {x: {l: 2, k: 1}}]"],
        &[".0.y: 0@1", ".1.x.l: 2@0", ".1.x.k: 1@0"],
        &[],
    );
    check(&["[a, b, c]", "[a, c]"], &[".0: a@0", ".1: c@0"], &["1 was b"]);
}
