//! What an environment has left behind where the project file does not lead: on clusters that it is not on any more, and
//! whole environments that the file does not name.

use std::sync::Arc;

use longshore_cluster::ClusterId;
use longshore_diag::Diagnostic;
use longshore_platform::{Behaviour, Selection, has_leftovers};
use longshore_release::Silent;

use crate::args::{ClusterArgs, DestroyArgs, GlobalArgs, SelectArgs};
use crate::printer::Printer;
use crate::settings;

/// The other clusters of the project on which something of the environment was left behind. One that cannot be looked at is
/// told, and stops nothing.
pub(crate) async fn behind(
    global: &GlobalArgs,
    select: &SelectArgs,
    cluster: &ClusterArgs,
    own: &[Selection],
    behaviour: &Behaviour,
    printer: &Printer,
) -> anyhow::Result<Vec<Selection>> {
    let others = settings::left(global, select, cluster)?;
    if others.is_empty() {
        return Ok(Vec::new());
    }
    // Two names may lead to one cluster: what is wanted there is not left behind.
    let mut known = Vec::new();
    for selection in own {
        let session = settings::connect(selection.clone(), cluster, behaviour, Arc::new(Silent)).await?;
        known.push(session.cluster.id().await.map_err(|error| error.diagnostic())?);
    }
    Ok(with_something(others, cluster, behaviour, known, printer).await)
}

/// What an environment has where the project file does not lead: all of one that it does not name, or what one has on other
/// clusters than its own. `unknown` is that the file does not lead there.
///
/// # Errors
/// There is nothing of it.
pub(crate) async fn outside(
    global: &GlobalArgs,
    args: &DestroyArgs,
    behaviour: &Behaviour,
    unknown: Diagnostic,
    printer: &Printer,
) -> anyhow::Result<Vec<Selection>> {
    let selections = settings::outside(global, &args.select, &args.cluster, unknown.clone())?;
    let name = args.select.environment.clone().unwrap_or_default();
    let places: Vec<String> =
        selections.iter().filter_map(Selection::cluster_name).map(str::to_owned).collect();
    let found = with_something(selections, &args.cluster, behaviour, Vec::new(), printer).await;
    if found.is_empty() {
        let places = if places.is_empty() { "the cluster".to_owned() } else { places.join(", ") };
        let note = format!(
            "nothing is deployed for an environment `{name}` of this platform on {places}; --context leads to another cluster"
        );
        return Err(unknown.note(note).into());
    }
    printer.say(format!("{}: what is deployed there is found by its labels", unknown.message));
    Ok(found)
}

/// Those on whose clusters something was left behind, each cluster once.
async fn with_something(
    selections: Vec<Selection>,
    cluster: &ClusterArgs,
    behaviour: &Behaviour,
    mut known: Vec<ClusterId>,
    printer: &Printer,
) -> Vec<Selection> {
    let looks = selections.into_iter().map(|selection| async move {
        let found = look(&selection, cluster, behaviour).await;
        (selection, found)
    });
    let mut with = Vec::new();
    for (selection, found) in futures::future::join_all(looks).await {
        match found {
            Ok((id, has)) if !known.contains(&id) => {
                known.push(id);
                with.extend(has.then_some(selection));
            }
            Ok(_) => {}
            Err(error) => {
                let name = selection.cluster_name().unwrap_or("of the kubeconfig").to_owned();
                let message =
                    format!("cluster `{name}` cannot be looked at for what was left behind: {error:#}");
                printer.diagnostic(&Diagnostic::warning("platform/not-looked-at", message));
            }
        }
    }
    with
}

async fn look(
    selection: &Selection,
    cluster: &ClusterArgs,
    behaviour: &Behaviour,
) -> anyhow::Result<(ClusterId, bool)> {
    let session = settings::connect(selection.clone(), cluster, behaviour, Arc::new(Silent)).await?;
    let id = session.cluster.id().await.map_err(|error| error.diagnostic())?;
    let has = has_leftovers(&session).await.map_err(longshore_release::ReleaseError::into_diagnostic)?;
    Ok((id, has))
}
