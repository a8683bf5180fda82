//! Replays `compat/lint`: what real Helm says of charts, each with its mistakes, at both levels.

use std::fmt::Write as _;
use std::path::Path;

use longshore_testkit::{Program, Project};

#[test]
fn every_recorded_report_comes_out_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../compat/lint");
    let (mut commands, mut failures) = (0, String::new());
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let (head, fixture) = text.split_at(text.find("//- ").unwrap());
        let project = Project::new(fixture).unwrap();
        let name = file.file_stem().unwrap().to_str().unwrap();
        for level in ["4.3", "3.22"] {
            let expected = std::fs::read_to_string(folder.join(format!("recorded/{name}.{level}"))).unwrap();
            let mut got = String::new();
            for command in head.lines().filter_map(|line| line.strip_prefix("$ ")) {
                commands += 1;
                said(&project, level, command, &mut got);
            }
            if got != expected {
                let differs = got.lines().zip(expected.lines()).find(|(got, expected)| got != expected);
                let _ = writeln!(failures, "{name}.{level}: {differs:#?}");
            }
        }
    }
    assert!(commands >= 120, "only {commands} commands");
    assert!(failures.is_empty(), "{failures}");
}

/// A command, what it says, and its exit code, as `compat/lint/record` writes them.
fn said(project: &Project, level: &str, command: &str, text: &mut String) {
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
    let program = program.env("LONGSHORE_HELM_COMPAT", level).env("KUBECONFIG", "/nonexistent");
    let outcome =
        program.args(["helm"]).args(command.split_whitespace()).folder(project.path()).run().unwrap();
    let here = project.path().canonicalize().unwrap();
    let said = format!("{}{}", outcome.stdout, outcome.stderr).replace(here.to_str().unwrap(), "/charts");
    let _ = write!(text, "$ {command}\n{said}({})\n", outcome.code.unwrap());
}

/// An archive is linted as the folder that it holds.
#[test]
fn archives_are_linted() {
    let project = Project::new("//- c/Chart.yaml\napiVersion: v2\nname: c\nversion: 1.0.0\n//- c/.helmignore\nvalues.yaml\n//- c/values.yaml\n\n//- c/templates/a.yaml\na: [\n").unwrap();
    for level in ["4.3", "3.22"] {
        let mut text = String::new();
        said(&project, level, "package c", &mut text);
        text.clear();
        said(&project, level, "lint c-1.0.0.tgz nope.tgz", &mut text);
        assert_eq!(
            text,
            "$ lint c-1.0.0.tgz nope.tgz
==> Linting c-1.0.0.tgz
[INFO] Chart.yaml: icon is recommended
[INFO] values.yaml: file does not exist
[ERROR] templates/a.yaml: unable to parse YAML: error converting YAML to JSON: yaml: line 1: did not find expected node content

==> Linting nope.tgz
Error unable to open tarball: open nope.tgz: no such file or directory

Error: 2 chart(s) linted, 2 chart(s) failed
(1)
",
            "{level}"
        );
    }
}
