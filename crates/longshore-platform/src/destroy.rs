//! Removing a platform from an environment: releases in the reverse order, data only when asked for.

use longshore_cluster::{DeleteOptions, Propagation, Selector};
use longshore_object::{Gvk, ObjectKey};
use longshore_release::{
    ObjectAction, ObjectChange, ReleaseError, Uninstall, prepare_uninstall, uninstall, until_gone,
};
use serde::Serialize;

use crate::hooks::at_the_end;
use crate::plan::in_release;
use crate::session::{CREATED_FOR, Session};

/// What removing a platform would do.
#[derive(Debug, Clone, Default)]
pub struct Removal {
    /// The releases, in the order of removing.
    pub releases: Vec<Uninstall>,
    /// Whether the namespace goes too, if nothing else is left in it.
    pub namespace: bool,
    /// The project file's hooks that are run, each behind its release's name.
    pub hooks: Vec<String>,
}

/// How a removal ended.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Removed {
    /// The namespace.
    pub namespace: String,
    /// Releases that were removed.
    pub releases: Vec<String>,
    /// Objects that were deleted.
    pub deleted: Vec<String>,
    /// Objects that stay.
    pub kept: Vec<String>,
    /// Whether the namespace was deleted.
    pub namespace_deleted: bool,
}

impl Removal {
    /// Whether there is anything to do.
    pub fn is_empty(&self) -> bool {
        self.releases.is_empty() && !self.namespace
    }

    /// How the removal will have ended if nothing goes wrong.
    pub fn expected(&self, namespace: &str) -> Removed {
        let names = |action| self.objects(action).map(|change| change.object.to_string()).collect();
        Removed {
            namespace: namespace.to_owned(),
            releases: self.releases.iter().map(|release| release.name.clone()).collect(),
            deleted: names(ObjectAction::Delete),
            kept: names(ObjectAction::Keep),
            namespace_deleted: self.namespace,
        }
    }

    /// The objects with an action, over all releases.
    pub fn objects(&self, action: ObjectAction) -> impl Iterator<Item = &ObjectChange> {
        self.releases
            .iter()
            .flat_map(|release| &release.objects)
            .filter(move |change| change.action == action)
    }
}

/// Finds out what removing the selected releases would do.
pub async fn plan_destroy(session: &Session, delete_data: bool) -> Result<Removal, ReleaseError> {
    let Some(live) = session.live_namespace().await? else {
        return Ok(Removal { releases: Vec::new(), namespace: false, hooks: Vec::new() });
    };
    let mut releases = Vec::new();
    for release in session.selection.releases().rev() {
        let removal = prepare_uninstall(&session.context, &release.name, delete_data)
            .await
            .map_err(|error| in_release(error, &release.name))?;
        releases.extend(removal);
    }
    // What takes the namespace takes the records of all others that are left in it.
    releases.sort_by_key(Uninstall::takes_its_namespace);
    let all = session.selection.releases().count() == session.selection.platform.project.releases.len();
    let ours = live["metadata"]["annotations"][CREATED_FOR].as_str()
        == Some(session.selection.platform.project.name.value.as_str());
    let mut hooks = Vec::new();
    if session.runs_hooks {
        for removal in releases.iter().filter(|removal| removal.recorded) {
            hooks.extend(at_the_end(&session.selection, &removal.name)?);
        }
    }
    Ok(Removal { releases, namespace: delete_data && all && ours, hooks })
}

/// Removes what was planned, and waits until it is gone.
pub async fn destroy(session: &Session, removal: &Removal) -> Result<Removed, ReleaseError> {
    for release in &removal.releases {
        Box::pin(uninstall(&session.context, release))
            .await
            .map_err(|error| in_release(error, &release.name))?;
    }
    let namespace_deleted = removal.namespace && delete_namespace(session).await?;
    Ok(Removed { namespace_deleted, ..removal.expected(&session.selection.namespace) })
}

/// Deletes the namespace unless somebody else has put something into it.
pub(crate) async fn delete_namespace(session: &Session) -> Result<bool, ReleaseError> {
    let name = &session.selection.namespace;
    if !foreign_objects(session).await?.is_empty() {
        return Ok(false);
    }
    let gvk = Gvk::new("v1", "Namespace");
    let options = DeleteOptions { propagation: Propagation::Background, ..DeleteOptions::default() };
    if session.cluster.delete(&gvk, None, name, &options).await? {
        let key =
            ObjectKey { group: String::new(), kind: gvk.kind.clone(), namespace: None, name: name.clone() };
        let platform = &session.selection.platform.project.name.value;
        Box::pin(until_gone(&session.context, platform, &gvk, &key)).await?;
    }
    Ok(true)
}

/// What a namespace holds apart from what the cluster itself puts into every one.
async fn foreign_objects(session: &Session) -> Result<Vec<ObjectKey>, ReleaseError> {
    let discovery = session.cluster.discovery().await?;
    let mut found = Vec::new();
    for resource in discovery
        .resources()
        .filter(|resource| resource.namespaced && resource.verbs.iter().any(|verb| verb == "list"))
    {
        let gvk = &resource.gvk;
        if matches!(gvk.kind.as_str(), "Event" | "Lease" | "EndpointSlice" | "Endpoints" | "PodMetrics") {
            continue;
        }
        let list =
            session.cluster.list(gvk, Some(&session.selection.namespace), &Selector::default()).await?;
        for item in &list.items {
            let name = item["metadata"]["name"].as_str().unwrap_or_default();
            let by_cluster = matches!(
                (gvk.kind.as_str(), name),
                ("ServiceAccount", "default") | ("ConfigMap", "kube-root-ca.crt")
            );
            if !by_cluster {
                found.push(ObjectKey {
                    group: gvk.group.clone(),
                    kind: gvk.kind.clone(),
                    namespace: Some(session.selection.namespace.clone()),
                    name: name.to_owned(),
                });
            }
        }
    }
    Ok(found)
}
