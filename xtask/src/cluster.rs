//! `cargo xtask cluster`: clusters for people. The work is the testkit's; this is how it is told.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use longshore_testkit::cluster::{self, AddOn, Lifetime, Nodes, Place, Record};
use longshore_testkit::tools::{Group, Tool};

use crate::{go, say};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build the control plane's programs if they are missing
    Build(Kind),
    /// Start a cluster and wait until it is ready; one that runs is left alone
    #[command(after_help = UP_EXAMPLES)]
    Up(Up),
    /// End a cluster and everything in it
    Down(Name),
    /// Show clusters, their programs, memory and kubeconfigs; exit code 1 if one is not alive (or none runs)
    Status {
        /// Only this cluster
        #[arg(long)]
        name: Option<String>,
    },
    /// Run a command inside a cluster with a real node: its network, processes and mounts
    #[command(after_help = RUN_EXAMPLES)]
    Run {
        #[command(flatten)]
        name: Name,
        /// The command and its arguments
        #[arg(required = true, trailing_var_arg = true)]
        command: Vec<String>,
    },
    /// Import archives of images (docker save, or the OCI layout) into a cluster with a real node
    Import {
        #[command(flatten)]
        name: Name,
        /// The archives
        #[arg(required = true)]
        archives: Vec<PathBuf>,
    },
}

const UP_EXAMPLES: &str = "\
Examples:
  cargo xtask cluster up                                    nodes and pods are played
  cargo xtask cluster up --real                             one real node; needs root
  cargo xtask cluster up --real --with traefik,metrics-server --name e2e";

const RUN_EXAMPLES: &str = "\
Examples:
  cargo xtask cluster run -- ip address
  cargo xtask cluster run --name e2e -- iptables -t nat -L";

#[derive(Debug, Clone, Args)]
pub(crate) struct Kind {
    /// With one real node (kubelet, containerd, kube-proxy, CoreDNS) in place of played ones; needs root
    #[arg(long)]
    real: bool,
    /// What a real node has besides: traefik, metrics-server
    #[arg(long, value_delimiter = ',', requires = "real")]
    with: Vec<AddOn>,
}

impl Kind {
    pub(crate) fn real(with: Vec<AddOn>) -> Self {
        Self { real: true, with }
    }

