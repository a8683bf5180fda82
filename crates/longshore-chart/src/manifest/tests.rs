//! Splitting, hooks and order, on texts whose outcome real Helm was asked for.

use std::collections::BTreeMap;

use super::{HookEvent, sort, split};
use crate::Log;
use crate::compat::Level;

#[test]
fn documents_split_as_each_level_splits_them() {
    for (text, new, old) in [
        ("a: 1\n", &["a: 1\n"][..], &["a: 1"][..]),
        ("\n\n---\na: 1\n---\nb: 2", &["a: 1\n", "b: 2"], &["a: 1", "b: 2"]),
        ("---\n---\n", &[], &["---"]),
        (
            "a: |\n  x\n\n--- # c\nb: 2\n---kind: C\n",
            &["a: |\n  x\n\n", "# c\nb: 2\n", "kind: C\n"],
            &["a: |\n  x", "# c\nb: 2", "kind: C"],
        ),
        ("a: 1\n ---\nb: 2\n", &["a: 1\n ---\nb: 2\n"], &["a: 1\n ---\nb: 2"]),
        ("a: x --- y\n", &["a: x --- y\n"], &["a: x --- y"]),
        ("a: 1\n----\nb: 2\n", &["a: 1\n", "-\nb: 2\n"], &["a: 1", "-\nb: 2"]),
        ("a: 1\r\n---\r\nb: 2\r\n", &["a: 1\r\n", "b: 2\r\n"], &["a: 1", "b: 2"]),
    ] {
        assert_eq!(split(text, Level::V4_3.rules()), new, "{text:?}");
        assert_eq!(split(text, Level::V3_22.rules()), old, "{text:?}");
    }
}

fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn kinds_sort_and_files_keep_their_order() {
    let files = files(&[
        (
            "c/templates/b.yaml",
            "kind: Service\nmetadata: {name: b}\n---\nkind: ConfigMap\nmetadata: {name: b}\n",
        ),
        ("c/templates/a.yaml", "kind: Widget\n---\nkind: Service\nmetadata: {name: a}\n---\nkind: Gadget\n"),
        ("c/templates/_p.yaml", "kind: Secret\n"),
        ("c/templates/e.yaml", " \n"),
    ]);
    let sorted = sort(&files, &BTreeMap::new(), Level::V4_3.rules(), &mut Vec::new()).unwrap();
    let shown: Vec<String> = sorted.manifests.iter().map(|m| format!("{} {}", m.kind, m.name)).collect();
    assert_eq!(shown, ["ConfigMap b", "Service a", "Service b", "Gadget ", "Widget "]);
}

#[test]
fn hooks_are_taken_out() {
    let hook =
        |annotations: &str| format!("kind: Job\nmetadata:\n  name: j\n  annotations: {{{annotations}}}\n");
    let files = files(&[
        (
            "c/templates/1.yaml",
            &hook(
                "helm.sh/hook: 'pre-install, Post-Upgrade', helm.sh/hook-weight: -5, helm.sh/hook-delete-policy: 'Hook-Succeeded,x'",
            ),
        ),
        ("c/templates/2.yaml", &hook("helm.sh/hook: crd-install")),
        ("c/templates/3.yaml", &hook("helm.sh/hook: test-success, helm.sh/hook-weight: heavy")),
        ("c/templates/4.yaml", &hook("other: x")),
    ]);
    let mut logs = Vec::new();
    let sorted = sort(&files, &BTreeMap::new(), Level::V4_3.rules(), &mut logs).unwrap();
    assert_eq!(sorted.manifests.len(), 1);
    sort(&files, &BTreeMap::new(), Level::V3_22.rules(), &mut logs).unwrap();
    let logs: Vec<String> = logs.iter().map(Log::to_string).collect();
    assert_eq!(
        logs,
        [
            "skipping unknown hooks hookTypes=crd-install",
            "manifest_sorter.go:199: info: skipping unknown hook: \"crd-install\"",
        ]
    );
    assert_eq!(sorted.hooks[0].events, [HookEvent::PreInstall, HookEvent::PostUpgrade]);
    assert_eq!((sorted.hooks[0].weight, sorted.hooks[1].weight), (-5, 0));
    assert_eq!(sorted.hooks[0].delete_policies, ["hook-succeeded", "x"]);
    assert_eq!(sorted.hooks[1].events, [HookEvent::Test]);
}

#[test]
fn heads_are_refused_in_helms_words() {
    // As Helm 4.3.1 says it of a template with that text.
    const DECODING: &str = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal";
    for (text, expected) in [
        ("kind: [1]", format!("{DECODING} array into Go struct field SimpleHead.kind of type string")),
        ("- a", format!("{DECODING} array into Go value of type util.SimpleHead")),
        ("foo", format!("{DECODING} string into Go value of type util.SimpleHead")),
        (
            "metadata: {annotations: {a: {b: 1}}}",
            format!("{DECODING} object into Go struct field .metadata.annotations of type string"),
        ),
        (
            "metadata: {name: [1]}",
            format!("{DECODING} array into Go struct field .metadata.name of type string"),
        ),
        (
            "metadata: x",
            format!(
                "{DECODING} string into Go struct field SimpleHead.metadata of type struct {{ Name string \"json:\\\"name\\\"\"; Annotations map[string]string \"json:\\\"annotations\\\"\" }}"
            ),
        ),
        (
            "a: b: c",
            "error converting YAML to JSON: yaml: mapping values are not allowed in this context".to_owned(),
        ),
    ] {
        let error = sort(
            &files(&[("c/templates/a.yaml", text)]),
            &BTreeMap::new(),
            Level::V4_3.rules(),
            &mut Vec::new(),
        )
        .unwrap_err();
        assert_eq!(error.to_string(), format!("YAML parse error on c/templates/a.yaml: {expected}"));
    }
    assert!(
        sort(
            &files(&[("a", "metadata: {annotations: {a: null, b: 1, c: 1.5, d: true}}")]),
            &BTreeMap::new(),
            Level::V4_3.rules(),
            &mut Vec::new()
        )
        .is_ok()
    );
}

/// As Helm 3.22.0 and 4.3.1 say it of a template that prints `{{ "\\xff" }}`.
#[test]
fn bytes_that_are_no_text_are_refused_as_yaml_refuses_them() {
    let files = files(&[("c/templates/a.yaml", "kind: A\n---\nkind: B\nx: \u{FFFD}\n")]);
    let broken = [("c/templates/a.yaml".to_owned(), b"kind: A\n---\nkind: B\nx: \xFF\n".to_vec())].into();
    for level in [Level::V4_3, Level::V3_22] {
        let error = sort(&files, &broken, level.rules(), &mut Vec::new()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "YAML parse error on c/templates/a.yaml: error converting YAML to JSON: yaml: invalid leading UTF-8 octet"
        );
    }
}
