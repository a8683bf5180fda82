//! `longshore helm template` and `version`, with the words of real Helm: what is expected here came out of the real
//! binaries of both levels.

use longshore_testkit::{Outcome, Program, Project};

const BINARY: &str = env!("CARGO_BIN_EXE_longshore");

fn project() -> Project {
    let project = Project::new("//- README\nA chart.\n").unwrap();
    project.write("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n").unwrap();
    project.write("c/values.yaml", "a: 1\n").unwrap();
    let template = "kind: ConfigMap\nname: {{ .Release.Name }}\nin: {{ .Release.Namespace }}\na: {{ .Values.a | quote }}\nk: {{ .Capabilities.KubeVersion }}\n";
    project.write("c/templates/cm.yaml", template).unwrap();
    project.write("c/templates/bad.yaml", "{{ if .Values.bad }}{{ .Values.x.y }}{{ end }}").unwrap();
    let hook = "kind: Pod\nmetadata:\n  name: t\n  annotations: {helm.sh/hook: test}\n";
    project.write("c/templates/tests/t.yaml", hook).unwrap();
    project.write("c/crds/x.yaml", "kind: CustomResourceDefinition\n").unwrap();
    project.write("v.yaml", "a: 5\n").unwrap();
    project
}

fn helm(project: &Project, level: &str, arguments: &str) -> Outcome {
    let program = Program::new(BINARY).unwrap();
    let program = program.env("LONGSHORE_HELM_COMPAT", level).env("KUBECONFIG", "none");
    program.args(["helm"]).args(arguments.split_whitespace()).folder(project.path()).run().unwrap()
}

fn config_map(name: &str, namespace: &str, a: &str, version: &str) -> String {
    format!(
        "---\n# Source: c/templates/cm.yaml\nkind: ConfigMap\nname: {name}\nin: {namespace}\na: {a:?}\nk: {version}\n"
    )
}

const TEST: &str = "---\n# Source: c/templates/tests/t.yaml\nkind: Pod\nmetadata:\n  name: t\n  annotations: {helm.sh/hook: test}\n";

#[test]
fn template_prints_what_helm_prints() {
    let project = project();
    let plain = config_map("release-name", "default", "1", "v1.37.0");
    let crd = "---\n# Source: c/crds/x.yaml\nkind: CustomResourceDefinition\n\n";
    for (arguments, expected) in [
        ("template c", format!("{plain}{TEST}")),
        ("template c --skip-tests", plain.clone()),
        ("template c --no-hooks", plain.clone()),
        ("template c --no-hooks --include-crds", format!("{crd}{plain}")),
        ("template x ./c --no-hooks -n other", config_map("x", "other", "1", "v1.37.0")),
        ("template c --no-hooks -f v.yaml", config_map("release-name", "default", "5", "v1.37.0")),
        ("template c --no-hooks -f v.yaml --set a=9", config_map("release-name", "default", "9", "v1.37.0")),
        ("template c --no-hooks --kube-version 1.25", config_map("release-name", "default", "1", "v1.25")),
        ("template c -s templates/tests/*.yaml", TEST.to_owned()),
        ("template c --name-template foo --no-hooks", config_map("foo", "default", "1", "v1.37.0")),
    ] {
        for level in ["4.3", "3.22"] {
            let outcome = helm(&project, level, arguments);
            // 4.3 keeps the line end of the last document of each file.
            let squeezed = |text: &str| text.replace("\n\n", "\n").trim_end().to_owned();
            assert_eq!(
                squeezed(&outcome.stdout),
                squeezed(&expected),
                "{level} {arguments}\n{}",
                outcome.stderr
            );
            assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{level} {arguments}");
        }
    }
}

#[test]
fn template_fails_with_helms_words() {
    let project = project();
    for (arguments, problem) in [
        (
            "template",
            "\"helm template\" requires at least 1 argument\n\nUsage:  helm template [NAME] [CHART] [flags]",
        ),
        ("template a b c", "expected at most two arguments, unexpected arguments: c"),
        ("template x c -g", "cannot set --generate-name and also specify a name"),
        ("template nope", "non-absolute URLs should be in form of repo_name/path_to_chart, got: nope"),
        ("template ./nope", "path \"./nope\" not found"),
        ("template c --kube-version x", "invalid kube version 'x': could not parse \"x\" as version"),
        ("template c --set x", "failed parsing --set data: key \"x\" has no value"),
        ("template c -f nope.yaml", "open nope.yaml: no such file or directory"),
        ("template c -s templates/nope.yaml", "could not find template templates/nope.yaml in chart"),
        ("template c --foo", "unknown flag: --foo"),
        (
            "template c --name-template {{upper}}",
            "template: name-template:1:2: executing \"name-template\" at <upper>: wrong number of args for upper: want 1 got 0",
        ),
        ("template c --dry-run=none", "invalid dry-run value (\"none\"). Must be \"server\" or \"client\""),
        (
            "template c --set bad=1",
            "c/templates/bad.yaml:1:30\n  executing \"c/templates/bad.yaml\" at <.Values.x.y>:\n    nil pointer evaluating interface {}.y\n\nUse --debug flag to render out invalid YAML",
        ),
    ] {
        let outcome = helm(&project, "4.3", arguments);
        assert_eq!(outcome.stderr, format!("Error: {problem}\n"), "{arguments}");
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{arguments}");
    }
}

