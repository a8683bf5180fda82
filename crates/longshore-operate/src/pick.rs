//! The pod for a command or a connection, its container, and the port of a Service as that pod has it.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt as _;
use longshore_cluster::{Change, Cluster, Selector};
use longshore_diag::Diagnostic;
use longshore_object::Gvk;
use serde_json::Value as Json;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::pod::{PodState, list, text};
use crate::scope::{Owner, Scope};

/// The pod that was picked.
#[derive(Debug, Clone)]
pub struct Picked {
    /// Whose it is.
    pub owner: Owner,
    /// The live pod.
    pub pod: Json,
    /// The same, read.
    pub state: PodState,
}

/// Picks a pod of what was named: one that is ready, or else one that runs; of several the oldest, so that the same is
/// picked again while it is there.
///
/// # Errors
/// There is none, or none that runs: what they are in is told.
pub async fn pick(cluster: &Cluster, scope: &Scope) -> Result<Picked, Diagnostic> {
    let pods = cluster.list(&Gvk::new("v1", "Pod"), Some(&scope.namespace), &Selector::default()).await;
    let pods = pods.map_err(|error| error.diagnostic())?;
    best(pods.items, scope)
}

/// Picks pods again and again, by what a watch tells of them.
pub struct Picker {
    scope: Scope,
    pods: watch::Receiver<BTreeMap<String, Json>>,
    /// Ends the watch with it.
    _task: JoinSet<()>,
}

impl Picker {
    /// Watches the pods of a scope.
    pub fn new(cluster: &Cluster, scope: Scope) -> Self {
        let (sender, pods) = watch::channel(BTreeMap::new());
        let (cluster, watched) = (cluster.clone(), scope.clone());
        let mut task = JoinSet::new();
        task.spawn(async move {
            let namespace = Some(watched.namespace.as_str());
            let mut changes =
                std::pin::pin!(cluster.watch(&Gvk::new("v1", "Pod"), namespace, &Selector::default()));
            // What ends it is told by who picks: there is no pod any more.
            while let Some(Ok(change)) = changes.next().await {
                sender.send_modify(|pods| match change {
                    Change::All(found) => {
                        pods.clear();
                        let ours = found.into_iter().filter(|pod| watched.owner(pod).is_some());
                        pods.extend(ours.map(|pod| (text(&pod, "/metadata/uid").to_owned(), pod)));
                    }
                    Change::Put(pod) if watched.owner(&pod).is_some() => {
                        pods.insert(text(&pod, "/metadata/uid").to_owned(), pod);
                    }
                    Change::Gone(pod) => drop(pods.remove(text(&pod, "/metadata/uid"))),
                    Change::Put(_) | Change::Trouble(_) => {}
                });
            }
        });
        Self { scope, pods, _task: task }
    }

    /// The pod as [`pick`] would have it, waited for if there is none that is ready.
    ///
    /// # Errors
    /// As [`pick`], if none runs for so long.
    pub async fn pick(&self, patience: Duration) -> Result<Picked, Diagnostic> {
        let mut pods = self.pods.clone();
        let now = |pods: &BTreeMap<String, Json>| best(pods.values().cloned().collect(), &self.scope);
        let is_ready = |pods: &BTreeMap<String, Json>| {
            now(pods).is_ok_and(|one| one.state.is_ready && !one.state.is_deleting)
        };
        // What runs and is not ready is better than nothing.
        let _ = tokio::time::timeout(patience, pods.wait_for(is_ready)).await;
        now(&self.pods.borrow())
    }
}

fn best(pods: Vec<Json>, scope: &Scope) -> Result<Picked, Diagnostic> {
    let mut found: Vec<Picked> = pods
        .into_iter()
        .filter_map(|pod| Some(Picked { owner: scope.owner(&pod)?, state: PodState::of(&pod), pod }))
        .collect();
    found.sort_by(|a, b| {
        let rank = |one: &Picked| {
            let runs = one.state.containers.iter().any(|container| container.is_running);
            (!one.state.is_ready, one.state.is_deleting, !runs, one.state.created, one.state.name.clone())
        };
        rank(a).cmp(&rank(b))
    });
    let runs = |one: &Picked| one.state.containers.iter().any(|container| container.is_running);
    if found.first().is_some_and(runs) {
        return Ok(found.remove(0));
    }
    let what = match scope.only() {
        Some((Some(kind), name)) => format!("{kind} `{name}`"),
        Some((None, name)) => format!("`{name}`"),
        None => scope.releases().map(|(name, _)| format!("release `{name}`")).collect::<Vec<_>>().join(", "),
    };
    if found.is_empty() {
        let message = format!("{what} has no pods in namespace `{}`", scope.namespace);
        return Err(Diagnostic::error("operate/no-pod", message).hint(scope.choices()));
    }
    let message = format!("no pod of {what} runs");
    let told = found.iter().take(5).map(|one| format!("pod {}: {}", one.state.name, one.state.words()));
    Err(told.fold(Diagnostic::error("operate/no-running-pod", message), Diagnostic::note))
}

