//! `cargo xtask e2e`: the tests that need a real node.
//!
//! They are `#[ignore]`d, because they need root, some of Debian's packages, and programs that take a quarter of an hour
//! to build once. They share one cluster, which ends with this process; another one is used if it is named.

use std::time::Instant;

use anyhow::Result;
use clap::Args;
use longshore_testkit::cluster::{self, AddOn, Lifetime, Nodes};
use longshore_testkit::image::platforms_are_at_hand;
use longshore_testkit::tools::{Group, Tool};
use longshore_testkit::{REAL_CLUSTER_VARIABLE, STAND_IN_VARIABLE, cluster::Running};
use tokio::process::Command;

use crate::ci::again;
use crate::cluster::{Kind, build};
use crate::{ci, go, say, standin, step};

/// The packages whose test target `e2e` there is.
const PACKAGES: &[&str] = &["longshore-testkit", "longshore"];

/// What takes minutes on two cores, or sends a hundred requests a second and so wants a machine for itself: a run of
/// everything leaves it to `cargo xtask e2e`.
const LONG: &[&str] = &[
    "the_access_layer_loses_no_request_and_no_row",
    "b2connect_loses_no_row_no_node_and_no_value",
    "fifty_slow_but_healthy_deploys_succeed",
];

pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo xtask e2e
  cargo xtask e2e a_claim_is_bound
  cargo xtask cluster up --real --name dev && cargo xtask e2e --name dev node::";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Only the tests whose name contains this
    filter: Option<String>,
    /// Use this cluster, which runs (`cargo xtask cluster up --real --name NAME`), and leave it
    #[arg(long)]
    name: Option<String>,
    /// What the node has besides: traefik, metrics-server
    #[arg(long, value_delimiter = ',', default_values_t = AddOn::ALL.iter().copied())]
    with: Vec<AddOn>,
}

/// Runs them. `false` if one fails.
pub(crate) async fn run(arguments: &Arguments) -> Result<bool> {
    let kind = Kind::real(arguments.with.clone());
    build(&kind).await?;
    let filter = arguments.filter.as_deref();
    if let Some(name) = &arguments.name {
        return step::run(&mut tests(name, filter, &[]).await?).await;
    }
    let cluster = start(arguments.with.clone()).await?;
    step::run(&mut tests(&cluster.record().name, filter, &[]).await?).await
}

/// Runs all but [the longest](LONG) as a part of everything, if nothing has to be built or installed for it; `None` if
/// not. What is not run is told.
pub(crate) async fn run_if_warm() -> Result<Option<again::Outcome>> {
    if let Some(reason) = what_is_missing()? {
        say::note(&format!("tests of the real node are skipped: {reason}"));
        let mut list = cargo_test();
        list.args(["--", "--ignored", "--list"]);
        step::run(&mut list).await?;
        return Ok(None);
    }
    let cluster = start(AddOn::ALL.to_vec()).await?;
    say::note(&format!("left to `cargo xtask e2e`: {}", LONG.join(", ")));
    let mut command = tests(&cluster.record().name, None, LONG).await?;
    again::run(&mut command, &["--ignored"]).await.map(Some)
}

fn what_is_missing() -> Result<Option<String>> {
    if let Err(error) = cluster::real::requirements() {
        return Ok(Some(error.to_string()));
    }
    let mut tools: Vec<&Tool> = Tool::of(Group::RealNode).collect();
    for name in AddOn::ALL.iter().flat_map(|add_on| add_on.tools()) {
        tools.push(Tool::named(name)?);
    }
    for tool in tools {
        if let Err(error) = tool.built() {
            return Ok(Some(error.to_string()));
        }
    }
    if !platforms_are_at_hand()? {
        let missing = "what the platforms' images are made of is not there; run `cargo xtask e2e`";
        return Ok(Some(missing.to_owned()));
    }
    Ok(None)
}

async fn start(with: Vec<AddOn>) -> Result<Running> {
    go::build(Group::ControlPlane).await?;
    cluster::sweep().await?;
    let start = Instant::now();
    let name = format!("e2e-{}", std::process::id());
    let tell = |text: &str| say::note(&format!("cluster {name}: {text}"));
    let running = cluster::up_with(&name, Lifetime::Process, &Nodes::Real(with), &tell).await?;
    tell(&format!("ready in {}", say::duration(start.elapsed())));
    Ok(running)
}

/// The command that runs them.
async fn tests(cluster: &str, filter: Option<&str>, without: &[&str]) -> Result<Command> {
    let stand_in = standin::build().await?;
    let mut command = cargo_test();
    command.args(["--no-fail-fast", "--"]).args(filter).arg("--ignored");
    command.args(without.iter().flat_map(|name| ["--skip", *name]));
    command.env(REAL_CLUSTER_VARIABLE, cluster).env(STAND_IN_VARIABLE, stand_in);
    Ok(command)
}

fn cargo_test() -> Command {
    let mut command = ci::cargo(&["test", "--test", "e2e"]);
    for package in PACKAGES {
        command.args(["--package", package]);
    }
    command
}
