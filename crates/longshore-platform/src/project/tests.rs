//! The project file: what is read, and how every mistake is told.

mod releases;

use super::{Method, parse, waves};

const HEAD: &str = "apiVersion: longshore.dev/v1alpha1\nkind: Project\nname: shop\n";

/// The error of a project file with the usual three lines in front, or `ok`.
fn check(text: &str, expected: &str) {
    let got = match parse(&format!("{HEAD}{text}"), "longshore.yaml") {
        Ok(_) => "ok".to_owned(),
        Err(error) => error.to_string(),
    };
    assert_eq!(got, expected);
}

#[test]
fn a_whole_file_is_read() {
    let text = format!(
        "{HEAD}method: manifests
environments:
  base: {{namespace: shop, createNamespace: true, vars: {{size: small, n: 3}}}}
  staging: {{extends: base, vars: {{size: large}}}}
defaultEnvironment: staging
hosts: [a.example.com]
releases:
  db: {{manifests: db.yaml}}
  web:
    needs: db
    chart: charts/web
    values: [values.yaml, 'values-${{env.name}}.yaml']
    set: {{replicas: 2, on: true}}
    manifests: [web]
    generate:
      web-secret: {{keys: {{token: {{length: 32}}}}, stringData: {{user: web}}}}
"
    );
    let project = parse(&text, "longshore.yaml").unwrap();
    assert_eq!(project.method, Some(Method::Manifests));
    let staging = project.environment(None).unwrap();
    assert_eq!(staging.namespace.as_ref().unwrap().value, "shop");
    assert!(staging.create_namespace.as_ref().unwrap().allowed);
    assert_eq!((staging.vars["size"].value(), staging.vars["n"].value()), ("large".into(), 3.into()));
    let web = project.release("web").unwrap();
    assert_eq!(web.layers[0].set_values("longshore.yaml").unwrap()["replicas"], 2);
    assert_eq!(web.generate[0].keys["token"], 32);
    assert_eq!(web.layers[0].values[1].place.line, 15);
    let order: Vec<Vec<&str>> = waves(&project.releases)
        .unwrap()
        .into_iter()
        .map(|wave| wave.into_iter().map(|release| release.name.as_str()).collect())
        .collect();
    assert_eq!(order, [["db"], ["web"]]);
}

#[test]
fn unknown_keys_are_named_with_the_nearest_known_one() {
    check(
        "relaeses: {}\n",
        "longshore.yaml:4:1: unknown key `relaeses` in the project file (did you mean `releases`?)",
    );
    check(
        "releases: {web: {chart: c, needz: [a]}}\n",
        "longshore.yaml:4:28: unknown key `needz` in release `web` (did you mean `needs`?)",
    );
    check(
        "environments: {dev: {name_space: x}}\nreleases: {web: {chart: c}}\n",
        "longshore.yaml:4:22: unknown key `name_space` in environment `dev` (did you mean `namespace`?)",
    );
}

#[test]
fn circles_and_missing_needs_are_told_with_their_lines() {
    check(
        "releases:\n  a: {chart: c, needs: [b]}\n  b: {chart: c, needs: [d]}\n  d: {chart: c, needs: [a]}\n",
        "longshore.yaml:5:25: releases need one another in a circle: a → b → d → a (take one of these needs out)",
    );
    check(
        "releases:\n  a: {chart: c, needs: [a]}\n",
        "longshore.yaml:5:25: releases need one another in a circle: a → a (take one of these needs out)",
    );
    check(
        "releases:\n  api: {chart: c, needs: [bd]}\n  db: {chart: c}\n",
        "longshore.yaml:5:27: release `api` needs `bd`, which is not in the project (did you mean `db`?)",
    );
    check(
        "environments:\n  a: {extends: b}\n  b: {extends: a}\nreleases: {web: {chart: c}}\n",
        "longshore.yaml:6:16: environments extend one another in a circle: a → b → a",
    );
}

