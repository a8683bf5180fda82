//! The command line against a real node, where pods are processes. `cargo xtask e2e` runs these: they need root, some of
//! Debian's packages, and programs that take minutes to build once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access_layer;
mod asking;
mod b2connect;
mod deployed;
mod dns;
mod healthy;
mod kubently;
mod nest;
mod nowconnect;
mod platforms;
mod verdicts;

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use longshore_testkit::{Outcome, Program, Project, TestCluster, TestNamespace};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The cluster's DNS, which all but one want to be there.
static DNS: RwLock<()> = RwLock::const_new(());

/// For a test that goes on beside others: to be held to its end.
async fn together() -> RwLockReadGuard<'static, ()> {
    DNS.read().await
}

/// For a test that takes away what others need.
async fn alone() -> RwLockWriteGuard<'static, ()> {
    DNS.write().await
}

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
        let mut words: Vec<&str> = arguments.split_whitespace().collect();
        words.extend(["-n", self.namespace.name()]);
        self.run(&words)
    }

    /// Runs it with these arguments and the namespace's kubeconfig.
    fn run(&self, arguments: &[&str]) -> Outcome {
        Program::new(env!("CARGO_BIN_EXE_longshore"))
            .unwrap()
            .args(arguments)
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

    /// What Traefik answers on the node's port 80: the status and the body.
    fn ask(&self, method: &str, host: &str, path: &str, body: &str) -> io::Result<(u16, String)> {
        let mut stream = TcpStream::connect((self.cluster.node_address().unwrap(), 80))?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n{body}")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::InvalidData)?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Ok((status.ok_or(io::ErrorKind::InvalidData)?, body.to_owned()))
    }
}
