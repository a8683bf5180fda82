//! `longshore kustomize explain`: what has set each field of a resource, compared with snapshots that a person has looked at.

use longshore_testkit::{Outcome, Project};

use crate::longshore;

/// A base, a component and an overlay that between them do most of what can be done to a Deployment.
fn shop() -> Project {
    Project::new(
        "//- base/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    service: none
spec:
  replicas: 1
  paused: true
  template:
    spec:
      containers:
      - name: web
        image: nginx:1.27
        env:
        - name: COLOUR
          value: red
        envFrom:
        - configMapRef: {name: settings}
        - secretRef: {name: key}
      - name: side
        image: busybox
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
//- base/key.env
password=hunter2
user=me
//- base/kustomization.yaml
resources:
- web.yaml
labels:
- pairs:
    app: web
  includeSelectors: true
configMapGenerator:
- name: settings
  literals:
  - color=red
  - size=1
secretGenerator:
- name: key
  envs: [key.env]
//- comp/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
- target: {kind: Deployment}
  patch: |-
    - op: replace
      path: /spec/template/spec/containers/0/env/0/value
      value: blue
    - op: remove
      path: /spec/paused
//- prod/replicas.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  template:
    spec:
      containers:
      - name: extra
        image: extra:1
      - name: side
        args: [x]
//- prod/tier.yaml
apiVersion: builtin
kind: AnnotationsTransformer
metadata: {name: tier}
annotations:
  tier: front
fieldSpecs:
- {path: metadata/annotations, create: true}
//- prod/kustomization.yaml
namePrefix: prod-
namespace: shop
resources:
- ../base
components:
- ../comp
images:
- name: nginx
  newTag: \"1.28\"
patches:
- path: replicas.yaml
configMapGenerator:
- name: settings
  behavior: merge
  literals:
  - color=blue
replacements:
- source: {kind: Service, name: web}
  targets:
  - select: {kind: Deployment}
    fieldPaths: [metadata.annotations.service]
transformers:
- tier.yaml
",
    )
    .unwrap()
}

fn explain(arguments: &str) -> Outcome {
    longshore(&shop(), &format!("kustomize explain {arguments}"))
}

/// What comes out, without anything on standard error.
fn told(arguments: &str) -> String {
    let outcome = explain(arguments);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome}");
    outcome.stdout
}

#[test]
fn each_line_of_a_resource_says_what_has_set_it() {
    insta::assert_snapshot!(told("deploy/web prod"));
}

#[test]
fn a_generated_resource_says_which_literal_it_is_from() {
    insta::assert_snapshot!(told("configmaps/settings prod"));
}

#[test]
fn values_of_secrets_are_hidden() {
    let text = told("secret/key prod");
    insta::assert_snapshot!(text);
    for arguments in ["secret/key prod -o json", "secret/key prod --field data"] {
        let text = told(arguments);
        assert!(
            text.contains("(hidden)") && !text.contains("hunter2") && !text.contains("aHVudGVyMg"),
            "{text}"
        );
    }
}

#[test]
fn a_field_has_a_history() {
    insta::assert_snapshot!(told("deployment.apps/prod-web prod -n shop --field spec.replicas"));
    insta::assert_snapshot!(told("deploy/web prod --field spec.template.spec.containers[name=web].env"));
    insta::assert_snapshot!(told("deploy/web prod --field spec.template.spec.containers.2.image"));
}

#[test]
fn a_field_that_was_taken_away_has_a_history_too() {
    insta::assert_snapshot!(told("deploy/web prod --field spec.paused"));
}

#[test]
fn machines_get_a_list() {
    let list: serde_json::Value = serde_json::from_str(&told("deploy/web prod -o json")).unwrap();
    let find = |path: &str| list.as_array().unwrap().iter().find(|field| field["path"] == path).unwrap();
    assert_eq!(
        find("spec.replicas"),
        &serde_json::json!({
            "path": "spec.replicas", "value": 3, "file": "prod/replicas.yaml", "line": 6, "by": "patches[0]",
            "kustomization": "prod",
        })
    );
    let yaml = told("deploy/web prod -o yaml --field metadata.name");
    insta::assert_snapshot!(yaml);
}

/// What is explained is what is built.
#[test]
fn the_object_is_that_of_the_build() {
    let project = shop();
    let built = longshore(&project, "kustomize build prod").stdout;
    for resource in ["deploy/web", "svc/web", "cm/settings"] {
        let text = longshore(&project, &format!("kustomize explain {resource} prod")).stdout;
        let object = text.split("\nTaken away").next().unwrap();
        let object: String = object
            .lines()
            .map(|line| line.split("  <- ").next().unwrap().trim_end().to_owned() + "\n")
            .collect();
        assert!(built.contains(object.trim_end()), "{object}\n{built}");
    }
}

#[test]
fn who_names_nothing_is_told_what_is_there() {
    for (arguments, expected) in [
        (
            "deploy/wep prod",
            "Error: the build has no `deploy/wep`\nhint: did you mean `deployment.apps/prod-web -n shop`?\n",
        ),
        (
            "sts/web prod",
            "Error: the build has no `sts/web`\nhint: did you mean `service/prod-web -n shop`?\n",
        ),
        (
            "web prod",
            "Error: `web` names no resource\nhint: write kind and name with a slash between them: `deployment/web`\n",
        ),
        (
            "deploy/web prod --field spec.replica",
            "Error: `Deployment.apps/prod-web` has no field `spec.replica`\nhint: did you mean `spec.replicas`?\n",
        ),
    ] {
        let outcome = explain(arguments);
        assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (Some(1), "", expected));
    }
}

#[test]
fn a_build_that_fails_is_told_as_a_build_is() {
    let outcome = explain("deploy/web nowhere");
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("error[kustomize/missing]: `nowhere` is not there"), "{outcome}");
}
