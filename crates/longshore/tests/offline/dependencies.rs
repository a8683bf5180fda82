//! `helm dependency build` and `update`, with charts of folders and of a server on loopback. What is expected here came
//! out of the real binaries of both levels.

use longshore_testkit::Project;

use super::repositories::{helm, ok, problem, project, serve};

/// A chart that depends on others.
fn write_top(project: &Project, dependencies: &[&str]) {
    let listed: String = dependencies.iter().flat_map(|one| ["- ", one, "\n"]).collect();
    let chart = format!("apiVersion: v2\nname: top\nversion: 1.0.0\ndependencies:\n{listed}");
    project.write("top/Chart.yaml", &chart).unwrap();
}

/// The names of what lies in `charts`.
fn charts(project: &Project) -> Vec<String> {
    let all = project.contents().unwrap();
    all.keys().filter_map(|name| name.strip_prefix("top/charts/")).map(str::to_owned).collect()
}

const FROM_FOLDER: &str = "{name: c, version: ^1, repository: \"file://../src/c\"}";
const SAVED: &str = "Saving 1 charts\nDeleting outdated charts\n";

#[test]
fn charts_of_folders_are_packed_and_locked() {
    let project = project();
    write_top(&project, &[FROM_FOLDER]);
    assert!(problem(&project, "4.3", "template top").contains("missing in charts/ directory: c"));
    for level in ["4.3", "3.22"] {
        assert_eq!(helm(&project, level, "dependency update top").stdout, SAVED);
        assert_eq!(helm(&project, level, "dep build top").stdout, SAVED);
    }
    assert_eq!(charts(&project), ["c-1.0.0.tgz"]);
    let lock = project.read("top/Chart.lock").unwrap();
    // The digest is real Helm's of the same chart in a folder of another name.
    let start = "dependencies:\n- name: c\n  repository: file://../src/c\n  version: 1.0.0\ndigest: sha256:";
    assert!(lock.starts_with(start), "{lock}");
    assert!(ok(&project, "template top").contains("# Source: top/charts/c/templates/x.yaml"));
    ok(&project, "dep update top");
    assert_eq!(project.read("top/Chart.lock").unwrap(), lock, "nothing has changed");
    write_top(&project, &[&FROM_FOLDER.replace("^1", "^1.0.0")]);
    let old = "the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml). Please update the dependencies";
    assert_eq!(problem(&project, "3.22", "dep build top"), old);
    assert_eq!(problem(&project, "4.3", "dep build top"), format!("{old} with 'helm dependency update'"));
}

#[test]
fn charts_of_repositories_are_found_by_address_and_by_name() {
    let project = project();
    let server = serve(&project);
    let url = server.url();
    write_top(&project, &[&format!("{{name: c, version: ^1, repository: \"{url}\"}}")]);
    let update = format!(
        "Getting updates for unmanaged Helm repositories...\n...Successfully got an update from the \"{url}\" chart repository\n"
    );
    let saved = format!("Saving 1 charts\nDownloading c from repo {url}\nDeleting outdated charts\n");
    assert_eq!(ok(&project, "dep update top"), format!("{update}{saved}"));
    assert_eq!(charts(&project), ["c-1.2.0.tgz"]);
    let unknown =
        format!("no repository definition for {url}. Please add the missing repos via 'helm repo add'");
    assert_eq!(problem(&project, "4.3", "dep build top"), unknown);
    ok(&project, &format!("repo add a {url}"));
    assert_eq!(ok(&project, "dep build top --skip-refresh"), saved);
    let hang = "Hang tight while we grab the latest from your chart repositories...\n...Successfully got an update from the \"a\" chart repository\nUpdate Complete. ⎈Happy Helming!⎈\n";
    for repository in ["@a", "alias:a"] {
        write_top(&project, &[&format!("{{name: c, version: <2, repository: \"{repository}\"}}")]);
        for level in ["4.3", "3.22"] {
            assert_eq!(helm(&project, level, "dep update top").stdout, format!("{hang}{saved}"), "{level}");
        }
        let lock = project.read("top/Chart.lock").unwrap();
        assert!(lock.contains(&format!("  repository: {url}\n  version: 1.2.0\n")), "{lock}");
        ok(&project, "dep build top");
    }
    write_top(&project, &["{name: c, version: <2, repository: \"@b\"}"]);
    let unknown = "no repository definition for @b. Please add them via 'helm repo add'";
    assert_eq!(problem(&project, "4.3", "dep update top"), unknown);
}