#[test]
fn wrong_types_say_what_was_wanted_and_found() {
    check(
        "releases: [web]\n",
        "longshore.yaml:4:11: `releases` must be a mapping, not a list (write `NAME:` and what it is made from: `web: {chart: charts/web}`)",
    );
    check(
        "releases: {web: {chart: [c]}}\n",
        "longshore.yaml:4:25: `chart` of release `web` must be a string, not a list",
    );
    check(
        "releases: {web: {chart: 12}}\n",
        "longshore.yaml:4:25: `chart` of release `web` must be a string, not `12` (put it in quotes)",
    );
    check(
        "environments: {dev: {createNamespace: sure}}\nreleases: {web: {chart: c}}\n",
        "longshore.yaml:4:39: `createNamespace` of environment `dev` must be true, false, or a mapping with `labels` and `annotations`, not `sure`",
    );
    check(
        "method: kubectl\nreleases: {web: {chart: c}}\n",
        "longshore.yaml:4:9: `method` must be `helm`, `manifests` or `kustomize`, not `kubectl` (known are `helm`, `manifests`, `kustomize`)",
    );
    check(
        "releases: {web: {manifests: m, generate: {s: {keys: {k: {length: 3}}}}}}\n",
        "longshore.yaml:4:66: `length` of generated key `k` must be a whole number from 8 to 1024, not `3`",
    );
}

#[test]
fn yaml_errors_and_duplicates_have_their_line() {
    let error =
        parse("apiVersion: longshore.dev/v1alpha1\nkind: [Project\nname: shop\n", "f.yaml").unwrap_err();
    assert_eq!(error.code, "yaml/syntax");
    assert!(error.place.as_ref().unwrap().line >= 2, "{error}");
    let error =
        parse(&format!("{HEAD}releases: {{a: {{chart: c}}, a: {{chart: d}}}}\n"), "f.yaml").unwrap_err();
    assert_eq!(error.place.as_ref().unwrap().line, 4, "{error}");
    assert!(parse("", "f.yaml").unwrap_err().to_string().contains("empty"));
}

#[test]
fn another_version_is_refused() {
    let error =
        parse("apiVersion: v1\nkind: Project\nname: x\nreleases: {a: {chart: c}}\n", "f.yaml").unwrap_err();
    assert_eq!(error.to_string(), "f.yaml:1:13: `apiVersion` must be `longshore.dev/v1alpha1`, not `v1`");
}

#[test]
fn clusters_and_what_is_said_of_them() {
    let releases = "releases: {web: {chart: c}, db: {manifests: m}}\n";
    let with = |text: &str, expected: &str| check(&format!("{text}{releases}"), expected);
    with(
        "clusters: {eu: {context: a}, us: }\nenvironments: {prod: {clusters: [eu, us], clusterWaves: [[eu], [us]], clustersAtOnce: 1}}\n",
        "ok",
    );
    with(
        "clusters: {EU: }\n",
        "longshore.yaml:4:12: `EU` cannot name a cluster: use at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends",
    );
    with(
        "clusters: {eu: }\nenvironments: {prod: {clusters: [ue]}}\n",
        "longshore.yaml:5:34: there is no cluster `ue` in the project (did you mean `eu`?)",
    );
    with(
        "environments: {prod: {clusters: [eu]}}\n",
        "longshore.yaml:4:34: there is no cluster `eu` in the project (name it under `clusters:`)",
    );
    with(
        "clusters: {eu: }\nenvironments: {prod: {clusters: [eu, eu]}}\n",
        "longshore.yaml:5:38: cluster `eu` is named twice",
    );
    with(
        "clusters: {eu: , us: }\nenvironments: {prod: {clusters: [eu, us], clusterWaves: [[eu]]}}\n",
        "longshore.yaml:5:38: cluster `us` of environment `prod` is in no wave",
    );
    with(
        "clusters: {eu: , us: }\nenvironments: {prod: {clusters: [eu], clusterWaves: [[eu], [us]]}}\n",
        "longshore.yaml:5:61: cluster `us` is in a wave and not in `clusters` of environment `prod`",
    );
    with(
        "clusters: {eu: }\nenvironments: {prod: {clusters: [eu], clusterWaves: [eu]}}\n",
        "longshore.yaml:5:53: `clusterWaves` of environment `prod` must be a list of lists of clusters, not a list (as in `clusterWaves: [[canary], [eu, us]]`)",
    );
    with(
        "clusters: {eu: }\nenvironments: {prod: {clusters: [eu], clustersAtOnce: 0}}\n",
        "longshore.yaml:5:55: `clustersAtOnce` of environment `prod` must be a whole number from 1, not `0`",
    );
    with(
        "clusters: {eu: }\nenvironments: {prod: {clusters: [eu], context: x}}\n",
        "longshore.yaml:5:48: environment `prod` has both `context` and `clusters` (each of the project's `clusters` has its own `context`)",
    );
    with(
        "clusters: {eu: {region: x}}\n",
        "longshore.yaml:4:17: unknown key `region` in cluster `eu` (known are `context`, `kubeconfig`, `vars`, `releases`)",
    );
    check(
        "clusters: {eu: }\nreleases: {web: {chart: c, clusters: [us]}}\n",
        "longshore.yaml:5:39: there is no cluster `us` in the project (known are `eu`)",
    );
}

