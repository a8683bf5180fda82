//! Variables in texts and values, and how mistakes are told.

use std::path::Path;

use longshore_diag::Place;
use serde_json::json;

use super::Scope;
use crate::outputs::Outputs;
use crate::project::{Layer, parse};
use crate::secrets::Secrets;

const FILE: &str = r#"apiVersion: longshore.dev/v1alpha1
kind: Project
name: shop
clusters:
  eu: {vars: {zone: eu-1, nodes: 3}}
environments:
  base: {vars: {region: eu, sizes: {small: 1}, version: 1.10, flag: true, hosts: [a, b]}}
  staging: {extends: base, namespace: ns, clusters: [eu], vars: {sizes: {large: 4}}}
releases:
  web:
    chart: c
    set:
      replicas: ${env.vars.sizes.large}
      text: v${env.vars.version} in ${cluster.vars.zone}
      hosts: ${env.vars.hosts}
      all: ${env.vars.sizes}
      inner: [{flag: "${env.vars.flag}", nodes: "${cluster.vars.nodes}"}, "$${HOME}", 7]
"#;

fn with<T>(look: impl FnOnce(&Scope<'_>, &Layer) -> T) -> T {
    let project = parse(FILE, "longshore.yaml").unwrap();
    let environment = project.environment(Some("staging")).unwrap();
    let scope = Scope {
        environment: &environment,
        cluster: project.clusters.first(),
        namespace: Some("ns"),
        secrets: &Secrets::default(),
        root: Path::new("."),
        releases: &project.releases,
        outputs: &Outputs::default(),
        here: 0,
    };
    look(&scope, &project.releases[0].layers[0])
}

fn check(text: &str, expected: &str) {
    let got = with(|scope, _| match scope.text(text, &Place::new("longshore.yaml", 4, 2)) {
        Ok(text) => text,
        Err(error) => error.to_string(),
    });
    assert_eq!(got, expected);
}

#[test]
fn variables_are_replaced() {
    check("k8s/${env.name}/a-${ env.vars.region }.yaml", "k8s/staging/a-eu.yaml");
    check("${env.namespace}", "ns");
    check("${cluster.name}-${cluster.vars.zone}-${cluster.vars.nodes}", "eu-eu-1-3");
    check("no variable", "no variable");
}

#[test]
fn a_doubled_dollar_is_literal() {
    check("$${HOME}", "${HOME}");
}

#[test]
fn a_variable_alone_keeps_its_type_and_a_number_in_a_text_its_digits() {
    let filled = with(|scope, layer| {
        let node = layer.set.clone().unwrap();
        let set = layer.set_values("longshore.yaml").unwrap();
        scope.fill(set.into(), &node, "longshore.yaml").unwrap()
    });
    let expected = json!({
        "replicas": 4,
        "text": "v1.10 in eu-1",
        "hosts": ["a", "b"],
        "all": {"small": 1, "large": 4},
        "inner": [{"flag": true, "nodes": 3}, "${HOME}", 7],
    });
    assert_eq!(filled, expected);
}

#[test]
fn mistakes_are_named() {
    check(
        "${env.vars.regoin}",
        "longshore.yaml:4:2: `${env.vars.regoin}` is not known in environment `staging` on cluster `eu` (did you mean `env.vars.region`?)",
    );
    check(
        "a ${env.name",
        "longshore.yaml:4:2: `${` is not closed in `a ${env.name` (close it with `}`, or write `$${` for a literal `${`)",
    );
    check(
        "a ${env.vars.hosts}",
        "longshore.yaml:4:2: `${env.vars.hosts}` is no text that could stand within another one (a list or a mapping can only be the whole of a value)",
    );
}
