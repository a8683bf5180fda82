//! Images in manifests: found, replaced where they stand, and nothing else.

use serde_json::{Map, Value};

use super::target::{containers, find};
use super::{ImageTarget, put};
use crate::candidate::Candidate;

const MANIFEST: &str = "---
# Source: web/templates/all.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      initContainers:
        - name: wait
          image: 'example.com/wait:v1'
      containers:
        - name: web
          image: \"example.com/web:v1\" # the one
        - {name: side, image: example.com/web:v1}
---
# Source: web/templates/tick.yaml
apiVersion: batch/v1
kind: CronJob
metadata: {name: tick}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: side, image: example.com/side:v1}]}}}}}
";

fn candidate(manifest: &str) -> Candidate {
    Candidate {
        chart: Value::Null,
        config: Map::new(),
        manifest: manifest.to_owned(),
        hooks: Vec::new(),
        notes: String::new(),
        crds: Vec::new(),
        objects: super::parsed(manifest).unwrap(),
        set_images: Vec::new(),
    }
}

fn target(kind: &str, name: &str) -> ImageTarget {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    ImageTarget { kind: text(kind), name: text(name) }
}

#[test]
fn an_image_is_replaced_where_it_stands_and_nowhere_else() {
    for (index, old, new) in [
        (0, "\"example.com/web:v1\" # the one", "\"example.com/web:v2\" # the one"),
        (1, "image: example.com/web:v1}", "image: \"example.com/web:v2\"}"),
        (2, "'example.com/wait:v1'", "\"example.com/web:v2\""),
        (3, "image: example.com/side:v1}", "image: \"example.com/web:v2\"}"),
    ] {
        let mut candidate = candidate(MANIFEST);
        let container = containers(&candidate.objects).swap_remove(index);
        put(&mut candidate, &container, "example.com/web:v2").unwrap();
        assert_eq!(candidate.manifest, MANIFEST.replace(old, new));
        assert_eq!(containers(&candidate.objects)[index].image, "example.com/web:v2");
    }
}

#[test]
fn what_is_not_one_plain_text_is_refused() {
    let anchored = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {i: &i x}}\nspec: {containers: [{name: a, image: *i}]}\n";
    let mut candidate = candidate(anchored);
    let container = containers(&candidate.objects).swap_remove(0);
    assert_eq!(put(&mut candidate, &container, "y").unwrap_err().code, "release/set-image");
    assert_eq!(candidate.manifest, anchored);
}

#[test]
fn containers_are_found_by_name_and_told_where_they_are_not() {
    let objects = super::parsed(MANIFEST).unwrap();
    let names = |kind: &str, name: &str, container: &str| {
        let found = find(&objects, "web", &target(kind, name), container);
        found
            .map(|all| all.into_iter().map(|found| found.name).collect::<Vec<_>>())
            .map_err(|error| error.to_string())
    };
    assert_eq!(names("", "", "web").unwrap(), ["web"]);
    assert_eq!(names("", "", "wait").unwrap(), ["wait"]);
    assert_eq!(names("deploy", "web", "*").unwrap(), ["web", "side", "wait"]);
    assert_eq!(names("", "tick", "side").unwrap(), ["side"]);
    assert!(names("", "", "side").unwrap_err().contains("is in several objects"));
    assert!(names("", "", "*").unwrap_err().contains("is in several objects"));
    assert!(names("", "web", "wbe").unwrap_err().contains("did you mean `web`?"));
    assert!(names("sts", "web", "web").unwrap_err().contains("has no `sts/web` with containers"));
}
