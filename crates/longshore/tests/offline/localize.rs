//! `longshore kustomize localize` of kustomizations that build on what lies elsewhere. What is local is in
//! `compat/kustomize/localize.txt`; these cases were compared with real Kustomize 5.8.1 by hand, because addresses and
//! temporary folders have random names.

use std::collections::BTreeMap;
use std::path::Path;

use longshore_testkit::{Answer, Outcome, Program, Project, TestServer};

const SERVICE: &str = "{apiVersion: v1, kind: Service, metadata: {name: s}}\n";

fn localize(project: &Project, arguments: &[&str]) -> Outcome {
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
    program.args(["kustomize", "localize"]).args(arguments).folder(project.path()).run().unwrap()
}

/// A project beside a repository with the tag `v1`, and the repository's address.
fn with_repository() -> (Project, String) {
    let project = Project::new(&format!(
        "//- repo.git/over/kustomization.yaml\nresources: [../base]\nconfigMapGenerator: [{{name: c, files: [f]}}]\n\
         //- repo.git/over/f\nx\n\
         //- repo.git/base/kustomization.yaml\nresources: [s.yaml]\n//- repo.git/base/s.yaml\n{SERVICE}"
    ))
    .unwrap();
    crate::repository(&project, "repo.git");
    crate::git(&project, "repo.git", &["tag", "v1"]);
    let address = format!("file://{}", project.file("repo.git").display());
    (project, address)
}

/// The files below a folder, by their paths.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

fn check(found: &BTreeMap<String, String>, expected: &[(&str, &str)]) {
    let expected: BTreeMap<String, String> =
        expected.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    assert_eq!(found, &expected);
}

#[test]
fn files_behind_urls_are_put_below_their_hosts() {
    let server = TestServer::start(|asked| match asked.target.as_str() {
        "/a%20b/s.yaml" | "/s.yaml?x=y" => Answer::file(SERVICE),
        "/env" => Answer::file("A=1\n"),
        _ => Answer::status("404 Not here"),
    })
    .unwrap();
    let url = server.url();
    let project = Project::new("").unwrap();
    let kustomization = |text: &str| project.write("t/kustomization.yaml", text).unwrap();
    kustomization(&format!(
        "resources: ['{url}/a%20b/s.yaml']\nconfigMapGenerator: [{{name: c, files: ['k={url}/env'], env: '{url}/env'}}]\ncrds: ['{url}/s.yaml?x=y']\n"
    ));
    let outcome = localize(&project, &["t", "--no-verify"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), ""), "{}", outcome.stderr);
    check(
        &files(&project.file("localized-t")),
        &[
            (
                "kustomization.yaml",
                "configMapGenerator:\n- env: localized-files/127.0.0.1/env\n  files:\n  - k=localized-files/127.0.0.1/env\n  name: c\ncrds:\n- localized-files/127.0.0.1/s.yaml\nresources:\n- localized-files/127.0.0.1/a%20b/s.yaml\n",
            ),
            ("localized-files/127.0.0.1/a%20b/s.yaml", SERVICE),
            ("localized-files/127.0.0.1/env", "A=1\n"),
            ("localized-files/127.0.0.1/s.yaml", SERVICE),
        ],
    );

    kustomization(&format!("crds: ['{url}/s.yaml?x=y']\n"));
    project.write("t/localized-files/mine", "").unwrap();
    let refused = localize(&project, &["t", "d"]);
    assert!(
        refused.stderr.contains("already contains localized-files needed to store file"),
        "{}",
        refused.stderr
    );
    assert!(!project.file("d").exists());

    kustomization(&format!("openapi: {{path: '{url}/gone.json'}}\n"));
    let gone = localize(&project, &["t", "d"]);
    let problem = "Error: unable to localize target \"t\": unable to localize openapi path: invalid file reference: HTTP Error: status code 404 (Not Found)\n";
    assert_eq!((gone.code, gone.stderr.as_str()), (Some(1), problem));
}

#[test]
fn folders_of_repositories_are_put_below_host_repository_and_reference() {
    let (project, address) = with_repository();
    project.write("t/kustomization.yaml", &format!("resources: ['{address}//over?ref=v1']\n")).unwrap();
    let outcome = localize(&project, &["t", "d"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("VERIFICATION SUCCESS"), "{}", outcome.stderr);
    let stored = address.strip_prefix("file://").and_then(|path| path.strip_suffix(".git")).unwrap();
    let stored = format!("localized-files/file-schemed{stored}/v1");
    check(
        &files(&project.file("d")),
        &[
            ("kustomization.yaml", &format!("resources:\n- {stored}/over\n")),
            (
                &format!("{stored}/over/kustomization.yaml"),
                "configMapGenerator:\n- files:\n  - f\n  name: c\nresources:\n- ../base\n",
            ),
            (&format!("{stored}/over/f"), "x\n"),
            (&format!("{stored}/base/kustomization.yaml"), "resources:\n- s.yaml\n"),
            (&format!("{stored}/base/s.yaml"), SERVICE),
        ],
    );
}

#[test]
fn a_target_may_be_in_a_repository_at_a_reference() {
    let (project, address) = with_repository();
    let outcome = localize(&project, &[&format!("{address}//over?ref=v1"), "--no-verify"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let paths: Vec<String> = files(&project.file("localized-over-v1")).into_keys().collect();
    assert_eq!(
        paths,
        ["base/kustomization.yaml", "base/s.yaml", "over/f", "over/kustomization.yaml"],
        "the scope is the whole repository"
    );
    let scoped = localize(&project, &[&format!("{address}//over?ref=v1"), "d", "--scope", "."]);
    assert!(scoped.stderr.contains("scope \".\" specified for remote localize target"), "{}", scoped.stderr);
    let branch = localize(&project, &[&format!("{address}//over"), "d"]);
    let problem =
        format!("Error: localize remote root \"{address}//over\" missing ref query string parameter\n");
    assert_eq!((branch.code, branch.stderr), (Some(1), problem));
}
