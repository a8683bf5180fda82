//! Every mistake that can be found without a cluster: file, line, what to do, and exit code 1.

use longshore_testkit::Project;

use crate::longshore;

const CHART: &str = "
        //- chart/Chart.yaml
        apiVersion: v2
        name: web
        version: 1.0.0
        //- chart/values.yaml
        replicas: 1
        //- chart/templates/config.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: web
        data:
          replicas: {{ .Values.replicas | quote }}
        ";

/// Renders a project made of the usual head, `releases`, and more files; expects a failure that says all of `parts`.
#[track_caller]
fn check(releases: &str, files: &str, parts: &[&str]) {
    let project = Project::new(&format!(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        environments: {{dev: {{namespace: shop}}}}
        defaultEnvironment: dev
        releases: {releases}{files}"
    ))
    .unwrap();
    let outcome = longshore(&project, "render");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    assert!(outcome.stdout.is_empty(), "{outcome}");
    for part in parts {
        assert!(outcome.stderr.contains(part), "no {part:?} in\n{outcome}");
    }
}

#[test]
fn yaml_syntax() {
    check(
        "{web: {manifests: a.yaml}}",
        "
        //- a.yaml
        kind: ConfigMap
        metadata: [
        ",
        &["a.yaml:"],
    );
    check("{web: [", "", &["longshore.yaml:"]);
}

#[test]
fn unknown_key() {
    check(
        "{web: {manifest: a.yaml}}",
        "",
        &[
            "unknown key `manifest` in release `web`",
            "--> longshore.yaml:6:18",
            "hint: did you mean `manifests`?",
        ],
    );
}

#[test]
fn missing_values_file() {
    check(
        "{web: {chart: chart, values: values-dev.yaml}}",
        CHART,
        &["values-dev.yaml` should be a file and does not exist", "--> longshore.yaml:6:40"],
    );
}

#[test]
fn missing_chart_and_manifest() {
    check("{web: {chart: nochart}}", "", &["nochart", "longshore.yaml:6:25"]);
    check("{web: {manifests: none.yaml}}", "", &["none.yaml", "longshore.yaml:6:29"]);
}

#[test]
fn cycle_in_needs() {
    check(
        "{a: {manifests: a.yaml, needs: b}, b: {manifests: a.yaml, needs: a}}",
        "",
        &["releases need one another in a circle: a → b → a", "longshore.yaml:6:42"],
    );
}

#[test]
fn template_error() {
    let chart = CHART.replace(".Values.replicas", ".Values.image.tag");
    check(
        "{web: {chart: chart}}",
        &chart,
        &["nil pointer evaluating interface {}.tag", "chart/templates/config.yaml:6"],
    );
}

/// For machines: one line of JSON on standard error, and for people the way there with its lines.
#[test]
fn an_error_with_its_chain() {
    let files = CHART.replace("{{ .Values.replicas | quote }}", "{{ include \"app.n\" . }}")
        + "//- chart/templates/_n.tpl
        {{ define \"app.n\" }}{{ .Values.image.tag.name }}{{ end }}
        ";
    check(
        "{web: {chart: chart}}",
        &files,
        &[
            "error[template/execute]: nil pointer evaluating interface {}.tag",
            "--> chart/templates/_n.tpl:1:",
            "1 | {{ define \"app.n\" }}{{ .Values.image.tag.name }}{{ end }}",
            "in `include \"app.n\" .` of template `web/templates/config.yaml`",
            "--> chart/templates/config.yaml:6:16",
        ],
    );
    let project = Project::new("").unwrap();
    let outcome = longshore(&project, "render -o json");
    let lines: Vec<_> = outcome.stderr.lines().collect();
    assert_eq!((outcome.code, lines.len()), (Some(1), 1), "{outcome}");
    assert!(lines[0].starts_with(r#"{"severity":"error","code":"project/"#), "{outcome}");
    assert!(lines[0].ends_with('}') && outcome.stdout.is_empty(), "{outcome}");
}

#[test]
fn an_object_without_a_kind_and_the_same_object_twice() {
    check(
        "{web: {manifests: a.yaml}}",
        "
        //- a.yaml
        apiVersion: v1
        metadata: {name: x}
        ",
        &["a.yaml:1", "`kind`"],
    );
    check(
        "{web: {manifests: a.yaml}}",
        "
        //- a.yaml
        {apiVersion: v1, kind: ConfigMap, metadata: {name: x}}
        ---
        {apiVersion: v1, kind: ConfigMap, metadata: {name: x}}
        ",
        &["ConfigMap/x", "a.yaml:3"],
    );
}

#[test]
fn usage_is_64_and_a_missing_project_says_how_to_begin() {
    let project = Project::new("").unwrap();
    assert_eq!(longshore(&project, "deploy --no-such-flag").code, Some(64));
    assert_eq!(longshore(&project, "rollback web x").code, Some(64));
    let outcome = longshore(&project, "render");
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("`longshore init` writes a first one"), "{outcome}");
}

#[test]
fn unknown_environment_release_and_variable() {
    let project = Project::new(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        environments: {staging: {namespace: shop}}
        releases: {web: {manifests: '${env.vars.dir}/a.yaml'}}
        ",
    )
    .unwrap();
    let expect = |arguments: &str, part: &str| {
        let outcome = longshore(&project, arguments);
        assert_eq!(outcome.code, Some(1));
        assert!(outcome.stderr.contains(part), "no {part:?} in\n{outcome}");
    };
    expect("render -e stagin", "did you mean `staging`?");
    expect("render", "add `-e staging`");
    expect("render -e staging --only wbe", "did you mean `web`?");
    expect("render -e staging", "`${env.vars.dir}` is not known in environment `staging`");
    let text = project.read("longshore.yaml").unwrap();
    let text = text.replace("${env.vars.dir}", "k8s") + "hosts: [a.example, '${env.vars.host}']\n";
    project.write("longshore.yaml", &text).unwrap();
    expect("status -e staging", "longshore.yaml:6:20");
    expect("status -e staging", "`${env.vars.host}` is not known in environment `staging`");
}

/// Helm's own check, told at the chart: a dependency that is listed must be there.
#[test]
fn a_dependency_that_is_not_vendored() {
    let chart = CHART.replace("version: 1.0.0", "version: 1.0.0\n        dependencies: [{name: redis, version: 1.x.x, repository: 'https://charts.example.com'}]");
    check("{web: {chart: chart}}", &chart, &["missing in charts/ directory: redis"]);
}
