//! Real Helm 4.3 on what Longshore deployed, and Longshore on what real Helm did (design decision 1).
//!
//! Helm is an oracle and not built by CI: without it these tests say that they were skipped. `cargo xtask oracle tools`
//! builds it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod kubectl;
mod pending;
mod platforms;
mod records;
mod turns;
mod uninstalled;

use longshore_testkit::tools::Tool;
use longshore_testkit::{Outcome, Program, Project, TestCluster, TestNamespace};

const SHOP: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {namespace: shop}}
    defaultEnvironment: dev
    releases:
      web: {chart: chart, set: {tag: v1}}
    //- chart/Chart.yaml
    apiVersion: v2
    name: web
    version: 1.2.3
    appVersion: '7'
    //- chart/templates/NOTES.txt
    web runs {{ .Values.tag }}
    //- chart/templates/web.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, labels: {chart: {{ .Chart.Name }}}}
    spec:
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, image: 'example.com/web:{{ .Values.tag }}'}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}, ports: [{port: 80}]}
    ";

/// Whether real Helm's client library logs here (`I1122 18:35:10.522774   16970 reflector.go:664] …`), as it does now and
/// then when a watch is ended.
fn is_log_of_client_go(line: &str) -> bool {
    line.starts_with(['I', 'W', 'E']) && line.contains(" reflector.go:")
}

/// Both tools in one namespace.
struct Pair {
    namespace: TestNamespace,
    project: Project,
    helm: std::path::PathBuf,
}

impl Pair {
    /// `None`, and a word about it, where real Helm is not built.
    async fn new(name: &str) -> Option<Self> {
        let helm = match Tool::named("helm4").unwrap().built() {
            Ok(helm) => helm,
            #[expect(clippy::print_stderr, reason = "a skipped test says so")]
            Err(reason) => {
                eprintln!("SKIPPED {name}: {reason:#}");
                return None;
            }
        };
        let namespace = TestCluster::get().await.unwrap().namespace(name).await.unwrap();
        Some(Self { namespace, project: Project::new(SHOP).unwrap(), helm })
    }

    /// What a command says, whatever becomes of it.
    fn said(&self, program: &std::path::Path, arguments: &str) -> Outcome {
        Program::new(program)
            .unwrap()
            .args(arguments.split_whitespace())
            .args(["-n", self.namespace.name()])
            .env("KUBECONFIG", self.namespace.kubeconfig())
            .folder(self.project.path())
            .run()
            .unwrap()
    }

    #[track_caller]
    fn run(&self, program: &std::path::Path, arguments: &str) -> Outcome {
        let outcome = self.said(program, arguments);
        assert_eq!(outcome.code, Some(0), "{arguments}\n{outcome}");
        outcome
    }

    #[track_caller]
    fn longshore(&self, arguments: &str) -> String {
        self.run(std::path::Path::new(env!("CARGO_BIN_EXE_longshore")), arguments).stdout
    }

    #[track_caller]
    fn helm(&self, arguments: &str) -> String {
        self.run(&self.helm, arguments).stdout
    }

    fn tag(&self, from: &str, to: &str) {
        let file = self.project.read("longshore.yaml").unwrap();
        self.project.write("longshore.yaml", &file.replace(from, to)).unwrap();
    }
}

/// `helm list`, `get manifest`, `get values`, `get notes`, `history`, `status` on what Longshore deployed.
#[tokio::test(flavor = "multi_thread")]
async fn helm_reads_what_longshore_wrote() {
    let Some(pair) = Pair::new("reads").await else { return };
    pair.longshore("deploy");
    let list = pair.helm("list");
    assert!(list.contains("web-1.2.3") && list.contains("deployed"), "{list}");
    // The bytes of the manifest are those of `helm template`.
    let manifest = pair.helm("get manifest web");
    let template = pair.helm("template web chart --set tag=v1");
    assert_eq!(manifest.trim(), template.trim());
    assert_eq!(pair.helm("get values web"), "USER-SUPPLIED VALUES:\ntag: v1\n");
    assert!(pair.helm("get notes web").contains("web runs v1"));
    assert!(pair.helm("status web").contains("STATUS: deployed"));
    pair.tag("tag: v1", "tag: v2");
    pair.longshore("deploy");
    let history = pair.helm("history web");
    assert!(history.contains("superseded") && history.contains("Upgrade complete"), "{history}");
}

