//! `longshore.lock`: charts of repositories and registries pinned by version and digest, updated, vendored, and refused
//! if they are not what was locked.

use longshore_testkit::{Answer, Asked, Outcome, Program, Project, TestServer};

use crate::registries::Registry;
use crate::repositories;

/// A project with a release from a repository that serves the charts `c` 1.0.0 to 2.1.0-rc.1.
fn project(address: &str) -> Project {
    let project = repositories::project();
    project
        .write(
            "longshore.yaml",
            &format!(
                "apiVersion: longshore.dev/v1alpha1
kind: Project
name: shop
environments:
  dev: {{namespace: shop}}
  prod: {{namespace: shop, vars: {{range: 1.0.0}}}}
  old: {{extends: prod, vars: {{range: ^1.0}}}}
defaultEnvironment: dev
releases:
  cache:
    chart: {{repo: '{address}', name: c, version: ^1.0}}
"
            ),
        )
        .unwrap();
    project
}

fn longshore(project: &Project, arguments: &str) -> Outcome {
    program(project, arguments).run().unwrap()
}

fn program(project: &Project, arguments: &str) -> Program {
    Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .args(arguments.split_whitespace())
        .env("HELM_CACHE_HOME", project.file("home/cache"))
        .env("HELM_CONFIG_HOME", project.file("home/config"))
        .env("KUBECONFIG", "none")
        .folder(project.path())
}

#[track_caller]
fn ends(project: &Project, arguments: &str, code: i32, parts: &[&str]) -> Outcome {
    let outcome = longshore(project, arguments);
    assert_eq!(outcome.code, Some(code), "longshore {arguments}\n{outcome}");
    for part in parts {
        let has = outcome.stdout.contains(part) || outcome.stderr.contains(part);
        assert!(has, "longshore {arguments}: no {part:?} in\n{outcome}");
    }
    outcome
}

/// A project, the folder whose charts are served, and their server.
fn stage() -> (Project, Project, TestServer) {
    let served = repositories::project();
    let server = repositories::serve(&served);
    (project(&server.url()), served, server)
}

