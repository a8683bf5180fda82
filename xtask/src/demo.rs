//! `cargo xtask demo`: the main job on this machine, from nothing: a control plane, the Access Layer deployed to it, its
//! status, and how to look around and take it down.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use longshore_testkit::cluster::{self, Lifetime};
use longshore_testkit::tools::{Group, workspace_root};
use tokio::process::Command;

use crate::{go, say, step};

/// The cluster's name.
const CLUSTER: &str = "demo";

/// The platform that is deployed.
const PLATFORM: &str = "platforms/access-layer";

/// Runs the demonstration. `false` if a step fails.
pub(crate) async fn run() -> Result<bool> {
    let start = Instant::now();
    say::note("[1/4] the control plane's programs: about 8 min the first time, then nothing");
    go::build(Group::ControlPlane).await?;
    say::note("[2/4] longshore: about 4 min the first time");
    let longshore = build().await?;
    say::note("[3/4] a cluster: about 5 s");
    let kubeconfig = cluster_up().await?;
    say::note("[4/4] the Access Layer, staging: about 15 s");
    for arguments in [&["deploy", "-e", "staging"][..], &["status", "-e", "staging"]] {
        say::note(&format!("longshore {}", arguments.join(" ")));
        if !step::run(&mut longshore_in_platform(&longshore, &kubeconfig, arguments)).await? {
            return Ok(false);
        }
    }
    say::note(&format!("done in {}", say::duration(start.elapsed())));
    explain(&longshore, &kubeconfig);
    Ok(true)
}

/// Builds the command line and says where it is.
pub(crate) async fn build() -> Result<PathBuf> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    if !step::run(cargo.args(["build", "-p", "longshore"]).current_dir(workspace_root())).await? {
        bail!("longshore does not build");
    }
    // This program lies where cargo puts programs of this profile.
    let here = std::env::current_exe().context("this program has no path")?;
    let longshore = here.with_file_name("longshore");
    if !longshore.is_file() {
        bail!("{} is not there, though it was built", longshore.display());
    }
    Ok(longshore)
}

/// The demonstration's cluster, started if it does not run.
pub(crate) async fn cluster_up() -> Result<PathBuf> {
    cluster::sweep().await?;
    let tell = |text: &str| say::note(&format!("cluster {CLUSTER}: {text}"));
    Ok(cluster::up(CLUSTER, Lifetime::Detached, &tell).await?.place().kubeconfig())
}

/// A command of `longshore` in the platform's folder.
pub(crate) fn longshore_in_platform(longshore: &Path, kubeconfig: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(longshore);
    command.args(arguments).current_dir(workspace_root().join(PLATFORM)).env("KUBECONFIG", kubeconfig);
    command
}

fn explain(longshore: &Path, kubeconfig: &Path) {
    let folder = longshore.parent().unwrap_or(longshore);
    say::note("look around:");
    say::note(&format!("  cd {PLATFORM}"));
    say::note(&format!("  export KUBECONFIG={} PATH=\"{}:$PATH\"", kubeconfig.display(), folder.display()));
    say::note("  longshore history -e staging; longshore plan -e production; longshore --help");
    say::note("  kubectl get all -n 254carbon-access        (`cargo xtask oracle path kubectl` builds one)");
    say::note("take it down:");
    say::note("  longshore destroy -e staging --yes --delete-data");
    say::note(&format!("  cargo xtask cluster down --name {CLUSTER}"));
}
