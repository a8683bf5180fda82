//! Variables of the command line: `--var NAME=VALUE`, and conditions by them.

use longshore_testkit::Project;

use crate::longshore;

fn project() -> Project {
    Project::new(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        varsSchema:
          properties: {replicas: {type: integer, maximum: 5}, database: {enum: [own, managed]}}
        environments:
          dev: {namespace: 'shop-${env.vars.pr}', vars: {pr: none, replicas: 1, managed: false, db: {size: 1Gi}}}
        defaultEnvironment: dev
        releases:
          db: {manifests: db.yaml, disabled: '${env.vars.managed}'}
          proxy: {manifests: proxy.yaml, enabled: '${env.vars.managed}'}
          web:
            chart: chart
            set: {replicas: '${env.vars.replicas}', tag: 'v${env.vars.tag}', all: '${env.vars.db}'}
        //- db.yaml
        {apiVersion: v1, kind: ConfigMap, metadata: {name: db}}
        //- proxy.yaml
        {apiVersion: v1, kind: ConfigMap, metadata: {name: proxy}}
        //- chart/Chart.yaml
        {apiVersion: v2, name: web, version: 1.0.0}
        //- chart/templates/config.yaml
        {apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {v: {{ .Values | toJson | quote }}}}
        ",
    )
    .unwrap()
}

#[test]
fn they_are_typed_and_over_those_of_the_environment() {
    let project = project();
    let shown = longshore(&project, "values --var tag=1.10 --var replicas=3 --var db.size=5Gi --var pr=123");
    let expected = "# web\nall:\n  size: 5Gi\nreplicas: 3\ntag: v1.10\n";
    assert_eq!(shown.stdout, expected, "{shown}");
    let (own, managed) = (
        longshore(&project, "render --var tag=x").stdout,
        longshore(&project, "render --var tag=x --var managed=true").stdout,
    );
    assert!(own.contains("name: db") && !own.contains("name: proxy"), "{own}");
    assert!(managed.contains("name: proxy") && !managed.contains("name: db"), "{managed}");
}

#[test]
fn mistakes_in_them_are_told() {
    let project = project();
    let fails = |arguments: &str, code: i32, parts: &[&str]| {
        let outcome = longshore(&project, arguments);
        assert_eq!(outcome.code, Some(code), "{outcome}");
        assert!(outcome.stdout.is_empty(), "{outcome}");
        for part in parts {
            assert!(outcome.stderr.contains(part), "no {part:?} in\n{outcome}");
        }
    };
    fails("render --var replicas", 64, &["write NAME=VALUE, as in `replicas=3`"]);
    fails("render --var tag={a", 64, &["the value is no YAML"]);
    fails("deploy some.plan --var tag=x", 64, &["cannot be used with"]);
    fails(
        "render --var tga=1",
        1,
        &[
            "longshore.yaml:7:3",
            "--var tga: environment `dev` has no variable `tga`, and nothing in the project file asks for it",
            "did you mean `tag`?",
        ],
    );
    fails(
        "render --var tag=1 --var replicas=6",
        1,
        &[
            "variable `replicas` of environment `dev`: 6 is greater than the maximum of 5",
            "given on the command line: replicas=6, tag=1",
        ],
    );
    fails("render --var tag=1 --var replicas=many", 1, &["is not of type \"integer\""]);
    fails(
        "render --var tag=1 --var managed=perhaps",
        1,
        &["`disabled` must be true or false, not `perhaps`"],
    );
    fails("render", 1, &["`${env.vars.tag}` is not known in environment `dev`"]);
}