#[test]
fn files_are_written_below_a_folder() {
    let project = project();
    let outcome = helm(&project, "4.3", "template web c --output-dir out --release-name --include-crds");
    assert_eq!(
        outcome.stdout,
        "wrote out/c/crds/x.yaml\nwrote out/web/c/templates/cm.yaml\nwrote out/web/c/templates/tests/t.yaml\n\n"
    );
    assert!(
        project
            .read("out/web/c/templates/cm.yaml")
            .unwrap()
            .starts_with("---\n# Source: c/templates/cm.yaml\nkind:")
    );
}

/// A link named `helm` is Helm; each level has its own version.
#[test]
fn the_name_helm_makes_it_helm() {
    let project = project();
    let link = project.file("helm");
    std::os::unix::fs::symlink(BINARY, &link).unwrap();
    let run = |arguments: &[&str]| {
        Program::new(&link).unwrap().args(arguments).folder(project.path()).run().unwrap().stdout
    };
    assert_eq!(run(&["version", "--short"]), "v4.3.1\n");
    assert_eq!(run(&["version", "--short", "--helm-compat", "3.22"]), "v3.22.0\n");
    assert_eq!(run(&["version", "-c", "--client=false", "--short", "--helm-compat=3.22"]), "v3.22.0\n");
    assert_eq!(run(&["version", "--template", "{{.Version}} {{.GoVersion}}"]), "v4.3.1 go1.26.8");
    assert!(run(&["template", "--help"]).contains("\n  -s, --show-only stringArray "));
    let help = run(&[]);
    assert!(help.contains("\nAvailable Commands:\n") && help.contains("\n  dependency  "), "{help}");
}

#[test]
fn show_prints_what_a_chart_says_of_itself() {
    let project = project();
    project.write("c/README.md", "# Hi\n").unwrap();
    let chart = "apiVersion: v2\nname: c\nversion: 1.0.0\n\n";
    let crd = "kind: CustomResourceDefinition\n\n";
    for (arguments, expected) in [
        ("show chart c", chart.to_owned()),
        ("inspect values c", "a: 1\n\n".to_owned()),
        ("show readme c", "# Hi\n\n".to_owned()),
        ("show crds c", format!("---\n{crd}")),
        ("show all c", format!("{chart}---\na: 1\n\n---\n# Hi\n\n---\n{crd}")),
    ] {
        let outcome = helm(&project, "4.3", arguments);
        assert_eq!((outcome.stdout, outcome.code), (expected, Some(0)), "{arguments}\n{}", outcome.stderr);
    }
    assert_eq!(helm(&project, "3.22", "show crds c").stdout, crd);
    let problem =
        "Error: \"helm show chart\" requires 1 argument\n\nUsage:  helm show chart [CHART] [flags]\n";
    assert_eq!(helm(&project, "4.3", "show chart").stderr, problem);
    assert!(helm(&project, "4.3", "show whatever").stdout.contains("\nAliases:\n  show, inspect\n"));
}

#[test]
fn env_says_where_files_are() {
    let project = project();
    let run = |arguments: &str| {
        let program =
            Program::new(BINARY).unwrap().env("HELM_CACHE_HOME", "/c").env("HELM_NAMESPACE", "here");
        let program = program.args(["helm"]).args(arguments.split_whitespace());
        program.folder(project.path()).run().unwrap().stdout
    };
    assert_eq!(run("env HELM_REPOSITORY_CACHE"), "/c/repository\n");
    assert_eq!(run("env HELM_NAMESPACE -n there"), "there\n");
    let all = run("env");
    assert!(all.contains("HELM_NAMESPACE=\"here\"\n") && all.contains("HELM_QPS=\"0.00\"\n"), "{all}");
}

