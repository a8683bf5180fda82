//! Something between a program and the API server: it counts what is asked, and does to each request what a test wants.
//!
//! It speaks HTTP/1.1 without TLS to the program and is the administrator to the server, so a kubeconfig with its
//! address is all that a program needs. Faults are chosen request by request, which makes them repeatable: the third
//! write, the first watch of pods.

mod http1;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use kube::Client;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::cluster::client;

/// What a program asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`.
    pub method: String,
    /// Path and query.
    pub target: String,
}

impl Request {
    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Whether it opens a watch.
    pub fn is_watch(&self) -> bool {
        self.target.contains("watch=1") || self.target.contains("watch=true")
    }

    /// Whether it may change something: no question, and no dry run.
    pub fn is_write(&self) -> bool {
        self.method != "GET" && !self.target.contains("dryRun=All")
    }
}

/// What is done to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deal {
    /// It reaches the server, and its answer the program.
    Pass,
    /// The program gets this code and this Kubernetes `Status` (its reason and message), with these headers; the server
    /// hears nothing.
    Answer(u16, &'static str, &'static str, &'static [(&'static str, &'static str)]),
    /// The connection is closed; the server hears nothing.
    Close,
    /// It reaches the server, and then the connection is closed: the answer is lost.
    LoseAnswer,
    /// The answer's head comes and nothing after it; for watches.
    Stall,
    /// The connection is closed after the first so many pieces of the answer; for watches.
    Cut(usize),
}

type Rule = dyn Fn(&Request) -> Deal + Send + Sync;

/// A running one; it ends when it is dropped.
pub struct Between {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Request>>>,
    folder: TempDir,
    task: JoinHandle<()>,
}

impl Between {
    /// Stands before the server of `kubeconfig`, and does to each request what `rule` says.
    pub async fn before(
        kubeconfig: &Path,
        rule: impl Fn(&Request) -> Deal + Send + Sync + 'static,
    ) -> Result<Self> {
        let client = client(kubeconfig).await?;
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no port is free")?;
        let address = listener.local_addr()?;
        let asked = Arc::new(Mutex::new(Vec::new()));
        let folder = tempfile::tempdir().context("no place for a kubeconfig")?;
        let namespace = namespace_of(kubeconfig)?;
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "between",
            "clusters": [{"name": "between", "cluster": {"server": format!("http://{address}")}}],
            "contexts": [{"name": "between", "context": {"cluster": "between", "user": "", "namespace": namespace}}],
            "users": [],
        });
        std::fs::write(folder.path().join("kubeconfig"), config.to_string())
            .context("cannot write a kubeconfig")?;
        let shared = Shared { client, asked: Arc::clone(&asked), rule: Arc::new(rule) };
        let task = tokio::spawn(accept(listener, shared));
        Ok(Self { address, asked, folder, task })
    }

    /// A kubeconfig that leads here.
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// Its address: `http://127.0.0.1:41234`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything that was asked so far.
    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets what was asked so far.
    pub fn forget(&self) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Drop for Between {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone)]
struct Shared {
    client: Client,
    asked: Arc<Mutex<Vec<Request>>>,
    rule: Arc<Rule>,
}

impl Shared {
    fn deal(&self, request: &Request) -> Deal {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
        (self.rule)(request)
    }
}

async fn accept(listener: TcpListener, shared: Shared) {
    // Connections end with this.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let shared = shared.clone();
                connections.spawn(async move {
                    // A connection that breaks is the program's to complain about.
                    let _ = http1::serve(stream, &shared).await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

fn namespace_of(kubeconfig: &Path) -> Result<String> {
    let text = std::fs::read(kubeconfig).with_context(|| format!("cannot read {}", kubeconfig.display()))?;
    let config: Value = serde_json::from_slice(&text).context("the kubeconfig is not one of ours")?;
    let namespace = config["contexts"][0]["context"]["namespace"].as_str();
    Ok(namespace.unwrap_or("default").to_owned())
}
