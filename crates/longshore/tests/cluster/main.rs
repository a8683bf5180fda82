//! The command line against a real control plane: the life of a platform, interruptions, refusals, warnings, and the
//! platforms.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access_layer;
mod applied;
mod b2connect;
mod changed;
mod contested;
mod cron;
mod drifted;
mod environments;
mod exec;
mod faults;
mod fleet;
mod forward;
mod frozen;
mod given;
mod healthy;
mod held;
mod hook_faults;
mod hooked;
mod hooks;
mod image_set;
mod imported;
mod interrupt;
mod inventory;
mod killed;
mod killed_removing;
mod kubently;
mod kustomized;
mod lacking;
mod left;
mod life;
mod logs;
mod lookup;
mod made;
mod namespaced;
mod nest;
mod nowconnect;
mod outputs;
mod preflight;
mod recorded;
mod records;
mod records_sql;
mod refused;
mod required;
mod routed;
mod secrets;
mod spared;
mod taken_back;
mod uninstalled;
mod verdicts;
mod warned;
mod watched;
mod whole_life;
mod wired;

use longshore_testkit::{Outcome, Program, Project, Started, TestCluster, TestNamespace};
use serde_json::Value;

/// A namespace of a real cluster, and a project that is deployed to it.
struct Stage {
    namespace: TestNamespace,
    project: Project,
    /// Variables that every command sees.
    environment: Vec<(String, String)>,
    /// Instead of the namespace's.
    kubeconfig: Option<std::path::PathBuf>,
}

impl Stage {
    /// A project with the usual head and an environment `dev` in a namespace of its own.
    async fn new(name: &str, files: &str) -> Self {
        Self::on(TestCluster::get().await.unwrap(), name, files).await
    }

    /// The same on another cluster than the shared one.
    async fn on(cluster: &TestCluster, name: &str, files: &str) -> Self {
        let namespace = cluster.namespace(name).await.unwrap();
        let project = Project::new(files).unwrap();
        // Pods that KWOK plays have no probes, and crash only where they are told to: they are taken at their word.
        if let Ok(text) = project.read("longshore.yaml")
            && !text.lines().any(|line| line.starts_with("wait:"))
        {
            project.write("longshore.yaml", &format!("{text}\nwait: {{grace: {{settle: 0s}}}}\n")).unwrap();
        }
        Self { namespace, project, environment: Vec::new(), kubeconfig: None }
    }

    fn program(&self, arguments: &str) -> Program {
        let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
        let variables = self.environment.iter();
        variables
            .fold(program, |program, (name, value)| program.env(name, value))
            .args(arguments.split_whitespace())
            .args(["-n", self.namespace.name()])
            .env("KUBECONFIG", self.kubeconfig.clone().unwrap_or_else(|| self.namespace.kubeconfig()))
            .env("USER", "tester")
            .folder(self.project.path())
    }

    /// Runs `longshore` with the namespace's kubeconfig and `-n`.
    fn longshore(&self, arguments: &str) -> Outcome {
        self.program(arguments).run().unwrap()
    }

    /// Starts it, for tests that interrupt it.
    fn start(&self, arguments: &str) -> Started {
        self.program(arguments).start().unwrap()
    }

    /// Starts a line of the shell on a terminal of 80 columns and 24 rows, `longshore` being the program.
    fn on_terminal(&self, line: &str) -> Started {
        let program = env!("CARGO_BIN_EXE_longshore");
        let line = line.replace("longshore", program).replace("{ns}", self.namespace.name());
        // util-linux' `script` has a terminal of its own, as its user's.
        let program = Program::new("/usr/bin/script").unwrap();
        program
            .args(["-qec", &format!("stty rows 24 cols 80; {line}"), "/dev/null"])
            .env("KUBECONFIG", self.namespace.kubeconfig())
            .env("TERM", "xterm-256color")
            .env("SHELL", "/bin/sh")
            .folder(self.project.path())
            .typed()
            .start()
            .unwrap()
    }

    /// Runs it and expects exit code 0.
    #[track_caller]
    fn ok(&self, arguments: &str) -> Outcome {
        let outcome = self.longshore(arguments);
        assert_eq!(outcome.code, Some(0), "longshore {arguments}\n{outcome}");
        outcome
    }

    /// The result of a command as JSON.
    #[track_caller]
    fn json(&self, arguments: &str) -> Value {
        serde_json::from_str(&self.longshore(&format!("{arguments} -o json")).stdout).unwrap()
    }

    /// Changes an object as another field manager does, with a strategic merge patch.
    async fn patch(&self, path: &str, manager: &str, body: &Value) -> Value {
        let client = self.namespace.client().await.unwrap();
        let path = format!("/{path}?fieldManager={manager}").replace("{ns}", self.namespace.name());
        let kind = if path.contains("/scale") { "merge-patch" } else { "strategic-merge-patch" };
        let request = http::Request::patch(path)
            .header("content-type", format!("application/{kind}+json"))
            .body(body.to_string().into_bytes())
            .unwrap();
        client.request::<Value>(request).await.unwrap()
    }

    /// Makes an object.
    async fn make(&self, path: &str, body: &Value) -> Value {
        let client = self.namespace.client().await.unwrap();
        let path = format!("/{path}").replace("{ns}", self.namespace.name());
        let request = http::Request::post(path)
            .header("content-type", "application/json")
            .body(body.to_string().into_bytes())
            .unwrap();
        client.request::<Value>(request).await.unwrap()
    }

    /// An object of the namespace, by the path of its collection: `apis/apps/v1`, `deployments`, `web`.
    async fn live(&self, group: &str, plural: &str, name: &str) -> Option<Value> {
        let client = self.namespace.client().await.unwrap();
        let path = format!("/{group}/namespaces/{}/{plural}/{name}", self.namespace.name());
        let request = http::Request::get(path).body(Vec::new()).unwrap();
        match client.request::<Value>(request).await {
            Ok(object) => Some(object),
            Err(kube::Error::Api(status)) if status.code == 404 => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// Names of everything in the namespace, but for what every namespace has.
    async fn everything(&self) -> Vec<String> {
        let client = self.namespace.client().await.unwrap();
        let mut found = Vec::new();
        for (group, plural) in [
            ("api/v1", "configmaps"),
            ("api/v1", "secrets"),
            ("api/v1", "services"),
            ("api/v1", "serviceaccounts"),
            ("api/v1", "persistentvolumeclaims"),
            ("api/v1", "pods"),
            ("apis/apps/v1", "deployments"),
            ("apis/apps/v1", "replicasets"),
            ("apis/apps/v1", "statefulsets"),
            ("apis/batch/v1", "jobs"),
            ("apis/networking.k8s.io/v1", "ingresses"),
            ("apis/networking.k8s.io/v1", "networkpolicies"),
            ("apis/policy/v1", "poddisruptionbudgets"),
            ("apis/autoscaling/v2", "horizontalpodautoscalers"),
        ] {
            let path = format!("/{group}/namespaces/{}/{plural}", self.namespace.name());
            let list: Value =
                client.request(http::Request::get(path).body(Vec::new()).unwrap()).await.unwrap();
            for item in list["items"].as_array().unwrap() {
                let name = item["metadata"]["name"].as_str().unwrap();
                if name != "kube-root-ca.crt" && (plural, name) != ("serviceaccounts", "default") {
                    found.push(format!("{plural}/{name}"));
                }
            }
        }
        found
    }
}
