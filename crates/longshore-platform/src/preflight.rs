//! What a deploy would run into, asked before the first write: missing permissions, and quotas.
//!
//! One question for the user's rules and one for the quotas of the namespace serve all releases of a plan.

use std::collections::{BTreeMap, BTreeSet};

use longshore_cluster::{Action, Error as ClusterError};
use longshore_release::{
    Demand, Prepared, ReleaseError, missing_permissions, permission_problem, quota_warnings,
};

use crate::plan::in_release;
use crate::session::Session;
use crate::spaces::Spaces;

/// Adds what is missing to the problems of each release, and gives back what is worth knowing of all of them.
///
/// # Errors
/// The cluster cannot be asked.
pub(crate) async fn preflight(
    session: &Session,
    waves: &mut [Vec<Prepared>],
    spaces: &Spaces,
) -> Result<Vec<String>, ReleaseError> {
    let mut demands: BTreeMap<String, Demand> = BTreeMap::new();
    if !waves.iter().flatten().any(|prepared| prepared.plan.changes_something()) {
        return Ok(Vec::new());
    }
    let mut rules = BTreeMap::new();
    for prepared in waves.iter().flatten() {
        let namespace = &prepared.plan.namespace;
        if rules.contains_key(namespace) {
            continue;
        }
        match session.cluster.rules_in(namespace).await {
            Ok(found) => rules.insert(namespace.clone(), found),
            // A server that does not answer this question says no when it must.
            Err(error @ (ClusterError::Refused(_) | ClusterError::Answer { .. })) => {
                let message = error.diagnostic().message.clone();
                return Ok(vec![format!("permissions could not be asked for: {message}")]);
            }
            Err(error) => return Err(error.into()),
        };
    }
    let mut once = BTreeSet::new();
    if spaces.created().next().is_some() {
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
        demands.entry(prepared.plan.namespace.clone()).or_default().plus(&prepared.demand);
        let context = session.context_of(&prepared.plan.release);
        let missing = missing_permissions(&context, prepared, &rules[&prepared.plan.namespace]).await;
        let mut missing = missing.map_err(|error| in_release(error, &prepared.plan.release))?;
        missing.extend(std::mem::take(&mut once));
        if !missing.is_empty() {
            // The same, object by object.
            prepared.plan.problems.retain(|problem| problem.code != "cluster/forbidden");
            prepared.plan.problems.insert(0, permission_problem(&missing));
        }
    }
    let mut warnings = Vec::new();
    for (namespace, demand) in demands.iter().filter(|(namespace, _)| !spaces.lacks(namespace)) {
        let found = quota_warnings(&session.cluster, namespace, demand).await?;
        let is_spread = session.selection.is_spread();
        let told =
            |warning| if is_spread { format!("in namespace `{namespace}`: {warning}") } else { warning };
        warnings.extend(found.into_iter().map(told));
    }
    Ok(warnings)
}
