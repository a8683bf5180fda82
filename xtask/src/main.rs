//! The chores of this repository: `cargo xtask …` is the only entry to them.
//!
//! `cluster` and `oracle` build and run the real programs that tests and comparisons need, `tidy` holds the rules that
//! no compiler knows, `ci` is everything that must pass before a change lands. What they do is told on standard error;
//! standard output carries only what a script would read.

mod ci;
mod cluster;
mod demo;
mod e2e;
mod fuzz;
mod go;
mod oracle;
mod order;
mod record;
mod say;
mod schemas;
mod standin;
mod step;
mod tidy;

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

/// The chores of this repository
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Real control planes with simulated nodes, for tests and for trying things out
    #[command(subcommand)]
    Cluster(cluster::Command),
    /// The originals that Longshore is compared with
    #[command(subcommand)]
    Oracle(oracle::Command),
    /// Coverage-guided fuzzing of everything that reads text of others
    #[command(after_help = fuzz::EXAMPLES)]
    Fuzz(fuzz::Arguments),
    /// Which functions lie first in the program's file, found by running it
    #[command(after_help = order::EXAMPLES)]
    Order(order::Arguments),
    /// Build the stand-in service as a static program, and say where it lies
    Standin {
        /// Import the images of the platforms, made of it and of real servers, into this cluster with a real node
        #[arg(long, value_name = "NAME")]
        into: Option<String>,
    },
    /// The table of Kubernetes' object types that `longshore check` uses
    #[command(after_help = schemas::EXAMPLES)]
    Schemas(schemas::Arguments),
    /// Check the rules of the house that no compiler knows
    Tidy,
    /// Build what tests need, start a cluster and run all tests
    Test,
    /// Run the tests that need a real node; builds what is missing, needs root
    #[command(after_help = e2e::EXAMPLES)]
    E2e(e2e::Arguments),
    /// Run the tests that take the whole machine for minutes, and show their figures
    Soak,
    /// Everything that must pass before a change lands
    Ci,
    /// The main job from nothing: a control plane, the Access Layer deployed to it, its status
    Demo,
    /// Make the README's recording of a deploy, docs/deploy.svg and docs/deploy.txt, from a real run
    Record,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say::failure(&anyhow::Error::new(error));
            return ExitCode::FAILURE;
        }
    };
    let starting = match &arguments.chore {
        Chore::Cluster(cluster::Command::Up(up)) => Some(up.name.clone()),
        _ => None,
    };
    match runtime.block_on(until_interrupted(run(arguments.chore))) {
        Ok(Some(true)) => ExitCode::SUCCESS,
        Ok(Some(false)) => ExitCode::FAILURE,
        Ok(None) => {
            say::note("interrupted");
            if let Err(error) = runtime.block_on(cluster::after_interruption(starting.as_ref())) {
                say::failure(&error);
            }
            ExitCode::from(130)
        }
        Err(error) => {
            say::failure(&error);
            ExitCode::FAILURE
        }
    }
}

/// Runs one chore. `false` is a failure that has been told already.
async fn run(chore: Chore) -> Result<bool> {
    match chore {
        Chore::Cluster(command) => cluster::run(command).await,
        Chore::Oracle(command) => oracle::run(command).await,
        Chore::Fuzz(arguments) => fuzz::run(&arguments).await,
        Chore::Order(arguments) => order::run(&arguments).await,
        Chore::Standin { into } => standin::run(into.as_deref()).await,
        Chore::Schemas(arguments) => schemas::run(&arguments).await,
        Chore::Tidy => tidy::run(),
        Chore::Test => ci::test().await,
        Chore::E2e(arguments) => e2e::run(&arguments).await,
        Chore::Soak => ci::soak().await,
        Chore::Ci => ci::ci().await,
        Chore::Demo => demo::run().await,
        Chore::Record => record::run().await,
    }
}

/// Runs a chore until it is done or somebody wants it to stop; `None` then. Whatever the chore holds (programs,
/// clusters, half-built files) is let go by dropping it.
async fn until_interrupted<T>(chore: impl Future<Output = Result<T>>) -> Result<Option<T>> {
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for termination")?;
    tokio::select! {
        result = chore => result.map(Some),
        _ = interrupt.recv() => Ok(None),
        _ = terminate.recv() => Ok(None),
    }
}
