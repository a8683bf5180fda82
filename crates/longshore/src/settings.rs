//! From what was typed, the environment and the project file to what a command works with.

use std::sync::Arc;
use std::time::Duration;

use longshore_cluster::{Cluster, ClusterOptions, Environment};
use longshore_platform::project::Method;
use longshore_platform::{Actor, Behaviour, Choice, Platform, Selection, Session};
use longshore_release::{Force, Observer, SystemClock};

use crate::args::{ClusterArgs, ForceArgs, GlobalArgs, MethodArg, MethodArgs, SelectArgs};
use crate::fault;
use crate::kustomize::ForReleases;

/// What the variables of CI systems say about a run: commit first, then the run itself.
const COMMIT_VARIABLES: [&str; 4] = ["LONGSHORE_COMMIT", "GITHUB_SHA", "CI_COMMIT_SHA", "GIT_COMMIT"];
const RUN_VARIABLES: [&str; 4] = ["LONGSHORE_PIPELINE_RUN", "GITHUB_RUN_ID", "CI_PIPELINE_ID", "BUILD_URL"];
const USER_VARIABLES: [&str; 5] = ["LONGSHORE_USER", "GITHUB_ACTOR", "GITLAB_USER_LOGIN", "USER", "LOGNAME"];

/// The part of the project that was chosen.
pub(crate) fn selection(
    global: &GlobalArgs,
    select: &SelectArgs,
    method: Option<&MethodArgs>,
    cluster: Option<&ClusterArgs>,
) -> anyhow::Result<Selection> {
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
    };
    Ok(Selection::new(platform, &choice, Arc::new(ForReleases))?)
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
        timeout: timeout.unwrap_or(Duration::from_mins(5)),
        create_namespace,
    }
}

/// Puts a selection on its cluster.
pub(crate) async fn connect(
    selection: Selection,
    cluster: &ClusterArgs,
    behaviour: &Behaviour,
    observer: Arc<dyn Observer>,
) -> anyhow::Result<Session> {
    let options = ClusterOptions {
        kubeconfig: cluster.kubeconfig.clone(),
        context: selection.context.clone(),
        namespace: Some(selection.namespace.clone()),
        environment: Environment::from_process(),
        ..ClusterOptions::default()
    };
    let connected = Cluster::connect(options).await.map_err(|error| error.diagnostic())?;
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
