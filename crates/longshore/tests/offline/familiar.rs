//! What people write who come from other tools: each is told what to write instead.

use longshore_testkit::Project;

use crate::longshore;

const FILES: &str = "
        //- chart/Chart.yaml
        apiVersion: v2
        name: web
        version: 1.0.0
        //- chart/values.yaml
        image: {tag: v1}
        //- chart/templates/config.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: web}
        data: {tag: {{ .Values.image.tag | quote }}}
        //- overlay/kustomization.yaml
        resources: [config.yaml]
        //- overlay/config.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: mail}
        ";

/// What `words` say of a project of that release `a` and those files, with this exit code.
#[track_caller]
fn told(release: &str, files: &str, words: &str, code: i32, parts: &[&str]) {
    let project = Project::new(&format!(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        environments: {{dev: {{namespace: shop}}}}
        defaultEnvironment: dev
        releases:
          a: {release}{FILES}{files}"
    ))
    .unwrap();
    let outcome = longshore(&project, words);
    assert_eq!(outcome.code, Some(code), "{outcome}");
    for part in parts {
        assert!(outcome.stdout.contains(part) || outcome.stderr.contains(part), "no {part:?} in\n{outcome}");
    }
}

#[test]
fn a_chart_and_a_kustomization_are_no_manifests() {
    told(
        "{manifests: overlay}",
        "",
        "check",
        1,
        &["hint: it is a kustomization: name its folder by `kustomize: overlay`"],
    );
    told("{manifests: chart}", "", "check", 1, &["hint: it is a chart: name its folder by `chart: chart`"]);
}

#[test]
fn manifests_are_files_and_folders() {
    let expected =
        ["there is no file and no folder `k8s/*.yaml`", "longshore.yaml:7:", "patterns are not expanded"];
    told("{manifests: 'k8s/*.yaml'}", "", "render", 1, &expected);
    told(
        "{manifests: k8s}",
        "",
        "render",
        1,
        &["there is no file and no folder `k8s`", "relative to the project file"],
    );
}

#[test]
fn what_is_no_yaml_is_told_with_its_line_and_what_to_do() {
    let manifest = "
        //- bad.yaml
        apiVersion: v1
        metadata:
        \tname: a
        ";
    told("{manifests: bad.yaml}", manifest, "check", 1, &["bad.yaml:3:1", "hint: indent with spaces"]);
    told(
        "{chart: chart, values: bad.yaml}",
        manifest,
        "check",
        1,
        &["bad.yaml:3:1", "hint: indent with spaces"],
    );
    let template = "
        //- bad.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: {{ .Values.name }}}
        ";
    told("{manifests: bad.yaml}", template, "check", 1, &["bad.yaml:3:", "only templates of charts"]);
}

#[test]
fn a_key_of_set_is_no_path() {
    let expected = [
        "nothing in chart `web` reads `image.tag`",
        "keys are nested, as in a values file: `image: {tag: …}`",
    ];
    told("{chart: chart, set: {image.tag: v2}}", "", "check", 0, &expected);
}

#[test]
fn hooks_whose_files_are_missing_are_found_without_a_cluster() {
    let job = "{chart: chart, hooks: {preDeploy: [{job: jobs/migrate.yaml}]}}";
    told(
        job,
        "",
        "check",
        1,
        &["`jobs/migrate.yaml` should be a file and does not exist", "longshore.yaml:7:"],
    );
    let program = "{chart: chart, hooks: {postDeploy: [{command: [./warm.sh]}]}}";
    told(program, "", "check", 1, &["error[hooks/missing]: the program `./warm.sh` is not there"]);
}

#[test]
fn there_is_nothing_to_vendor_without_a_chart_that_is_fetched() {
    told("{chart: chart}", "", "vendor", 0, &["there is nothing to put into the project"]);
}

#[test]
fn a_release_is_no_plan() {
    told("{chart: chart}", "", "deploy a", 1, &["error[plan/unreadable]", "`--only a` deploys a release"]);
}
