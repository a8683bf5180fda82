//! Charts, indexes and values from addresses that a plugin gets files for. What is said and done was compared with the
//! real binaries of both levels, over some 360 command lines.

#![cfg(unix)]

use std::fs;

use longshore_testkit::{Outcome, Project, make_executable};

use crate::helm_at;

/// A plugin of the old form (both levels) and one of the new (4.x), which print files of the folder `W`.
fn project(is_old: bool) -> Project {
    let project = Project::new(
        "//- data/plugins/old/plugin.yaml
name: old
version: 0.1.0
downloaders:
- {command: get.sh one $HELM_PLUGIN_DIR, protocols: [mine, other]}
- {command: nothere, protocols: [gone]}
//- data/plugins/new/plugin.yaml
apiVersion: v1
name: new
version: 2.0.0
type: getter/v1
runtime: subprocess
config: {protocols: [fresh, idle]}
runtimeConfig:
  protocolCommands:
  - protocols: [fresh]
    platformCommand: [{command: get.sh, args: [two]}]
//- get.sh
#!/bin/sh
echo \"$# $*\" >&2
echo \"$HELM_PLUGIN_NAME u=$HELM_PLUGIN_USERNAME p=$HELM_PLUGIN_PASSWORD a=$HELM_PLUGIN_PASS_CREDENTIALS_ALL n=$HELM_NAMESPACE\" >&2
for last; do :; done
case $last in *fail*) exit 3;; esac
cat \"$W/${last#*://}\"
//- v.yaml
a: 5
//- c/Chart.yaml
apiVersion: v2
name: c
version: 1.0.0
//- c/templates/a.yaml
a: {{ .Values.a }}
//- u/Chart.yaml
apiVersion: v2
name: u
version: 1.0.0
dependencies: [{name: c, version: 1.x, repository: 'mine://repo'}]
",
    )
    .unwrap();
    for plugin in ["old", "new"] {
        let path = project.file(&format!("data/plugins/{plugin}/get.sh"));
        fs::copy(project.file("get.sh"), &path).unwrap();
        make_executable(&path).unwrap();
    }
    if is_old {
        // One plugin that cannot be read, and 3.x has none.
        fs::remove_dir_all(project.file("data/plugins/new")).unwrap();
    }
    fs::create_dir(project.file("repo")).unwrap();
    let level = if is_old { "3.22" } else { "4.3" };
    assert_eq!(helm(&project, level, "package c -d repo").code, Some(0));
    assert_eq!(helm(&project, level, "repo index repo").code, Some(0));
    project
}

fn helm(project: &Project, level: &str, arguments: &str) -> Outcome {
    let folder = project.file("").to_str().unwrap().to_owned();
    helm_at(project, level).env("W", folder).args(arguments.split_whitespace()).run().unwrap()
}

#[test]
fn values_come_from_a_plugin() {
    for level in ["4.3", "3.22"] {
        let project = project(level == "3.22");
        let outcome = helm(&project, level, "template c -n blue -f mine://v.yaml");
        assert_eq!(outcome.stdout, "---\n# Source: c/templates/a.yaml\na: 5\n", "{}", outcome.stderr);
        assert_eq!(outcome.stderr, "6 one $HELM_PLUGIN_DIR    mine://v.yaml\nold u= p= a=false n=blue\n");
        let outcome = helm(&project, level, "template c -f nobody://v.yaml");
        assert_eq!(outcome.stderr, "Error: open nobody://v.yaml: no such file or directory\n");
        let outcome = helm(&project, level, "template c --set-file a=other://fail");
        let tail = if level == "3.22" {
            "failed parsing --set-file data: plugin \"get.sh one $HELM_PLUGIN_DIR\" exited with error\n"
        } else {
            "%!q(bool=true)} map[]} failed to invoke: plugin \"old\" exited with error\n"
        };
        assert!(outcome.stderr.ends_with(tail) && outcome.code == Some(1), "{}", outcome.stderr);
        let outcome = helm(&project, level, "template c -f gone://v.yaml");
        let place = project.file("data/plugins/old/nothere");
        let tail = format!("fork/exec {}: no such file or directory\n", place.display());
        assert!(outcome.stderr.ends_with(&tail), "{}", outcome.stderr);
    }
}

