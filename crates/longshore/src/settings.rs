//! From what was typed, the environment and the project file to what a command works with.

pub(crate) mod keys;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use longshore_cluster::{Cluster, ClusterOptions, Environment};
use longshore_diag::Diagnostic;
use longshore_platform::project::Method;
use longshore_platform::{
    Actor, Behaviour, Choice, Identities, Kustomizations, Platform, Selection, Session,
};
use longshore_release::{Force, Observer, SystemClock, Waiting};

use crate::args::{ClusterArgs, ForceArgs, GlobalArgs, MethodArg, MethodArgs, SelectArgs, WaitArgs};
use crate::fault;
use crate::kustomize::ForReleases;

/// How long a release may take if nobody says: Helm's default too.
const TIMEOUT: Duration = Duration::from_mins(5);

/// What the variables of CI systems say about a run: commit first, then the run itself.
const COMMIT_VARIABLES: [&str; 4] = ["LONGSHORE_COMMIT", "GITHUB_SHA", "CI_COMMIT_SHA", "GIT_COMMIT"];
const RUN_VARIABLES: [&str; 4] = ["LONGSHORE_PIPELINE_RUN", "GITHUB_RUN_ID", "CI_PIPELINE_ID", "BUILD_URL"];
const USER_VARIABLES: [&str; 5] = ["LONGSHORE_USER", "GITHUB_ACTOR", "GITLAB_USER_LOGIN", "USER", "LOGNAME"];

/// The part of the project that was chosen, on one cluster.
pub(crate) fn selection(
    global: &GlobalArgs,
    select: &SelectArgs,
    method: Option<&MethodArgs>,
    cluster: Option<&ClusterArgs>,
) -> anyhow::Result<Selection> {
    let (platform, choice) = chosen(global, select, method, cluster)?;
    Ok(Selection::new(&platform, &choice, &for_releases())?)
}

/// The part of the project that was chosen, on each of its clusters: one selection at least.
pub(crate) fn selections(
    global: &GlobalArgs,
    select: &SelectArgs,
    method: Option<&MethodArgs>,
    cluster: Option<&ClusterArgs>,
) -> anyhow::Result<Vec<Selection>> {
    let (platform, choice) = chosen(global, select, method, cluster)?;
    Ok(Selection::all(&platform, &choice, &for_releases())?)
}

/// The clusters that the chosen environment is not on, where something of it may have been left behind.
pub(crate) fn left(
    global: &GlobalArgs,
    select: &SelectArgs,
    cluster: &ClusterArgs,
) -> anyhow::Result<Vec<Selection>> {
    let (platform, choice) = chosen(global, select, None, Some(cluster))?;
    Ok(Selection::left(&platform, &choice, &for_releases())?)
}

/// What an environment has where the project file does not lead; else `unknown`.
pub(crate) fn outside(
    global: &GlobalArgs,
    select: &SelectArgs,
    cluster: &ClusterArgs,
    unknown: Diagnostic,
) -> anyhow::Result<Vec<Selection>> {
    let (platform, choice) = chosen(global, select, None, Some(cluster))?;
    Ok(Selection::outside(&platform, &choice, unknown, &for_releases())?)
}

/// The names of all environments of the project.
pub(crate) fn environments(global: &GlobalArgs) -> anyhow::Result<Vec<String>> {
    let platform = Platform::load(global.file.as_deref(), &std::env::current_dir()?)?;
    Ok(platform.project.environments.into_iter().map(|environment| environment.name).collect())
}

/// Where releases get what lies elsewhere.
pub(crate) fn for_releases() -> Arc<dyn Kustomizations> {
    Arc::new(ForReleases)
}

fn chosen(
    global: &GlobalArgs,
    select: &SelectArgs,
    method: Option<&MethodArgs>,
    cluster: Option<&ClusterArgs>,
) -> anyhow::Result<(Platform, Choice)> {
    let platform = Platform::load(global.file.as_deref(), &std::env::current_dir()?)?;
    let method = method.and_then(|args| args.method).map(|method| match method {
        MethodArg::Helm => Method::Helm,
        MethodArg::Manifests => Method::Manifests,
        MethodArg::Kustomize => Method::Kustomize,
    });
    let choice = Choice {
        environment: select.environment.clone(),
        namespace: select.namespace.clone(),
        only: select.only.clone(),
        method,
        context: cluster.and_then(|args| args.context.clone()),
        clusters: select.cluster.clone(),
        vars: select.vars.var.clone(),
        identities: Identities::new(keys::found),
    };
    Ok((platform, choice))
}