#[test]
fn a_chart_of_a_repository_is_locked_updated_and_checked() {
    let (project, served, _server) = stage();
    // Without a lock the newest that is wanted is taken.
    ends(&project, "render", 0, &["# Source: c/templates/x.yaml", "a: 1"]);
    ends(
        &project,
        "update --dry-run --detailed-exitcode",
        2,
        &["c + 1.2.0 ^1.0 of", "for cache", "nothing was written"],
    );
    assert!(project.read("longshore.lock").is_err());
    ends(&project, "update --detailed-exitcode", 2, &["wrote longshore.lock"]);
    let lock = project.read("longshore.lock").unwrap();
    assert!(lock.contains("    wanted: \"^1.0\"\n    version: \"1.2.0\"\n    digest: \"sha256:"), "{lock}");
    ends(&project, "update --detailed-exitcode", 0, &["c   1.2.0"]);
    assert_eq!(project.read("longshore.lock").unwrap(), lock);
    ends(&project, "render", 0, &["a: 1"]);

    // A newer version is there: the lock stands until it is updated.
    let package = |version: &str, body: &str| {
        project
            .write(
                "new/c/Chart.yaml",
                &format!("apiVersion: v2\nname: c\nversion: {version}\nappVersion: '7'\n"),
            )
            .unwrap();
        project.write("new/c/templates/x.yaml", body).unwrap();
        let to = served.file("web").display().to_string();
        repositories::ok(&project, &format!("package new/c -d {to}"));
        repositories::ok(&project, &format!("repo index {to}"));
    };
    package("1.3.0", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: new}\ndata: {b: c}\n");
    ends(&project, "render", 0, &["a: 1"]);
    ends(&project, "update --dry-run cache", 0, &["c ~ 1.2.0 → 1.3.0 (app 7) ^1.0 of"]);
    assert_eq!(project.read("longshore.lock").unwrap(), lock);
    ends(&project, "update", 0, &["1.2.0 → 1.3.0 (app 7)", "sha256:", "wrote longshore.lock"]);
    ends(&project, "render", 0, &["name: new"]);

    // The same version with other bytes: nothing is rendered of it.
    package("1.3.0", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n");
    std::fs::remove_dir_all(project.file("home/cache")).unwrap();
    ends(
        &project,
        "render",
        1,
        &[
            "error[lock/digest]: chart `c` 1.3.0 is not the one that was locked",
            "longshore.yaml:11",
            "`longshore update cache` locks it",
        ],
    );
    ends(&project, "update --dry-run", 0, &["the same version is another archive now"]);
    let shown = ends(&project, "update --diff --dry-run", 1, &[]);
    assert!(
        shown.stderr.contains("not the one that was locked"),
        "what was locked is nowhere any more: {shown}"
    );
}

#[test]
fn what_changes_in_objects_is_shown() {
    let (project, served, _server) = stage();
    for (version, data) in [("1.2.1", "{a: one, same: x}"), ("1.2.2", "{a: two, same: x}")] {
        project.write("new/c/Chart.yaml", &format!("apiVersion: v2\nname: c\nversion: {version}\n")).unwrap();
        let body = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata: {data}\n");
        project.write("new/c/templates/x.yaml", &body).unwrap();
        let to = served.file("web").display().to_string();
        repositories::ok(&project, &format!("package new/c -d {to}"));
        repositories::ok(&project, &format!("repo index {to}"));
        ends(&project, "update --dry-run --diff", 0, &[version]);
        if version == "1.2.1" {
            ends(&project, "update", 0, &[]);
        }
    }
    let shown =
        ends(&project, "update --diff --dry-run", 0, &["cache in dev", "~ ConfigMap/c", "one", "two"]);
    assert!(!shown.stdout.contains("same"), "{shown}");
    let json = ends(&project, "update --diff --dry-run -o json", 0, &[]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["rendered"][0]["objects"][0]["action"], "update");
    assert_eq!(json["charts"][0]["new"]["version"], "1.2.2");
    assert_eq!(json["changed"], true);
}

#[test]
fn an_entry_that_does_not_fit_the_project_file_is_told() {
    let (project, _served, _server) = stage();
    ends(&project, "update", 0, &[]);
    let file = project.read("longshore.yaml").unwrap();
    project.write("longshore.yaml", &file.replace("version: ^1.0}", "version: ^2.0}")).unwrap();
    let parts = [
        "error[lock/missing]: chart `c` ^2.0 of http",
        "longshore.yaml:11:",
        "it has `c` 1.2.0 of",
        "`longshore update cache` finds its version and locks it",
    ];
    ends(&project, "render", 1, &parts);
    ends(&project, "check", 1, &["is not in longshore.lock"]);
    ends(&project, "plan", 1, &[]);
    ends(&project, "update", 0, &["c + 2.0.0 ^2.0", "c - 1.2.0 ^1.0", "no release wants it any more"]);
    ends(&project, "render", 0, &["a: 1"]);
    // Environments that want different versions have an entry each.
    project
        .write(
            "longshore.yaml",
            &file
                .replace("version: ^1.0}", "version: '${env.vars.range}'}")
                .replace("dev: {namespace: shop}", "dev: {namespace: shop, vars: {range: 2.x}}"),
        )
        .unwrap();
    ends(&project, "update", 0, &["c + 1.0.0 1.0.0", "c + 2.0.0 2.x", "c + 1.2.0 ^1.0"]);
    let lock = project.read("longshore.lock").unwrap();
    assert_eq!(lock.matches("- repo:").count(), 3, "{lock}");
    for environment in ["dev", "prod", "old"] {
        ends(&project, &format!("render -e {environment}"), 0, &["a: 1"]);
    }
    // A lock that cannot be read stops everything but its making.
    project.write("longshore.lock", &lock.replace("kind: Lock", "kind: Key")).unwrap();
    ends(
        &project,
        "render",
        1,
        &["longshore.lock:3:7", "`kind` must be `Lock`", "`longshore update` writes it anew"],
    );
    ends(&project, "vendor", 1, &["longshore.lock:3:7"]);
    ends(&project, "update", 0, &["wrote longshore.lock"]);
    assert_eq!(project.read("longshore.lock").unwrap(), lock);
}

#[test]
fn vendored_charts_need_no_network() {
    let (project, _served, server) = stage();
    ends(&project, "vendor", 1, &["there is no longshore.lock", "`longshore update` makes it"]);
    ends(&project, "update --vendor", 0, &["+ ./vendor/charts/c-1.2.0.tgz"]);
    ends(&project, "vendor", 0, &["  ./vendor/charts/c-1.2.0.tgz"]);
    drop(server);
    std::fs::remove_dir_all(project.file("home/cache")).unwrap();
    ends(&project, "render", 0, &["a: 1"]);
    // One that was changed is refused, one that is gone and not cached asks the repository.
    let archive = "vendor/charts/c-1.2.0.tgz";
    std::fs::copy(project.file("web/c-1.0.0.tgz"), project.file(archive)).unwrap();
    ends(
        &project,
        "render",
        1,
        &[
            "error[lock/digest]",
            "the vendored file was changed: `longshore vendor` gets the locked one again",
        ],
    );
    std::fs::remove_file(project.file(archive)).unwrap();
    ends(&project, "render", 1, &["error[chart/fetch]", "connection refused"]);
    let offline = program(&project, "render").env("LONGSHORE_OFFLINE", "1").run().unwrap();
    assert_eq!(offline.code, Some(1), "{offline}");
    assert!(offline.stderr.contains("error[chart/offline]"), "{offline}");
    assert!(
        offline.stderr.contains("`longshore vendor` puts all locked charts into the project"),
        "{offline}"
    );
}

#[test]
fn surplus_archives_go_and_nothing_else() {
    let (project, _served, _server) = stage();
    ends(&project, "update --vendor", 0, &[]);
    project.write("vendor/charts/README.md", "Ours.\n").unwrap();
    let file = project.read("longshore.yaml").unwrap();
    project.write("longshore.yaml", &file.replace("^1.0}", "^2.0}")).unwrap();
    ends(&project, "update --vendor", 0, &["+ ./vendor/charts/c-2.0.0.tgz", "- ./vendor/charts/c-1.2.0.tgz"]);
    assert_eq!(project.read("vendor/charts/README.md").unwrap(), "Ours.\n");
}

#[test]
fn what_is_cached_under_the_locked_digest_is_not_asked_for() {
    let (project, _served, server) = stage();
    ends(&project, "update", 0, &[]);
    drop(server);
    ends(&project, "render", 0, &["a: 1"]);
    // A cache that was changed is not believed.
    let mut files = vec![project.file("home/cache")];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "chart") {
            std::fs::copy(project.file("web/c-1.0.0.tgz"), &path).unwrap();
        }
    }
    ends(&project, "render", 1, &["error[chart/fetch]"]);
}

