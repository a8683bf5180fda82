//! `longshore helm plugin`, and plugins as commands. What is said and done was compared with the real
//! binaries of both levels.

#![cfg(unix)]

use std::fs;

use longshore_testkit::{Answer, Outcome, Project, TestServer, make_executable};

use crate::helm_at;

const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/offline/provenance");

fn project() -> Project {
    let project = Project::new(
        "//- old/plugin.yaml
name: old
version: 0.1.0
usage: an old one
description: It is old.
command: $HELM_PLUGIN_DIR/run.sh pre $HELM_PLUGIN_NAME
hooks:
  install: \"echo installed $HELM_PLUGIN_NAME\"
  delete: \"echo deleted\"
//- old/run.sh
#!/bin/sh
echo \"args: $*\"; echo \"in $HELM_NAMESPACE, debug $HELM_DEBUG\"; cat; exit ${EXIT:-0}
//- new/plugin.yaml
apiVersion: v1
name: new
version: 2.0.0
type: cli/v1
runtime: subprocess
sourceURL: https://plugins.example.com/new
config: {usage: 'go [x]', shortHelp: goes}
runtimeConfig:
  platformCommand:
  - {os: plan9, command: nope}
  - {command: echo any, args: ['${HELM_PLUGIN_NAME}er']}
//- wasm/plugin.yaml
apiVersion: v1
name: wasm
version: 2.0.0
type: cli/v1
runtime: extism/v1
//- c/Chart.yaml
apiVersion: v2
name: c
version: 1.0.0
//- c/templates/a.yaml
kind: A
//- c/templates/h.yaml
kind: H
metadata: {annotations: {helm.sh/hook: test}}
",
    )
    .unwrap();
    make_executable(&project.file("old/run.sh")).unwrap();
    project
}

fn helm(project: &Project, level: &str, arguments: &str) -> Outcome {
    helm_at(project, level).args(arguments.split_whitespace()).run().unwrap()
}

/// What a command prints, all of it being well.
fn printed(project: &Project, level: &str, arguments: &str) -> String {
    let outcome = helm(project, level, arguments);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{level} {arguments}");
    outcome.stdout
}

#[test]
fn a_folder_is_installed_run_and_taken_away() {
    for level in ["4.3", "3.22"] {
        let project = project();
        let told =
            if level == "4.3" { "Installing plugin from local directory (development mode)\n" } else { "" };
        assert_eq!(
            printed(&project, level, "plugin install old"),
            format!("{told}installed old\nInstalled plugin: old\n")
        );
        let list = match level {
            "4.3" => {
                "NAME\tVERSION\tTYPE  \tAPIVERSION\tPROVENANCE\tSOURCE \nold \t0.1.0  \tcli/v1\tlegacy    \tlocal dev \tunknown\n"
            }
            _ => "NAME\tVERSION\tDESCRIPTION\nold \t0.1.0  \tIt is old. \n",
        };
        assert_eq!(printed(&project, level, "plugin list"), list);
        assert_eq!(
            printed(&project, level, "--debug -n blue old x --namespace=red --own -y"),
            "args: pre old x --own -y\nin red, debug true\n"
        );
        assert_eq!(helm(&project, level, "__completeNoDesc ol").stdout, "old\n:4\n");
        let outcome = helm_at(&project, level).env("EXIT", "7").args(["old"]).run().unwrap();
        assert_eq!(
            (outcome.code, outcome.stderr.as_str()),
            (Some(7), "Error: plugin \"old\" exited with error\n")
        );
        let outcome = helm_at(&project, level).env("HELM_NO_PLUGINS", "1").args(["old"]).run().unwrap();
        assert_eq!(
            outcome.stderr,
            "Error: unknown command \"old\" for \"helm\"\nRun 'helm --help' for usage.\n"
        );
        let again = helm(&project, level, "plugin install old");
        assert!(again.stderr.ends_with("Error: plugin already exists\n"), "{}", again.stderr);
        let update = helm(&project, level, "plugin update old");
        assert!(
            update.stderr.contains("got error (cannot get information about plugin source)\n"),
            "{}",
            update.stderr
        );
        assert_eq!(printed(&project, level, "plugin uninstall old"), "deleted\nUninstalled plugin: old\n");
        let word = if level == "4.3" { "plugin" } else { "Plugin" };
        assert_eq!(
            helm(&project, level, "plugin uninstall old").stderr,
            format!("Error: {word}: old not found\n")
        );
        // A link is taken away, not what it leads to.
        assert!(project.file("old/run.sh").is_file());
    }
}

