//! `longshore update` and `vendor`: their flags.

use clap::Args;

use super::VarArgs;

/// `longshore update`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  longshore update                                 the newest of every chart and base that is fetched
  longshore update web --diff                      only of this release; with what changes in its objects
  longshore update --dry-run --detailed-exitcode   exit code 2 if longshore.lock would change; nothing is written")]
pub(crate) struct UpdateArgs {
    /// Releases whose charts, bases and images are looked for [default: all]
    #[arg(value_name = "RELEASE")]
    pub(crate) releases: Vec<String>,
    /// Show what would change, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Exit with 2 if the lock changes
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// Show what changes in the objects, in all environments
    #[arg(long)]
    pub(crate) diff: bool,
    #[command(flatten)]
    pub(crate) vars: VarArgs,
    /// Put charts and bases into the project as `longshore vendor` does
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) vendor: bool,
}

/// `longshore vendor`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  longshore vendor     every chart of longshore.lock into vendor/charts, and what kustomizations name elsewhere into
                       vendor/bases; from then on they are taken from there")]
pub(crate) struct VendorArgs {
    #[command(flatten)]
    pub(crate) vars: VarArgs,
}
