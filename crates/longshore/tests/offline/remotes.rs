//! What kustomizations name elsewhere, kept between builds: when it is used, when it is got anew, and what is done without
//! a network.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use longshore_testkit::{Answer, Outcome, Program, Project, TestServer, make_executable};

use crate::git;

/// A project with a repository of its own, and what notes how git is called in `calls`.
fn project() -> Project {
    let project = Project::new(
        "//- repo/base/kustomization.yaml\nresources: [s.yaml]\n//- repo/base/s.yaml\n//- bin/git\n//- calls\n",
    )
    .unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let real =
        std::env::split_paths(&path).map(|folder| folder.join("git")).find(|git| git.exists()).unwrap();
    let script = format!(
        "#!/bin/sh\necho \"$1\" >> '{}'\nexec '{}' \"$@\"\n",
        project.file("calls").display(),
        real.display()
    );
    project.write("bin/git", &script).unwrap();
    make_executable(&project.file("bin/git")).unwrap();
    git(&project, "repo", &["init", "--quiet", "--initial-branch", "main"]);
    project
}

/// Makes a Service of this name the only object of the repository.
fn commit(project: &Project, name: &str) -> String {
    project.write("repo/base/s.yaml", &service(name)).unwrap();
    git(project, "repo", &["add", "--all"]);
    git(project, "repo", &["commit", "--quiet", "--message", name]);
    git(project, "repo", &["rev-parse", "HEAD"])
}

fn service(name: &str) -> String {
    format!("apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\n")
}

fn program(project: &Project) -> Program {
    let path = std::env::var_os("PATH").unwrap();
    let folders = std::iter::once(project.file("bin")).chain(std::env::split_paths(&path));
    Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .env("LONGSHORE_CACHE", project.file("cache").to_str().unwrap())
        .env("PATH", std::env::join_paths(folders).unwrap())
        .folder(project.path())
}

fn build(project: &Project, target: &str, more: &[&str]) -> Outcome {
    program(project).args(["kustomize", "build", target]).args(more).run().unwrap()
}

