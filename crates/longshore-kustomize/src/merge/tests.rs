//! Tables of merges: what follows from the rules, and what follows from kyaml by accident.

use longshore_yaml::{Dialect, EmitOptions, Limits, Node, emit, parse_first};

use super::{Schemas, merge};

fn read(text: &str) -> Node {
    parse_first(text.as_bytes(), Dialect::V3, &Limits::default()).expect("YAML").expect("a document")
}

fn merged(object: &str, patch: &str, schemas: &Schemas) -> String {
    match merge(read(object), &read(patch), schemas) {
        Ok(Some(node)) => {
            let mut text = String::from_utf8(emit([&node], &EmitOptions::v3())).expect("UTF-8");
            text.truncate(text.trim_end().len());
            text
        }
        Ok(None) => String::from("deleted"),
        Err(error) => format!("error: {error}"),
    }
}

/// Merges what is in a Pod's `spec`, written in flow style.
fn check(object: &str, patch: &str, expected: &str) {
    let head = "apiVersion: v1\nkind: Pod\nspec: ";
    let found = merged(&format!("{head}{object}\n"), &format!("spec: {patch}\n"), &Schemas::default());
    let found = found.strip_prefix(head).unwrap_or(&found);
    assert_eq!(found, expected, "{object} with {patch}");
}

#[test]
fn mappings_merge_by_key() {
    check("{a: 1, b: {c: 2}}", "{b: {d: 3}, e: 4}", "{a: 1, b: {c: 2, d: 3}, e: 4}");
    check("{a: 1, b: 2}", "{a: null}", "{b: 2}");
    check("{a: 1}", "{b: {c: null, d: {e: ~}}}", "{a: 1, b: {d: {}}}");
    check("{a: {b: 1}}", "{a: {$patch: replace, c: 2}}", "{a: {c: 2}}");
    check("{a: {b: 1}}", "{a: {$patch: merge, c: 2}}", "{a: {b: 1, c: 2}}");
    check("{a: {b: 1}, c: 2}", "{a: {$patch: delete}}", "{c: 2}");
    check("{a: {b: 1}}", "{d: {$patch: delete}}", "{a: {b: 1}}");
}

#[test]
fn nulls_that_are_written_out_stay() {
    check("{a: null, b: ~, c: }", "{d: 1}", "{a: null, b: ~, d: 1}");
}

#[test]
fn an_existing_field_keeps_its_quotes() {
    check("{a: \"1\"}", "{a: 5}", "{a: \"5\"}");
    check("{a: 1}", "{a: \"5\"}", "{a: \"5\"}");
    // What YAML 1.1 would read as something else gets quotes when it is merely passed by.
    check("{a: yes}", "{b: on}", "{a: \"yes\", b: \"on\"}");
}

#[test]
fn lists_merge_by_their_key_with_the_patch_first() {
    check(
        "{containers: [{name: a, image: x}, {name: b}]}",
        "{containers: [{name: c}, {name: b, image: z}]}",
        "{containers: [{name: c}, {name: b, image: z}, {name: a, image: x}]}",
    );
    check(
        "{containers: [{name: a}, {name: b}]}",
        "{containers: [{name: a, $patch: delete}]}",
        "{containers: [{name: b}]}",
    );
    check(
        "{containers: [{name: a}, {name: b}]}",
        "{containers: [{$patch: replace}, {name: c}]}",
        "{containers: [{name: c}]}",
    );
    check("{containers: [{name: a}]}", "{containers: [{$patch: delete}]}", "{}");
    check("{tolerations: [{key: a}]}", "{tolerations: [{key: b}]}", "{tolerations: [{key: b}]}");
    // A replaced item is put back by the list that it was in.
    check(
        "{containers: [{name: a, image: x}]}",
        "{containers: [{name: a, $patch: replace}]}",
        "{containers: [{name: a, image: x}]}",
    );
}

#[test]
fn items_without_their_key_take_others_along() {
    check("{containers: [{name: a}]}", "{containers: [{image: x}]}", "{containers: []}");
    check("{containers: [{image: x}, {name: a}]}", "{containers: [{name: b}]}", "{containers: [{image: x}]}");
}

