//! What can be typed: every command and flag, with its help.
//!
//! This file only describes; [`crate::settings`] turns what was typed, the environment and the project
//! file into what a command works with.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use longshore_object::readiness::GraceValue;
use longshore_platform::project::{GivenVar, IdleTimeout, duration, given_namespace};
use longshore_release::IgnoreRule;

mod check;
mod familiar;
mod init;
mod operate;
mod output;
mod render;
mod revisions;
mod set;
mod update;
mod values;

pub(crate) use check::CheckArgs;
pub(crate) use familiar::explained;
pub(crate) use init::{InitArgs, Named};
pub(crate) use operate::{ExecArgs, LogsArgs, PortForwardArgs, Ports};
pub(crate) use output::{Output, OutputArg, OutputParser};
pub(crate) use render::RenderArgs;
pub(crate) use revisions::{HistoryArgs, RollbackArgs};
pub(crate) use set::{SetArgs, SetCommand, SetImageArgs};
pub(crate) use update::{UpdateArgs, VendorArgs};
pub(crate) use values::{ValuesArgs, ValuesCommand};

/// Ships multi-service platforms to Kubernetes, from one project file.
#[derive(Debug, Parser)]
#[command(name = "longshore", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "Examples:
  longshore init                          write a first longshore.yaml
  longshore check -e staging              find what is wrong, without a cluster
  longshore plan -e staging               show what a deploy would change
  longshore deploy -e staging             deploy, and wait until everything is ready
  longshore status -e staging             what runs, and how well
  longshore logs -e staging -f            follow what all pods write; `exec` and `port-forward` reach into them
  longshore rollback -e staging           take the last deploy back
  longshore destroy -e staging --yes      remove it; volume claims stay")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags that every command understands.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct GlobalArgs {
    /// Project file, or a folder that holds a longshore.yaml [default: the nearest one upwards]
    #[arg(short = 'f', long, global = true, value_name = "FILE", env = "LONGSHORE_FILE", value_hint = ValueHint::AnyPath)]
    pub(crate) file: Option<PathBuf>,
    /// Format of the result on standard output
    ///
    /// For machines, problems are lines of JSON on standard error. For `plan`, any word with a dot or a slash in it is a
    /// file to freeze the plan into.
    #[arg(
        short,
        long,
        global = true,
        value_name = "FORMAT",
        default_value = "text",
        value_parser = OutputParser,
        action = clap::ArgAction::Append
    )]
    pub(crate) output: Vec<OutputArg>,
    /// Say less: no progress, only results and problems
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say more on standard error; twice for requests as well
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub(crate) verbose: u8,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, alias = "colour")]
    pub(crate) color: Colour,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How a release's objects are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MethodArg {
    /// From its chart
    Helm,
    /// From its plain manifests
    Manifests,
    /// From its kustomization
    Kustomize,
}

/// Which environment, and which part of it.
#[derive(Debug, Clone, Args)]
pub(crate) struct SelectArgs {
    /// Environment of the project file [default: its defaultEnvironment]
    #[arg(
        short = 'e',
        long = "environment",
        visible_alias = "env",
        value_name = "ENV",
        env = "LONGSHORE_ENVIRONMENT"
    )]
    pub(crate) environment: Option<String>,
    /// Namespace, instead of the environment's
    #[arg(short, long, value_name = "NAMESPACE", value_parser = given_namespace)]
    pub(crate) namespace: Option<String>,
    /// Only this release; may be given several times
    #[arg(long, value_name = "RELEASE")]
    pub(crate) only: Vec<String>,
    /// Only this cluster of the environment; may be given several times [default: all that it names]
    #[arg(long, value_name = "CLUSTER")]
    pub(crate) cluster: Vec<String>,
    #[command(flatten)]
    pub(crate) vars: VarArgs,
}

/// Variables over those of the environment.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct VarArgs {
    /// Variable for ${env.vars.NAME}, over the environment's, typed as in the project file; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = str::parse::<GivenVar>)]
    pub(crate) var: Vec<GivenVar>,
}

/// Which cluster.
#[derive(Debug, Args)]
pub(crate) struct ClusterArgs {
    /// Context of the kubeconfig [default: the cluster's or environment's, else the current one]
    #[arg(long, value_name = "CONTEXT")]
    pub(crate) context: Option<String>,
    /// Kubeconfig file [default: $KUBECONFIG, else ~/.kube/config]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) kubeconfig: Option<PathBuf>,
}

/// How the objects are made.
#[derive(Debug, Args)]
pub(crate) struct MethodArgs {
    /// Make the objects from charts, plain manifests or kustomizations [default: the project file's]
    #[arg(short, long, value_enum, value_name = "METHOD")]
    pub(crate) method: Option<MethodArg>,
}