#[test]
fn plugins_of_4_have_types_and_commands_of_their_own() {
    let project = project();
    printed(&project, "4.3", "plugin install new");
    assert_eq!(printed(&project, "4.3", "go a -b"), "any newer a -b\n");
    assert_eq!(helm(&project, "4.3", "new").code, Some(1));
    assert!(
        printed(&project, "4.3", "plugin list --type cli/v1").contains("\thttps://plugins.example.com/new\n")
    );
    assert_eq!(printed(&project, "4.3", "plugin list --type getter/v1").lines().count(), 1);
    let outcome = helm(&project, "4.3", "plugin install wasm");
    assert!(
        outcome.stderr.ends_with("plugins that are WebAssembly (extism/v1) are not supported\n"),
        "{}",
        outcome.stderr
    );
    // 3.22 knows only the old form.
    let outcome = helm(&project, "3.22", "plugin list");
    assert!(outcome.stderr.ends_with("json: unknown field \"apiVersion\"\n"), "{}", outcome.stderr);
}

#[test]
fn archives_are_packed_signed_checked_and_installed() {
    let project = project();
    for key in ["maker.sec", "maker.gpg", "other.sec"] {
        fs::copy(format!("{KEYS}/{key}"), project.file(key)).unwrap();
    }
    assert_eq!(
        printed(&project, "4.3", "plugin package old --key maker --keyring maker.sec -d out"),
        "Successfully signed. Signature written to: out/old-0.1.0.tgz.prov\nSuccessfully packaged plugin and saved it to: out/old-0.1.0.tgz\n"
    );
    // It is signed as what Helm made of it.
    let statement = fs::read_to_string(project.file("out/old-0.1.0.tgz.prov")).unwrap();
    assert!(statement.contains("\nAPIVersion: legacy\nConfig:\n  IgnoreFlags: false\n"), "{statement}");
    let told = helm(&project, "4.3", "plugin package old --keyring maker.sec -d other").stderr;
    assert_eq!(told, "Error: private key not found\n");
    let who = printed(&project, "4.3", "plugin verify out/old-0.1.0.tgz --keyring maker.gpg");
    assert!(who.starts_with("Signed by: maker <maker@example.com>\nUsing Key With Fingerprint: "), "{who}");
    assert_eq!(
        printed(&project, "4.3", "plugin install out/old-0.1.0.tgz --keyring maker.gpg"),
        format!("Verifying plugin signature...\n{who}installed old\nInstalled plugin: old\n")
    );
    assert!(printed(&project, "4.3", "plugin list").contains("\tsigned    \t"));
    assert!(printed(&project, "4.3", "old x").starts_with("args: pre old x\n"));
    fs::write(project.file("data/plugins/old-0.1.0.tgz"), "other").unwrap();
    assert!(printed(&project, "4.3", "plugin list").contains("\tmismatched provenance\t"));
    printed(&project, "4.3", "plugin uninstall old");
    assert_eq!(fs::read_dir(project.file("data/plugins")).unwrap().count(), 0);

    // Without a good signature nothing is installed, unless nobody asks for it.
    let told = helm(&project, "4.3", "plugin install out/old-0.1.0.tgz --keyring other.sec").stderr;
    assert_eq!(told, "Error: plugin verification failed: openpgp: signature made by unknown entity\n");
    fs::remove_file(project.file("out/old-0.1.0.tgz.prov")).unwrap();
    let told = helm(&project, "4.3", "plugin install out/old-0.1.0.tgz --keyring maker.gpg").stderr;
    assert_eq!(told, "Error: plugin verification failed: no provenance file (.prov) found\n");
    assert!(!project.file("data/plugins/old").exists());
    printed(&project, "4.3", "plugin install out/old-0.1.0.tgz --verify=false");
    assert!(printed(&project, "4.3", "plugin list").contains("\tunsigned  \t"));
    // 3.22 takes folders, and archives over HTTP only.
    printed(&project, "4.3", "plugin uninstall old");
    let told = helm(&project, "3.22", "plugin install out/old-0.1.0.tgz").stderr;
    assert_eq!(told, "Error: expected plugin to be a folder\n");
}

