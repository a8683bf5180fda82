//! Slips of a first hour: what they are told leads to what was meant. Each of these was told without a next step once.

use std::fs;

use longshore_testkit::Project;

use crate::longshore;

const HEAD: &str = "apiVersion: longshore.dev/v1alpha1
kind: Project
name: shop
environments: {dev: {namespace: shop, vars: {size: small}}}
defaultEnvironment: dev
";

fn project(releases: &str) -> Project {
    let project = Project::new(
        "
        //- longshore.yaml
        placeholder: true
        //- chart/Chart.yaml
        {apiVersion: v2, name: web, version: 1.0.0}
        //- chart/templates/config.yaml
        {apiVersion: v1, kind: ConfigMap, metadata: {name: web}}
        //- values-dev.yaml
        a: 1
        //- k8s/db.yaml
        {apiVersion: v1, kind: ConfigMap, metadata: {name: db}}
        ",
    )
    .unwrap();
    fs::write(project.path().join("longshore.yaml"), format!("{HEAD}releases: {releases}\n")).unwrap();
    project
}

#[track_caller]
fn check(releases: &str, parts: &[&str]) {
    let outcome = longshore(&project(releases), "check");
    assert_eq!(outcome.code, Some(1), "{outcome}");
    let text = format!("{}{}", outcome.stdout, outcome.stderr);
    for part in parts {
        assert!(text.contains(part), "no {part:?} in\n{outcome}");
    }
}

#[test]
fn a_path_that_is_nearly_right() {
    check(
        "{web: {chart: cahrt}}",
        &["`cahrt` should be a folder and does not exist", "did you mean `chart`?"],
    );
    check("{web: {chart: chart, values: values-dev.yml}}", &["did you mean `values-dev.yaml`?"]);
    check("{db: {manifests: k8/db.yaml}}", &["did you mean `k8s/db.yaml`?"]);
    check("{db: {manifests: elsewhere}}", &["paths are relative to the project file"]);
}

#[test]
fn a_variable_by_half_its_name_or_one_that_nobody_sets() {
    let with = |variable: &str| format!("{{web: {{chart: chart, set: {{a: '${{{variable}}}'}}}}}}");
    check(&with("vars.size"), &["did you mean `env.vars.size`?"]);
    check(&with("namespace"), &["did you mean `env.namespace`?"]);
    check(&with("env.vars.siez"), &["did you mean `env.vars.size`?"]);
    check(
        &with("env.vars.colour"),
        &["`vars: {colour: …}` of environment `dev` sets it, or `--var colour=…`"],
    );
}

#[test]
fn a_templates_action_in_the_project_file() {
    let advice = "`{{ … }}` is filled in in templates of charts only";
    check(
        "{web: {chart: chart, set: {a: {{ .Values.x }}}}}",
        &["longshore.yaml:6:41", "a key must be a text", advice],
    );
    check("{web: {chart: {{ .chart }}}}", &["longshore.yaml:6:26", advice]);
}

#[test]
fn a_file_that_is_not_utf_8() {
    let text = format!("{HEAD}releases: {{}}\n");
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> =
        [0xfe, 0xff].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    let latin = text.replace("shop\n", "caf\u{e9}\n").chars().map(|char| char as u8).collect();
    for (bytes, expected) in [
        (little, "the project file is UTF-16, and has to be UTF-8"),
        (big, "the project file is UTF-16, and has to be UTF-8"),
        (latin, "longshore.yaml:3"),
    ] {
        let project = project("{}");
        fs::write(project.path().join("longshore.yaml"), &bytes).unwrap();
        let outcome = longshore(&project, "plan");
        assert_eq!(outcome.code, Some(1), "{outcome}");
        assert!(
            outcome.stderr.contains(expected) && outcome.stderr.contains("save it as UTF-8"),
            "{outcome}"
        );
    }
}

/// The first deploy wrote such an object twice, and the second one was refused.
#[test]
fn an_object_of_two_releases() {
    check(
        "{db: {manifests: k8s}, other: {manifests: k8s/db.yaml}}",
        &[
            "error[release/shared]: ConfigMap/db in shop is also an object of release `db`",
            "in release `other`",
            "both releases name the same files",
        ],
    );
    check(
        "{a: {chart: chart}, b: {chart: chart}}",
        &["ConfigMap/web in shop is also an object of release `a`", "--> chart/templates/config.yaml:1"],
    );
    let apart = "{db: {manifests: k8s}, other: {manifests: k8s/db.yaml, namespace: elsewhere}}";
    let outcome = longshore(&project(apart), "check");
    assert_eq!(outcome.code, Some(0), "{outcome}");
    check("{db: {manifests: [k8s, k8s/db.yaml]}}", &["is defined twice", "its file is read twice"]);
}

#[test]
fn a_secret_whose_source_is_a_slip() {
    for (source, expected) in [
        ("{file: values-dve.yaml}", "did you mean `./values-dev.yaml`?"),
        (
            "{command: [no-such-program-here]}",
            "is `no-such-program-here` installed, and in a folder of $PATH?",
        ),
    ] {
        let project = project("{db: {manifests: k8s, generate: {s: {stringData: {a: '${secret.a}'}}}}}");
        let file = project.path().join("longshore.yaml");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("{text}secrets: {{a: {source}}}\n")).unwrap();
        let outcome = longshore(&project, "render");
        assert_eq!(outcome.code, Some(1), "{outcome}");
        assert!(outcome.stderr.contains(expected), "{outcome}");
    }
}

#[test]
fn each_command_shows_examples() {
    let project = project("{}");
    let help = longshore(&project, "--help").stdout;
    let listed = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let is_command = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    let mut commands: Vec<&str> =
        listed.lines().filter(is_command).filter_map(|line| line.split_whitespace().next()).collect();
    // Helm's and Kustomize's help is theirs.
    commands.retain(|command| !["helm", "kustomize", "help"].contains(command));
    assert!(commands.len() > 15, "{commands:?}");
    commands.extend(["values explain", "set image"]);
    for command in commands {
        let shown = longshore(&project, &format!("{command} --help")).stdout;
        assert!(shown.contains("Examples:\n"), "`{command}` shows none");
    }
}
