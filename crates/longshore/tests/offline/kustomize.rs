//! Replays `compat/kustomize`: what real Kustomize answers to command lines about small kustomizations; bases and charts from
//! elsewhere.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use longshore_testkit::Program;
use longshore_testkit::recorded::{self, Answered, Case};

use crate::repositories;

#[test]
fn every_recorded_answer_comes_out_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../compat/kustomize");
    let pending = pending(&std::fs::read_to_string(folder.join("pending")).unwrap());
    let cases = cases(&folder);
    assert!(cases.len() >= 600, "only {} cases", cases.len());
    for name in pending.keys() {
        assert!(cases.iter().any(|(case, ..)| case == name), "{name} is pending, but no case");
    }
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let (_links, program) = linked();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((name, case, expected)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(failure) = fails(&program, name, case, expected, pending.contains_key(name)) {
                        failures.lock().unwrap().insert(name, failure);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    let mut text = String::new();
    for failure in failures.values() {
        let _ = writeln!(text, "{failure}");
    }
    assert!(failures.is_empty(), "{text}{} cases differ", failures.len());
}

/// The program under the name `kustomize`, which says nothing that Kustomize does not say; in a folder that goes with it.
pub(crate) fn linked() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("kustomize");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_longshore"), &link).unwrap();
    (folder, link)
}

/// All cases by `AREA NAME`, with what the original answered.
fn cases(folder: &Path) -> Vec<(String, Case, Answered)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let Some(area) = path.file_name().unwrap().to_str().unwrap().strip_suffix(".txt") else { continue };
        let read = |path: &Path| std::fs::read_to_string(path).unwrap();
        let mut answers = recorded::answers(&read(&folder.join(format!("recorded/{area}.txt")))).unwrap();
        for case in recorded::cases(&read(&path)).unwrap() {
            let answered = answers.remove(&case.name).expect("every case is recorded");
            all.push((format!("{area} {}", case.name), case, answered));
        }
        assert!(answers.is_empty(), "recorded, but no cases any more: {:?}", answers.keys());
    }
    all
}

/// The cases that are known to differ, with why.
fn pending(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter(|line| !(line.is_empty() || line.starts_with('#')));
    lines
        .map(|line| line.split_once(": ").expect("a pending case has a reason"))
        .map(|(name, reason)| (name.to_owned(), reason.to_owned()))
        .collect()
}

/// What is wrong with a case, if anything is.
fn fails(program: &Path, name: &str, case: &Case, expected: &Answered, is_pending: bool) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    case.lay_out(folder.path()).unwrap();
    let mut program = Program::new(program).unwrap();
    for (name, value) in case.environment(folder.path()).unwrap() {
        program = program.env(&name, value);
    }
    let outcome = program.args(&case.arguments).folder(folder.path()).run().unwrap();
    let code = outcome.code.unwrap();
    let got =
        case.answered(folder.path(), code, outcome.stdout.as_bytes(), outcome.stderr.as_bytes()).unwrap();
    // Where the original dies, ours fails in words of its own.
    let is_same = if expected.panicked() {
        got.code != 0 && !got.panicked() && !got.files.contains_key("out")
    } else {
        got == *expected
    };
    match (is_same, is_pending) {
        (true, false) | (false, true) => None,
        (true, true) => Some(format!("{name} is pending and passes")),
        (false, false) => Some(format!("expected {}got {}", expected.written(name), got.written(name))),
    }
}

/// What real Kustomize 5.8.1 does with the same repository was compared by hand; the copy's folder has a random name.
#[test]
fn a_base_may_be_a_folder_in_a_git_repository() {
    let project = longshore_testkit::Project::new(
        "//- repo/base/kustomization.yaml\nnamePrefix: g-\nresources: [s.yaml]\n//- repo/base/s.yaml\n{apiVersion: v1, kind: Service, metadata: {name: s}}\n",
    )
    .unwrap();
    crate::repository(&project, "repo");
    let address = format!("file://{}//base", project.file("repo").display());
    let build = |address: &str| {
        project.write("kustomization.yaml", &format!("resources: ['{address}']\n")).unwrap();
        let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
        program.args(["kustomize", "build", "."]).folder(project.path()).run().unwrap()
    };
    assert_eq!(build(&address).stdout, "apiVersion: v1\nkind: Service\nmetadata:\n  name: g-s\n");
    let outcome = build(&format!("{address}?ref=nope"));
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("fatal: couldn't find remote ref nope"), "{}", outcome.stderr);
}

#[test]
fn a_chart_that_is_not_there_is_fetched_and_inflated_without_a_program() {
    let project = repositories::project();
    project.write("src/d/Chart.yaml", "apiVersion: v2\nname: d\nversion: 1.0.0\n").unwrap();
    project.write("src/d/values.yaml", "a: 1\nb: 1\n").unwrap();
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {sum: '{{ add .Values.a .Values.b }}'}\n";
    project.write("src/d/templates/x.yaml", template).unwrap();
    repositories::ok(&project, "package src/d -d web");
    repositories::ok(&project, "repo index web");
    let server = repositories::serve(&project);
    let url = server.url();
    let build = |name: &str| {
        let chart = format!(
            "{{name: {name}, repo: '{url}', version: 1.0.0, releaseName: r, valuesInline: {{a: 2}}}}"
        );
        project.write("app/kustomization.yaml", &format!("helmCharts: [{chart}]\n")).unwrap();
        let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap().env("PATH", "");
        let arguments = ["kustomize", "build", "app", "--enable-helm", "--helm-command", "nowhere/helm"];
        program.args(arguments).folder(project.path()).run().unwrap()
    };
    let expected = "apiVersion: v1\ndata:\n  sum: \"3\"\nkind: ConfigMap\nmetadata:\n  name: r\n";
    let outcome = build("d");
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), (expected, ""));
    let gone = build("gone");
    let problem = format!(
        "Error: unable to pull chart 'gone': chart \"gone\" version \"1.0.0\" not found in {url} repository\n"
    );
    assert_eq!((gone.code, gone.stderr.starts_with(&problem)), (Some(1), true), "{}", gone.stderr);
    assert!(project.file("app/charts/d-1.0.0/d/Chart.yaml").exists());
    // What is there is not asked for again.
    drop(server);
    assert_eq!(build("d").stdout, expected);
}
