//! `--post-renderer`: programs up to 3.x, plugins from 4.x on. What is printed, said and written was compared with the
//! real binaries of both levels; what becomes of objects on the way is recorded in `compat/helm/post-renderer`.

#![cfg(unix)]

use std::fs;

use longshore_testkit::{Outcome, Project, make_executable};

use crate::helm_at;

fn project() -> Project {
    let project = Project::new(
        "//- c/Chart.yaml
apiVersion: v2
name: c
version: 1.0.0
//- c/templates/a.yaml
kind: A # a
//- c/templates/h.yaml
kind: H
metadata: {annotations: {helm.sh/hook: test}}
//- upper
#!/bin/sh
tr a-z A-Z; echo \"# $*\"
//- broken
#!/bin/sh
echo oops >&2; exit 3
//- plugins/add/plugin.yaml
apiVersion: v1
name: add
version: 1.0.0
type: postrenderer/v1
runtime: subprocess
runtimeConfig:
  platformCommand:
  - command: ${HELM_PLUGIN_DIR}/add
    args: [$HELM_PLUGIN_NAME]
//- plugins/add/add
#!/bin/sh
echo unheard >&2
cat
for word in \"$@\" \"${HELM_PLUGIN_DIR##*/}\" \"${HELM_NAMESPACE-unset}\"; do
  printf -- '---\\nkind: ConfigMap\\nmetadata:\\n    name: \"%s\"\\n' \"$word\"
done
//- plugins/broken/plugin.yaml
apiVersion: v1
name: broken
version: 1.0.0
type: postrenderer/v1
runtime: subprocess
runtimeConfig:
  platformCommand:
  - command: sh -c
    args: ['echo kind: B; exit 3']
//- plugins/absent/plugin.yaml
apiVersion: v1
name: absent
version: 1.0.0
type: postrenderer/v1
runtime: subprocess
runtimeConfig:
  platformCommand:
  - command: ${HELM_PLUGIN_DIR}/absent
//- plugins/elsewhere/plugin.yaml
apiVersion: v1
name: elsewhere
version: 1.0.0
type: postrenderer/v1
runtime: subprocess
runtimeConfig:
  platformCommand:
  - {os: plan9, command: cat}
//- plugins/command/plugin.yaml
apiVersion: v1
name: command
version: 1.0.0
type: cli/v1
runtime: subprocess
runtimeConfig:
  platformCommand:
  - command: cat
",
    )
    .unwrap();
    for file in ["upper", "broken", "plugins/add/add"] {
        make_executable(&project.file(file)).unwrap();
    }
    project
}

fn helm(project: &Project, level: &str, arguments: &str) -> Outcome {
    let plugins = project.file(if level == "4.3" { "plugins" } else { "none" });
    let program = helm_at(project, level).env("HELM_PLUGINS", plugins.to_str().unwrap());
    program.args(arguments.split_whitespace()).run().unwrap()
}

/// What a command prints, all of it being well.
fn printed(project: &Project, level: &str, arguments: &str) -> String {
    let outcome = helm(project, level, arguments);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{level} {arguments}");
    outcome.stdout
}

/// What a command says that fails, without the advice behind it.
fn failure(project: &Project, level: &str, arguments: &str) -> String {
    let outcome = helm(project, level, arguments);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{level} {arguments}");
    let told = outcome.stderr.trim_end();
    let told = told.strip_suffix("\n\nUse --debug flag to render out invalid YAML").unwrap_or(told);
    told.strip_prefix("Error: ").unwrap().to_owned()
}