/// How an operation behaves, from its flags.
pub(crate) fn behaviour(
    force: Option<&ForceArgs>,
    timeout: Option<Duration>,
    create_namespace: bool,
) -> Behaviour {
    Behaviour {
        force: force
            .map(|force| Force { adopt: force.adopt, overwrite: force.overwrite })
            .unwrap_or_default(),
        recreate: force.map(|force| force.recreate.iter().cloned().collect()).unwrap_or_default(),
        skip_crds: false,
        term: fault::term(),
        faults: fault::faults(),
        timeout: timeout.unwrap_or(TIMEOUT),
        waiting: Waiting::default(),
        rollback_on_failure: false,
        create_namespace,
        prune: false,
        freezes: false,
        no_hooks: false,
    }
}

/// The behaviour with how it waits: as the flags say, else as the project file or the frozen plan does, else as it is.
pub(crate) fn waiting(args: &WaitArgs, selection: &Selection, behaviour: Behaviour) -> Behaviour {
    let spec = &selection.environment.wait;
    let mut waiting = spec.waiting();
    if let Some(idle) = args.idle_timeout {
        waiting.idle = idle.0;
    }
    for (name, value) in &args.grace {
        // It was looked at when the flag was read.
        waiting.grace.set(name, *value);
    }
    let timeout = args.timeout.or(spec.timeout).unwrap_or(behaviour.timeout);
    Behaviour { timeout, waiting, ..behaviour }
}

/// As [`waiting`], and what follows a failure: as the flag says, else as the project file or the frozen plan does.
pub(crate) fn deploying(
    args: &WaitArgs,
    rollback_on_failure: Option<bool>,
    selection: &Selection,
    behaviour: Behaviour,
) -> Behaviour {
    let taken_back = rollback_on_failure.or(selection.environment.wait.rollback_on_failure);
    Behaviour { rollback_on_failure: taken_back.unwrap_or_default(), ..waiting(args, selection, behaviour) }
}

/// Notes the commit of the project's files, where no variable of a CI system has named one and git knows it.
pub(crate) fn note_commit(session: &mut Session) {
    let root = &session.selection.platform.root;
    if let Some(commit) = commit(root) {
        session.context.provenance.entry("longshore.dev/commit".to_owned()).or_insert(commit);
    }
}

/// The commit that a folder is at; marked if tracked files below it differ from that.
fn commit(folder: &Path) -> Option<String> {
    let git = |arguments: &[&str]| {
        let git = Command::new("git").arg("-C").arg(folder).args(arguments).stdin(Stdio::null()).output();
        let output = git.ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "--verify", "HEAD"]).filter(|commit| !commit.is_empty())?;
    let changed = git(&["status", "--porcelain", "--untracked-files=no", "--", "."])?;
    Some(if changed.is_empty() { commit } else { format!("{commit} (with changes)") })
}

/// Puts a selection on its cluster.
pub(crate) async fn connect(
    selection: Selection,
    cluster: &ClusterArgs,
    behaviour: &Behaviour,
    observer: Arc<dyn Observer>,
) -> anyhow::Result<Session> {
    let defaults = ClusterOptions::default();
    let options = ClusterOptions {
        kubeconfig: cluster.kubeconfig.clone().or_else(|| selection.kubeconfig()),
        context: selection.context.clone(),
        namespace: selection.namespaces().into_iter().next(),
        environment: Environment::from_process(),
        watch_limit: fault::watch_limit().unwrap_or(defaults.watch_limit),
        ..defaults
    };
    // Flags are not the project's.
    let place = selection.reached_by().filter(|_| cluster.kubeconfig.is_none()).cloned();
    let connected = Cluster::connect(options).await.map_err(|error| match (error.diagnostic(), place) {
        (error, Some(place)) => error.or_at(place),
        (error, None) => error,
    })?;
    Ok(Session::new(selection, connected, &actor(), behaviour, Arc::new(SystemClock), observer))
}

/// Who acts: a person on a machine, or a pipeline.
fn actor() -> Actor {
    let user = first(&USER_VARIABLES).unwrap_or_else(|| "somebody".to_owned());
    let host = gethostname::gethostname().to_string_lossy().into_owned();
    Actor {
        name: format!("{user}@{host} (process {})", std::process::id()),
        commit: first(&COMMIT_VARIABLES),
        pipeline_run: first(&RUN_VARIABLES),
    }
}

fn first(variables: &[&str]) -> Option<String> {
    variables.iter().filter_map(|name| std::env::var(name).ok()).find(|value| !value.is_empty())
}
