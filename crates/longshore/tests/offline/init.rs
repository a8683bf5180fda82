//! `longshore init` writes a project that renders, and never overwrites one.

use longshore_testkit::Project;

use crate::longshore;

#[test]
fn an_empty_folder_becomes_a_project_that_renders() {
    let project = Project::new("").unwrap();
    let outcome = longshore(&project, "init shop");
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!(outcome.stdout.is_empty(), "what init says is no result");
    let rendered = longshore(&project, "render -e staging");
    assert_eq!(rendered.code, Some(0), "{rendered}");
    assert!(rendered.stdout.contains("kind: Deployment"), "{rendered}");
    let again = longshore(&project, "init shop");
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("there is a project file already"), "{again}");
}

#[test]
fn charts_that_are_there_become_releases() {
    let project = Project::new(
        "
        //- charts/web/Chart.yaml
        apiVersion: v2
        name: web
        version: 1.0.0
        //- charts/web/templates/config.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: web}
        //- charts/web/charts/inner/Chart.yaml
        apiVersion: v2
        name: inner
        version: 1.0.0
        ",
    )
    .unwrap();
    assert_eq!(longshore(&project, "init shop").code, Some(0));
    let file = project.read("longshore.yaml").unwrap();
    assert!(file.contains("  web:\n    chart: charts/web\n"), "{file}");
    assert!(!file.contains("inner"), "{file}");
    assert_eq!(longshore(&project, "render").code, Some(0));
}

#[test]
fn overlays_that_are_there_become_a_release_in_their_environments() {
    let project = Project::new(
        "
        //- k8s/base/kustomization.yaml
        resources: [s.yaml]
        //- k8s/base/s.yaml
        {apiVersion: v1, kind: Service, metadata: {name: s}}
        //- k8s/components/c/kustomization.yaml
        {apiVersion: kustomize.config.k8s.io/v1alpha1, kind: Component}
        //- k8s/overlays/prod/kustomization.yaml
        {resources: [../../base], namespace: live}
        //- k8s/overlays/dev/kustomization.yaml
        {resources: [../../base], namePrefix: dev-}
        //- apps/mail/kustomization.yaml
        {resources: [../../k8s/base], namePrefix: mail-}
        ",
    )
    .unwrap();
    assert_eq!(longshore(&project, "init shop").code, Some(0));
    let file = project.read("longshore.yaml").unwrap();
    let expected = "
environments:
  dev: {namespace: shop-dev, createNamespace: true}
  prod: {namespace: live}
defaultEnvironment: dev

releases:
  mail:
    kustomize: apps/mail
  shop:
    kustomize: k8s/overlays/${env.name}
";
    assert!(file.ends_with(expected), "{file}");
    let rendered = longshore(&project, "render");
    assert!(
        rendered.stdout.contains("name: dev-s") && rendered.stdout.contains("name: mail-s"),
        "{rendered}"
    );
    assert_eq!(longshore(&project, "render -e prod").code, Some(0));
    assert!(!project.file("manifests").exists());
}

#[test]
fn a_kustomization_beside_the_project_file_becomes_a_release() {
    let project = Project::new(
        "
        //- kustomization.yaml
        resources: [s.yaml]
        //- s.yaml
        {apiVersion: v1, kind: Service, metadata: {name: s}}
        ",
    )
    .unwrap();
    assert_eq!(longshore(&project, "init shop").code, Some(0));
    assert!(project.read("longshore.yaml").unwrap().ends_with("  shop:\n    kustomize: .\n"));
    assert_eq!(longshore(&project, "render").code, Some(0));
}

#[test]
fn a_name_that_kubernetes_refuses_is_refused_and_nothing_is_written() {
    let project = Project::new("").unwrap();
    let outcome = longshore(&project, "init My_Shop");
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("`My_Shop` cannot name the project"), "{outcome}");
    assert!(!project.file("longshore.yaml").exists());
}