    fn nodes(&self) -> Nodes {
        if self.real { Nodes::Real(self.with.clone()) } else { Nodes::Simulated }
    }
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Up {
    #[command(flatten)]
    pub(crate) name: Name,
    #[command(flatten)]
    kind: Kind,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Name {
    /// The cluster's name; several run side by side
    #[arg(long, default_value = "dev")]
    name: String,
}

pub(crate) async fn run(command: Command) -> Result<bool> {
    match command {
        Command::Build(kind) => {
            for (tool, path) in build(&kind).await? {
                say::answer(&format!("{} {}", tool.name, path.display()));
            }
            Ok(true)
        }
        Command::Up(Up { name: Name { name }, kind }) => up(&name, &kind).await,
        Command::Run { name: Name { name }, command } => enter(&name, &command).await,
        Command::Import { name: Name { name }, archives } => {
            let (place, record) = running(&name)?;
            cluster::real::import(&place, &record, &archives).await?;
            Ok(true)
        }
        Command::Down(Name { name }) => down(&name).await,
        Command::Status { name } => status(name.as_deref()).await,
    }
}

/// Builds what a cluster of that kind needs, as far as it is missing.
pub(crate) async fn build(kind: &Kind) -> Result<Vec<(&'static Tool, PathBuf)>> {
    if kind.real {
        cluster::real::requirements()?;
    }
    let mut tools = go::build(Group::ControlPlane).await?;
    if kind.real {
        tools.extend(go::build(Group::RealNode).await?);
        for name in kind.with.iter().flat_map(|add_on| add_on.tools()) {
            let tool = Tool::named(name)?;
            tools.push((tool, go::one(tool).await?));
        }
    }
    Ok(tools)
}

async fn up(name: &str, kind: &Kind) -> Result<bool> {
    build(kind).await?;
    cluster::sweep().await?;
    let start = Instant::now();
    let tell = |text: &str| say::note(&format!("cluster {name}: {text}"));
    let running = cluster::up_with(name, Lifetime::Detached, &kind.nodes(), &tell).await?;
    if running.was_found() {
        tell("runs already");
    } else {
        tell(&format!("ready in {}", say::duration(start.elapsed())));
    }
    let kubeconfig = running.place().kubeconfig();
    say::note(&format!("look around: export KUBECONFIG={}", kubeconfig.display()));
    say::note("             kubectl get nodes   (any kubectl; `cargo xtask oracle path kubectl` builds one)");
    say::note(&format!("take it down: cargo xtask cluster down --name {name}"));
    say::answer(&kubeconfig.display().to_string());
    Ok(true)
}

/// Ends what was begun: the cluster of an interrupted start, unless it was ready before, and those of tests that ended.
pub(crate) async fn after_interruption(starting: Option<&Name>) -> Result<()> {
    if let Some(Name { name }) = starting
        && Place::of(name)?.read()?.is_some_and(|record| !record.ready)
    {
        down(name).await?;
    }
    cluster::sweep().await
}

fn running(name: &str) -> Result<(Place, Record)> {
    let place = Place::of(name)?;
    match place.read()? {
        Some(record) if record.is_alive() => Ok((place, record)),
        _ => bail!(
            "there is no cluster {name} that runs; `cargo xtask cluster up --real --name {name}` starts one"
        ),
    }
}

/// Becomes the command, so that it has the terminal, and its exit code is ours.
async fn enter(name: &str, command: &[String]) -> Result<bool> {
    let (place, record) = running(name)?;
    let words = cluster::real::inside(&record)?;
    let status = tokio::process::Command::new(&words[0])
        .args(&words[1..])
        .args(command)
        .env("KUBECONFIG", place.kubeconfig())
        .status()
        .await
        .with_context(|| format!("cannot run {}", words[0]))?;
    Ok(status.success())
}

async fn down(name: &str) -> Result<bool> {
    let start = Instant::now();
    let tell = |text: &str| say::note(&format!("cluster {name}: {text}"));
    if cluster::down(name, &tell).await? {
        tell(&format!("down in {}", say::duration(start.elapsed())));
    } else {
        tell("there is none");
    }
    Ok(true)
}

async fn status(only: Option<&str>) -> Result<bool> {
    // Test programs cannot clear up after themselves; what they left is not worth showing.
    cluster::sweep().await?;
    let places = match only {
        Some(name) => vec![Place::of(name)?],
        None => Place::all()?,
    };
    let mut fine = !places.is_empty();
    for place in &places {
        if let Some(record) = place.read()? {
            fine &= record.is_alive();
            describe(place, &record);
        } else {
            fine = false;
            say::note(&format!("there is no cluster {}", place.name()));
        }
    }
    if places.is_empty() {
        say::note("no cluster runs; `cargo xtask cluster up` starts one");
    }
    Ok(fine)
}

fn describe(place: &Place, record: &Record) {
    let state = match (record.ready, record.is_alive()) {
        (_, true) => "running",
        (true, false) => "broken",
        (false, false) => "not ready",
    };
    say::answer(&format!("{}: {state}, Kubernetes {}, {}", record.name, record.kubernetes, record.server));
    say::answer(&format!("  kubeconfig {}", place.kubeconfig().display()));
    if let Some(owner) = &record.owner {
        say::answer(&format!("  until process {} ends", owner.pid));
    }
    let mut total = 0;
    for component in &record.components {
        let memory = component.process.memory();
        total += memory.unwrap_or_default();
        let state = if component.process.is_alive() {
            memory.map_or_else(|| "running".to_owned(), say::mebibytes)
        } else {
            "gone".to_owned()
        };
        say::answer(&format!(
            "  {:<24} {:<8} pid {:<8} {state}",
            component.name, component.version, component.process.pid,
        ));
    }
    if let Some((shims, containers)) = cluster::real::workload_memory(record) {
        total += shims + containers;
        for (what, bytes) in [("containerd's shims", shims), ("containers", containers)] {
            say::answer(&format!("  {what:<24} {:<8} {:<12} {}", "", "", say::mebibytes(bytes)));
        }
    }
    say::answer(&format!("  {:<24} {:<8} {:<12} {}", "together", "", "", say::mebibytes(total)));
}
