//! The command line against a real node, where pods are processes. `cargo xtask e2e` runs these: they need root, some of
//! Debian's packages, and programs that take minutes to build once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod deployed;
mod verdicts;

use longshore_testkit::{Outcome, Program, Project, TestCluster, TestNamespace};

/// A namespace of the real cluster, and a project that is deployed to it.
struct Stage {
    cluster: &'static TestCluster,
    namespace: TestNamespace,
    project: Project,
}

impl Stage {
    async fn new(name: &str, files: &str) -> Self {
        let cluster = TestCluster::real().await.unwrap();
        let namespace = cluster.namespace(name).await.unwrap();
        Self { cluster, namespace, project: Project::new(files).unwrap() }
    }

    /// Runs `longshore` with the namespace's kubeconfig and `-n`.
    fn longshore(&self, arguments: &str) -> Outcome {
        Program::new(env!("CARGO_BIN_EXE_longshore"))
            .unwrap()
            .args(arguments.split_whitespace())
            .args(["-n", self.namespace.name()])
            .env("KUBECONFIG", self.namespace.kubeconfig())
            .env("USER", "tester")
            .folder(self.project.path())
            .run()
            .unwrap()
    }

    /// Runs it and expects exit code 0.
    #[track_caller]
    fn ok(&self, arguments: &str) -> Outcome {
        let outcome = self.longshore(arguments);
        assert_eq!(outcome.code, Some(0), "longshore {arguments}\n{outcome}");
        outcome
    }
}
