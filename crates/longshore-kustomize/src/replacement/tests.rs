//! Tables of replacements.

use longshore_go::Value;
use longshore_yaml::sigs;

use super::apply;
use crate::decode::Reader;
use crate::kustomization::Replacement;
use crate::{output, resource};

const OBJECTS: &str = r#"{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {a: x.y}}, spec: {n: 1, s: "q", l: [{k: a, v: "i:1"}, {k: b, v: "j:2"}], js: '{"a": {"b": 1}}', empty: ""}}
---
{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80}]}}
"#;

/// What becomes of the Pod's `spec`.
fn replaced(replacement: &str) -> String {
    let mut resources = resource::read(OBJECTS.as_bytes()).expect("objects");
    let value = sigs::to_value(replacement.as_bytes()).expect("YAML");
    let replacement: Replacement = Reader::lenient().read(&value).expect("a replacement");
    if let Err(error) = apply(&mut resources, &[replacement], &crate::finding::Findings::default()) {
        return format!("error: {error}");
    }
    let value = output::value(&resources[0]).expect("a value");
    let spec = value.as_map().and_then(|map| map.get(b"spec")).unwrap_or(Value::Nil);
    let mut text = Vec::new();
    longshore_go::json::append(&mut text, &spec, longshore_go::json::EscapeHtml::No).expect("JSON");
    String::from_utf8(text).expect("UTF-8")
}

fn check(source: &str, target: &str, expected: &str) {
    let replacement = format!("{{{source}, targets: [{{select: {{kind: Pod}}, {target}}}]}}");
    assert_eq!(replaced(&replacement), expected, "{replacement}");
}

const NAME: &str = "source: {kind: Service}";
const PORT: &str = "source: {kind: Service, fieldPath: spec.ports.0.port}";

#[test]
fn values() {
    let spec = |n: &str, s: &str, l: &str, js: &str| {
        format!(
            r#"{{"empty":"","js":"{js}","l":[{{"k":"a","v":{l}}},{{"k":"b","v":"j:2"}}],"n":{n},"s":"{s}"}}"#
        )
    };
    let js = r#"{\"a\": {\"b\": 1}}"#;
    check(NAME, "fieldPaths: [spec.s]", &spec("1", "s", r#""i:1""#, js));
    // The type of the target stays.
    check(PORT, "fieldPaths: [spec.n, spec.s]", &spec("80", "80", r#""i:1""#, js));
    check("sourceValue: \"7\"", "fieldPaths: [spec.n]", &spec("7", "q", r#""i:1""#, js));
    check(NAME, "fieldPaths: [\"spec.l.[k=a].v\"]", &spec("1", "q", r#""s""#, js));
    check(NAME, "fieldPaths: [spec.l.0.v], options: {delimiter: \":\"}", &spec("1", "q", r#""s:1""#, js));
    check(
        NAME,
        "fieldPaths: [spec.l.0.v], options: {delimiter: \":\", index: 9}",
        &spec("1", "q", r#""i:1:s""#, js),
    );
    check(
        NAME,
        "fieldPaths: [spec.l.0.v], options: {delimiter: \":\", index: -1}",
        &spec("1", "q", r#""s:i:1""#, js),
    );
    let part = "source: {kind: Pod, fieldPath: metadata.labels.a, options: {delimiter: \".\", index: 1}}";
    check(part, "fieldPaths: [spec.s]", &spec("1", "y", r#""i:1""#, js));
    check(PORT, "fieldPaths: [spec.js.a.b]", &spec("1", "q", r#""i:1""#, r#"{\"a\":{\"b\":80}}"#));
    check(NAME, "fieldPaths: [spec.l.0.v], reject: [{name: p}]", &spec("1", "q", r#""i:1""#, js));
    check(NAME, "fieldPaths: [spec.l.0.v], reject: [{labelSelector: a}]", &spec("1", "q", r#""i:1""#, js));
}

#[test]
fn what_is_missing_is_refused() {
    let refused = [
        (
            "source: {kind: Nope}",
            "fieldPaths: [spec.s]",
            "nothing selected by Nope.[noVer].[noGrp]/[noName].[noNs]",
        ),
        (
            "source: {version: v1}",
            "fieldPaths: [spec.s]",
            "multiple matches for selector [noKind].v1.[noGrp]/[noName].[noNs]",
        ),
        (
            "source: {kind: Service, fieldPath: spec.x}",
            "fieldPaths: [spec.s]",
            "fieldPath `spec.x` is missing for replacement source Service.[noVer].[noGrp]/[noName].[noNs]",
        ),
        (NAME, "fieldPaths: [spec.x]", "unable to find field \"spec.x\" in replacement target"),
        (
            NAME,
            "fieldPaths: [spec.l.7.v], options: {create: true}",
            "unable to find or create field \"spec.l.7.v\" in replacement target: index 7 specified but only 2 elements found",
        ),
        (
            NAME,
            "fieldPaths: [spec.l], options: {delimiter: x}",
            "delimiter option can only be used with scalar nodes",
        ),
        (
            "source: {kind: Service, options: {delimiter: x, index: 3}}",
            "fieldPaths: [spec.s]",
            "options.index 3 is out of bounds for value s",
        ),
    ];
    for (source, target, expected) in refused {
        check(source, target, &format!("error: {expected}"));
    }
}
