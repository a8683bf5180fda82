//! Keys of other tools' files: who writes what helmfile, Compose or Argo CD call it is told what it is called here.

use longshore_diag::Diagnostic;
use longshore_yaml::Node;

use super::API_VERSION;

/// Keys of releases.
const RELEASE: [(&[&str], &str); 10] = [
    (
        &["version", "repo", "repository"],
        "it stands with the chart: `chart: {repo: https://charts.example.com, name: redis, version: ^20.1}`",
    ),
    (
        &["installed", "condition", "if"],
        "`enabled: false` or `enabled: ${env.vars.NAME}` says whether a release is wanted",
    ),
    (
        &["dependsOn", "depends_on", "dependencies"],
        "`needs: [NAME]` names the releases that must be ready before",
    ),
    (
        &["wait", "waitForJobs", "timeout", "atomic", "cleanupOnFail"],
        "a deploy always waits; `wait:` of the project file or of an environment says how long, and `rollbackOnFailure`",
    ),
    (&["createNamespace"], "environments have it: `environments: {dev: {createNamespace: true}}`"),
    (&["valuesFiles", "valueFiles", "valuesFile"], "values files are named by `values`"),
    (
        &["path", "source", "resources"],
        "`chart`, `manifests` or `kustomize` says what a release is made from",
    ),
    (
        &["vars", "env", "environment"],
        "variables belong to environments: `environments: {dev: {vars: {size: small}}}`",
    ),
    (&["secrets"], "secrets are named at the top of the project file, and asked for by `${secret.NAME}`"),
    (&["name"], "the key is its name: `releases: {web: {chart: charts/web}}`"),
];

/// Keys at the top of a file.
const TOP: [(&[&str], &str); 4] = [
    (
        &["repositories", "helmDefaults", "helmfiles", "bases"],
        "is it a helmfile? `longshore init --from FILE` translates it",
    ),
    (
        &["services", "volumes", "networks"],
        "is it a Compose file? `longshore init --from FILE` translates it",
    ),
    (&["namespace", "createNamespace"], "environments have it: `environments: {dev: {namespace: shop-dev}}`"),
    (&["vars"], "variables belong to environments: `environments: {dev: {vars: {size: small}}}`"),
];

/// What a key that is not known in `what` is called here.
pub(super) fn key(what: &str, key: &str) -> Option<&'static str> {
    let table: &[(&[&str], &str)] = match what {
        "the project file" => &TOP,
        _ if what.starts_with("release `") => &RELEASE,
        _ => return None,
    };
    table.iter().find(|(keys, _)| keys.contains(&key)).map(|(_, hint)| *hint)
}

/// How that is written which should be a mapping and is none.
pub(super) fn shape(what: &str) -> Option<&'static str> {
    match what {
        "`releases`" => Some("write `NAME:` and what it is made from: `web: {chart: charts/web}`"),
        "`environments`" => Some("write `NAME:` and what it has: `dev: {namespace: shop-dev}`"),
        _ if what.starts_with("release `") => Some("say what it is made from, as in `{chart: charts/web}`"),
        _ if what.starts_with("environment `") => Some("say where it is, as in `{namespace: shop-dev}`"),
        _ => None,
    }
}

/// The same error, if the file begins as one of ours; of another, that it may be the wrong one: `-f` is no values file here.
pub(super) fn other_file(error: Diagnostic, root: &Node) -> Diagnostic {
    let is_ours = root.entries().any(|(key, value)| key.value == "apiVersion" && value.value == API_VERSION);
    let has_hint = root.entries().any(|(entry, _)| key("the project file", &entry.value).is_some());
    if error.code != "project/unknown-key" || is_ours || has_hint {
        return error;
    }
    error.hint(format!(
        "is this the project file? It has no `apiVersion: {API_VERSION}`; `-f` names the project file, and values files stand in it under `values`"
    ))
}

#[cfg(test)]
mod tests {
    use crate::project::parse;

    const TOP: &str = "apiVersion: longshore.dev/v1alpha1\nkind: Project\nname: a\n";

    fn told(text: &str) -> String {
        parse(text, "longshore.yaml").unwrap_err().to_string()
    }

    #[test]
    fn a_word_of_another_tool_leads_to_ours() {
        for (text, expected) in [
            ("releases: {a: {chart: c, version: 1}}", "with the chart"),
            ("releases: {a: {chart: c, installed: true}}", "`enabled: false`"),
            ("releases: {a: {chart: c, dependsOn: [b]}}", "`needs: [NAME]`"),
            ("releases: {a: {chart: c, values: {b: 1}}}", "under `set`"),
            ("releases: {a: {chart: c, values: [{b: 1}]}}", "under `set`"),
            ("releases: {a: {chart: c, set: a=b}}", "as in a values file"),
            ("releases: [{name: a}]", "web: {chart: charts/web}"),
            ("environments: [dev]\nreleases: {a: {chart: c}}", "dev: {namespace: shop-dev}"),
            ("namespace: a\nreleases: {a: {chart: c}}", "environments have it"),
            ("services: {}", "Compose file"),
            ("replicas: 1", "known are"),
        ] {
            let told = told(&format!("{TOP}{text}\n"));
            assert!(told.contains(expected), "{text}: {told}");
        }
    }

    #[test]
    fn a_file_that_is_another_one_is_told_apart() {
        assert!(told("replicas: 1\n").contains("is this the project file?"));
        assert!(told("services: {web: {image: a}}\n").contains("Compose file"));
        assert!(told("repositories: []\nreleases: []\n").contains("helmfile"));
        assert!(told(&format!("{TOP}replica: 1\n")).contains("known are"));
    }

    #[test]
    fn a_file_without_environments_says_so() {
        let project = parse(&format!("{TOP}releases: {{a: {{manifests: m}}}}\n"), "longshore.yaml").unwrap();
        for name in [None, Some("dev")] {
            assert!(project.environment(name).unwrap_err().to_string().contains("add `environments:"));
        }
    }

    #[test]
    fn a_release_is_not_told_to_need_itself() {
        let text = format!("{TOP}releases: {{api: {{manifests: m, needs: [apj]}}}}\n");
        assert!(!told(&text).contains("did you mean"), "{}", told(&text));
    }
}
