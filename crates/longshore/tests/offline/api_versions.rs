//! Charts by their API version: v3, which is an experiment of 4.x, and versions that there are not. What is printed and
//! said was compared with the real binaries of both levels.

use std::fs;

use longshore_testkit::{Outcome, Program, Project};

fn project() -> Project {
    Project::new(
        "//- next/Chart.yaml
apiVersion: v3
name: next
version: 1.0.0
//- next/values.yaml
a: 1
//- next/templates/a.yaml
kind: A
//- library/Chart.yaml
apiVersion: v3
name: library
version: 1.0.0
type: library
//- more/Chart.yaml
apiVersion: v3
name: more
version: 1.0.0
//- more/charts/other/Chart.yaml
apiVersion: v2
name: other
version: 1.0.0
//- listed/Chart.yaml
apiVersion: v3
name: listed
version: 1.0.0
dependencies: [{name: absent, version: 1.x, repository: ''}]
//- listed/charts/other/Chart.yaml
apiVersion: v2
name: other
version: 1.0.0
//- future/Chart.yaml
apiVersion: v4
name: future
version: 1.0.0
//- list/Chart.yaml
apiVersion: [v2]
name: list
version: 1.0.0
//- old/Chart.yaml
apiVersion: v2
name: old
version: 1.0.0
//- old/requirements.yaml
dependencies: []
//- empty/values.yaml
a: 1
",
    )
    .unwrap()
}

fn helm(project: &Project, level: &str, gate: &str, arguments: &str) -> Outcome {
    Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .env("LONGSHORE_HELM_COMPAT", level)
        .env("HELM_EXPERIMENTAL_CHART_V3", gate)
        .env("KUBECONFIG", "none")
        .args(["helm"].into_iter().chain(arguments.split_whitespace()))
        .folder(project.path())
        .run()
        .unwrap()
}

/// What a command says that fails and prints nothing.
fn failure(project: &Project, level: &str, arguments: &str) -> String {
    let outcome = helm(project, level, "", arguments);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{level} {arguments}");
    outcome.stderr.trim_end().strip_prefix("Error: ").unwrap().to_owned()
}

#[test]
fn charts_of_the_next_version_are_made_when_the_gate_is_open() {
    let project = project();
    let create = "create made --chart-api-version v3";
    let told = helm(&project, "4.3", "", create);
    assert_eq!((told.code, told.stdout.as_str()), (Some(1), "Creating made\n"));
    assert_eq!(
        told.stderr,
        "Error: this feature has been marked as experimental and is not enabled by default. Please set HELM_EXPERIMENTAL_CHART_V3=1 in your environment to use this feature\n"
    );
    assert!(!project.file("made").exists());

    let told = helm(&project, "4.3", "1", create);
    assert_eq!((told.code, told.stdout.as_str(), told.stderr.as_str()), (Some(0), "Creating made\n", ""));
    let metadata = fs::read_to_string(project.file("made/Chart.yaml")).unwrap();
    assert!(metadata.starts_with("apiVersion: v3\nname: made\n"), "{metadata}");
    let again = helm(&project, "4.3", "1", create);
    assert_eq!((again.code, again.stdout.as_str()), (Some(0), "Creating made\n"));
    let file = project.path().canonicalize().unwrap().join("made/Chart.yaml");
    let first = format!("level=WARN msg=\"Overwriting existing file\" file={}\n", file.display());
    assert!(again.stderr.starts_with(&first), "{}", again.stderr);

    let starter = project.file("next");
    let from = format!("create copied --chart-api-version v3 --starter {}", starter.display());
    assert_eq!(helm(&project, "4.3", "1", &from).code, Some(0));
    let metadata = fs::read_to_string(project.file("copied/Chart.yaml")).unwrap();
    assert!(metadata.contains("apiVersion: v3\n") && metadata.contains("name: copied\n"), "{metadata}");
    assert!(project.file("copied/templates/a.yaml").exists());

    let told = helm(&project, "4.3", "1", "create x --chart-api-version v4");
    assert_eq!(told.stderr, "Error: unsupported chart API version: v4 (supported: v2, v3)\n");
    let help = |gate| helm(&project, "4.3", gate, "create --help").stdout.contains("--chart-api-version");
    assert_eq!((help(""), help("1")), (false, true));
}

/// 4.x shows and checks them as if they were of v2; with or without the gate it neither renders nor packs them.
#[test]
fn charts_of_the_next_version_are_not_rendered() {
    let project = project();
    let told = helm(&project, "4.3", "", "template next --debug").stderr;
    assert!(told.ends_with("\nError: invalid chart apiVersion\n"), "{told}");
    for arguments in ["template next", "package next"] {
        assert_eq!(failure(&project, "4.3", arguments), "invalid chart apiVersion");
        let told = helm(&project, "4.3", "1", arguments).stderr;
        assert_eq!(told, "Error: invalid chart apiVersion\n");
    }
    assert_eq!(failure(&project, "4.3", "template library"), "library charts are not installable");
    assert_eq!(
        failure(&project, "4.3", "template more"),
        "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies: unsupported chart dependency type"
    );
    assert_eq!(
        failure(&project, "4.3", "template listed"),
        "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: absent"
    );
    assert_eq!(failure(&project, "4.3", "template more --dependency-update"), "invalid chart apiVersion");
    assert_eq!(helm(&project, "4.3", "", "show values next").stdout, "a: 1\n\n");
    let linted = helm(&project, "4.3", "", "lint next");
    assert_eq!(linted.code, Some(1));
    assert!(linted.stdout.contains("[ERROR] Chart.yaml: apiVersion 'v3' is not valid."), "{}", linted.stdout);

    let rendered = helm(&project, "3.22", "", "template next");
    assert_eq!(rendered.stdout, "---\n# Source: next/templates/a.yaml\nkind: A\n");
    assert_eq!(helm(&project, "3.22", "", "package next").code, Some(0));
    assert_eq!(failure(&project, "4.3", "template next-1.0.0.tgz"), "invalid chart apiVersion");
}

