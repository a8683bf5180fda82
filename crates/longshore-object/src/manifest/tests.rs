//! Manifests in every shape that people write, and what is said about those that are wrong.

use super::{identities_are_unique, parse_manifests};
use crate::{Data, Tree};

fn refused(text: &str) -> String {
    let error = parse_manifests(text, "m.yaml").unwrap_err();
    error.to_string()
}

#[test]
fn documents_lists_and_sources() {
    let text = "\
# a comment
---
# Source: app/templates/a.yaml
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: one}
  - apiVersion: v1
    kind: ConfigMap
    metadata:
      name: two
---
---
# Source: app/templates/b.yaml
{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {\"name\": \"three\"}}
";
    let objects = parse_manifests(text, "all.yaml").unwrap();
    let shown: Vec<String> = objects.iter().map(|o| format!("{} {}", o.key(), o.place())).collect();
    assert_eq!(
        shown,
        [
            "ConfigMap/one app/templates/a.yaml:7",
            "ConfigMap/two app/templates/a.yaml:10",
            "Secret/three app/templates/b.yaml:17",
        ]
    );
    assert_eq!(objects[1].place_of("/metadata/name").unwrap().to_string(), "app/templates/a.yaml:13:13");
    assert!(parse_manifests("", "m.yaml").unwrap().is_empty());
    assert!(parse_manifests("---\n# nothing\n---\n", "m.yaml").unwrap().is_empty());
}

#[test]
fn values_are_the_api_servers() {
    let text = "\
kind: ConfigMap
apiVersion: v1
metadata: &m
  name: x
  labels: {on: yes, 1: a}
data:
  big: 9007199254740993
  octal: 0644
  float: 1.0
  copy: *m
";
    let object = &parse_manifests(text, "m.yaml").unwrap()[0];
    let keys: Vec<&String> = object.tree().as_map().unwrap().keys().collect();
    assert_eq!(keys, ["kind", "apiVersion", "metadata", "data"]);
    assert_eq!(object.get("/data/big").and_then(Tree::as_i64), Some(9_007_199_254_740_993));
    assert_eq!(object.get("/data/octal").and_then(Tree::as_i64), Some(0o644));
    assert_eq!(object.get("/metadata/labels/true").and_then(Tree::as_bool), Some(true));
    assert_eq!(object.str_at("/metadata/labels/1"), Some("a"));
    assert_eq!(object.str_at("/data/copy/name"), Some("x"));
    assert_eq!(object.place_of("/data").unwrap().line, 6);
    assert_eq!(object.place_of("/data/octal").unwrap().line, 8);
    assert!(matches!(object.get("/data/float").unwrap().data, Data::Number(_)));
}

#[test]
fn places_answer_to_the_servers_field_names() {
    let text = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: a
          image: x
";
    let object = &parse_manifests(text, "m.yaml").unwrap()[0];
    let line = |field: &str| object.place_of_field(field).line;
    assert_eq!(line("spec.template.spec.containers[0].image"), 10);
    assert_eq!(line("spec.template.spec.containers[0].ports"), 9);
    assert_eq!(line("spec.replicas"), 5);
    assert_eq!(line("status"), 1);
}

#[test]
fn json_streams() {
    let text = "{\"apiVersion\": \"v1\",\n\t\"kind\": \"Pod\", \"metadata\": {\"name\": \"a\"}}\n{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"b\"}}\n";
    let objects = parse_manifests(text, "m.json").unwrap();
    let places: Vec<String> = objects.iter().map(|o| o.place().to_string()).collect();
    assert_eq!(places, ["m.json:1", "m.json:3"]);
}

#[test]
fn mistakes_have_a_place() {
    assert_eq!(
        refused("a: 1\n---\nkind: Pod\nmetadata: {name: x}\n"),
        "m.yaml:1: a Kubernetes object without `apiVersion` (add `apiVersion: v1`)"
    );
    assert_eq!(refused("apiVersion: v1\nkind: 3\n"), "m.yaml:2:7: `kind` must be a string that is not empty");
    assert_eq!(
        refused("apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {}\n"),
        "m.yaml:3:1: Pod without `metadata.name`"
    );
    assert_eq!(refused("# x\n- a\n"), "m.yaml:2:1: a Kubernetes object must be a map, not a list");
    assert!(refused("a: b: c\n").starts_with("m.yaml:1"), "{}", refused("a: b: c\n"));
}

#[test]
fn two_of_a_kind() {
    let one = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n";
    let text = format!("{one}---\n{one}  #\n");
    let objects = parse_manifests(&text, "m.yaml").unwrap();
    let error = identities_are_unique(&objects, "app").unwrap_err();
    assert_eq!(error.message, "Secret/s in app is defined twice");
    assert_eq!(error.place.as_ref().unwrap().to_string(), "m.yaml:5");
    assert_eq!(error.notes, ["first defined at m.yaml:1"]);
    let other = parse_manifests(
        &format!("{one}---\n{one}").replacen("name: s", "name: s, namespace: other", 1),
        "m.yaml",
    )
    .unwrap();
    identities_are_unique(&other, "app").unwrap();
}
