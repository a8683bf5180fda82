//! `longshore helm plugin install` from git repositories and registries, and `plugin update`. What is said and done was
//! compared with the real binaries of both levels: 307 command lines about git, 168 about registries.
//!
//! Without the program `git` its tests say so and pass.

#![cfg(unix)]

use std::fs;
use std::process::Command;

use longshore_source::oci::sha256;
use longshore_testkit::{Answer, Outcome, Project, TestServer, make_executable};
use serde_json::json;

use crate::helm_at;

const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/offline/provenance");

fn helm(project: &Project, level: &str, arguments: &str) -> Outcome {
    let program = helm_at(project, level).env("GIT_CONFIG_GLOBAL", "/dev/null");
    program.args(arguments.split_whitespace()).run().unwrap()
}

/// Runs git in the repository.
fn git(project: &Project, arguments: &str) {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").args(arguments.split_whitespace());
    assert!(git.current_dir(project.file("plug")).output().unwrap().status.success(), "git {arguments}");
}

/// A commit with a version of the plugin.
fn commit(project: &Project, version: &str) {
    let text = format!(
        "name: plug\nversion: {version}\ncommand: $HELM_PLUGIN_DIR/run.sh\nhooks: {{install: 'echo installed', update: 'echo updated'}}\n"
    );
    project.write("plug/plugin.yaml", &text).unwrap();
    project.write("plug/run.sh", &format!("#!/bin/sh\necho {version} $*\n")).unwrap();
    make_executable(&project.file("plug/run.sh")).unwrap();
    git(project, "add -A");
    git(project, &format!("commit -qm {version}"));
}

/// A repository with the tags `v1.0.0`, `1.2.0` and `v2.0.0-rc.1`, and version 2.1.0 behind them.
#[expect(clippy::print_stderr, reason = "who runs the tests shall know what was not tested")]
fn repository() -> Option<Project> {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("skipped: there is no git");
        return None;
    }
    let project = Project::new("//- plug/README\nA plugin.\n").unwrap();
    git(&project, "init -q");
    for (version, tag) in [("1.0.0", "v1.0.0"), ("1.2.0", "1.2.0"), ("2.0.0-rc.1", "v2.0.0-rc.1")] {
        commit(&project, version);
        git(&project, &format!("tag {tag}"));
    }
    commit(&project, "2.1.0");
    Some(project)
}

#[test]
fn a_version_of_a_repository_is_installed() {
    let Some(project) = repository() else { return };
    let url = format!("file://{}", project.file("plug").display());
    let refused = helm(&project, "4.3", &format!("plugin install {url}"));
    assert_eq!(
        refused.stderr,
        "Error: plugin source does not support verification. Use --verify=false to skip verification\n"
    );
    for (level, told, flags) in
        [("4.3", "WARNING: Skipping plugin signature verification\n", "--verify=false"), ("3.22", "", "")]
    {
        for (wanted, got) in [
            ("", "2.1.0"),
            ("--version v1.0.0", "1.0.0"),
            ("--version ^1.0", "1.2.0"),
            ("--version >=2.0.0-0", "2.0.0-rc.1"),
            ("--version HEAD~1", "2.0.0-rc.1"),
        ] {
            let outcome = helm(&project, level, &format!("plugin install {url} {wanted} {flags}"));
            let said = format!("{told}installed\nInstalled plugin: plug\n");
            assert_eq!((outcome.stdout, outcome.stderr.as_str()), (said, ""), "{level} {wanted}");
            assert_eq!(helm(&project, level, "plug x").stdout, format!("{got} x\n"), "{level} {wanted}");
            assert_eq!(helm(&project, level, "plugin uninstall plug").code, Some(0));
            fs::remove_dir_all(project.file("cache")).unwrap();
        }
        let none = helm(&project, level, &format!("plugin install {url} --version 9.9.9 {flags}"));
        assert_eq!(
            none.stderr,
            format!("Error: requested version \"9.9.9\" does not exist for plugin \"{url}\"\n")
        );
        assert_eq!(
            fs::read_dir(project.file("data/plugins")).unwrap().count(),
            0,
            "nothing is left half-way"
        );
    }
    let other = helm(&project, "3.22", "plugin install https://127.0.0.1:1/a.hg");
    assert_eq!(other.stderr, "Error: repositories of hg are not supported, only those of git\n");
}

#[test]
fn an_installed_repository_is_updated() {
    let Some(project) = repository() else { return };
    let url = format!("file://{}", project.file("plug").display());
    assert_eq!(helm(&project, "3.22", &format!("plugin install {url}")).code, Some(0));
    commit(&project, "3.0.0");
    for level in ["4.3", "3.22"] {
        let outcome = helm(&project, level, "plugin update plug");
        let said = ("updated\nUpdated plugin: plug\n", "");
        assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), said);
        assert_eq!(helm(&project, level, "plug").stdout, "3.0.0\n");
    }
    fs::write(project.file("data/plugins/plug/run.sh"), "changed").unwrap();
    let changed = helm(&project, "4.3", "plugin update plug nope");
    assert_eq!(
        changed.stderr,
        "Error: failed to update plugin plug, got error (plugin repo was modified)\nplugin: nope not found\n"
    );
    // What is at a tag stays there.
    assert_eq!(helm(&project, "4.3", "plugin uninstall plug").code, Some(0));
    assert_eq!(helm(&project, "3.22", &format!("plugin install {url} --version v1.0.0")).code, Some(0));
    assert_eq!(helm(&project, "4.3", "plugin update plug").code, Some(0));
    assert_eq!(helm(&project, "4.3", "plug").stdout, "1.0.0\n");
}