#[test]
fn charts_that_are_not_to_be_had_are_told() {
    let (project, _served, server) = stage();
    let file = project.read("longshore.yaml").unwrap();
    let with = |from: &str, to: &str| {
        assert!(file.contains(from), "{file}");
        project.write("longshore.yaml", &file.replace(from, to)).unwrap();
    };
    with("name: c", "name: d");
    ends(&project, "update", 1, &["chart `d` ^1.0 of http", "cannot be got", "longshore.yaml:11:"]);
    with("^1.0}", "^9.0}");
    ends(&project, "update", 1, &["chart `c` ^9.0 of", "cannot be got"]);
    with("^1.0}", "1.9.9}");
    ends(&project, "update", 1, &["chart `c` 1.9.9 of", "cannot be got"]);
    with(&server.url(), "oci://127.0.0.1:9/charts");
    ends(&project, "update", 1, &["oci://127.0.0.1:9/charts cannot be got", "connection refused"]);
    assert!(project.read("longshore.lock").is_err(), "nothing was written");
    with("name: c", "name: c");
    ends(&project, "update web", 1, &["there is no release `web` in the project"]);
    project.write("longshore.yaml", &file.replace("chart: {", "manifests: x.yaml\n    #chart: {")).unwrap();
    ends(&project, "update cache", 1, &["is not fetched: there is nothing to lock"]);
    ends(&project, "update", 0, &["there is nothing to lock"]);
    assert!(project.read("longshore.lock").is_err(), "a project without such charts has no lock");
}

#[test]
fn a_repository_that_answers_with_another_version_is_not_believed() {
    let first = repositories::project();
    let archive = std::fs::read(first.file("web/c-2.0.0.tgz")).unwrap();
    let index =
        "apiVersion: v1\nentries: {c: [{apiVersion: v2, name: c, version: 1.5.0, urls: [c-1.5.0.tgz]}]}\n";
    let server = TestServer::start(move |asked: &Asked| match asked.target.as_str() {
        "/index.yaml" => Answer::file(index.as_bytes().to_vec()),
        _ => Answer::file(archive.clone()),
    })
    .unwrap();
    let project = project(&server.url());
    ends(
        &project,
        "update",
        1,
        &["the repository gives out version 2.0.0 of chart `c` where ^1.0 is wanted"],
    );
}

#[test]
fn a_chart_of_a_registry_is_locked_and_vendored() {
    let Some(registry) = Registry::start(false) else { return };
    let push = registry.helm(&format!("push c-1.0.0+b.5.tgz oci://{}/charts --plain-http", registry.host));
    assert_eq!(push.code, Some(0), "{push}");
    let project = project(&format!("oci://{}/charts", registry.host));
    ends(&project, "update --vendor", 0, &["c + 1.0.0+b.5 ^1.0", "vendor/charts/c-1.0.0+b.5.tgz"]);
    drop(registry);
    std::fs::remove_dir_all(project.file("home/cache")).unwrap();
    ends(&project, "render", 0, &["kind: ConfigMap"]);
}