/// Builds, and gives back what was printed, and how git was called.
fn built(project: &Project, target: &str, more: &[&str]) -> (String, String) {
    project.write("calls", "").unwrap();
    let outcome = build(project, target, more);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let calls = fs::read_to_string(project.file("calls")).unwrap();
    (outcome.stdout, calls.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// How git is called for what is not there yet.
const FETCHED: &str = "init remote fetch checkout submodule";

fn address(project: &Project, reference: &str) -> String {
    format!("file://{}//base?ref={reference}", project.file("repo").display())
}

#[test]
fn a_branch_that_moved_is_fetched_anew_and_one_that_did_not_is_not() {
    let project = project();
    commit(&project, "one");
    let main = address(&project, "main");
    assert_eq!(built(&project, &main, &[]), (service("one"), FETCHED.to_owned()));
    assert_eq!(built(&project, &main, &[]), (service("one"), "ls-remote".to_owned()));
    commit(&project, "two");
    assert_eq!(built(&project, &main, &[]), (service("two"), format!("ls-remote {FETCHED}")));
    // The branch moves back to what was seen before.
    git(&project, "repo", &["reset", "--quiet", "--hard", "HEAD~1"]);
    assert_eq!(built(&project, &main, &[]), (service("one"), "ls-remote".to_owned()));
    assert_eq!(built(&project, &main, &["--no-cache"]), (service("one"), FETCHED.to_owned()));
    let without = program(&project).env("LONGSHORE_NO_CACHE", "yes").args(["kustomize", "build", &main]);
    project.write("calls", "").unwrap();
    assert_eq!(without.run().unwrap().stdout, service("one"));
    assert!(fs::read_to_string(project.file("calls")).unwrap().contains("fetch"));
    let (tag, annotated) = (address(&project, "v1"), address(&project, "v2"));
    git(&project, "repo", &["tag", "v1"]);
    git(&project, "repo", &["tag", "--annotate", "--message", "x", "v2"]);
    for tag in [tag, annotated] {
        assert_eq!(built(&project, &tag, &[]).1, FETCHED);
        assert_eq!(built(&project, &tag, &[]).1, "ls-remote");
    }
}

#[test]
fn a_commit_needs_no_server() {
    let project = project();
    let first = commit(&project, "one");
    commit(&project, "two");
    let address = address(&project, &first);
    assert_eq!(built(&project, &address, &[]), (service("one"), FETCHED.to_owned()));
    fs::remove_dir_all(project.file("repo")).unwrap();
    assert_eq!(built(&project, &address, &[]), (service("one"), String::new()));
    assert_eq!(build(&project, &address, &["--no-cache"]).code, Some(1));
}

#[test]
fn offline_takes_what_was_seen_last_and_tells_what_is_missing() {
    let project = project();
    commit(&project, "one");
    let (main, other) = (address(&project, "main"), address(&project, "other"));
    built(&project, &main, &[]);
    commit(&project, "two");
    assert_eq!(built(&project, &main, &["--offline"]), (service("one"), String::new()));
    let refused = build(&project, &other, &["--offline"]);
    let repository = other.split("//base").next().unwrap();
    let problem = format!(
        "Error: offline, and {repository} at 'other' is not in the cache: build once without --offline and LONGSHORE_OFFLINE\n"
    );
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.starts_with(&problem), "{}", refused.stderr);
    let by_variable =
        program(&project).env("LONGSHORE_OFFLINE", "1").args(["kustomize", "build", &other]).run().unwrap();
    assert!(by_variable.stderr.starts_with(&problem), "{}", by_variable.stderr);
    let online = program(&project).env("LONGSHORE_OFFLINE", "1").args([
        "kustomize",
        "build",
        &main,
        "--offline=false",
    ]);
    assert_eq!(online.run().unwrap().stdout, service("two"));

    let secret = build(&project, "https://me:hunter2@x.example/o/r?ref=v1", &["--offline"]);
    let problem = "Error: offline, and https://x.example/o/r at 'v1' is not in the cache: addresses with a user's name are not kept\n";
    assert!(secret.stderr.starts_with(problem), "{}", secret.stderr);

    project
        .write(
            "charts/kustomization.yaml",
            "helmCharts: [{name: web, repo: 'https://x.example', version: 1.0.0}]\n",
        )
        .unwrap();
    let chart = build(&project, "charts", &["--enable-helm", "--offline"]);
    assert!(chart.stderr.contains("offline, and the chart is not in "), "{}", chart.stderr);
}

#[test]
fn files_are_asked_for_by_what_the_server_called_them() {
    let name = Arc::new(Mutex::new(String::from("one")));
    let current = Arc::clone(&name);
    let server = TestServer::start(move |asked| {
        let name = current.lock().unwrap().clone();
        let with = |header: &str, value: &str| Answer {
            headers: vec![(header.to_owned(), value.to_owned())],
            ..Answer::file(service(&name))
        };
        match asked.target.as_str() {
            "/tagged.yaml" if asked.header("if-none-match") == Some(&format!("\"{name}\"")) => {
                Answer::status("304 Not Modified")
            }
            "/tagged.yaml" => with("etag", &format!("\"{name}\"")),
            "/weak.yaml" => with("etag", &format!("W/\"{name}\"")),
            "/secret.yaml" => with("cache-control", "private, no-store"),
            _ => Answer::file(service(&name)),
        }
    })
    .unwrap();
    let project = project();
    let with_file = |file: &str| {
        let url = format!("{}/{file}", server.url());
        project.write("app/kustomization.yaml", &format!("resources: ['{url}']\n")).unwrap();
    };
    let asked = || {
        server
            .asked()
            .iter()
            .map(|asked| asked.header("if-none-match").map(ToOwned::to_owned))
            .collect::<Vec<_>>()
    };
    with_file("tagged.yaml");
    for expected in ["one", "one", "two"] {
        expected.clone_into(&mut name.lock().unwrap());
        assert_eq!(built(&project, "app", &[]).0, service(expected));
    }
    assert_eq!(asked(), [None, Some("\"one\"".to_owned()), Some("\"one\"".to_owned())]);
    for file in ["weak.yaml", "plain.yaml", "secret.yaml"] {
        with_file(file);
        for expected in ["one", "two"] {
            expected.clone_into(&mut name.lock().unwrap());
            assert_eq!(built(&project, "app", &[]).0, service(expected), "{file}");
        }
    }
    assert_eq!(asked().iter().flatten().count(), 2);
}

#[test]
fn files_are_there_offline_unless_the_server_forbids_it() {
    let server = TestServer::start(|asked| match asked.target.as_str() {
        "/secret.yaml" => Answer {
            headers: vec![("cache-control".to_owned(), "no-store".to_owned())],
            ..Answer::file(service("secret"))
        },
        _ => Answer::file(service("one")),
    })
    .unwrap();
    let project = project();
    let url = server.url();
    let with_file = |file: &str| {
        project.write("app/kustomization.yaml", &format!("resources: ['{url}/{file}']\n")).unwrap();
    };
    for (file, is_there) in [("a.yaml?token=hunter2", true), ("secret.yaml", false)] {
        with_file(file);
        built(&project, "app", &[]);
        let asked = server.asked().len();
        let offline = build(&project, "app", &["--offline"]);
        assert_eq!(offline.code == Some(0), is_there, "{file}: {}", offline.stderr);
        assert_eq!(server.asked().len(), asked);
    }
    let written = |folder: &str| {
        let entries = fs::read_dir(project.file("cache/kustomize").join(folder)).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
    };
    for path in written("records").iter().chain(&written("contents")) {
        let text = fs::read_to_string(path).unwrap() + path.to_str().unwrap();
        assert!(!text.contains("hunter2") && !text.contains("127.0.0.1"), "{text}");
    }
}

#[test]
fn what_is_broken_in_the_cache_is_fetched_anew() {
    let project = project();
    let first = commit(&project, "one");
    let address = address(&project, &first);
    built(&project, &address, &[]);
    let damage = |path: &Path| fs::write(path, "apiVersion: v1\nkind: Evil\n").unwrap();
    for folder in ["contents", "records"] {
        for entry in fs::read_dir(project.file("cache/kustomize").join(folder)).unwrap() {
            damage(&entry.unwrap().path());
        }
        assert_eq!(build(&project, &address, &["--offline"]).code, Some(1));
        assert_eq!(built(&project, &address, &[]), (service("one"), FETCHED.to_owned()));
        assert_eq!(built(&project, &address, &["--offline"]).0, service("one"));
    }
    // A cache that cannot be written is no reason to fail.
    fs::remove_dir_all(project.file("cache")).unwrap();
    project.write("cache", "a file").unwrap();
    assert_eq!(built(&project, &address, &[]).0, service("one"));
}

#[test]
fn several_builds_at_once_share_the_cache() {
    let project = project();
    let first = commit(&project, "one");
    let targets = [address(&project, &first), address(&project, "main")];
    for round in 0..3 {
        let started: Vec<_> = (0..6)
            .map(|at| program(&project).args(["kustomize", "build", &targets[at % 2]]).start().unwrap())
            .collect();
        for outcome in started {
            let outcome = outcome.finish().unwrap();
            assert_eq!(
                (outcome.code, outcome.stdout),
                (Some(0), service("one")),
                "round {round}: {}",
                outcome.stderr
            );
        }
    }
    let left = fs::read_dir(project.file("cache/kustomize/contents")).unwrap().count();
    assert_eq!(left, 1, "nothing temporary is left, and equal contents are one");
}

#[test]
fn passwords_of_repositories_are_neither_told_nor_kept() {
    let server = TestServer::start(|_| Answer::status("403 Forbidden")).unwrap();
    let project = project();
    let address = server.url().replace("://", "://me:hunter2@") + "/o/r?ref=v1";
    let outcome = build(&project, &address, &[]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("git fetch --depth=1 http://me:***@127.0.0.1"), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("hunter2"), "{}", outcome.stderr);
    assert!(!project.file("cache").exists());
}

#[test]
fn origins_name_repository_and_reference() {
    let project = project();
    commit(&project, "one");
    let address = address(&project, "main");
    let text = format!("buildMetadata: [originAnnotations]\nresources: ['{address}']\n");
    project.write("app/kustomization.yaml", &text).unwrap();
    let repository = address.split("//base").next().unwrap();
    let expected = format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  annotations:\n    config.kubernetes.io/origin: |\n      path: base/s.yaml\n      repo: {repository}\n      ref: main\n  name: one\n"
    );
    assert_eq!(built(&project, "app", &[]).0, expected);
}
