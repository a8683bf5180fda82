//! Which clusters are meant, and which releases are wanted on one of them.

use longshore_diag::Diagnostic;

use super::Choice;
use crate::project::{ClusterSpec, Environment, Project, ReleaseSpec, Scope};

/// The clusters that are meant: those of the environment, or those of them that were chosen.
pub(super) fn chosen_clusters(
    project: &Project,
    environment: &Environment,
    choice: &Choice,
) -> Result<Vec<ClusterSpec>, Diagnostic> {
    let has = &environment.placement.clusters;
    let names: Vec<&str> = has.iter().map(|placed| placed.value.as_str()).collect();
    for name in &choice.clusters {
        if !names.contains(&name.as_str()) {
            let message = format!("environment `{}` has no cluster `{name}`", environment.name);
            let error = Diagnostic::error("project/unknown-cluster", message).at(environment.place.clone());
            return Err(match longshore_diag::nearest(name, names.iter().copied()) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None if names.is_empty() => error.hint("it names none; `--context` chooses one"),
                None => error.hint(format!("it has {}", names.join(", "))),
            });
        }
    }
    let chosen = names
        .into_iter()
        .filter(|name| choice.clusters.is_empty() || choice.clusters.iter().any(|chosen| chosen == name));
    let clusters: Vec<ClusterSpec> = chosen.filter_map(|name| project.cluster(name)).cloned().collect();
    if clusters.len() > 1 && choice.context.is_some() {
        let message =
            format!("environment `{}` is on several clusters: one context is not enough", environment.name);
        return Err(Diagnostic::error("project/which-cluster", message)
            .at(environment.place.clone())
            .hint("choose a cluster with --cluster as well, or name contexts under `clusters:`"));
    }
    Ok(clusters)
}

/// A release with what the environment and the cluster say of it.
pub(super) fn layered(
    release: &ReleaseSpec,
    environment: &Environment,
    cluster: Option<&ClusterSpec>,
) -> ReleaseSpec {
    let further = environment.releases.iter().chain(cluster.iter().flat_map(|cluster| &cluster.releases));
    let further =
        further.filter(|placed| placed.value.0 == release.name).map(|placed| placed.value.1.clone());
    let mut release = release.clone();
    release.layers.extend(further);
    release.need_what_it_asks();
    release
}

/// Whether a release is to be here: the last layer that says something decides.
pub(super) fn is_wanted(
    release: &ReleaseSpec,
    cluster: Option<&ClusterSpec>,
    scope: &Scope<'_>,
) -> Result<bool, Diagnostic> {
    let mut layers = release.layers.iter().rev();
    if let Some(switch) = layers.clone().find_map(|layer| layer.enabled.as_ref())
        && !scope.switch(switch)?
    {
        return Ok(false);
    }
    let placed = layers.find_map(|layer| layer.clusters.as_ref());
    Ok(match (placed, cluster) {
        (Some(placed), Some(cluster)) => placed.iter().any(|placed| placed.value == cluster.name),
        // Without clusters everything is on the one there is.
        _ => true,
    })
}
