//! Targets of `longshore-yaml`: reading in both dialects, and reading again what was written.

use longshore_go::{Value, deep_equal};
use longshore_yaml::{
    Dialect, EmitOptions, Kind, Limits, Node, Style, check_syntax, emit, marshal, parse, sigs,
};

use super::replay::Check;

/// All of them, by name.
pub const TARGETS: &[(&str, Check)] =
    &[("yaml_syntax", syntax), ("yaml_value", value), ("yaml_nodes", nodes), ("yaml_text", text)];

/// Line breaks that the original writes as they are and reads as spaces.
const OLD_BREAKS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// Scanner and parser alone, both dialects.
pub fn syntax(input: &[u8]) {
    for dialect in [Dialect::V2, Dialect::V3] {
        let _ = check_syntax(input, dialect, &Limits::default());
    }
}

/// YAML to a value as Helm reads it, and `toYaml` of that: reads back as what is written the same.
pub fn value(input: &[u8]) {
    let _ = sigs::to_value_strict(input);
    if let Ok(value) = sigs::to_value(input) {
        writes_again(&value);
    }
    if let Ok(value) = sigs::to_json_value(input) {
        writes_again(&value);
        let _ = marshal(&value, &EmitOptions::v2());
        let _ = marshal(&value, &EmitOptions::v3());
    }
}

/// Text goes through JSON, whose reader refuses some control characters, as the original's does. Nor does the
/// original quote a key `<<`, and then merges it.
fn writes_again(value: &Value) {
    let Ok(text) = sigs::marshal(value) else { return };
    let shown = String::from_utf8_lossy(&text);
    if shown.contains("<<") {
        return;
    }
    let again = sigs::to_json_value(&text).unwrap_or_else(|error| panic!("{error}\n{shown}"));
    let second = sigs::marshal(&again).expect("it was written before");
    assert_eq!(shown, String::from_utf8_lossy(&second));
}

/// YAML to nodes and back: what we write means the same, comments and line breaks that only YAML 1.1 knows aside.
pub fn nodes(input: &[u8]) {
    if String::from_utf8_lossy(input).contains(OLD_BREAKS) {
        return;
    }
    for (dialect, options) in [(Dialect::V2, EmitOptions::v2()), (Dialect::V3, EmitOptions::v3())] {
        let Ok(mut documents) = parse(input, dialect, &Limits::default()) else { continue };
        let _ = emit(&documents, &options);
        // Nothing at all is written as nothing at all.
        documents.retain(|document| !document.is_null());
        let is_lost =
            |document: &Node| has_time(document) || dialect == Dialect::V2 && has_collection_key(document);
        if documents.iter().any(is_lost) {
            continue;
        }
        documents.iter_mut().for_each(bare);
        let text = emit(&documents, &options);
        let shown = String::from_utf8_lossy(&text);
        let mut again = parse(&text, dialect, &Limits::default())
            .unwrap_or_else(|error| panic!("{dialect:?} {error}\n{shown}"));
        again.iter_mut().for_each(bare);
        assert!(same(&documents, &again), "{dialect:?} {documents:#?}\n{shown}\n{again:#?}");
    }
}

/// Whether a mapping or a sequence is a key somewhere: go-yaml v2 does not read `[]: 1` where it begins a line within
/// braces, and so neither do we.
fn has_collection_key(node: &Node) -> bool {
    let is_collection = |key: &Node| key.is_mapping() || key.is_sequence();
    node.entries().any(|(key, _)| is_collection(key)) || node.content.iter().any(has_collection_key)
}

/// Whether there is a time: within brackets go-yaml quotes it for its colons, and then it is a string.
fn has_time(node: &Node) -> bool {
    node.tag == "!!timestamp" || node.content.iter().any(has_time)
}

/// A string, however odd, written as a value, is read back as it was; but for line breaks of YAML 1.1 that JSON
/// does not know, which the original folds.
pub fn text(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if text.contains(OLD_BREAKS) {
        return;
    }
    let value = Value::from(longshore_go::Map::from_iter([("key", Value::from(text))]));
    let Ok(written) = sigs::marshal(&value) else { return };
    let shown = String::from_utf8_lossy(&written);
    let again = sigs::to_json_value(&written).unwrap_or_else(|error| panic!("{error}\n{shown}"));
    assert!(deep_equal(&value, &again), "{text:?}\n{shown}");
}

/// Takes off comments and places, and block scalars, whose indentation the original sometimes tells wrongly.
fn bare(node: &mut Node) {
    if matches!(node.style, Style::Folded | Style::Literal) {
        node.style = Style::DoubleQuoted;
    }
    node.comments = None;
    (node.line, node.column) = (0, 0);
    node.content.iter_mut().for_each(bare);
}

/// Whether two trees mean the same; how they are written does not matter.
fn same(a: &[Node], b: &[Node]) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| {
            // In flow style libyaml writes a null that was not written as `''`.
            a.kind == b.kind
                && (a.kind != Kind::Scalar || a.value.is_empty() || a.tag == b.tag)
                && a.value == b.value
                && a.anchor == b.anchor
                && same(&a.content, &b.content)
        })
}
