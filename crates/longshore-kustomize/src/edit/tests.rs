//! Kustomization files that are read and written again. What the original makes of whole commands is in
//! `compat/kustomize/edit.txt`.

use super::*;

fn check(text: &str, expected: &str) {
    let written = Document::read(text.as_bytes()).unwrap().write().unwrap();
    let both = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n";
    assert_eq!(String::from_utf8(written).unwrap().replace(both, ""), expected);
}

#[test]
fn comments_stay_with_their_fields() {
    check(
        "# top\nresources:\n# inside\n- a\n\n# second\nNAMEPREFIX: 'p-'\n# end\n",
        "# top\n# inside\nresources:\n- a\n\n# second\nnamePrefix: p-\n",
    );
}

#[test]
fn empty_values_are_left_out() {
    check("namePrefix: \"\"\nresources: []\nimages: [{name: a, newTag: \"\"}]\n", "images:\n- name: a\n");
    check("replicas: [{name: a}]\n", "replicas:\n- count: 0\n  name: a\n");
}

#[test]
fn fields_of_the_past_are_those_of_today() {
    check("bases: [b]\nresources: [a]\n", "resources:\n- a\n- b\n");
    check("configMapGenerator: [{name: a, env: x}]\n", "configMapGenerator:\n- envs:\n  - x\n  name: a\n");
}

#[test]
fn labels_are_fixed() {
    let mut document = Document::read(b"commonLabels: {a: b}\n").unwrap();
    document.fix(|_| false).unwrap();
    let text = String::from_utf8(document.write().unwrap()).unwrap();
    assert!(text.ends_with("labels:\n- includeSelectors: true\n  pairs:\n    a: b\n"), "{text}");
    let mut document = Document::read(b"commonLabels: {a: b}\nlabels: [{pairs: {a: c}}]\n").unwrap();
    let error = document.fix(|_| false).unwrap_err();
    assert_eq!(error.text(), "label name 'a' exists in both commonLabels and labels");
}
