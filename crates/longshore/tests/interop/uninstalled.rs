//! What hooks, waiting, deleting and testing come to, with real Helm and with ours: the same words, the same exit codes,
//! the same objects left over.
//!
//! Each case is installed twice by real Helm, in two namespaces, and then one of the two goes on in each.

use longshore_testkit::tools::Tool;
use longshore_testkit::{Outcome, Program, Project, TestCluster, TestNamespace};
use serde_json::Value;

/// A chart's templates, and the command lines that are compared.
const CASES: &[(&str, &str, &[&str])] = &[
    (
        "keeps",
        "
    {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: k, annotations: {helm.sh/resource-policy: keep}}}
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: o, annotations: {helm.sh/resource-policy: other}}}",
        &["uninstall r --dry-run", "uninstall r --wait", "uninstall r", "uninstall r --ignore-not-found", "uninstall R_"],
    ),
    (
        "hooks",
        "
    {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: m, annotations: {helm.sh/hook: 'pre-delete,post-delete'}}}
    ---
    apiVersion: batch/v1
    kind: Job
    metadata: {name: j, annotations: {helm.sh/hook: pre-delete, helm.sh/hook-delete-policy: hook-succeeded}}
    spec:
      template:
        spec: {restartPolicy: Never, containers: [{name: a, image: 'example.com/a:1'}]}",
        &["uninstall r --keep-history --description done", "uninstall r --keep-history", "uninstall r"],
    ),
    (
        "fails",
        "
    {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
    ---
    apiVersion: batch/v1
    kind: Job
    metadata: {name: j, annotations: {helm.sh/hook: pre-delete, helm.sh/hook-delete-policy: hook-failed}}
    spec:
      backoffLimit: 0
      template:
        metadata: {annotations: {longshore.dev/kwok: fail}}
        spec: {restartPolicy: Never, containers: [{name: a, image: 'example.com/a:1'}]}",
        &["uninstall r --wait=legacy", "uninstall r", "uninstall r --no-hooks"],
    ),
    (
        "tests",
        "
    apiVersion: v1
    kind: Pod
    metadata: {name: p, annotations: {helm.sh/hook: test}}
    spec: {restartPolicy: Never, containers: [{name: a, image: 'example.com/a:1'}]}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: q, annotations: {helm.sh/hook: test, helm.sh/hook-weight: '1', longshore.dev/kwok: fail}}
    spec: {restartPolicy: Never, containers: [{name: a, image: 'example.com/a:1'}]}",
        &["test r --filter name=p", "test r", "test r --filter !name=q", "test r --filter name=x", "test no"],
    ),
];

struct Side {
    namespace: TestNamespace,
    program: std::path::PathBuf,
    /// What stands before Helm's words.
    before: &'static [&'static str],
}

impl Side {
    fn run(&self, program: &std::path::Path, before: &[&str], project: &Project, words: &str) -> Outcome {
        Program::new(program)
            .unwrap()
            .args(before)
            .args(words.split_whitespace())
            .args(["-n", self.namespace.name()])
            .env("KUBECONFIG", self.namespace.kubeconfig())
            .folder(project.path())
            .run()
            .unwrap()
    }

    /// What a command says, names of namespaces and times left out.
    fn said(&self, project: &Project, words: &str) -> (Option<i32>, String, String) {
        let outcome = self.run(&self.program, self.before, project, words);
        let plain = |text: &str| {
            let text = text.replace(self.namespace.name(), "NAMESPACE");
            let timed = ["LAST DEPLOYED: ", "Last Started: ", "Last Completed: "];
            let lines = text
                .lines()
                .filter(|line| !crate::is_log_of_client_go(line))
                .map(|line| timed.into_iter().find(|start| line.starts_with(start)).unwrap_or(line));
            lines.collect::<Vec<_>>().join("\n")
        };
        (outcome.code, plain(&outcome.stdout), plain(&outcome.stderr))
    }

    /// The ConfigMaps that are left, and the labels of the records.
    async fn left(&self) -> Vec<String> {
        let client = self.namespace.client().await.unwrap();
        let mut left = Vec::new();
        for plural in ["configmaps", "secrets"] {
            let path = format!("/api/v1/namespaces/{}/{plural}", self.namespace.name());
            let request = http::Request::get(path).body(Vec::new()).unwrap();
            let list: Value = client.request(request).await.unwrap();
            for item in list["items"].as_array().unwrap() {
                let metadata = &item["metadata"];
                left.push(format!("{} {}", metadata["name"], metadata["labels"]["status"]));
            }
        }
        left
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_uninstall_and_test_alike() {
    let helm = match Tool::named("helm4").unwrap().built() {
        Ok(helm) => helm,
        Err(reason) => {
            eprintln!("SKIPPED uninstalled: {reason:#}");
            return;
        }
    };
    let cluster = TestCluster::get().await.unwrap();
    for (name, templates, commands) in CASES {
        let files = format!(
            "
    //- chart/Chart.yaml
    apiVersion: v2
    name: c
    version: 1.0.0
    //- chart/templates/all.yaml{templates}
    "
        );
        let project = Project::new(&files).unwrap();
        let ours = std::path::PathBuf::from(env!("CARGO_BIN_EXE_longshore"));
        let mut sides = Vec::new();
        for (program, before) in [(helm.clone(), &[][..]), (ours, &["helm"][..])] {
            let side = Side { namespace: cluster.namespace(name).await.unwrap(), program, before };
            let installed = side.run(&helm, &[], &project, "install r chart");
            assert_eq!(installed.code, Some(0), "{installed}");
            sides.push(side);
        }
        for command in *commands {
            assert_eq!(
                sides[0].said(&project, command),
                sides[1].said(&project, command),
                "{name}: {command}"
            );
        }
        assert_eq!(sides[0].left().await, sides[1].left().await, "{name}");
    }
}
