//! `longshore values`.

use clap::{Args, Subcommand};

use super::{MethodArgs, SelectArgs};

/// `longshore values`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  longshore values -e production                       what each chart is given, all layers together
  longshore values -e production --only web -o json
  longshore values explain image.tag -e production     which file, environment or cluster has set it")]
pub(crate) struct ValuesArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) method: MethodArgs,
    #[command(subcommand)]
    pub(crate) command: Option<ValuesCommand>,
}

/// What to do with values.
#[derive(Debug, Subcommand)]
pub(crate) enum ValuesCommand {
    /// Say who has set a value: the file and line that counts, and those that it overrides
    #[command(after_help = "Examples:
  longshore values explain image.tag -e production
  longshore values explain image.tag -e production --only web -o json
  longshore values explain redis.auth.enabled          of a subchart: its name first")]
    Explain {
        /// The path of keys, with dots between them: `image.tag`
        #[arg(value_name = "KEY")]
        key: String,
        #[command(flatten)]
        select: SelectArgs,
        #[command(flatten)]
        method: MethodArgs,
    },
}