/// The container for a command: the one that was named, or that the pod's annotation names, or the first.
///
/// # Errors
/// The pod has no such container, or it does not run.
pub fn container_of(picked: &Picked, wanted: Option<&str>) -> Result<String, Diagnostic> {
    const DEFAULT: &str = "/metadata/annotations/kubectl.kubernetes.io~1default-container";
    let state = &picked.state;
    let by_annotation = Some(text(&picked.pod, DEFAULT)).filter(|name| !name.is_empty());
    let Some(name) = wanted.or(by_annotation) else {
        let first = state.containers.iter().find(|container| !container.is_init);
        return Ok(first.map(|container| container.name.clone()).unwrap_or_default());
    };
    let names =
        || state.containers.iter().map(|container| container.name.as_str()).collect::<Vec<_>>().join(", ");
    match state.containers.iter().find(|container| container.name == name) {
        Some(container) if container.is_running => Ok(name.to_owned()),
        Some(container) => {
            let why =
                if container.reason.is_empty() { "has not started or has ended" } else { &container.reason };
            let message = format!("container `{name}` of pod {} does not run: {why}", state.name);
            Err(Diagnostic::error("operate/container-not-running", message))
        }
        None => {
            let message = format!("pod {} has no container `{name}`", state.name);
            Err(Diagnostic::error("operate/no-container", message).hint(format!("it has {}", names())))
        }
    }
}

/// The port of the pod that a port of what was named leads to. For a Service that is its target port, a name of a
/// port in the pod's containers included; for everything else the port itself, or that of the name.
///
/// # Errors
/// There is no such port.
pub fn port_of(scope: &Scope, picked: &Picked, port: &str) -> Result<u16, Diagnostic> {
    let number = port.parse::<u16>().ok().filter(|number| *number > 0);
    let service = match scope.only() {
        Some((None | Some("Service"), name)) if picked.owner.name != name => scope.service(name),
        Some((Some("Service"), name)) => scope.service(name),
        _ => None,
    };
    let Some(service) = service else {
        return match number {
            Some(number) => Ok(number),
            None => named(picked, port),
        };
    };
    let service = service.to_json();
    let ports = list(&service, "/spec/ports");
    let wanted = |entry: &&Json| match number {
        Some(number) => entry["port"].as_u64() == Some(number.into()),
        None => text(entry, "/name") == port,
    };
    let Some(entry) = ports.iter().find(wanted) else {
        let has: Vec<String> = ports
            .iter()
            .map(|entry| match text(entry, "/name") {
                "" => entry["port"].to_string(),
                name => format!("{} ({name})", entry["port"]),
            })
            .collect();
        let message = format!("Service `{}` has no port {port}", text(&service, "/metadata/name"));
        return Err(Diagnostic::error("operate/no-port", message).hint(format!("it has {}", has.join(", "))));
    };
    match &entry["targetPort"] {
        Json::String(name) => match name.parse() {
            Ok(number) => Ok(number),
            Err(_) => named(picked, name),
        },
        Json::Number(number) => {
            Ok(number.as_u64().and_then(|number| u16::try_from(number).ok()).unwrap_or(0))
        }
        _ => Ok(entry["port"].as_u64().and_then(|number| u16::try_from(number).ok()).unwrap_or(0)),
    }
}

/// The port of that name in the pod's containers.
fn named(picked: &Picked, name: &str) -> Result<u16, Diagnostic> {
    let ports = list(&picked.pod, "/spec/containers").iter().flat_map(|container| list(container, "/ports"));
    let mut names = Vec::new();
    for port in ports {
        let number = port["containerPort"].as_u64().and_then(|number| u16::try_from(number).ok());
        if let Some(number) = number.filter(|_| text(port, "/name") == name) {
            return Ok(number);
        }
        names.push(format!("{} ({})", port["containerPort"], text(port, "/name")));
    }
    let message = format!("pod {} has no port that is called `{name}`", picked.state.name);
    let error = Diagnostic::error("operate/no-port", message);
    Err(if names.is_empty() { error } else { error.hint(format!("it has {}", names.join(", "))) })
}

#[cfg(test)]
mod tests;