#[test]
fn layers_of_environments_and_clusters_are_about_releases_that_are_there() {
    let releases = "releases: {web: {chart: c}, db: {manifests: m}}\n";
    let with = |text: &str, expected: &str| check(&format!("{text}{releases}"), expected);
    with(
        "environments: {dev: {releases: {web: {values: [a], set: {b: 1}, enabled: '${env.vars.x}'}}}}\n",
        "ok",
    );
    with(
        "environments: {dev: {releases: {wb: {set: {b: 1}}}}}\n",
        "longshore.yaml:4:33: there is no release `wb` in the project (did you mean `web`?)",
    );
    with(
        "clusters: {eu: {releases: {db: {set: {b: 1}}}}}\n",
        "longshore.yaml:4:28: cluster `eu` has values for release `db`, which has no `chart`",
    );
    with(
        "clusters: {eu: {releases: {db: {clusters: [eu]}}}}\n",
        "longshore.yaml:4:33: unknown key `clusters` in release `db` of cluster `eu` (known are `values`, `set`, `enabled`, `disabled`)",
    );
    with(
        "environments: {dev: {releases: {web: {enabled: perhaps}}}}\n",
        "longshore.yaml:4:48: `enabled` of release `web` of environment `dev` must be true, false or a variable, not `perhaps`",
    );
    with(
        "environments: {dev: {releases: {web: {disabled: perhaps}}}}\n",
        "longshore.yaml:4:49: `disabled` of release `web` of environment `dev` must be true, false or a variable, not `perhaps`",
    );
    with(
        "environments: {dev: {releases: {web: {enabled: true, disabled: false}}}}\n",
        "longshore.yaml:4:64: `disabled` of release `web` of environment `dev` and `enabled` are both there (one is the opposite of the other: leave one of them out)",
    );
    with(
        "environments: {dev: {vars: {a: }}}\n",
        "longshore.yaml:4:32: `a` of `vars` of environment `dev` must be a value, not nothing",
    );
}

#[test]
fn renamed_releases_are_there_under_their_new_name_only() {
    let releases = "releases: {web: {chart: c}}\n";
    let with = |text: &str, expected: &str| check(&format!("{text}{releases}"), expected);
    with("moved: [{from: api, to: web}]\n", "ok");
    with(
        "moved: [{from: api, to: wb}]\n",
        "longshore.yaml:4:25: there is no release `wb` in the project (did you mean `web`?)",
    );
    with(
        "moved: [{from: web, to: web}]\n",
        "longshore.yaml:4:16: release `web` was moved to `web`, and is still there",
    );
    with(
        "moved: [{from: a, to: web}, {from: a, to: web}]\n",
        "longshore.yaml:4:36: release `a` is moved twice",
    );
    with(
        "moved: {a: web}\n",
        "longshore.yaml:4:8: `moved` must be a list, not a mapping (as in `moved: [{from: api, to: gateway}]`)",
    );
    with("moved: [{from: a}]\n", "longshore.yaml:4:9: an entry of `moved` has no `to`");
    with("moved: [{to: web}]\n", "longshore.yaml:4:9: an entry of `moved` has no `from`");
}

