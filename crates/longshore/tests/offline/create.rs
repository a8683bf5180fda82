//! `longshore helm create`: the same files as Helm's, and a chart without fault.

use longshore_testkit::{Outcome, Program, Project};

fn helm(project: &Project, level: &str, arguments: &str) -> Outcome {
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
    let program = program.env("LONGSHORE_HELM_COMPAT", level).env("KUBECONFIG", "none");
    let program = program.env("HELM_DATA_HOME", project.file("data").to_str().unwrap());
    program.args(["helm"]).args(arguments.split_whitespace()).folder(project.path()).run().unwrap()
}

/// The names that `helm create` of 4.3.1 and 3.22.0 gives its files.
const FILES: [&str; 12] = [
    ".helmignore",
    "Chart.yaml",
    "templates/NOTES.txt",
    "templates/_helpers.tpl",
    "templates/deployment.yaml",
    "templates/hpa.yaml",
    "templates/httproute.yaml",
    "templates/ingress.yaml",
    "templates/service.yaml",
    "templates/serviceaccount.yaml",
    "templates/tests/test-connection.yaml",
    "values.yaml",
];

#[test]
fn a_new_chart_is_linted_rendered_and_packed() {
    for level in ["4.3", "3.22"] {
        let project = Project::new("//- README\n").unwrap();
        let outcome = helm(&project, level, "create shop");
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (Some(0), "Creating shop\n"),
            "{}",
            outcome.stderr
        );
        let files: Vec<String> = project.contents().unwrap().into_keys().collect();
        let expected: Vec<String> =
            std::iter::once("README".to_owned()).chain(FILES.map(|file| format!("shop/{file}"))).collect();
        assert_eq!(files, expected);
        assert!(project.file("shop/charts").is_dir());

        let everything = "--set ingress.enabled=true,httpRoute.enabled=true,autoscaling.enabled=true,volumes[0].name=v,resources.limits.cpu=1";
        let outcome = helm(&project, level, &format!("lint shop --strict {everything}"));
        assert!(outcome.stdout.ends_with("1 chart(s) linted, 0 chart(s) failed\n"), "{}", outcome.stdout);
        let outcome = helm(&project, level, &format!("template blue shop {everything}"));
        for kind in [
            "Deployment",
            "Service",
            "ServiceAccount",
            "Ingress",
            "HTTPRoute",
            "HorizontalPodAutoscaler",
            "Pod",
        ] {
            assert!(outcome.stdout.contains(&format!("\nkind: {kind}\n")), "{kind}: {}", outcome.stdout);
        }
        assert!(outcome.stdout.contains("\n  name: blue-shop\n"), "{}", outcome.stdout);
        assert!(!outcome.stdout.contains("<CHARTNAME>"));
        assert_eq!(helm(&project, level, "package shop").code, Some(0));
    }
}

#[test]
fn a_starter_is_taken_over() {
    let project = Project::new(
        "//- data/starters/base/Chart.yaml\napiVersion: v2\nname: base\nversion: 9.0.0\n//- data/starters/base/values.yaml\n# of <CHARTNAME>\na: 1\n//- data/starters/base/templates/a.yaml\nname: <CHARTNAME>\n//- data/starters/base/charts/sub/Chart.yaml\napiVersion: v2\nname: sub\nversion: 1.0.0\n",
    )
    .unwrap();
    let outcome = helm(&project, "4.3", "create new/shop --starter base");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(project.read("new/shop/values.yaml").unwrap(), "# of shop\na: 1\n");
    assert_eq!(project.read("new/shop/templates/a.yaml").unwrap(), "name: shop\n");
    assert!(
        project
            .read("new/shop/Chart.yaml")
            .unwrap()
            .contains("\nname: shop\ntype: application\nversion: 0.1.0\n")
    );
    assert!(project.file("new/shop/charts/sub-1.0.0.tgz").is_file());
    let outcome = helm(&project, "4.3", "create x --starter nope");
    assert!(outcome.stderr.starts_with("Error: could not load "), "{}", outcome.stderr);
}

/// Helm's words.
#[test]
fn mistakes_are_told() {
    let project = Project::new("//- file\n//- a/Chart.yaml\n").unwrap();
    let here = project.path().canonicalize().unwrap();
    let here = here.to_str().unwrap();
    for (arguments, problem) in [
        ("create", "\"helm create\" requires 1 argument\n\nUsage:  helm create NAME [flags]".to_owned()),
        ("create a$", "chart name must match the regular expression \"^[a-zA-Z0-9._-]+$\"".to_owned()),
        ("create no/a", format!("stat {here}/no: no such file or directory")),
        ("create file", format!("file {here}/file already exists and is not a directory")),
        (
            "create a --chart-api-version v9",
            "unsupported chart API version: v9 (supported: v2, v3)".to_owned(),
        ),
    ] {
        let outcome = helm(&project, "4.3", arguments);
        assert_eq!((outcome.code, outcome.stderr), (Some(1), format!("Error: {problem}\n")), "{arguments}");
    }
    let outcome = helm(&project, "3.22", "create a");
    let warning = format!("WARNING: File \"{here}/a/Chart.yaml\" already exists. Overwriting.\n");
    assert_eq!(outcome.stdout, format!("Creating a\n{warning}"));
}