#[test]
fn package_makes_the_same_archive_again() {
    let project = project();
    let pack = |arguments: &str, epoch: &str| {
        let program = Program::new(BINARY).unwrap().env("SOURCE_DATE_EPOCH", epoch);
        program.args(["helm"]).args(arguments.split_whitespace()).folder(project.path()).run().unwrap()
    };
    let archive = project.file("out/c-2.0.0.tgz");
    let outcome = pack("package c -d out --version 2.0.0 --app-version 7", "1700000000");
    assert_eq!((outcome.stderr.as_str(), outcome.code), ("", Some(0)));
    assert_eq!(outcome.stdout, "Successfully packaged chart and saved it to: out/c-2.0.0.tgz\n");
    let first = std::fs::read(&archive).unwrap();
    pack("package c -d out --version 2.0.0 --app-version 7", "1700000000");
    assert_eq!(std::fs::read(&archive).unwrap(), first);
    assert_eq!(std::fs::read_dir(project.file("out")).unwrap().count(), 1, "nothing is left beside it");
    let shown = helm(&project, "4.3", "show chart out/c-2.0.0.tgz").stdout;
    assert_eq!(shown, "apiVersion: v2\nappVersion: \"7\"\nname: c\nversion: 2.0.0\n\n");
    let rendered = |chart: &str| helm(&project, "4.3", &format!("template {chart} --include-crds")).stdout;
    assert_eq!(rendered("out/c-2.0.0.tgz"), rendered("c"));
    for (arguments, epoch, problem) in [
        ("package", "", "need at least one argument, the path to the chart"),
        ("package nope", "", "stat nope: no such file or directory"),
        ("package c --version x", "", "invalid semantic version"),
        (
            "package c",
            "soon",
            "invalid SOURCE_DATE_EPOCH: strconv.ParseInt: parsing \"soon\": invalid syntax",
        ),
    ] {
        assert_eq!(pack(arguments, epoch).stderr, format!("Error: {problem}\n"), "{arguments}");
    }
}

/// As 4.3.1 and 3.22.0 pack it: `controller/` before `controller-role.yaml`, no lock that says nothing.
#[test]
fn package_keeps_the_order_of_folders() {
    let project = project();
    for (path, text) in
        [("templates/a-b.yaml", ""), ("templates/a/z.yaml", ""), ("x.md", ""), ("Chart.lock", "# none\n")]
    {
        project.write(&format!("o/{path}"), text).unwrap();
    }
    project.write("o/Chart.yaml", "apiVersion: v2\nname: o\nversion: 1.0.0\n").unwrap();
    helm(&project, "4.3", "package o");
    let outcome = Program::new("tar").unwrap().args(["tzf", "o-1.0.0.tgz"]).folder(project.path()).run();
    let expected = "o/Chart.yaml\no/templates/a/z.yaml\no/templates/a-b.yaml\no/x.md\n";
    assert_eq!(outcome.unwrap().stdout, expected);
}

#[test]
fn dependency_list_says_what_is_there() {
    let project = project();
    let chart = "apiVersion: v2\nname: top\nversion: 1.0.0\ndependencies:\n\
        - {name: c, version: ^1, repository: \"file://../c\"}\n- {name: d, version: 2.0.0, repository: \"\"}\n\
        - {name: e, version: 1.0.0, repository: \"\"}\n";
    project.write("top/Chart.yaml", chart).unwrap();
    project.write("top/charts/d/Chart.yaml", "apiVersion: v2\nname: d\nversion: 1.0.0\n").unwrap();
    project.write("top/charts/f/Chart.yaml", "apiVersion: v2\nname: f\nversion: 1.0.0\n").unwrap();
    helm(&project, "4.3", "package c -d top/charts");
    assert_eq!(
        helm(&project, "4.3", "dep ls top").stdout,
        "NAME\tVERSION\tREPOSITORY \tSTATUS       \n\
         c   \t^1     \tfile://../c\tok           \n\
         d   \t2.0.0  \t           \twrong version\n\
         e   \t1.0.0  \t           \tmissing      \n\n\
         WARNING: \"top/charts/f\" is not in Chart.yaml.\n"
    );
    assert_eq!(helm(&project, "4.3", "dependency list ./c").stdout, "WARNING: no dependencies at c/charts\n");
    project.write("Chart.yaml", "apiVersion: v2\nname: here\nversion: 1.0.0\n").unwrap();
    assert_eq!(helm(&project, "4.3", "dependency list").stdout, "WARNING: no dependencies at charts\n");
    let outcome = helm(&project, "4.3", "dependency list nope");
    assert_eq!(
        (outcome.stderr.as_str(), outcome.code),
        ("Error: stat nope: no such file or directory\n", Some(1))
    );
}

