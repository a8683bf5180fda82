//! Kubently over two control planes: the way from one cluster to many in four phases, planned and carried out (KB12), with
//! the token of each cluster (KB3) and what stays when it is removed.

use longshore_testkit::{Outcome, Program, Project, TestCluster, TestNamespace};
use serde_json::Value;

/// A phase of the platform's own migration, on the clusters of the test: `main` on one, `b` and `c` on the other.
fn phase(number: u32, folders: [&str; 3]) -> String {
    let platform = longshore_testkit::tools::workspace_root().join("platforms/kubently");
    let mut text = std::fs::read_to_string(platform.join(format!("migration/phase-{number}.yaml"))).unwrap();
    text = text.replace("../", &format!("{}/", platform.display()));
    text = text.replace("namespace: kubently", "namespace: '${cluster.vars.namespace}'");
    for (cluster, folder) in ["main", "b", "c"].into_iter().zip(folders) {
        text = text.replace(&format!("context: kubently-{cluster}"), folder);
    }
    assert!(!text.contains("context:"), "{text}");
    text + "\nwait: {grace: {settle: 0s}}\n"
}

struct Fleet {
    project: Project,
    here: TestNamespace,
    there: [TestNamespace; 2],
}

impl Fleet {
    fn run(&self, arguments: &str) -> Outcome {
        let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
        let program = program.args(arguments.split_whitespace()).env("USER", "tester");
        let program = program.env("KUBENTLY_TOKEN_B", "token-of-b").env("KUBENTLY_TOKEN_C", "token-of-c");
        program.folder(self.project.path()).run().unwrap()
    }

    #[track_caller]
    fn ends(&self, arguments: &str, code: i32) -> Outcome {
        let outcome = self.run(arguments);
        assert_eq!(outcome.code, Some(code), "longshore {arguments}\n{outcome}");
        outcome
    }
}

async fn live(namespace: &TestNamespace, group: &str, plural: &str, name: &str) -> Option<Value> {
    let path = format!("/{group}/namespaces/{}/{plural}/{name}", namespace.name());
    let request = http::Request::get(path).body(Vec::new()).unwrap();
    match namespace.client().await.unwrap().request::<Value>(request).await {
        Ok(object) => Some(object),
        Err(kube::Error::Api(status)) if status.code == 404 => None,
        Err(error) => panic!("{error}"),
    }
}

async fn executor(namespace: &TestNamespace) -> bool {
    let deployment = live(namespace, "apis/apps/v1", "deployments", "kubently-executor").await;
    deployment.is_some_and(|deployment| deployment["status"]["readyReplicas"] == 1)
}

/// The API is told no token, and `b` gets no executor, while `c` does not answer; then while a token is absent.
async fn a_cluster_that_is_away_leaves_the_others_untouched(fleet: &Fleet, folders: [&str; 3]) {
    let text = std::fs::read_to_string(fleet.there[1].kubeconfig()).unwrap();
    let (before, server) = text.split_once("https://").unwrap();
    let end = server.find(|c: char| c == '"' || c.is_whitespace()).unwrap();
    fleet.project.write("away.yaml", &format!("{before}https://127.0.0.1:1{}", &server[end..])).unwrap();
    let good = fleet.there[1].kubeconfig().display().to_string();
    fleet.project.write("longshore.yaml", &phase(3, folders)).unwrap();
    let (main, rest) = fleet
        .project
        .read("longshore.yaml")
        .unwrap()
        .split_once("\n  c:")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    fleet
        .project
        .write("longshore.yaml", &format!("{main}\n  c:{}", rest.replacen(&good, "away.yaml", 1)))
        .unwrap();
    let tokens = live(&fleet.here, "api/v1", "secrets", "kubently-api").await.unwrap()["data"].clone();
    let away = fleet.ends("deploy --yes", 1);
    for told in ["on cluster `c`", "nothing was changed on any cluster"] {
        assert!(away.stderr.contains(told), "{told}\n{away}");
    }
    fleet.project.write("longshore.yaml", &phase(3, folders)).unwrap();
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap().args(["deploy", "--yes"]);
    let absent = program.env("KUBENTLY_TOKEN_B", "token-of-b").folder(fleet.project.path()).run().unwrap();
    assert_eq!(absent.code, Some(1), "{absent}");
    assert!(absent.stderr.contains("the variable `KUBENTLY_TOKEN_C` is not set"), "{absent}");
    assert_eq!(live(&fleet.here, "api/v1", "secrets", "kubently-api").await.unwrap()["data"], tokens);
    for there in &fleet.there {
        assert!(!executor(there).await);
    }
}