#[test]
fn values_of_registries_need_a_full_name() {
    for level in ["4.3", "3.22"] {
        let outcome =
            helm(&project(level == "3.22"), level, "template c -f oci://127.0.0.1:1/x --plain-http");
        assert_eq!(
            outcome.stderr,
            "Error: failed to perform \"FetchReference\" on source: invalid reference\n"
        );
    }
}

/// Compared over 238 command lines.
#[test]
fn certificates_that_cannot_be_read_stop_a_command_before_it_begins() {
    for (level, why) in [
        ("4.3", "can't read CA file: \"nope\": open nope: no such file or directory"),
        ("3.22", "can't read CA file: nope"),
    ] {
        let project = project(level == "3.22");
        for command in ["template c", "show chart c", "pull c", "dependency build u", "package c"] {
            let outcome = helm(&project, level, &format!("{command} --ca-file nope"));
            let told = format!("Error: missing registry client: can't create TLS config for client: {why}\n");
            assert_eq!((outcome.stdout.as_str(), outcome.stderr), ("", told), "{level} {command}");
        }
    }
}

#[test]
fn a_plugin_of_the_new_form_has_commands_by_scheme() {
    let project = project(false);
    let outcome = helm(&project, "4.3", "template c -f fresh://v.yaml");
    assert_eq!(outcome.stderr, "5 two    fresh://v.yaml\nnew u= p= a=false n=default\n");
    let outcome = helm(&project, "4.3", "template c -f idle://v.yaml");
    assert!(outcome.stderr.ends_with("failed to invoke: no downloader found for protocol \"idle\"\n"));
    // Level 3.22 cannot read it, and then has no plugins at all.
    let outcome = helm(&project, "3.22", "template c -f mine://v.yaml");
    assert_eq!(outcome.stderr, "Error: open mine://v.yaml: no such file or directory\n");
}

#[test]
fn charts_and_repositories_come_from_a_plugin() {
    for level in ["4.3", "3.22"] {
        let project = project(level == "3.22");
        let outcome = helm(
            &project,
            level,
            "pull mine://repo/c-1.0.0.tgz --username u --password p --pass-credentials",
        );
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        assert_eq!(
            outcome.stderr,
            "6 one $HELM_PLUGIN_DIR    mine://repo/c-1.0.0.tgz\nold u=u p=p a=true n=default\n"
        );
        let read = |name: &str| fs::read(project.file(name)).unwrap();
        assert_eq!(read("c-1.0.0.tgz"), read("repo/c-1.0.0.tgz"));
        let outcome = helm(&project, level, "pull nobody://repo/c-1.0.0.tgz");
        assert_eq!(outcome.stderr, "Error: scheme \"nobody\" not supported\n");
        let outcome = helm(&project, level, "repo add r nobody://repo");
        assert_eq!(outcome.stderr, "Error: could not find protocol handler for: nobody\n");

        let outcome = helm(&project, level, "repo add r mine://repo");
        assert_eq!(outcome.stdout, "\"r\" has been added to your repositories\n", "{}", outcome.stderr);
        let outcome = helm(&project, level, "template r/c --set a=1");
        assert_eq!(outcome.stdout, "---\n# Source: c/templates/a.yaml\na: 1\n", "{}", outcome.stderr);
        assert!(outcome.stderr.starts_with("6 one $HELM_PLUGIN_DIR    mine://repo/c-1.0.0.tgz\n"));
        for command in ["update", "build"] {
            let outcome = helm(&project, level, &format!("dependency {command} u"));
            assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
            assert!(outcome.stderr.contains("mine://repo/index.yaml\n"), "{}", outcome.stderr);
            assert_eq!(read("u/charts/c-1.0.0.tgz"), read("repo/c-1.0.0.tgz"));
        }
    }
}
