//! `longshore history` and `longshore rollback`: revisions of releases.

use clap::Args;

use super::{ClusterArgs, ForceArgs, HookArgs, SelectArgs, WaitArgs};

/// `longshore history`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  longshore history -e staging                 who deployed what, when, from which commit, with which plan
  longshore history web --diff 3 5             what is different between two revisions of a release")]
pub(crate) struct HistoryArgs {
    /// Only this release
    pub(crate) release: Option<String>,
    /// Show what is different between two revisions of the release
    #[arg(long, num_args = 2, value_names = ["A", "B"], requires = "release", value_parser = revision)]
    pub(crate) diff: Option<Vec<u32>>,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// `longshore rollback`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  longshore rollback -e staging                what the last deploy changed, back to how it was
  longshore rollback services -e staging       one release, to its last good revision
  longshore rollback services 3 -e staging     to revision 3, as with --to 3
  longshore rollback services --to 3 --dry-run what that would change")]
pub(crate) struct RollbackArgs {
    /// Only this release [default: all that the last deploy changed]
    pub(crate) release: Option<String>,
    /// Revision to go back to [default: the last good one before the present]
    #[arg(requires = "release", value_parser = revision)]
    pub(crate) revision: Option<u32>,
    /// The same as a flag; without a release, the project must have just one
    #[arg(long, value_name = "REVISION", conflicts_with = "revision", value_parser = revision)]
    pub(crate) to: Option<u32>,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) hooks: HookArgs,
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

/// Reads the number of a revision; they begin with 1.
fn revision(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number
        .ok_or_else(|| format!("`{text}` is no revision; `longshore history` shows their numbers, from 1 on"))
}

#[cfg(test)]
mod tests {
    use super::revision;

    #[test]
    fn revisions_are_counted_from_1() {
        assert_eq!(revision("3"), Ok(3));
        for text in ["0", "-1", "v3", ""] {
            assert!(revision(text).unwrap_err().contains("longshore history"), "{text}");
        }
    }
}
