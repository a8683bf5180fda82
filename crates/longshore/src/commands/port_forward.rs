//! `longshore port-forward`: ports of this machine that lead to a pod.
//!
//! Each connection goes to the pod that is ready when it comes: one that is gone, or going, gets no new ones. What was
//! open to it breaks, as it would anywhere.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use longshore_cluster::{Cluster, ForwardError};
use longshore_diag::Diagnostic;
use longshore_operate::{Picked, Picker, Scope, pick, port_of};
use serde::Serialize;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::args::{GlobalArgs, Output, PortForwardArgs, Ports};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::terminal::Stop;

/// How long a new connection waits for a pod that is ready.
const PATIENCE: Duration = Duration::from_secs(30);

/// A port that is open here.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Open {
    local: SocketAddr,
    pod: String,
    port: u16,
}

struct Shared {
    cluster: Cluster,
    scope: Scope,
    picker: Picker,
    printer: Printer,
    /// The pod of the last connection.
    pod: Mutex<String>,
}

/// Listens until it is interrupted.
pub(super) async fn run(
    global: &GlobalArgs,
    args: &PortForwardArgs,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    let (session, scope) = super::scope(global, &args.select, &args.cluster, Some(&args.target)).await?;
    // What is wrong with pod or ports shows before anything is open.
    let picked = pick(&session.cluster, &scope).await?;
    let mut listeners = Vec::new();
    for ports in &args.ports {
        let port = port_of(&scope, &picked, &ports.remote)?;
        for address in &args.address {
            let address = SocketAddr::new(*address, ports.local);
            let listener = TcpListener::bind(address).await.map_err(|error| {
                Diagnostic::error("operate/listen", format!("cannot listen on {address}: {error}"))
                    .hint("choose another port here: `LOCAL:REMOTE`, or `:REMOTE` for a free one")
            })?;
            let open = Open { local: listener.local_addr()?, pod: picked.state.name.clone(), port };
            say(&open, printer)?;
            listeners.push((listener, ports.clone()));
        }
    }
    let shared = Arc::new(Shared {
        cluster: session.cluster.clone(),
        picker: Picker::new(&session.cluster, scope.clone()),
        scope,
        printer: printer.clone(),
        pod: Mutex::new(picked.state.name),
    });
    let mut accepting = JoinSet::new();
    for (listener, ports) in listeners {
        accepting.spawn(accept(listener, ports, Arc::clone(&shared)));
    }
    Stop::new()?.asked().await;
    Ok(ExitStatus::Interrupted)
}

/// One line for each, at once: whoever asked for a free port reads it there.
fn say(open: &Open, printer: &Printer) -> anyhow::Result<()> {
    let line = match printer.output() {
        Output::Json => serde_json::to_string(open)?,
        _ => format!("{} -> pod {} port {}", open.local, open.pod, open.port),
    };
    printer.raw(format!("{line}\n").as_bytes())
}

async fn accept(listener: TcpListener, ports: Ports, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((connection, from)) => {
                    let (ports, shared) = (ports.clone(), Arc::clone(&shared));
                    connections.spawn(async move {
                        if let Err(told) = one(connection, &ports, &shared).await {
                            shared.printer.diagnostic(&told.note(format!("the connection from {from}")));
                        }
                    });
                }
                // Too many open files: those that end make room.
                Err(error) => {
                    shared.printer.say(format!("a connection was not taken: {error}"));
                    connections.join_next().await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Carries one connection to its end.
async fn one(connection: TcpStream, ports: &Ports, shared: &Shared) -> Result<(), Diagnostic> {
    // Small messages are not to wait for more.
    let _ = connection.set_nodelay(true);
    let (picked, forward) = open(ports, shared).await?;
    let (reader, writer) = connection.into_split();
    match forward.carry(reader, writer).await {
        // Whoever hangs up here has what they wanted.
        Ok(()) | Err(ForwardError::Local(_)) => Ok(()),
        Err(error) => {
            let message = format!("port {} of pod {}: {error}", ports.remote, picked.state.name);
            Err(Diagnostic::warning("operate/forward", message))
        }
    }
}

/// A way to the pod that is ready now. One that goes away in this moment is passed over once.
async fn open(ports: &Ports, shared: &Shared) -> Result<(Picked, longshore_cluster::Forward), Diagnostic> {
    let mut again = true;
    loop {
        let picked = shared.picker.pick(PATIENCE).await?;
        let port = port_of(&shared.scope, &picked, &ports.remote)?;
        let name = picked.state.name.clone();
        match shared.cluster.forward(&shared.scope.namespace, &name, port).await {
            Ok(forward) => {
                let mut last = shared.pod.lock().unwrap_or_else(PoisonError::into_inner);
                if *last != name {
                    shared
                        .printer
                        .say(format!("new connections go to pod {name}; pod {last} is not ready any more"));
                    *last = name;
                }
                return Ok((picked, forward));
            }
            Err(error) if again && !error.is_forbidden() => again = false,
            Err(error) => return Err(error.diagnostic()),
        }
    }
}
