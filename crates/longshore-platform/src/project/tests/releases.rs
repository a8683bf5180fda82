//! The keys of a release: what it is made from, requires and runs before and after.

use super::{HEAD, check};
use crate::project::{Method, parse};

#[test]
fn what_a_release_requires_is_an_api_version() {
    check("releases: {web: {chart: c, requires: [a.io/v1, a.io/v1beta1/Kind]}}\n", "ok");
    for wrong in ["cert-manager.io", "v1", "a.io/Certificate", "a.io/v1/certificate", "a.io/v1/A/b", "/v1"] {
        check(
            &format!("releases: {{web: {{chart: c, requires: [{wrong}]}}}}\n"),
            &format!(
                "longshore.yaml:4:39: `requires` of release `web` names no API version: `{wrong}` (write `group/version` or `group/version/Kind`, as in `cert-manager.io/v1/Certificate`)"
            ),
        );
    }
    check(
        "releases: {web: {chart: c, requires: {a: b}}}\n",
        "longshore.yaml:4:38: `requires` of release `web` must be a string, not a mapping",
    );
    check(
        "releases: {web: {chart: c, requires: [a.io/v1, a.io/v1]}}\n",
        "longshore.yaml:4:48: `requires` of release `web` names `a.io/v1` twice",
    );
}

#[test]
fn hooks_are_commands_or_jobs() {
    let hooks = |text: &str| format!("releases: {{web: {{chart: c, hooks: {text}}}}}\n");
    check(
        &hooks("{preDeploy: [{command: [a, b], env: {A: b}, timeout: 5m}], postDestroy: [{job: j.yaml}]}"),
        "ok",
    );
    for (text, expected) in [
        (
            "{presync: []}",
            "longshore.yaml:4:36: unknown key `presync` in `hooks` of release `web` (known are `preDeploy`, `postDeploy`, `preRollback`, `postRollback`, `preDestroy`, `postDestroy`)",
        ),
        ("[a]", "longshore.yaml:4:35: `hooks` of release `web` must be a mapping, not a list"),
        (
            "{preDeploy: {command: [a]}}",
            "longshore.yaml:4:47: `preDeploy` of `hooks` of release `web` must be a list, not a mapping",
        ),
        (
            "{preDeploy: [{command: ls -l}]}",
            "longshore.yaml:4:58: `command` of `preDeploy` hook 1 of `hooks` of release `web` must be a list of a program and its arguments, not `ls -l` (no shell takes it apart: `[./backup.sh, --all]`, or `[sh, -c, …]` where one is wanted)",
        ),
        (
            "{preDeploy: [{command: [a], job: b}]}",
            "longshore.yaml:4:48: `preDeploy` hook 1 of `hooks` of release `web` has both `command` and `job` (as in `{command: [./backup.sh]}` or `{job: jobs/migrate.yaml}`)",
        ),
        (
            "{preDeploy: [{timeout: 1m}]}",
            "longshore.yaml:4:48: `preDeploy` hook 1 of `hooks` of release `web` has neither `command` nor `job` (as in `{command: [./backup.sh]}` or `{job: jobs/migrate.yaml}`)",
        ),
        (
            "{preDeploy: [{job: j, env: {A: b}}]}",
            "longshore.yaml:4:57: `preDeploy` hook 1 of `hooks` of release `web` has `env`, which only a command takes (write the variables into the Job's manifest)",
        ),
        (
            "{preDeploy: [{job: j, timeout: soon}]}",
            "longshore.yaml:4:66: `timeout` of `preDeploy` hook 1 of `hooks` of release `web`: `soon` is no duration; write `90s`, `5m` or `1h30m`",
        ),
        (
            "{preDeploy: [{command: [a], env: {LONGSHORE_RELEASE: b}}]}",
            "longshore.yaml:4:69: `LONGSHORE_RELEASE` cannot name a variable of a hook: use at most 253 letters, digits and `_`, no digit first; names that begin with LONGSHORE_ are Longshore's",
        ),
        (
            "{preDeploy: [{command: [a], env: {A: 1}}]}",
            "longshore.yaml:4:72: `A` of `env` of `preDeploy` hook 1 of `hooks` of release `web` must be a string, not `1` (put it in quotes)",
        ),
    ] {
        check(&hooks(text), expected);
    }
}

