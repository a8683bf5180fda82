//! Replays `compat/records`: what real Helm says of releases in its memory driver, at both levels.

use std::fmt::Write as _;
use std::path::Path;

use longshore_testkit::{Program, Project};

#[test]
fn every_recorded_answer_comes_out_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../compat/records");
    let text = std::fs::read_to_string(folder.join("memory.txt")).unwrap();
    let (head, fixture) = text.split_at(text.find("//- ").unwrap());
    let project = Project::new(fixture).unwrap();
    let commands: Vec<&str> = head.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    assert!(commands.len() > 200, "only {} commands", commands.len());
    let mut failures = String::new();
    for level in ["4.3", "3.22"] {
        let recorded = std::fs::read_to_string(folder.join(format!("recorded/memory.{level}"))).unwrap();
        for command in &commands {
            let got = said(&project, level, command);
            if !recorded.contains(&got) {
                let _ = writeln!(failures, "{level}:\n{got}");
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// A command, what it says, and its exit code, as `compat/records/record` writes them.
fn said(project: &Project, level: &str, command: &str) -> String {
    let is_variable = |word: &&str| {
        word.split_once('=')
            .is_some_and(|(name, _)| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'))
    };
    let mut program = Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .env("LONGSHORE_HELM_COMPAT", level)
        .env("KUBECONFIG", "/nonexistent")
        .env("TZ", "UTC")
        .env("HELM_DRIVER", "memory")
        .env("HELM_MEMORY_DRIVER_DATA", "releases.yaml");
    for word in command.split(' ').take_while(is_variable) {
        let (name, value) = word.split_once('=').unwrap();
        program = program.env(name, value);
    }
    let words = command.split(' ').skip_while(is_variable);
    let words =
        words.map(|word| word.strip_prefix('\'').and_then(|word| word.strip_suffix('\'')).unwrap_or(word));
    let outcome = program.args(["helm"]).args(words).folder(project.path()).run().unwrap();
    format!("$ {command}\n{}{}({})\n", outcome.stdout, outcome.stderr, outcome.code.unwrap())
}
