//! What a deploy would run into, asked before the first write: missing permissions, and quotas.
//!
//! One question for the user's rules and one for the quotas of the namespace serve all releases of a plan.

use std::collections::BTreeSet;

use longshore_cluster::{Action, Error as ClusterError};
use longshore_release::{
    Demand, Prepared, ReleaseError, missing_permissions, permission_problem, quota_warnings,
};

use crate::plan::in_release;
use crate::session::Session;

/// Adds what is missing to the problems of each release, and gives back what is worth knowing of all of them.
///
/// # Errors
/// The cluster cannot be asked.
pub(crate) async fn preflight(
    session: &Session,
    waves: &mut [Vec<Prepared>],
    creates_namespace: bool,
) -> Result<Vec<String>, ReleaseError> {
    let namespace = &session.selection.namespace;
    let mut demand = Demand::default();
    if !waves.iter().flatten().any(|prepared| prepared.plan.changes_something()) {
        return Ok(Vec::new());
    }
    let rules = match session.cluster.rules_in(namespace).await {
        Ok(rules) => rules,
        // A server that does not answer this question says no when it must.
        Err(error @ (ClusterError::Refused(_) | ClusterError::Answer { .. })) => {
            return Ok(vec![format!("permissions could not be asked for: {}", error.diagnostic().message)]);
        }
        Err(error) => return Err(error.into()),
    };
    let mut once = BTreeSet::new();
    if creates_namespace {
        let create = Action {
            verb: "create".to_owned(),
            group: String::new(),
            resource: "namespaces".to_owned(),
            namespace: None,
            name: None,
        };
        if !session.cluster.may(&create).await? {
            once.insert(create);
        }
    }
    for prepared in waves.iter_mut().flatten() {
        demand.plus(&prepared.demand);
        let missing = missing_permissions(&session.context, prepared, &rules).await;
        let mut missing = missing.map_err(|error| in_release(error, &prepared.plan.release))?;
        missing.extend(std::mem::take(&mut once));
        if !missing.is_empty() {
            // The same, object by object.
            prepared.plan.problems.retain(|problem| problem.code != "cluster/forbidden");
            prepared.plan.problems.insert(0, permission_problem(&missing));
        }
    }
    if creates_namespace {
        return Ok(Vec::new());
    }
    Ok(quota_warnings(&session.cluster, namespace, &demand).await?)
}
