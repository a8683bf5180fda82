//! What an environment has left behind, and what it leaves alone: environments in one namespace, renamed ones, other
//! namespaces, environments that the project file does not name, releases that are switched off.

mod environments;
mod namespaces;

use longshore_testkit::{Outcome, Program, Project, TestCluster, TestNamespace};
use serde_json::Value;

/// A project whose environments name their namespaces, on the shared cluster. The platform has a name of its own: what was
/// left behind is looked for over the whole cluster.
struct Yard {
    namespaces: Vec<TestNamespace>,
    platform: String,
    project: Project,
    /// Instead of the administrator's.
    kubeconfig: Option<std::path::PathBuf>,
}

impl Yard {
    /// `PLATFORM`, `NS0`, `NS1`, … stand for the platform's name and the namespaces.
    async fn new(name: &str, count: usize, files: &str) -> Self {
        let cluster = TestCluster::get().await.unwrap();
        let mut namespaces = Vec::new();
        for _ in 0..count {
            namespaces.push(cluster.namespace(name).await.unwrap());
        }
        let platform = format!("shop-{}", namespaces[0].name());
        let mut files = files.replace("PLATFORM", &platform);
        for (at, namespace) in namespaces.iter().enumerate() {
            files = files.replace(&format!("NS{at}"), namespace.name());
        }
        Self { namespaces, platform, project: Project::new(&files).unwrap(), kubeconfig: None }
    }

    fn ns(&self, at: usize) -> &str {
        self.namespaces[at].name()
    }

    fn edit(&self, from: &str, to: &str) {
        let text = self.project.read("longshore.yaml").unwrap();
        assert!(text.contains(from), "no `{from}` in {text}");
        self.project.write("longshore.yaml", &text.replace(from, to)).unwrap();
    }

    /// Runs `longshore` without `-n`.
    #[track_caller]
    fn ends(&self, arguments: &str, code: i32) -> Outcome {
        let outcome = Program::new(env!("CARGO_BIN_EXE_longshore"))
            .unwrap()
            .args(arguments.split_whitespace())
            .env("KUBECONFIG", self.kubeconfig.clone().unwrap_or_else(|| self.namespaces[0].kubeconfig()))
            .env("USER", "tester")
            .folder(self.project.path())
            .run()
            .unwrap();
        assert_eq!(outcome.code, Some(code), "longshore {arguments}\n{outcome}");
        outcome
    }

    #[track_caller]
    fn json(&self, arguments: &str) -> Value {
        serde_json::from_str(&self.ends(&format!("{arguments} -o json"), 0).stdout).unwrap()
    }

    /// Makes an object of RBAC in the first namespace.
    async fn make(&self, plural: &str, body: &Value) {
        let path = format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{}/{plural}", self.ns(0));
        let request = http::Request::post(path).header("content-type", "application/json");
        let request = request.body(body.to_string().into_bytes()).unwrap();
        self.namespaces[0].client().await.unwrap().request::<Value>(request).await.unwrap();
    }

    async fn get(&self, at: usize, plural: &str, name: &str) -> Option<Value> {
        let path = format!("/api/v1/namespaces/{}/{plural}/{name}", self.ns(at));
        let request = http::Request::get(path).body(Vec::new()).unwrap();
        match self.namespaces[at].client().await.unwrap().request::<Value>(request).await {
            Ok(object) => Some(object),
            Err(kube::Error::Api(status)) if status.code == 404 => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// Which of some ConfigMaps are there.
    async fn has(&self, at: usize, names: &[&str]) -> Vec<bool> {
        let mut found = Vec::new();
        for name in names {
            found.push(self.get(at, "configmaps", name).await.is_some());
        }
        found
    }

    /// The names of the records in a namespace, and the environments that they are labelled with.
    async fn records(&self, at: usize) -> Vec<(String, String)> {
        let path = format!("/api/v1/namespaces/{}/secrets?labelSelector=owner%3Dhelm", self.ns(at));
        let request = http::Request::get(path).body(Vec::new()).unwrap();
        let list: Value = self.namespaces[at].client().await.unwrap().request(request).await.unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let items = list["items"].as_array().unwrap().iter().map(|item| &item["metadata"]);
        items.map(|item| (text(&item["name"]), text(&item["labels"]["longshore.dev/environment"]))).collect()
    }
}

#[track_caller]
fn says(outcome: &Outcome, words: &[&str]) {
    for words in words {
        assert!(
            outcome.stdout.contains(words) || outcome.stderr.contains(words),
            "no `{words}` in\n{outcome}"
        );
    }
}