#[test]
fn an_update_that_breaks_off_changes_nothing() {
    let project = project();
    let server = serve(&project);
    let url = server.url();
    project
        .write(
            "web/cutrepo/index.yaml",
            "apiVersion: v1\nentries: {d: [{name: d, version: 1.0.0, urls: [../cut/c-1.0.0.tgz]}]}\n",
        )
        .unwrap();
    write_top(&project, &[FROM_FOLDER]);
    ok(&project, "dep update top");
    project.write("top/charts/_notes", "mine").unwrap();
    let before = project.contents().unwrap();
    write_top(&project, &[FROM_FOLDER, &format!("{{name: d, version: 1, repository: \"{url}/cutrepo\"}}")]);
    for level in ["4.3", "3.22"] {
        let why = format!("could not download {url}/cut/c-1.0.0.tgz: unexpected EOF");
        assert_eq!(problem(&project, level, "dep update top"), why);
        let after = project.contents().unwrap();
        let own = |all: &std::collections::BTreeMap<String, Vec<u8>>| -> Vec<(String, Vec<u8>)> {
            let is_own =
                |(name, _): &(&String, &Vec<u8>)| name.starts_with("top/") && *name != "top/Chart.yaml";
            all.iter().filter(is_own).map(|(name, bytes)| (name.clone(), bytes.clone())).collect()
        };
        assert_eq!(own(&after), own(&before));
    }
}

#[test]
fn outdated_archives_go_and_folders_stay() {
    let project = project();
    write_top(&project, &[FROM_FOLDER]);
    std::fs::create_dir_all(project.file("top/charts/mine")).unwrap();
    project.write("top/charts/mine/Chart.yaml", "apiVersion: v2\nname: mine\nversion: 1.0.0\n").unwrap();
    project.write("top/charts/_notes", "x").unwrap();
    std::fs::copy(project.file("web/c-2.0.0.tgz"), project.file("top/charts/c-2.0.0.tgz")).unwrap();
    let told = ok(&project, "dep update top");
    assert!(told.starts_with(&format!("{SAVED}Could not verify top/charts/_notes for deletion: ")), "{told}");
    assert_eq!(charts(&project), ["_notes", "c-1.0.0.tgz", "mine/Chart.yaml"]);
}

#[test]
fn what_is_not_to_be_had_is_said() {
    let project = project();
    for (dependency, why) in [
        (
            FROM_FOLDER.replace("^1", "^9").as_str(),
            "can't get a valid version for 1 subchart(s): \"c\" (repository \"file://../src/c\", version \"^9\"). Make sure a matching chart version exists in the repo, or change the version constraint in Chart.yaml",
        ),
        (&FROM_FOLDER.replace("src/c", "nope"), "directory nope not found"),
        (
            &FROM_FOLDER.replace("^1", "foo"),
            "dependency \"c\" has an invalid version/constraint format: improper constraint: \"foo\"",
        ),
        ("{name: c, version: 1}", "directory top/charts/c not found"),
        ("{name: c, version: 1, repository: \"ftp://x\"}", "could not find protocol handler for: ftp"),
    ] {
        write_top(&project, &[dependency]);
        assert_eq!(problem(&project, "4.3", "dep update top"), why, "{dependency}");
    }
    assert_eq!(
        problem(&project, "4.3", "dep update nope"),
        "could not find nope: stat nope: no such file or directory"
    );
    assert_eq!(problem(&project, "4.3", "dep build web/c-1.0.0.tgz"), "only unpacked charts can be updated");
}

#[test]
fn charts_of_version_1_have_their_own_files() {
    let project = project();
    project.write("top/Chart.yaml", "apiVersion: v1\nname: top\nversion: 1.0.0\n").unwrap();
    project.write("top/requirements.yaml", &format!("dependencies:\n- {FROM_FOLDER}\n")).unwrap();
    ok(&project, "dep update top");
    assert!(project.file("top/requirements.lock").exists() && !project.file("top/Chart.lock").exists());
    assert_eq!(ok(&project, "dep build top"), SAVED);
    let lock = project.read("top/requirements.lock").unwrap();
    let spoilt = lock.replace("digest: sha256:", "digest: sha256:0");
    project.write("top/requirements.lock", &spoilt).unwrap();
    let refused = helm(&project, "4.3", "dep build top").stderr;
    assert_eq!(
        refused,
        "level=INFO msg=\"warning: a valid Helm v3 hash was not found. Checking against Helm v2 hash...\"\n\
         Error: the lock file (requirements.lock) is out of sync with the dependencies file (requirements.yaml). Please update the dependencies\n"
    );
}

#[test]
fn template_and_package_update_first_if_told_to() {
    let project = project();
    for (arguments, told) in [
        ("template top --dependency-update", format!("{SAVED}---\n")),
        (
            "package top --dependency-update -d out",
            String::from("Successfully packaged chart and saved it to: out/top-1.0.0.tgz\n"),
        ),
    ] {
        for level in ["4.3", "3.22"] {
            let _ = std::fs::remove_dir_all(project.file("top"));
            write_top(&project, &[FROM_FOLDER]);
            let outcome = helm(&project, level, arguments);
            assert!(
                outcome.stdout.starts_with(&told),
                "{level} {arguments} {}{}",
                outcome.stdout,
                outcome.stderr
            );
            assert_eq!(charts(&project), ["c-1.0.0.tgz"]);
        }
    }
}
