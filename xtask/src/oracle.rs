//! The originals that Longshore is compared with: real Helm, Kustomize and kubectl, pinned and built from source.
//!
//! Only recording, differential runs and benchmarks use them. The product does not, and `ci` does not build them.

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
    }
    Ok(true)
}
