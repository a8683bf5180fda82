//! Kubently: every environment, whose clusters are namespaces here, and every scenario of its document.

use longshore_testkit::tools::workspace_root;
use longshore_testkit::{Program, Project, TestNamespace};

use super::{equipped, settled, stage};
use crate::access_layer::copy;
use crate::whole_life::Life;

/// The platform's own project file, whose clusters are namespaces of the test's.
fn placed(text: &str, clusters: &[(&str, &TestNamespace)]) -> String {
    // `dev`, which comes before, has no cluster.
    let (before, after) = text.split_once("\n  staging:\n    namespace: kubently\n").unwrap();
    let after = after.replace("namespace: kubently\n", "namespace: '${cluster.vars.namespace}'\n");
    let mut text = format!("{before}\n  staging:\n    namespace: '${{cluster.vars.namespace}}'\n{after}");
    for (cluster, namespace) in clusters {
        let (path, name) = (namespace.kubeconfig(), namespace.name());
        let folder = format!("kubeconfig: {}", path.display());
        let context = format!("context: kubently-{cluster}");
        let in_braces = format!("{folder}, vars: {{namespace: {name}}}}}");
        text = text.replace(&format!("{context}}}"), &in_braces);
        text = text.replace(&format!("{context}\n"), &format!("{folder}\n    vars: {{namespace: {name}}}\n"));
    }
    text
}

/// Kubently in several namespaces, which are its clusters.
async fn fleet(environment: &str, clusters: &[&str]) {
    let mut namespaces = Vec::new();
    for cluster in clusters {
        namespaces.push(equipped().await.namespace(&format!("kubently-{cluster}")).await.unwrap());
    }
    let project = Project::new("").unwrap();
    copy(&workspace_root().join("platforms/kubently"), &project);
    let places: Vec<_> = clusters.iter().copied().zip(&namespaces).collect();
    project.write("longshore.yaml", &placed(&project.read("longshore.yaml").unwrap(), &places)).unwrap();
    settled(&project);
    let run = |command: &str| {
        let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
        let program =
            program.args(command.split_whitespace()).args(["-e", environment]).env("USER", "tester");
        let tokens = ["KUBENTLY_TOKEN_B", "KUBENTLY_TOKEN_C", "KUBENTLY_STAGING_TOKEN_B"];
        let program =
            tokens.into_iter().fold(program, |program, token| program.env(token, format!("{token}-is-long")));
        program.folder(project.path()).run().unwrap()
    };
    let life = Life {
        client: equipped().await.client().await.unwrap(),
        project: &project,
        run: Box::new(run),
        namespaces: namespaces.iter().map(|namespace| namespace.name().to_owned()).collect(),
        update: KUBENTLY_UPDATE,
        updated: &["deployments/kubently-api"],
        opens: KUBENTLY_OPENS,
        data: true,
    };
    life.whole().await;
}

/// A certificate that somebody may have written over the first one.
const KUBENTLY_OPENS: &[&str] = &["kubently-api-tls"];

const KUBENTLY_UPDATE: (&str, &str, &str) =
    ("deployment/helm/kubently/values.yaml", "kubently-api\n    tag: \"\"", "kubently-api\n    tag: v1.0.1");

/// KB1, KB3, KB4, KB10: one cluster, two, and three.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: cargo xtask soak"]
async fn kb3_kb4_kubently_lives_in_every_environment() {
    let stage = stage("kubently", "kubently-dev").await;
    let mut life = Life::of(&stage, "-e dev", KUBENTLY_UPDATE).await;
    (life.updated, life.data, life.opens) = (&["deployments/kubently-api"], true, KUBENTLY_OPENS);
    life.whole().await;
    fleet("staging", &["staging", "staging-b"]).await;
    fleet("production", &["main", "b", "c"]).await;
}

/// KB2, KB5, KB6: each scenario and pattern of the document as a release of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: cargo xtask soak"]
async fn kb5_kb6_kubently_lives_in_every_scenario() {
    for (file, api) in [
        ("public-tls-values.yaml", true),
        ("executor-cluster-values.yaml", false),
        ("region-us-east-values.yaml", true),
        ("internal-load-balancer-values.yaml", true),
        ("istio-values.yaml", true),
        ("private-ca-values.yaml", true),
    ] {
        let stage = stage("kubently", "scenario").await;
        let release = "name: kubently\n";
        stage.project.write("longshore.yaml", &format!(
            "apiVersion: longshore.dev/v1alpha1\nkind: Project\n{release}environments: {{all: {{namespace: kubently}}}}\n\
             defaultEnvironment: all\nreleases:\n  kubently: {{chart: deployment/helm/kubently, values: [{file}]}}\n"
        )).unwrap();
        settled(&stage.project);
        let executor = KUBENTLY_UPDATE.1.replace("kubently-api", "kubently-executor");
        let to = executor.replace("\"\"", "v1.0.1");
        let update = if api { KUBENTLY_UPDATE } else { (KUBENTLY_UPDATE.0, &*executor, &*to) };
        let mut life = Life::of(&stage, "", update).await;
        life.data = api;
        life.updated = if api { &["deployments/kubently-api"] } else { &["deployments/kubently-executor"] };
        life.whole().await;
    }
}