#[test]
fn a_registry_has_plugins_and_their_signatures() {
    let project = Project::new(
        "//- drift/plugin.yaml
name: drift
version: 1.2.0
command: echo drift
",
    )
    .unwrap();
    for key in ["maker.sec", "maker.gpg", "other.sec"] {
        fs::copy(format!("{KEYS}/{key}"), project.file(key)).unwrap();
    }
    let packed = helm(&project, "4.3", "plugin package drift --key maker --keyring maker.sec -d out");
    assert_eq!(packed.code, Some(0), "{packed}");
    let archive = fs::read(project.file("out/drift-1.2.0.tgz")).unwrap();
    let statement = fs::read(project.file("out/drift-1.2.0.tgz.prov")).unwrap();
    let layer = |title: &str, kind: &str, bytes: &[u8]| {
        json!({"mediaType": format!("application/vnd.oci.image.layer.v1.{kind}"), "digest": sha256(bytes), "size": bytes.len(),
            "annotations": {"org.opencontainers.image.title": title}})
    };
    let manifest = |artifact: &str, signed: bool| {
        let mut layers = vec![layer("drift-1.2.0.tgz", "tar+gzip", &archive)];
        layers.extend(signed.then(|| layer("drift-1.2.0.tgz.prov", "tar", &statement)));
        let config =
            json!({"mediaType": "application/vnd.oci.empty.v1+json", "digest": sha256(b"{}"), "size": 2});
        json!({"schemaVersion": 2, "artifactType": artifact, "config": config, "layers": layers}).to_string()
    };
    let kind = "application/vnd.helm.plugin.v1+json";
    let manifests = [
        ("/v2/p/drift/manifests/1.2.0", manifest(kind, true)),
        ("/v2/p/drift/manifests/unsigned", manifest(kind, false)),
        ("/v2/p/drift/manifests/image", manifest("application/x", true)),
        ("/v2/p/other/manifests/1.2.0", manifest(kind, true)),
    ];
    let blobs = [archive, statement].map(|bytes| (format!("/v2/p/drift/blobs/{}", sha256(&bytes)), bytes));
    let server = TestServer::start(move |asked| {
        if let Some((_, manifest)) = manifests.iter().find(|(path, _)| *path == asked.target) {
            let kind = "application/vnd.oci.image.manifest.v1+json";
            let headers = vec![("content-type".to_owned(), kind.to_owned())];
            return Answer { headers, ..Answer::file(manifest.as_str()) };
        }
        match blobs.iter().find(|(path, _)| *path == asked.target) {
            Some((_, bytes)) => Answer::file(bytes.clone()),
            None => Answer::status("404 Not Found"),
        }
    })
    .unwrap();
    let host = server.url().replace("http://", "oci://");
    let install = |name: &str, flags: &str| {
        helm(&project, "4.3", &format!("plugin install {host}/p/{name} --plain-http {flags}"))
    };
    let signed = "--keyring maker.gpg";
    for (name, flags, problem) in [
        ("drift:unsigned", signed, "plugin verification failed: no provenance file (.prov) found"),
        (
            "drift:1.2.0",
            "--keyring other.sec",
            "plugin verification failed: openpgp: signature made by unknown entity",
        ),
        (
            "drift:image",
            signed,
            "failed to get verification data: failed to pull plugin from HOST/p/drift:image: expected artifact type application/vnd.helm.plugin.v1+json, got application/x",
        ),
        (
            "other:1.2.0",
            "--verify=false",
            "failed to pull plugin from HOST/p/other:1.2.0: required layer matching pattern other-VERSION.tgz not found in manifest",
        ),
        (
            "drift",
            "--verify=false",
            "failed to pull plugin from HOST/p/drift: failed to perform \"FetchReference\" on source: invalid reference",
        ),
    ] {
        let outcome = install(name, flags);
        assert_eq!(outcome.stderr, format!("Error: {}\n", problem.replace("HOST", &host)), "{name} {flags}");
        assert_eq!(fs::read_dir(project.file("data/plugins")).unwrap().count(), 0, "{name} {flags}");
    }
    let outcome = install("drift:1.2.0", signed);
    assert!(
        outcome.stdout.starts_with(
            "Verifying plugin signature...\nSigned by: maker <maker@example.com>\nUsing Key With Fingerprint: "
        ) && outcome.stdout.ends_with("Installed plugin: drift\n"),
        "{outcome}"
    );
    assert_eq!(helm(&project, "4.3", "drift a").stdout, "drift a\n");
    assert!(helm(&project, "4.3", "plugin list").stdout.contains("\tsigned    \t"));
    // Level 3.22 knows no registries here.
    assert_eq!(
        helm(&project, "3.22", &format!("plugin install {host}/p/drift:1.2.0")).stderr,
        "Error: Cannot detect VCS\n"
    );
}