#[test]
fn renamed_environments_are_there_under_their_new_name_only() {
    let rest = "environments: {prod: {}}\nreleases: {web: {chart: c}}\n";
    let with = |text: &str, expected: &str| check(&format!("{text}{rest}"), expected);
    with("moved: [{environment: production, to: prod}]\n", "ok");
    // Releases and environments are told apart.
    with("moved: [{environment: web, to: prod}, {from: prod, to: web}]\n", "ok");
    with(
        "moved: [{environment: production, to: prd}]\n",
        "longshore.yaml:4:39: there is no environment `prd` in the project (did you mean `prod`?)",
    );
    with(
        "moved: [{environment: prod, to: prod}]\n",
        "longshore.yaml:4:23: environment `prod` was moved to `prod`, and is still there",
    );
    with(
        "moved: [{environment: a, to: prod}, {environment: a, to: prod}]\n",
        "longshore.yaml:4:51: environment `a` is moved twice",
    );
    with(
        "moved: [{from: a, environment: b, to: prod}]\n",
        "longshore.yaml:4:16: an entry of `moved` has `from` and `environment`: it is about a release or about an environment (write an entry for each)",
    );
    with("moved: [{environment: a}]\n", "longshore.yaml:4:9: an entry of `moved` has no `to`");
}

#[test]
fn an_alias_that_leads_out_of_its_key_is_told_where_it_stands() {
    let hint = "what releases, environments and clusters have in common stands in a values file, or below `vars` of an environment that others extend";
    let told = |at: &str| {
        format!(
            "longshore.yaml:{at}: the alias `*x` leads out of its key: a project file has no aliases ({hint})"
        )
    };
    check(
        "releases: {web: {chart: c, set: {a: &x {b: 1}}}, api: {chart: c, set: {<<: *x}}}\n",
        &told("4:76"),
    );
    check(
        "releases: {web: {chart: c, set: {a: &x {b: 1}}}, api: {chart: c, set: {d: [*x]}}}\n",
        &told("4:76"),
    );
    check(
        "clusters: {eu: {vars: {a: &x {b: 1}}}, us: {vars: {a: [*x]}}}\nreleases: {web: {chart: c}}\n",
        &told("4:56"),
    );
    // Below its own key it is as in any YAML.
    check("releases: {web: {chart: c, set: {a: &x {b: 1}, c: *x, d: {<<: *x}}}}\n", "ok");
}

#[test]
fn namespaces_and_their_labels_are_those_that_kubernetes_takes() {
    let create = |what: &str, expected: &str| {
        let text =
            format!("environments: {{dev: {{createNamespace: {what}}}}}\nreleases: {{web: {{chart: c}}}}\n");
        check(&text, expected);
    };
    create("{labels: {pod-security.kubernetes.io/enforce: restricted, n: 1, v: '${env.name}'}}", "ok");
    create("{annotations: {a.b/c: 'any text at all'}}", "ok");
    create("{}", "ok");
    create(
        "{lables: {a: b}}",
        "longshore.yaml:4:40: unknown key `lables` in `createNamespace` of environment `dev` (did you mean `labels`?)",
    );
    create(
        "{labels: [a]}",
        "longshore.yaml:4:48: `labels` of `createNamespace` of environment `dev` must be a mapping, not a list",
    );
    create(
        "{labels: {a: [b]}}",
        "longshore.yaml:4:52: `a` of `labels` of `createNamespace` of environment `dev` must be a string, not a list",
    );
    create(
        "{labels: {a: not one word}}",
        "longshore.yaml:4:52: `not one word` cannot be the value of label `a` (use at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends)",
    );
    create(
        "{labels: {a/b/c: d}}",
        "longshore.yaml:4:49: `a/b/c` cannot name a label or an annotation: use at most 317 characters as `NAME` or `HOST/NAME`, as in `pod-security.kubernetes.io/enforce`; those of `longshore.dev/` are Longshore's",
    );
    create(
        "{annotations: {longshore.dev/created-for: me}}",
        "longshore.yaml:4:54: `longshore.dev/created-for` cannot name a label or an annotation: use at most 317 characters as `NAME` or `HOST/NAME`, as in `pod-security.kubernetes.io/enforce`; those of `longshore.dev/` are Longshore's",
    );
    check(
        "releases: {web: {chart: c, namespace: Web_1}}\n",
        "longshore.yaml:4:39: `Web_1` cannot name a namespace: use at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends",
    );
    check(
        "releases: {web: {chart: c, namespace: [a]}}\n",
        "longshore.yaml:4:39: `namespace` of release `web` must be a string, not a list",
    );
}