/// What may be overruled.
#[derive(Debug, Args)]
pub(crate) struct ForceArgs {
    /// Take over releases and objects that somebody else deployed; fields that others have changed stay as they are
    #[arg(long)]
    pub(crate) adopt: bool,
    /// Overwrite fields that others have changed, but for what an autoscaler scales
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Delete this object and make it anew, if fields that never change would have to; may be given several times
    #[arg(long, value_name = "KIND/NAME")]
    pub(crate) recreate: Vec<String>,
}

/// How objects are waited for.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct WaitArgs {
    /// How long each release may take to become ready [default: the project file's, else 5m]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// How long nothing at all may get on, or `never`; what has a grace of its own is waited for
    /// [default: the project file's, else 4m]
    #[arg(long, value_name = "DURATION", value_parser = idle)]
    pub(crate) idle_timeout: Option<IdleTimeout>,
    /// How long a cause is borne before it counts as certain: restarts=4, unschedulable=30s, pull=1m, volume=2m,
    /// probe=2m, init=3m, other=1m; settle=5s: how long a workload without a readiness probe must stay ready; may be
    /// given several times
    #[arg(long, value_name = "CAUSE=LIMIT", value_parser = longshore_platform::project::limit)]
    pub(crate) grace: Vec<(String, GraceValue)>,
}

fn idle(text: &str) -> Result<IdleTimeout, String> {
    if text == "never" { Ok(IdleTimeout(None)) } else { duration(text).map(|idle| IdleTimeout(Some(idle))) }
}

/// What is left alone.
#[derive(Debug, Args)]
pub(crate) struct SkipArgs {
    /// Leave the definitions in charts' crds/ alone, instead of creating and upgrading them
    #[arg(long)]
    pub(crate) skip_crds: bool,
}

/// What is not run.
#[derive(Debug, Args)]
pub(crate) struct HookArgs {
    /// Leave out the project file's hooks; those of charts are run
    #[arg(long)]
    pub(crate) no_hooks: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a first project file
    Init(InitArgs),
    /// Print the objects of an environment, without a cluster
    Render(RenderArgs),
    /// Show the values that charts are given, and who has set one
    Values(ValuesArgs),
    /// Find what is wrong, without a cluster
    Check(CheckArgs),
    /// Lock charts, bases and images (longshore.lock), and show what that changes
    Update(UpdateArgs),
    /// Put locked charts and bases into the project, so that it renders without a network
    Vendor(VendorArgs),
    /// Show what a deploy would change
    Plan(PlanArgs),
    /// Deploy an environment and wait until it is ready
    Deploy(DeployArgs),
    /// Show what runs, and how well
    Status(StatusArgs),
    /// Show the revisions of the releases
    History(HistoryArgs),
    /// Go back to an earlier revision
    Rollback(RollbackArgs),
    /// Change one thing of a release, without its files
    Set(SetArgs),
    /// Remove the releases; data stays unless --delete-data
    Destroy(DestroyArgs),
    /// Show or follow what the pods write
    Logs(LogsArgs),
    /// Run a command in a pod
    Exec(ExecArgs),
    /// Reach a port of a pod from this machine
    PortForward(PortForwardArgs),
    /// Helm's command line: its words, flags, output and exit codes
    #[command(disable_help_flag = true, disable_version_flag = true)]
    Helm(DropInArgs),
    /// Kustomize's command line
    #[command(disable_help_flag = true, disable_version_flag = true)]
    Kustomize(DropInArgs),
    /// Print the JSON Schema of the project file, for editors
    #[command(
        after_help = "Examples:\n  longshore schema > longshore.schema.json\n  # in longshore.yaml, for editors with the YAML language server:\n  # yaml-language-server: $schema=longshore.schema.json"
    )]
    Schema,
    /// Print a completion script for a shell
    Completion(CompletionArgs),
    /// Print the version, and those of Helm whose charts are rendered
    #[command(after_help = "Examples:\n  longshore version\n  longshore version -o json")]
    Version,
}

/// `longshore plan`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  longshore plan -e staging
  longshore plan -e production --detailed-exitcode    exit code 2 if there is something to do
  longshore plan -e staging -o json
  longshore plan -e staging -o markdown               for a comment on a pull request
  longshore plan -e production -o out.plan            freeze it; `longshore deploy out.plan` carries it out")]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) hooks: HookArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    #[command(flatten)]
    pub(crate) method: MethodArgs,
    #[command(flatten)]
    pub(crate) force: ForceArgs,
    #[command(flatten)]
    pub(crate) skip: SkipArgs,
    /// Plan with the namespace being created if it is missing
    #[arg(long)]
    pub(crate) create_namespace: bool,
    /// Plan to remove the releases that the project file does not want where they lie (any more), also on its clusters that
    /// the environment is not on
    #[arg(long, conflicts_with = "only")]
    pub(crate) prune: bool,
    /// Exit with 2 if a deploy would change something
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

