//! The custom resource definitions of a chart's `crds/`, which come before everything else and are never rendered.
//!
//! Rules: `installCRDs` of <https://github.com/helm/helm/blob/v4.3.1/pkg/action/install.go>. They are made by an install
//! and by nothing else, and waited for whatever the release's own way of waiting is.

use std::time::Duration;

use super::wait::{self, Strategy};
use super::{CreateOptions, Error, Operation, Result, Severity, build, create};

/// How long the cluster may take to know them.
const PATIENCE: Duration = Duration::from_mins(1);

/// A file of definitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definitions {
    /// Its path in its chart: `crds/ship.yaml`.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// Makes definitions, a file after the other, and waits until the cluster knows them.
///
/// # Errors
/// One cannot be made, or is not known in time.
pub async fn install_definitions(
    operation: &Operation,
    files: &[Definitions],
    options: CreateOptions,
    strategy: Strategy,
) -> Result<()> {
    let mut made = Vec::new();
    for file in files {
        let failed = |error: Error| error.within(format!("failed to install CRD {}", file.name));
        let resources = build(operation, &file.text, false).await.map_err(failed)?;
        if resources.is_empty() {
            return Err(failed(Error::new("resources are empty")));
        }
        if options.force_conflicts && !options.server_side {
            let problem =
                "invalid client create option(s): forceConflicts enabled when serverSideApply disabled";
            return Err(failed(Error::new(problem)));
        }
        match create(operation, &resources, options).await {
            Ok(()) => made.extend(resources),
            Err(error) if error.is_already_exists() => {
                let text = "CRD is already present. Skipping";
                operation.log.log(Severity::Debug, text, &[("crd", &file.name)]);
            }
            Err(error) => return Err(failed(error)),
        }
    }
    if made.is_empty() {
        return Ok(());
    }
    let strategy = match strategy {
        _ if operation.is_old() => Strategy::Legacy,
        Strategy::HookOnly => Strategy::Watcher,
        other => other,
    };
    wait::until_ready(&operation.within(PATIENCE), &made, strategy, false).await?;
    operation.cluster.refresh_discovery().await?;
    Ok(())
}