#[test]
fn two_keys_match_only_in_full() {
    let check = |object: &str, patch: &str, expected: &str| {
        let within = |ports: &str| format!("{{containers: [{{name: a, ports: {ports}}}]}}");
        check(&within(object), &within(patch), &within(expected));
    };
    check(
        "[{containerPort: 80, protocol: TCP}, {containerPort: 90, protocol: UDP}]",
        "[{containerPort: 90, protocol: UDP, name: web}]",
        "[{containerPort: 80, protocol: TCP}, {containerPort: 90, protocol: UDP, name: web}]",
    );
    check("[{containerPort: 80}]", "[{containerPort: 80, name: web}]", "[{containerPort: 80, name: web}]");
    // Where only one side has the second key, the patch is lost.
    check(
        "[{containerPort: 80}, {containerPort: 90}]",
        "[{containerPort: 80, protocol: TCP, name: web}]",
        "[{containerPort: 80}, {containerPort: 90}]",
    );
    check(
        "[{containerPort: 80, protocol: TCP}, {containerPort: 90}]",
        "[{containerPort: 80, name: web}]",
        "[{containerPort: 80, protocol: TCP}, {containerPort: 90}]",
    );
}

#[test]
fn finalizers_are_a_set() {
    let found = merged(
        "{apiVersion: v1, kind: ConfigMap, metadata: {finalizers: [a, b]}}",
        "{metadata: {finalizers: [c, b]}}",
        &Schemas::default(),
    );
    assert_eq!(found, "{apiVersion: v1, kind: ConfigMap, metadata: {finalizers: [c, b, a]}}");
}

#[test]
fn a_whole_object_is_deleted_but_not_replaced() {
    let object = "{apiVersion: v1, kind: Pod, spec: {a: 1}}";
    assert_eq!(merged(object, "{$patch: delete}", &Schemas::default()), "deleted");
    assert_eq!(merged(object, "{$patch: replace, spec: {b: 2}}", &Schemas::default()), object);
}

#[test]
fn what_does_not_fit_is_refused() {
    check(
        "{a: {b: 1}}",
        "{a: 5}",
        "error: wrong node kind: expected MappingNode but got ScalarNode: node contents:\n5\n",
    );
    check("{a: {b: 1}}", "{a: {$patch: foo}}", "error: unknown patch strategy 'foo'");
}

#[test]
fn types_come_from_a_document() {
    let document = "definitions:\n  Fleet:\n    properties:\n      spec: {$ref: '#/definitions/Spec'}\n    x-kubernetes-group-version-kind: [{group: sea.io, kind: Fleet, version: v1}]\n  Spec:\n    properties:\n      ships:\n        type: array\n        items: {type: object}\n        x-kubernetes-patch-strategy: merge\n        x-kubernetes-list-map-keys: [id]\n";
    let schemas = Schemas::from_openapi(document.as_bytes()).expect("a document");
    let object = "{apiVersion: sea.io/v1, kind: Fleet, spec: {ships: [{id: a, x: 1}, {id: b}]}}";
    let patch = "{spec: {ships: [{id: a, y: 2}]}}";
    assert_eq!(
        merged(object, patch, &schemas),
        "{apiVersion: sea.io/v1, kind: Fleet, spec: {ships: [{id: a, x: 1, y: 2}, {id: b}]}}"
    );
    assert_eq!(
        merged(object, patch, &Schemas::default()),
        "{apiVersion: sea.io/v1, kind: Fleet, spec: {ships: [{id: a, y: 2}]}}"
    );
    // Kubernetes' own types are not known any more.
    let pod = "{apiVersion: v1, kind: Pod, spec: {containers: [{name: a}]}}";
    let patch = "{spec: {containers: [{name: b}]}}";
    assert_eq!(merged(pod, patch, &schemas), "{apiVersion: v1, kind: Pod, spec: {containers: [{name: b}]}}");
}

#[test]
fn types_come_from_comments() {
    let comment = r#"# {"type": "array", "items": {}, "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "id"}"#;
    let object = format!("kind: Any\nlist: {comment}\n- id: a\n- id: b\n");
    let found = merged(&object, "list:\n- id: c\n", &Schemas::default());
    assert!(found.ends_with("- id: c\n    - id: a\n    - id: b"), "{found}");
}

#[test]
fn circles_of_references_end() {
    let document = r##"{"definitions": {"A": {"properties": {"a": {"$ref": "#/definitions/B"}},
        "x-kubernetes-group-version-kind": [{"group": "", "kind": "A", "version": "v1"}]},
        "B": {"$ref": "#/definitions/B"}}}"##;
    let schemas = Schemas::from_openapi(document.as_bytes()).expect("a document");
    assert_eq!(
        merged("{apiVersion: v1, kind: A, a: [1]}", "{a: [2]}", &schemas),
        "{apiVersion: v1, kind: A, a: [2]}"
    );
}