/// All objects go to the plugin, hooks too, and its standard error nowhere; its arguments are its own, then those of the
/// command line.
#[test]
fn a_plugin_changes_what_is_rendered() {
    let project = project();
    let made = |i: u8, name: &str| {
        format!(
            "---\n# Source: generated-by-postrender-{i}.yaml\nkind: ConfigMap\nmetadata:\n  name: \"{name}\"\n\n"
        )
    };
    let objects = [
        made(2, "add"),
        made(3, "x"),
        made(4, "add"),
        made(5, "unset"),
        String::from("---\n# Source: c/templates/a.yaml\nkind: A # a\n"),
    ];
    let hook =
        "---\n# Source: c/templates/h.yaml\nkind: H\nmetadata: {annotations: {helm.sh/hook: test}}\n\n";
    let command = "template c --post-renderer-args x --post-renderer add";
    assert_eq!(printed(&project, "4.3", command), objects.concat() + hook);
    assert_eq!(printed(&project, "4.3", &format!("{command} --skip-tests")), objects.concat());
    let shown = printed(&project, "4.3", &format!("{command} -s templates/a.yaml"));
    assert_eq!(shown, "---\n# Source: c/templates/a.yaml\nkind: A # a\n\n");
    let told = printed(&project, "4.3", "template c --output-dir made --post-renderer add");
    assert!(told.starts_with("wrote made/generated-by-postrender-2.yaml\n"), "{told}");
    let written = fs::read_to_string(project.file("made/c/templates/h.yaml")).unwrap();
    assert_eq!(written, hook);
}

#[test]
fn a_plugin_is_looked_for_as_soon_as_its_name_is_read() {
    let project = project();
    for (words, expected) in [
        (
            "--post-renderer nope --unknown",
            "invalid argument \"nope\" for \"--post-renderer\" flag: plugin: {Name:nope Type:postrenderer/v1} not found",
        ),
        ("--unknown --post-renderer nope", "unknown flag: --unknown"),
        (
            "--post-renderer command",
            "invalid argument \"command\" for \"--post-renderer\" flag: plugin: {Name:command Type:postrenderer/v1} not found",
        ),
        (
            "--post-renderer add --post-renderer= --post-renderer add",
            "invalid argument \"add\" for \"--post-renderer\" flag: cannot specify --post-renderer flag more than once",
        ),
    ] {
        assert_eq!(failure(&project, "4.3", &format!("template c {words}")), expected);
    }
}

#[test]
fn a_plugin_that_fails_is_told_in_helms_words() {
    let project = project();
    let absent = project.file("plugins/absent/absent").display().to_string();
    for (name, expected) in [
        ("broken", "plugin \"broken\" exited with error".to_owned()),
        ("absent", format!("fork/exec {absent}: no such file or directory")),
        ("elsewhere", "failed to prepare plugin command: no plugin command is applicable".to_owned()),
    ] {
        let expected = format!(
            "error while running post render on files: failed to invoke post-renderer plugin \"{name}\": {expected}"
        );
        assert_eq!(failure(&project, "4.3", &format!("template c --post-renderer {name}")), expected);
    }
}

/// 3.x gives all but hooks to a program, and nothing of what goes to files.
#[test]
fn a_program_changes_what_is_rendered() {
    let project = project();
    let hook = "---\n# Source: c/templates/h.yaml\nkind: H\nmetadata: {annotations: {helm.sh/hook: test}}\n";
    let command = "template c --post-renderer ./broken --post-renderer ./upper --post-renderer-args a --post-renderer-args b";
    assert_eq!(
        printed(&project, "3.22", command),
        format!("---\n# SOURCE: C/TEMPLATES/A.YAML\nKIND: A # A\n# a b\n{hook}")
    );
    assert_eq!(
        printed(&project, "3.22", "template c --output-dir made --post-renderer ./upper"),
        "wrote made/c/templates/a.yaml\nwrote made/c/templates/h.yaml\n#\n"
    );
    let here = project.path().canonicalize().unwrap();
    assert_eq!(
        failure(&project, "3.22", "template c --post-renderer ./broken"),
        format!(
            "error while running post render on files: error while running command {}/broken. error output:\noops\n: exit status 3",
            here.display()
        )
    );
    assert_eq!(
        failure(&project, "3.22", "template c --post-renderer ./nope"),
        "invalid argument \"./nope\" for \"--post-renderer\" flag: unable to find binary at ./nope: exec: \"./nope\": stat ./nope: no such file or directory"
    );
}

/// What was written is not there to be shown.
#[test]
fn templates_that_go_to_files_cannot_be_shown() {
    let project = project();
    for level in ["4.3", "3.22"] {
        let outcome = helm(&project, level, "template c --output-dir made -s templates/a.yaml");
        assert_eq!(outcome.code, Some(1));
        assert_eq!(outcome.stderr, "Error: could not find template templates/a.yaml in chart\n");
    }
}
