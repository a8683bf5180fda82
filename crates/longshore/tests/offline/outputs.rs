//! Outputs of releases without a cluster: what stands in for them, where they may stand, and who set them.

use longshore_testkit::Project;
use serde_json::Value;

use crate::longshore;

const FILES: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    clusters: {eu: , us: , ap: }
    environments:
      dev: {namespace: shop-dev}
      prod: {namespace: 'shop-${cluster.name}', clusters: [eu, us, ap]}
    defaultEnvironment: dev
    releases:
      db:
        manifests: db.yaml
        clusters: [eu]
        outputs:
          port: 5432
          host: 'db.${env.namespace}'
          address: {object: Service/db, path: '.status.loadBalancer.ingress[0].ip'}
          url: 'postgres://${release.db.address}:${release.db.port}'
          password: {object: Secret/db, key: password}
      web:
        chart: chart
        clusters: [eu, us]
        set:
          port: '${release.db.port}'
          host: '${release.db.host}'
          url: '${release.db.url}'
          password: 'x-${release.db.password}'
    //- db.yaml
    {apiVersion: v1, kind: Service, metadata: {name: db}, spec: {type: LoadBalancer, selector: {app: db}, ports: [{port: 5432}]}}
    //- chart/Chart.yaml
    {apiVersion: v2, name: web, version: 1.0.0}
    //- chart/templates/config.yaml
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: web}
    data:
      port: {{ add .Values.port 1 | quote }}
      host: {{ .Values.host }}
      url: {{ .Values.url | quote }}
    ";

fn project(from: &str, to: &str) -> Project {
    assert!(FILES.contains(from), "{from}");
    Project::new(&FILES.replacen(from, to, 1)).unwrap()
}

/// What a value of the project file is, typed; what is in the cluster is plainly marked. Each value is of the cluster on
/// which its release is.
#[test]
fn values_are_taken_and_stand_ins_are_marked() {
    let project = Project::new(FILES).unwrap();
    let rendered = longshore(&project, "render --only web");
    let (port, host) = ("port: \"5433\"", "host: db.shop-dev\n");
    let url = "url: \"postgres://longshore-stand-in-for-address-of-db:5432\"";
    for part in [port, host, url] {
        assert!(rendered.stdout.contains(part), "no {part} in\n{rendered}");
    }
    let us = longshore(&project, "render --only web -e prod --cluster us");
    assert!(us.stdout.contains("host: db.shop-eu\n"), "{us}");
    let checked = longshore(&project, "check --all --disable wiring/no-pods");
    assert!(!checked.stdout.contains("stand-in"), "{checked}");
}

#[test]
fn a_stand_in_where_a_number_belongs_is_no_finding() {
    let service = "data:\n      port: {{ add .Values.port 1 | quote }}\n";
    let project = project(
        service,
        "data: {}\n    ---\n    apiVersion: v1\n    kind: Service\n    metadata: {name: web}\n    spec:\n      ports: [{port: 1, nodePort: {{ .Values.url }}}]\n    ---\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: other}\n    data:\n",
    );
    project
        .write(
            "longshore.yaml",
            &project
                .read("longshore.yaml")
                .unwrap()
                .replace("url: '${release.db.url}'", "url: '${release.db.address}'"),
        )
        .unwrap();
    let checked = longshore(&project, "check");
    assert!(!checked.stdout.contains("stand-in") && !checked.stdout.contains("nodePort"), "{checked}");
}

#[test]
fn who_set_it_and_what_it_comes_from() {
    let project = Project::new(FILES).unwrap();
    let shown = longshore(&project, "values explain url").stdout;
    let expected = "web url: postgres://longshore-stand-in-for-address-of-db:5432
  ${release.db.url}  <- longshore.yaml:25 (release `web`)
    output `url` of release `db`: postgres://${release.db.address}:${release.db.port}  <- longshore.yaml:17
    output `port` of release `db`: 5432  <- longshore.yaml:14
    output `address` of release `db`: .status.loadBalancer.ingress[0].ip of Service/db  <- longshore.yaml:16
";
    assert_eq!(shown, expected);
    let json: Value =
        serde_json::from_str(&longshore(&project, "values explain password -o json").stdout).unwrap();
    let origin = &json[0]["setBy"][0]["outputs"][0];
    assert_eq!(
        (&json[0]["value"], &origin["from"]),
        (&"(hidden)".into(), &"key `password` of Secret/db".into())
    );
}

#[test]
fn what_cannot_be_had_is_told_at_its_line() {
    let fails = |changes: &[(&str, &str)], arguments: &str, parts: &[&str]| {
        let mut files = FILES.to_owned();
        for (from, to) in changes {
            assert!(files.contains(from), "{from}");
            files = files.replacen(from, to, 1);
        }
        let outcome = longshore(&Project::new(&files).unwrap(), arguments);
        assert_eq!(outcome.code, Some(1), "{outcome}");
        for part in parts {
            assert!(outcome.stderr.contains(part), "no {part:?} in\n{outcome}");
        }
    };
    fails(
        &[
            ("clusters: [eu]\n", "clusters: [eu, us]\n"),
            ("chart: chart\n        clusters: [eu, us]", "chart: chart\n        clusters: [ap]"),
        ],
        "render -e prod --cluster ap",
        &[
            "longshore.yaml:24:",
            "release `db` is on the clusters `eu` and `us` and not on `ap`: which one's output `host` is meant cannot be told",
        ],
    );
    fails(
        &[("manifests: db.yaml", "manifests: db.yaml\n        enabled: false")],
        "render",
        &["release `db` is not wanted in environment `dev`, so that its output `host` never comes"],
    );
    fails(
        &[("chart: chart", "chart: '${release.db.address}'")],
        "render",
        &["longshore.yaml:20:", "output `address` of release `db` is only known when that is deployed"],
    );
    fails(
        &[("chart: chart", "chart: chart\n        enabled: '${release.db.port}'")],
        "render",
        &[
            "longshore.yaml:21:",
            "output `port` of release `db` is asked for where it is not known yet where releases are",
        ],
    );
    fails(
        &[("host: '${release.db.host}'", "host: '${release.db.password}'")],
        "render",
        &["longshore.yaml:24:", "output `password` of release `db` would not be hidden here"],
    );
}
