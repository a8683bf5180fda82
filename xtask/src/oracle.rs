//! The originals that Longshore is compared with: real Helm, Kustomize and kubectl, and Go's own libraries, pinned and
//! built from source.
//!
//! Only recording, differential runs and benchmarks use them. The product does not, and `ci` does not build them.
//! [`area`] lists what is compared with Go's libraries, [`fuzz`] looks for differences there, [`mod@bench`] times both.
//! [`charts`] renders charts of others with real Helm and with ours, [`kustomize`] builds kustomizations of others with
//! real Kustomize and with ours; [`differ`] compares what the two print.

mod area;
mod bench;
mod charts;
mod differ;
mod fuzz;
mod kustomize;

use anyhow::Result;
use clap::Subcommand;
use longshore_testkit::tools::{Group, Tool};

use crate::{go, say};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build all of them and print a line `NAME PATH` for each
    Tools,
    /// Build one tool if need be and print its path
    Path {
        /// helm4, helm3, kustomize, kubectl or a part of the control plane
        tool: String,
    },
    /// Give random inputs to Go's libraries and to ours until the time is over; exit code 1 if anything differed
    #[command(after_help = fuzz::EXAMPLES)]
    Fuzz(fuzz::Arguments),
    /// Time Go's libraries and ours in turns and print the ratios of the medians
    #[command(after_help = bench::EXAMPLES)]
    Bench(bench::Arguments),
    /// Render every chart below a folder with real Helm and with ours; exit code 1 if anything differs
    #[command(after_help = charts::EXAMPLES)]
    Charts(charts::Arguments),
    /// Build every kustomization below a folder with real Kustomize and with ours; exit code 1 if anything differs
    #[command(after_help = kustomize::EXAMPLES)]
    Kustomize(kustomize::Arguments),
    /// Record what real Kustomize answers to the cases of compat/kustomize
    #[command(after_help = kustomize::record::EXAMPLES)]
    RecordKustomize(kustomize::record::Arguments),
}

pub(crate) async fn run(command: Command) -> Result<bool> {
    match command {
        Command::Tools => {
            for (tool, path) in go::build(Group::Oracle).await? {
                say::answer(&format!("{} {}", tool.name, path.display()));
            }
        }
        Command::Path { tool } => {
            let path = go::one(Tool::named(&tool)?).await?;
            say::answer(&path.display().to_string());
        }
        Command::Fuzz(arguments) => return fuzz::run(&arguments).await,
        Command::Bench(arguments) => return bench::run(&arguments).await,
        Command::Charts(arguments) => return charts::run(&arguments).await,
        Command::Kustomize(arguments) => return kustomize::run(&arguments).await,
        Command::RecordKustomize(arguments) => kustomize::record::run(&arguments).await?,
    }
    Ok(true)
}