/// `longshore deploy`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  longshore deploy -e staging
  longshore deploy -e staging --only services --method helm
  longshore deploy -e production --dry-run            the plan, and nothing else
  longshore deploy -e staging --var tag=$(git rev-parse HEAD)   a variable over the environment's
  longshore deploy -e production -n shop-test --yes   another namespace, no questions
  longshore deploy -e production --rollback-on-failure --grace restarts=2   as it was, if it fails
  longshore deploy out.plan                           exactly what `longshore plan -o out.plan` has frozen")]
pub(crate) struct DeployArgs {
    /// Frozen plan to carry out; then nothing is read of the project file
    #[arg(
        value_name = "PLAN",
        value_hint = ValueHint::FilePath,
        conflicts_with_all = ["only", "method", "create_namespace", "adopt", "overwrite", "recreate", "skip_crds", "prune", "no_hooks", "var"]
    )]
    pub(crate) plan: Option<PathBuf>,
    /// File with the secret key that opens a sealed plan, as `age-keygen` writes it [default: $LONGSHORE_IDENTITY]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "plan")]
    pub(crate) identity: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) hooks: HookArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    #[command(flatten)]
    pub(crate) method: MethodArgs,
    #[command(flatten)]
    pub(crate) force: ForceArgs,
    #[command(flatten)]
    pub(crate) skip: SkipArgs,
    /// Create the namespace if it is missing
    #[arg(long)]
    pub(crate) create_namespace: bool,
    /// Remove the releases that the project file does not want where they lie (any more), also on its clusters that the
    /// environment is not on; volume claims stay
    #[arg(long, conflicts_with = "only")]
    pub(crate) prune: bool,
    /// Show the plan and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask before objects are deleted
    #[arg(short, long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) wait: WaitArgs,
    /// If it fails, take back everything that it has changed [default: the project file's, else false]
    #[arg(
        long,
        value_name = "true|false",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    pub(crate) rollback_on_failure: Option<bool>,
}

/// `longshore status`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  longshore status -e staging                          releases, what is not ready, endpoints, hosts
  longshore status -e staging --drift                  what is not as it was deployed: who wrote it, and when
  longshore status --drift --detailed-exitcode         exit code 2 if there is any
  longshore status --drift --ignore Deployment/web:/spec/replicas")]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    /// Show the notes of the releases too
    #[arg(long)]
    pub(crate) notes: bool,
    /// Show what is not as it was deployed, who wrote it and when, and objects beside the releases
    #[arg(long, conflicts_with = "notes")]
    pub(crate) drift: bool,
    /// Exit with 2 if anything is not as it was deployed
    #[arg(long, requires = "drift")]
    pub(crate) detailed_exitcode: bool,
    /// Take this for no drift, beside what the project file says; may be given several times
    #[arg(long, value_name = "KIND[/NAME][:POINTER]", value_parser = IgnoreRule::parse)]
    pub(crate) ignore: Vec<IgnoreRule>,
    /// Go on with a live tree of releases, objects and pods, until Ctrl-C; no terminal: a line for each change
    #[arg(short, long, conflicts_with_all = ["notes", "drift"])]
    pub(crate) watch: bool,
}

/// `longshore destroy`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  longshore destroy -e staging                       asks first; volume claims stay
  longshore destroy -e staging --yes --delete-data   leaves nothing behind
  longshore destroy -e old --cluster eu              an environment that the project file does not name any more
  longshore destroy -e prod --cluster us --context kind-us   what it has on a cluster that the file does not name")]
pub(crate) struct DestroyArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    #[command(flatten)]
    pub(crate) hooks: HookArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    /// Also delete volume claims, kept objects, and a namespace that Longshore created
    #[arg(long)]
    pub(crate) delete_data: bool,
    /// Show what would be removed and remove nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// How long the objects of a release may take to be gone
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = duration)]
    pub(crate) timeout: Duration,
}

/// `longshore completion`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  source <(longshore completion bash)                               for this shell
  longshore completion bash > /etc/bash_completion.d/longshore      for all that are to come
  longshore completion zsh > \"${fpath[1]}/_longshore\"
  longshore completion fish > ~/.config/fish/completions/longshore.fish")]
pub(crate) struct CompletionArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// `longshore helm` and `longshore kustomize`, which are told from the rest before this is read.
#[derive(Debug, Args)]
pub(crate) struct DropInArgs {
    /// Words of that command line; `--help` tells them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) words: Vec<String>,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::CommandFactory;

    use super::{Cli, duration};

    #[test]
    fn the_description_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations_read_as_helm_reads_them() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1h30m"), Ok(Duration::from_mins(90)));
        assert_eq!(duration("1.5m"), Ok(Duration::from_secs(90)));
        for bad in ["", "5", "m", "5x", "0s", "-1s"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
