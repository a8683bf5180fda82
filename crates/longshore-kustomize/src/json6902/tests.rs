//! Tables of JSON patches.

use longshore_yaml::{Dialect, EmitOptions, Limits, emit, parse_first};

use super::JsonPatch;

fn patched(object: &str, patch: &str) -> String {
    let object =
        parse_first(object.as_bytes(), Dialect::V3, &Limits::default()).expect("YAML").expect("a document");
    match JsonPatch::decode(patch).and_then(|patch| patch.apply(&object)) {
        Ok(mut node) => {
            flow(&mut node);
            let mut text = String::from_utf8(emit([&node], &EmitOptions::v3())).expect("UTF-8");
            text.truncate(text.trim_end().len());
            text
        }
        Err(error) => format!("error: {error}"),
    }
}

fn flow(node: &mut longshore_yaml::Node) {
    if matches!(node.kind, longshore_yaml::Kind::Mapping | longshore_yaml::Kind::Sequence) {
        node.style = longshore_yaml::Style::Flow;
    }
    node.content.iter_mut().for_each(flow);
}

fn check(object: &str, patch: &str, expected: &str) {
    assert_eq!(patched(object, patch), expected, "{object} with {patch}");
}

#[test]
fn operations() {
    check("{a: 1}", r#"[{"op": "add", "path": "/b", "value": {"c": [1]}}]"#, "{a: 1, b: {c: [1]}}");
    check("{a: [1, 3]}", r#"[{"op": "add", "path": "/a/1", "value": 2}]"#, "{a: [1, 2, 3]}");
    check("{a: [1]}", r#"[{"op": "add", "path": "/a/-", "value": 2}]"#, "{a: [1, 2]}");
    check("{a: [1, 2]}", r#"[{"op": "remove", "path": "/a/0"}]"#, "{a: [2]}");
    check("{a: 1, b: 2}", r#"[{"op": "remove", "path": "/b"}]"#, "{a: 1}");
    check("{a: 1}", r#"[{"op": "replace", "path": "/a", "value": "x"}]"#, "{a: x}");
    check("{a: 1}", r#"[{"op": "move", "from": "/a", "path": "/b"}]"#, "{b: 1}");
    check("{a: {x: 1}}", r#"[{"op": "copy", "from": "/a", "path": "/b"}]"#, "{a: {x: 1}, b: {x: 1}}");
    check("{a: 1}", r#"[{"op": "test", "path": "/a", "value": 1}]"#, "{a: 1}");
    check("{a/b: {c~d: 1}}", r#"[{"op": "replace", "path": "/a~1b/c~0d", "value": 2}]"#, "{a/b: {c~d: 2}}");
}

#[test]
fn beyond_the_standard() {
    check("{a: 1}", r#"[{"op": "replace", "path": "/b", "value": 2}]"#, "{a: 1, b: 2}");
    check("{a: [1, 2]}", r#"[{"op": "replace", "path": "/a/-1", "value": 3}]"#, "{a: [1, 3]}");
    check("{a: [1, 2]}", r#"[{"op": "add", "path": "/a/-1", "value": 3}]"#, "{a: [1, 2, 3]}");
    check("{a: 1}", r#"[{"op": "add", "path": "x/b", "value": 2}]"#, "{a: 1, b: 2}");
    check("{a: 1}", "- {op: add, path: /b, value: yes}\n---\n- {op: add, path: /c}", "{a: 1, b: true}");
    check("{a: 1}", r#"[{"op": "add", "path": "/b"}]"#, "{a: 1, b: null}");
}

#[test]
fn everything_passes_through_json() {
    check(
        "{b: 12345678901234567890, a: \"1\", c: 1000000}",
        "[]",
        "{a: \"1\", b: 1.2345678901234567e+19, c: 1e+06}",
    );
}

#[test]
fn texts_are_compared_as_written() {
    check("{a: 1.0}", r#"[{"op": "test", "path": "/a", "value": 1}]"#, "{a: 1}");
    check(
        "{a: 1}",
        r#"[{"op": "test", "path": "/a", "value": 1.0}]"#,
        "error: testing value /a failed: test failed",
    );
    // Go escapes the one and not the other.
    check(
        "{a: <x>}",
        r#"[{"op": "test", "path": "/a", "value": "<x>"}]"#,
        "error: testing value /a failed: test failed",
    );
    check("{a: <x>}", r#"[{"op": "test", "path": "/a", "value": "\u003cx\u003e"}]"#, "{a: <x>}");
}

#[test]
fn what_does_not_apply_is_refused() {
    let refused = [
        (
            r#"[{"op": "remove", "path": "/b"}]"#,
            "error in remove for path: '/b': Unable to remove nonexistent key: b: missing value",
        ),
        (
            r#"[{"op": "add", "path": "/b/c", "value": 1}]"#,
            "add operation does not apply: doc is missing path: \"/b/c\": missing value",
        ),
        (
            r#"[{"op": "replace", "path": "/l/7", "value": 1}]"#,
            "replace operation does not apply: doc is missing key: /l/7: missing value",
        ),
        (
            r#"[{"op": "add", "path": "/l/x", "value": 1}]"#,
            "error in add for path: '/l/x': value was not a proper array index: 'x': strconv.Atoi: parsing \"x\": invalid syntax",
        ),
        (r#"[{"op": "frob"}]"#, "Unexpected kind: frob"),
        (
            r#"[{"op": "copy", "path": "/x"}]"#,
            "copy operation failed to decode from: operation, missing from field: missing value",
        ),
        (
            r#"[{"op": "replace", "path": "", "value": 1}]"#,
            "replace operation value must be object or array: %!w(<nil>)",
        ),
        (
            r#"[{"op": "replace", "path": "", "value": [1]}]"#,
            "json: cannot unmarshal array into Go value of type map[string]interface {}",
        ),
        ("{op: add}", "json: cannot unmarshal object into Go value of type jsonpatch.Patch"),
        ("[{op: add}]", "invalid character 'o' looking for beginning of object key string"),
    ];
    for (patch, expected) in refused {
        check("{a: 1, l: [1]}", patch, &format!("error: {expected}"));
    }
}

#[test]
fn copies_do_not_double_without_end() {
    let doubling = (0..40).map(|i| format!("{{op: copy, from: /a, path: /a/c{i}}}"));
    let patch = format!("- {}", doubling.collect::<Vec<_>>().join("\n- "));
    check("{a: {}}", &patch, "error: copy operations make more than 1000000 values");
}