/// `helm rollback`, `helm upgrade` and `helm uninstall` go on from what Longshore deployed, without a conflict.
#[tokio::test(flavor = "multi_thread")]
async fn helm_goes_on_from_what_longshore_wrote_and_the_reverse() {
    let Some(pair) = Pair::new("goeson").await else { return };
    pair.longshore("deploy");
    pair.tag("tag: v1", "tag: v2");
    pair.longshore("deploy");
    pair.helm("rollback web 1 --wait");
    let plan = pair.longshore("plan");
    assert!(plan.contains("example.com/web:v1 → example.com/web:v2"), "{plan}");
    // Longshore goes on from Helm's revision.
    pair.longshore("deploy");
    pair.helm("upgrade web chart --set tag=v3 --wait");
    pair.longshore("rollback web");
    let history = pair.longshore("history -o json");
    let history: serde_json::Value = serde_json::from_str(&history).unwrap();
    let words: Vec<&str> =
        history.as_array().unwrap().iter().map(|r| r["description"].as_str().unwrap()).collect();
    assert_eq!(
        words,
        [
            "Install complete",
            "Upgrade complete",
            "Rollback to 1",
            "Upgrade complete",
            "Upgrade complete",
            "Rollback to 4"
        ]
    );
    pair.helm("uninstall web --wait");
    assert_eq!(pair.longshore("history -o json").trim(), "[]");
}

/// A release that real Helm installed is taken over only when asked, and then as if it were ours.
#[tokio::test(flavor = "multi_thread")]
async fn longshore_takes_over_what_helm_installed() {
    let Some(pair) = Pair::new("takes").await else { return };
    pair.helm("install web chart --set tag=v1 --wait");
    let refused = Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .args(["deploy", "-n", pair.namespace.name()])
        .env("KUBECONFIG", pair.namespace.kubeconfig())
        .folder(pair.project.path())
        .run()
        .unwrap();
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("the name `web` is taken"), "{refused}");
    let deployed = pair.longshore("deploy --adopt");
    assert!(deployed.contains("web  "), "{deployed}");
    pair.longshore("deploy");
    pair.longshore("destroy --yes");
    assert!(!pair.helm("list").contains("web"));
}

/// A kustomization is a Helm release too (design decision 1): listed, read, rolled back, upgraded and uninstalled.
#[tokio::test(flavor = "multi_thread")]
async fn helm_knows_a_release_that_was_made_from_a_kustomization() {
    let Some(pair) = Pair::new("overlays").await else { return };
    pair.tag("web: {chart: chart, set: {tag: v1}}", "web: {kustomize: overlays}");
    let overlay = |level: &str| {
        let text = format!("configMapGenerator: [{{name: settings, literals: [level={level}]}}]\n");
        pair.project.write("overlays/kustomization.yaml", &text).unwrap();
    };
    overlay("info");
    pair.longshore("deploy");
    let list = pair.helm("list");
    assert!(list.contains("web-0.0.0+") && list.contains("deployed"), "{list}");
    let manifest = pair.helm("get manifest web");
    assert_eq!(manifest.trim(), pair.longshore("render").trim());
    assert!(pair.helm("get metadata web").contains("longshore.dev/method=kustomize"));
    overlay("debug");
    pair.longshore("deploy --yes");
    assert!(pair.helm("history web").contains("Upgrade complete"));
    pair.helm("rollback web 1");
    assert_eq!(pair.helm("get manifest web"), manifest);
    // The chart of the same name takes over, as any upgrade does.
    pair.helm("upgrade web chart --set tag=v1");
    pair.helm("uninstall web");
    assert!(!pair.helm("list").contains("web"));
}
