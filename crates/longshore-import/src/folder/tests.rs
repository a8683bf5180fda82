//! Folders with charts, overlays, manifests, and with all of them.

use crate::{Memory, Origin, folder};

const CHART: &str = "apiVersion: v2\nname: x\nversion: 1.0.0\n";
const OBJECT: &str = "{apiVersion: v1, kind: Service, metadata: {name: s}}\n";

fn project(files: &[(&str, &str)]) -> String {
    let files: Memory = files.iter().copied().collect();
    let draft = folder(&files, &Origin::new("shop")).unwrap();
    let left: String =
        draft.left.iter().map(|left| format!("! {}: {}: {}\n", left.place, left.what, left.advice)).collect();
    let text = draft.project("v1", "s.json");
    format!("{}{left}", text.split_once("environments:\n").unwrap().1)
}

#[test]
fn values_files_name_environments() {
    let all = project(&[
        ("charts/web/Chart.yaml", CHART),
        ("charts/web/values.yaml", ""),
        ("charts/web/values-dev.yaml", ""),
        ("charts/web/values-prod.yaml", ""),
        ("charts/web/values-ha.yaml", ""),
        ("charts/mail/Chart.yaml", CHART),
        ("charts/mail/values/prod.yaml", ""),
        ("charts/mail/charts/inner/Chart.yaml", CHART),
    ]);
    insta::assert_snapshot!(all);
}

#[test]
fn manifests_by_folders_beside_kustomizations() {
    let all = project(&[
        ("k8s/base/kustomization.yaml", "resources: [s.yaml, ../extra]"),
        ("k8s/base/s.yaml", OBJECT),
        ("k8s/extra/e.yaml", OBJECT),
        ("k8s/overlays/prod/kustomization.yaml", "{resources: [../../base], namespace: live}"),
        ("k8s/overlays/qa/kustomization.yaml", "resources: [../../base]"),
        ("apps/overlays/prod/kustomization.yaml", "helmCharts: [{name: c}]"),
        ("db/manifests/a.yaml", OBJECT),
        ("db/manifests/more/b.yml", OBJECT),
        ("jobs/a.yaml", OBJECT),
        ("jobs/values.yaml", "a: 1"),
        ("docker-compose.yml", "services: {}"),
        (".github/workflows/x.yaml", OBJECT),
        ("node_modules/x/s.yaml", OBJECT),
    ]);
    insta::assert_snapshot!(all);
}

#[test]
fn an_environment_that_is_chosen_is_the_only_one() {
    let files = Memory::from([("charts/web/Chart.yaml", CHART), ("charts/web/values-dev.yaml", "")]);
    let mut origin = Origin::new("shop");
    origin.environments = vec!["live".to_owned(), "dev".to_owned()];
    origin.namespace = Some("one-${env.name}".to_owned());
    origin.base = "../other".to_owned();
    let text = folder(&files, &origin).unwrap().project("v1", "s.json");
    let expected = "environments:
  live: {namespace: 'one-${env.name}', createNamespace: true}
  dev:
    namespace: one-${env.name}
    createNamespace: true
    releases:
      web: {values: [../other/charts/web/values-dev.yaml]}
defaultEnvironment: live

releases:
  web:
    chart: ../other/charts/web
";
    assert!(text.ends_with(expected), "{text}");
}

#[test]
fn a_release_at_the_top_has_the_name_of_the_folder_that_was_given() {
    let files = Memory::from([
        ("base/kustomization.yaml", "resources: [s.yaml]"),
        ("base/s.yaml", OBJECT),
        ("overlays/dev/kustomization.yaml", "resources: [../../base]"),
    ]);
    let named = |base: &str| {
        let origin = Origin { base: base.to_owned(), ..Origin::new("shop") };
        folder(&files, &origin).unwrap().releases[0].name.clone()
    };
    assert_eq!(named("../mail"), "mail");
    assert_eq!(named("../mail/deploy"), "mail");
    // The folder of the project file itself, and one above it, say nothing.
    assert_eq!(named(""), "shop");
    assert_eq!(named(".."), "shop");
}

#[test]
fn files_of_other_programs_are_no_manifests() {
    let all = project(&[
        ("k8s/a.yaml", OBJECT),
        ("longshore.yaml", "{apiVersion: longshore.dev/v1alpha1, kind: Project, name: x}"),
        ("kubeconfig.yaml", "{apiVersion: v1, kind: Config, clusters: []}"),
        ("kind.yaml", "{apiVersion: kind.x-k8s.io/v1alpha4, kind: Cluster}"),
        ("list.yaml", "{apiVersion: v1, kind: List, items: []}"),
    ]);
    assert!(all.contains("manifests: k8s") && all.contains("list.yaml"), "{all}");
    assert!(!all.contains("kubeconfig.yaml") && !all.contains("kind.yaml"), "{all}");
    let told = "! longshore.yaml: project file: what lies there is deployed by it already";
    assert!(all.contains(told) && all.matches("longshore.yaml").count() == 2, "{all}");
}
