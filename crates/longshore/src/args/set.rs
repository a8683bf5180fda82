//! `longshore set`: what can be changed of a release without its files.

use clap::{Args, Subcommand};

use super::{ClusterArgs, ForceArgs, SelectArgs, WaitArgs};

/// `longshore set`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  longshore set image web web=example.com/web:1.2.4    container `web` of release `web`
  longshore set image --help")]
pub(crate) struct SetArgs {
    #[command(subcommand)]
    pub(crate) command: SetCommand,
}

/// What is set.
#[derive(Debug, Subcommand)]
pub(crate) enum SetCommand {
    /// Deploy another image of a container, as a new revision of its release
    Image(SetImageArgs),
}

/// `longshore set image`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  longshore set image web web=example.com/web:1.2.4              container `web` of release `web`
  longshore set image services/gateway gateway=…/gateway:1.1 -e staging
  longshore set image services/deploy/gateway '*=…/gateway:1.1'  every container of the Deployment
  longshore rollback web                                         take it back

The next deploy of the files says that the image was set by hand: --adopt keeps it, --overwrite takes the files'.")]
pub(crate) struct SetImageArgs {
    /// The release, or an object of it: RELEASE, RELEASE/NAME, RELEASE/KIND/NAME
    #[arg(value_name = "RELEASE[/OBJECT]")]
    pub(crate) release: String,
    /// The container (`*` for all of the object) and its image
    #[arg(value_name = "CONTAINER=IMAGE", required = true, value_parser = image)]
    pub(crate) images: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    #[command(flatten)]
    pub(crate) force: ForceArgs,
    /// Show what would change and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask before objects are deleted
    #[arg(short, long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

/// Reads `CONTAINER=IMAGE`.
fn image(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((container, image))
            if !container.is_empty() && !image.is_empty() && !image.contains(char::is_whitespace) =>
        {
            Ok((container.to_owned(), image.to_owned()))
        }
        _ => Err("write CONTAINER=IMAGE, as in `web=example.com/web:1.2.4`".to_owned()),
    }
}