#[cfg(unix)]
#[test]
fn links_in_a_chart_are_told() {
    let project = project();
    project.write("elsewhere.yaml", "kind: Secret\n").unwrap();
    let link = project.file("c/templates/link.yaml");
    std::os::unix::fs::symlink("../../elsewhere.yaml", &link).unwrap();
    let root = project.path().canonicalize().unwrap();
    let (link, to) = (root.join("c/templates/link.yaml"), root.join("elsewhere.yaml"));
    let (link, to) = (link.display(), to.display());
    let told = helm(&project, "4.3", "template c");
    assert!(told.stdout.contains("# Source: c/templates/link.yaml\nkind: Secret\n"));
    let text = "found symbolic link in path. Contents of linked file included and used";
    assert_eq!(told.stderr, format!("level=INFO msg=\"{text}\" path={link} resolved={to}\n"));
    let text = format!("walk.go:75: found symbolic link in path: {link} resolves to {to}. ");
    let told = helm(&project, "3.22", "show chart c").stderr;
    assert_eq!(told, format!("{text}Contents of linked file included and used\n"));
    // Once for dependencies, once for each folder that is there; 3.22 does not look for definitions.
    for (level, times) in [("4.3", 3), ("3.22", 2)] {
        let told = helm(&project, level, "lint c").stderr;
        assert_eq!(told.matches("found symbolic link").count(), times, "{level} {told}");
    }
    std::fs::remove_file(root.join("elsewhere.yaml")).unwrap();
    let broken = format!("Error: error evaluating symlink {link}: lstat {to}: no such file or directory\n");
    assert_eq!(helm(&project, "4.3", "template c").stderr, broken);
}

#[test]
fn warnings_come_before_the_error_that_ends_it() {
    let project = project();
    project.write("c/values.yaml", "a: {b: {x: 1}}\n").unwrap();
    let mut outcome = helm(&project, "4.3", "template c --set a.b=5,bad=true");
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert!(lines[0].contains("cannot overwrite table with non table for c.a.b"), "{outcome}");
    assert!(lines[1].starts_with("Error: c/templates/bad.yaml:1:"), "{outcome}");
    outcome = helm(&project, "3.22", "template c --set a.b=5,bad=true");
    assert!(outcome.stderr.contains("cannot overwrite table with non table for c.a.b"), "{outcome}");
}

/// `--debug` prints what was rendered, although one file of it is no YAML; what is old-fashioned is told by every command
/// that opens a chart. As 4.3.1 and 3.22.0.
#[test]
fn what_is_wrong_is_shown_all_the_same() {
    let project = project();
    project.write("w/Chart.yaml", "apiVersion: v2\nname: w\nversion: 1.0.0\n").unwrap();
    project.write("w/requirements.yaml", "dependencies: []\n").unwrap();
    project.write("w/templates/a.yaml", "kind: Pod\n").unwrap();
    project.write("w/templates/b.yaml", "a: b: c\n").unwrap();
    project.write("w/templates/c.yaml", "# {{ .Release.Name }}").unwrap();
    let rendered = "---\n# Source: w/templates/a.yaml\nkind: Pod\n\n---\n# Source: w/templates/b.yaml\na: b: c\n\n\
        ---\n# Source: w/templates/c.yaml\n# release-name\n";
    let warning = "Dependencies are handled in Chart.yaml since apiVersion \"v2\". We recommend migrating dependencies to Chart.yaml.";
    for level in ["4.3", "3.22"] {
        let outcome = helm(&project, level, "template w --debug");
        assert_eq!((outcome.stdout.as_str(), outcome.code), (rendered, Some(1)));
        let outcome = helm(&project, level, "template w --debug --show-only templates/a.yaml");
        assert!(outcome.stdout.starts_with("---\n# Source: w/templates/a.yaml\nkind: Pod\n"), "{outcome}");
        assert_eq!(helm(&project, level, "template w").stdout, "");
        for command in ["show chart w", "dependency list w", "package w", "template w"] {
            let told = helm(&project, level, command).stderr.replace("\\\"", "\"");
            assert_eq!(told.matches(warning).count(), 1, "{level} {command}: {told}");
        }
    }
    project.write("none/x.txt", "").unwrap();
    assert_eq!(helm(&project, "4.3", "show chart none").stderr, "Error: Chart.yaml file is missing\n");
    let told = helm(&project, "4.3", "template none").stderr;
    assert!(told.starts_with("Error: unable to detect chart at "), "{told}");
}