#[test]
fn archives_come_over_http() {
    let project = project();
    printed(&project, "4.3", "plugin package old --sign=false -d out");
    let archive = fs::read(project.file("out/old-0.1.0.tgz")).unwrap();
    let server = TestServer::start(move |asked| match asked.target.as_str() {
        "/old-0.1.0.tgz" => Answer::file(archive.clone()),
        "/cut-1.0.0.tgz" => Answer::file(archive.clone()).breaking_after(100),
        _ => Answer::status("404 Not Found"),
    })
    .unwrap();
    let url = |file: &str| format!("{}/{file}", server.url());
    let skipped = "WARNING: Skipping plugin signature verification\n";
    let install = |file: &str| helm(&project, "4.3", &format!("plugin install --verify=false {}", url(file)));
    let outcome = install("nope-1.0.0.tgz");
    assert_eq!(outcome.stdout, skipped);
    assert_eq!(outcome.stderr, format!("Error: failed to fetch {} : 404 Not Found\n", url("nope-1.0.0.tgz")));
    assert_eq!(install("cut-1.0.0.tgz").code, Some(1));
    assert_eq!(fs::read_dir(project.file("data/plugins")).unwrap().count(), 0);
    let outcome = install("old-0.1.0.tgz");
    assert_eq!(
        outcome.stdout,
        format!("{skipped}installed old\nInstalled plugin: old\n"),
        "{}",
        outcome.stderr
    );
    printed(&project, "4.3", "plugin uninstall old");
    assert_eq!(
        printed(&project, "3.22", &format!("plugin install {}", url("old-0.1.0.tgz"))),
        "installed old\nInstalled plugin: old\n"
    );
}

#[test]
fn what_is_no_plugin_is_refused() {
    let project = project();
    for (text, problem) in [
        ("name: a b\n", "invalid plugin name \"a b\": must contain only a-z, A-Z, 0-9, _ and -"),
        ("name: a\nversion: x\n", "invalid plugin version \"x\": must be valid semver"),
        (
            "name: a\ncommand: b\nplatformCommand: [{command: c}]\n",
            "both platformCommand and command are set",
        ),
        ("apiVersion: v2\n", "invalid plugin apiVersion: \"v2\""),
        ("apiVersion: v1\nname: a\nversion: 1.0.0\nruntime: subprocess\n", "`type` missing"),
        (
            "apiVersion: v1\nname: a\nversion: 1.0.0\ntype: cli/v1\nruntime: subprocess\nfoo: 1\n",
            "yaml: unmarshal errors:\n  line 6: field foo not found in type plugin.MetadataV1",
        ),
        ("", "failed to peek plugin.yaml API version: EOF"),
    ] {
        project.write("bad/plugin.yaml", text).unwrap();
        let told = helm(&project, "4.3", "plugin package bad --sign=false").stderr;
        assert_eq!(
            told,
            format!("Error: invalid plugin directory: failed to load plugin \"bad\": {problem}\n")
        );
    }
    let told = helm(&project, "4.3", "plugin install c").stderr;
    assert_eq!(told, "Error: plugin metadata (plugin.yaml) missing\n");
    let told = helm(&project, "4.3", "plugin install nope").stderr;
    assert_eq!(
        told,
        "Error: cannot get information about plugin source \"nope\" (if it's a local directory, does it exist?), last error was: Cannot detect VCS\n"
    );
}