#[test]
fn a_chart_elsewhere_has_a_repository_a_name_and_a_version() {
    let chart = |text: &str| format!("releases: {{web: {{chart: {text}}}}}\n");
    check(&chart("{repo: 'https://c.example.com', name: web, version: ^1.2}"), "ok");
    check(&chart("{repo: 'oci://${env.vars.r}', name: '${env.vars.n}', version: '${env.vars.v}'}"), "ok");
    for (text, expected) in [
        (
            "oci://c.example.com/web",
            "longshore.yaml:4:25: `chart` of release `web` is an address, and takes a path (write `chart: {repo: https://charts.example.com, name: web, version: ^1.2}`; `repo` may begin with `oci://`)",
        ),
        (
            "{repo: charts, name: web, version: ^1.2}",
            "longshore.yaml:4:32: `repo` of `chart` of release `web` must be an address that begins with https://, http:// or oci://, not `charts`",
        ),
        (
            "{repo: 'https://c', name: ../web, version: ^1.2}",
            "longshore.yaml:4:51: `name` of `chart` of release `web` must be the name of a chart, not `../web`",
        ),
        (
            "{repo: 'https://c', name: web, version: new}",
            "longshore.yaml:4:65: `version` of `chart` of release `web` must be a version or a range of versions, as in `1.4.2`, `^1.4` or `~1.4.2`, not `new`",
        ),
        (
            "{repo: 'https://c', name: web}",
            "longshore.yaml:4:25: `chart` of release `web` has no `version` (a version or a range of versions, as in `1.4.2`, `^1.4` or `~1.4.2`)",
        ),
        (
            "{repository: 'https://c', name: web, version: 1.0.0}",
            "longshore.yaml:4:26: unknown key `repository` in `chart` of release `web` (known are `repo`, `name`, `version`)",
        ),
        (
            "{repo: 'https://c', name: web, version: 1.2}",
            "longshore.yaml:4:65: `version` of `chart` of release `web` must be a string, not `1.2` (put it in quotes)",
        ),
    ] {
        check(&chart(text), expected);
    }
}

#[test]
fn a_release_must_have_a_source_and_a_name_that_kubernetes_takes() {
    check(
        "releases: {web: {}}\n",
        "longshore.yaml:4:12: release `web` has neither `chart` nor `manifests` nor `kustomize` (say what it is made from: `chart: charts/web`, `manifests: k8s/web` or `kustomize: overlays/dev`)",
    );
    check(
        "releases: {web: {manifests: m, values: v}}\n",
        "longshore.yaml:4:32: release `web` has values but no `chart` to give them to",
    );
    check(
        "releases: {web: {kustomize: k, set: {a: 1}}}\n",
        "longshore.yaml:4:32: release `web` has values but no `chart` to give them to (a kustomization takes no values: write what differs into overlays and name them by environment, as in `kustomize: overlays/${env.name}`)",
    );
    check("releases: {web: {chart: c, kustomize: k, set: {a: 1}}}\n", "ok");
    check(
        "releases: {Web_1: {chart: c}}\n",
        "longshore.yaml:4:12: `Web_1` cannot name a release: use at most 53 lower-case letters, digits and `-`, with a letter or digit at both ends",
    );
    check("name2: x\n", "longshore.yaml:4:1: unknown key `name2` in the project file (did you mean `name`?)");
}

#[test]
fn a_kustomization_is_a_folder_or_says_more() {
    let read = |text: &str| {
        let text = format!("{HEAD}releases: {{web: {{kustomize: {text}}}}}\n");
        let release = parse(&text, "longshore.yaml").unwrap().releases.remove(0);
        assert_eq!(release.methods(), [Method::Kustomize]);
        let spec = release.kustomize.unwrap();
        (spec.path.value, spec.enable_helm)
    };
    assert_eq!(read("overlays/dev"), ("overlays/dev".to_owned(), false));
    assert_eq!(read("{path: overlays/dev}"), ("overlays/dev".to_owned(), false));
    assert_eq!(read("{path: overlays/dev, enableHelm: true}"), ("overlays/dev".to_owned(), true));
    check(
        "releases: {web: {kustomize: 12}}\n",
        "longshore.yaml:4:29: `kustomize` of release `web` must be a string, not `12` (put it in quotes)",
    );
    check(
        "releases: {web: {kustomize: {path: k, enableHelm: maybe}}}\n",
        "longshore.yaml:4:51: `enableHelm` of `kustomize` of release `web` must be true or false, not `maybe`",
    );
}
