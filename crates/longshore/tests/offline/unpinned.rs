//! What a release's kustomization takes from elsewhere and nothing pins: told by `check`, at its line.

use longshore_testkit::{Answer, Outcome, Program, Project, TestServer};

use crate::{git, longshore, repository};

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: b}\n";

/// A project with a release of this kustomization, and a repository with two bases and a component.
fn project(kustomize: &str) -> (Project, String) {
    let project = Project::new(&format!(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        environments: {{dev: {{namespace: shop}}}}
        defaultEnvironment: dev
        releases: {{web: {{kustomize: '{kustomize}'}}}}
        //- repo/base/kustomization.yaml
        configMapGenerator: [{{name: settings, literals: [a=b]}}]
        //- repo/part/kustomization.yaml
        apiVersion: kustomize.config.k8s.io/v1alpha1
        kind: Component
        namePrefix: my-
        //- app/kustomization.yaml
        resources: []
        "
    ))
    .unwrap();
    repository(&project, "repo");
    let address = format!("file://{}", project.file("repo").display());
    (project, address)
}

fn kustomization(project: &Project, text: &str) {
    project.write("app/kustomization.yaml", text).unwrap();
}

fn checked(project: &Project, arguments: &str) -> Outcome {
    longshore(project, &format!("check {arguments}"))
}

#[test]
fn a_base_that_may_move_is_told_at_its_line() {
    let (project, address) = project("app");
    kustomization(
        &project,
        &format!("resources:\n- {address}//base?ref=main\ncomponents:\n- {address}//part\n"),
    );
    let told = checked(&project, "");
    assert_eq!(told.code, Some(0), "{told}");
    let base = format!("`{address}` is taken at `main`, which may be another commit tomorrow");
    let part = format!("`{address}` is taken at its default branch, which may be another commit tomorrow");
    for expected in [
        &*base,
        &part,
        "warning[kustomize/unpinned]",
        "app/kustomization.yaml:2:3",
        "app/kustomization.yaml:4:3",
        "longshore.yaml:6:",
        "`longshore update` locks it; or name a whole commit hash, or copy it into the project (`longshore kustomize localize`)",
    ] {
        assert!(told.stdout.contains(expected), "no {expected:?} in\n{told}");
    }
    assert_eq!(checked(&project, "--strict").code, Some(1));
    assert_eq!(checked(&project, "--strict --disable kustomize/unpinned").code, Some(0));
    // A build is Kustomize's, which locks nothing.
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap().folder(project.path());
    let built = program.args(["kustomize", "build", "app"]).run().unwrap();
    assert_eq!((built.code, built.stderr.as_str()), (Some(0), ""), "{built}");

    let commit = git(&project, "repo", &["rev-parse", "HEAD"]);
    kustomization(
        &project,
        &format!(
            "resources: ['{address}//base?ref={commit}']\ncomponents: ['{address}//part?ref={commit}']\n"
        ),
    );
    let pinned = checked(&project, "--strict");
    assert_eq!(pinned.code, Some(0), "{pinned}");
}

/// The address may stand in the project file itself.
#[test]
fn a_release_that_is_a_repository_is_told_in_the_project_file() {
    let (project, address) = project("REPO//base");
    let file = project.read("longshore.yaml").unwrap();
    let at = |reference: &str| {
        let named = file.replace("REPO//base", &format!("{address}//base?ref={reference}"));
        project.write("longshore.yaml", &named).unwrap();
        checked(&project, "--strict")
    };
    let told = at("main");
    assert_eq!(told.code, Some(1), "{told}");
    assert!(
        told.stdout.contains("is taken at `main`") && told.stdout.contains("longshore.yaml:6:"),
        "{told}"
    );
    let pinned = at(&git(&project, "repo", &["rev-parse", "HEAD"]));
    assert_eq!(pinned.code, Some(0), "{pinned}");
}

#[test]
fn a_file_behind_an_address_is_told_unless_that_names_a_commit() {
    let server = TestServer::start(|_| Answer::file(MAP)).unwrap();
    let (project, _) = project("app");
    let url = server.url();
    kustomization(&project, &format!("resources: ['{url}/org/main/map.yaml?token=geheim']\n"));
    let told = checked(&project, "--strict");
    assert_eq!(told.code, Some(1), "{told}");
    let expected =
        format!("`{url}/org/main/map.yaml` may be another file tomorrow: its address names no commit");
    assert!(told.stdout.contains(&expected), "{told}");
    kustomization(&project, &format!("resources: ['{url}/org/{}/map.yaml']\n", "a1".repeat(20)));
    let pinned = checked(&project, "--strict");
    assert_eq!(pinned.code, Some(0), "{pinned}");
}

/// A patch, an image or a replacement that fits nothing is told by a rule of its own.
#[test]
fn entries_that_match_nothing_are_left_out_by_their_rules() {
    let (project, _) = project("app");
    project.write("app/map.yaml", MAP).unwrap();
    kustomization(&project, "resources: [map.yaml]\nimages: [{name: nobody/has-it, newTag: v1}]\n");
    let told = checked(&project, "--strict");
    assert!(told.stdout.contains("warning[kustomize/unmatched-image]"), "{told}");
    assert_eq!(told.code, Some(1), "{told}");
    let silenced = checked(&project, "--strict --disable kustomize/unmatched-image");
    assert_eq!(silenced.code, Some(0), "{silenced}");
}
