//! What is deployed under the platform's labels and not wanted by the project file: releases that were taken out of it,
//! renamed, switched off, or placed elsewhere (design decision 1).
//!
//! A release that was renamed is named under `moved:`. Its objects go over to the new name as they are, and what is left
//! of the old one is removed. Everything else is planned as a removal, and removed only where it is asked for.

use longshore_release::{
    ObjectAction, ObjectChange, PLATFORM_LABEL, Prepared, ReleaseError, Store, prepare_uninstall, uninstall,
};
use serde::Serialize;

use crate::plan::in_release;
use crate::session::{ENVIRONMENT_LABEL, Session};

/// A release that the project file does not want here (any more).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unlisted {
    /// The release.
    pub release: String,
    /// The release that it has become, if it was renamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<String>,
    /// Whether carrying the plan out removes it; else it is left alone.
    pub removed: bool,
    /// What removing it does to each of its objects.
    pub objects: Vec<ObjectChange>,
}

impl Unlisted {
    /// The objects that carrying the plan out deletes.
    pub fn deletions(&self) -> impl Iterator<Item = &ObjectChange> {
        let removed = self.removed;
        self.objects.iter().filter(move |change| removed && change.action == ObjectAction::Delete)
    }
}

/// Looks for releases with our labels that are not wanted here. `waves` are those that are, `prunes` says whether the
/// others are to go.
///
/// # Errors
/// The cluster cannot be asked.
pub(crate) async fn unlisted(
    session: &Session,
    waves: &[Vec<Prepared>],
    prunes: bool,
) -> Result<Vec<Unlisted>, ReleaseError> {
    let selection = &session.selection;
    let platform = &selection.platform.project.name.value;
    let selector = format!("{PLATFORM_LABEL}={platform},{ENVIRONMENT_LABEL}={}", session.environment());
    let store = Store::new(session.cluster.clone(), &selection.namespace);
    let names = store.names(&selector).await?;
    let mut found = Vec::new();
    for name in names.into_iter().filter(|name| !selection.wanted.contains(name)) {
        let removal = prepare_uninstall(&session.context, &name, false)
            .await
            .map_err(|error| in_release(error, &name))?;
        let Some(removal) = removal.filter(|removal| removal.recorded) else { continue };
        let heir = selection
            .heir(&name)
            .and_then(|heir| waves.iter().flatten().find(|prepared| prepared.plan.release == heir));
        let mut objects = removal.objects;
        if let Some(heir) = heir {
            let goes_over =
                |change: &ObjectChange| heir.plan.objects.iter().any(|other| other.object == change.object);
            objects.retain(|change| !goes_over(change));
        }
        found.push(Unlisted {
            release: name,
            moved_to: heir.map(|heir| heir.plan.release.clone()),
            removed: prunes || heir.is_some(),
            objects,
        });
    }
    Ok(found)
}

/// Removes what the plan removes. What belongs to another release by now stays, as does what was not planned to go.
///
/// # Errors
/// The first that cannot be removed.
pub(crate) async fn remove(session: &Session, unlisted: &[Unlisted]) -> Result<Vec<String>, ReleaseError> {
    let mut removed = Vec::new();
    for planned in unlisted.iter().filter(|unlisted| unlisted.removed) {
        let name = &planned.release;
        let removal = async {
            let found = prepare_uninstall(&session.context, name, false).await?;
            let Some(mut removal) = found else { return Ok(()) };
            let is_planned = |change: &ObjectChange| {
                change.action != ObjectAction::Delete
                    || planned.objects.iter().any(|other| other.object == change.object)
            };
            removal.objects.retain(is_planned);
            removal.runs_hooks = planned.moved_to.is_none();
            Box::pin(uninstall(&session.context, &removal)).await
        };
        removal.await.map_err(|error: ReleaseError| in_release(error, name))?;
        removed.push(name.clone());
    }
    Ok(removed)
}
