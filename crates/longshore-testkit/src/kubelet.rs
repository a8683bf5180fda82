//! The daemon of a node that is not there: logs, commands and ports, as an API server asks a real one for them.
//!
//! KWOK's pods have no logs and run nothing. A node that names this server as its daemon's endpoint makes the real API
//! server come here, with the kubelet's own paths, over TLS: `/containerLogs`, `/exec` and `/portForward`, the latter
//! two as WebSockets (a node may say that it speaks them: `ExtendWebSocketsToKubelet`, Kubernetes 1.36).
//!
//! - Logs are lines with numbers at a rate ([`TestKubelet::write_log`]): nothing is stored, and a test knows what there must be.
//! - Commands are run on this machine.
//! - Ports are ports of this machine.

mod http1;
mod log;
mod streams;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use k8s_openapi::api::core::v1::{Node, Pod};
use kube::Api;
use kube::api::{Patch, PatchParams, PostParams};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::server::TestAuthority;
use log::Log;

/// A running daemon; it ends when it is dropped.
#[derive(Debug)]
pub struct TestKubelet {
    address: SocketAddr,
    state: Arc<State>,
    _task: JoinSet<()>,
}

#[derive(Debug)]
struct State {
    logs: Mutex<BTreeMap<(String, String), Log>>,
    /// Counts up when all connections are to break.
    cuts: watch::Sender<u64>,
    /// Requests so far: path and query.
    asked: Mutex<Vec<String>>,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl TestKubelet {
    /// Starts it on a free port of loopback.
    ///
    /// # Errors
    /// There is no port, or no certificate.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("no port for a kubelet")?;
        let address = listener.local_addr()?;
        let acceptor = TlsAcceptor::from(TestAuthority::new()?.server()?);
        let (cuts, _) = watch::channel(0);
        let state = Arc::new(State { logs: Mutex::default(), cuts, asked: Mutex::default() });
        let shared = Arc::clone(&state);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    Ok((connection, _)) = listener.accept() => {
                        let (acceptor, state) = (acceptor.clone(), Arc::clone(&shared));
                        connections.spawn(async move {
                            let Ok(stream) = acceptor.accept(connection).await else { return };
                            let mut cut = state.cuts.subscribe();
                            tokio::select! {
                                _ = http1::serve(stream, &state) => {}
                                _ = cut.changed() => {}
                            }
                        });
                    }
                    Some(_) = connections.join_next() => {}
                }
            }
        });
        Ok(Self { address, state, _task: task })
    }

    /// Makes a node of that name whose daemon this is.
    ///
    /// # Errors
    /// The API server does not take it.
    pub async fn register(&self, client: &kube::Client, name: &str) -> Result<()> {
        let nodes: Api<Node> = Api::all(client.clone());
        let node = serde_json::from_value(json!({"metadata": {"name": name}}))?;
        nodes.create(&PostParams::default(), &node).await.context("cannot make a node")?;
        let status = json!({"status": {
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": self.address.port()}},
            "declaredFeatures": ["ExtendWebSocketsToKubelet"],
            "conditions": [{"type": "Ready", "status": "True", "reason": "Test", "message": "",
                "lastHeartbeatTime": "2026-01-01T00:00:00Z", "lastTransitionTime": "2026-01-01T00:00:00Z"}],
        }});
        let params = PatchParams::default();
        nodes
            .patch_status(name, &params, &Patch::Merge(&status))
            .await
            .context("cannot say what the node is")?;
        Ok(())
    }

    /// Makes a pod on that node, with one container `app` that runs and is ready.
    ///
    /// # Errors
    /// The API server does not take it.
    pub async fn pod(&self, client: &kube::Client, node: &str, pod: serde_json::Value) -> Result<()> {
        let pods: Api<Pod> = Api::default_namespaced(client.clone());
        let mut pod = pod;
        pod["spec"] = json!({"nodeName": node, "terminationGracePeriodSeconds": 0,
            "containers": [{"name": "app", "image": "example.com/app", "ports": [{"name": "web", "containerPort": 8080}]}]});
        let pod: Pod = serde_json::from_value(pod).context("this is no pod")?;
        let name = pod.metadata.name.clone().context("a pod has a name")?;
        pods.create(&PostParams::default(), &pod).await.context("cannot make a pod")?;
        self.report(client, &name, 0).await
    }

    /// Reports that the container `app` of a pod runs, and how often it was started again.
    ///
    /// # Errors
    /// The API server does not take it.
    pub async fn report(&self, client: &kube::Client, pod: &str, restarts: u32) -> Result<()> {
        let pods: Api<Pod> = Api::default_namespaced(client.clone());
        let now = jiff::Timestamp::now();
        let now = jiff::Timestamp::from_second(now.as_second())?.to_string();
        let status = json!({"status": {
            "phase": "Running",
            "startTime": now,
            "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": now}],
            "containerStatuses": [{"name": "app", "image": "example.com/app", "imageID": "", "ready": true,
                "restartCount": restarts, "started": true, "containerID": format!("test://{pod}-{restarts}"),
                "state": {"running": {"startedAt": now}}}],
        }});
        let params = PatchParams::default();
        pods.patch_status(pod, &params, &Patch::Merge(&status)).await.context("cannot report a pod")?;
        Ok(())
    }

    /// The container of a pod begins to write lines, so many a second, beginning with number 0. `0` is no line ever.
    pub fn write_log(&self, pod: &str, container: &str, rate: u32) {
        held(&self.state.logs).insert((pod.to_owned(), container.to_owned()), Log::new(rate));
    }

    /// The container's run ends, and the next begins. Numbers go on.
    pub fn restart(&self, pod: &str, container: &str) {
        self.change(pod, container, Log::restart);
    }

    /// The container is started again right before the log of its run before is asked for the next time.
    pub fn restart_before_previous(&self, pod: &str, container: &str) {
        self.change(pod, container, |log| log.restarts_before_previous = true);
    }

    /// The container's run ends, and none follows; how many lines it has written in all its runs.
    pub fn stop(&self, pod: &str, container: &str) -> u64 {
        let mut written = 0;
        self.change(pod, container, |log| written = log.stop());
        written
    }

    /// The lines so far, and so many that come, are moved to a file that nobody can ask for.
    pub fn rotate(&self, pod: &str, container: &str, ahead: u64) {
        self.change(pod, container, |log| log.rotate(ahead));
    }

    /// Breaks all connections.
    pub fn cut(&self) {
        self.state.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// What it was asked so far: paths and queries.
    pub fn asked(&self) -> Vec<String> {
        held(&self.state.asked).clone()
    }

    fn change(&self, pod: &str, container: &str, change: impl FnOnce(&mut Log)) {
        if let Some(log) = held(&self.state.logs).get_mut(&(pod.to_owned(), container.to_owned())) {
            change(log);
        }
    }
}