/// KB12, from internal TLS in one cluster (KB1) over an executor beside the API (KB4) to executors elsewhere (KB3); KB9: a
/// token for each, of which the API has the digest.
#[tokio::test(flavor = "multi_thread")]
async fn kb12_from_one_cluster_to_many() {
    let here = TestCluster::get().await.unwrap();
    let there = &TestCluster::start("kubently-there").await.unwrap();
    let fleet = Fleet {
        project: Project::new("").unwrap(),
        here: here.namespace("kubently").await.unwrap(),
        there: [there.namespace("kubently-b").await.unwrap(), there.namespace("kubently-c").await.unwrap()],
    };
    let folder = |namespace: &TestNamespace| {
        format!("kubeconfig: {}, vars: {{namespace: {}}}", namespace.kubeconfig().display(), namespace.name())
    };
    let block = |namespace: &TestNamespace| folder(namespace).replace(", vars", "\n    vars");
    let folders = [folder(&fleet.here), block(&fleet.there[0]), block(&fleet.there[1])];
    let folders = [folders[0].as_str(), folders[1].as_str(), folders[2].as_str()];

    // What each phase changes, as its plan tells it.
    for (number, told) in [
        (1, &["+ Ingress/kubently", "+ Deployment/kubently-executor"][..]),
        (2, &["letsencrypt-prod (new)"]),
        (3, &["data[token.cluster-b]: (hidden) (new)", "kubently-executor: install"]),
        (4, &["- Deployment/kubently-executor", "data[token.main]: (hidden) (goes)"]),
    ] {
        if number == 3 {
            a_cluster_that_is_away_leaves_the_others_untouched(&fleet, folders).await;
        }
        fleet.project.write("longshore.yaml", &phase(number, folders)).unwrap();
        let plan = fleet.ends("plan --detailed-exitcode", 2);
        for line in told {
            assert!(plan.stdout.contains(line), "phase {number}: {line}\n{plan}");
        }
        if number == 4 {
            let asked = fleet.ends("deploy", 1);
            assert!(asked.stderr.contains("Deployment/kubently-executor"), "{asked}");
            assert!(executor(&fleet.here).await, "nothing is done before that is answered");
        }
        fleet.ends("deploy --yes", 0);
        let again = fleet.ends("deploy", 0);
        assert!(again.stdout.contains("nothing has changed"), "{again}");
        assert_eq!(executor(&fleet.here).await, number < 4, "phase {number}");
        for there in &fleet.there {
            assert_eq!(executor(there).await, number > 2, "phase {number}");
        }
        let api = live(&fleet.here, "apis/apps/v1", "deployments", "kubently-api").await.unwrap();
        assert_eq!(api["status"]["readyReplicas"], 2, "phase {number}");
        // The certificate stays until another is written over it.
        assert!(live(&fleet.here, "api/v1", "secrets", "kubently-api-tls").await.is_some());
    }
    // KB3: each cluster has its own, and the API knows only digests.
    let tokens = live(&fleet.here, "api/v1", "secrets", "kubently-api").await.unwrap()["data"].clone();
    assert!(tokens.get("token.main").is_none() && tokens["token.cluster-b"] != tokens["token.cluster-c"]);
    assert!(tokens["token.cluster-b"].as_str().unwrap().starts_with("c2hhMjU2O"), "sha256:");
    let token = live(&fleet.there[0], "api/v1", "secrets", "kubently-executor").await.unwrap();
    assert_eq!(token["data"]["token"], "dG9rZW4tb2YtYg==");

    let gone = fleet.ends("destroy --yes", 0);
    assert!(gone.stdout.contains("PersistentVolumeClaim/data-kubently-redis-master-0"), "{gone}");
    assert!(live(&fleet.here, "apis/apps/v1", "deployments", "kubently-api").await.is_none());
}