/// Before it loads a chart 4.x asks which version it has.
#[test]
fn the_version_is_looked_at_first() {
    let project = project();
    assert_eq!(failure(&project, "4.3", "template future"), "unsupported chart version");
    assert_eq!(failure(&project, "4.3", "package future"), "unsupported chart version");
    assert_eq!(helm(&project, "4.3", "", "show values future").code, Some(0));
    assert_eq!(helm(&project, "3.22", "", "package future").code, Some(0));
    assert_eq!(failure(&project, "4.3", "template future-1.0.0.tgz"), "unsupported chart version");
    let list = "cannot load Chart.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go struct field";
    assert_eq!(
        failure(&project, "4.3", "template list"),
        format!("{list} chartBase.apiVersion of type string")
    );
    assert_eq!(
        failure(&project, "4.3", "show chart list"),
        format!("{list} Metadata.apiVersion of type string")
    );
    let file = project.path().canonicalize().unwrap().join("empty/Chart.yaml");
    let file = file.display();
    assert_eq!(
        failure(&project, "4.3", "template empty"),
        format!("unable to detect chart at {file}: open {file}: no such file or directory")
    );
    assert_eq!(failure(&project, "4.3", "show chart empty"), "Chart.yaml file is missing");
    assert_eq!(failure(&project, "3.22", "template empty"), "Chart.yaml file is missing");
}

/// Whoever loads a chart says that a file of it is old-fashioned.
#[test]
fn old_files_are_told_of_when_a_chart_is_loaded() {
    let project = project();
    let text = "Warning: Dependencies are handled in Chart.yaml since apiVersion";
    for command in ["template old", "show chart old", "package old", "dependency list old"] {
        let told = |level| helm(&project, level, "", command).stderr;
        let advice = "We recommend migrating dependencies to Chart.yaml.";
        assert_eq!(told("4.3"), format!("level=INFO msg=\"{text} \\\"v2\\\". {advice}\"\n"), "{command}");
        assert_eq!(told("3.22"), format!("load.go:120: {text} \"v2\". {advice}\n"), "{command}");
    }
}

/// `longshore render`, and so plans and deploys, refuse and render what `longshore helm template` does.
#[test]
fn our_own_commands_follow_the_same_rule() {
    let project = project();
    let rendered = |chart: &str, level: &str| {
        let file = format!(
            "apiVersion: longshore.dev/v1alpha1\nkind: Project\nname: shop\nhelmCompat: '{level}'\nenvironments: {{dev: {{namespace: shop}}}}\nreleases: {{web: {{chart: {chart}}}}}\n"
        );
        fs::write(project.file("longshore.yaml"), file).unwrap();
        crate::longshore(&project, "render -e dev")
    };
    let refused = rendered("next", "4.3");
    assert_eq!(refused.code, Some(1));
    assert_eq!(
        refused.stderr,
        "error[chart/load]: invalid chart apiVersion\n  --> next/Chart.yaml\n  in release `web`\nhint: write `apiVersion: v2`; v3 is an experiment of Helm 4, which renders such charts only below others\n"
    );
    assert!(rendered("future", "4.3").stderr.starts_with("error[chart/load]: unsupported chart version\n"));
    assert!(rendered("library", "4.3").stderr.contains("library charts are not installable"));
    assert!(rendered("next", "3.22").stdout.contains("kind: A"));

    // Below a chart of v2 it is rendered.
    for (file, text) in [
        ("above/Chart.yaml", "{apiVersion: v2, name: above, version: 1.0.0}"),
        ("above/charts/next/Chart.yaml", "{apiVersion: v3, name: next, version: 1.0.0}"),
        ("above/charts/next/templates/a.yaml", "{apiVersion: v1, kind: A, metadata: {name: a}}"),
    ] {
        fs::create_dir_all(project.file(file).parent().unwrap()).unwrap();
        fs::write(project.file(file), text).unwrap();
    }
    assert!(rendered("above", "4.3").stdout.contains("kind: A"));
}

/// `--debug` says which version was asked for, and where the chart is; 3.x puts the time in front.
#[test]
fn debug_tells_the_version_that_was_asked_for() {
    let project = project();
    let place = project.path().canonicalize().unwrap().join("old").display().to_string();
    let told = helm(&project, "4.3", "", "template old --debug --devel").stderr;
    let expected = format!(
        "level=DEBUG msg=\"Original chart version\" version=\"\"\nlevel=DEBUG msg=\"setting version to >0.0.0-0\"\nlevel=DEBUG msg=\"Chart path\" path={place}\n"
    );
    assert!(told.starts_with(&expected), "{told}");
    let told = helm(&project, "4.3", "", "show chart old --debug --version 1.x").stderr;
    assert!(told.starts_with("level=DEBUG msg=\"original chart version\" version=1.x\n"), "{told}");
    let told = helm(&project, "3.22", "", "template old --debug").stderr;
    assert!(
        told.starts_with("install.go:225: 2") && told.contains("[debug] Original chart version: \"\"\n"),
        "{told}"
    );
    assert!(told.contains(&format!("[debug] CHART PATH: {place}\n\n")), "{told}");
    assert_eq!(helm(&project, "4.3", "", "show chart old").stderr.matches("DEBUG").count(), 0);
}
