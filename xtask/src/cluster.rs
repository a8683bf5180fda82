//! `cargo xtask cluster`: clusters for people. The work is the testkit's; this is how it is told.

use std::time::Instant;

use anyhow::Result;
use clap::{Args, Subcommand};
use longshore_testkit::cluster::{self, Lifetime, Place, Record};
use longshore_testkit::tools::Group;

use crate::{go, say};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build the control plane's programs if they are missing
    Build,
    /// Start a cluster and wait until it is ready; one that runs is left alone
    Up(Name),
    /// End a cluster and everything in it
    Down(Name),
    /// Show clusters, their programs, memory and kubeconfigs; exit code 1 if one is not alive (or none runs)
    Status {
        /// Only this cluster
        #[arg(long)]
        name: Option<String>,
    },
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Name {
    /// The cluster's name; several run side by side
    #[arg(long, default_value = "dev")]
    name: String,
}

pub(crate) async fn run(command: Command) -> Result<bool> {
    match command {
        Command::Build => {
            for (tool, path) in go::build(Group::ControlPlane).await? {
                say::answer(&format!("{} {}", tool.name, path.display()));
            }
            Ok(true)
        }
        Command::Up(Name { name }) => up(&name).await,
        Command::Down(Name { name }) => down(&name).await,
        Command::Status { name } => status(name.as_deref()).await,
    }
}

async fn up(name: &str) -> Result<bool> {
    go::build(Group::ControlPlane).await?;
    cluster::sweep().await?;
    let start = Instant::now();
    let tell = |text: &str| say::note(&format!("cluster {name}: {text}"));
    let running = cluster::up(name, Lifetime::Detached, &tell).await?;
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
    say::answer(&format!("  {:<24} {:<8} {:<12} {}", "together", "", "", say::mebibytes(total)));
}
