//! The schema and the parser know the same keys, and agree about files.

use serde_json::Value;

use super::schema;
use crate::project::parse;

fn verdicts(text: &str) -> (bool, bool) {
    let documents = longshore_yaml::parse(
        text.as_bytes(),
        longshore_yaml::Dialect::V2,
        &longshore_yaml::Limits::default(),
    )
    .unwrap();
    let value = longshore_yaml::to_json_value(documents[0].root(), longshore_yaml::Dialect::V2).unwrap();
    let value: Value = longshore_chart::values::to_json(&value);
    (jsonschema::draft7::is_valid(&schema(), &value), parse(text, "longshore.yaml").is_ok())
}

const ALL: &str = "apiVersion: longshore.dev/v1alpha1
kind: Project
name: shop
description: a shop
method: helm
helmCompat: '3.22'
clusters: {eu: {context: a, kubeconfig: b, vars: {a: [1], b: {c: d}}, releases: {web: {values: [v], set: {}, enabled: true}}}, us: }
environments:
  dev: {namespace: shop, createNamespace: true, context: c, recipients: [], vars: {a: 1}}
  prod:
    extends: base
    clusters: [eu, us]
    clusterWaves: [[eu], [us]]
    clustersAtOnce: 1
    releases: {web: {values: v, enabled: '${env.vars.on}', clusters: [eu]}}
    secrets: {a: {env: A}}
    wait: {timeout: 5m, grace: {restarts: 3, pull: 10s}}
  base: {namespace: shop, createNamespace: {labels: {a: b, n: 1}, annotations: {c/d: e}}, vars: {on: true}}
defaultEnvironment: dev
hosts: [a.example.com]
drift: {ignore: [{kind: Deployment, group: apps, release: web, name: web, pointers: [/spec/replicas]}]}
check: {external: [Secret/registry], disable: secrets/plain}
wait:
  timeout: 10m
  idleTimeout: never
  rollbackOnFailure: true
  loadBalancerAddress: true
  ingressAddress: false
  readiness: [{kind: Certificate.cert-manager.io, path: .status.phase, ready: [Ready], failed: Failed, progressing: [A], message: .status.message}]
secrets: {a: {env: A}, b: {file: b}, c: {command: [cat, c], timeout: 30s}, d: {age: d}, e: {sops: {file: e, key: f}}, f: {sops: f}}
lock: {images: true}
moved: [{from: api, to: web}, {environment: old, to: dev}]
varsSchema: {type: object}
releases:
  db: {manifests: [a, b], generate: {s: {keys: {k: {length: 32}}, stringData: {u: v, n: 1}}}}
  web: {namespace: '${env.namespace}-web', needs: db, requires: cert-manager.io/v1/Certificate, chart: c, values: [a], set: {a: {b: c}}, enabled: false, clusters: eu}
  old: {manifests: m, disabled: '${env.vars.on}'}
  hooked:
    manifests: m
    hooks:
      preDeploy: [{command: [a, b], env: {A: b}, timeout: 5m}]
      postDeploy: [{job: j.yaml}]
      preRollback: []
      postRollback: []
      preDestroy: []
      postDestroy: []
  giving: {manifests: m, outputs: {a: 1, b: 'x-${env.name}', c: {object: Service/db, path: .spec.clusterIP}, d: {object: Secret/db, key: k}}}
  far: {chart: {repo: 'https://charts.example.com', name: web, version: ^1.2}}
  over: {kustomize: overlays/dev}
  more: {kustomize: {path: overlays/dev, enableHelm: true}}
";

#[test]
fn a_file_with_every_key_is_good_by_both() {
    parse(ALL, "longshore.yaml").unwrap();
    assert_eq!(verdicts(ALL), (true, true));
}

/// Each key of the file with every key is taken by the schema; with another name it is taken by neither.
#[test]
fn no_key_is_known_to_one_alone() {
    let mut tried = 0;
    for (at, _) in ALL.match_indices(": ").chain(ALL.match_indices(":\n")) {
        let before = &ALL[..at];
        let start = before.rfind(|c: char| !c.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
        let key = &ALL[start..at];
        // Names that the user chooses, and values that hold a colon, are no keys of the format.
        let is_key = |value: &Value| value.to_string().contains(&format!("\"{key}\":{{"));
        if key.len() < 3 || !is_key(&schema()) || ["web", "dev", "base"].contains(&key) {
            continue;
        }
        let other = format!("{}{key}x{}", &ALL[..start], &ALL[at..]);
        assert_eq!(verdicts(&other), (false, false), "{key} at {start}");
        tried += 1;
    }
    assert!(tried > 50, "{tried}");
}

#[test]
fn mistakes_are_mistakes_by_both() {
    for (from, to) in [
        ("clustersAtOnce: 1", "clustersAtOnce: 0"),
        ("length: 32", "length: 3"),
        ("method: helm", "method: kubectl"),
        ("disable: secrets/plain", "disable: [secret/plain]"),
        ("createNamespace: true", "createNamespace: sure"),
        ("{env: A}}", "{env: A, file: b}}"),
        ("command: [cat, c]", "command: cat"),
        ("restarts: 3", "restarts: 0"),
        ("enabled: false", "enabled: perhaps"),
        ("lock: {images: true}", "lock: {images: sure}"),
        ("from: api, ", ""),
        ("path: .spec.clusterIP", ""),
        ("key: k}", "key: k, path: .a}"),
        ("name: shop\ndesc", "desc"),
    ] {
        assert!(ALL.contains(from), "{from}");
        assert_eq!(verdicts(&ALL.replacen(from, to, 1)), (false, false), "{to}");
    }
}

#[test]
fn the_platforms_of_this_repository_are_good_by_both() {
    let platforms = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../platforms");
    let mut count = 0;
    for entry in std::fs::read_dir(platforms).unwrap() {
        let Ok(text) = std::fs::read_to_string(entry.unwrap().path().join("longshore.yaml")) else {
            continue;
        };
        assert_eq!(verdicts(&text), (true, true), "{text}");
        count += 1;
    }
    assert!(count >= 2, "{count}");
}
