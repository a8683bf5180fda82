//! The command line without a cluster: init, render, and the mistakes in a project that are found before one is asked.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access_layer;
mod access_layer_asked;
mod api_versions;
mod b2connect;
mod b2connect_guarded;
mod broken;
mod checked;
mod complete;
mod create;
mod dependencies;
mod every_key;
mod explained;
mod familiar;
mod flows;
mod getters;
mod given;
mod helm;
mod hostile;
mod init;
mod kubently;
mod kustomize;
mod kustomize_complete;
mod kustomize_explained;
mod kustomize_told;
mod kustomized;
mod lint;
mod localize;
mod locked;
mod locked_bases;
mod mistakes;
mod nest;
mod nowconnect;
mod outputs;
mod pinned;
mod platforms_checked;
mod platforms_refused;
mod plugin;
mod plugin_sources;
mod post_render;
mod provenance;
mod records;
mod references;
mod registries;
mod remotes;
mod render;
mod repositories;
mod secrets;
mod secrets_input;
mod slips;
mod sops;
mod unpinned;
mod upkeep;
mod values;
mod version;
mod warnings;

use longshore_testkit::{Outcome, Program, Project};

/// Runs `longshore` in a project's folder.
fn longshore(project: &Project, arguments: &str) -> Outcome {
    Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .args(arguments.split_whitespace())
        .folder(project.path())
        .run()
        .unwrap()
}

/// Calls git in a folder of a project, which is a repository or is made one, and gives what it prints.
fn git(project: &Project, folder: &str, arguments: &[&str]) -> String {
    let author = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    let program = Program::new("git").unwrap().folder(project.file(folder));
    let outcome = program.args(author).args(arguments).run().unwrap();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    outcome.stdout.trim().to_owned()
}

/// Makes a folder of a project a git repository with one commit, which holds what is in it.
fn repository(project: &Project, folder: &str) {
    git(project, folder, &["init", "--quiet", "--initial-branch", "main"]);
    git(project, folder, &["add", "--all"]);
    git(project, folder, &["commit", "--quiet", "--message", "one"]);
}

/// Helm's command line at a level, with folders of its own below the project for what Helm keeps.
fn helm_at(project: &Project, level: &str) -> Program {
    let folder = |name: &str| project.file(name).to_str().unwrap().to_owned();
    Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .env("LONGSHORE_HELM_COMPAT", level)
        .env("KUBECONFIG", "none")
        .env("HELM_DATA_HOME", folder("data"))
        .env("HELM_CACHE_HOME", folder("cache"))
        .env("HELM_CONFIG_HOME", folder("config"))
        .folder(project.path())
        .args(["helm"])
}
